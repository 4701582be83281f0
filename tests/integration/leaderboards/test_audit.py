"""Counts that drifted are found and mended, and boards are built from the truth, while moves go on."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest

from cairn.analytics.work import DirtyDays
from cairn.leaderboards import tree
from cairn.leaderboards.audit import audit, audit_band
from cairn.leaderboards.board import XP_ALL_TIME, Board, of_players, of_rule, of_season
from cairn.leaderboards.rebuild import Rebuild
from cairn.leaderboards.storage import node_key, position_key
from cairn.leaderboards.top import top
from cairn.platform import keys
from cairn.platform.keys import Key
from cairn.platform.table import DynamoDb, Table
from cairn.platform.transact import raw_key, transact
from cairn.tenants.boards import DISTANCE, BoardRule, BoardSettings, Period, Spread
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import read, write
from functions.leaderboards_mover.handler import mover
from tests.support.boards import BEGIN, SEVEN, History, batch
from tests.support.http import Clock
from tests.support.storm import assert_equal, follow, happened, restless
from tests.support.weather import Killed, Mortal, Weather
from tests.support.world import all_items

PLAYERS = 120
THREE = (SEVEN[0], SEVEN[1], SEVEN[5])


def at_once(seconds: float) -> None:
    """The engine's index is never behind."""


def show(table: Table, boards: BoardSettings) -> None:
    transact(table, [write("acme", TenantSettings(boards=boards), read(table, "acme")[1])])


@pytest.fixture
def history(table: Table, client: DynamoDb) -> History:
    history = History()
    records = happened([history], random.Random(1), 500, PLAYERS)
    assert mover(Table(client, table.name), Clock())(batch(*records)) == {"batchItemFailures": []}
    return history


def shift(table: Table, node: str, child: int, by: int, board: Board = XP_ALL_TIME) -> None:
    """Makes a count wrong, as a bug or a restored table might."""
    client: Any = table.client
    client.update_item(
        TableName=table.name,
        Key=raw_key(node_key("acme", board, node)),
        UpdateExpression=f"SET kind = :k, sv = :v ADD c{child} :by",
        ExpressionAttributeValues={":by": {"N": str(by)}, ":k": {"S": "node"}, ":v": {"N": "1"}},
    )


def test_counts_that_are_their_positions_show_no_drift(table: Table, history: History) -> None:
    for board in SEVEN:
        found = audit(table, "acme", board, sleep=at_once)
        assert (found.drift, found.unsettled, found.repaired) == ({}, 0, 0)
        assert found.positions == len(history.listed(board))


def test_drift_is_found_where_it_is_and_mended_on_request_only(table: Table, history: History) -> None:
    score = history.listed()[3][2]
    node, child = tree.path(score)[-1]
    shift(table, node, child, 2)
    shift(table, tree.ROOT, 127, -1)
    shift(table, "040.0.3", 5, 4)
    wrong = {(node, child): 2, (tree.ROOT, 127): -1, ("040.0.3", 5): 4}
    found = audit(table, "acme", XP_ALL_TIME, sleep=at_once)
    assert (found.drift, found.drifted, found.repaired) == (wrong, 7, 0)
    mended = audit(table, "acme", XP_ALL_TIME, repair=True, sleep=at_once)
    assert (mended.drift, mended.repaired) == (wrong, 3)
    assert audit(table, "acme", XP_ALL_TIME, sleep=at_once).drift == {}
    assert_equal(table, history, SEVEN, BEGIN)


def test_a_tree_that_is_gone_is_counted_anew(table: Table, history: History) -> None:
    partition = node_key("acme", XP_ALL_TIME, tree.ROOT).pk
    remove(table, *(key for key in all_items(table) if key.pk == partition))
    assert audit(table, "acme", XP_ALL_TIME, repair=True, sleep=at_once).repaired > 0
    assert_equal(table, history, SEVEN, BEGIN)


def test_two_audits_at_once_mend_a_count_once(table: Table, history: History) -> None:
    for child in range(20):
        shift(table, f"{90 + child % 3:03d}.0.{child}", child, 3)
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(audit, table, "acme", XP_ALL_TIME, repair=True, sleep=at_once) for _ in range(2)]
        assert sum(each.result().repaired for each in done) == 20
    assert_equal(table, history, SEVEN, BEGIN)


