"""Movers and expiries in a large system's weather, and what must hold when it is over."""

import json
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from cairn.leaderboards import tree
from cairn.leaderboards.agenda import dispatch
from cairn.leaderboards.board import Board
from cairn.leaderboards.neighbours import neighbours
from cairn.leaderboards.rank import ranks_of
from cairn.leaderboards.storage import counts_in
from cairn.leaderboards.top import top
from cairn.leaderboards.work import Worker
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import DynamoDb, Patience, Table
from functions.leaderboards_mover.handler import Consume
from tests.support.boards import History, Record, batch
from tests.support.objects import Shelf
from tests.support.snapshot import snapshot_of
from tests.support.weather import Killed
from tests.support.world import all_items

NAMES = ("", "Ada", "Grace", "Edsger")
RADIUS = 5


def happened(
    histories: Sequence[History],
    chance: random.Random,
    changes: int,
    players: int,
    ends: Callable[[], datetime] | None = None,
) -> list[Record]:
    """Random gains, corrections, losses of all XP, counts, streaks, new names, players who hide and come back, and
    writes that change nothing.

    Args:
        ends: gives the instant at which a new streak breaks; None for no streaks.
    """
    records = []
    kinds = ("gain", "jump", "down", "zero", "count", "streak", "name", "hide", "nothing")
    weights = (50, 8, 8, 4, 8, 8 if ends else 0, 6, 2, 6)
    for _ in range(changes):
        history = chance.choice(histories)
        player = f"p{chance.randrange(players)}"
        before = history.players.get(player)
        xp = before.xp if before else 0
        match chance.choices(kinds, weights)[0]:
            case "gain":
                gain = chance.choice((5, 50, 100, 150, chance.randrange(1, 400)))
                records.append(history.change(player, xp + gain))
            case "jump":
                records.append(history.change(player, chance.randrange(1, 10 ** chance.randrange(1, 10))))
            case "down":
                records.append(history.change(player, xp - chance.randrange(0, xp + 3) if xp > 0 else xp))
            case "zero":
                records.append(history.change(player, 0))
            case "count":
                counted = chance.choice(("experiences_completed", "achievements_unlocked"))
                number = before.metrics.get(counted, 0) if before else 0
                records.append(history.change(player, metrics={counted: number + 1}))
            case "streak":
                assert ends
                current = before.current_streak if before else 0
                records.append(history.change(player, streak=(current + 1, ends())))
            case "name":
                records.append(history.change(player, name=chance.choice(NAMES)))
            case "hide":
                records.append(history.change(player, shown_as=chance.choice(("hidden", "name"))))
            case _:
                records.append(history.change(player))
    for number, record in enumerate(records, start=1):
        record["dynamodb"]["SequenceNumber"] = f"{number:021d}"  # one shard holds the changes of all tenants
    return records


def deliver(move: Consume, records: Sequence[Record], kills: list[int]) -> None:
    """One batch until it is done, from where it failed; a killed mover gets the whole batch again."""
    left = list(records)
    for _ in range(100):
        try:
            failures = move(batch(*left))["batchItemFailures"]
        except Killed:
            kills.append(1)
            continue
        if not failures:
            return
        numbers = [record["dynamodb"]["SequenceNumber"] for record in left]
        left = left[numbers.index(failures[0]["itemIdentifier"]) :]
    raise AssertionError("the batch never ended")


def follow(move: Consume, records: Sequence[Record], chance: random.Random, size: int) -> list[int]:
    """The whole stream in batches of up to `size`, some of them again, at once or much later."""
    kills: list[int] = []
    delivered: list[Sequence[Record]] = []
    start = 0
    while start < len(records):
        now = records[start : start + chance.randint(1, size)]
        start += len(now)
        deliver(move, now, kills)
        delivered.append(now)
        if chance.random() < 0.15:
            deliver(move, now, kills)
        if chance.random() < 0.15:
            deliver(move, chance.choice(delivered), kills)
    return kills


def reordered(records: Iterable[Record], chance: random.Random) -> list[Record]:
    """The same records as a stream may bring them: those of one item in order, those of several in any."""
    of_item: dict[str, list[Record]] = {}
    for record in records:
        of_item.setdefault(json.dumps(record["dynamodb"]["Keys"], sort_keys=True), []).append(record)
    waiting = [list(reversed(each)) for each in of_item.values()]
    found = []
    while waiting:
        at = chance.randrange(len(waiting))
        found.append(waiting[at].pop())
        if not waiting[at]:
            waiting[at] = waiting[-1]
            waiting.pop()
    for number, record in enumerate(found, start=1):
        record["dynamodb"]["SequenceNumber"] = f"{number:021d}"
    return found


