"""Calendar seasons: weeks (ISO 8601), months, quarters and years of a tenant's calendar, and their names.

Names of one calendar sort as their seasons do: `2026-W07`, `2026-02`, `2026-Q1`, `2026`.
"""

import re
from datetime import date, timedelta
from enum import StrEnum

ONE_DAY = timedelta(days=1)

_NAME = re.compile(r"(\d{4})(?:-(?:W(\d\d)|Q([1-4])|(\d\d)))?")


class Calendar(StrEnum):
    """How long a season is."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def season_of(day: date, calendar: Calendar) -> str:
    """The name of the season that a day lies in."""
    match calendar:
        case Calendar.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year:04d}-W{week:02d}"
        case Calendar.MONTH:
            return f"{day.year:04d}-{day.month:02d}"
        case Calendar.QUARTER:
            return f"{day.year:04d}-Q{(day.month + 2) // 3}"
        case Calendar.YEAR:
            return f"{day.year:04d}"


def calendar_of(season: str) -> Calendar:
    """The calendar that a season's name is of.

    Raises:
        ValueError: it is no season's name.
    """
    named = _NAME.fullmatch(season)
    if named is None:
        raise ValueError(f"{season!r} is no season: those are named 2026-W07, 2026-02, 2026-Q1 or 2026")
    _, week, quarter, month = named.groups()
    if week:
        return Calendar.WEEK
    if quarter:
        return Calendar.QUARTER
    return Calendar.MONTH if month else Calendar.YEAR


def season_days(season: str) -> tuple[date, date]:
    """First and last day of a season by its name.

    Raises:
        ValueError: it is no season's name.
    """
    calendar = calendar_of(season)
    year, part = int(season[:4]), int(season[5:].lstrip("WQ") or 1)
    match calendar:
        case Calendar.WEEK:
            first = date.fromisocalendar(year, part, 1)
            return first, first + 6 * ONE_DAY
        case Calendar.YEAR:
            return date(year, 1, 1), date(year, 12, 31)
        case Calendar.MONTH:
            begins, ends = part, part
        case Calendar.QUARTER:
            begins, ends = 3 * part - 2, 3 * part
    return date(year, begins, 1), date(year + ends // 12, ends % 12 + 1, 1) - ONE_DAY
