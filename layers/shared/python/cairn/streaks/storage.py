"""The streak in the table: a window of recent days in the player's item, older days in monthly calendars."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pynamodb.expressions.operand import Path

from cairn.platform import keys
from cairn.platform.instants import from_ms, to_ms
from cairn.platform.items import OF_THE_PLAYER, Item, Raw
from cairn.platform.table import Table
from cairn.platform.transact import Update, upsert
from cairn.streaks.rules import Break, Checkpoint, Day, Marks, StreakSettings, checkpoint_at

WINDOW_DAYS = 10
KEPT_BACK = timedelta(days=6)  # longer than an event may be late (72 h) and zones can differ (26 h)

type Packed = list[Any]


class CalendarItem(Item, discriminator="calendar"):
    """The active days of one month that left the window; attribute `d05` is the fifth, packed."""

    privacy = OF_THE_PLAYER


@dataclass(frozen=True, slots=True)
class Window:
    """What the player's item keeps of the streak: a checkpoint, and the days and bonuses after it."""

    checkpoint: Checkpoint | None
    days: Mapping[date, Day]
    paid: Mapping[date, int]


def pack_day(day: date, content: Day, paid: int) -> Packed:
    """A day as a short list: milliseconds of its first instant since its midnight in UTC, zone, and counts."""
    midnight = datetime.combine(day, time(0), UTC)
    first = (content.first_at - midnight) // timedelta(milliseconds=1)
    return [first, content.zone, content.completions, content.seconds, paid]


def unpack_day(day: date, packed: Packed) -> tuple[Day, int]:
    """The day, and the bonus paid for it."""
    first, zone, completions, seconds, paid = packed
    midnight = datetime.combine(day, time(0), UTC)
    return Day(midnight + timedelta(milliseconds=first), zone, completions, seconds), paid


def pack_window(window: Window) -> dict[str, Any]:
    """The window as the player's item holds it."""
    dates = sorted(window.days.keys() | window.paid.keys())
    packed: dict[str, Any] = {
        "days": {
            day.isoformat(): pack_day(day, window.days[day], window.paid.get(day, 0))
            for day in dates
            if day in window.days
        }
    }
    if window.checkpoint:
        packed["since"] = pack_checkpoint(window.checkpoint)
    return packed


def unpack_window(packed: Mapping[str, Any]) -> Window:
    """The window that `pack_window` was given."""
    days, paid = {}, {}
    for text, content in packed["days"].items():
        day = date.fromisoformat(text)
        days[day], bonus = unpack_day(day, content)
        if bonus:
            paid[day] = bonus
    since = packed.get("since")
    return Window(unpack_checkpoint(since) if since else None, days, paid)


def pack_checkpoint(checkpoint: Checkpoint) -> Packed:
    broken = checkpoint.broken
    return [
        _text(checkpoint.through),
        checkpoint.current,
        checkpoint.longest,
        checkpoint.active_days,
        checkpoint.freezes,
        checkpoint.towards_freeze,
        _text(checkpoint.started_on),
        _text(checkpoint.last_active),
        _text(checkpoint.last_frozen),
        broken
        and [
            broken.missed.isoformat(),
            to_ms(broken.at),
            broken.lost,
            broken.started_on.isoformat(),
            broken.active_since,
        ],
        _text(checkpoint.last_repair),
        checkpoint.zone,
    ]


def unpack_checkpoint(packed: Packed) -> Checkpoint:
    through, current, longest, active, freezes, towards, started, last, frozen, broken, repair, zone = packed
    return Checkpoint(
        through=_date(through),
        current=current,
        longest=longest,
        active_days=active,
        freezes=freezes,
        towards_freeze=towards,
        started_on=_date(started),
        last_active=_date(last),
        last_frozen=_date(frozen),
        broken=broken
        and Break(
            date.fromisoformat(broken[0]),
            from_ms(broken[1]),
            broken[2],
            date.fromisoformat(broken[3]),
            broken[4],
        ),
        last_repair=_date(repair),
        zone=zone,
    )


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def slide(window: Window, marks: Marks, settings: StreakSettings) -> tuple[Window, Window]:
    """The window as it is to be stored, and what leaves it for the calendar (no days: nothing does)."""
    if len(window.days) <= WINDOW_DAYS:
        return window, Window(None, {}, {})
    until = max(window.days) - KEPT_BACK
    checkpoint = checkpoint_at(window.days, marks, settings, until, since=window.checkpoint)
    through = checkpoint.through
    if through is None:
        return window, Window(None, {}, {})
    gone = {day for day in window.days if day <= through}
    kept = Window(
        checkpoint,
        {day: content for day, content in window.days.items() if day not in gone},
        {day: paid for day, paid in window.paid.items() if day > through},
    )
    leaving = Window(
        None,
        {day: window.days[day] for day in gone},
        {day: paid for day, paid in window.paid.items() if day <= through},
    )
    return kept, leaving


def write_calendar(tenant: str, player: str, leaving: Window) -> list[Update]:
    """The writes of days that leave the window, a month each."""
    months: dict[str, list[date]] = defaultdict(list)
    for day in sorted(leaving.days):
        months[f"{day:%Y-%m}"].append(day)
    return [
        upsert(
            f"calendar {month}",
            CalendarItem,
            keys.calendar(tenant, player, month),
            [Path([f"d{day:%d}"]).set(pack_day(day, leaving.days[day], leaving.paid.get(day, 0))) for day in days],
        )
        for month, days in months.items()
    ]


def unfiled(leaving: Window, filed: Window | None) -> Window:
    """Of the days that leave the window, those that the calendar does not hold as they are."""
    if filed is None:
        return leaving
    changed = {
        day: content
        for day, content in leaving.days.items()
        if filed.days.get(day) != content or filed.paid.get(day, 0) != leaving.paid.get(day, 0)
    }
    return Window(None, changed, leaving.paid)


def read_calendar(table: Table, tenant: str, player: str) -> Window:
    """Every day that left the window."""
    items = table.query_all(keys.player_partition(tenant, player), prefix=keys.CALENDAR_PREFIX, consistent=True)
    return unpack_calendar(items)


def unpack_calendar(items: Iterable[Raw]) -> Window:
    days, paid = {}, {}
    for item in items:
        month = item["SK"]["S"].removeprefix(keys.CALENDAR_PREFIX)
        for name, value in item.items():
            if name[0] == "d" and name[1:].isdigit():
                day = date.fromisoformat(f"{month}-{name[1:]}")
                first, zone, completions, seconds, bonus = (next(iter(each.values())) for each in value["L"])
                days[day], paid_for_it = unpack_day(day, [int(first), zone, int(completions), int(seconds), int(bonus)])
                if paid_for_it:
                    paid[day] = paid_for_it
    return Window(None, days, paid)
