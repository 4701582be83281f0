"""The streak in the table: a window of recent days in the player's item, older days in monthly calendars."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action as Change

from cairn.platform import keys
from cairn.platform.instants import MILLISECOND, from_ms, to_ms
from cairn.platform.items import NOT_PERSONAL, OF_THE_PLAYER, Item, Raw, WholeNumberAttribute
from cairn.platform.table import Table
from cairn.platform.transact import Put, Update, upsert
from cairn.streaks.days import MAX_OFFSET, ONE_DAY
from cairn.streaks.rules import Break, Checkpoint, Day, Marks, StreakRules, checkpoint_at

WINDOW_DAYS = 10
MARKS_KEPT = 12
KEPT_BACK = timedelta(days=6)  # longer than an event may be late (72 h) and zones can differ (26 h)
ZONES_KEPT = 3  # which tell of changes within a week whether there were two

# Letters by which a month's attributes, and a window's marks, are named.
DAY, REQUEST, PAUSE, RESTORE, REVERSAL, ZONE = "dfprxz"

type Packed = list[Any]


class CalendarItem(Item, discriminator="calendar"):
    """What left the window of one month. Attribute `d05`: its fifth, an active day, packed.

    Marks: `f05` a freeze was requested, `p05` a pause began (value: the ordinal of its last date), `r05` was restored,
    `x05` was struck; `z1796000000000`: the zone that the player took at that instant.
    """

    privacy = OF_THE_PLAYER


class AmnestyItem(Item, discriminator="amnesty"):
    """An outage as it was declared; its dates are in the tenant's settings too."""

    privacy = NOT_PERSONAL

    first = UnicodeAttribute()
    last = UnicodeAttribute()
    reason = UnicodeAttribute()
    by = UnicodeAttribute(null=True)
    at = WholeNumberAttribute()


class SweepItem(Item, discriminator="sweep"):
    """Streaks to be looked at by a full hour: those of a partition of the index `due`, or all of the tenant's."""

    privacy = NOT_PERSONAL

    tenant = UnicodeAttribute()
    partition = UnicodeAttribute(null=True)
    ttl = WholeNumberAttribute()


@dataclass(frozen=True, slots=True)
class Window:
    """What the player's item keeps of the streak: a checkpoint, and days, bonuses and marks after it."""

    checkpoint: Checkpoint | None
    days: Mapping[date, Day]
    paid: Mapping[date, int]
    marks: Marks = field(default_factory=Marks)


NOTHING = Window(None, {}, {})


def pack_day(day: date, content: Day, paid: int) -> Packed:
    """A day as a short list: milliseconds of its first instant since its midnight in UTC, zone, and counts.

    One that was recorded late has the milliseconds of that too.
    """
    midnight = datetime.combine(day, time(0), UTC)
    first = (content.first_at - midnight) // MILLISECOND
    late = [(content.late_at - midnight) // MILLISECOND] if content.late_at else []
    return [first, content.zone, content.completions, content.seconds, paid, *late]


def unpack_day(day: date, packed: Packed) -> tuple[Day, int]:
    """The day, and the bonus paid for it."""
    first, zone, completions, seconds, paid, *late = packed
    midnight = datetime.combine(day, time(0), UTC)
    late_at = midnight + late[0] * MILLISECOND if late else None
    return Day(midnight + first * MILLISECOND, zone, completions, seconds, late_at), paid


def pack_window(window: Window) -> dict[str, Any]:
    """The window as the player's item holds it, but for the zones, which have an attribute of their own."""
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
    return packed | pack_marks(window.marks)


def unpack_window(packed: Mapping[str, Any]) -> Window:
    """The window that `pack_window` was given."""
    days, paid = {}, {}
    for text, content in packed["days"].items():
        day = date.fromisoformat(text)
        days[day], bonus = unpack_day(day, content)
        if bonus:
            paid[day] = bonus
    since = packed.get("since")
    return Window(unpack_checkpoint(since) if since else None, days, paid, unpack_marks(packed))


def pack_marks(marks: Marks) -> dict[str, Any]:
    """Marks by their letters, dates as ordinals; the zones are kept elsewhere."""
    packed = {
        REQUEST: sorted(map(date.toordinal, marks.freeze_requests)),
        PAUSE: [[first.toordinal(), last.toordinal()] for first, last in marks.pauses],
        RESTORE: sorted(map(date.toordinal, marks.restores)),
        REVERSAL: sorted(map(date.toordinal, marks.reversals)),
    }
    return {letter: content for letter, content in packed.items() if content}


def unpack_marks(packed: Mapping[str, Any]) -> Marks:
    """The marks that `pack_marks` was given."""

    def dates(letter: str) -> frozenset[date]:
        return frozenset(map(date.fromordinal, packed.get(letter, ())))

    pauses = ((date.fromordinal(first), date.fromordinal(last)) for first, last in packed.get(PAUSE, ()))
    return Marks((), dates(REQUEST), tuple(pauses), dates(RESTORE), dates(REVERSAL))


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
        *([checkpoint.amnesties] if checkpoint.amnesties else []),
    ]


