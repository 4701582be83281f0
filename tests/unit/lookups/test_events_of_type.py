"""The recent events of a type of one player: one query, whatever else they did."""

from datetime import timedelta
from typing import Any

import pytest

from cairn.platform.capacity import Meter
from tests.support.crowd import NOON, event, load, pages
from tests.support.world import World

EVENTS = "/players/me/events"


def of_type(world: World, kind: str, player: str = "ada", **query: str) -> list[Any]:
    found: list[Any] = world.call("progress", player=player).send("GET", EVENTS, type=kind, **query).body["events"]
    return found


def test_an_event_of_a_type_is_shown_as_the_log_shows_it(world: World) -> None:
    world.journey()
    log = world.call("progress").send("GET", EVENTS, limit="100").body["events"]
    kinds = {each["type"] for each in log}
    assert len(kinds) == 8
    for kind in kinds:
        assert of_type(world, kind) == [each for each in log if each["type"] == kind]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_they_come_newest_first_whatever_the_order_of_sending(world: World, limit: int) -> None:
    for hours in (5, 1, 3, 2, 4):
        at = (world.clock.at - timedelta(hours=hours)).isoformat()
        world.play("events", {"type": "check_in", "content_id": str(hours), "at": at})
        world.play("events", {"type": "npc_dialogue", "at": at})
    seen, _ = pages(world.call("progress"), EVENTS, "events", limit, type="check_in")
    assert [each["content_id"] for each in seen] == ["1", "2", "3", "4", "5"]


def test_one_page_is_one_query_however_much_lies_before_and_after(world: World, meter: Meter) -> None:
    rare = [event("ada", None, NOON - timedelta(days=day), "npc_dialogue", cause="rare") for day in (1, 200)]
    load(world.table, rare + [event("ada", None, NOON - timedelta(minutes=each)) for each in range(300)])
    trips, reads = meter.trips, meter.reads
    assert len(of_type(world, "npc_dialogue")) == 2
    assert (meter.trips - trips, meter.reads - reads) == (1, 0.5)


def test_a_type_that_never_happened_has_no_events(world: World) -> None:
    world.play("events", {"type": "check_in"})
    for kind in ("check", "check_in_", "CHECK_IN", "語", "check_in#"):
        assert of_type(world, kind) == []
    reply = world.call("progress").send("GET", EVENTS, type="x" * 129)
    assert reply.status == 422


def test_events_of_a_type_are_of_one_player_in_one_tenant(world: World) -> None:
    world.play("events", {"type": "check_in"}, player="ada")
    world.play("events", {"type": "check_in"}, player="ada#Y")
    assert len(of_type(world, "check_in")) == 1
    elsewhere = World(world.table, world.clock, "other")
    assert of_type(elsewhere, "check_in") == []
    assert world.call("progress", player="bob").send("GET", "/players/ada/events", type="check_in").status == 403


def test_a_cursor_belongs_to_its_player_and_type(world: World) -> None:
    for player in ("ada", "bob"):
        for kind in ("check_in", "npc_dialogue"):
            for minutes in range(3):
                at = (world.clock.at - timedelta(minutes=minutes)).isoformat()
                world.play("events", {"type": kind, "at": at}, player=player)
    ada = world.call("progress")
    cursor = ada.send("GET", EVENTS, type="check_in", limit="1").body["next"]
    assert ada.send("GET", EVENTS, type="check_in", cursor=cursor).status == 200
    assert ada.send("GET", EVENTS, type="npc_dialogue", cursor=cursor).status == 422
    assert ada.send("GET", EVENTS, cursor=cursor).status == 422
    assert world.call("progress", player="bob").send("GET", EVENTS, type="check_in", cursor=cursor).status == 422
    plain = ada.send("GET", EVENTS, limit="1").body["next"]
    assert ada.send("GET", EVENTS, type="check_in", cursor=plain).status == 422
