"""Discovering, resuming sooner and later, giving up and taking up again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cairn.catalog.experience import Status
from tests.support.published import LESSON, publish
from tests.support.world import World, all_items


def state(world: World, experience: str = "woods") -> Any:
    return world.call("progress").send("GET", f"/players/me/experiences/{experience}").body


def metrics(world: World) -> dict[str, int]:
    shown: dict[str, int] = world.call("players").send("GET", "/players/me").body["metrics"]
    return shown


def refused(reply: Any, state: str, *allowed: str) -> None:
    assert (reply.status, reply.body["type"]) == (409, "urn:cairn:problem:illegal-move"), reply.body
    assert (reply.body["state"], reply.body["allowed"]) == (state, list(allowed))


def test_what_is_discovered_can_be_started_and_discovering_again_says_so(world: World) -> None:
    body = world.play("discover").body
    assert (body["state"], body["event_type"], body["started"]) == ("DISCOVERED", "experience_discovered", False)
    assert (body["discovered_at"], body["started_at"]) == ("2026-11-20T12:00:00.000Z", None)
    before = all_items(world.table)
    again = world.play("discover")
    assert (again.status, again.body["already_discovered"], again.body["state"]) == (200, True, "DISCOVERED")
    changed = {key.sk[:2] for key, item in all_items(world.table).items() if before.get(key) != item}
    assert changed == {"I#"}
    refused(world.play("complete"), "DISCOVERED", "start", "events", "blocks", "sessions")
    assert world.play("start").body["state"] == "IN_PROGRESS"
    assert world.play("discover").body["already_discovered"]
    assert metrics(world)["experiences_started"] == 1


def test_within_thirty_days_all_is_kept_and_the_answer_says_how_many_days_it_was(world: World) -> None:
    world.journey(upto=6)
    world.clock.at += timedelta(days=31, seconds=-1)
    body = world.play("resume").body
    assert (body["resumed"], body["days_since_last_progress"]) == ("maintained", 30)
    assert "30 days ago" in body["message"]
    assert (body["state"], body["quadrants_completed"]) == ("IN_PROGRESS", ["SO", "BO"])


def test_after_thirty_whole_days_quadrants_begin_anew_and_all_else_stays(world: World) -> None:
    publish(world.table, "acme", LESSON)
    world.journey(upto=9)
    world.play("sessions", {"duration_seconds": 60, "outputs": {"poem": "It rained."}})
    world.play("blocks/film", {"completed": True}, experience="lesson")
    before = state(world)
    world.clock.at += timedelta(days=31)
    body = world.play("resume").body
    assert (body["resumed"], body["days_since_last_progress"], body["state"]) == ("reset", 31, "DISCOVERED")
    assert "31 days" in body["message"]
    after = state(world)
    assert (after["quadrants_completed"], after["completion_percentage"], after["started_at"]) == ([], 0.0, None)
    for kept in ("inventory", "contents", "active_quests", "outputs", "total_time_seconds", "total_sessions"):
        assert after[kept] == before[kept]
    lesson = world.play("resume", experience="lesson").body
    assert (lesson["resumed"], lesson["blocks_done"], lesson["completion_percentage"]) == ("reset", 1, 33.3)
    again = world.play("quadrants")
    refused(again, "DISCOVERED", "start", "events", "blocks", "sessions")
    started = world.play("start").body
    assert (started["state"], started["next_quadrant"], started["started"]) == ("IN_PROGRESS", "SO", True)
    assert metrics(world)["experiences_started"] == 2, "the woods and the lesson, each once"


def test_an_event_after_thirty_days_goes_on_without_being_asked(world: World) -> None:
    world.journey(upto=6)
    world.clock.at += timedelta(days=40)
    body = world.play("events", {"type": "check_in"}).body
    assert (body["state"], body["quadrants_completed"]) == ("IN_PROGRESS", ["SO", "BO"])


def test_what_is_given_up_is_taken_up_where_it_was(world: World) -> None:
    world.journey(upto=5)
    body = world.play("abandon").body
    assert (body["state"], body["event_type"]) == ("ABANDONED", "experience_abandoned")
    for what, sent in (
        ("events", {"type": "check_in"}),
        ("sessions", {"duration_seconds": 5}),
        ("start", {}),
        ("abandon", {}),
        ("quadrants", {}),
        ("complete", {}),
        ("practice", {}),
    ):
        refused(world.play(what, sent), "ABANDONED", "resume")
    world.clock.at += timedelta(days=3)
    body = world.play("resume").body
    assert (body["resumed"], body["state"], body["quadrants_completed"]) == ("maintained", "IN_PROGRESS", ["SO"])
    assert metrics(world)["experiences_started"] == 1


def test_what_was_given_up_long_ago_begins_anew(world: World) -> None:
    world.journey(upto=5)
    world.play("abandon")
    world.clock.at += timedelta(days=31)
    body = world.play("resume").body
    assert (body["resumed"], body["state"], body["quadrants_completed"]) == ("reset", "DISCOVERED", [])


@pytest.mark.parametrize("what", ["resume", "abandon", "practice"])
def test_what_was_never_started_is_neither_resumed_nor_given_up_nor_practised(world: World, what: str) -> None:
    refused(world.play(what), "NOT_STARTED", "discover", "start", "events", "blocks", "sessions")


@pytest.mark.parametrize("what", ["resume", "abandon", "start", "quadrants"])
def test_what_is_completed_stays_so(world: World, what: str) -> None:
    world.journey()
    refused(world.play(what), "COMPLETED", "events", "blocks", "sessions", "practice")


@pytest.mark.parametrize("status", [Status.DRAFT, Status.ARCHIVED])
def test_only_what_is_published_is_started_and_who_has_started_goes_on(world: World, status: Status) -> None:
    publish(world.table, "acme", LESSON)
    world.play("start", experience="lesson")
    publish(world.table, "acme", replace(LESSON, status=status))
    fresh = World(world.table, world.clock)
    reply = fresh.play("start", experience="lesson", player="bob")
    assert (reply.status, reply.body["type"]) == (409, "urn:cairn:problem:requirements-not-met")
    assert reply.body["unmet"] == [{"requirement": "status", "needed": "published", "is": status.value}]
    assert fresh.play("blocks/film", {"completed": True}, experience="lesson").body["blocks_done"] == 1