def unpack_checkpoint(packed: Packed) -> Checkpoint:
    through, current, longest, active, freezes, towards, started, last, frozen, broken, repair, zone, *known = packed
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
        amnesties=known[0] if known else 0,
    )


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def slide(window: Window, rules: StreakRules, now: datetime, *, filed: bool = False) -> tuple[Window, Window]:
    """The window as it is to be stored, and what leaves it for the calendar (nothing, most of the time).

    It slides where it holds many days, or many marks of days that are over by `now`; or else what the calendar holds
    (`filed`) would stand in both.
    """
    crowded = len(window.days) > WINDOW_DAYS
    if not (crowded or filed or _count(window.marks) > MARKS_KEPT):
        return window, NOTHING
    if not window.days and window.checkpoint is None:
        # Nobody was active, so nothing that is over can change anything.
        marks = _after(window.marks, _over(now) - KEPT_BACK)
        return replace(window, marks=marks), NOTHING
    latest = max(window.days, default=date.min)
    until = (latest if crowded else max(latest, _over(now))) - KEPT_BACK
    through = window.checkpoint.through if window.checkpoint else None
    if through and until <= through:
        return window, NOTHING
    checkpoint = checkpoint_at(window.days, window.marks, rules, until, since=window.checkpoint)
    through = checkpoint.through
    if through is None:
        return replace(window, marks=_after(window.marks, min(window.days) - KEPT_BACK)), NOTHING
    kept = Window(
        checkpoint,
        {day: content for day, content in window.days.items() if day > through},
        {day: paid for day, paid in window.paid.items() if day > through},
        _after(window.marks, through),
    )
    leaving = Window(
        None,
        {day: content for day, content in window.days.items() if day <= through},
        {day: paid for day, paid in window.paid.items() if day <= through},
        _without(window.marks, kept.marks),
    )
    return kept, leaving


def _over(now: datetime) -> date:
    """A date that is over everywhere."""
    return now.astimezone(UTC).date() - 2 * ONE_DAY


def _count(marks: Marks) -> int:
    return sum(map(len, (marks.zones, marks.freeze_requests, marks.pauses, marks.restores, marks.reversals)))


def _after(marks: Marks, through: date) -> Marks:
    """The marks that dates after `through` are decided by, and the latest zones, by which changes are counted."""
    begins = datetime.combine(through + ONE_DAY, time(0), UTC) - MAX_OFFSET
    before = sum(since <= begins for since, _ in marks.zones)
    first = max(0, min(before - 1, len(marks.zones) - ZONES_KEPT))
    return Marks(
        zones=marks.zones[first:],
        freeze_requests=frozenset(day for day in marks.freeze_requests if day > through),
        pauses=tuple(pause for pause in marks.pauses if pause[1] > through),
        restores=frozenset(day for day in marks.restores if day > through),
        reversals=frozenset(day for day in marks.reversals if day > through),
    )


def _without(marks: Marks, others: Marks) -> Marks:
    return Marks(
        zones=tuple(each for each in marks.zones if each not in others.zones),
        freeze_requests=marks.freeze_requests - others.freeze_requests,
        pauses=tuple(each for each in marks.pauses if each not in others.pauses),
        restores=marks.restores - others.restores,
        reversals=marks.reversals - others.reversals,
    )


def together(one: Marks, other: Marks) -> Marks:
    """Marks of the calendar and those of the window, in order."""
    return Marks(
        zones=tuple(sorted({*one.zones, *other.zones})),
        freeze_requests=one.freeze_requests | other.freeze_requests,
        pauses=tuple(sorted({*one.pauses, *other.pauses})),
        restores=one.restores | other.restores,
        reversals=one.reversals | other.reversals,
    )


def whole(window: Window, filed: Window) -> Window:
    """The window from the first day on, with all that left it."""
    return Window(
        None, {**filed.days, **window.days}, {**filed.paid, **window.paid}, together(filed.marks, window.marks)
    )


