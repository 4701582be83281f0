"""Bad input is answered by a problem that says what to send instead, and nothing is written."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from cairn.platform.api.problems import PROBLEMS
from tests.support.http import CONTEXT, claims, request
from tests.support.world import World, all_items

EVENTS = "/players/me/experiences/woods/events"
CHECK_IN = {"type": "check_in"}


def fields(reply: Any) -> list[str]:
    assert reply.status == 422, reply.body
    return [each["field"] for each in reply.body["errors"]]


@pytest.fixture
def refused(world: World) -> Any:
    """Sends a request that must be refused with a problem of that code, and leave no trace."""

    def send(status: int, code: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
        function = "progress" if "experiences" in path or path.endswith("/events") else more.pop("function", "xp")
        role = more.pop("role", "player")
        before = all_items(world.table)
        reply = world.call(function, role).send(method, path, body, **more)
        assert (reply.status, reply.body["type"]) == (status, f"urn:cairn:problem:{code}"), reply.body
        assert reply.headers["Content-Type"] == "application/problem+json"
        assert reply.body["title"] == PROBLEMS[code][1]
        assert reply.body["request_id"] == "request-1"
        assert len(reply.body["detail"]) > 10
        assert "Traceback" not in str(reply.body)
        assert all_items(world.table) == before
        return reply

    return send


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "type=check_in",
        '{"type": "check_in",}',
        '{"type": "check_in", "data": {"x": NaN}}',
        '{"type": "check_in", "data": {"x": Infinity}}',
        '{"type": "check_in", "data": {"x": 1e999}}',
        '{"type": "check_in", "data": {"x": "\\ud800"}}',
        '{"type": "check_in", "data": {"x": ' + "1" * 5000 + "}}",
        "[" * 30_000,
    ],
)
def test_a_body_that_is_no_json_is_malformed(refused: Any, text: str) -> None:
    refused(400, "malformed-json", "POST", EVENTS, text)


def test_a_body_that_is_not_utf_8_is_malformed(world: World) -> None:
    before = all_items(world.table)
    event = request(
        "POST", f"/api/v1{EVENTS}", body=base64.b64encode(b"\xff\xfe").decode(), claims=claims("player", "ada")
    )
    event["isBase64Encoded"] = True
    answer = world.call("progress").http.handle(event, CONTEXT)
    assert (answer["statusCode"], json.loads(answer["body"])["type"]) == (400, "urn:cairn:problem:malformed-json")
    assert all_items(world.table) == before


@pytest.mark.parametrize("text", ["[]", '"words"', "7", "null", "true"])
def test_json_that_is_no_object_is_refused(refused: Any, text: str) -> None:
    assert fields(refused(422, "invalid-body", "POST", EVENTS, text)) == ["(body)"]


def test_every_wrong_field_is_named_at_once(refused: Any) -> None:
    body = {
        "type": "Check In",
        "content_id": "",
        "duration_seconds": -1,
        "data": "none",
        "location": {"lat": 91, "lng": 0, "alt": 3},
        "at": "yesterday",
        "points": 5,
    }
    reply = refused(422, "invalid-body", "POST", EVENTS, body)
    named = fields(reply)
    assert sorted(named) == sorted(
        ["type", "content_id", "duration_seconds", "data", "location.lat", "location.alt", "at", "points"]
    )
    assert all(name in reply.body["detail"] for name in named)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"type": None}, "type"),
        ({"type": "t" * 51}, "type"),
        ({"type": ["check_in"]}, "type"),
        ({"content_id": "c" * 129}, "content_id"),
        ({"content_id": 7}, "content_id"),
        ({"duration_seconds": 86_401}, "duration_seconds"),
        ({"duration_seconds": "long"}, "duration_seconds"),
        ({"data": {"x": "y" * 8200}}, "data"),
        ({"location": {"lat": 1}}, "location.lng"),
        ({"location": {"lat": 1, "lng": 181}}, "location.lng"),
        ({"location": "here"}, "location"),
        ({"at": "2026-11-20T12:00:00"}, "at"),  # no offset
        ({"at": "1969-12-31T23:59:59Z"}, "at"),
        ({"at": "0001-01-01T00:00:00Z"}, "at"),
        ({"at": "10000-01-01T00:00:00Z"}, "at"),
        ({"at": True}, "at"),
        ({"user_id": 7}, "user_id"),
    ],
)
def test_a_field_that_cannot_be_is_named(refused: Any, wrong: dict[str, Any], field: str) -> None:
    assert fields(refused(422, "invalid-body", "POST", EVENTS, CHECK_IN | wrong)) == [field]


def test_what_a_rule_of_ours_says_is_told_in_its_own_words(refused: Any) -> None:
    reply = refused(422, "invalid-body", "POST", EVENTS, {"type": "item_used"})
    told = "content_id is needed: the item that item_used is about"
    assert reply.body["errors"] == [{"field": "(body)", "message": told}]
    assert reply.body["detail"] == f"Mend these fields: (body): {told}."


def test_an_instant_to_come_is_refused_but_for_the_skew_of_a_clock(world: World, refused: Any) -> None:
    later = world.clock.at + timedelta(minutes=5)
    body = CHECK_IN | {"at": (later + timedelta(milliseconds=1)).isoformat()}
    reply = refused(422, "invalid-body", "POST", EVENTS, body)
    assert "it is 2026-11-20T12:00:00.000Z here" in reply.body["detail"]
    refused(422, "invalid-body", "POST", EVENTS, CHECK_IN | {"at": "9999-12-31T23:59:59Z"})
    assert world.play("events", CHECK_IN | {"at": later.isoformat()}).status == 200


def test_an_instant_long_ago_is_taken_and_pays_no_streak(world: World) -> None:
    reply = world.play("events", CHECK_IN | {"at": "1970-01-01T00:00:00Z"})
    assert (reply.status, reply.body["xp"]["gained"], reply.body["local_day"]) == (200, 0, "1970-01-01")


def test_a_body_over_64_kib_is_too_large(refused: Any) -> None:
    body = json.dumps(CHECK_IN | {"data": {"x": "é" * 33_000}}, ensure_ascii=False)
    reply = refused(413, "body-too-large", "POST", EVENTS, body)
    assert "65536" in reply.body["detail"]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "ten", "٣", "9" * 5000, "1,2", "+5"])
@pytest.mark.parametrize("path", ["/players/me/xp/history", "/players/me/events", "/players/me/experiences"])
def test_a_limit_is_a_whole_number_from_1_to_100(refused: Any, path: str, limit: str) -> None:
    refused(422, "invalid-parameter", "GET", path, limit=limit)


@pytest.mark.parametrize(
    "cursor",
    [
        "not a cursor",
        "!!!!",
        "é",
        base64.urlsafe_b64encode(b"\xff\xff").decode(),
        base64.urlsafe_b64encode(b"PLAYER").decode(),  # a key of the partition, but not of the list
        base64.urlsafe_b64encode(b"").decode() or "=",
        base64.urlsafe_b64encode(b"L#E#PRG#" + b"x" * 2000).decode(),
    ],
)
@pytest.mark.parametrize("path", ["/players/me/xp/history", "/players/me/events", "/players/me/experiences"])
def test_a_cursor_is_the_next_of_the_page_before(refused: Any, path: str, cursor: str) -> None:
    reply = refused(422, "invalid-parameter", "GET", path, cursor=cursor)
    assert "`next`" in reply.body["detail"]


LONG = ["x" * 129, "é" * 65, "語" * 43]


@pytest.mark.parametrize("identifier", LONG)
def test_an_id_that_no_key_can_hold_is_refused(refused: Any, identifier: str) -> None:
    start = f"/players/me/experiences/{identifier}/start"
    refused(422, "invalid-parameter", "POST", start, {})
    refused(422, "invalid-parameter", "GET", f"/players/me/experiences/{identifier}")
    refused(422, "invalid-parameter", "POST", f"/players/{identifier}/experiences/woods/start", {}, role="service")
    refused(422, "invalid-parameter", "GET", f"/players/{identifier}/xp", role="operator")


ODD = ["zoë", "a b", "50%", "a%20b", "a+b", "a&b", "a:b@c", "it's", "語", "x" * 128, "..", "me2", "PLAYER", "-", "a|b"]
ODD += [
    'say "hi"',
    "a#b",
    "back\\slash",
    "`tick`",
    "😀👩‍🚀",
    "שלום",
    "\u202eabc",
    "e\u0301",
    "ก็",
    "\u200b",
    "\x01\t\x02",
]


@pytest.mark.parametrize("identifier", ODD)
def test_an_odd_id_is_one_like_any_other(world: World, identifier: str) -> None:
    world.define(identifier, quadrants={}, completion_criteria={})
    event = {"type": "item_collected", "content_id": identifier}
    for what, body in (("start", {}), ("events", event), ("complete", {})):
        reply = world.play(what, body, player=identifier, experience=identifier)
        assert reply.status == 200, reply.body
    client = world.call("progress", player=identifier)
    stands = client.send("GET", f"/players/{identifier}/experiences/{identifier}").body
    assert (stands["player_id"], stands["experience_id"]) == (identifier, identifier)
    assert stands["inventory"] == {identifier: 1}
    (shown,) = client.send("GET", "/players/me/experiences").body["experiences"]
    assert shown["experience_id"] == identifier
    assert {each["experience_id"] for each in client.send("GET", "/players/me/events").body["events"]} == {identifier}


def test_ids_that_differ_only_in_what_is_encoded_are_different(world: World) -> None:
    for player in ("a b", "a%20b", "a+b", "a_b"):
        assert world.play("start", player=player).body["xp"]["total"] == 5


@pytest.mark.parametrize("content", ["a#b", "a/b", "n~x", "😀", "first", "events", "xp_completion", "#", "a.b[0]"])
def test_a_content_id_may_be_anything(world: World, content: str) -> None:
    assert world.play("events", {"type": "waypoint_visited", "content_id": content}).status == 200
    stands = world.call("progress").send("GET", "/players/me/experiences/woods").body
    assert stands["contents"] == {content: {"visits": 1, "seconds": 0, "interactions": 0}}


@pytest.mark.parametrize("path", ["/players/a/b/xp", "/players/ /", "/players//xp"])
def test_what_cannot_stand_in_a_path_is_no_route(refused: Any, path: str) -> None:
    refused(404, "unknown-route", "GET", path)
