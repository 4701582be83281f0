"""Calendar seasons against the calendar itself, day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cairn.tenants.seasons import Calendar, calendar_of, season_days, season_of

unhurried = settings(deadline=None)

days = st.dates(date(1990, 1, 1), date(2100, 12, 31))
calendars = st.sampled_from(Calendar)


@unhurried
@given(days, calendars)
def test_a_day_lies_in_the_season_that_it_names(day: date, calendar: Calendar) -> None:
    season = season_of(day, calendar)
    first, last = season_days(season)
    assert first <= day <= last
    assert calendar_of(season) is calendar


@unhurried
@given(days, calendars)
def test_seasons_follow_each_other_without_a_gap_and_sort_as_they_do(day: date, calendar: Calendar) -> None:
    season = season_of(day, calendar)
    first, last = season_days(season)
    before, after = season_of(first - timedelta(days=1), calendar), season_of(last + timedelta(days=1), calendar)
    assert before < season < after
    assert season_days(before)[1] + timedelta(days=1) == first
    assert {season_of(first, calendar), season_of(last, calendar)} == {season}


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2026, 11, 20), ("2026-W47", "2026-11", "2026-Q4", "2026")),
        (date(2027, 1, 1), ("2026-W53", "2027-01", "2027-Q1", "2027")),
        (date(2024, 12, 30), ("2025-W01", "2024-12", "2024-Q4", "2024")),
    ],
)
def test_a_week_belongs_to_the_year_of_its_thursday(day: date, names: tuple[str, ...]) -> None:
    assert tuple(season_of(day, calendar) for calendar in Calendar) == names


@pytest.mark.parametrize("name", ["", "2026-", "2026-13", "2026-00", "2026-W54", "2026-W00", "2026-Q5", "26-Q1", "Q1"])
def test_what_is_no_season_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        season_days(name)
