from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import perf_counter

import pytest

from cairn.streaks.days import Day
from cairn.streaks.model import Checkpoint, Marks, StreakRules, StreakSettings
from cairn.streaks.rules import action, checkpoint_at, creditable, replay, standing
from tests.unit.streaks.history import active, clock, march, streak, without_freezes

RECORDED = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "exempt", "counts"),
    [(0, False, True), (72, False, True), (72.01, False, False), (72.01, True, True), (9999, True, True),
     (-0.05, False, True), (-1, False, False), (-1, True, False)],
)  # fmt: skip
def test_an_activity_counts_when_recorded_within_72_hours_of_occurring(
    hours: float, exempt: bool, counts: bool
) -> None:
    occurred = RECORDED - timedelta(hours=hours)
    assert creditable(occurred, RECORDED, StreakSettings(), exempt) is counts


def test_a_tenant_sets_how_late_is_too_late() -> None:
    assert not creditable(RECORDED - timedelta(hours=25), RECORDED, StreakSettings(late_hours=24), False)


@pytest.mark.parametrize(
    "wrong",
    [{"day_start_hours": 7}, {"day_start_hours": -1}, {"freezes_max": -1}, {"repair_completions": 4},
     {"repair_completions": 0}, {"repair_seconds": 0}, {"rest_weekdays": frozenset({0})}],
)  # fmt: skip
def test_settings_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        StreakSettings(**wrong)  # type: ignore[arg-type]


def test_a_player_without_activity_has_no_streak_and_the_first_freezes() -> None:
    answer = streak({}, clock(march(9), 12))
    assert (answer.current, answer.longest, answer.active_days, answer.freezes_available) == (0, 0, 0, 3)
    assert (answer.last_active, answer.broken_on, answer.recheck_at) == (None, None, None)
    assert standing(answer) is None
    assert answer.checkpoint == Checkpoint.start(StreakSettings())


def test_each_active_date_in_a_row_adds_one() -> None:
    answer = streak(active(march(1), march(2), march(3)), clock(march(3), 13))
    assert (answer.current, answer.longest, answer.active_days) == (3, 3, 3)
    assert (answer.started_on, answer.last_active) == (march(1), march(3))


def test_calendar_dates_count_and_not_24_hours() -> None:
    early_then_late = {
        march(1): Day(clock(march(1), 0, 1), "UTC"),
        march(2): Day(clock(march(2), 23, 59), "UTC"),
    }
    assert streak(early_then_late, clock(march(2), 23, 59)).current == 2


def test_today_without_activity_is_not_yet_missed() -> None:
    days = active(march(1), march(2))
    answer = streak(days, clock(march(3), 23, 59))
    assert (answer.current, answer.freezes_available, standing(answer)) == (2, 3, "maintained")
    assert answer.recheck_at == clock(march(4), 0)
    assert streak(days, clock(march(4), 0)).freezes_available == 2


def test_a_missed_day_without_freezes_breaks_the_streak() -> None:
    answer = streak(active(march(1), march(2)), clock(march(4), 0), settings=without_freezes())
    assert (answer.current, answer.longest, answer.active_days) == (0, 2, 2)
    assert (answer.broken_on, answer.lost, answer.recheck_at) == (march(3), 2, None)
    assert standing(answer) == "broken"


def test_a_day_that_starts_at_four_ends_at_four() -> None:
    days = {march(1): Day(clock(march(1), 12), "UTC"), march(2): Day(clock(march(3), 3, 59), "UTC")}
    settings = without_freezes(day_start_hours=4)
    assert streak(days, clock(march(4), 3, 59), settings=settings).current == 2
    assert streak(days, clock(march(4), 4), settings=settings).current == 0


def test_longest_and_active_days_outlive_a_break() -> None:
    days = active(*(march(n) for n in (1, 2, 3, 5, 6)))
    answer = streak(days, clock(march(6), 13), settings=without_freezes())
    assert (answer.current, answer.longest, answer.active_days) == (2, 3, 5)


