"""Waivers: a criterion or a block counts as met, with the reason, by an operator alone."""

from typing import Any

import pytest

from tests.support.http import Reply
from tests.support.published import LESSON, publish
from tests.support.world import World


@pytest.fixture
def world(world: World) -> World:
    publish(world.table, "acme", LESSON)
    return world


def waive(world: World, body: dict[str, Any], experience: str = "woods", role: str = "operator") -> Reply:
    return world.call("repair", role).send("POST", f"/players/ada/experiences/{experience}/waivers", body)


def test_a_criterion_that_is_waived_counts_as_met_and_carries_its_reason(world: World) -> None:
    world.play("start")
    for criterion in ("quadrants", "min_time_minutes", "reflection"):
        body = waive(world, {"criterion": criterion, "reason": "The park was closed."}).body
    assert body["waived"][criterion] == "The park was closed."
    body = world.play("complete").body
    assert (body["state"], body["quadrants_completed"], body["xp"]["by_source"]["completion"]) == ("COMPLETED", [], 110)
    assert body["waived"]["quadrants"] == "The park was closed."
    client = world.call("repair", "operator")
    assert client.send("GET", "/players/ada/experiences/woods/repair").body["changes"] == []


def test_a_block_that_is_waived_counts_as_done_and_as_passed(world: World) -> None:
    world.play("start", experience="lesson")
    body = waive(world, {"block_id": "quiz", "reason": "Taken elsewhere."}, "lesson").body
    assert body["waived_block"] == {"block_id": "quiz", "reason": "Taken elsewhere."}
    assert body["blocks_done"] == 1
    for block in ("film", "essay"):
        world.play(f"blocks/{block}", {"completed": True}, experience="lesson")
    assert world.play("complete", experience="lesson").status == 200
    shown = world.call("progress").send("GET", "/players/me/experiences/lesson").body["pages"][1]["blocks"][0]
    assert (shown["waived"], shown["state"], shown["attempts"]) == ("Taken elsewhere.", "completed", 0)


def test_a_waiver_is_no_activity_of_the_player(world: World) -> None:
    world.play("start", experience="lesson")
    before = world.call("progress").send("GET", "/players/me/experiences/lesson").body["last_progress_at"]
    world.clock.at = world.clock.at.replace(day=21)
    body = waive(world, {"criterion": "blocks", "reason": "Ill."}, "lesson").body
    assert (body["last_progress_at"], body["xp"]["gained"]) == (before, 0)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"reason": "x"}, 422),
        ({"reason": "x", "criterion": "blocks", "block_id": "quiz"}, 422),
        ({"criterion": "blocks"}, 422),
        ({"reason": "", "criterion": "blocks"}, 422),
        ({"reason": "x", "criterion": "love"}, 422),
        ({"reason": "x", "block_id": "gone"}, 404),
        ({"reason": "x", "block_id": "head"}, 422),
    ],
)
def test_a_waiver_names_one_thing_that_there_is_and_why(world: World, body: dict[str, Any], status: int) -> None:
    world.play("start", experience="lesson")
    assert waive(world, body, "lesson").status == status


def test_only_what_is_in_progress_is_waived_and_only_by_an_operator(world: World) -> None:
    asked = {"criterion": "blocks", "reason": "x"}
    assert waive(world, asked).body["state"] == "NOT_STARTED"
    world.journey()
    assert waive(world, asked).body["state"] == "COMPLETED"
    for role in ("player", "service", "admin"):
        assert waive(world, asked, role=role).status == 403
