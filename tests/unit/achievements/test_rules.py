"""What a change earns: once, again, with prerequisites, by period."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from cairn.achievements.criteria import AllOf, AnyOf, Comparison, Not, Threshold
from cairn.achievements.definitions import ACHIEVEMENTS, HOUR, Achievement, Earned, Every, Repeat
from cairn.achievements.rules import Watch
from cairn.players.player import Last, Player
from cairn.players.tally import Tally
from tests.support.achievements import achievement

WATCH = Watch(ACHIEVEMENTS)
# The table of 27, written out: id, metric, threshold, rarity, XP, category.
TABLE = """
first_scenario        scenarios_completed    1        common     50    scenarios
scenario_explorer     scenarios_completed    5        common     50    scenarios
scenario_regular      scenarios_completed    10       rare       100   scenarios
scenario_expert       scenarios_completed    25       rare       150   scenarios
scenario_master       scenarios_completed    50       epic       300   scenarios
scenario_marathoner   scenarios_completed    100      epic       500   scenarios
quick_learner         study_seconds          3600     common     50    study time
dedicated_student     study_seconds          36000    rare       100   study time
scholar               study_seconds          180000   rare       200   study time
study_legend          study_seconds          360000   legendary  1000  study time
week_warrior          current_streak         7        rare       100   streaks
month_master          current_streak         30       epic       250   streaks
unstoppable_force     current_streak         100      legendary  1000  streaks
word_collector        words_learned          100      common     50    vocabulary
word_hoarder          words_learned          500      rare       150   vocabulary
vocabulary_virtuoso   words_learned          1000     epic       300   vocabulary
conversationalist     conversations_held     10       common     50    conversations
great_communicator    conversations_held     50       rare       150   conversations
social_butterfly      conversations_held     100      rare       200   conversations
first_steps           experiences_completed  1        common     50    milestones
committed             active_days            50       rare       150   milestones
centurion             active_days            100      epic       400   milestones
perfectionist         perfect_completions    1        rare       100   perfection
flawless_master       perfect_completions    25       epic       500   perfection
early_bird            early_sessions         10       common     50    engagement
night_owl             late_sessions          10       common     50    engagement
polyglot              scenario_languages     3        rare       200   special
"""


def of(metrics: Mapping[str, int], day: int = 20, **more: object) -> Player:
    """A player who has come to something, by an event at noon of a day of November 2026."""
    at = datetime(2026, 11, day, 12, tzinfo=UTC)
    return Player("acme", "ada", metrics=metrics, last=Last("e", "", at.date(), at), **more)  # type: ignore[arg-type]


def by_day(metric: str, **numbers: int) -> Tally:
    """What was counted on days of November 2026: `d17=3`."""
    return Tally(daily={metric: {date(2026, 11, int(day[1:])): number for day, number in numbers.items()}})


def names(found: list[Earned]) -> list[str]:
    return [each.name for each in found]


def crossed(watch: Watch, before: Mapping[str, int] | None, after: Mapping[str, int]) -> list[str]:
    return names(watch.crossed(of(before) if before is not None else None, of(after)))


def test_the_standard_achievements_are_the_27_of_the_table() -> None:
    rows = [line.split(maxsplit=5) for line in TABLE.strip().splitlines()]
    assert len(rows) == len(ACHIEVEMENTS) == 27
    assert [
        [each.id, only.metric, str(only.value), each.rarity, str(each.xp), each.category]
        for each in ACHIEVEMENTS
        for (only,) in [each.thresholds]
    ] == rows
    assert HOUR == 3600
    assert all(each.title and each.description and each.icon and each.is_active for each in ACHIEVEMENTS)
    assert {each.type for each in ACHIEVEMENTS} == {"completion", "milestone", "skill", "engagement"}


def test_only_a_threshold_that_is_passed_by_the_change_is_crossed() -> None:
    assert crossed(WATCH, {"words_learned": 99}, {"words_learned": 100}) == ["word_collector"]
    assert crossed(WATCH, {"words_learned": 100}, {"words_learned": 101}) == []
    assert crossed(WATCH, {"words_learned": 100}, {"words_learned": 100}) == []
    assert crossed(WATCH, None, {"words_learned": 500}) == ["word_collector", "word_hoarder"]
    assert crossed(WATCH, {"words_learned": 500}, {"words_learned": 1}) == []
    assert crossed(WATCH, None, {"stones_turned": 10_000}) == []


def test_evidence_has_the_value_of_each_metric() -> None:
    both = achievement("both", criteria=AllOf((Threshold("a", 2), AnyOf((Threshold("b", 3), Threshold("c", 1))))))
    (earned,) = Watch([both]).crossed(of({"a": 1, "b": 7}), of({"a": 2, "b": 7}))
    assert (earned.achievement, earned.evidence) == (both, {"a": 2, "b": 7, "c": 0})


def test_criteria_of_several_metrics_are_crossed_by_whichever_comes_last() -> None:
    watch = Watch([achievement("both", criteria=AllOf((Threshold("a", 2), Threshold("b", 3))))])
    assert crossed(watch, {"a": 2, "b": 2}, {"a": 2, "b": 3}) == ["both"]
    assert crossed(watch, {"a": 1, "b": 9}, {"a": 2, "b": 9}) == ["both"]
    assert crossed(watch, {"a": 1, "b": 2}, {"a": 1, "b": 3}) == []
    assert crossed(watch, {"a": 2, "b": 3}, {"a": 3, "b": 3}) == [], "it was met before"


def test_what_must_not_be_is_decided_when_a_watched_metric_changes() -> None:
    unharmed = AllOf((Threshold("finished", 5), Not(Threshold("falls", 1))))
    few = AllOf((Threshold("finished", 5), Threshold("falls", 2, Comparison.AT_MOST)))
    exact = Threshold("finished", 5, Comparison.EQUALS)
    watch = Watch([achievement(id, criteria=each) for id, each in (("no", unharmed), ("few", few), ("five", exact))])
    assert crossed(watch, {"finished": 4}, {"finished": 5}) == ["no", "few", "five"]
    assert crossed(watch, {"finished": 4, "falls": 1}, {"finished": 5, "falls": 1}) == ["few", "five"]
    assert crossed(watch, {"finished": 4}, {"finished": 6}) == ["no", "few"], "it jumped over the five"
    assert crossed(watch, {"finished": 9, "falls": 3}, {"finished": 9, "falls": 0}) == ["no", "few"]


def test_a_metric_that_falls_to_nothing_is_a_change_too() -> None:
    watch = Watch([achievement("clean", criteria=AllOf((Threshold("a", 1), Threshold("b", 0, Comparison.AT_MOST))))])
    assert crossed(watch, {"a": 1, "b": 2}, {"a": 1}) == ["clean"]


def test_what_is_switched_off_is_not_unlocked_but_known() -> None:
    off = achievement("off", "words_learned", 1, is_active=False)
    watch = Watch([off])
    assert crossed(watch, None, {"words_learned": 1}) == []
    assert watch.met(of({"words_learned": 1}), ()) == []
    assert watch.named("off", {}) == Earned(off, "", {})
    assert watch.named("gone", {}) is None


@pytest.mark.parametrize("order", [1, -1])
def test_each_further_threshold_is_an_unlock_of_its_own(order: int) -> None:
    tens = achievement("tens", "words_learned", 10, repeat=Repeat(Every.THRESHOLD, 4))
    watch = Watch([tens][::order])
    assert crossed(watch, {"words_learned": 9}, {"words_learned": 10}) == ["tens"]
    assert crossed(watch, {"words_learned": 10}, {"words_learned": 19}) == []
    assert crossed(watch, {"words_learned": 15}, {"words_learned": 31}) == ["tens#2", "tens#3"]
    assert crossed(watch, {"words_learned": 39}, {"words_learned": 99}) == ["tens#4"], "at most four"
    assert names(watch.met(of({"words_learned": 25}), {"tens"})) == ["tens#2"]


def test_a_week_of_the_tenants_calendar_is_summed_up_by_day() -> None:
    watch = Watch([achievement("weekly", criteria=Threshold("km", 20, within="week"), repeat=Repeat(Every.WEEK))])
    sunday, monday = of({"km": 19}, 22, tally=by_day("km", d16=9, d22=10)), 23
    assert names(watch.crossed(None, sunday)) == []
    assert names(watch.crossed(sunday, of({"km": 20}, 22, tally=by_day("km", d16=9, d22=11)))) == ["weekly#2026-W47"]
    next_week = of({"km": 29}, monday, tally=by_day("km", d16=9, d22=10, d23=10))
    assert names(watch.crossed(sunday, next_week)) == [], "it begins at 0 again"
    assert names(watch.crossed(next_week, of({"km": 39}, 29, tally=by_day("km", d16=9, d22=10, d23=10, d29=10)))) == [
        "weekly#2026-W48"
    ]


def test_a_late_event_completes_the_days_that_came_after_it() -> None:
    watch = Watch([achievement("three", criteria=Threshold("km", 15, within="last_5_days"))])
    before = of({"km": 10}, 20, tally=by_day("km", d16=5, d20=5))
    late = of({"km": 15}, 18, tally=by_day("km", d16=5, d18=5, d20=5))
    (earned,) = watch.crossed(before, late)
    assert (earned.name, earned.evidence) == ("three", {"km.last_5_days": 15})


def test_what_stays_met_is_unlocked_again_in_each_period_in_which_it_changes() -> None:
    steady = achievement("steady", criteria=Threshold("current_streak", 7), repeat=Repeat(Every.WEEK))
    watch = Watch([steady])
    days = [of({}, day, current_streak=streak) for day, streak in ((19, 6), (20, 7), (21, 8), (23, 10))]
    earned = [names(watch.crossed(before, after)) for before, after in pairwise(days)]
    assert earned == [["steady#2026-W47"], ["steady#2026-W47"], ["steady#2026-W48"]], "whether it is held is looked up"
    assert names(watch.due(days[1], days[2], [], {"steady#2026-W47"})) == []
    assert names(watch.crossed(days[3], of({"words_learned": 1}, 23, current_streak=10))) == []


@pytest.mark.parametrize(
    ("every", "occasion"), [(Every.DAY, "2026-11-20"), (Every.WEEK, "2026-W47"), (Every.MONTH, "2026-11")]
)
def test_a_period_is_named_by_the_tenants_calendar(every: Every, occasion: str) -> None:
    daily = achievement("daily", criteria=Threshold("km", 1, within="last_1_days"), repeat=Repeat(every))
    player = of({"km": 1}, 20, tally=by_day("km", d20=1))
    assert names(Watch([daily]).crossed(None, player)) == [f"daily#{occasion}"]


def test_days_are_those_of_the_tenants_zone() -> None:
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)  # already Monday in Kiritimati
    player = Player("acme", "ada", metrics={"km": 1}, last=Last("e", "", at.date(), at), tally=by_day("km", d23=1))
    weekly = achievement("weekly", criteria=Threshold("km", 1, within="week"), repeat=Repeat(Every.WEEK))
    assert names(Watch([weekly], "Pacific/Kiritimati").crossed(None, player)) == ["weekly#2026-W48"]


def chained() -> list[Achievement]:
    return [
        achievement("first", "a", 1),
        achievement("second", "b", 1, prerequisites=("first",)),
        achievement("third", "c", 1, prerequisites=("second", "other")),
        achievement("other", "d", 1),
        achievement("tens", "a", 10, repeat=Repeat(Every.THRESHOLD, 2)),
        achievement("after_ten", "b", 1, prerequisites=("tens",)),
    ]


def test_what_is_met_and_not_held_is_due_where_prerequisites_are_held() -> None:
    watch = Watch(chained())
    player = of({"a": 1, "b": 1, "c": 1})
    assert names(watch.met(player, ())) == ["first"]
    assert names(watch.met(player, {"first"})) == ["second"]
    assert names(watch.met(player, {"first", "second"})) == []
    assert names(watch.met(player, {"first", "second", "other"})) == ["third"]
    assert names(watch.met(player, {"first", "tens"})) == ["second", "after_ten"]


def test_an_unlock_makes_due_what_waited_for_it() -> None:
    watch = Watch(chained())
    player = of({"a": 1, "b": 1})
    assert names(watch.due(player, player, ["first"], {"first"})) == ["second"]
    assert names(watch.due(player, player, ["first"], {"first", "second"})) == []
    assert names(watch.due(player, of({"a": 10, "b": 1}), [], {"first", "second"})) == ["tens"]
    assert names(watch.due(player, player, ["tens"], {"first", "second", "tens"})) == ["after_ten"]
    assert watch.has_prerequisites
    assert not WATCH.has_prerequisites


def test_what_decides_an_unlock_is_read_with_it() -> None:
    watch = Watch(chained())
    assert sorted(watch.concerned(["first"])) == ["first", "other", "second", "third"]
    assert sorted(watch.concerned(["tens#2"])) == ["after_ten", "tens", "tens#2"]
    assert watch.concerned(["gone"]) == ["gone"]
    assert WATCH.concerned(["first_steps"]) == ["first_steps"]
