"""The streak: one pure function over activity by local date, freezes, pauses, rest days and repairs.

    activities -> add_activity -> days -> credited -> replay -> Streak

`replay` is an automaton folded date by date, so its whole state at any date is a `Checkpoint` from which it
can go on. What is stored is a cache of its answer: whatever changes (a late event, an operator's restore),
replaying gives the truth, and doing so lazily or by a sweep gives the same. Instants are aware, dates are the
player's local dates.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from cairn.streaks.days import (
    MAX_OFFSET,
    ONE_DAY,
    Day,
    Days,
    add_activity,
    credited,
    day_end,
    local_date,
    merge,
    moved_dates,
    zone_skipped,
)
from cairn.streaks.model import (
    Action,
    Break,
    Checkpoint,
    FreezeEntry,
    FreezeKind,
    Marks,
    Streak,
    StreakSettings,
)

__all__ = [
    "Action",
    "Break",
    "Checkpoint",
    "Day",
    "Days",
    "FreezeEntry",
    "Marks",
    "Streak",
    "StreakSettings",
    "action",
    "add_activity",
    "checkpoint_at",
    "creditable",
    "credited",
    "falls_at",
    "merge",
    "replay",
    "standing",
]

CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of ours a device's clock may be before its activity counts as one of the future."""
BONUS_STEP = 5
BONUS_MAX = 50
FORESIGHT = timedelta(days=400)
"""How far ahead a streak's end is looked for."""


def creditable(occurred_at: datetime, recorded_at: datetime, settings: StreakSettings, exempt: bool) -> bool:
    """Whether an activity counts for streaks: it was recorded within `late_hours` of occurring.

    `exempt` are imports and operators. To be asked once, when it is first recorded. Nothing from the future
    counts, or a streak could be laid in stock.
    """
    late = recorded_at - occurred_at
    return late >= -CLOCK_SKEW and (exempt or late <= timedelta(hours=settings.late_hours))


def replay(
    days: Days,
    marks: Marks,
    settings: StreakSettings,
    now: datetime,
    zone: str,
    since: Checkpoint | None = None,
) -> Streak:
    """The streak as of `now` for a player whose zone is `zone`.

    `days` are all days, or with `since` at least those after `since.through` (earlier ones are ignored). A
    date without activity is missed once it has ended in every zone in force around it; until then the streak
    is kept as it stands, and an activity that comes before is in time. Raises UnknownZone.
    """
    state = since or Checkpoint.start(settings)
    fold = _Fold(_after(days, state.through), marks, settings, now, zone)
    over_everywhere = (now.astimezone(UTC) - _latest(settings)).date() - ONE_DAY
    checkpoint = fold.through(state, fold.cut(over_everywhere))
    state = fold.through(checkpoint, date.max)
    requested = fold.set_aside(state)

    broken = state.broken
    until = _repairable_until(broken, settings) if broken else None
    if until:
        last_day = local_date(until - timedelta.resolution, zone, settings.day_start_hours)
        until = until if now <= until and _may_repair(state, last_day, settings) else None
    if state.current and until is None:
        broken = None
    return Streak(
        checkpoint=checkpoint,
        current=state.current,
        longest=state.longest,
        active_days=state.active_days,
        freezes_available=state.freezes - len(requested),
        started_on=state.started_on,
        last_active=state.last_active,
        last_frozen=requested[-1] if requested else state.last_frozen,
        frozen=tuple(fold.frozen),
        repaired=tuple(fold.repaired),
        broken_on=broken.missed if broken else None,
        lost=broken.lost if broken else 0,
        repairable_until=until,
        recheck_at=fold.undecided_until,
        bonuses=fold.bonuses,
        freeze_ledger=tuple(fold.ledger),
    )


def falls_at(
    days: Days, marks: Marks, settings: StreakSettings, now: datetime, zone: str, since: Checkpoint | None = None
) -> datetime | None:
    """When the running streak breaks if nothing more happens, freezes and rest days included.

    Never later than it does: a player's move to a zone that is behind only puts it off. None where no streak runs,
    or where it would run for `FORESIGHT` more.
    """
    state = since or Checkpoint.start(settings)
    fold = _Fold(_after(days, state.through), marks, settings, now + FORESIGHT, zone)
    after = fold.through(state, date.max)
    return fold.broke_at if not after.current and fold.broke_at and fold.broke_at > now else None