def test_only_a_reversal_shrinks_the_longest_streak() -> None:
    days = active(*(march(n) for n in (1, 2, 3)))
    del days[march(2)]
    answer = streak(days, clock(march(3), 13), settings=without_freezes())
    assert (answer.longest, answer.active_days) == (1, 2)


def test_the_bonus_is_five_for_each_day_of_the_streak_and_at_most_fifty() -> None:
    answer = streak(active(*(march(n) for n in range(1, 13))), clock(march(12), 13))
    assert list(answer.bonuses.values()) == [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 50, 50]


def test_a_late_event_that_joins_two_streaks_raises_the_later_bonuses() -> None:
    days = active(march(1), march(3))
    apart = streak(days, clock(march(3), 13), settings=without_freezes())
    joined = streak({**days, **active(march(2))}, clock(march(3), 13), settings=without_freezes())
    assert (apart.bonuses, joined.bonuses) == (
        {march(1): 5, march(3): 5},
        {march(1): 5, march(2): 10, march(3): 15},
    )


@pytest.mark.parametrize(
    ("marks", "rules"),
    [
        (Marks(pauses=((march(3), march(5)),)), StreakRules()),
        (Marks(restores=frozenset({march(3), march(4), march(5)})), StreakRules()),
        (Marks(), StreakRules(amnesties=((march(2), march(6)),))),
    ],
    ids=["pause", "restore", "amnesty"],
)
def test_a_preserved_date_costs_no_freeze_and_does_not_count(marks: Marks, rules: StreakRules) -> None:
    answer = streak(active(march(1), march(2), march(6)), clock(march(6), 13), marks=marks, rules=rules)
    assert (answer.current, answer.freezes_available, answer.frozen) == (3, 3, ())


def test_an_active_date_in_a_pause_counts_all_the_same() -> None:
    marks = Marks(pauses=((march(2), march(4)),))
    assert streak(active(march(1), march(3), march(5)), clock(march(5), 13), marks=marks).current == 3


def test_the_first_date_after_a_pause_can_be_missed() -> None:
    marks = Marks(pauses=((march(2), march(4)),))
    answer = streak(active(march(1)), clock(march(6), 0), marks=marks, settings=without_freezes())
    assert (answer.current, answer.broken_on) == (0, march(5))


def test_weekly_rest_days_preserve_and_count_when_active() -> None:
    settings = replace(without_freezes(), rest_weekdays=frozenset({6, 7}))
    friday, saturday, monday = march(6), march(7), march(9)
    assert streak(active(friday, monday), clock(monday, 13), settings=settings).current == 2
    assert streak(active(friday, saturday, monday), clock(monday, 13), settings=settings).current == 3


def test_a_restore_mends_a_streak_that_broke_long_ago() -> None:
    days = active(*(march(n) for n in (1, 2, 3, 5, 6, 7)))
    marks = Marks(restores=frozenset({march(4)}))
    assert streak(days, clock(march(7), 13), settings=without_freezes()).current == 3
    assert streak(days, clock(march(7), 13), settings=without_freezes(), marks=marks).current == 6


def test_recording_reports_started_maintained_increased() -> None:
    settings = without_freezes()
    one, two, three = active(march(1)), active(march(1), march(2)), active(march(1), march(2), march(4))
    first = streak(one, clock(march(1), 13), settings=settings)
    assert action(None, first, march(1)) == "started"
    assert action(streak({}, clock(march(1), 13), settings=settings), first, march(1)) == "started"
    assert action(first, first, march(1)) == "maintained"
    second = streak(two, clock(march(2), 13), settings=settings)
    assert action(streak(one, clock(march(2), 13), settings=settings), second, march(2)) == "increased"
    broken = streak(two, clock(march(4), 13), settings=settings)
    assert standing(broken) == "broken"
    assert action(broken, streak(three, clock(march(4), 13), settings=settings), march(4)) == "started"


