"""Practice over HTTP: who sets the factor, what a gain pays, and a draw that no retry changes."""

from datetime import timedelta
from typing import Any

import pytest

from cairn.progress.mastery import chance, gained
from cairn.tenants.storage import Secrets
from tests.support.http import Reply
from tests.support.world import World, all_items

WALK = {"quadrants": {}, "completion_criteria": {}, "virtue_impacts": {"wisdom": 8, "justice": -4}}


@pytest.fixture
def world(world: World) -> World:
    world.define("walk", max_mastery_level=2, **WALK)
    world.play("start", experience="walk")
    world.play("complete", experience="walk")
    return world


def practise(world: World, body: dict[str, Any] | None = None, *, role: str = "service", **more: Any) -> Reply:
    path = f"/players/ada/experiences/{more.pop('experience', 'walk')}/practice"
    return world.call("completion", role).send("POST", path, body or {}, **more)


def mastery(world: World) -> int:
    level: int = world.call("progress").send("GET", "/players/me/experiences/walk").body["mastery_level"]
    return level


def until_gained(world: World, factor: float = 2) -> Reply:
    """Practises, a minute at a time, until the draw is a gain."""
    for _ in range(200):
        world.clock.at += timedelta(minutes=1)
        reply = practise(world, {"performance_factor": factor})
        if reply.body["mastery"]["gained"]:
            return reply
    raise AssertionError("two hundred draws in a row without a gain")


def test_a_player_does_not_set_the_factor_and_practises_with_one(world: World) -> None:
    before = all_items(world.table)
    refused = practise(world, {"performance_factor": 2}, role="player")
    assert (refused.status, refused.body["type"]) == (403, "urn:cairn:problem:role-not-allowed")
    assert all_items(world.table) == before
    assert practise(world, {"performance_factor": 0.5}).body["mastery"]["chance"] == round(0.1 / 1.2, 4)
    assert practise(world, {"performance_factor": 0}).body["mastery"]["chance"] == 0
    world.define("other", max_mastery_level=2, **WALK)
    world.play("start", experience="other")
    world.play("complete", experience="other")
    assert practise(world, role="player", experience="other").body["mastery"]["chance"] == round(0.2 / 1.2, 4)


@pytest.mark.parametrize("factor", [-0.1, 2.1, "high"])
def test_a_factor_is_a_number_from_0_to_2(world: World, factor: Any) -> None:
    assert practise(world, {"performance_factor": factor}).status == 422


def test_a_gain_pays_a_quarter_of_the_impacts_that_are_positive_and_no_gain_pays_nothing(world: World) -> None:
    missed = practise(world, {"performance_factor": 0}).body
    assert (missed["mastery"]["gained"], missed["virtues"], missed["xp"]["gained"]) == (False, {}, 0)
    gain = until_gained(world).body
    assert gain["virtues"] == {"wisdom": {"previous": 8, "new": 10, "change": 2}}
    assert gain["xp"]["gained"] == 0
    assert (gain["mastery"]["previous"], gain["mastery"]["new"]) == (1, 2)


def test_at_the_highest_level_the_state_is_mastered_and_practice_says_so(world: World) -> None:
    gain = until_gained(world).body
    assert (gain["state"], gain["mastery"]["at_maximum"], gain["mastery_level"]) == ("MASTERED", True, 2)
    profile = world.call("players").send("GET", "/players/me").body
    assert (profile["metrics"]["experiences_mastered"], profile["virtues"]["wisdom"]) == (1, 10)
    again = practise(world, {"performance_factor": 2}).body
    assert again["mastery"] == {"previous": 2, "new": 2, "gained": False, "chance": 0.0, "at_maximum": True}
    assert (again["state"], again["virtues"]) == ("MASTERED", {})
    metrics = world.call("players").send("GET", "/players/me").body["metrics"]
    assert (metrics["experiences_mastered"], metrics["practices"]) == (1, profile["metrics"]["practices"] + 1)


def test_an_experience_with_one_level_is_mastered_when_it_is_completed(world: World) -> None:
    world.define("once", max_mastery_level=1, **WALK)
    world.play("start", experience="once")
    body = world.play("complete", experience="once").body
    assert (body["state"], body["mastery_level"]) == ("MASTERED", 1)
    assert practise(world, experience="once").body["mastery"]["at_maximum"]


def test_a_retry_draws_what_the_first_request_drew_also_when_its_key_is_forgotten(world: World) -> None:
    body = {"performance_factor": 1, "at": "2026-11-20T11:59:00Z"}
    first = practise(world, body, key="once")
    level = mastery(world)
    again = practise(world, body, key="once")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")
    forget_keys(world)
    before = all_items(world.table)
    late = practise(world, body, key="once").body
    assert late == {"event_id": first.body["event_id"], "already_recorded": True}
    assert (all_items(world.table), mastery(world)) == (before, level)


def test_the_draw_is_that_of_the_event_under_the_tenants_own_secret(world: World) -> None:
    elsewhere = World(world.table, world.clock, "other")
    elsewhere.define("walk", max_mastery_level=2, **WALK)
    elsewhere.play("start", experience="walk")
    elsewhere.play("complete", experience="walk")
    secrets = Secrets(world.table)
    assert secrets.of("acme") != secrets.of("other")
    for each in (world, elsewhere):
        body = practise(each, {"performance_factor": 1}, key="the same").body
        assert body["mastery"]["gained"] == gained(secrets.of(each.tenant), body["event_id"], 1, 1)
        assert body["mastery"]["chance"] == round(chance(1, 1), 4)


def forget_keys(world: World) -> None:
    """Deletes every idempotency key, as their expiry does."""
    client: Any = world.table.client
    for key in all_items(world.table):
        if key.sk.startswith("I#"):
            client.delete_item(TableName=world.table.name, Key={"PK": {"S": key.pk}, "SK": {"S": key.sk}})
