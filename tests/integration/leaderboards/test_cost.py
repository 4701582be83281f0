"""Round trips and capacity units of the boards, on one with 2,000 players, against docs/access-patterns.md."""

import random

import pytest

from cairn.leaderboards.board import XP_ALL_TIME
from cairn.leaderboards.rank import rank_of
from cairn.leaderboards.top import top
from cairn.platform.capacity import Meter
from cairn.platform.table import DynamoDb, Table
from cairn.platform.transact import transact
from cairn.tenants.boards import BoardSettings
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import write
from functions.leaderboards_mover.handler import Consume, mover
from tests.support.boards import History, batch

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
