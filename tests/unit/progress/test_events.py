"""Events: what each type changes, what is kept, and which a player may send."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.world import World


def record(world: World, type: str, content: str | None = None, **more: Any) -> Any:
    return world.play("events", {"type": type, **({"content_id": content} if content else {}), **more})


def state(world: World) -> Any:
    return world.call("progress").send("GET", "/players/me/experiences/woods").body


def test_visits_and_seconds_of_a_content_are_counted(world: World) -> None:
    record(world, "waypoint_visited", "gate", duration_seconds=40)
    record(world, "waypoint_visited", "gate", duration_seconds=2)
    record(world, "waypoint_visited", "well")
    assert state(world)["contents"] == {
        "gate": {"visits": 2, "seconds": 42, "interactions": 0},
        "well": {"visits": 1, "seconds": 0, "interactions": 0},
    }


def test_a_quest_is_active_until_it_is_completed_and_stays_completed(world: World) -> None:
    record(world, "quest_started", "spring")
    assert (state(world)["active_quests"], state(world)["completed_quests"]) == (["spring"], [])
    record(world, "quest_completed", "spring")
    assert (state(world)["active_quests"], state(world)["completed_quests"]) == ([], ["spring"])
    record(world, "quest_started", "spring")
    assert (state(world)["active_quests"], state(world)["completed_quests"]) == ([], ["spring"])


def test_items_are_counted_and_used_up(world: World) -> None:
    record(world, "item_collected", "berry")
    record(world, "item_collected", "berry", data={"quantity": 4})
    assert state(world)["inventory"] == {"berry": 5}
    record(world, "item_used", "berry", data={"quantity": 3})
    assert state(world)["inventory"] == {"berry": 2}
    reply = record(world, "item_used", "berry", data={"quantity": 3})
    assert (reply.status, reply.body["held"]) == (409, 2)
    assert "'berry' is held 2 times: 3 cannot be used" in reply.body["detail"]
    record(world, "item_used", "berry", data={"quantity": 2})
    assert state(world)["inventory"] == {}


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "2", True, 1_000_001, None])
def test_an_item_is_collected_a_whole_number_of_times(world: World, quantity: Any) -> None:
    reply = record(world, "item_collected", "berry", data={"quantity": quantity})
    assert reply.status == 422
    assert "data.quantity" in reply.body["detail"]


def test_a_quantity_means_nothing_to_what_is_no_item(world: World) -> None:
    assert record(world, "waypoint_visited", "gate", data={"quantity": "three litres"}).status == 200


def test_an_unknown_content_needs_no_definition_and_a_content_is_not_needed(world: World) -> None:
    assert record(world, "check_in").status == 200
    assert state(world)["contents"] == {}


@pytest.mark.parametrize(
    ("type", "metric"), [("word_learned", "words_learned"), ("conversation_held", "conversations_held")]
)
def test_words_and_conversations_are_counted(world: World, type: str, metric: str) -> None:
    record(world, type, "moss")
    record(world, type, "moss")
    assert world.call("players").send("GET", "/players/me").body["metrics"][metric] == 2


def test_amounts_in_an_event_are_kept_and_pay_nothing(world: World) -> None:
    record(world, "check_in")
    world.clock.at += timedelta(minutes=1)
    reply = record(world, "quest_completed", "spring", data={"points_earned": 900, "reward": {"xp": 1000}})
    assert reply.body["xp"]["gained"] == 0
    newest = world.call("progress").send("GET", "/players/me/events").body["events"][0]
    assert newest["data"] == {"points_earned": 900, "reward": {"xp": 1000}}


def test_an_event_is_shown_with_all_that_was_sent(world: World) -> None:
    reply = record(
        world,
        "waypoint_visited",
        "gate",
        at="2026-11-20T12:59:30+01:00",
        duration_seconds=40,
        data={"mood": "ümläut 😀"},
        location={"lat": 37.9, "lng": -122.5},
    )
    world.clock.at += timedelta(minutes=1)
    (event,) = world.call("progress").send("GET", "/players/me/events").body["events"]
    assert event == {
        "event_id": reply.body["event_id"],
        "type": "waypoint_visited",
        "experience_id": "woods",
        "content_id": "gate",
        "at": "2026-11-20T11:59:30.000Z",
        "recorded_at": "2026-11-20T12:00:00.000Z",
        "zone": "UTC",
        "local_day": "2026-11-20",
        "duration_seconds": 40,
        "data": {"mood": "ümläut 😀", "started_experience": True},
        "location": {"lat": 37.9, "lng": -122.5},
    }


@pytest.mark.parametrize("role", ["player", "service"])
@pytest.mark.parametrize("type", ["achievement_unlocked", "level_up", "experience_completed", "session_recorded"])
def test_nobody_sends_the_events_of_the_system_itself(world: World, role: str, type: str) -> None:
    path = "/players/ada/experiences/woods/events"
    reply = world.call("progress", role).send("POST", path, {"type": type})
    assert (reply.status, reply.body["type"]) == (403, "urn:cairn:problem:event-type-not-allowed")


def test_a_player_sends_what_the_tenant_lists_and_a_service_anything(world: World) -> None:
    path, event = "/players/ada/experiences/woods/events", {"type": "tree_planted"}
    refused = world.call("progress").send("POST", path, event)
    assert refused.status == 403
    assert "waypoint_visited" in refused.body["allowed"]
    assert world.call("progress", "service").send("POST", path, event).status == 200
    world.call("catalog", "operator").send("PUT", "/settings", {"player_event_types": ["tree_planted"]})
    fresh = World(world.table, world.clock)
    assert fresh.call("progress").send("POST", path, event).status == 200
    assert fresh.call("progress").send("POST", path, {"type": "check_in"}).status == 403


def test_events_after_completion_are_recorded_and_change_no_percentage(world: World) -> None:
    world.journey()
    reply = record(world, "waypoint_visited", "gate")
    assert (reply.status, reply.body["state"], reply.body["completion_percentage"]) == (200, "COMPLETED", 100.0)
