"""The profile: name, zone, and how often the zone may change."""

from datetime import timedelta
from typing import Any

import pytest

from cairn.players.virtues import dominant_quadrant, impact
from tests.support.world import World, all_items


def put(world: World, **body: Any) -> Any:
    return world.call("players").send("PUT", "/players/me", body)


def test_a_player_who_never_did_anything_is_unknown_until_named(world: World) -> None:
    reply = world.call("players").send("GET", "/players/me")
    assert (reply.status, reply.body["type"]) == (404, "urn:cairn:problem:unknown-player")
    assert put(world, name="Ada").body == {
        "player_id": "ada",
        "name": "Ada",
        "zone": "UTC",
        "total_xp": 0,
        "account_level": 1,
        "title": "Novice",
        "virtues": dict.fromkeys(
            ["wisdom", "courage", "strength", "endurance", "temperance", "justice", "health", "beauty"], 0
        ),
        "dominant_quadrant": None,
        "metrics": {},
        "recent_experiences": [],
        "created_at": "2026-11-20T12:00:00.000Z",
    }
    assert world.call("players").send("GET", "/players/me").status == 200


def test_what_is_left_out_stays_and_setting_the_same_writes_nothing(world: World) -> None:
    put(world, name="Ada", zone="Europe/Lisbon")
    before = all_items(world.table)
    reply = put(world, zone="Europe/Lisbon")
    assert (reply.body["name"], reply.body["zone"]) == ("Ada", "Europe/Lisbon")
    put(world, name="Ada")
    assert all_items(world.table) == before
    assert put(world, name="").body["name"] == ""


def test_the_recent_experiences_are_the_ten_latest_newest_first(world: World) -> None:
    for number in range(11):
        world.define(f"e{number}")
        world.play("start", experience=f"e{number}")
    world.play("quadrants", experience="e3")
    recent = world.call("players").send("GET", "/players/me").body["recent_experiences"]
    assert recent == ["e3", "e10", "e9", "e8", "e7", "e6", "e5", "e4", "e2", "e1"]


def test_a_third_change_of_zone_within_seven_days_is_refused(world: World) -> None:
    world.play("start")
    assert put(world, zone="Asia/Tokyo").status == 200
    world.clock.at += timedelta(days=1)
    assert put(world, zone="Asia/Seoul").status == 200
    before = all_items(world.table)
    reply = put(world, zone="Asia/Tokyo")
    assert (reply.status, reply.body["type"]) == (409, "urn:cairn:problem:too-many-zone-changes")
    assert "2026-11-27T12:00:00" in reply.body["detail"], "it says when the zone can change again"
    assert all_items(world.table) == before
    world.clock.at += timedelta(days=6, seconds=-1)
    assert put(world, zone="Asia/Tokyo").status == 409
    world.clock.at += timedelta(seconds=1)
    assert put(world, zone="Asia/Tokyo").status == 200
    assert put(world, zone="Asia/Seoul").status == 409


def test_the_first_zone_of_somebody_who_was_not_active_yet_is_no_change(world: World) -> None:
    for zone in ("Asia/Tokyo", "Asia/Seoul", "Asia/Kolkata"):
        assert put(world, zone=zone).status == 200
    assert put(world, zone="Asia/Tokyo").status == 409


def test_the_zone_already_set_is_no_change(world: World) -> None:
    world.play("start")
    for _ in range(5):
        assert put(world, zone="Asia/Tokyo").status == 200


@pytest.mark.parametrize("zone", ["Mars/Base", "", "CEST+", "../etc/passwd", "+25:00", "localtime", "a" * 65])
def test_a_zone_that_is_none_is_refused(world: World, zone: str) -> None:
    reply = put(world, zone=zone)
    assert (reply.status, [each["field"] for each in reply.body["errors"]]) == (422, ["zone"])


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "+05:45", "UTC", "Z", "America/Argentina/Ushuaia"])
def test_a_zone_is_an_iana_name_or_an_offset(world: World, zone: str) -> None:
    assert put(world, zone=zone).body["zone"] == zone


def test_days_are_counted_in_the_zone_of_the_player(world: World) -> None:
    put(world, zone="Pacific/Auckland")
    assert world.play("start").body["local_day"] == "2026-11-21"
    assert world.play("start", player="bob").body["local_day"] == "2026-11-20"


def test_the_dominant_quadrant_is_the_largest_pair_with_ties_in_flow_order() -> None:
    assert dominant_quadrant({}) is None
    assert dominant_quadrant({"beauty": 1}) == "BI"
    assert dominant_quadrant({"strength": 5, "endurance": 5, "wisdom": 9}) == "BO"
    assert dominant_quadrant({"temperance": 4, "health": 4}) == "SI"
    assert dominant_quadrant({"wisdom": 1, "courage": 1, "health": 2}) == "SO"


def test_an_impact_is_clamped_and_only_what_it_names_changes() -> None:
    changes = impact({"wisdom": 99.5, "health": 1}, {"wisdom": 3, "health": -2.5, "beauty": 0.1})
    assert {each: (change.previous, change.new, change.change) for each, change in changes.items()} == {
        "wisdom": (99.5, 100, 0.5),
        "health": (1, 0, -1),
        "beauty": (0, 0.1, 0.1),
    }