def expire(table: Table, now: datetime, chance: random.Random, twice: float = 0.2) -> int:
    """What has become due, done by workers that may die and get their message again. Gives how many positions moved."""
    queued: list[dict[str, Any]] = []
    _lives(partial(dispatch, table, queued.extend, now))
    worker, moved = Worker(table, Shelf(), queued.extend), 0
    while queued:
        attempt = partial(worker.work, queued.pop(0), now, lambda: True)
        for _ in range(2 if chance.random() < twice else 1):
            moved += _lives(attempt).get("moved", 0)
    return moved


def _lives[T](attempt: Callable[[], T]) -> T:
    for _ in range(100):
        try:
            return attempt()
        except Killed:
            continue
    raise AssertionError("it died a hundred times")


def restless(table: Table, weather: DynamoDb) -> Table:
    """The table in that weather, for those who do not wait."""
    return Table(weather, table.name, patience=lambda: Patience(sleep=lambda _: None, attempts=60, deadline=600))


def assert_equal(table: Table, history: History, boards: Sequence[Board], now: datetime, radius: int = RADIUS) -> None:
    """Every page, rank and neighbour list of these boards is a sorted list's, and the counts are the positions'."""
    items = all_items(table)
    assert_consistent(items)
    known = snapshot_of(table, items)
    expected = {board.key: history.listed(board, now) for board in boards}
    for board in boards:
        listed = expected[board.key]
        rows, cursor = [], ""
        while True:
            page = top(known, history.tenant, board, 100, cursor)
            rows += [(row.rank, row.place.player, row.place.score, row.place.reached_at) for row in page.rows]
            if page.next is None:
                break
            cursor = page.next
        assert page.total_players == len(listed), board
        assert rows == listed, board
        assert [(row.rank, row.place.player) for row in top(known, history.tenant, board, 7).rows] == [
            each[:2] for each in listed[:7]
        ]
        for at, (rank, player, *_) in enumerate(listed):
            found = neighbours(known, history.tenant, board, player, radius)
            around = [each[:2] for each in listed[max(0, at - radius) : at + radius + 1]]
            assert [(row.rank, row.place.player) for row in found.rows] == around, (board, player)
            assert found.own.rank == rank
    _assert_ranks(known, history, boards, expected)


def _assert_ranks(
    known: Table, history: History, boards: Sequence[Board], expected: dict[tuple[str, str], list[Any]]
) -> None:
    ranks = {key: {player: (rank, score) for rank, player, score, _ in listed} for key, listed in expected.items()}
    for player in history.players.values():
        for found in ranks_of(known, history.tenant, boards, player.id):
            wanted = ranks[found.board.key].get(player.id)
            row = found.ranked.row if found.ranked else None
            assert (row and (row.rank, row.place.score)) == wanted, (found.board, player.id)
            if row and player.shown_as != "pseudonym":
                assert (row.place.name, row.place.level) == (player.name, player.level)


def assert_consistent(items: dict[Key, Raw]) -> None:
    """The counts of every board are those of its positions."""
    expected: dict[tuple[str, ...], tree.Changes] = {}
    found: dict[tuple[str, ...], tree.Changes] = {}
    for key, raw in items.items():
        if raw["kind"]["S"] == "position":
            _, board, period = key.sk.split("#")
            at = (key.pk.split("#")[1], board, period)
            tree.add_move(expected.setdefault(at, {}), None, int(raw["score"]["N"]) or None)
        elif raw["kind"]["S"] == "node":
            _, tenant, _, board, period, _ = key.pk.split("#")
            nodes = found.setdefault((tenant, board, period), {})
            for child, count in counts_in(raw).items():
                children = nodes.setdefault(key.sk.removeprefix("N#"), {})
                children[child] = children.get(child, 0) + count
    summed = {
        at: {node: kept for node, children in nodes.items() if (kept := {c: n for c, n in children.items() if n})}
        for at, nodes in found.items()
    }
    assert {at: nodes for at, nodes in expected.items() if nodes} == {
        at: nodes for at, nodes in summed.items() if nodes
    }
