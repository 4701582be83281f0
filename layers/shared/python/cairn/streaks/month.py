"""A month of a player's streak: what became of each date. Pure."""

from collections.abc import Mapping
from datetime import date

from cairn.streaks.days import ONE_DAY, zone_skipped
from cairn.streaks.model import DateKind, Marks, Streak, StreakRules
from cairn.streaks.rules import preserved


def month_of(
    first: date, streak: Streak, marks: Marks, rules: StreakRules, today: date, zone: str
) -> Mapping[date, DateKind | None]:
    """The dates of the month that begins on `first`, in order.

    Args:
        streak: replayed from the first day. marks: all that there ever were.

    Returns:
        What each date is; None for dates before the player was ever active.
    """
    begins = min(streak.bonuses, default=date.max)
    dates, day = {}, first
    while day.month == first.month:
        dates[day] = streak.kinds.get(day) or _other(day, begins, streak, marks, rules, today, zone)
        day += ONE_DAY
    return dates


def _other(
    day: date, begins: date, streak: Streak, marks: Marks, rules: StreakRules, today: date, zone: str
) -> DateKind | None:
    """A date that no streak decided."""
    if day < min(begins, today):
        return None
    if kind := preserved(day, marks, rules):
        return kind
    if day > today:
        return "to_come"
    if day == today or (streak.current and streak.decided and day > streak.decided):
        return "open"
    return "skipped" if zone_skipped(day, zone) else "missed"
