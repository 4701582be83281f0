"""Achievements that a tenant defines, or says otherwise: what is taken, what is refused, versions, who may."""

from typing import Any

import pytest

from cairn.achievements import change
from cairn.achievements.definition_storage import load
from cairn.achievements.definitions import ACHIEVEMENTS
from tests.support.achievements import achievement, define
from tests.support.http import Reply
from tests.support.world import World, all_items

RIDER: dict[str, Any] = {
    "title": "Long Rider",
    "description": "Ride 100 kilometres in a week",
    "category": "rides",
    "type": "engagement",
    "icon": "bicycle",
    "rarity": "epic",
    "xp": 300,
    "criteria": {"metric": "kilometres", "at_least": 100, "within": "week"},
    "prerequisites": ["first_steps"],
    "repeat": {"every": "week"},
    "secret": True,
}
KM = {"metric": "kilometres", "at_least": 10}
UNKNOWN, INVALID = "urn:cairn:problem:unknown-achievement", "urn:cairn:problem:invalid-body"


def ask(world: World, method: str, path: str = "", body: Any = None, role: str = "operator", **more: Any) -> Reply:
    return world.call("achievements", role).send(method, f"/achievements{path}", body, **more)


def put(world: World, name: str = "long_rider", **body: Any) -> Reply:
    return ask(world, "PUT", f"/{name}", body)


def test_what_is_defined_is_shown_as_it_was_sent(world: World) -> None:
    reply = put(world, **RIDER)
    assert (reply.status, reply.headers["ETag"]) == (200, '"1"')
    shown = reply.body
    assert shown["achievement_id"] == "long_rider"
    assert {name: shown[name] for name in RIDER} == RIDER
    assert (shown["version"], shown["is_active"]) == (1, True)
    assert (shown["metric"], shown["threshold"]) == ("kilometres", 100)
    assert ask(world, "GET", "/long_rider").body == shown
    assert ask(world, "GET").body["achievements"][-1] == shown


def test_what_is_left_out_has_its_default(world: World) -> None:
    shown = put(world, "short", title="Short", criteria=KM).body
    assert {name: shown[name] for name in ("description", "category", "type", "icon", "rarity", "xp")} == {
        "description": "",
        "category": "special",
        "type": "completion",
        "icon": "medal",
        "rarity": "common",
        "xp": 50,
    }
    assert (shown["prerequisites"], shown["repeat"], shown["secret"]) == ([], None, False)


def test_only_what_it_takes_and_pays_makes_a_new_version(world: World) -> None:
    put(world, title="Rider", criteria=KM)
    said = put(world, title="A rider", description="Ride", criteria=KM)
    assert (said.body["version"], said.headers["ETag"]) == (1, '"2"')
    paid = put(world, title="A rider", description="Ride", criteria=KM, xp=100)
    assert (paid.body["version"], paid.headers["ETag"]) == (2, '"3"')
    put(world, title="A rider", criteria={**KM, "at_least": 20}, xp=100)
    versions = ask(world, "GET", "/long_rider/versions").body["versions"]
    assert [(each["version"], each["xp"], each["criteria"]["at_least"]) for each in versions] == [
        (3, 100, 20),
        (2, 100, 10),
        (1, 50, 10),
    ]
    assert {each["since"] for each in versions} == {"2026-11-20T12:00:00.000Z"}
    page = ask(world, "GET", "/long_rider/versions", limit="2").body
    assert [each["version"] for each in page["versions"]] == [3, 2]
    rest = ask(world, "GET", "/long_rider/versions", limit="2", cursor=page["next"]).body
    assert ([each["version"] for each in rest["versions"]], rest["next"]) == ([1], None)


def test_what_stands_already_is_not_written_again(world: World) -> None:
    put(world, **RIDER)
    before = all_items(world.table)
    reply = ask(world, "PUT", "/long_rider", RIDER, headers={"if-match": '"0"'})
    assert (reply.status, reply.headers["ETag"]) == (200, '"1"')
    assert all_items(world.table) == before


