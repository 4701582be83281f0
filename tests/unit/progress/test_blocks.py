"""Work on blocks: time, attempts, what is assessed and by whom, what counts, and what pages come to."""

from typing import Any

import pytest

from cairn.catalog.experience import Block, Experience, MoveOn, Page
from tests.support.http import Reply
from tests.support.published import LESSON, publish
from tests.support.world import World, all_items

RIGHT = {"q1": "oak", "q2": ["fern", "moss"], "q3": ["owl"]}


@pytest.fixture
def world(world: World) -> World:
    publish(world.table, "acme", LESSON)
    return world


def work(world: World, block: str, body: dict[str, Any], role: str = "player", **more: Any) -> Reply:
    path = f"/players/ada/experiences/lesson/blocks/{block}"
    return world.call("progress", role).send("POST", path, body, **more)


def state(world: World) -> Any:
    return world.call("progress").send("GET", "/players/me/experiences/lesson").body


def page(world: World, number: int) -> Any:
    return state(world)["pages"][number]


def test_time_and_interactions_add_up_and_a_block_is_completed_once(world: World) -> None:
    first = work(world, "film", {"duration_seconds": 40, "interactions": 2, "data": {"at": "0:40"}}).body
    assert (first["started"], first["event_type"], first["block"]["state"]) == (True, "block_interacted", "in_progress")
    assert (first["blocks_done"], first["completion_percentage"]) == (0, 0.0)
    done = work(world, "film", {"completed": True, "duration_seconds": 20}).body
    assert (done["event_type"], done["block"]["state"]) == ("block_completed", "completed")
    assert (done["block"]["total_time_seconds"], done["blocks_done"], done["blocks_required"]) == (60, 1, 3)
    assert done["completion_percentage"] == 33.3
    again = work(world, "film", {"completed": True, "duration_seconds": 5, "difficulty": 4, "confidence": 2}).body
    assert (again["event_type"], again["blocks_done"]) == ("block_interacted", 1)
    shown = page(world, 0)["blocks"][0]
    assert shown == {
        "block_id": "film",
        "state": "completed",
        "total_time_seconds": 65,
        "interactions": 2,
        "attempts": 0,
        "retries": 0,
        "best_score": None,
        "passed": False,
        "difficulty": 4,
        "confidence": 2,
        "waived": None,
        "completed_at": "2026-11-20T12:00:00.000Z",
    }


def test_answers_are_assessed_wrong_ones_are_listed_and_the_best_attempt_stands(world: World) -> None:
    first = work(world, "quiz", {"answers": {"q1": "oak", "q2": ["moss"]}}).body["block"]
    assert first["attempt"] == {"number": 1, "score": 0.5, "passed": False, "wrong_questions": ["q2", "q3"]}
    assert (first["state"], first["passed"]) == ("completed", False)
    second = work(world, "quiz", {"answers": RIGHT}).body
    assert second["block"]["attempt"] == {"number": 2, "score": 1.0, "passed": True, "wrong_questions": []}
    assert (second["block"]["state"], second["blocks_done"]) == ("mastered", 1)
    third = work(world, "quiz", {"answers": {}}).body["block"]
    assert (third["attempt"]["score"], third["best_score"], third["passed"]) == (0.0, 1.0, True)
    shown = page(world, 1)["blocks"][0]
    assert (shown["attempts"], shown["retries"], shown["best_score"]) == (3, 2, 1.0)
    fact = next(item for key, item in all_items(world.table).items() if key.sk == "ada#lesson#0")
    assert (fact["attempts"], fact["block_steps"], "first_correct" in fact) == ({"N": "3"}, {"N": "1"}, False)


def test_full_score_at_the_first_attempt_is_a_first_correct_one(world: World) -> None:
    work(world, "quiz", {"answers": RIGHT})
    fact = next(item for key, item in all_items(world.table).items() if key.sk == "ada#lesson#0")
    assert fact["first_correct"] == {"N": "1"}


def test_a_score_comes_from_a_service_and_a_player_who_sends_one_is_refused(world: World) -> None:
    before = all_items(world.table)
    refused = work(world, "quiz", {"score": 1})
    assert (refused.status, refused.body["type"]) == (403, "urn:cairn:problem:role-not-allowed")
    assert all_items(world.table) == before
    assert work(world, "quiz", {"score": 0.75}, role="service").body["block"]["passed"] is True


