"""Round trips and capacity units of every operation, against the budgets of docs/access-patterns.md.

Counted on a table with history behind the player, because nothing may grow with it.
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from cairn.platform.capacity import Meter
from cairn.platform.table import Table
from tests.support.costs import cost_of
from tests.support.http import Reply
from tests.support.world import World, all_items, react, stream_records

IDEMPOTENCY_KEY = 2
PAYS_XP = 2
FIRST_OF_DAY = 3
# In the indexes: the event by its type; the player's entries by day and by the five minutes move; XP in the fact.
BY_TYPE = 1
MOVED = 4
LEVEL_UP = 3
XP_BY_DAY = 1
NEARLY_DONE: list[tuple[str, dict[str, Any]]] = [("quadrants", {})] * 4 + [("sessions", {"duration_seconds": 900})]


@pytest.fixture
def world(table: Table) -> World:
    """A player in the middle of an experience, with ten days of history, and warm caches."""
    world = World(table)
    world.define()
    for _ in range(10):
        world.play("events", {"type": "waypoint_visited", "content_id": "gate"})
        world.clock.at += timedelta(days=1)
    world.play("events", {"type": "waypoint_visited", "content_id": "gate"})
    assert world.play("complete").status == 409
    return world


def sent(world: World, what: str, body: dict[str, Any]) -> Reply:
    reply = world.play(what, body, key=str(uuid4()))
    assert reply.status == 200, reply.body
    return reply


def test_an_event_costs_two_trips_four_reads_and_twelve_writes_beside_its_idempotency_key(
    world: World, meter: Meter
) -> None:
    cost = cost_of(meter, lambda: sent(world, "events", {"type": "waypoint_visited", "content_id": "gate"}))
    assert cost.trips == 2
    assert cost.reads <= 4
    assert cost.writes <= 12 + IDEMPOTENCY_KEY


def test_the_first_event_of_a_day_pays_its_bonus_within_budget(world: World, meter: Meter) -> None:
    world.clock.at += timedelta(days=1)
    cost = cost_of(meter, lambda: sent(world, "events", {"type": "waypoint_visited", "content_id": "gate"}))
    assert cost.trips == 2
    assert cost.reads <= 4
    assert cost.writes <= 12 + IDEMPOTENCY_KEY + PAYS_XP + FIRST_OF_DAY + BY_TYPE + MOVED + XP_BY_DAY


def test_completing_costs_two_trips_four_reads_and_eighteen_writes(world: World, meter: Meter) -> None:
    for what, body in NEARLY_DONE:
        cost = cost_of(meter, lambda what=what, body=body: sent(world, what, body))  # type: ignore[misc]
        assert cost.trips == 2
        assert cost.reads <= 4
        assert cost.writes <= 12 + IDEMPOTENCY_KEY
    cost = cost_of(meter, lambda: sent(world, "complete", {"reflection": "Again!"}))
    assert cost.trips == 2
    assert cost.reads <= 4
    assert cost.writes <= 18 + IDEMPOTENCY_KEY + LEVEL_UP + XP_BY_DAY


def test_an_unlock_costs_two_trips_two_reads_and_ten_writes(world: World, meter: Meter) -> None:
    for what, body in NEARLY_DONE:
        sent(world, what, body)
    before = all_items(world.table)
    sent(world, "complete", {"reflection": "Again!"})
    records = [
        each
        for each in stream_records(before, all_items(world.table))
        if each["dynamodb"]["NewImage"]["kind"]["S"] == "player"
    ]
    quiet = cost_of(meter, lambda: react(world.table, world.clock, records[:0]))
    both = cost_of(meter, lambda: react(world.table, world.clock, records))
    unlocked = [key.sk for key in all_items(world.table) if key.sk.startswith("A#")]
    assert sorted(unlocked) == ["A#first_scenario", "A#first_steps"]
    # One transaction unlocked two: what they share is the player and the fact. The mark of the day is one write more,
    # and the note of the hour at which the streak is looked at another.
    mark_trips, mark_writes, settings_trip, settings_read = 2, 4, 1, 0.5
    definitions_trip, definitions_read = 1, 0.5  # cold: once a minute afterwards
    assert quiet.trips == 0
    assert both.trips <= 2 + mark_trips + settings_trip + definitions_trip
    assert both.reads <= 2 + 1 + settings_read + definitions_read
    assert both.writes <= 10 + 4 + mark_writes + LEVEL_UP + XP_BY_DAY


def test_reading_a_players_page_stays_within_thirteen_reads(world: World, meter: Meter) -> None:
    def page() -> None:
        for function, path in (("xp", "xp"), ("streaks", "streak"), ("achievements", "achievements")):
            assert world.call(function).send("GET", f"/players/me/{path}").status == 200

    page()
    cost = cost_of(meter, page)
    assert cost.reads <= 13


def test_resuming_reads_two_units_in_one_trip(world: World, meter: Meter) -> None:
    world.call("progress").send("GET", "/players/me/experiences/woods")
    cost = cost_of(meter, lambda: world.call("progress").send("GET", "/players/me/experiences/woods"))
    assert (cost.trips, cost.reads) == (1, 2)