def test_two_operators_cannot_overwrite_each_other(world: World) -> None:
    first = put(world, **RIDER).headers["ETag"]
    assert ask(world, "PUT", "/long_rider", {**RIDER, "xp": 10}, headers={"if-match": first}).status == 200
    lost = ask(world, "PUT", "/long_rider", {**RIDER, "xp": 20}, headers={"if-match": first})
    assert (lost.status, lost.body["etag"]) == (412, '"2"')
    assert ask(world, "PUT", "/new_one", RIDER, headers={"if-match": '"1"'}).status == 412
    assert ask(world, "PUT", "/long_rider", {**RIDER, "xp": 30}, headers={"if-none-match": "*"}).status == 412
    assert ask(world, "GET", "/long_rider").body["xp"] == 10


def test_a_reader_who_has_it_is_told_so(world: World) -> None:
    etag = put(world, **RIDER).headers["ETag"]
    assert ask(world, "GET", "/long_rider", headers={"if-none-match": etag}).status == 304
    assert ask(world, "GET", "/first_steps", headers={"if-none-match": '"0"'}).status == 304


def test_an_archived_one_is_switched_off_and_comes_back_with_a_put(world: World) -> None:
    put(world, "rider", title="Rider", criteria=KM)
    reply = ask(world, "POST", "/rider/archive", {})
    assert (reply.status, reply.body["is_active"], reply.headers["ETag"]) == (200, False, '"2"')
    assert ask(world, "POST", "/rider/archive", {}).headers["ETag"] == '"2"', "again changes nothing"
    seen = {each["achievement_id"] for each in ask(world, "GET", role="player").body["achievements"]}
    assert "rider" not in seen
    assert "rider" in {each["achievement_id"] for each in ask(world, "GET").body["achievements"]}
    assert put(world, "rider", title="Rider", criteria=KM).body["is_active"]
    assert ask(world, "POST", "/gone/archive", {}).body["type"] == UNKNOWN


def test_a_standard_one_may_pay_and_be_called_otherwise_or_be_switched_off(world: World) -> None:
    assert ask(world, "GET", "/first_steps").headers["ETag"] == '"0"'
    shown = put(world, "first_steps", title="Los geht's", xp=0).body
    assert (shown["title"], shown["xp"], shown["version"], shown["rarity"]) == ("Los geht's", 0, 2, "common")
    assert shown["criteria"] == {"metric": "experiences_completed", "at_least": 1}
    every = ask(world, "GET").body
    assert (every["total"], every["achievements"][19]["title"]) == (27, "Los geht's"), "in its own place"
    again = put(world, "first_steps", is_active=False).body
    assert (again["title"], again["xp"], again["is_active"], again["version"]) == ("First Steps", 50, False, 3)
    versions = ask(world, "GET", "/first_steps/versions").body["versions"]
    assert [(each["version"], each["xp"], each["since"] is None) for each in versions] == [
        (3, 50, False),
        (2, 0, False),
        (1, 50, True),
    ]
    assert ask(world, "POST", "/night_owl/archive", {}).body["is_active"] is False


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"criteria": KM}, "criteria"),
        ({"rarity": "epic"}, "rarity"),
        ({"category": "mine"}, "category"),
        ({"prerequisites": ["night_owl"]}, "prerequisites"),
        ({"title": ""}, "title"),
    ],
)
def test_what_a_standard_one_takes_is_no_tenants_to_say(world: World, body: dict[str, Any], field: str) -> None:
    reply = put(world, "first_steps", **body)
    assert (reply.status, reply.body["type"], reply.body["errors"][0]["field"]) == (422, INVALID, field)
    same = put(world, "first_steps", criteria={"metric": "experiences_completed", "at_least": 1}, rarity="common")
    assert same.status == 200, "what is as it is may be said"


DEEP: dict[str, Any] = KM
for _ in range(5):
    DEEP = {"all": [DEEP]}
