"""Round trips and capacity units of unlocking by whatever way, against docs/access-patterns.md; with history behind the
player, because nothing may grow with it.
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from cairn.achievements.backfill import SETTLES, Walk, get
from cairn.achievements.definition_storage import Definitions
from cairn.achievements.unlock import Unlocking
from cairn.platform.capacity import Meter
from cairn.platform.table import Table
from cairn.tenants.storage import SettingsCache
from functions.achievements_reactor.handler import reactor
from tests.support.achievements import achievement, define
from tests.support.backfilled import ask
from tests.support.costs import cost_of
from tests.support.http import Reply
from tests.support.world import World, all_items, stream_records

IDEMPOTENCY_KEY = 2
EVENT = 3  # and its entry by type
WHY = {"reason": "Played by somebody else."}


@pytest.fixture
def world(table: Table) -> World:
    """A player with ten days of history in an experience."""
    world = World(table)
    world.define()
    for _ in range(10):
        world.play("events", {"type": "waypoint_visited", "content_id": "gate"})
        world.clock.at += timedelta(days=1)
    return world


def operate(world: World, what: str, name: str = "first_steps") -> Reply:
    path = f"/players/ada/achievements/{name}/{what}"
    reply = world.call("unlocks", "operator").send("POST", path, WHY, key=str(uuid4()))
    assert reply.status == 200, reply.body
    return reply


def player_records(before: Any, after: Any) -> list[dict[str, Any]]:
    return [each for each in stream_records(before, after) if each["dynamodb"]["Keys"]["SK"]["S"] == "PLAYER"]


def test_one_unlock_from_the_stream_costs_two_trips_two_reads_and_ten_writes(world: World, meter: Meter) -> None:
    define(world.table, [achievement("reader", "words_learned", 1, xp=1), achievement("other", "words_learned", 2)])
    react = reactor(world.table, lambda found: None, world.clock)
    world.play("events", {"type": "check_in"})
    react(
        {"Records": player_records({}, all_items(world.table))}
    )  # it knows settings and definitions, and marked the day
    before = all_items(world.table)
    world.play("events", {"type": "word_learned"})
    records = player_records(before, all_items(world.table))
    cost = cost_of(meter, lambda: react({"Records": records}))
    assert [key.sk for key in all_items(world.table) if key.sk == "A#reader"]
    assert cost.trips == 2
    assert cost.writes <= 10
    assert cost.reads <= 2
    again = cost_of(meter, lambda: react({"Records": records}))
    assert (again.trips, again.writes) == (1, 0)


def test_a_check_costs_a_trip_and_where_it_unlocks_what_an_unlock_costs(world: World, meter: Meter) -> None:
    client = world.call("unlocks")
    client.send("POST", "/players/me/achievements/check")
    quiet = cost_of(meter, lambda: client.send("POST", "/players/me/achievements/check"))
    assert (quiet.trips, quiet.writes) == (1, 0)
    assert quiet.reads <= 2
    world.play("sessions", {"duration_seconds": 3600, "at": (world.clock.at - timedelta(hours=2)).isoformat()})
    cost = cost_of(meter, lambda: client.send("POST", "/players/me/achievements/check"))
    assert cost.trips == 2
    assert cost.reads <= 2
    assert cost.writes <= 10


def test_a_grant_and_a_revocation_cost_two_trips_and_their_event(world: World, meter: Meter) -> None:
    operate(world, "grant", "night_owl")
    granted = cost_of(meter, lambda: operate(world, "grant"))
    revoked = cost_of(meter, lambda: operate(world, "revoke"))
    again = cost_of(meter, lambda: operate(world, "grant"))
    refused = cost_of(meter, lambda: operate(world, "grant"))
    for cost in (granted, revoked, again):
        assert cost.trips == 2
        assert cost.reads <= 2
        # The first one opens the fact of a day, and reaches a level.
        assert cost.writes <= 10 + EVENT + IDEMPOTENCY_KEY + (EVENT + 1 if cost is granted else 1)
    assert (refused.trips, refused.writes) == (2, IDEMPOTENCY_KEY)


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_backfill_costs_a_read_a_player_and_for_those_it_names_what_they_get(
    world: World, meter: Meter, dry_run: bool
) -> None:
    players = [f"p{number:02}" for number in range(40)]
    for number, player in enumerate(players):
        kind = "word_learned" if number % 4 == 0 else "check_in"
        world.call("progress", player=player)
        world.call("events", player=player).send("POST", "/players/me/events", {"type": kind})
    define(world.table, [achievement("reader", "words_learned", 1, xp=1)])
    job = ask(world, achievements=["reader"], dry_run=dry_run).body["job_id"]
    world.clock.at += SETTLES
    settings = SettingsCache(world.table)
    unlocking = Unlocking(world.table, settings, Definitions(world.table, settings))
    settings.of("acme")
    unlocking.definitions.of("acme")
    walk = Walk(unlocking, get(world.table, "acme", job), 0, world.clock)
    cost = cost_of(meter, lambda: walk.walk(lambda: True))
    looked_at, named = 41, 10
    # The shard before and after, a row of the index for each 4 KB, a player each; unlocks of those who may be named.
    each = (0.5, 0.5) if dry_run else (1.0, 2.0)
    assert cost.reads <= 4 + looked_at * each[0] + named * (each[1] + 1)
    assert cost.writes <= 2 + named * (2 if dry_run else 2 + 10)
