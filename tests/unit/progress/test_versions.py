"""Versions: players stay on the one they started, go on with a later one that migrates, or are moved by an operator."""

from dataclasses import replace
from typing import Any

import pytest

from cairn.catalog.experience import Block, Experience, Page, Status
from tests.support.http import Reply
from tests.support.published import LESSON, publish
from tests.support.world import World

SHORTER = replace(LESSON, pages=LESSON.pages[:1])
QUADRANTS = dict.fromkeys(("SO", "BO", "SI", "BI"), "text")
FILM = Page("only", blocks=(Block("film", "video"), Block("poem", "prompt")))


@pytest.fixture
def world(world: World) -> World:
    publish(world.table, "acme", LESSON)
    return world


def later(world: World, experience: Experience) -> World:
    """Functions that know of a later version."""
    publish(world.table, "acme", experience)
    return World(world.table, world.clock)


def work(world: World, block: str) -> Any:
    return world.play(f"blocks/{block}", {"completed": True}, experience="lesson").body


def migrate(world: World, experience: str = "lesson") -> Reply:
    return world.call("repair", "operator").send("POST", f"/players/ada/experiences/{experience}/migrate", {})


def test_who_has_started_stays_on_their_version_and_others_start_the_latest(world: World) -> None:
    work(world, "film")
    world = later(world, SHORTER)
    body = work(world, "essay")
    assert (body["version"], body["blocks_required"], body["blocks_done"]) == (1, 3, 2)
    other = world.play("start", experience="lesson", player="bob").body
    assert (other["version"], other["blocks_required"]) == (2, 1)


def test_with_a_version_that_migrates_they_go_on_with_what_they_have_done(world: World) -> None:
    work(world, "film")
    work(world, "essay")
    world = later(world, replace(SHORTER, migrates=True))
    body = world.play("events", {"type": "check_in"}, experience="lesson").body
    assert (body["version"], body["blocks_done"], body["completion_percentage"]) == (2, 1, 100.0)
    gone = world.play("blocks/essay", {"completed": True}, experience="lesson")
    assert (gone.status, gone.body["type"]) == (404, "urn:cairn:problem:unknown-block")
    assert "Version 2" in gone.body["detail"]
    back = later(world, replace(LESSON, migrates=True))
    assert back.play("resume", experience="lesson").body["blocks_done"] == 2, "the essay was not forgotten"


def test_what_is_only_discovered_starts_with_the_latest(world: World) -> None:
    world.play("discover", experience="lesson")
    world = later(world, SHORTER)
    assert world.play("start", experience="lesson").body["version"] == 2


def test_what_is_completed_stays_completed_as_it_was(world: World) -> None:
    for block in ("film", "essay"):
        work(world, block)
    world.call("progress", "service").send("POST", "/players/ada/experiences/lesson/blocks/quiz", {"score": 1})
    world.play("complete", experience="lesson")
    world = later(world, replace(LESSON, migrates=True, max_mastery_level=1, quadrants=QUADRANTS))
    body = world.play("practice", experience="lesson").body
    assert (body["version"], body["state"], body["max_mastery_level"]) == (1, "COMPLETED", 3)
    assert migrate(world).body["state"] == "COMPLETED"
    assert migrate(world).status == 409


def test_an_operator_moves_a_player_and_what_counts_is_counted_anew(world: World) -> None:
    work(world, "film")
    work(world, "essay")
    world = later(world, SHORTER)
    reply = migrate(world)
    assert reply.status == 200, reply.body
    body = reply.body
    assert (body["event_type"], body["from_version"], body["to_version"]) == ("progress_migrated", 1, 2)
    assert (body["version"], body["blocks_done"], body["completion_percentage"]) == (2, 1, 100.0)
    assert body["xp"]["gained"] == 0
    assert world.play("complete", experience="lesson").status == 200


def test_who_is_on_the_latest_version_is_not_moved_and_loses_nothing(world: World) -> None:
    work(world, "film")
    body = migrate(world).body
    assert (body["from_version"], body["to_version"], body["blocks_done"]) == (1, 1, 1)
    log = world.call("progress").send("GET", "/players/me/events").body["events"]
    assert [each["type"] for each in log] == ["block_completed"]
    assert work(world, "essay")["blocks_done"] == 2


def test_quadrants_are_forgotten_with_a_version_that_has_none(world: World) -> None:
    four = publish(world.table, "acme", Experience("walk", 1, "Walk", quadrants=QUADRANTS))
    world.play("start", experience="walk")
    world.play("quadrants", experience="walk")
    world.play("quadrants", experience="walk")
    world = later(world, replace(four, quadrants={}, pages=(FILM,), migrates=True))
    body = world.play("events", {"type": "check_in"}, experience="walk").body
    assert (body["quadrants_completed"], body["completion_percentage"]) == ([], 0.0)
    assert world.play("complete", experience="walk").status == 409


def test_a_version_that_is_archived_lets_those_go_on_who_are_in_it(world: World) -> None:
    work(world, "film")
    world = later(world, replace(LESSON, status=Status.ARCHIVED))
    assert work(world, "essay")["version"] == 1
    assert world.play("start", experience="lesson", player="bob").status == 409
