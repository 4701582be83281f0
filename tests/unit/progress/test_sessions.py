"""Sessions: time, count, outputs, and whether they began early or late on the player's own clock."""

from typing import Any

import pytest

from cairn.platform.instants import duration
from tests.support.world import World, all_items


def metrics(world: World) -> dict[str, int]:
    shown: dict[str, int] = world.call("players").send("GET", "/players/me").body["metrics"]
    return shown


def test_sessions_add_up_and_are_shown_as_people_read_them(world: World) -> None:
    world.play("sessions", {"duration_seconds": 3600})
    body = world.play("sessions", {"duration_seconds": 123}).body
    assert (body["total_sessions"], body["total_time_seconds"], body["total_time"]) == (2, 3723, "1h 2m 3s")
    assert metrics(world)["study_seconds"] == 3723
    assert metrics(world)["sessions"] == 2


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0s"),
        (59, "59s"),
        (60, "1m 0s"),
        (123, "2m 3s"),
        (3599, "59m 59s"),
        (3600, "1h 0m 0s"),
        (3723, "1h 2m 3s"),
        (90_061, "25h 1m 1s"),
    ],
)
def test_durations_are_written_in_hours_minutes_and_seconds(seconds: int, shown: str) -> None:
    assert duration(seconds) == shown


def test_a_session_without_a_beginning_ends_now(world: World) -> None:
    body = world.play("sessions", {"duration_seconds": 900}).body
    assert body["at"] == "2026-11-20T11:45:00.000Z"
    assert (
        world.play("sessions", {"duration_seconds": 900, "at": "2026-11-20T10:00:00Z"})
        .body["at"]
        .startswith("2026-11-20T10:00")
    )


@pytest.mark.parametrize(
    ("zone", "at", "early", "late"),
    [
        ("UTC", "2026-11-20T06:59:59Z", 1, 0),
        ("UTC", "2026-11-20T07:00:00Z", 0, 0),
        ("UTC", "2026-11-20T00:00:00Z", 1, 0),
        ("UTC", "2026-11-19T21:59:59Z", 0, 0),
        ("UTC", "2026-11-19T22:00:00Z", 0, 1),
        ("Asia/Tokyo", "2026-11-19T22:00:00Z", 0, 0),  # 07:00 there
        ("Asia/Tokyo", "2026-11-19T21:59:00Z", 1, 0),
        ("America/Los_Angeles", "2026-11-20T06:30:00Z", 0, 1),  # 22:30 the evening before
        ("Asia/Kathmandu", "2026-11-20T01:14:59Z", 1, 0),  # 06:59:59 at +05:45
        ("Asia/Kathmandu", "2026-11-20T01:15:00Z", 0, 0),
    ],
)
def test_early_and_late_are_by_the_players_own_clock(world: World, zone: str, at: str, early: int, late: int) -> None:
    world.call("players").send("PUT", "/players/me", {"zone": zone})
    world.play("sessions", {"duration_seconds": 60, "at": at})
    counted = metrics(world)
    assert (counted.get("early_sessions", 0), counted.get("late_sessions", 0)) == (early, late)


def test_outputs_are_kept_and_named_once(world: World) -> None:
    world.play("sessions", {"duration_seconds": 60, "outputs": {"poem": "It rained.", "map": "north"}})
    body = world.play("sessions", {"duration_seconds": 60, "outputs": {"poem": "It rained again."}}).body
    assert body["outputs"] == ["poem", "map"]
    stored = world.table.query("T#acme#U#ada", prefix="O#woods#").items
    assert len(stored) == 2


@pytest.mark.parametrize("seconds", [-1, 86_401, 1.5, "long", None])
def test_a_session_lasts_from_no_time_to_a_day(world: World, seconds: Any) -> None:
    reply = world.play("sessions", {"duration_seconds": seconds})
    assert reply.status == 422
    assert [each["field"] for each in reply.body["errors"]] == ["duration_seconds"]


def test_the_longest_and_the_shortest_session_are_taken(world: World) -> None:
    assert world.play("sessions", {"duration_seconds": 0}).status == 200
    assert world.play("sessions", {"duration_seconds": 86_400}).body["total_time"] == "24h 0m 0s"


def test_a_session_that_is_not_over_yet_is_refused(world: World) -> None:
    at = world.clock.at.isoformat()
    refused = world.play("sessions", {"at": at, "duration_seconds": 3600})
    assert (refused.status, "is not over" in refused.body["detail"]) == (422, True)
    assert world.play("sessions", {"duration_seconds": 3600}).status == 200


def test_outputs_have_as_many_names_as_a_head_can_hold_and_those_that_are_required(world: World) -> None:
    world.define("hill", quadrants={}, completion_criteria={"required_outputs": ["poem"]})

    def deliver(*names: str) -> Any:
        body = {"duration_seconds": 60, "outputs": dict.fromkeys(names, "text")}
        return world.play("sessions", body, experience="hill")

    deliver(*(f"sketch-{number}" for number in range(10)))
    assert deliver(*(f"sketch-{number}" for number in range(10, 20))).status == 200
    before = all_items(world.table)
    refused = deliver("one more")
    assert (refused.status, refused.body["type"]) == (413, "urn:cairn:problem:state-full")
    assert (refused.body["size"], refused.body["limit"]) == (21, 20)
    assert all_items(world.table) == before
    assert deliver("sketch-3").status == 200, "a name that was used before"
    assert deliver("poem").status == 200, "a name that completion asks for"
    assert world.play("complete", experience="hill").status == 200
