"""What boards and achievements need of a player beside the totals: when each was reached, numbers by day, sums by
season, the streak's end.

Everything is a function of what the player did, whatever the order in which it was recorded, so that a board can
be rebuilt from the player alone. Days and seasons are the tenant's calendar's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from cairn.streaks.days import local_date
from cairn.tenants.boards import Tracked
from cairn.tenants.seasons import calendar_of, season_days, season_of

DAYS_KEPT = 35
SEASONS_KEPT = 2  # of each calendar: the running one, and the one that late events may still count for


@dataclass(frozen=True, slots=True)
class Season:
    """What a metric came to within a season, and when it last changed in it."""

    total: int
    reached_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """What a player has come to, by metric.

    reached: when the metric came to its value, by the instants of what caused it.
    daily: by day, the 35 days up to the latest; days of 0 are left out. seasons: by name.
    falls_at: when the streak breaks should nothing more happen; None where none runs.
    """

    reached: Mapping[str, datetime] = field(default_factory=dict)
    daily: Mapping[str, Mapping[date, int]] = field(default_factory=dict)
    seasons: Mapping[str, Mapping[str, Season]] = field(default_factory=dict)
    falls_at: datetime | None = None


def tallied(tally: Tally, before: Mapping[str, int], after: Mapping[str, int], at: datetime, tracked: Tracked) -> Tally:
    """The tally after something changed metrics.

    Args:
        before, after: every metric, by name. at: when what changed them happened.
    """
    changed = {name: number - before.get(name, 0) for name, number in after.items() if number != before.get(name, 0)}
    day = local_date(at, tracked.zone, 0)
    reached, seasons = dict(tally.reached), dict(tally.seasons)
    # What is watched no more is kept for as long as it might still be asked for.
    daily = {name: days for name, days in tally.daily.items() if name in tracked.daily or _is_recent(days, day)}
    for name in changed.keys() & tracked.reached:
        reached[name] = max(reached.get(name, at), at)
    for name in changed.keys() & tracked.daily:
        daily[name] = _on_day(daily.get(name, {}), day, changed[name])
    for name in changed.keys() & tracked.seasons.keys():
        for calendar in sorted(tracked.seasons[name]):
            known, season = seasons.get(name, {}), season_of(day, calendar)
            seasons[name] = _in_season(known, season, changed[name], at, tally.daily.get(name, {}))
    return Tally(reached, daily, seasons, tally.falls_at)


def _is_recent(days: Mapping[date, int], day: date) -> bool:
    return max(days, default=date.min) > day - timedelta(days=DAYS_KEPT)


def _on_day(days: Mapping[date, int], day: date, by: int) -> dict[date, int]:
    summed = {**days, day: days.get(day, 0) + by}
    oldest = max(summed) - timedelta(days=DAYS_KEPT - 1)
    return {each: number for each, number in sorted(summed.items()) if number and each >= oldest}


def within(days: Mapping[date, int], season: str) -> int:
    """What was gained on those of the days that lie in a season."""
    first, last = season_days(season)
    return sum(number for day, number in days.items() if first <= day <= last)


def _in_season(
    seasons: Mapping[str, Season], name: str, by: int, at: datetime, days: Mapping[date, int]
) -> dict[str, Season]:
    # A season that a board first asks for when it has begun, begins with the days that are known of it.
    known = seasons.get(name) or Season(within(days, name), at)
    summed = {**seasons, name: Season(known.total + by, max(known.reached_at, at))}
    calendar = calendar_of(name)
    alike = sorted(each for each in summed if calendar_of(each) is calendar)
    gone = set(alike[:-SEASONS_KEPT])
    return {each: season for each, season in summed.items() if each not in gone}
