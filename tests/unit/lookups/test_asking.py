"""What a look-up is asked with: parameters, cursors, tenants."""

import base64
from typing import Any

import pytest

from cairn.catalog.experience import Place
from cairn.platform.table import Table
from functions.leaderboards_mover.handler import mover
from tests.support.boards import History, batch
from tests.support.crowd import event, head, load, person
from tests.support.http import Clock
from tests.support.world import World

NEAR = {"lat": "37.9", "lng": "-122.5"}
HELD = {"experience_id": "woods", "item_id": "lamp"}
LOOKUPS: dict[str, tuple[str, str, dict[str, str]]] = {
    "holders": ("/lookups/holders", "players", HELD),
    "levels": ("/lookups/levels", "players", {"max": "5"}),
    "percentages": ("/lookups/percentages", "players", {"experience_id": "woods"}),
    "last active": ("/lookups/last-active", "players", {}),
    "last active there": ("/lookups/last-active", "players", {"experience_id": "woods"}),
    "events near": ("/lookups/events-near", "events", NEAR),
    "active": ("/experiences/woods/active-players", "players", {}),
}


def populate(world: World, *players: str) -> None:
    """Players who are in the answer to every look-up."""
    history = History(world.tenant)
    mover(world.table)(batch(*(history.change(player, 50) for player in players)))
    for player in players:
        at = world.clock.at
        load(
            world.table,
            [
                head(player, at, tenant=world.tenant),
                person(player, at, tenant=world.tenant),
                event(player, Place(37.9, -122.5), at, tenant=world.tenant),
            ],
        )
        body = {"type": "item_collected", "content_id": "lamp"}
        assert world.play("events", body, player=player).status == 200


def ask(world: World, name: str, **more: str) -> Any:
    path, _, query = LOOKUPS[name]
    return world.call("lookups", "operator").send("GET", path, **{**query, **more})


