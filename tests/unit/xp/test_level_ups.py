"""A level-up is an event: one for each level that is reached for the first time, in the transaction that pays."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cairn.xp.levels import THRESHOLDS, title_of
from tests.support.world import World, all_items, react, stream_records


def level_ups(world: World, player: str = "ada") -> list[dict[str, Any]]:
    """The level-ups of a player, the first one first."""
    path = f"/players/{player}/events"
    events = world.call("progress", "operator").send("GET", path, type="level_up").body["events"]
    return sorted(events, key=lambda event: event["data"]["level"])


def pays(world: World, reward: int, **more: Any) -> dict[str, Any]:
    """Completes an experience that pays so much; the answer."""
    name = f"pays-{reward}"
    world.define(name, quadrants={}, completion_criteria={}, xp_reward=reward)
    world.play("start", experience=name, **more)
    body: dict[str, Any] = world.play("complete", experience=name, **more).body
    return body


def test_each_level_is_an_event_with_its_title_and_what_brought_it(world: World) -> None:
    body = pays(world, 1000)
    assert (body["xp"]["total"], body["xp"]["levels_reached"]) == (1005, [2, 3, 4, 5, 6, 7])
    events = level_ups(world)
    assert [event["data"]["level"] for event in events] == [2, 3, 4, 5, 6, 7]
    for event in events:
        assert event["data"]["title"] == "Novice"
        assert (event["data"]["total_xp"], event["data"]["event_id"]) == (1005, body["event_id"])
        assert (event["at"], event["experience_id"]) == (body["at"], "pays-1000")


def test_a_level_that_brings_a_title_says_so(world: World) -> None:
    pays(world, THRESHOLDS[9])
    assert [event["data"]["title"] for event in level_ups(world)][-2:] == ["Novice", "Apprentice"]
    assert title_of(10) == "Apprentice"


def test_the_same_request_again_makes_no_event_more(world: World) -> None:
    world.journey(upto=9)
    first = world.play("complete", {"reflection": "Yes."}, key="once")
    before = all_items(world.table)
    assert world.play("complete", {"reflection": "Yes."}, key="once").body == first.body
    assert all_items(world.table) == before
    assert len(level_ups(world)) == 1


def test_the_daily_bonus_and_an_unlock_may_bring_a_level_too(world: World) -> None:
    pays(world, 94)
    before = all_items(world.table)
    assert level_ups(world) == []
    react(world.table, world.clock, stream_records({}, before))
    (unlocked,) = level_ups(world)
    assert (unlocked["data"]["level"], unlocked["data"]["total_xp"]) == (2, 99 + 100 - 50)
    assert unlocked["zone"] == "UTC" and unlocked["local_day"] == "2026-11-20"
    world.clock.at += timedelta(days=1)
    pays(world, 5)
    world.clock.at += timedelta(days=1)
    bonus = world.play("events", {"type": "check_in"}).body
    assert bonus["xp"]["levels_reached"] == [3]
    assert level_ups(world)[-1]["data"]["event_id"] == bonus["event_id"]


def test_the_reactor_run_again_makes_no_event_more(world: World) -> None:
    pays(world, 94)
    records = stream_records({}, all_items(world.table))
    react(world.table, world.clock, records)
    before = all_items(world.table)
    react(world.table, world.clock, records + records)
    assert all_items(world.table) == before


def test_a_late_event_dates_its_level_up_by_when_it_happened(world: World) -> None:
    world.clock.at += timedelta(days=2)
    body = pays(world, 200)
    (event,) = level_ups(world)
    assert event["at"] == body["at"]
    world.define("late", quadrants={}, completion_criteria={}, xp_reward=200)
    at = (world.clock.at - timedelta(days=1)).isoformat()
    world.play("start", {"at": at}, experience="late")
    late = world.play("complete", {"at": at}, experience="late").body
    assert late["xp"]["levels_reached"] == [4], "the third came with the start, whose day had none yet"
    assert [each["local_day"] for each in level_ups(world)] == ["2026-11-22", "2026-11-21", "2026-11-21"]


def test_many_events_at_once_bring_their_levels(world: World) -> None:
    world.clock.at = datetime(2026, 12, 20, 12, tzinfo=UTC)
    first = world.clock.at - timedelta(days=2)
    events = [
        {"id": f"day {day}", "type": "check_in", "at": (first + timedelta(days=day)).isoformat()} for day in range(3)
    ]
    pays(world, 90, player="bob")
    body = {"events": [{**event, "player_id": "bob"} for event in events]}
    reply = world.call("events", "service").send("POST", "/events", body, key="")
    assert reply.body["refused"] == 0
    assert [event["data"]["level"] for event in level_ups(world, "bob")] == [2]
    again = all_items(world.table)
    world.call("events", "service").send("POST", "/events", body, key="")
    assert all_items(world.table) == again


@pytest.mark.parametrize("role", ["player", "service"])
def test_nobody_sends_one(world: World, role: str) -> None:
    path = "/players/ada/experiences/woods/events"
    reply = world.call("progress", role).send("POST", path, {"type": "level_up"})
    assert (reply.status, reply.body["type"]) == (403, "urn:cairn:problem:event-type-not-allowed")
