"""Round trips and capacity units of the boards, on one with 2,000 players, against docs/access-patterns.md."""

import random
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from cairn.leaderboards import frozen
from cairn.leaderboards.board import XP_ALL_TIME, of_season
from cairn.leaderboards.close import close
from cairn.leaderboards.friends import among
from cairn.leaderboards.neighbours import neighbours
from cairn.leaderboards.rank import rank_of, ranks_of
from cairn.leaderboards.top import top
from cairn.leaderboards.work import Worker
from cairn.platform.capacity import Meter
from cairn.platform.table import DynamoDb, Table
from cairn.platform.transact import transact
from cairn.tenants.boards import BoardRule, BoardSettings, Period
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import write
from functions.leaderboards_mover.handler import Consume, mover
from tests.support.boards import BEGIN, SEVEN, History, batch
from tests.support.costs import cost_of
from tests.support.http import Clock
from tests.support.objects import Shelf, nowhere
from tests.support.storm import happened
from tests.unit.leaderboards.town import scheduled_until

PLAYERS = 2_000
DAILY_BONUSES = tuple(range(5, 55, 5))
COMPLETIONS = (100, 150)


@pytest.fixture
def history(table: Table, client: DynamoDb) -> History:
    """Totals as players have them: half of them below 3,000 XP (level 13), a few far above."""
    chance = random.Random(1)
    show_xp_all_time(Table(client, table.name))
    history = History()
    records = [history.change(f"player-{number}", int(chance.lognormvariate(8, 1.3)) + 5) for number in range(PLAYERS)]
    fill = mover(Table(client, table.name))
    for start in range(0, PLAYERS, 500):
        assert fill(batch(*records[start : start + 500])) == {"batchItemFailures": []}
    return history


def show_xp_all_time(table: Table) -> None:
    """One board, so that what it costs can be told."""
    transact(table, [write("acme", TenantSettings(boards=BoardSettings(("xp_all_time",))), 0)])


@pytest.fixture
def move(table: Table, history: History, meter: Meter) -> Consume:
    """A mover that knows the tenant's settings already."""
    move = mover(table)
    move(batch(history.change("somebody else", 1)))
    meter.trips, meter.reads, meter.writes = 0, 0.0, 0.0
    meter.calls.clear()
    return move


def test_a_rank_costs_two_trips_and_three_units_wherever_it_is(table: Table, meter: Meter, history: History) -> None:
    worst = 0.0
    for _, player, _ in history.standings()[::10]:
        trips, reads = meter.trips, meter.reads
        rank_of(table, "acme", XP_ALL_TIME, player)
        assert meter.trips - trips == 2
        worst = max(worst, meter.reads - reads)
    print(f"rank: at most {worst} read units")
    assert worst <= 3


def test_the_top_100_costs_two_trips_and_eight_units(table: Table, meter: Meter, history: History) -> None:
    assert len(top(table, "acme", XP_ALL_TIME, 100).rows) == 100
    print(f"top 100: {meter.reads} read units, {meter.calls.count('query')} bands")
    assert meter.trips == 2
    assert meter.reads <= 8


@pytest.mark.parametrize(("gains", "budget"), [(DAILY_BONUSES, 7.6), (COMPLETIONS, 10.5)])
def test_a_move_alone_costs_what_its_gain_makes_it_touch_and_no_read(
    meter: Meter, history: History, move: Consume, gains: tuple[int, ...], budget: float
) -> None:
    """2 for the position, 2 for its old and new place in the index, 2 for each node: 1 within 128 neighbouring
    scores, 3 within a band, up to 5 across bands. So 100 XP at once cost more than a daily bonus.
    """
    chance = random.Random(2)
    moved = 300
    for _ in range(moved):
        player = f"player-{chance.randrange(PLAYERS)}"
        move(batch(history.change(player, history.players[player].xp + chance.choice(gains))))
    print(f"a move alone by {gains[0]} to {gains[-1]} XP: {meter.writes / moved:.2f} write units")
    assert meter.calls == ["transact_write_items"] * moved
    assert meter.reads == 0
    assert meter.writes / moved <= budget


def test_a_move_in_a_batch_of_100_costs_six_units_whatever_the_gain(
    meter: Meter, history: History, move: Consume
) -> None:
    chance = random.Random(3)
    players = [f"player-{number}" for number in chance.sample(range(PLAYERS), 100)]
    gains = (*DAILY_BONUSES, *COMPLETIONS)
    move(batch(*(history.change(player, history.players[player].xp + chance.choice(gains)) for player in players)))
    print(f"a move in a batch of 100: {meter.writes / 100:.2f} write units in {meter.trips} transactions")
    assert meter.reads == 0
    assert meter.writes / 100 <= 6