def checkpoint_at(
    days: Days, marks: Marks, settings: StreakSettings, day: date, since: Checkpoint | None = None
) -> Checkpoint:
    """The state after every date up to `day`, each of which must be over everywhere.

    `days` hold those after `since`, later than `day` too. A little earlier than `day` where activity of it
    counts for a later date: look at `through`. Raises ValueError for a `day` that `since` has folded already.
    """
    state = since or Checkpoint.start(settings)
    if state.through and day < state.through:
        raise ValueError(f"{day} is folded already: start from a checkpoint before it, not from {state.through}")
    fold = _Fold(_after(days, state.through), marks, settings, datetime.max.replace(tzinfo=UTC), state.zone)
    return fold.through(state, fold.cut(day))


def action(before: Streak | None, after: Streak, day: date) -> Action:
    """What recording an activity on the local date `day` did, from the streak before and after it.

    started: the running streak begins with this day. It is the first, or the one before it had broken.
    increased: the streak is longer: by a new day, by a late one that fills a gap, or by a repair.
    maintained: it is as long as it was, as after the second activity of a day.
    broken: no streak runs even so: a late activity, for a day before a break.
    `frozen` is never said of an activity: `standing` says it.
    """
    if not after.current:
        return "broken"
    former = before.current if before else 0
    if not former and after.started_on == day:
        return "started"
    return "increased" if after.current > former else "maintained"


def standing(streak: Streak) -> Action | None:
    """What a reader of the status is told, as no activity is being recorded.

    frozen: a freeze has held the streak since the last activity. None: there never was a streak.
    """
    if not streak.current:
        return "broken" if streak.last_active else None
    frozen, active = streak.last_frozen, streak.last_active
    return "frozen" if frozen and active and frozen > active else "maintained"


