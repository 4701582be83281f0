"""Starting an experience: its requirements, the place, and the implicit start."""

from typing import Any

import pytest

from cairn.catalog.experience import Place
from cairn.progress.rules import distance_meters
from tests.support.world import World, all_items

PARK = {"lat": 37.9, "lng": -122.5, "radius_meters": 200}


def unmet(reply: Any) -> dict[str, tuple[Any, Any]]:
    assert reply.status == 409, reply.body
    assert reply.body["type"] == "urn:cairn:problem:requirements-not-met"
    return {each["requirement"]: (each["needed"], each["is"]) for each in reply.body["unmet"]}


def test_starting_answers_the_state_and_what_comes_next(world: World) -> None:
    reply = world.play("start")
    assert reply.status == 200
    body = reply.body
    assert (body["state"], body["started"], body["completion_percentage"]) == ("IN_PROGRESS", True, 0.0)
    assert (body["next_quadrant"], body["version"], body["event_type"]) == ("SO", 1, "experience_started")
    assert body["started_at"] == body["at"] == "2026-11-20T12:00:00.000Z"
    assert body["local_day"] == "2026-11-20"
    assert body["streak"] == {"action": "started", "current": 1, "longest": 1, "freezes_available": 3}
    assert body["xp"] == {
        "gained": 5,
        "by_source": {"streak_bonus": 5},
        "total": 5,
        "level": 1,
        "title": "Novice",
        "levels_reached": [],
    }


def test_starting_twice_is_refused_with_the_state_and_what_is_allowed(world: World) -> None:
    world.play("start")
    reply = world.play("start")
    assert reply.status == 409
    assert reply.body["type"] == "urn:cairn:problem:illegal-move"
    assert (reply.body["state"], reply.body["allowed"]) == (
        "IN_PROGRESS",
        ["events", "blocks", "sessions", "quadrants", "complete", "resume", "abandon"],
    )
    assert "quadrants" in reply.body["detail"]


def test_an_experience_that_is_not_defined_is_unknown(world: World) -> None:
    reply = world.play("start", experience="nowhere")
    assert (reply.status, reply.body["type"]) == (404, "urn:cairn:problem:unknown-experience")


def test_all_that_is_not_met_is_said_at_once_and_by_how_much(world: World) -> None:
    world.define("hill")
    world.define(
        "peak",
        min_level=3,
        required_virtues={"wisdom": 12.5, "courage": 1},
        prerequisites=["woods", "hill"],
        location=PARK,
    )
    before = all_items(world.table)
    assert (
        unmet(world.play("start", experience="peak"))
        == {
            "min_level": (3, 1),
            "virtue:wisdom": (12.5, 0),
            "virtue:courage": (1, 0),
            "location_radius_meters": (200, "no position was given"),
            "prerequisite": ("hill", "not completed"),
        }
        and len(world.play("start", experience="peak").body["unmet"]) == 6
    )
    assert all_items(world.table) == before


@pytest.mark.parametrize(
    ("requirement", "body", "expected"),
    [
        ({"min_level": 2}, {}, {"min_level": (2, 1)}),
        ({"required_virtues": {"justice": 0.5}}, {}, {"virtue:justice": (0.5, 0)}),
        ({"prerequisites": ["woods"]}, {}, {"prerequisite": ("woods", "not completed")}),
        ({"location": PARK}, {}, {"location_radius_meters": (200, "no position was given")}),
        (
            {"location": PARK},
            {"location": {"lat": 37.9, "lng": -122.49}},
            {"location_radius_meters": (200, 877.4)},
        ),
    ],
)
def test_each_requirement_holds_a_start_back(
    world: World, requirement: dict[str, Any], body: dict[str, Any], expected: dict[str, Any]
) -> None:
    world.define("peak", **requirement)
    assert unmet(world.play("start", body, experience="peak")) == expected


def test_who_meets_the_requirements_starts(world: World) -> None:
    world.journey()
    assert world.call("players").send("GET", "/players/me").body["virtues"]["wisdom"] == 5
    world.define("peak", min_level=2, required_virtues={"wisdom": 5}, prerequisites=["woods"], location=PARK)
    reply = world.play("start", {"location": {"lat": 37.9001, "lng": -122.5001}}, experience="peak")
    assert reply.status == 200


def test_a_first_event_or_session_starts_with_the_same_checks(world: World) -> None:
    world.define("peak", min_level=2, location=PARK)
    event = {"type": "waypoint_visited", "content_id": "gate"}
    assert unmet(world.play("events", event, experience="peak")) == {
        "min_level": (2, 1),
        "location_radius_meters": (200, "no position was given"),
    }
    assert "min_level" in unmet(world.play("sessions", {"duration_seconds": 60}, experience="peak"))
    for what, body in (("events", event), ("sessions", {"duration_seconds": 60})):
        world.define(what)
        reply = world.play(what, body, experience=what)
        assert (reply.status, reply.body["started"], reply.body["state"]) == (200, True, "IN_PROGRESS")
        again = world.play(what, body, experience=what)
        assert (again.status, again.body["started"]) == (200, False)


def test_an_event_with_its_position_starts_within_the_radius_and_not_outside(world: World) -> None:
    world.define("park", location=PARK)
    event = {"type": "check_in", "location": {"lat": 37.95, "lng": -122.5}}
    assert "location_radius_meters" in unmet(world.play("events", event, experience="park"))
    event["location"] = {"lat": 37.9, "lng": -122.5}
    assert world.play("events", event, experience="park").status == 200


@pytest.mark.parametrize("what", ["quadrants", "complete"])
def test_quadrants_and_completion_start_nothing(world: World, what: str) -> None:
    reply = world.play(what)
    assert (reply.status, reply.body["state"]) == (409, "NOT_STARTED")
    assert reply.body["allowed"] == ["discover", "start", "events", "blocks", "sessions"]


@pytest.mark.parametrize(
    ("a", "b", "metres"),
    [
        ((0, 0), (0, 0), 0),
        ((0, 0), (0, 1), 111_195),  # one degree of a great circle of radius 6,371,008.8 m
        ((0, 0), (0, 180), 20_015_115),  # half of it
        ((90, 0), (90, 137), 0),  # a pole has every longitude
        ((0, 179.5), (0, -179.5), 111_195),  # over the date line
        ((51.5007, -0.1246), (40.6892, -74.0445), 5_574_848),
    ],
)
def test_distances_are_great_circles_in_metres(a: tuple[float, float], b: tuple[float, float], metres: int) -> None:
    assert distance_meters(Place(*a), Place(*b)) == pytest.approx(metres, abs=1)


def test_a_requirement_that_is_not_met_names_itself_in_the_detail(world: World) -> None:
    world.define("peak", min_level=4)
    assert "min_level must be 4, is 1" in world.play("start", experience="peak").body["detail"]