def test_a_late_event_that_mends_a_broken_streak_is_reported_as_increased() -> None:
    before, after = active(march(1), march(2)), active(march(1), march(2), march(3))
    now, settings = clock(march(4), 9), without_freezes()
    mended = streak(after, now, settings=settings)
    assert action(streak(before, now, settings=settings), mended, march(3)) == "increased"
    assert mended.current == 3


def test_a_late_event_before_a_break_leaves_the_streak_broken() -> None:
    before, after = active(march(2)), active(march(1), march(2))
    now, settings = clock(march(5), 9), without_freezes()
    assert action(streak(before, now, settings=settings), streak(after, now, settings=settings), march(1)) == "broken"


def test_a_late_event_that_starts_the_running_streak_a_day_earlier_increases_it() -> None:
    before, after, now = active(march(2)), active(march(1), march(2)), clock(march(2), 13)
    assert action(streak(before, now), streak(after, now), march(1)) == "increased"


def test_a_checkpoint_covers_the_dates_that_are_over_everywhere() -> None:
    days = active(march(1), march(2), march(3))
    answer = streak(days, clock(march(4), 13, 59))
    assert (answer.checkpoint.through, answer.checkpoint.current) == (march(2), 2)
    assert streak(days, clock(march(4), 14)).checkpoint.through == march(3)
    at_six = StreakSettings(day_start_hours=6)
    assert streak(days, clock(march(4), 19, 59), settings=at_six).checkpoint.through == march(2)
    assert streak(days, clock(march(4), 20), settings=at_six).checkpoint.through == march(3)


def test_a_checkpoint_covers_the_dates_after_a_break_too() -> None:
    days = active(march(1), march(20))
    assert checkpoint_at(days, Marks(), StreakRules.always(without_freezes()), march(9)).through == march(9)
    broken = streak(active(march(1)), clock(march(9), 14), settings=without_freezes())
    assert broken.checkpoint.through == march(8)


def test_replaying_goes_on_from_a_checkpoint() -> None:
    days = active(*(march(n) for n in (1, 2, 3, 5, 6, 9)))
    kept = checkpoint_at(days, Marks(), StreakRules(), march(4))
    assert (kept.through, kept.current, kept.freezes, kept.last_frozen) == (march(4), 3, 2, march(4))
    rest = {day: activity for day, activity in days.items() if day > march(4)}
    answer = replay(rest, Marks(), StreakRules(), clock(march(9), 13), "UTC", kept)
    assert (answer.current, answer.freezes_available, answer.active_days) == (6, 0, 6)
    assert answer.frozen == (march(7), march(8))


def test_a_checkpoint_never_parts_a_date_from_the_one_its_activity_counts_for() -> None:
    days = {
        march(1): Day(clock(march(1), 12), "UTC"),
        march(2): Day(clock(march(2), 12), "-11:00", 1),
        march(3): Day(clock(march(2), 11), "+14:00", 1),
    }
    assert checkpoint_at(days, Marks(), StreakRules(), march(2)).through == march(1)
    assert checkpoint_at(days, Marks(), StreakRules(), march(3)).through == march(3)
    assert streak(days, clock(march(3), 14)).checkpoint.through == march(1)
    assert streak(days, clock(march(4), 14)).checkpoint.through == march(3)


def test_a_checkpoint_cannot_be_wound_back() -> None:
    later = checkpoint_at(active(march(1)), Marks(), StreakRules(), march(5))
    with pytest.raises(ValueError, match="before it"):
        checkpoint_at({}, Marks(), StreakRules(), march(4), later)


@pytest.mark.parametrize("rest", [frozenset[int](), frozenset(range(1, 8))], ids=["broken", "always at rest"])
def test_a_player_back_after_decades_is_answered_at_once(rest: frozenset[int]) -> None:
    settings = StreakSettings(rest_weekdays=rest)
    days = active(date(1996, 1, 1), march(1))
    began = perf_counter()
    answer = streak(days, clock(march(1), 13), settings=settings)
    assert answer.current == (2 if rest else 1)
    assert perf_counter() - began < (1 if rest else 0.05)
