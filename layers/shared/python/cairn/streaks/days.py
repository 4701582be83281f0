"""Local dates: which one an instant belongs to in a zone, when it ends, and the activity that it holds.

Streaks count calendar dates and never 24 hours (a day of a clock change has 23 or 25). A local day starts at
midnight, or up to six hours later by a tenant's setting; where a clock change skips the start, the day starts
with the change.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MAX_OFFSET = timedelta(hours=14)
"""No accepted zone is further from UTC than this, either way."""

MAX_COMPLETIONS = 3
MAX_SECONDS = 24 * 3600

_OFFSET = re.compile(r"([+-])(\d\d):([0-5]\d)")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
# Found by the system's database, but they mean this machine or count leap seconds.
_NOT_PLACES = ("localtime", "posixrules", "Factory", "posix/", "right/")


class UnknownZone(ValueError):
    """The zone is neither an IANA name nor an offset from UTC."""

    def __init__(self, zone: str) -> None:
        super().__init__(
            f"unknown time zone {zone[:64]!r}: give an IANA name such as 'America/Santiago', "
            "or an offset from -14:00 to +14:00 such as '+05:45'"
        )


@lru_cache(maxsize=1024)
def time_zone(zone: str) -> tzinfo:
    """The zone by its IANA name, or by a fixed offset: `+05:45`, `-03:00`, `UTC`, `Z`.

    Raises UnknownZone.
    """
    if zone in ("UTC", "Z"):
        return UTC
    if written := _OFFSET.fullmatch(zone):
        offset = timedelta(hours=int(written[2]), minutes=int(written[3]))
        if offset > MAX_OFFSET:
            raise UnknownZone(zone)
        return timezone(-offset if written[1] == "-" else offset)
    if not _NAME.fullmatch(zone) or zone.startswith(_NOT_PLACES):
        raise UnknownZone(zone)
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZone(zone) from error


@lru_cache(maxsize=8192)
def zone_skipped(day: date, zone: str) -> bool:
    """Whether the zone's calendar left this date out, as Pacific/Apia did with 2011-12-30.

    Raises UnknownZone.
    """
    tz = time_zone(zone)
    # Only a change of more than twelve hours carries a noon to another date.
    noon = datetime.combine(day, time(12), tz)
    return noon.astimezone(UTC).astimezone(tz).date() != day


def local_date(instant: datetime, zone: str, day_start_hours: int) -> date:
    """The local date of an aware instant, where days start `day_start_hours` (0 to 6) after midnight.

    Raises UnknownZone, and ValueError for a naive datetime.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset from UTC: pass an aware datetime")
    wall = instant.astimezone(time_zone(zone)).replace(tzinfo=None)
    day = (wall - timedelta(hours=day_start_hours)).date()
    # A skipped date has no start, so the night before it lasts until the next date's start.
    return day - ONE_DAY if day_start_hours and zone_skipped(day, zone) else day


@lru_cache(maxsize=8192)
def day_end(day: date, zone: str, day_start_hours: int) -> datetime:
    """The instant (UTC) at which a local date is over for good: no later instant belongs to it.

    A skipped date ends with the date before it. Raises UnknownZone.
    """
    tz = time_zone(zone)
    start = datetime.combine(day + ONE_DAY, time(day_start_hours), tz)
    earlier, later = sorted((start.astimezone(UTC), start.replace(fold=1).astimezone(UTC)))
    if earlier == later or local_date(later - timedelta.resolution, zone, day_start_hours) <= day:
        return later  # of a start that comes twice, the second, if the clock fell back into the old date
    if local_date(earlier, zone, day_start_hours) > day:
        return earlier  # the clock fell back to the start itself: the new date goes on
    # The start lies inside a gap: the date ends with the clock change, which is on a whole second.
    while later - earlier > timedelta(seconds=1):
        middle = earlier + timedelta(seconds=(later - earlier) // timedelta(seconds=2))
        if local_date(middle, zone, day_start_hours) > day:
            later = middle
        else:
            earlier = middle
    return later


def hour_from(instant: datetime) -> datetime:
    """The first full hour (UTC) that begins at an instant or after it."""
    at = instant.astimezone(UTC)
    hour = at.replace(minute=0, second=0, microsecond=0)
    return hour if hour == at else hour + HOUR


@dataclass(frozen=True, slots=True)
class Day:
    """What one local date holds: the commutative merge of its creditable activities."""

    first_at: datetime
    zone: str
    """The zone of the earliest activity."""
    completions: int = 0
    """Completed experiences, counted up to 3."""
    seconds: int = 0
    """Time of activity, counted up to 24 hours."""
    late_at: datetime | None = None
    """When the first activity was recorded, where the date was over by then; None: in time."""


Days = Mapping[date, Day]


def merge(one: Day, other: Day) -> Day:
    """Both together. Associative and commutative, so that the order of events never matters."""
    first = min(one, other, key=lambda day: (day.first_at, day.zone))
    return Day(
        first.first_at,
        first.zone,
        min(one.completions + other.completions, MAX_COMPLETIONS),
        min(one.seconds + other.seconds, MAX_SECONDS),
        min(one.late_at, other.late_at) if one.late_at and other.late_at else None,
    )


def add_activity(
    days: Days,
    *,
    day: date,
    occurred_at: datetime,
    zone: str,
    completions: int = 0,
    seconds: int = 0,
    late_at: datetime | None = None,
) -> dict[date, Day]:
    """The days with one more creditable activity on the local date `day`. Add each activity once.

    `late_at` is when it was recorded, where `day` was over by then. Raises ValueError for negative completions or
    seconds.
    """
    if completions < 0 or seconds < 0:
        raise ValueError("completions and seconds of an activity are 0 or more")
    added = Day(
        occurred_at.astimezone(UTC), zone, min(completions, MAX_COMPLETIONS), min(seconds, MAX_SECONDS), late_at
    )
    return {**days, day: merge(days[day], added) if day in days else added}


def credited(days: Days) -> dict[date, Day]:
    """The days by credited date, which never moves backwards across a zone change: a running maximum in time.

    Activity of a date that begins only after a later date did (the player flew east over the date line)
    counts for the latest date begun by then. So no two credited dates begin at one instant.
    """
    moved = moved_dates(days)
    result = {day: activity for day, activity in days.items() if day not in moved}
    for day, target in moved.items():
        result[target] = merge(result[target], days[day])
    return result


def moved_dates(days: Days) -> dict[date, date]:
    """Dates that do not stand, each with the date that its activity counts for."""
    moved: dict[date, date] = {}
    stand: list[date] = []  # latest date first, and so latest beginning first
    for day in sorted(days, reverse=True):
        began = days[day].first_at
        if stand and days[stand[-1]].first_at <= began:
            moved[day] = next(later for later in stand if days[later].first_at <= began)
        else:
            stand.append(day)
    return moved