BOTTOMLESS: dict[str, Any] = KM
for _ in range(300):
    BOTTOMLESS = {"not": BOTTOMLESS}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"criteria": KM}, "title"),
        ({"title": "x"}, "criteria"),
        ({"title": "x", "criteria": None}, "criteria"),
        ({"title": "x", "criteria": {"metric": "km"}}, "say at_least, at_most or equals of a metric"),
        ({"title": "x", "criteria": {}}, "all, any or not of other criteria"),
        ({"title": "x", "criteria": {"all": []}}, "at least 1 item"),
        ({"title": "x", "criteria": {**KM, "at_most": 20}}, "Extra inputs"),
        ({"title": "x", "criteria": {**KM, "at_least": 0}}, "greater than or equal to 1"),
        ({"title": "x", "criteria": {**KM, "at_least": 1.5}}, "integer"),
        ({"title": "x", "criteria": {**KM, "metric": "Kilo Metres"}}, "match pattern"),
        ({"title": "x", "criteria": {**KM, "within": "year"}}, "match pattern"),
        ({"title": "x", "criteria": {**KM, "within": "last_32_days"}}, "match pattern"),
        ({"title": "x", "criteria": {**KM, "metric": "level", "within": "week"}}, "no sum of what days brought"),
        ({"title": "x", "criteria": {"metric": "falls", "at_most": 3}}, "met by a player who did nothing"),
        ({"title": "x", "criteria": {"not": KM}}, "met by a player who did nothing"),
        ({"title": "x", "criteria": {"metric": "level", "at_least": 1}}, "met by a player who did nothing"),
        ({"title": "x", "criteria": DEEP}, "nested more than 5 deep"),
        ({"title": "x", "criteria": BOTTOMLESS}, "nested more than 5 deep"),
        ({"title": "x", "criteria": {"all": [{"any": [KM] * 11}, {"any": [KM] * 10}]}}, "at most 20 are possible"),
        ({"title": "x", "criteria": KM, "repeat": {"every": "hour"}}, "every"),
        ({"title": "x", "criteria": KM, "repeat": {"every": "threshold", "at_most": 101}}, "less than or equal to 100"),
        ({"title": "x", "criteria": KM, "repeat": {"every": "week"}}, "give a metric within"),
        ({"title": "x", "criteria": {"all": [KM]}, "repeat": {"every": "threshold"}}, "criteria of one metric"),
        (
            {"title": "x", "criteria": {"metric": "total_xp", "at_least": 9}, "repeat": {"every": "threshold"}},
            "would unlock itself",
        ),
        ({"title": "x", "criteria": KM, "xp": 1001}, "less than or equal to 1000"),
        ({"title": "x", "criteria": KM, "xp": -1}, "greater than or equal to 0"),
        ({"title": "x", "criteria": KM, "rarity": "shiny"}, "legendary"),
        ({"title": "x", "criteria": KM, "type": "luck"}, "milestone"),
        ({"title": "x", "criteria": KM, "prerequisites": ["gone"]}, "there is no achievement gone"),
        ({"title": "x", "criteria": KM, "threshold": 5}, "Extra inputs"),
    ],
)
def test_what_is_no_definition_is_refused_with_what_to_send(world: World, body: dict[str, Any], said: str) -> None:
    before = all_items(world.table)
    reply = put(world, **body)
    assert (reply.status, reply.body["type"]) == (422, INVALID)
    assert said in reply.body["detail"]
    assert all_items(world.table) == before


@pytest.mark.parametrize("name", ["Long", "1st", "a-b", "a" * 51, "backfills", "über"])
def test_what_cannot_be_an_id_is_refused(world: World, name: str) -> None:
    for reply in (put(world, name, title="x", criteria=KM), ask(world, "GET", f"/{name}")):
        assert (reply.status, reply.body["type"]) == (422, "urn:cairn:problem:invalid-parameter")


def test_prerequisites_must_be_there_and_go_in_no_circle(world: World) -> None:
    for name, prerequisites in (("a", []), ("b", ["a", "first_steps"]), ("c", ["b"])):
        assert put(world, name, title=name, criteria=KM, prerequisites=prerequisites).status == 200
    for before, way in ((["c"], ["a", "c", "b", "a"]), (["a"], ["a", "a"])):
        circle = put(world, "a", title="a", criteria=KM, prerequisites=before)
        assert (circle.status, circle.body["type"]) == (409, "urn:cairn:problem:circular-prerequisites")
        assert circle.body["cycle"] == way


