"""The routes of older clients: their names and fields, and what each call means here."""

import json
from datetime import timedelta
from typing import Any

import pytest

from cairn.catalog.experience import Criteria, Experience
from tests.support.http import CONTEXT, request
from tests.support.published import LESSON, publish
from tests.support.world import World, all_items


@pytest.fixture
def world(world: World) -> World:
    publish(world.table, "acme", LESSON)
    publish(world.table, "acme", Experience("walk", 1, "Walk", criteria=Criteria(min_time_minutes=20)))
    return world


def track(world: World, body: dict[str, Any], *, role: str = "player", key: str | None = None) -> Any:
    world.clock.at += timedelta(seconds=1)
    return world.call("legacy", role).send("POST", "/track-user-progress", body, key=key)


def events(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.call("progress").send("GET", "/players/me/events").body["events"]
    return [{name: each.get(name) for name in ("type", "content_id", "duration_seconds")} for each in found][::-1]


def state(world: World, experience: str) -> Any:
    return world.call("progress").send("GET", f"/players/me/experiences/{experience}").body


@pytest.mark.parametrize("name", ["wod_id", "mission_id", "scenario_id", "experience_id"])
def test_an_experience_goes_by_each_of_its_older_names(world: World, name: str) -> None:
    reply = track(world, {name: "lesson", "block_id": "film", "status": "completed", "course_id": "trees"})
    assert (reply.status, reply.body["success"]) == (200, True)
    assert (reply.body["data"]["experience_id"], reply.body["data"]["blocks_done"]) == ("lesson", 1)


def test_names_for_the_same_thing_may_agree_and_may_not_differ(world: World) -> None:
    assert track(world, {"wod_id": "lesson", "mission_id": "lesson"}).status == 200
    assert track(world, {"wod_id": "lesson", "mission_id": "walk"}).status == 422
    assert track(world, {"page_id": "watch"}).status == 422


def test_time_on_a_block_is_work_on_it_until_it_is_said_to_be_completed(world: World) -> None:
    body = {"wod_id": "lesson", "page_id": "watch", "block_id": "film", "time_spent_seconds": 90}
    track(world, {**body, "progress_type": "block_interacted", "completion_percentage": 40})
    reply = track(world, {**body, "completion_percentage": 100})
    assert reply.body["data"]["block"] == {
        "block_id": "film",
        "state": "completed",
        "attempts": 0,
        "best_score": None,
        "passed": False,
        "total_time_seconds": 180,
    }
    assert [each["type"] for each in events(world)] == ["block_interacted", "block_completed"]


def test_a_score_of_a_hundred_counts_from_a_service_and_is_kept_from_a_player(world: World) -> None:
    body = {"wod_id": "lesson", "block_id": "quiz", "score": 80, "status": "completed"}
    assert track(world, body).body["data"]["block"]["passed"] is False
    newest = world.call("progress").send("GET", "/players/me/events").body["events"][0]
    assert newest["data"]["score"] == 80
    reply = track(world, {**body, "user_id": "ada"}, role="service")
    assert (reply.body["data"]["block"]["passed"], reply.body["data"]["block"]["best_score"]) == (True, 0.8)


def test_blocks_and_pages_that_are_not_defined_are_kept_as_events(world: World) -> None:
    track(world, {"wod_id": "lesson", "block_id": "gone", "status": "completed"})
    track(world, {"wod_id": "lesson", "block_id": "head", "time_spent_seconds": 5})
    track(world, {"wod_id": "lesson", "page_id": "watch", "time_spent_seconds": 30})
    track(world, {"wod_id": "lesson", "page_id": "watch", "status": "completed"})
    assert [(each["type"], each["content_id"]) for each in events(world)] == [
        ("block_completed", "gone"),
        ("block_interacted", "head"),
        ("page_viewed", "watch"),
        ("page_completed", "watch"),
    ]
    assert state(world, "lesson")["blocks_done"] == 0


def test_an_experience_is_discovered_worked_on_for_any_time_and_completed(world: World) -> None:
    assert track(world, {"wod_id": "walk", "status": "not_started"}).body["data"]["state"] == "DISCOVERED"
    assert track(world, {"wod_id": "walk", "completion_percentage": 35.5}).body["data"]["completion_percentage"] == 35.5
    early = track(world, {"wod_id": "walk", "status": "completed"})
    assert (early.status, early.body["type"]) == (409, "urn:cairn:problem:incomplete")
    reply = track(world, {"wod_id": "walk", "status": "completed", "time_spent_seconds": 1800})
    assert reply.status == 200, reply.body
    assert (reply.body["data"]["state"], reply.body["data"]["total_time_seconds"]) == ("COMPLETED", 1800)
    assert {each["type"] for each in events(world)} >= {"session_recorded", "experience_completed"}


def test_notes_that_come_along_are_written(world: World) -> None:
    track(world, {"wod_id": "walk", "notes": "Mind the roots."})
    assert world.call("progress").send("GET", "/players/me/experiences/walk/notes").body["notes"] == "Mind the roots."


def test_with_an_idempotency_key_the_whole_call_is_done_once(world: World) -> None:
    body = {"wod_id": "walk", "status": "completed", "time_spent_seconds": 1800}
    first = track(world, body, key="once")
    before = all_items(world.table)
    world.clock.at += timedelta(minutes=1)
    again = track(world, body, key="once")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")
    assert all_items(world.table) == before


def test_without_a_key_each_request_is_another_but_one_that_the_gateway_sends_twice(world: World) -> None:
    client = world.call("legacy")
    track(world, {"wod_id": "walk", "time_spent_seconds": 60}, key="")
    sent = track(world, {"wod_id": "walk", "time_spent_seconds": 60}, key="")
    assert sent.body["data"]["total_sessions"] == 1, "the same request id"
    event = request("POST", "/api/v1/track-user-progress", body={"wod_id": "walk", "time_spent_seconds": 60})
    event["requestContext"] |= {"requestId": "request-2", "authorizer": {"jwt": {"claims": client.claims}}}
    answer = json.loads(client.http.handle(event, CONTEXT)["body"])
    assert answer["data"]["total_sessions"] == 2


@pytest.mark.parametrize(
    ("activity", "type", "kept"),
    [
        ("waypoint_visited", "waypoint_visited", {}),
        ("Agent Conversation", "conversation_held", {}),
        ("content.viewed!", "activity_tracked", {"activity_type": "content.viewed!"}),
        ("level_up", "activity_tracked", {"activity_type": "level_up"}),
    ],
)
def test_an_activity_is_an_event_of_its_own_type_where_players_may_send_that(
    world: World, activity: str, type: str, kept: dict[str, Any]
) -> None:
    body = {"activity_type": activity, "content_item_id": "gate", "activity_data": {"x": 1}, "community_id": "acme"}
    reply = world.call("legacy").send("POST", "/track-user-activity", {**body, "mission_id": "walk"}, key="")
    assert (reply.status, reply.body["data"]["event_type"]) == (200, type)
    outside = world.call("legacy").send("POST", "/track-user-activity", body, key="one")
    assert (outside.status, outside.body["data"]["streak"]["current"]) == (200, 1)
    newest = world.call("progress").send("GET", "/players/me/events").body["events"]
    assert {**newest[0]["data"], **newest[1]["data"]}.items() >= {"x": 1, **kept}.items()
    assert state(world, "walk")["contents"]["gate"]["visits"] == 1


def test_an_activity_without_a_letter_and_one_of_another_player_are_refused(world: World) -> None:
    client = world.call("legacy")
    assert client.send("POST", "/track-user-activity", {"activity_type": "42"}).status == 422
    assert client.send("POST", "/track-user-activity", {"activity_type": "login", "user_id": "bob"}).status == 403
    assert client.send("POST", "/track-user-activity", {"activity_type": "login", "community_id": "x"}).status == 403