def test_moves_beside_an_audit_are_no_drift_and_what_drifted_is_mended_all_the_same(
    table: Table, client: DynamoDb, history: History
) -> None:
    """Between two looks of the audit the board goes on: a player moves within the band, another leaves it."""
    chance = random.Random(2)
    move = mover(Table(client, table.name), Clock())

    def meanwhile(seconds: float) -> None:
        assert move(batch(*happened([history], chance, 60, PLAYERS))) == {"batchItemFailures": []}

    for band in (20, 30, 36, 40, 44):
        shift(table, f"{band:03d}.0.0", 9, 1)
    found = audit(table, "acme", XP_ALL_TIME, repair=True, sleep=meanwhile)
    assert set(found.drift.values()) <= {1}
    left = audit(table, "acme", XP_ALL_TIME, repair=True, sleep=at_once)
    assert len(found.drift) + len(left.drift) == 5
    assert_equal(table, history, SEVEN, BEGIN)


def test_a_count_that_moves_at_every_look_is_left_for_another_time(table: Table, history: History) -> None:
    shift(table, "060.0.1", 1, 1)
    node_moves = iter(range(1, 9))

    def meanwhile(seconds: float) -> None:
        shift(table, "060.0.1", 1, next(node_moves))

    found = audit_band(table, "acme", XP_ALL_TIME, 60, repair=True, sleep=meanwhile)
    assert (found.drift, found.unsettled, found.repaired) == ({}, 1, 0)


def test_moves_over_many_trees_are_summed_by_every_reader(table: Table, client: DynamoDb) -> None:
    """From one tree to four, and back to two, while players move; every count is somewhere."""
    history, chance = History(), random.Random(3)
    move = mover(restless(table, Weather(client, chance, conflict=0.1, killed=0.05)), clock := Clock())
    follow(move, happened([history], chance, 300, PLAYERS), chance, 60)
    minute = timedelta(minutes=1)
    spread = tuple(
        Spread(board.id, BEGIN + after * minute, count) for board in THREE for after, count in ((5, 4), (10, 2))
    )
    settings = BoardSettings(tuple(board.id for board in THREE), subtrees=spread)
    show(table, settings)
    boards = of_players(settings)
    assert_equal(table, history, boards, BEGIN)
    for after in (6, 11):
        clock.at = BEGIN + after * minute
        move = mover(restless(table, Weather(client, chance, conflict=0.1, killed=0.05)), clock)
        follow(move, happened([history], chance, 300, PLAYERS), chance, 60)
        assert_equal(table, history, boards, BEGIN)
    trees = {key.pk.rpartition("#")[2] for key, raw in all_items(table).items() if raw["kind"]["S"] == "node"}
    assert trees == {"W0", "W1", "W2", "W3"}
    for board in boards:
        assert audit(table, "acme", board, sleep=at_once).drift == {}


def write_truth(table: Table, history: History, days: int = 1) -> None:
    """Players, their progress, and a fact of each player, by which they are found."""
    client: Any = table.client
    for image in history.images.values():
        client.put_item(TableName=table.name, Item=image)
    for number, player in enumerate(sorted(history.players)):
        fact = keys.fact("acme", BEGIN.date() - timedelta(days=number % days), 0, player, "woods", 0)
        item = {"PK": {"S": fact.pk}, "SK": {"S": fact.sk}, "kind": {"S": "fact"}, "sv": {"N": "1"}}
        client.put_item(TableName=table.name, Item=item)


def remove(table: Table, *keys: Key) -> None:
    client: Any = table.client
    for key in keys:
        client.delete_item(TableName=table.name, Key=raw_key(key))


@pytest.fixture
def played(table: Table, history: History) -> History:
    """A history whose truth is in the table."""
    write_truth(table, history)
    return history


def rebuild(table: Table, board: Board, **more: Any) -> Rebuild:
    return Rebuild(table, "acme", board, Clock(), sleep=at_once, **more)


def test_a_board_is_built_from_the_truth_where_nothing_of_it_is_left(table: Table, played: History) -> None:
    remove(table, *(key for key, raw in all_items(table).items() if raw["kind"]["S"] in ("position", "node")))
    for board in THREE:
        run = rebuild(table, board)
        assert run.run(run.parts())
        assert run.done.players == len(played.players)
    assert_equal(table, played, THREE, BEGIN)


def test_players_of_days_that_are_marked_and_not_rolled_up_yet_are_found(table: Table, history: History) -> None:
    write_truth(table, history, days=9)
    DirtyDays(table).mark([("acme", BEGIN.date() - timedelta(days=day)) for day in range(9)], Clock()())
    remove(table, *(key for key, raw in all_items(table).items() if raw["kind"]["S"] in ("position", "node")))
    run = rebuild(table, XP_ALL_TIME)
    assert run.run(run.parts())
    assert run.done.players == len(history.players)
    assert_equal(table, history, [XP_ALL_TIME], BEGIN)


def test_a_board_that_is_right_is_not_written(table: Table, played: History) -> None:
    before = {key: raw for key, raw in all_items(table).items() if not key.pk.startswith("JOB#")}
    for board in THREE:
        run = rebuild(table, board)
        assert run.run(run.parts())
        assert (run.done.written, run.done.found and run.done.found.drift) == (0, {})
    assert {key: raw for key, raw in all_items(table).items() if not key.pk.startswith("JOB#")} == before