class _Fold:
    """One pass of the automaton, and what it notes on the way."""

    def __init__(self, days: Days, marks: Marks, settings: StreakSettings, now: datetime, zone: str) -> None:
        self.active = credited(days)
        self.dates = sorted(self.active)
        self.moved = moved_dates(days)
        self.marks, self.settings, self.now, self.zone = marks, settings, now, zone
        self.frozen: list[date] = []
        self.repaired: list[date] = []
        self.bonuses: dict[date, int] = {}
        self.ledger: list[FreezeEntry] = []
        self.undecided_until: datetime | None = None
        self.broke_at: datetime | None = None

    def cut(self, day: date) -> date:
        """The last date up to `day` after which a cut parts no date from the one its activity counts for."""
        while parted := [moved for moved, target in self.moved.items() if moved <= day < target]:
            day = min(parted) - ONE_DAY
        return day

    def through(self, state: Checkpoint, last: date) -> Checkpoint:
        """The state after every date up to `last`, or before the first that is undecided."""
        if state.through is None:
            if not self.dates or self.dates[0] > last:
                return state
            day = self.dates[0]
        else:
            day = state.through + ONE_DAY
        while day <= last:
            if activity := self.active.get(day):
                state = self.play(state, day, activity)
            else:
                at = bisect_right(self.dates, day)
                following = self.dates[at] if at < len(self.dates) else None
                if state.current:
                    missed = self.miss(state, day, following)
                    if missed is None:
                        return state
                    state = missed
                else:
                    # Nothing to lose: an idle year is one step.
                    day = min(last, following - ONE_DAY) if following else last
                    state = replace(state, through=day)
            if day == date.max:
                return state
            day += ONE_DAY
        return state

    def play(self, state: Checkpoint, day: date, activity: Day) -> Checkpoint:
        """An active date: one more day, perhaps a freeze earned, perhaps the repair of a break."""
        current = state.current + 1
        started_on = state.started_on if state.current else day
        broken, last_repair = state.broken, state.last_repair
        if broken:
            until = _repairable_until(broken, self.settings)
            broken = replace(broken, active_since=broken.active_since + 1)
            if until is None or activity.first_at > until:
                broken = None
            elif self.repairs(activity) and _may_repair(state, day, self.settings):
                current, started_on = broken.lost + broken.active_since, broken.started_on
                broken, last_repair = None, day
                self.repaired.append(day)
        freezes, towards = state.freezes, state.towards_freeze + 1
        if towards >= self.settings.freeze_every_active_days > 0:
            towards = 0
            if freezes < self.settings.freezes_max:  # what is earned on top is lost
                freezes += 1
                self.ledger.append(FreezeEntry(day, "earned", 1, freezes))
        self.bonuses[day] = min(BONUS_MAX, BONUS_STEP * current)
        return Checkpoint(
            through=day,
            current=current,
            longest=max(state.longest, current),
            active_days=state.active_days + 1,
            freezes=freezes,
            towards_freeze=towards,
            started_on=started_on,
            last_active=day,
            last_frozen=state.last_frozen,
            broken=broken,
            last_repair=last_repair,
            zone=activity.zone,
        )

    def repairs(self, activity: Day) -> bool:
        """Whether a day holds enough to repair a break."""
        return (
            activity.completions >= self.settings.repair_completions or activity.seconds >= self.settings.repair_seconds
        )

    def miss(self, state: Checkpoint, day: date, following: date | None) -> Checkpoint | None:
        """A date without activity: preserved, frozen or broken; None while it is undecided."""
        zones = self.zones_around(state, day, following)
        ended = max(day_end(day, zone, self.settings.day_start_hours) for zone in zones)
        after = replace(state, through=day)
        if following is None:
            if ended > self.now:
                self.undecided_until = ended
                return None
        elif ended > self.active[following].first_at:
            return after  # the next activity came while this date still ran in one of the zones
        if self.preserved(day) or any(zone_skipped(day, zone) for zone in zones):
            return after
        if state.freezes:
            kind: FreezeKind = "used_on_request" if day in self.marks.freeze_requests else "used_automatically"
            self.freeze(day, kind, state.freezes - 1)
            return replace(after, freezes=state.freezes - 1, last_frozen=day)
        broken = state.broken
        until = _repairable_until(broken, self.settings) if broken else None
        # A second break while the first can be repaired leaves the first: repairing it restores more.
        if until is None or ended >= until:
            broken = Break(day, ended, state.current, state.started_on or day)
        self.broke_at = ended
        return replace(after, current=0, started_on=None, broken=broken)

    def preserved(self, day: date) -> bool:
        """Whether a date without activity costs nothing."""
        return (
            day.isoweekday() in self.settings.rest_weekdays
            or day in self.marks.restores
            or _within(day, self.marks.pauses)
            or _within(day, self.marks.amnesties)
        )

    def freeze(self, day: date, kind: FreezeKind, held: int) -> None:
        self.frozen.append(day)
        self.ledger.append(FreezeEntry(day, kind, -1, held))

    def set_aside(self, state: Checkpoint) -> list[date]:
        """Undecided dates for which a freeze is set aside on request. Activity on the date gives it back."""
        if not state.through:
            return []  # and after a break no freeze is left
        wanted = (day for day in sorted(self.marks.freeze_requests) if day > state.through)
        dates = [day for day in wanted if not self.preserved(day)][: state.freezes]
        for number, day in enumerate(dates, start=1):
            self.freeze(day, "used_on_request", state.freezes - number)
        return dates

    def zones_around(self, state: Checkpoint, day: date, following: date | None) -> set[str]:
        """Every zone in force while the date ran anywhere: by changes, the activity before it, and now."""
        midnight = datetime.combine(day, time(0), UTC)
        begins, ends = midnight - MAX_OFFSET, midnight + ONE_DAY + _latest(self.settings)
        changes = [(since, zone) for since, zone in self.marks.zones if since < ends]
        before = [zone for since, zone in changes if since <= begins]
        zones = {zone for since, zone in changes if since > begins}
        zones.add(before[-1] if before else state.zone)
        if state.last_active and day - state.last_active <= 2 * ONE_DAY:
            zones.add(state.zone)
        if following is None and self.now < ends:
            zones.add(self.zone)
        return zones


def _after(days: Days, through: date | None) -> Days:
    return {day: activity for day, activity in days.items() if day > through} if through else days


def _within(day: date, ranges: Iterable[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in ranges)


def _latest(settings: StreakSettings) -> timedelta:
    """How long after midnight in UTC the last zone on Earth begins its day."""
    return MAX_OFFSET + timedelta(hours=settings.day_start_hours)


def _repairable_until(broken: Break, settings: StreakSettings) -> datetime | None:
    within = settings.repair_within_hours
    return broken.at + timedelta(hours=within) if within else None


def _may_repair(state: Checkpoint, day: date, settings: StreakSettings) -> bool:
    return state.last_repair is None or (day - state.last_repair).days >= settings.repair_every_days
