"""The active session: what is shown of it, until when, and that it is stored as it was."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cairn.platform.transact import transact
from cairn.players.player import Player, Visit, with_visit
from cairn.players.storage import from_item, to_item, write
from cairn.tenants.settings import TenantSettings
from tests.support.world import World

SECOND = timedelta(seconds=1)


@pytest.fixture
def world(world: World) -> World:
    """A world in which ada has been at the bridge in the woods for ten minutes."""
    since = world.clock() - timedelta(minutes=10)
    visit = Visit("woods", since, world.clock(), "bridge")
    transact(world.table, [write(Player("acme", "ada", visit=visit), TenantSettings())])
    return world


def get(world: World) -> Any:
    reply = world.call("players").send("GET", "/players/me/session")
    assert reply.status == 200, reply.body
    return reply.body


def test_an_active_session_says_where_since_when_and_until_when(world: World) -> None:
    world.clock.at += timedelta(seconds=90, milliseconds=999)
    assert get(world) == {
        "player_id": "ada",
        "active": True,
        "experience_id": "woods",
        "started_at": "2026-11-20T11:50:00.000Z",
        "last_activity_at": "2026-11-20T12:00:00.000Z",
        "location": "bridge",
        "idle_seconds": 90,
        "expires_at": "2026-11-20T13:00:00.000Z",
    }


def test_a_session_is_over_once_it_is_idle_for_more_than_an_hour(world: World) -> None:
    world.clock.at += timedelta(hours=1)
    assert get(world)["idle_seconds"] == 3600
    world.clock.at += timedelta(milliseconds=1)
    assert get(world) == {"player_id": "ada", "active": False}


def test_an_activity_that_a_fast_clock_dates_ahead_is_not_idle_for_less_than_nothing(world: World) -> None:
    world.clock.at -= timedelta(minutes=3)
    assert get(world)["idle_seconds"] == 0


def test_a_player_who_did_nothing_has_no_session(world: World) -> None:
    world.call("players", player="bob").send("PUT", "/players/me", {"name": "Bob"})
    reply = world.call("players", player="bob").send("GET", "/players/me/session")
    assert reply.body == {"player_id": "bob", "active": False}


def test_reading_the_session_is_one_trip_and_one_unit(world: World) -> None:
    meter = world.table.meter
    assert meter is not None
    before = (meter.trips, meter.reads)
    get(world)
    assert (meter.trips - before[0], meter.reads - before[1]) == (1, 1)


@pytest.mark.parametrize("experience", ["woods", None])
@pytest.mark.parametrize("location", ["bridge", None])
def test_a_session_is_stored_as_it_is(world: World, experience: str | None, location: str | None) -> None:
    visit = Visit(experience, world.clock() - SECOND, world.clock(), location)
    assert from_item(to_item(Player("acme", "ada", visit=visit), TenantSettings())).visit == visit
    assert from_item(to_item(Player("acme", "ada"), TenantSettings())).visit is None


def test_the_session_goes_on_within_an_hour_in_the_same_experience(world: World) -> None:
    first = with_visit(None, "woods", world.clock(), "gate")
    assert first == Visit("woods", world.clock(), world.clock(), "gate")
    later = first.expires_at
    assert with_visit(first, "woods", later, None) == replace(first, at=later)
    assert with_visit(first, "woods", later, "bridge").location == "bridge"
    assert with_visit(first, "woods", later + SECOND, None) == Visit("woods", later + SECOND, later + SECOND, None)
    assert with_visit(first, "hill", later - SECOND, None) == Visit("hill", later - SECOND, later - SECOND, None)
    assert with_visit(first, "hill", first.since - SECOND, "summit") == first
    assert with_visit(first, "woods", first.since - SECOND, "summit") == first
