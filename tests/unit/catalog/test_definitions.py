"""Definitions: versions that never change, and the one that a player keeps."""

from datetime import timedelta
from typing import Any

import pytest

from cairn.catalog import storage
from cairn.catalog.experience import Experience, completion_xp
from cairn.catalog.storage import Catalog
from cairn.platform.capacity import Meter
from cairn.platform.table import Table
from tests.support.definitions import large
from tests.support.http import Client, claims
from tests.support.world import WOODS, World, all_items


def put(world: World, experience: str, body: dict[str, Any]) -> Any:
    return world.call("catalog", "operator").send("PUT", f"/experiences/{experience}", body)


def test_a_definition_is_shown_as_it_was_given(world: World) -> None:
    given = {
        **WOODS,
        "location": {"lat": 37.9, "lng": -122.5, "radius_meters": 250},
        "required_virtues": {"wisdom": 1.5},
        "prerequisites": ["woods"],
        "language": "pt-BR",
        "tags": ["forest"],
        "category": "MENTAL",
        "completion_criteria": {"min_time_minutes": 10, "required_outputs": ["map"], "reflection": True},
        "migrates": True,
        "move_on": "CompletedOrPassed",
        "expected_contents": 40,
    }
    reply = put(world, "peak", given)
    shown = world.call("catalog", "operator").send("GET", "/experiences/peak").body
    assert reply.body == shown
    assert {name: shown[name] for name in given} == given
    assert (shown["id"], shown["version"], shown["revision"], shown["status"]) == ("peak", 1, 1, "published")
    assert shown["location_required"] is True
    assert shown["created_at"] == shown["updated_at"] == "2026-11-20T12:00:00.000Z"


def test_who_defined_it_first_is_kept_and_not_told_to_players(world: World) -> None:
    by = dict(zip("ab", ({**claims("operator"), "sub": who} for who in ("op-1", "op-2")), strict=True))
    http = world.call("catalog", "operator").http
    assert Client(http, by["a"]).send("PUT", "/experiences/peak", WOODS).body["created_by"] == "op-1"
    world.clock.at += timedelta(days=1)
    changed = Client(http, by["b"]).send("PUT", "/experiences/peak", {**WOODS, "xp_reward": 7}).body
    assert (changed["created_by"], changed["created_at"]) == ("op-1", "2026-11-20T12:00:00.000Z")
    assert changed["updated_at"] == "2026-11-21T12:00:00.000Z"
    assert put(world, "hill", WOODS).body["created_by"] is None
    assert "created_by" not in world.call("catalog").send("GET", "/experiences/peak").body


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


def test_what_is_kept_in_memory_is_bounded_by_its_blocks(
    table: Table, world: World, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        put(world, name, large(6, 2))
    catalog = Catalog(table, monotonic=lambda: 0.0)

    def read(*names: str) -> int:
        before = meter.trips
        for name in names:
            catalog.get("acme", name)
            catalog.version("acme", name, 1)
        return meter.trips - before

    assert (read("a", "b", "c"), read("a", "b", "c")) == (3, 0)
    monkeypatch.setattr(storage, "MAX_CACHED_BLOCKS", 15)  # two of them, each 6 blocks and itself, and the woods
    assert (read("a", "b", "woods"), read("a", "b")) == (1, 0), "room is made when something comes"
    assert (read("c"), read("b"), read("a")) == (1, 0, 1), "at the cost of what was used the longest ago"


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


def test_prerequisites_must_be_published(world: World) -> None:
    before = all_items(world.table)
    unknown = put(world, "peak", {**WOODS, "prerequisites": ["woods", "hill", "lake"]})
    assert (unknown.status, unknown.body["type"]) == (404, "urn:cairn:problem:unknown-experience")
    assert "hill, lake" in unknown.body["detail"]
    assert all_items(world.table) == before
    put(world, "hill", {**WOODS, "status": "draft"})
    drafted = put(world, "peak", {**WOODS, "prerequisites": ["hill"]})
    assert (drafted.status, "hill" in drafted.body["detail"]) == (404, True)
    assert put(world, "peak", {**WOODS, "prerequisites": ["hill"], "status": "draft"}).status == 200


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
        ({"tags": ["t" * 65]}, "tags.0"),
        ({"status": "hidden"}, "status"),
        ({"move_on": "completed"}, "move_on"),
        ({"migrates": "perhaps"}, "migrates"),
        ({"expected_contents": 10_001}, "expected_contents"),
        ({"max_mastery_level": 0}, "max_mastery_level"),
        ({"prerequisites": ["hill", "hill"]}, "prerequisites"),
        ({"location_required": True}, "(body)"),
        ({"pages": [{"title": "no id"}]}, "pages.0.id"),
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