def unfiled(leaving: Window, filed: Window | None) -> Window:
    """Of what leaves the window, what the calendar does not hold as it is."""
    if filed is None:
        return leaving
    changed = {
        day: content
        for day, content in leaving.days.items()
        if filed.days.get(day) != content or filed.paid.get(day, 0) != leaving.paid.get(day, 0)
    }
    return Window(None, changed, leaving.paid, _without(leaving.marks, filed.marks))


def write_calendar(
    tenant: str, player: str, leaving: Window, filed: Window | None = None, marks: Marks | None = None
) -> list[Update]:
    """The writes of what leaves the window, a month each.

    Args:
        filed: what the calendar holds, where that was read: it is not written again.
        marks: all that the player has; of those that are filed, others are taken back.
    """
    months: dict[str, list[Change]] = defaultdict(list)
    fresh = unfiled(leaving, filed)
    for day in sorted(fresh.days):
        packed = pack_day(day, fresh.days[day], fresh.paid.get(day, 0))
        months[f"{day:%Y-%m}"].append(Path([f"d{day:%d}"]).set(packed))
    for month, name, value in _entries(fresh.marks):
        months[month].append(Path([name]).set(value))
    for month, name, _ in _entries(_without(filed.marks, marks)) if filed and marks else ():
        months[month].append(Path([name]).remove())
    return [
        upsert(f"calendar {month}", CalendarItem, keys.calendar(tenant, player, month), changes)
        for month, changes in sorted(months.items())
    ]


def months_of(leaving: Window) -> int:
    """How many writes it takes at most."""
    months = {month for month, _, _ in _entries(leaving.marks)}
    return len(months | {f"{day:%Y-%m}" for day in leaving.days})


def _entries(marks: Marks) -> Iterator[tuple[str, str, str | int]]:
    """Marks as attributes of a month's item: month, name, value."""
    for letter, dates in ((REQUEST, marks.freeze_requests), (RESTORE, marks.restores), (REVERSAL, marks.reversals)):
        for day in sorted(dates):
            yield f"{day:%Y-%m}", f"{letter}{day:%d}", 1
    for first, last in marks.pauses:
        yield f"{first:%Y-%m}", f"{PAUSE}{first:%d}", last.toordinal()
    for since, zone in marks.zones:
        yield f"{since:%Y-%m}", f"{ZONE}{to_ms(since)}", zone


def read_calendar(table: Table, tenant: str, player: str) -> Window:
    """Everything that left the window."""
    items = table.query_all(keys.player_partition(tenant, player), prefix=keys.CALENDAR_PREFIX, consistent=True)
    return unpack_calendar(items)


def unpack_calendar(items: Iterable[Raw]) -> Window:
    """What the months' items hold."""
    days, paid = {}, {}
    dates: dict[str, set[date]] = defaultdict(set)
    pauses, zones = [], []
    for item in items:
        month = item["SK"]["S"].removeprefix(keys.CALENDAR_PREFIX)
        for name, value in item.items():
            letter, number = name[0], name[1:]
            if not number.isdigit():
                continue
            if letter == ZONE:
                zones.append((from_ms(int(number)), value["S"]))
                continue
            day = date.fromisoformat(f"{month}-{number}")
            if letter == PAUSE:
                pauses.append((day, date.fromordinal(int(value["N"]))))
            elif letter == DAY:
                days[day], paid_for_it = unpack_day(day, [_plain(each) for each in value["L"]])
                if paid_for_it:
                    paid[day] = paid_for_it
            else:
                dates[letter].add(day)
    marks = Marks(
        zones=tuple(sorted(zones)),
        freeze_requests=frozenset(dates[REQUEST]),
        pauses=tuple(sorted(pauses)),
        restores=frozenset(dates[RESTORE]),
        reversals=frozenset(dates[REVERSAL]),
    )
    return Window(None, days, paid, marks)


def write_amnesty(tenant: str, number: int, first: date, last: date, reason: str, by: str | None, now: datetime) -> Put:
    """The write of an outage's record, the `number`th of its tenant."""
    item = AmnestyItem(
        *keys.amnesty(tenant, number),
        first=first.isoformat(),
        last=last.isoformat(),
        reason=reason,
        by=by,
        at=to_ms(now),
    )
    return Put("amnesty", item, AmnestyItem.absent())


def _plain(value: Mapping[str, Any]) -> str | int:
    ((kind, content),) = value.items()
    return int(content) if kind == "N" else str(content)