def test_positions_that_are_wrong_or_nobodys_are_mended(table: Table, played: History) -> None:
    client: Any = table.client
    (_, ada, *_), (_, bob, *_), (_, cid, *_) = played.listed()[:3]
    remove(table, keys.player("acme", ada))
    for player, name in ((bob, "score"), (cid, "reached_at")):
        client.update_item(
            TableName=table.name,
            Key=raw_key(position_key("acme", XP_ALL_TIME, player)),
            UpdateExpression=f"SET {name} = {name} + :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
    del played.players[ada]
    for board in THREE:
        run = rebuild(table, board)
        assert run.run(run.parts())
    assert_equal(table, played, THREE, BEGIN)


@pytest.mark.parametrize("written", [False, True])
def test_a_rebuild_killed_at_any_call_goes_on_beside_moves_and_ends_with_the_sorted_list(
    table: Table, client: DynamoDb, played: History, written: bool
) -> None:
    chance = random.Random(4)
    positions = (key for key, raw in all_items(table).items() if raw["kind"]["S"] == "position")
    remove(table, *(key for key in positions if key.sk.startswith("POS#xp_weekly") and chance.random() < 0.3))
    move = mover(Table(client, table.name), Clock())
    deaths, dies_at = 0, 1
    while True:
        mortal = Table(Mortal(client, dies_at, written), table.name, patience=table.patience)
        run = rebuild(mortal, SEVEN[1])
        try:
            assert run.run(run.parts())
            break
        except Killed:
            deaths += 1
        records = happened([played], chance, 20, PLAYERS)
        write_truth(table, played)
        assert move(batch(*records)) == {"batchItemFailures": []}
        dies_at += 1
    assert deaths
    assert_equal(table, played, SEVEN[1:2], BEGIN)


def test_a_rebuild_goes_on_where_it_was_stopped(table: Table, played: History) -> None:
    write_truth(table, played, days=3)
    stop = Event()
    run = rebuild(table, SEVEN[0], stop=stop.is_set)
    whole = len(run.parts())
    assert not run.run(run.parts(), advance=stop.set)
    again = rebuild(table, SEVEN[0])
    assert len(again.parts()) == whole - 1
    assert again.run(again.parts())
    assert len(rebuild(table, SEVEN[0]).parts()) == whole
    assert_equal(table, played, SEVEN, BEGIN)


def test_a_season_that_is_defined_when_it_has_begun_counts_the_days_before(table: Table, client: DynamoDb) -> None:
    """Two players with XP of this month and of the one before: one is rebuilt, one plays on before that."""
    history = History(begin=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    for player in ("ada", "bob"):
        history.change(player, 7)
    history.begin = BEGIN
    for player, xp in (("ada", 100), ("bob", 200)):
        history.change(player, 7 + xp)
    cup = BoardRule("cup", "Cup", "total_xp", "XP", period=Period.MONTH)
    settings = BoardSettings(("cup",), (cup,))
    show(table, settings)
    history.tracked = settings.tracked("UTC")
    board = of_season(settings, "cup", "2026-11")
    assert board
    assert mover(Table(client, table.name), Clock())(batch(history.change("bob", 237))) == {"batchItemFailures": []}
    write_truth(table, history)
    for written in (1, 0):
        run = rebuild(table, board)
        assert run.run(run.parts())
        assert run.done.written == written
    rows = top(table, "acme", board, 10).rows
    assert [(row.rank, row.place.player, row.place.score) for row in rows] == [(1, "bob", 230), (2, "ada", 100)]
    hides = history.change("ada", shown_as="hidden")
    assert mover(Table(client, table.name), Clock())(batch(hides)) == {"batchItemFailures": []}
    assert [row.place.player for row in top(table, "acme", board, 10).rows] == ["bob"]


def test_boards_of_an_experience_are_built_from_its_progress(table: Table, client: DynamoDb) -> None:
    show(table, BoardSettings(("distance",)))
    history = History()
    board = of_rule(DISTANCE, "woods")
    records = []
    for number in range(40):
        player = f"p{number % 15}"
        records.append(history.change(player, name=player.upper()))
        records.append(history.travel(player, "woods", 10.0 * number))
    write_truth(table, history)
    run = rebuild(table, board)
    assert run.run(run.parts())
    assert_equal(table, history, [board], BEGIN)
    again = rebuild(table, board)
    assert again.run(again.parts())
    assert again.done.written == 0
    assert mover(Table(client, table.name), Clock())(batch(*records)) == {"batchItemFailures": []}
    assert_equal(table, history, [board], BEGIN)
