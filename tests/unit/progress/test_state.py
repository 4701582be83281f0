"""The state that events maintain: areas, collectibles, flags, choices, visits, location, distance, percentage."""

from typing import Any

import pytest

from tests.support.http import Reply
from tests.support.published import LESSON, publish
from tests.support.world import World, all_items


def record(world: World, type: str, content: str | None = None, *, experience: str = "woods", **more: Any) -> Reply:
    body = {"type": type, **({"content_id": content} if content else {}), **more}
    return world.play("events", body, experience=experience)


def ask(world: World, path: str = "", experience: str = "woods") -> Any:
    return world.call("progress").send("GET", f"/players/me/experiences/{experience}{path}").body


def test_each_type_changes_what_its_content_is(world: World) -> None:
    for type, content, data in (
        ("waypoint_visited", "gate", {}),
        ("area_unlocked", "downtown", {}),
        ("collectible_found", "flower", {"quantity": 3}),
        ("collectible_found", "flower", {}),
        ("flag_set", "door", {}),
        ("flag_set", "mood", {"value": "wild"}),
        ("flag_set", "closed", {"value": False}),
        ("flag_set", "height", {"value": 1.5}),
        ("choice_made", "path", {"choice": "left"}),
        ("choice_made", "path", {"choice": "right"}),
        ("interaction_performed", "lever", {}),
        ("npc_dialogue", "lever", {}),
    ):
        assert record(world, type, content, data=data).status == 200
    shown = ask(world)
    assert (shown["visited_waypoints"], shown["unlocked_areas"]) == (["gate"], ["downtown"])
    assert shown["collectibles"] == {"flower": 4}
    assert shown["flags"] == {"closed": False, "door": True, "height": 1.5, "mood": "wild"}
    assert (shown["choices"], shown["contents"]["lever"]["interactions"]) == ({"path": "right"}, 2)
    record(world, "flag_cleared", "door")
    record(world, "flag_cleared", "closed")
    assert ask(world)["flags"] == {"height": 1.5, "mood": "wild"}


@pytest.mark.parametrize(
    ("type", "data"),
    [
        ("flag_set", {"value": None}),
        ("flag_set", {"value": [1]}),
        ("flag_set", {"value": "x" * 257}),
        ("choice_made", {}),
        ("choice_made", {"choice": ""}),
        ("choice_made", {"choice": 1}),
        ("collectible_found", {"quantity": 0}),
    ],
)
def test_data_that_a_type_cannot_use_is_refused(world: World, type: str, data: dict[str, Any]) -> None:
    before = all_items(world.table)
    reply = record(world, type, "thing", data=data)
    assert (reply.status, reply.body["type"]) == (422, "urn:cairn:problem:invalid-body")
    assert all_items(world.table) == before


@pytest.mark.parametrize("type", ["waypoint_visited", "flag_set", "item_collected", "npc_dialogue"])
def test_a_type_that_changes_something_names_it(world: World, type: str) -> None:
    reply = record(world, type)
    assert reply.status == 422
    assert "content_id is needed" in reply.body["detail"]


def test_location_position_and_distance_follow_the_events(world: World) -> None:
    record(world, "waypoint_visited", "gate", location={"lat": 37.9, "lng": -122.5}, distance_meters=120.4)
    record(world, "location_reached", "lake", distance_meters=0.04)
    body = record(world, "npc_dialogue", "heron", distance_meters=10.26).body
    assert (body["current_location"], body["last_position"]) == ("lake", {"lat": 37.9, "lng": -122.5})
    assert body["total_distance_meters"] == 130.7
    newest = world.call("progress").send("GET", "/players/me/events").body["events"]
    assert {each.get("data", {}).get("distance_meters") for each in newest} >= {120.4, 10.3}


def test_short_distances_add_up_in_the_players_total(world: World) -> None:
    for _ in range(5):
        record(world, "check_in", distance_meters=0.4)
    world.call("events").send("POST", "/players/me/events", {"type": "check_in", "distance_meters": 7.5})
    metrics = world.call("players").send("GET", "/players/me").body["metrics"]
    assert metrics["distance_meters"] == 2 + 8


@pytest.mark.parametrize("metres", [-0.1, 1_000_001, "far"])
def test_a_distance_is_from_0_to_a_thousand_kilometres(world: World, metres: Any) -> None:
    assert record(world, "check_in", distance_meters=metres).status == 422


def test_visits_are_asked_for_one_by_one(world: World) -> None:
    never = ask(world, "/visits/gate")
    assert (never["visited"], never["visits"], never["last_day"]) == (False, 0, None)
    record(world, "waypoint_visited", "gate", duration_seconds=40)
    record(world, "waypoint_visited", "gate", duration_seconds=2)
    assert ask(world, "/visits/gate") == {
        "player_id": "ada",
        "experience_id": "woods",
        "content_id": "gate",
        "visited": True,
        "visits": 2,
        "total_time_seconds": 42,
        "last_day": "2026-11-20",
    }
    assert ask(world, "/visits/well")["visited"] is False


def test_a_visit_is_found_where_it_is_though_a_later_version_spreads_contents_otherwise(world: World) -> None:
    record(world, "waypoint_visited", "gate")
    world.define(expected_contents=500)
    fresh = World(world.table, world.clock)
    assert ask(fresh, "/visits/gate")["visited"] is True
    assert record(fresh, "waypoint_visited", "gate").status == 200
    assert ask(fresh, "/visits/gate")["visits"] == 2
    assert len([key for key in all_items(world.table) if key.sk.startswith("CONTENT#")]) == 1


def test_the_inventory_is_what_is_held(world: World) -> None:
    record(world, "item_collected", "lamp", data={"quantity": 2})
    record(world, "item_used", "lamp")
    record(world, "collectible_found", "flower")
    shown = ask(world, "/inventory")
    assert (shown["inventory"], shown["collectibles"]) == ({"lamp": 1}, {"flower": 1})
    assert ask(world, "/inventory", "nowhere")["type"] == "urn:cairn:problem:unknown-experience"


def test_a_percentage_is_reported_only_where_nothing_is_declared_that_could_be_counted(world: World) -> None:
    world.define("walk", quadrants={}, completion_criteria={})
    for percentage, shown in ((12.34, 12.3), (100, 100.0), (0, 0.0), (80, 80.0)):
        body = record(world, "percentage_reported", experience="walk", data={"percentage": percentage}).body
        assert (body["completion_percentage"], body["state"]) == (shown, "IN_PROGRESS")
    publish(world.table, "acme", LESSON)
    for name in ("woods", "lesson"):
        refused = record(world, "percentage_reported", experience=name, data={"percentage": 50})
        assert (refused.status, refused.body["type"]) == (409, "urn:cairn:problem:percentage-is-counted")
    for wrong in (-1, 100.5, "half", None, True):
        assert record(world, "percentage_reported", experience="walk", data={"percentage": wrong}).status == 422


def test_data_is_kept_up_to_8_kilobytes_and_not_one_byte_more(world: World) -> None:
    def data(size: int) -> dict[str, str]:
        return {"x": "y" * (size - len('{"x": ""}'))}

    refused = record(world, "check_in", data=data(8193))
    assert (refused.status, refused.body["errors"][0]["field"]) == (422, "data")
    assert "8193 bytes" in refused.body["detail"]
    assert record(world, "check_in", data=data(8192)).status == 200
    assert world.call("progress").send("GET", "/players/me/events").body["events"][0]["data"] == data(8192) | {
        "started_experience": True
    }
    assert world.play("blocks/film", {"data": data(8193)}).status == 422