def test_neighbours_cost_two_or_three_trips_and_six_units(table: Table, meter: Meter, history: History) -> None:
    costs = [
        cost_of(meter, partial(neighbours, table, "acme", XP_ALL_TIME, player, 5))
        for _, player, _ in history.standings()[::20]
    ]
    print(
        f"neighbours: {max(each.reads for each in costs)} read units, {max(each.trips for each in costs)} trips at most"
    )
    assert max(each.trips for each in costs) <= 3
    assert max(each.reads for each in costs) <= 6


def test_a_hundred_friends_cost_a_trip_and_half_a_unit_each(table: Table, meter: Meter, history: History) -> None:
    players = [f"player-{number}" for number in range(100)]
    cost = cost_of(meter, lambda: among(table, "acme", XP_ALL_TIME, players, None))
    assert (cost.trips, cost.reads) == (1, 50)


@pytest.fixture
def everywhere(table: Table, client: DynamoDb) -> History:
    """Players on all seven boards, as random lives leave them."""
    history = History()
    records = happened([history], random.Random(4), 1_500, 200, lambda: BEGIN + timedelta(days=2))
    assert mover(Table(client, table.name), Clock())(batch(*records)) == {"batchItemFailures": []}
    return history


def test_ranks_on_five_boards_cost_two_trips_and_twelve_units(table: Table, meter: Meter, everywhere: History) -> None:
    costs = [
        cost_of(meter, partial(ranks_of, table, "acme", SEVEN[:5], player))
        for _, player, _ in everywhere.standings()[::4]
    ]
    print(f"ranks on five boards: {max(each.reads for each in costs)} read units at most")
    assert {each.trips for each in costs} == {2}
    assert max(each.reads for each in costs) <= 12


def test_a_day_that_leaves_costs_each_who_moves_the_same_however_many_do_not(
    table: Table, client: DynamoDb, meter: Meter
) -> None:
    transact(table, [write("acme", TenantSettings(boards=BoardSettings(("xp_weekly",))), 0)])
    scheduled_until(table, BEGIN)
    history, chance = History(), random.Random(6)
    fill = mover(Table(client, table.name), Clock())
    leaving = [history.change(f"leaves-{number}", 5 * chance.randrange(1, 200)) for number in range(160)]
    history.begin += timedelta(days=1)
    staying = [history.change(f"stays-{number}", 5 * chance.randrange(1, 200)) for number in range(400)]
    put: Any = client
    for image in history.images.values():
        put.put_item(TableName=table.name, Item=image)
    assert fill(batch(*leaving)) == fill(batch(*staying)) == {"batchItemFailures": []}
    worker, midnight, moved = Worker(table, Shelf(), nowhere), datetime(2026, 11, 27, tzinfo=UTC), 0
    before = (meter.trips, meter.reads, meter.writes)
    for shard in range(16):
        message = {"task": "move", "tenant": "acme", "slot": int(midnight.timestamp()), "shard": shard}
        moved += worker.work(message, midnight, lambda: True)["moved"]
    trips, reads, writes = (
        after - was for after, was in zip((meter.trips, meter.reads, meter.writes), before, strict=True)
    )
    print(f"{moved} of 560 move: {reads / moved:.2f} read and {writes / moved:.2f} write units each, {trips} trips")
    assert moved == 160
    assert reads / moved <= 2.5
    assert writes / moved <= 8


def test_closing_a_season_and_reading_it(table: Table, client: DynamoDb, meter: Meter) -> None:
    cup = BoardRule("cup", "Cup", "total_xp", "XP", period=Period.MONTH)
    boards = BoardSettings(("cup",), (cup,))
    transact(table, [write("acme", TenantSettings(boards=boards), 0)])
    history, chance = History(tracked=boards.tracked("UTC")), random.Random(7)
    records = [history.change(f"player-{number}", 5 * chance.randrange(1, 2_000)) for number in range(1_200)]
    fill = mover(Table(client, table.name), Clock())
    for start in range(0, len(records), 400):
        assert fill(batch(*records[start : start + 400])) == {"batchItemFailures": []}
    board = of_season(boards, "cup", "2026-11")
    assert board
    over = datetime(2026, 12, 5, tzinfo=UTC)
    cost = cost_of(meter, lambda: close(table, Shelf(), "acme", board, "UTC", over))
    print(f"closing a season of 1,200: {cost}")
    assert cost.writes <= 10 * 32 + 10
    assert cost.reads <= 160
    page = cost_of(meter, lambda: frozen.final(table, "acme", board, 100))
    print(f"a page of a closed season: {page}")
    assert page.trips == 1
    assert page.reads <= 6
