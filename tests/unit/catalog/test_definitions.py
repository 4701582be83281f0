"""Definitions: versions that never change, and the one that a player keeps."""

from typing import Any

import pytest

from cairn.catalog.experience import Experience, completion_xp
from cairn.catalog.storage import Catalog, from_json, to_json
from cairn.platform.table import Table
from tests.support.world import WOODS, World, all_items


def put(world: World, experience: str, body: dict[str, Any]) -> Any:
    return world.call("catalog", "operator").send("PUT", f"/experiences/{experience}", body)


def test_a_definition_is_shown_as_it_was_given(world: World) -> None:
    place = {"lat": 37.9, "lng": -122.5, "radius_meters": 250}
    given = {
        **WOODS,
        "location": place,
        "required_virtues": {"wisdom": 1.5},
        "prerequisites": ["woods"],
        "language": "pt-BR",
        "tags": ["forest"],
        "category": "MENTAL",
    }
    put(world, "peak", given)
    shown = world.call("catalog").send("GET", "/experiences/peak").body
    assert (shown["id"], shown["version"], shown["place"]) == ("peak", 1, place)
    assert {name: shown[name] for name in given.keys() - {"location", "completion_criteria"}} == {
        name: value for name, value in given.items() if name not in ("location", "completion_criteria")
    }
    assert shown["criteria"] == {"min_time_minutes": 10, "required_outputs": [], "reflection": False}
    assert to_json(from_json(shown)).items() >= {"id": "peak", "name": "The Woods"}.items()


def test_defining_the_same_again_makes_no_version(world: World) -> None:
    before = all_items(world.table)
    reply = put(world, "woods", WOODS)
    assert (reply.status, reply.body["version"]) == (200, 1)
    assert all_items(world.table) == before


def test_a_changed_definition_is_a_new_version_and_the_old_one_stays(world: World) -> None:
    for version, reward in ((2, 40), (3, 50)):
        assert put(world, "woods", {**WOODS, "xp_reward": reward}).body["version"] == version
    catalog = Catalog(world.table)
    rewards = [catalog.version("acme", "woods", version).xp_reward for version in (1, 2, 3)]
    assert rewards == [None, 40, 50]
    assert catalog.get("acme", "woods").version == 3


def test_the_latest_is_looked_up_once_a_minute(table: Table, world: World) -> None:
    now = 0.0
    catalog = Catalog(table, monotonic=lambda: now)
    assert catalog.get("acme", "woods").version == 1
    put(world, "woods", {**WOODS, "xp_reward": 40})
    now = 59.9
    assert catalog.get("acme", "woods").version == 1
    now = 60.0
    assert catalog.get("acme", "woods").version == 2


def test_a_player_keeps_the_version_that_they_started(world: World) -> None:
    world.journey("ada", upto=2)
    later = World(world.table, world.clock)
    later.define(completion_criteria={}, xp_reward=77, quadrants={}, expected_contents=160)
    event = {"type": "item_collected", "content_id": "gate"}
    assert later.play("events", event).body["version"] == 1
    assert later.play("quadrants").body["quadrants_completed"] == ["SO"], "version 1 has quadrants"
    assert later.play("complete").status == 409
    stands = later.call("progress").send("GET", "/players/me/experiences/woods").body
    assert stands["contents"]["gate"] == {"visits": 2, "seconds": 40, "interactions": 0}
    assert stands["inventory"] == {"gate": 1}
    later.play("start", player="bob")
    done = later.play("complete", player="bob").body
    assert (done["version"], done["xp"]["by_source"]["completion"]) == (2, 77)


def test_prerequisites_must_be_defined_and_not_the_experience_itself(world: World) -> None:
    before = all_items(world.table)
    unknown = put(world, "peak", {**WOODS, "prerequisites": ["woods", "hill", "lake"]})
    assert (unknown.status, unknown.body["type"]) == (404, "urn:cairn:problem:unknown-experience")
    assert "hill, lake" in unknown.body["detail"]
    itself = put(world, "woods", {**WOODS, "prerequisites": ["woods"]})
    assert (itself.status, itself.body["type"]) == (422, "urn:cairn:problem:invalid-body")
    assert all_items(world.table) == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"kind": "Big Scenario"}, "kind"),
        ({"difficulty": 6}, "difficulty"),
        ({"difficulty": 0}, "difficulty"),
        ({"min_level": 101}, "min_level"),
        ({"required_virtues": {"bravery": 1}}, "required_virtues.bravery.[key]"),
        ({"required_virtues": {"wisdom": 101}}, "required_virtues.wisdom"),
        ({"virtue_impacts": {"wisdom": "much"}}, "virtue_impacts.wisdom"),
        ({"xp_reward": -1}, "xp_reward"),
        ({"xp_reward": 1.5}, "xp_reward"),
        ({"quadrants": {"SO": "only"}}, "(body)"),
        ({"quadrants": {"XX": "none"}}, "quadrants.XX.[key]"),
        ({"location": {"lat": 91, "lng": 0}}, "location.lat"),
        ({"location": {"lat": 0, "lng": 0, "radius_meters": 0}}, "location.radius_meters"),
        ({"completion_criteria": {"min_time_minutes": -1}}, "completion_criteria.min_time_minutes"),
        ({"completion_criteria": {"min_time": 1}}, "completion_criteria.min_time"),
        ({"language": "p"}, "language"),
        ({"category": "FUN"}, "category"),
        ({"colour": "green"}, "colour"),
    ],
)
def test_a_definition_that_cannot_be_is_refused_by_field(world: World, wrong: dict[str, Any], field: str) -> None:
    before = all_items(world.table)
    reply = put(world, "woods", {**WOODS, **wrong})
    assert reply.status == 422
    assert [each["field"] for each in reply.body["errors"]] == [field]
    assert field in reply.body["detail"]
    assert all_items(world.table) == before


@pytest.mark.parametrize(
    ("kind", "difficulty", "minutes", "reward", "xp"),
    [
        ("experience", 5, 600, None, 100),
        ("wod", 1, 0, None, 100),
        ("scenario", 1, 0, None, 50),  # 30, raised to the least
        ("scenario", 1, 39, None, 50),  # 49
        ("scenario", 1, 40, None, 50),
        ("scenario", 1, 43, None, 51),  # half a minute counts for nothing
        ("scenario", 3, 40, None, 110),
        ("scenario", 5, 100, None, 200),
        ("scenario", 5, 101, None, 200),
        ("scenario", 5, 600, None, 200),
        ("scenario", 5, 600, 0, 0),
        ("wod", 1, 0, 5000, 5000),
    ],
)
def test_completing_pays_by_kind_unless_a_reward_is_set(
    kind: str, difficulty: int, minutes: int, reward: int | None, xp: int
) -> None:
    experience = Experience(
        "x", 1, "X", kind=kind, difficulty=difficulty, estimated_duration_minutes=minutes, xp_reward=reward
    )
    assert completion_xp(experience) == xp