@pytest.mark.parametrize("name", LOOKUPS)
def test_tenants_with_the_same_ids_see_their_own_players(table: Table, clock: Clock, name: str) -> None:
    acme, other, empty = (World(table, clock, tenant) for tenant in ("acme", "acme#", "acm"))
    for world in (acme, other, empty):
        world.define()
    populate(acme, "ada", "bob")
    populate(other, "bob", "語")
    _, member, _ = LOOKUPS[name]
    found = {
        world.tenant: {row["player_id"] for row in ask(world, name).body[member]} for world in (acme, other, empty)
    }
    assert found == {"acme": {"ada", "bob"}, "acme#": {"bob", "語"}, "acm": set()}


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_cursor_is_good_for_its_own_question_in_its_own_tenant(table: Table, clock: Clock, name: str) -> None:
    acme, other = World(table, clock), World(table, clock, "other")
    for world in (acme, other):
        world.define()
        world.define("hill")
        populate(world, "ada", "bob", "cid")
    cursor = ask(acme, name, limit="1").body["next"]
    assert ask(acme, name, limit="2", cursor=cursor).status == 200
    changed = {
        "holders": {"item_id": "map"},
        "levels": {"max": "6"},
        "percentages": {"min": "1"},
        "last active": {"from": "2026-01-01"},
        "last active there": {"experience_id": "hill"},
        "events near": {"radius_meters": "101"},
    }
    assert ask(other, name, cursor=cursor).status == 422
    if name in changed:
        assert ask(acme, name, **changed[name], cursor=cursor).status == 422
    for another in LOOKUPS:
        if another != name:
            assert ask(acme, another, cursor=cursor).status == 422


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_cursor_that_was_tampered_with_is_refused(world: World, name: str) -> None:
    populate(world, "ada", "bob")
    cursor = ask(world, name, limit="1").body["next"]
    text = base64.urlsafe_b64decode(cursor).decode()
    tampered = [
        "x",
        "!!!!",
        "é",
        cursor[:-4],
        cursor + "AAAA",
        *(
            base64.urlsafe_b64encode(each.encode()).decode()
            for each in (text[1:], text + "a", text[12:], text[:12], "0")
        ),
        base64.urlsafe_b64encode(b"x" * 2000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ]
    for each in tampered:
        reply = ask(world, name, cursor=each)
        assert (reply.status, reply.body["type"]) == (422, "urn:cairn:problem:invalid-parameter"), each


WRONG = [
    ("holders", {"experience_id": ""}, "experience_id is missing"),
    ("holders", {"item_id": ""}, "item_id is missing"),
    ("holders", {"limit": "101"}, "limit"),
    ("holders", {"mission_id": "hill"}, "experience_id and mission_id name different experiences"),
    ("holders", {"item_id": "語" * 43}, "item_id"),
    ("levels", {"min": "0"}, "min"),
    ("levels", {"max": "101"}, "max"),
    ("levels", {"min": "7"}, "min must not be after max"),
    ("levels", {"min": "1.5"}, "min"),
    ("percentages", {"min": "-1"}, "min"),
    ("percentages", {"max": "100.1"}, "max"),
    ("percentages", {"min": "nan"}, "min"),
    ("percentages", {"min": "5_0"}, "min"),
    ("percentages", {"min": "٣"}, "min"),
    ("percentages", {"min": "60", "max": "50"}, "min must not be after max"),
    ("percentages", {"limit": "1001"}, "limit"),
    ("last active", {"from": "yesterday"}, "from"),
    ("last active", {"to": "2026-02-30"}, "to"),
    ("last active", {"from": "2026-11-21", "to": "2026-11-20"}, "from must not be after to"),
    ("events near", {"lat": ""}, "lat"),
    ("events near", {"lat": "90.1"}, "lat"),
    ("events near", {"lat": "inf"}, "lat"),
    ("events near", {"lng": "-180.5"}, "lng"),
    ("events near", {"lng": "east"}, "lng"),
    ("events near", {"radius_meters": "0"}, "radius_meters"),
    ("events near", {"radius_meters": "1001"}, "radius_meters"),
    ("events near", {"from": "2026-11-20"}, "from"),
    ("events near", {"from": "2026-11-20T12:00:00"}, "from"),
    ("events near", {"to": "2026-11-20T12:00:00 02:00"}, "%2B"),
    ("events near", {"to": "1969-12-31T23:59:59Z"}, "to"),
    ("events near", {"from": "2026-11-20T12:00:00Z", "to": "2026-11-20T11:00:00Z"}, "from must not be after to"),
    ("active", {"limit": "0"}, "limit"),
]


@pytest.mark.parametrize(("name", "query", "named"), WRONG)
def test_a_parameter_that_cannot_be_is_named(world: World, name: str, query: dict[str, str], named: str) -> None:
    world.define("hill")
    reply = ask(world, name, **query)
    assert (reply.status, reply.body["type"]) == (422, "urn:cairn:problem:invalid-parameter")
    assert named in reply.body["detail"]


@pytest.mark.parametrize("name", ["holders", "percentages", "last active there"])
def test_an_experience_that_is_not_defined_is_unknown(world: World, name: str) -> None:
    assert ask(world, name, experience_id="nowhere").status == 404
    reply = world.call("lookups", "operator").send("GET", "/experiences/nowhere/active-players")
    assert (reply.status, reply.body["type"]) == (404, "urn:cairn:problem:unknown-experience")


@pytest.mark.parametrize("first", ["1970-01-01T00:00:00Z", "2026-11-20T12:00:00Z"])
def test_any_instant_from_1970_to_9999_bounds_a_search(world: World, first: str) -> None:
    populate(world, "ada")
    found = ask(world, "events near", **{"from": first, "to": "9999-12-31T23:59:59.999Z"}).body["events"]
    assert [row["player_id"] for row in found] == ["ada"]


def test_two_names_of_one_experience_are_no_contradiction(world: World) -> None:
    populate(world, "ada")
    assert ask(world, "percentages", wod_id="woods", scenario_id="woods").status == 200
