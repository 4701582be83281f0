from datetime import timedelta

import pytest

from cairn.streaks.days import Day
from cairn.streaks.model import StreakSettings
from cairn.streaks.rules import action
from tests.unit.streaks.history import active, clock, march, streak, without_freezes

BROKEN = active(march(1), march(2), march(3))  # the 4th is missed, and over at midnight of the 5th
SETTINGS = without_freezes()


@pytest.mark.parametrize(("completions", "seconds"), [(2, 0), (0, 3600)])
def test_a_day_of_two_completions_or_an_hour_repairs_a_break(completions: int, seconds: int) -> None:
    days = {**BROKEN, **active(march(5), completions=completions, seconds=seconds)}
    answer = streak(days, clock(march(5), 13), settings=SETTINGS)
    assert (answer.current, answer.longest, answer.active_days) == (4, 4, 4)
    assert (answer.repaired, answer.started_on, answer.broken_on) == ((march(5),), march(1), None)
    assert answer.bonuses[march(5)] == 20
    before = streak(BROKEN, clock(march(5), 13), settings=SETTINGS)
    assert action(before, answer, march(5)) == "increased"


def test_less_than_that_starts_a_new_streak_that_can_still_be_repaired() -> None:
    days = {**BROKEN, **active(march(5), completions=1, seconds=3599)}
    answer = streak(days, clock(march(5), 13), settings=SETTINGS)
    assert (answer.current, answer.repaired, answer.started_on) == (1, (), march(5))
    assert (answer.broken_on, answer.lost) == (march(4), 3)
    assert answer.repairable_until == clock(march(7), 0)


def test_the_second_day_after_a_break_repairs_it_with_the_first() -> None:
    days = {**BROKEN, **active(march(5)), **active(march(6), completions=2)}
    answer = streak(days, clock(march(6), 13), settings=SETTINGS)
    assert (answer.current, answer.bonuses[march(5)], answer.bonuses[march(6)]) == (5, 5, 25)


def test_a_second_missed_day_is_repaired_with_the_first() -> None:
    days = {**BROKEN, **active(march(6), completions=2)}
    assert streak(days, clock(march(6), 13), settings=SETTINGS).current == 4


@pytest.mark.parametrize(("late", "current"), [(timedelta(0), 4), (timedelta(seconds=1), 1)])
def test_a_repair_begins_within_48_hours_of_the_end_of_the_missed_date(late: timedelta, current: int) -> None:
    days = {**BROKEN, march(7): Day(clock(march(7), 0) + late, "UTC", 2)}
    assert streak(days, clock(march(7), 9), settings=SETTINGS).current == current


def test_the_offer_of_a_repair_ends_with_its_window() -> None:
    open_still = streak(BROKEN, clock(march(7), 0), settings=SETTINGS)
    assert (open_still.repairable_until, open_still.broken_on) == (clock(march(7), 0), march(4))
    over = streak(BROKEN, clock(march(7), 0, 1), settings=SETTINGS)
    assert (over.repairable_until, over.broken_on, over.lost) == (None, march(4), 3)
    started_anew = {**BROKEN, **active(march(5), march(6))}
    offered = streak(started_anew, clock(march(7), 0), settings=SETTINGS)
    assert (offered.current, offered.broken_on) == (2, march(4))
    refused = streak(started_anew, clock(march(7), 0, 1), settings=SETTINGS)
    assert (refused.current, refused.broken_on) == (2, None)


def test_a_second_break_after_the_window_takes_the_place_of_the_first() -> None:
    days = {**BROKEN, **active(march(5))}
    answer = streak(days, clock(march(7), 9), settings=SETTINGS)
    assert (answer.broken_on, answer.lost, answer.repairable_until) == (march(6), 1, clock(march(9), 0))


def test_a_repair_works_once_in_thirty_days() -> None:
    repaired = {**BROKEN, **active(march(5), completions=2)}
    again = {**repaired, **active(march(7), completions=2)}
    answer = streak(again, clock(march(7), 13), settings=SETTINGS)
    assert (answer.current, answer.repaired) == (1, (march(5),))
    offered = streak(repaired, clock(march(7), 9), settings=SETTINGS)
    assert (offered.current, offered.broken_on, offered.repairable_until) == (0, march(6), None)
    sooner = without_freezes(repair_every_days=2)
    assert streak(again, clock(march(7), 13), settings=sooner).current == 5
    assert streak(repaired, clock(march(7), 9), settings=sooner).repairable_until == clock(march(9), 0)


@pytest.mark.parametrize(("every", "offered"), [(3, True), (4, False)])
def test_a_repair_is_offered_where_its_last_day_is_late_enough_after_the_former(every: int, offered: bool) -> None:
    days = {**BROKEN, **active(march(5), completions=2)}  # the 6th is missed: the last day is the 8th
    answer = streak(days, clock(march(7), 9), settings=without_freezes(repair_every_days=every))
    assert (answer.repairable_until is not None) is offered


def test_a_break_once_repaired_is_done_with() -> None:
    days = {**BROKEN, **active(march(5), march(6), completions=2)}
    answer = streak(days, clock(march(6), 13), settings=without_freezes(repair_every_days=0))
    assert (answer.current, answer.repaired, answer.broken_on) == (5, (march(5),), None)


def test_a_tenant_without_repairs_offers_none() -> None:
    settings = without_freezes(repair_within_hours=0)
    days = {**BROKEN, march(5): Day(clock(march(5), 0), "UTC", 3)}
    assert streak(days, clock(march(5), 9), settings=settings).current == 1
    assert streak(BROKEN, clock(march(5), 0), settings=settings).repairable_until is None


def test_a_late_event_can_be_the_repair() -> None:
    days = {**BROKEN, **active(march(5), completions=1), **active(march(6))}
    more = {**days, march(5): Day(clock(march(5), 12), "UTC", 2)}
    assert streak(days, clock(march(6), 13), settings=SETTINGS).current == 2
    assert streak(more, clock(march(6), 13), settings=SETTINGS).current == 5


def test_a_second_break_within_the_window_leaves_the_first_to_be_repaired() -> None:
    settings = without_freezes(repair_within_hours=96)
    days = {**BROKEN, **active(march(5)), **active(march(7), completions=2)}
    answer = streak(days, clock(march(7), 13), settings=settings)
    assert (answer.current, answer.started_on) == (5, march(1))


def test_a_freeze_comes_before_a_break() -> None:
    days = {**BROKEN, **active(march(5), completions=2)}
    answer = streak(days, clock(march(5), 13), settings=StreakSettings(freezes_at_start=1))
    assert (answer.current, answer.frozen, answer.repaired) == (4, (march(4),), ())