@pytest.mark.parametrize(
    ("block", "body", "status", "code"),
    [
        ("gone", {}, 404, "unknown-block"),
        ("head", {}, 422, "not-completable"),
        ("line", {"completed": True}, 422, "not-completable"),
        ("film", {"answers": {"q1": "oak"}}, 422, "invalid-body"),
        ("quiz", {"answers": {"q9": "oak"}}, 422, "invalid-body"),
        ("film", {"difficulty": 6}, 422, "invalid-body"),
        ("film", {"confidence": 0}, 422, "invalid-body"),
        ("film", {"duration_seconds": 86_401}, 422, "invalid-body"),
    ],
)
def test_work_that_cannot_be_is_refused_and_starts_nothing(
    world: World, block: str, body: dict[str, Any], status: int, code: str
) -> None:
    before = all_items(world.table)
    reply = work(world, block, body)
    assert (reply.status, reply.body["type"]) == (status, f"urn:cairn:problem:{code}"), reply.body
    assert all_items(world.table) == before


def test_answers_and_a_score_are_not_sent_together(world: World) -> None:
    assert work(world, "quiz", {"answers": {}, "score": 1}, role="service").status == 422


def test_a_page_has_the_percentage_of_its_required_blocks_and_one_without_any_has_none(world: World) -> None:
    work(world, "film", {"completed": True})
    work(world, "menu", {"completed": True})
    work(world, "talk", {"duration_seconds": 5})
    work(world, "essay", {"completed": True})
    shown = state(world)
    assert [each["completion_percentage"] for each in shown["pages"]] == [100.0, 50.0, None]
    assert (shown["blocks_done"], shown["completion_percentage"]) == (2, 66.7)
    assert [each["block_id"] for each in shown["pages"][0]["blocks"]] == ["film", "menu", "talk"]
    assert shown["blocks_left"] == ["quiz"]


@pytest.mark.parametrize(
    ("move_on", "completed", "low", "high"),
    [
        (MoveOn.COMPLETED, 1, 1, 1),
        (MoveOn.PASSED, 0, 0, 1),
        (MoveOn.COMPLETED_AND_PASSED, 0, 0, 1),
        (MoveOn.COMPLETED_OR_PASSED, 1, 1, 1),
        (MoveOn.NOT_APPLICABLE, 0, 0, 0),
    ],
)
def test_a_block_counts_as_done_by_its_own_move_on(
    world: World, move_on: MoveOn, completed: int, low: int, high: int
) -> None:
    quiz = Block("quiz", "quiz", move_on=move_on, passing_score=0.5)
    publish(world.table, "acme", Experience("test", 1, "Test", pages=(Page("only", blocks=(quiz,)),)))
    path = "/players/ada/experiences/test/blocks/quiz"
    service = world.call("progress", "service")
    counts = [
        service.send("POST", path, body).body["blocks_done"]
        for body in ({"completed": True}, {"score": 0.4}, {"score": 0.6})
    ]
    assert counts == [completed, low, high]


def test_completion_names_the_blocks_that_are_left_though_none_was_touched(world: World) -> None:
    world.play("start", experience="lesson")
    reply = world.play("complete", experience="lesson")
    (missing,) = reply.body["missing"]
    assert (missing["criterion"], missing["left"]) == ("blocks", ["film", "quiz", "essay"])
    work(world, "film", {"completed": True})
    work(world, "quiz", {"answers": {}})
    (missing,) = world.play("complete", experience="lesson").body["missing"]
    assert missing["left"] == ["quiz", "essay"]
    assert "1 of 3 required blocks are done, 0 of 1 assessed ones passed" in missing["detail"]
    work(world, "quiz", {"answers": RIGHT})
    work(world, "essay", {"completed": True})
    assert world.play("complete", experience="lesson").body["state"] == "COMPLETED"


@pytest.mark.parametrize(
    ("move_on", "passes", "completes"),
    [
        (MoveOn.PASSED, True, False),
        (MoveOn.COMPLETED, False, True),
        (MoveOn.COMPLETED_AND_PASSED, False, False),
        (MoveOn.COMPLETED_OR_PASSED, True, True),
        (MoveOn.NOT_APPLICABLE, True, True),
    ],
)
def test_an_experience_asks_of_its_blocks_what_its_move_on_says(
    world: World, move_on: MoveOn, passes: bool, completes: bool
) -> None:
    """Either the quiz alone is passed, or everything is completed and the quiz failed."""
    quiz, film = Block("quiz", "quiz", passing_score=0.5), Block("film", "video")
    pages = (Page("only", blocks=(quiz, film)),)
    service = world.call("progress", "service")
    for name, score, others, expected in (("one", 1, False, passes), ("two", 0, True, completes)):
        publish(world.table, "acme", Experience(name, 1, "Test", move_on=move_on, pages=pages))
        service.send("POST", f"/players/ada/experiences/{name}/blocks/quiz", {"score": score})
        if others:
            service.send("POST", f"/players/ada/experiences/{name}/blocks/film", {"completed": True})
        assert (world.play("complete", experience=name).status == 200) == expected
