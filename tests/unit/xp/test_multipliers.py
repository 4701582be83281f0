"""A tenant's multipliers: in their time, for what they are meant for, the largest one, rounded down."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cairn.catalog.experience import Block, Experience, Page
from cairn.progress.rules import completion_awards
from cairn.tenants.multipliers import Multiplier, largest
from tests.support.published import publish
from tests.support.world import World, all_items

BEGINS = datetime(2026, 11, 20, tzinfo=UTC)
ENDS = BEGINS + timedelta(days=3)
WEEKEND = Multiplier("Double weekend", BEGINS, ENDS, 200)
QUIZ = Experience("quiz", 1, "Quiz", xp_reward=33, pages=(Page("p", blocks=(Block("q", "quiz", passing_score=0.5),)),))


def set_multipliers(world: World, *multipliers: dict[str, Any]) -> Any:
    body = {"xp": {"multipliers": list(multipliers)}}
    return world.call("catalog", "operator").send("PUT", "/settings", body)


SENT: dict[str, Any] = {
    "name": "Harbour week",
    "from": "2026-11-20T00:00:00Z",
    "until": "2026-11-27T00:00:00Z",
    "percent": 150,
}


def completed(world: World, **body: Any) -> Any:
    """A quiz with full score, completed by a process that has just started."""
    fresh = World(world.table, world.clock)
    publish(fresh.table, "acme", QUIZ)
    path = "/players/ada/experiences/quiz/blocks/q"
    assert fresh.call("progress", "service").send("POST", path, {"score": 1.0, **body}).status == 200
    return fresh.play("complete", body, experience="quiz").body


def test_a_completion_pays_more_and_so_does_its_perfect_bonus_and_the_reason_says_why(world: World) -> None:
    assert set_multipliers(world, SENT).status == 200
    body = completed(world)
    assert body["xp"]["by_source"] == {"completion": 49, "perfect_bonus": 24}
    entries = world.call("xp").send("GET", "/players/me/xp/history").body["entries"]
    told = {each["source"]: (each["amount"], each["reason"]) for each in entries}
    assert told["completion"] == (49, "Completed Quiz (Harbour week: 150 %)"), "49.5 is 49"
    assert told["perfect_bonus"] == (24, "Perfect: Completed Quiz (Harbour week: 150 %)"), "half of 49 is 24"
    assert told["streak_bonus"] == (5, "Daily streak bonus"), "the daily bonus is not multiplied"


def test_it_counts_when_it_happened_not_when_it_was_recorded(world: World) -> None:
    set_multipliers(world, SENT)
    world.clock.at = datetime(2026, 11, 28, 9, tzinfo=UTC)
    late = completed(world, at="2026-11-26T23:59:59.999Z")
    assert late["xp"]["by_source"]["completion"] == 49


def test_what_is_recorded_more_than_72_hours_late_pays_as_at_any_time(world: World) -> None:
    """Else whoever completes something chooses the best of all times there ever were."""
    set_multipliers(world, SENT)
    world.clock.at = datetime(2026, 11, 30, 0, 0, 1, tzinfo=UTC)
    late = completed(world, at="2026-11-26T23:59:59.999Z")
    assert late["xp"]["by_source"]["completion"] == 33


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (BEGINS - timedelta(milliseconds=1), False),
        (BEGINS, True),
        (ENDS - timedelta(milliseconds=1), True),
        (ENDS, False),
    ],
)
def test_its_time_begins_with_its_first_instant_and_ends_before_its_last(at: datetime, counts: bool) -> None:
    assert (largest([WEEKEND], "wod", "walk", at) is WEEKEND) is counts


@pytest.mark.parametrize(
    ("kinds", "experiences", "meant"),
    [
        ((), (), {"walk", "hill", "cafe"}),
        (("wod",), (), {"walk", "hill"}),
        ((), ("cafe",), {"cafe"}),
        (("scenario",), ("hill",), {"hill", "cafe"}),
    ],
)
def test_it_is_for_its_kinds_and_its_experiences_or_for_all(
    kinds: tuple[str, ...], experiences: tuple[str, ...], meant: set[str]
) -> None:
    multiplier = Multiplier("m", BEGINS, ENDS, 300, kinds, experiences)
    kind_of = {"walk": "wod", "hill": "wod", "cafe": "scenario"}
    assert {each for each, kind in kind_of.items() if largest([multiplier], kind, each, BEGINS)} == meant


def test_the_largest_counts_and_they_do_not_add_up() -> None:
    others = [Multiplier("a", BEGINS, ENDS, 150), WEEKEND, Multiplier("b", BEGINS, ENDS, 120)]
    (award,) = completion_awards(Experience("walk", 1, "Walk"), BEGINS, others, perfect=False)
    assert (award.amount, award.reason) == (200, "Completed Walk (Double weekend: 200 %)")


def test_without_any_nothing_changes() -> None:
    (award,) = completion_awards(Experience("walk", 1, "Walk"), BEGINS, (), perfect=False)
    assert (award.amount, award.reason) == (100, "Completed Walk")


def test_settings_show_them_as_they_were_set(world: World) -> None:
    wanted = {**SENT, "kinds": ["wod"], "experiences": ["quiz"]}
    reply = set_multipliers(world, {**wanted, "from": "2026-11-20T01:00:00+01:00"})
    shown = {**wanted, "from": "2026-11-20T00:00:00.000Z", "until": "2026-11-27T00:00:00.000Z"}
    assert reply.body["xp"] == {"multipliers": [shown]}
    assert world.call("catalog", "operator").send("GET", "/settings").body["xp"] == reply.body["xp"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"percent": 99}, "percent"),
        ({"percent": 1001}, "percent"),
        ({"percent": 150.5}, "percent"),
        ({"name": ""}, "name"),
        ({"from": "2026-11-20T00:00:00"}, "from"),
        ({"until": "2026-11-20T00:00:00Z"}, ""),
        ({"factor": 2}, "factor"),
    ],
)
def test_one_that_cannot_be_is_refused_by_field(world: World, wrong: dict[str, Any], field: str) -> None:
    before = all_items(world.table)
    reply = set_multipliers(world, {**SENT, **wrong})
    assert reply.status == 422
    assert [each["field"] for each in reply.body["errors"]] == [f"xp.multipliers.0.{field}".rstrip(".")]
    assert all_items(world.table) == before
