"""Many events at once: each stands once and for itself, and the results say what became of each."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cairn.platform.api.http import MAX_BODY_BYTES
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from tests.support.http import Reply
from tests.support.world import World, all_items

AT = "2026-11-20T11:{:02d}:{:02d}Z"


def event(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"e-{number}", "at": AT.format(*divmod(number, 60)), "type": "check_in", **more}


def send(world: World, *events: Any, role: str = "player") -> Reply:
    return world.call("events", role).send("POST", "/events", {"events": list(events)}, key="")


def told(reply: Reply) -> list[Any]:
    """Of each event: its status, and whether it stood already or why it was refused."""
    assert reply.status == 200, reply.body
    return [
        (each["status"], each.get("already_recorded", each.get("type", "").removeprefix("urn:cairn:problem:")))
        for each in reply.body["results"]
    ]


def log(world: World) -> int:
    return sum(key.sk.startswith("E#") for key in all_items(world.table))


def test_each_event_is_taken_or_refused_for_itself_and_in_its_place(world: World) -> None:
    reply = send(
        world,
        event(1, type="item_used", content_id="lamp", experience_id="woods"),
        event(5, type="item_used", content_id="lamp", experience_id="woods"),
        event(3, type="item_collected", content_id="lamp", mission_id="woods"),
        event(4, type="level_up"),
        {"id": "e", "type": "check_in"},
        "no event",
        event(6, experience_id="nowhere"),
        event(7, at="2026-11-20T13:00:00Z"),
        event(8, type="tree_planted"),
        event(9, data={"quantity": 1}),
    )
    assert told(reply) == [
        (409, "too-few-items"),
        (200, False),
        (200, False),
        (403, "event-type-not-allowed"),
        (422, "invalid-body"),
        (422, "invalid-body"),
        (404, "unknown-experience"),
        (422, "invalid-body"),
        (403, "event-type-not-allowed"),
        (200, False),
    ], "in order of time: the lamp is collected before it is used for the second time"
    assert (reply.body["recorded"], reply.body["already_recorded"], reply.body["refused"]) == (3, 0, 7)
    assert [each.get("xp_gained") for each in reply.body["results"] if each["status"] == 200] == [0, 5, 0]
    assert log(world) == 3
    assert "GET" not in str(reply.headers)


def test_sent_again_each_event_stands_as_it_did_though_the_rules_would_refuse_it_now(world: World) -> None:
    collected = event(1, type="item_collected", content_id="lamp", experience_id="woods")
    used = event(2, type="item_used", content_id="lamp", experience_id="woods")
    assert told(send(world, collected, used)) == [(200, False)] * 2
    before = all_items(world.table)
    assert told(send(world, used)) == [(200, True)], "none is held any more"
    assert told(send(world, collected, used, event(3))) == [(200, True), (200, True), (200, False)]
    assert {key for key in before if all_items(world.table)[key] != before[key]} <= {
        key for key in before if key.sk in ("PLAYER", "ada##0")
    }
    world.clock.at += timedelta(days=200)
    assert told(send(world, collected, used, event(3))) == [(200, True)] * 3


def test_of_two_with_one_id_the_second_is_what_the_first_was(world: World) -> None:
    used = event(1, type="item_used", content_id="lamp", experience_id="woods")
    reply = send(world, event(2), used, event(2), used)
    assert told(reply) == [(200, False), (409, "too-few-items"), (200, True), (409, "too-few-items")]
    first, _, second, _ = reply.body["results"]
    assert first["event_id"] == second["event_id"]
    assert log(world) == 1


def test_one_id_at_two_instants_is_two_events(world: World) -> None:
    assert told(send(world, event(1), {**event(2), "id": "e-1"})) == [(200, False)] * 2


def test_a_service_sends_for_many_players_and_names_each(world: World) -> None:
    reply = send(
        world,
        event(1, player_id="ada"),
        event(1, player_id="bob", type="tree_planted"),
        event(2),
        event(3, player_id="ada", user_id="bob"),
        event(4, player_id="bob", user_id="bob"),
        event(5, player_id="x" * 129),
        role="service",
    )
    assert told(reply) == [
        (200, False),
        (200, False),
        (403, "name-the-player"),
        (403, "other-player"),
        (200, False),
        (422, "invalid-body"),
    ]
    assert told(send(world, event(9, player_id="bob"))) == [(403, "other-player")]


def test_a_hundred_events_are_taken_and_one_more_is_refused_as_a_whole(world: World) -> None:
    hundred = [
        event(number, type="waypoint_visited", content_id=f"w-{number}", experience_id="woods") for number in range(100)
    ]
    assert told(send(world, *hundred)) == [(200, False)] * 100
    assert log(world) == 100
    assert world.call("xp").send("GET", "/players/me/xp").body["total_xp"] == 5
    before = all_items(world.table)
    reply = send(world, *hundred, event(100))
    assert (reply.status, reply.body["errors"][0]["field"]) == (422, "events")
    assert send(world).status == 422
    assert all_items(world.table) == before


def test_a_body_is_taken_to_its_last_byte(world: World) -> None:
    def body(size: int) -> str:
        empty = json.dumps({"events": [event(1, data={"x": ""})] * 9})
        rest = (size - len(empty)) // 9
        events = [event(number, data={"x": "y" * rest}) for number in range(1, 10)]
        short = size - len(json.dumps({"events": events}))
        events[0]["data"]["x"] += "y" * short
        return json.dumps({"events": events})

    client = world.call("events")
    assert len(body(MAX_BODY_BYTES)) == MAX_BODY_BYTES == 65_536
    reply = client.send("POST", "/events", body(MAX_BODY_BYTES + 1))
    assert (reply.status, reply.body["type"]) == (413, "urn:cairn:problem:body-too-large")
    assert told(client.send("POST", "/events", body(MAX_BODY_BYTES))) == [(200, False)] * 9


def test_a_late_event_that_adjusts_many_days_fits_wherever_a_transaction_ends(world: World) -> None:
    """Old events of many experiences, and after so many of them one that fills a gap three days ago."""
    for number in range(22):
        world.define(f"walk-{number}", quadrants={}, completion_criteria={})
    for day in (20, 21, 22, 23, 30, 31, 32, 34, 35, 36):  # of November, and on
        world.clock.at = NOON + timedelta(days=day - 20)
        assert world.play("events", {"type": "check_in"}).status == 200
    world.clock.at += timedelta(hours=1)
    assert world.clock.at.date().isoformat() == "2026-12-06"
    stands = all_items(world.table)
    for more in range(6):
        restore(world, stands)
        many = 22 + more
        events = [
            {**event(number, experience_id=f"walk-{min(number, 21)}", **AT_THE_GATE), "at": OLD}
            for number in range(many)
        ]
        gap = event(99, experience_id="woods", **AT_THE_GATE)
        reply = send(world, {**gap, "at": "2026-12-03T20:00:00Z"}, *events)
        assert told(reply) == [(200, False)] * (many + 1), many
        assert reply.body["results"][0]["xp_gained"] == 20 + 3 * 5, "its own day, and the three since"


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
OLD = "2026-12-01T10:00:00Z"
AT_THE_GATE = {"type": "waypoint_visited", "content_id": "gate"}


def restore(world: World, items: dict[Key, Raw]) -> None:
    """Puts the table back to what it was."""
    client: Any = world.table.client
    for key in all_items(world.table).keys() - items.keys():
        client.delete_item(TableName=world.table.name, Key={"PK": {"S": key.pk}, "SK": {"S": key.sk}})
    for item in items.values():
        client.put_item(TableName=world.table.name, Item=item)
