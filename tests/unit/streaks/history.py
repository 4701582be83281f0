"""Histories in a few words: days of March 2026, which begins on a Sunday."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from cairn.streaks.days import Day, Days, add_activity, local_date
from cairn.streaks.model import Marks, Streak, StreakRules, StreakSettings
from cairn.streaks.rules import replay


def march(day: int) -> date:
    return date(2026, 3, day)


def clock(day: date, hours: int, minutes: int = 0, zone: str = "UTC") -> datetime:
    """The instant at which clocks in the zone show this."""
    return datetime.combine(day, time(hours, minutes), ZoneInfo(zone)).astimezone(UTC)


def active(*days: date, zone: str = "UTC", completions: int = 0, seconds: int = 60) -> dict[date, Day]:
    """Activity at noon of each date."""
    return {day: Day(clock(day, 12, zone=zone), zone, completions, seconds) for day in days}


def acts(*activities: tuple[datetime, str], day_start_hours: int = 0) -> dict[date, Day]:
    """Activities at instants in zones, each under its local date."""
    days: dict[date, Day] = {}
    for instant, zone in activities:
        day = local_date(instant, zone, day_start_hours)
        days = add_activity(days, day=day, occurred_at=instant, zone=zone, seconds=60)
    return days


def streak(
    days: Days,
    now: datetime,
    *,
    marks: Marks | None = None,
    zone: str = "UTC",
    settings: StreakSettings | None = None,
    rules: StreakRules | None = None,
) -> Streak:
    """The streak under settings that never changed, or under `rules`."""
    return replay(days, marks or Marks(), rules or StreakRules.always(settings or StreakSettings()), now, zone)


def without_freezes(**other: int) -> StreakSettings:
    values: Mapping[str, int] = {"freezes_at_start": 0, "freeze_every_active_days": 0, **other}
    return StreakSettings(**values)  # type: ignore[arg-type]
