"""The board against a sorted list, whatever happens to the movers: equal, not nearly."""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from cairn.leaderboards import tree
from cairn.leaderboards.board import XP_ALL_TIME
from cairn.leaderboards.read import rank_of, top
from cairn.leaderboards.storage import PositionItem, TreeNodeItem, node_key, position_key
from cairn.platform.errors import DomainError
from cairn.platform.instants import to_ms
from cairn.platform.keys import bucket
from cairn.platform.table import DynamoDb, Patience, Table
from functions.leaderboards_mover.handler import Consume, mover
from tests.integration.leaderboards.weather import Killed, Mortal, Weather
from tests.support.world import all_items
from tests.unit.leaderboards.history import History, Record, batch

PLAYERS = 300
CHANGES = 4_000


def happened(histories: Sequence[History], chance: random.Random, changes: int, players: int) -> list[Record]:
    """Random gains, corrections, losses of all XP, new names, and writes that change neither."""
    records = []
    for _ in range(changes):
        history = chance.choice(histories)
        player = f"p{chance.randrange(players)}"
        before = history.players.get(player)
        xp = before.xp if before else 0
        match chance.choices(("gain", "jump", "down", "zero", "name", "nothing"), (60, 10, 10, 5, 8, 7))[0]:
            case "gain":
                records.append(history.change(player, xp + chance.choice((5, 50, 100, 150, chance.randrange(1, 400)))))
            case "jump":
                records.append(history.change(player, chance.randrange(1, 10 ** chance.randrange(1, 10))))
            case "down":
                records.append(history.change(player, xp - chance.randrange(0, xp + 3)))
            case "zero":
                records.append(history.change(player, 0))
            case "name":
                records.append(history.change(player, name=chance.choice(("", "Ada", "Grace", "Edsger"))))
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


def restless(table: Table, weather: DynamoDb) -> Table:
    return Table(weather, table.name, patience=lambda: Patience(sleep=lambda _: None, deadline=60))


def assert_equal(table: Table, history: History) -> None:
    """Positions, counts, top pages and every rank are those of a sorted list."""
    items = all_items(table)
    standings = history.standings()
    scores = {player: score for _, player, score in standings}

    partition = node_key(history.tenant, XP_ALL_TIME, tree.ROOT).pk
    counts = {
        key.sk.removeprefix("N#"): TreeNodeItem.parse(raw).counts for key, raw in items.items() if key.pk == partition
    }
    counted = {node: children for node, children in counts.items() if children}
    assert counted == tree.node_changes((None, score) for score in scores.values())

    for player in history.players.values():
        raw = items.get(position_key(history.tenant, XP_ALL_TIME, player.id))
        position = PositionItem.parse(raw) if raw else None
        assert (int(position.score) if position else 0) == max(0, player.xp)
        if position and position.score:
            assert player.xp_at is not None
            assert int(position.reached_at) == to_ms(player.xp_at)
            assert (position.name or "") == player.name

    best = top(table, history.tenant, XP_ALL_TIME, 100)
    assert [(row.rank, row.place.player, row.place.score) for row in best.rows] == standings[:100]
    assert best.total_players == len(standings)
    few = top(table, history.tenant, XP_ALL_TIME, 7)
    assert [(row.rank, row.place.player, row.place.score) for row in few.rows] == standings[:7]

    for rank, player_id, score in standings:
        found = rank_of(table, history.tenant, XP_ALL_TIME, player_id)
        assert (found.row.rank, found.row.place.score, found.total_players) == (rank, score, len(standings))
    for player_id in history.players.keys() - scores.keys():
        with pytest.raises(DomainError, match="not on the board"):
            rank_of(table, history.tenant, XP_ALL_TIME, player_id)


def test_thousands_of_changes_with_everything_going_wrong_leave_exactly_the_sorted_list(
    table: Table, client: DynamoDb
) -> None:
    chance = random.Random(20261120)
    histories = [History("acme"), History("globex")]
    records = happened(histories, chance, CHANGES, PLAYERS)
    weather = Weather(client, chance, conflict=0.15, timeout=0.1, forgotten=0.5, killed=0.05)
    kills = follow(mover(restless(table, weather)), records, chance, 200)
    assert kills
    assert set(weather.seen) == {"conflict", "timeout", "forgotten", "killed before", "killed after"}
    for history in histories:
        assert_equal(table, history)


def test_two_movers_that_follow_the_same_stream_at_once_leave_exactly_the_sorted_list(
    table: Table, client: DynamoDb
) -> None:
    chance = random.Random(42)
    history = History()
    records = happened([history], chance, CHANGES // 2, PLAYERS)
    movers = [
        (mover(restless(table, Weather(client, random.Random(seed), conflict=0.1, timeout=0.1, killed=0.1))), seed)
        for seed in (1, 2)
    ]
    with ThreadPoolExecutor(len(movers)) as pool:
        done = [pool.submit(follow, move, records, random.Random(seed), 60 * seed) for move, seed in movers]
        kills = [each.result() for each in done]
    assert any(kills)
    assert_equal(table, history)


def test_two_movers_with_a_shard_each_leave_exactly_the_sorted_list(table: Table, client: DynamoDb) -> None:
    chance = random.Random(7)
    history = History()
    records = happened([history], chance, CHANGES // 2, PLAYERS)
    shards: list[list[Record]] = [[], []]
    for record in records:
        shards[bucket(record["dynamodb"]["Keys"]["PK"]["S"], 2)].append(record)
    with ThreadPoolExecutor(2) as pool:
        done = [
            pool.submit(follow, mover(restless(table, client)), shard, random.Random(number), 100)
            for number, shard in enumerate(shards)
        ]
        for each in done:
            each.result()
    assert_equal(table, history)


@pytest.mark.parametrize("written", [False, True])
def test_a_mover_killed_at_any_call_leaves_counts_and_positions_equal_and_the_next_one_ends_it(
    table: Table, client: DynamoDb, written: bool
) -> None:
    chance = random.Random(3)
    history = History()
    deaths = 0
    for dies_at in range(1, 6):
        records = happened([history], chance, 250, 120)
        try:
            mover(restless(table, Mortal(client, dies_at, written)))(batch(*records))
        except Killed:
            deaths += 1
        assert_consistent(table)
        assert mover(table)(batch(*records)) == {"batchItemFailures": []}
        assert_consistent(table)
    assert_equal(table, history)
    assert deaths >= 3


def assert_consistent(table: Table) -> None:
    """The counts are those of the positions, wherever a mover stopped."""
    items = all_items(table)
    scores = [int(raw["score"]["N"]) for raw in items.values() if raw["kind"]["S"] == "position"]
    counts = {
        key.sk.removeprefix("N#"): TreeNodeItem.parse(raw).counts
        for key, raw in items.items()
        if raw["kind"]["S"] == "node"
    }
    assert {node: children for node, children in counts.items() if children} == tree.node_changes(
        (None, score or None) for score in scores
    )
