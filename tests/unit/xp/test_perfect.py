"""The perfect bonus: full score at the first attempt, in each block that is assessed, pays half as much again."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from cairn.catalog.experience import Block, Experience, MoveOn, Page
from cairn.completion.rules import is_perfect
from cairn.platform.keys import Key
from cairn.progress.progress import Complete, Moment, Progress, Step
from cairn.progress.rules import Standing, apply
from tests.support.http import Reply
from tests.support.published import LESSON, publish
from tests.support.world import World, all_items

RIGHT = {"q1": "oak", "q2": ["fern", "moss"], "q3": ["owl"]}
WRONG = {**RIGHT, "q3": ["bat"]}
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def world(world: World) -> World:
    publish(world.table, "acme", LESSON)
    return world


def work(world: World, block: str, body: dict[str, Any], role: str = "player") -> None:
    path = f"/players/ada/experiences/lesson/blocks/{block}"
    reply = world.call("progress", role).send("POST", path, body)
    assert reply.status == 200, reply.body


def complete(world: World, **answers: Any) -> Reply:
    """The lesson with its film and its essay done, and its quiz answered so."""
    for block in ("film", "essay"):
        work(world, block, {"completed": True})
    for body in answers.pop("attempts", []):
        work(world, "quiz", body, "service" if "score" in body else "player")
    return world.play("complete", experience="lesson", **answers)


def perfect_completions(world: World) -> int:
    metrics = world.call("players").send("GET", "/players/me").body["metrics"]
    return int(metrics.get("perfect_completions", 0))


@pytest.mark.parametrize(
    ("attempts", "perfect"),
    [
        ([{"answers": RIGHT}], True),
        ([{"score": 1.0}], True),
        ([{"answers": RIGHT}, {"answers": WRONG}], True),
        ([{"answers": WRONG}, {"answers": RIGHT}], False),
        ([{"answers": WRONG}], False),
        ([{"score": 0.99}], False),
    ],
)
def test_full_score_at_the_first_attempt_pays_half_as_much_again(
    world: World, attempts: list[dict[str, Any]], perfect: bool
) -> None:
    body = complete(world, attempts=attempts).body
    paid = {"completion": 100, "perfect_bonus": 50} if perfect else {"completion": 100}
    assert body["perfect"] is perfect
    assert body["xp"]["by_source"] == paid
    assert perfect_completions(world) == int(perfect)


def test_the_bonus_is_an_entry_of_its_own_in_ledger_and_facts_and_the_event_says_it(world: World) -> None:
    event = complete(world, attempts=[{"answers": RIGHT}]).body["event_id"]
    items = all_items(world.table)
    entry = items[Key("T#acme#U#ada", f"L#{event}#perfect_bonus")]
    assert (entry["amount"], entry["reason"]) == ({"N": "50"}, {"S": "Perfect: Completed Lesson"})
    fact = items[Key("T#acme#F#2026-11-20#0", "ada#lesson#0")]
    assert (fact["xp_completion"], fact["xp_perfect_bonus"]) == ({"N": "100"}, {"N": "50"})
    (logged,) = world.call("progress").send("GET", "/players/me/events", type="experience_completed").body["events"]
    assert logged["data"] == {"perfect": True}


def test_neither_a_retry_nor_completing_again_nor_practice_pays_it_again(world: World) -> None:
    first = complete(world, attempts=[{"answers": RIGHT}], key="once")
    assert world.play("complete", experience="lesson", key="once").body == first.body
    again = world.play("complete", experience="lesson")
    assert (again.body["already_completed"], again.body["xp"]) == (True, {"gained": 0})
    assert world.play("practice", experience="lesson").body["xp"]["gained"] == 0
    assert perfect_completions(world) == 1


@pytest.mark.parametrize("waived", [{"block_id": "quiz"}, {"criterion": "blocks"}])
def test_what_an_operator_waived_was_not_perfect(world: World, waived: dict[str, str]) -> None:
    world.play("start", experience="lesson")
    path = "/players/ada/experiences/lesson/waivers"
    assert world.call("repair", "operator").send("POST", path, {"reason": "Broken quiz.", **waived}).status == 200
    body = complete(world).body
    assert (body["perfect"], body["xp"]["by_source"]) == (False, {"completion": 100})


def test_an_experience_that_assesses_nothing_cannot_be_perfect(world: World) -> None:
    assert world.journey()[-1].body["perfect"] is False


def block(name: str, **more: Any) -> Block:
    return Block(name, "quiz", passing_score=0.5, **more)


@pytest.mark.parametrize(
    ("blocks", "flawless", "perfect"),
    [
        ((), 0, False),
        ((Block("film", "video"),), 0, False),
        ((block("a"), Block("film", "video")), 1, True),
        ((block("a"), block("b")), 1, False),
        ((block("a"), block("b")), 2, True),
        ((block("a"), block("b", required=False)), 1, True),
        ((block("a", required=False),), 0, False),
        ((block("a", move_on=MoveOn.NOT_APPLICABLE),), 0, False),
    ],
)
def test_every_required_block_that_is_assessed_counts_and_there_is_one(
    blocks: tuple[Block, ...], flawless: int, perfect: bool
) -> None:
    experience = Experience("quiz", 1, "Quiz", pages=(Page("p", blocks=blocks),))
    assert is_perfect(experience, Progress("quiz", 1, blocks_flawless=flawless)) is perfect


def completed(progress: Progress, *, waived: str | None) -> Step:
    """The lesson, completed by a row of an import."""
    moment = Moment(AT, AT, "UTC", date(2026, 11, 20), imported=True)
    return apply(LESSON, progress, {}, Standing(1, {}, ()), Complete(waived=waived), moment, "e")


def test_history_that_asserts_a_completion_is_perfect_only_if_it_shows_the_attempts() -> None:
    asserted = completed(Progress("lesson", 1), waived="imported").happening
    assert [award.source for award in asserted.awards] == ["completion"]
    shown = completed(Progress("lesson", 1, blocks_done=3, blocks_passed=1, blocks_flawless=1), waived=None).happening
    assert [award.source for award in shown.awards] == ["completion", "perfect_bonus"]


@pytest.mark.parametrize(("reward", "bonus"), [(0, None), (1, None), (2, 1), (101, 50), (100_000, 50_000)])
def test_half_is_rounded_down_and_nothing_is_no_entry(world: World, reward: int, bonus: int | None) -> None:
    quiz = Experience("quiz", 1, "Quiz", xp_reward=reward, pages=(Page("p", blocks=(block("q"),)),))
    publish(world.table, "acme", quiz)
    path = "/players/ada/experiences/quiz/blocks/q"
    assert world.call("progress", "service").send("POST", path, {"score": 1.0}).status == 200
    body = world.play("complete", experience="quiz").body
    assert body["xp"]["by_source"].get("perfect_bonus") == bonus
    assert perfect_completions(world) == 1
