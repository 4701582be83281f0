"""Round trips and capacity units of what an operator changes and of the figures, against docs/access-patterns.md."""

from datetime import timedelta
from math import ceil

import pytest

from cairn.platform.capacity import Meter, item_size
from cairn.platform.keys import Key
from cairn.platform.table import Table
from tests.support.costs import Cost, cost_of
from tests.support.ledger import award, reverse
from tests.support.world import World, all_items

IDEMPOTENCY_KEY = 2
# In the indexes: the event by its type; the XP of the day's fact.
BY_TYPE, XP_BY_DAY = 1, 1
LEVEL_UP = 3


def lived(table: Table, days: int) -> World:
    """A player with two experiences and so many days behind them, who was awarded XP before; and warm caches."""
    world = World(table)
    for name in ("woods", "hill"):
        world.define(name)
        world.journey(experience=name)
    for _ in range(days):
        world.play("events", {"type": "check_in"})
        world.clock.at += timedelta(days=1)
    world.play("events", {"type": "check_in"})
    award(world, 20)
    return world


def over_a_kilobyte(table: Table) -> int:
    """What a player costs beyond the first kilobyte: the days of their streak and their boards take some room."""
    item = all_items(table)[Key("T#acme#U#ada", "PLAYER")]
    assert item_size({"xp_by_source": item["xp_by_source"]}) < 64
    return 2 * (ceil(item_size(item) / 1024) - 1)


@pytest.mark.parametrize("days", [2, 40])
def test_an_award_costs_two_trips_a_read_and_eight_writes_beside_its_key_and_its_lists(
    table: Table, meter: Meter, days: int
) -> None:
    world = lived(table, days)
    cost = cost_of(meter, lambda: award(world, 1))
    more = over_a_kilobyte(table)
    assert more == (2 if days == 40 else 0)
    assert cost == Cost(2, 1, 8 + IDEMPOTENCY_KEY + BY_TYPE + XP_BY_DAY + more)


def test_each_level_that_it_reaches_costs_three_more(table: Table, meter: Meter) -> None:
    world = lived(table, 2)
    before = award(world, 1).body["xp"]["level"]
    levels: list[int] = []
    cost = cost_of(meter, lambda: levels.extend(award(world, 9000).body["xp"]["levels_reached"]))
    assert (levels[0], levels[-1]) == (before + 1, 20)
    assert cost == Cost(2, 1, 8 + IDEMPOTENCY_KEY + BY_TYPE + XP_BY_DAY + LEVEL_UP * len(levels))


def test_a_reversal_costs_two_trips_four_reads_and_eight_writes_beside_its_key_and_its_lists(
    table: Table, meter: Meter
) -> None:
    world = lived(table, 2)
    entry = award(world, 30).body["entry"]["entry_id"]
    world.clock.at += timedelta(days=100)
    cost = cost_of(meter, lambda: reverse(world, entry))
    assert cost == Cost(2, 4, 8 + IDEMPOTENCY_KEY + BY_TYPE + XP_BY_DAY)


def test_the_figures_of_thirty_days_cost_a_trip_and_a_unit(table: Table, meter: Meter) -> None:
    world = lived(table, 40)

    def stats() -> None:
        assert world.call("xp").send("GET", "/players/me/xp/stats").status == 200

    stats()
    assert cost_of(meter, stats) == Cost(1, 1, 0)
