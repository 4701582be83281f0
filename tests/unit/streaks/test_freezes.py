from dataclasses import replace

from cairn.streaks.model import FreezeEntry, Marks, StreakSettings
from cairn.streaks.rules import action, standing
from tests.unit.streaks.history import active, clock, march, streak, without_freezes


def test_a_frozen_day_keeps_the_streak_but_does_not_count() -> None:
    answer = streak(active(march(1), march(2), march(4)), clock(march(4), 13))
    assert (answer.current, answer.longest, answer.active_days) == (3, 3, 3)
    assert (answer.frozen, answer.freezes_available) == ((march(3),), 2)
    assert answer.freeze_ledger == (FreezeEntry(march(3), "used_automatically", -1, 2, clock(march(4), 0)),)


def test_a_streak_held_by_a_freeze_stands_as_frozen_until_the_next_activity() -> None:
    days = active(march(1))
    assert standing(streak(days, clock(march(3), 9))) == "frozen"
    back = streak({**days, **active(march(3))}, clock(march(3), 13))
    assert standing(back) == "maintained"
    assert action(streak(days, clock(march(3), 9)), back, march(3)) == "increased"


def test_the_streak_breaks_on_the_first_date_after_the_last_freeze() -> None:
    answer = streak(active(march(1)), clock(march(20), 9))
    assert answer.frozen == (march(2), march(3), march(4))
    assert (answer.current, answer.broken_on, answer.freezes_available) == (0, march(5), 0)


def test_no_freeze_is_spent_where_there_is_no_streak() -> None:
    settings = StreakSettings(freezes_at_start=0, freeze_every_active_days=1)
    # The freeze earned on the 1st goes on the 2nd; the one of the 5th on the 6th.
    answer = streak(active(march(1), march(5)), clock(march(9), 9), settings=settings)
    assert answer.frozen == (march(2), march(6))
    assert (answer.broken_on, answer.freezes_available) == (march(7), 0)


def test_seven_active_days_earn_a_freeze() -> None:
    settings = StreakSettings(freezes_at_start=0)
    six, seven = (active(*(march(n) for n in range(1, last + 1))) for last in (6, 7))
    assert streak(six, clock(march(7), 13), settings=settings).freezes_available == 0
    answer = streak(seven, clock(march(7), 13), settings=settings)
    assert answer.freeze_ledger == (FreezeEntry(march(7), "earned", 1, 1, clock(march(7), 12)),)


def test_active_days_before_a_break_still_count_towards_a_freeze() -> None:
    days = active(*(march(n) for n in (1, 2, 3, 5, 6, 7, 8)))
    answer = streak(days, clock(march(8), 13), settings=StreakSettings(freezes_at_start=0))
    assert (answer.current, answer.freezes_available) == (4, 1)


def test_a_freeze_earned_on_top_of_the_most_is_lost() -> None:
    days = active(*(march(n) for n in range(1, 8)), march(9))
    answer = streak(days, clock(march(9), 13))
    # At 3 of 3 the 7th earned nothing; the 8th took one, and the 9th is only the first of the next seven.
    assert answer.freeze_ledger == (FreezeEntry(march(8), "used_automatically", -1, 2, clock(march(9), 0)),)
    assert answer.current == 8


def test_no_more_than_the_most_are_given_at_the_start() -> None:
    assert streak({}, clock(march(1), 9), settings=StreakSettings(freezes_max=2)).freezes_available == 2


def test_a_late_event_that_fills_a_frozen_day_gives_the_freeze_back() -> None:
    frozen = streak(active(march(1), march(3)), clock(march(3), 13))
    filled = streak(active(march(1), march(2), march(3)), clock(march(3), 13))
    assert (frozen.freezes_available, filled.freezes_available) == (2, 3)
    assert (frozen.current, filled.current) == (2, 3)
    assert filled.freeze_ledger == ()


def test_a_freeze_on_request_is_set_aside_at_once_and_said_so() -> None:
    marks = Marks(freeze_requests=frozenset({march(3)}))
    days = active(march(1), march(2))
    asked = streak(days, clock(march(3), 9), marks=marks)
    assert (asked.freezes_available, asked.frozen, standing(asked)) == (2, (march(3),), "frozen")
    assert asked.freeze_ledger == (FreezeEntry(march(3), "used_on_request", -1, 2),)
    used = streak(days, clock(march(4), 9), marks=marks)
    assert (used.freezes_available, used.frozen) == (2, (march(3),))
    assert used.freeze_ledger == (replace(asked.freeze_ledger[0], at=clock(march(4), 0)),)


def test_activity_on_a_date_with_a_requested_freeze_gives_it_back() -> None:
    marks = Marks(freeze_requests=frozenset({march(3)}))
    answer = streak(active(march(1), march(2), march(3)), clock(march(3), 13), marks=marks)
    assert (answer.current, answer.freezes_available, answer.frozen) == (3, 3, ())


def test_a_request_without_a_freeze_left_or_on_a_preserved_date_uses_none() -> None:
    marks = Marks(freeze_requests=frozenset({march(2)}))
    none_left = streak(active(march(1)), clock(march(2), 9), marks=marks, settings=without_freezes())
    assert (none_left.freezes_available, none_left.frozen) == (0, ())
    paused = replace(marks, pauses=((march(2), march(2)),))
    assert streak(active(march(1)), clock(march(2), 9), marks=paused).freezes_available == 3
    assert streak(active(march(1)), clock(march(3), 9), marks=paused).freezes_available == 3


def test_a_request_without_a_streak_uses_none() -> None:
    marks = Marks(freeze_requests=frozenset({march(2)}))
    assert streak({}, clock(march(2), 9), marks=marks).freezes_available == 3
    assert streak(active(march(5)), clock(march(5), 13), marks=marks).freezes_available == 3
