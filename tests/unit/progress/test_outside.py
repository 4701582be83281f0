"""Events beside an experience's own route: outside of any, or in the one that the body names."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.http import Reply
from tests.support.world import World, all_items


def record(world: World, body: dict[str, Any], role: str = "player", **more: Any) -> Reply:
    path = f"/players/{'me' if role == 'player' else 'ada'}/events"
    return world.call("events", role).send("POST", path, body, **more)


def test_a_check_in_outside_of_any_experience_keeps_the_streak_and_pays_its_bonus(world: World) -> None:
    for day in range(3):
        body = record(world, {"type": "check_in"}).body
        assert (body["streak"]["current"], body["xp"]["by_source"]) == (day + 1, {"streak_bonus": 5 * (day + 1)})
        assert "experience_id" not in body
        assert "state" not in body
        world.clock.at += timedelta(days=1)
    assert world.call("progress").send("GET", "/players/me/experiences").body["experiences"] == []


def test_it_counts_for_metrics_and_keeps_what_it_was_about(world: World) -> None:
    record(world, {"type": "word_learned", "content_id": "moss", "data": {"language": "pt"}, "duration_seconds": 20})
    assert world.call("players").send("GET", "/players/me").body["metrics"]["words_learned"] == 1
    (event,) = world.call("progress").send("GET", "/players/me/events").body["events"]
    assert (event["data"], event["duration_seconds"]) == ({"content_id": "moss", "language": "pt"}, 20)
    (fact,) = [item for key, item in all_items(world.table).items() if key.sk == "ada##0"]
    assert (fact["events"], "first" in fact) == ({"N": "1"}, False)


@pytest.mark.parametrize("name", ["experience_id", "mission_id", "wod_id", "scenario_id"])
def test_an_experience_that_the_body_names_gets_the_event(world: World, name: str) -> None:
    body = record(world, {"type": "waypoint_visited", "content_id": "gate", name: "woods"}).body
    assert (body["experience_id"], body["started"]) == ("woods", True)
    stands = world.call("progress").send("GET", "/players/me/experiences/woods").body
    assert stands["visited_waypoints"] == ["gate"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"type": "check_in", "experience_id": "nowhere"}, 404),
        ({"type": "check_in", "experience_id": "x" * 129}, 422),
        ({"type": "check_in", "experience_id": "語" * 43}, 422),
        ({"type": "level_up"}, 403),
        ({"type": "tree_planted"}, 403),
        ({"type": "check_in", "user_id": "bob"}, 403),
        ({"type": "check_in", "community_id": "other"}, 403),
        ({"type": "check_in", "at": "2026-11-20T12:06:00Z"}, 422),
    ],
)
def test_what_is_refused_leaves_nothing(world: World, body: dict[str, Any], status: int) -> None:
    before = all_items(world.table)
    assert record(world, body).status == status
    assert all_items(world.table) == before


def test_a_service_sends_any_type_and_a_retry_is_answered_as_before(world: World) -> None:
    first = record(world, {"type": "tree_planted"}, "service", key="once")
    again = record(world, {"type": "tree_planted"}, "service", key="once")
    assert (first.status, again.body, again.headers["Idempotency-Replayed"]) == (200, first.body, "true")
    assert record(world, {"type": "tree_planted"}, "service", key="").body["type"].endswith("idempotency-key-missing")