def test_what_comes_again_each_week_is_no_prerequisite(world: World) -> None:
    put(world, **RIDER)
    reply = put(world, "after", title="After", criteria=KM, prerequisites=["long_rider"])
    assert (reply.status, reply.body["type"]) == (422, INVALID)
    assert "unlocked anew in each period" in reply.body["detail"]


def test_how_it_repeats_by_period_stays_as_it_was(world: World) -> None:
    put(world, **RIDER)
    for repeat in (None, {"every": "month"}, {"every": "threshold"}):
        criteria = KM if repeat == {"every": "threshold"} else RIDER["criteria"]
        reply = put(world, **{**RIDER, "repeat": repeat, "criteria": criteria})
        assert (reply.status, reply.body["errors"][0]["field"]) == (422, "repeat")
    put(world, "once", title="Once", criteria=KM)
    assert put(world, "once", title="Once", criteria=KM, repeat={"every": "threshold", "at_most": 5}).status == 200


def test_four_metrics_are_watched_by_period_and_no_fifth(world: World) -> None:
    for number in range(4):
        criteria = {"metric": f"m{number}", "at_least": 1, "within": "last_7_days"}
        assert put(world, f"a{number}", title="x", criteria=criteria).status == 200
    fifth = {"title": "x", "criteria": {"metric": "m4", "at_least": 1, "within": "month"}}
    reply = put(world, "a4", **fifth)
    assert (reply.status, reply.body["type"]) == (422, INVALID)
    assert "at most 4 metrics can be" in reply.body["detail"]
    ask(world, "POST", "/a0/archive", {})
    assert put(world, "a4", **fifth).status == 200


def test_so_many_are_possible_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change, "MAX_DEFINITIONS", 3)
    define(world.table, [achievement(f"a{number}") for number in range(3)])
    reply = put(world, "a3", title="x", criteria=KM)
    assert (reply.status, reply.body["type"]) == (413, "urn:cairn:problem:definition-too-large")
    assert put(world, "a2", title="x", criteria=KM).status == 200


def test_a_definition_that_is_too_large_is_refused(world: World) -> None:
    long = {"metric": "k" * 50, "at_least": 10**12, "within": "last_31_days"}
    body = {"title": "語" * 100, "description": "語" * 500, "criteria": {"all": [long] * 20}}
    reply = put(world, "large", **body, prerequisites=[])
    assert (reply.status, reply.body["type"]) == (413, "urn:cairn:problem:definition-too-large")


def test_a_write_is_of_three_items_and_of_those_that_it_changes(world: World) -> None:
    before = all_items(world.table)
    put(world, "plain", title="x", criteria=KM)
    after = all_items(world.table)
    kinds = sorted(after[key]["kind"]["S"] for key in after.keys() - before.keys())
    assert kinds == ["achievement-version", "achievements", "achievements-bucket"]
    put(world, "plain", title="y", criteria=KM)
    assert len(all_items(world.table)) == len(after)
    assert load(world.table, "acme").ver == 2
    assert ask(world, "GET").body["total"] == len(ACHIEVEMENTS) + 1


@pytest.mark.parametrize("role", ["player", "service", "admin"])
def test_only_operators_define(world: World, role: str) -> None:
    for method, path, body in (("PUT", "/long_rider", RIDER), ("POST", "/first_steps/archive", {})):
        assert ask(world, method, path, body, role).status == 403
    assert ask(world, "GET", "/first_steps/versions", role=role).status == (200 if role == "admin" else 403)
    assert ask(world, "GET", "/first_steps", role=role).status == 200
    assert ask(world, "GET", "/gone", role=role).body["type"] == UNKNOWN


def test_another_tenant_has_none_of_it(world: World) -> None:
    put(world, **RIDER)
    world.tenant = "other"
    assert ask(world, "GET", "/long_rider").status == 404
    assert ask(world, "GET").body["total"] == len(ACHIEVEMENTS)
