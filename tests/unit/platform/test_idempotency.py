"""Idempotency keys: the same request, however often and however late, answers what the first did."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.http import Reply
from tests.support.world import World, all_items

EVENT = {"type": "word_learned", "content_id": "moss"}


def replayed(reply: Reply) -> bool:
    return bool(reply.headers.get("Idempotency-Replayed") == "true")


@pytest.mark.parametrize("key", ["", "k" * 256])
@pytest.mark.parametrize("what", ["start", "events", "quadrants", "sessions", "complete"])
def test_a_post_without_a_key_of_1_to_255_characters_is_refused(world: World, what: str, key: str) -> None:
    bodies: dict[str, Any] = {"events": EVENT, "sessions": {"duration_seconds": 5}}
    before = all_items(world.table)
    reply = world.play(what, bodies.get(what, {}), key=key)
    assert (reply.status, reply.body["type"]) == (400, "urn:cairn:problem:idempotency-key-missing")
    assert "UUID" in reply.body["detail"]
    assert all_items(world.table) == before


def test_the_same_request_again_answers_the_same_and_says_so(world: World) -> None:
    first = world.play("events", EVENT, key="one")
    before = all_items(world.table)
    again = world.play("events", EVENT, key="one")
    assert (first.status, again.status) == (200, 200)
    assert again.body == first.body
    assert (replayed(first), replayed(again)) == (False, True)
    assert all_items(world.table) == before


def test_another_body_under_the_same_key_is_refused(world: World) -> None:
    world.play("events", EVENT, key="one")
    before = all_items(world.table)
    reply = world.play("events", {**EVENT, "content_id": "fern"}, key="one")
    assert (reply.status, reply.body["type"]) == (422, "urn:cairn:problem:idempotency-key-reused")
    assert all_items(world.table) == before


def test_another_route_under_the_same_key_is_refused(world: World) -> None:
    world.play("start", key="one")
    assert world.play("quadrants", key="one").status == 422


def test_spacing_and_order_of_a_body_make_no_other_request(world: World) -> None:
    path = "/players/me/experiences/woods/events"
    client = world.call("progress")
    first = client.send("POST", path, '{"type": "check_in", "content_id": "gate"}', key="one")
    again = client.send("POST", path, '{"content_id":"gate","type":"check_in"}', key="one")
    assert (first.status, again.status, replayed(again)) == (200, 200, True)


def test_the_key_of_another_player_is_another_request(world: World) -> None:
    first = world.play("start", key="one")
    other = world.play("start", player="bob", key="one")
    assert (first.status, other.status, replayed(other)) == (200, 200, False)
    assert first.body["event_id"] != other.body["event_id"]


def test_a_start_is_replayed_though_starting_is_no_longer_legal(world: World) -> None:
    first = world.play("start", key="one")
    world.play("quadrants")
    again = world.play("start", key="one")
    assert (again.status, again.body, replayed(again)) == (200, first.body, True)
    assert world.play("start", key="two").status == 409


def test_a_quadrant_sent_twice_advances_once(world: World) -> None:
    world.play("start")
    world.play("quadrants", key="one")
    assert world.play("quadrants", key="one").body["quadrants_completed"] == ["SO"]
    assert world.play("quadrants", key="two").body["quadrants_completed"] == ["SO", "BO"]


def test_a_completion_replayed_a_day_and_a_year_later_pays_once(world: World) -> None:
    world.journey(upto=9)
    first = world.play("complete", {"reflection": "Yes."}, key="one")
    total = first.body["xp"]["total"]
    for days in (1, 364):
        world.clock.at += timedelta(days=days)
        again = World(world.table, world.clock).play("complete", {"reflection": "Yes."}, key="one")
        assert (again.body, replayed(again)) == (first.body, True)
    assert world.call("xp").send("GET", "/players/me/xp").body["total_xp"] == total


def test_a_request_that_was_refused_may_succeed_later_under_its_key(world: World) -> None:
    world.journey(upto=8)
    assert world.play("complete", {"reflection": "Yes."}, key="one").status == 409
    world.play("sessions", {"duration_seconds": 600})
    reply = world.play("complete", {"reflection": "Yes."}, key="one")
    assert (reply.status, replayed(reply)) == (200, False)


def test_an_event_that_stands_is_not_recorded_again_though_its_key_was_forgotten(world: World) -> None:
    event = {**EVENT, "at": "2026-11-20T11:00:00Z"}
    first = world.play("events", event, key="one")
    client: Any = world.table.client
    for key in all_items(world.table):
        if key.sk.startswith("I#"):
            client.delete_item(TableName=world.table.name, Key={"PK": {"S": key.pk}, "SK": {"S": key.sk}})
    before = all_items(world.table)
    again = world.play("events", event, key="one")
    assert (again.status, again.body) == (200, {"event_id": first.body["event_id"], "already_recorded": True})
    assert replayed(again)
    assert all_items(world.table) == before


def test_an_answer_is_kept_for_400_days(world: World) -> None:
    world.play("start", key="one")
    (kept,) = [item for key, item in all_items(world.table).items() if key.sk.startswith("I#")]
    assert int(kept["ttl"]["N"]) == int((world.clock.at + timedelta(days=400)).timestamp())


def test_a_player_called_me_and_by_id_is_the_same_player_to_a_key(world: World) -> None:
    client = world.call("progress")
    first = client.send("POST", "/players/me/experiences/woods/start", {}, key="once")
    again = client.send("POST", "/players/ada/experiences/woods/start", {}, key="once")
    assert (first.status, again.status) == (200, 200)
    assert again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true"
