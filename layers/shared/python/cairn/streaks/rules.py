"""The streak: one pure function over activity by local date, freezes, pauses, rest days, repairs and reversals.

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
    merge,
    moved_dates,
    zone_skipped,
)
from cairn.streaks.model import (
    Action,
    Break,
    Checkpoint,
    DateKind,
    FreezeEntry,
    FreezeKind,
    Marks,
    Streak,
    StreakRules,
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
    "StreakRules",
    "StreakSettings",
    "action",
    "add_activity",
    "checkpoint_at",
    "creditable",
    "credited",
    "falls_at",
    "merge",
    "outdated",
    "preserved",
    "reaches",
    "replay",
    "standing",
]

CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of ours a device's clock may be before its activity counts as one of the future."""
BONUS_STEP = 5
BONUS_MAX = 50
FORESIGHT = timedelta(days=400)
"""How far ahead a streak's end is looked for."""
REACH = 2 * ONE_DAY
"""Of how many dates after one activity can still come before that one has ended everywhere."""


def creditable(occurred_at: datetime, recorded_at: datetime, settings: StreakSettings, exempt: bool) -> bool:
    """Whether an activity counts for streaks: it was recorded within `late_hours` of occurring.

    `exempt` are imports and operators. To be asked once, when it is first recorded. Nothing from the future
    counts, or a streak could be laid in stock.
    """
    late = recorded_at - occurred_at
    return late >= -CLOCK_SKEW and (exempt or late <= timedelta(hours=settings.late_hours))


def reaches(checkpoint: Checkpoint | None, day: date) -> bool:
    """Whether activity on a date can change what a checkpoint says."""
    return checkpoint is not None and checkpoint.through is not None and day <= checkpoint.through + REACH


def outdated(checkpoint: Checkpoint | None, rules: StreakRules) -> bool:
    """Whether the tenant declared an amnesty, since the checkpoint was folded, for dates that it folded."""
    through = checkpoint.through if checkpoint else None
    if checkpoint is None or through is None:
        return False
    return any(first <= through for first, _ in rules.amnesties[checkpoint.amnesties :])


def preserved(day: date, marks: Marks, rules: StreakRules) -> DateKind | None:
    """Why a date without activity costs nothing; None where it does."""
    if day in marks.restores:
        return "restored"
    if _within(day, rules.amnesties):
        return "amnesty"
    if _within(day, marks.pauses):
        return "paused"
    return "rest" if day.isoweekday() in rules.on(day).rest_weekdays else None


def replay(
    days: Days,
    marks: Marks,
    rules: StreakRules,
    now: datetime,
    zone: str,
    since: Checkpoint | None = None,
) -> Streak:
    """The streak as of `now` for a player whose zone is `zone`.

    `days` are all days, or with `since` at least those after `since.through` (earlier ones are ignored). A
    date without activity is missed once it has ended in every zone in force around it; until then the streak
    is kept as it stands, and an activity that comes before is in time. Raises UnknownZone.
    """
    fold = _Fold(days, marks, rules, now, zone, since)
    state = since or fold.start(rules.local_date(now, zone))
    over_everywhere = (now.astimezone(UTC) - _latest(rules.latest_start_hours)).date() - ONE_DAY
    checkpoint = fold.through(state, fold.cut(over_everywhere))
    state = fold.through(checkpoint, date.max)
    requested = fold.set_aside(state)

    broken = state.broken
    until = _repairable_until(broken, rules) if broken else None
    if until:
        last_day = rules.local_date(until - timedelta.resolution, zone)
        until = until if now <= until and _may_repair(state, last_day, rules) else None
    if state.current and until is None:
        broken = None
    return Streak(
        checkpoint=replace(checkpoint, amnesties=len(rules.amnesties)),
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
        decided=state.through if state.current else state.last_active,
        bonuses=fold.bonuses,
        freeze_ledger=tuple(fold.ledger),
        breaks=tuple(fold.breaks),
        kinds=fold.kinds,
    )


def falls_at(
    days: Days, marks: Marks, rules: StreakRules, now: datetime, zone: str, since: Checkpoint | None = None
) -> datetime | None:
    """When the running streak breaks if nothing more happens, freezes and rest days included.

    Never later than it does: a player's move to a zone that is behind only puts it off. None where no streak runs,
    or where it would run for `FORESIGHT` more.
    """
    fold = _Fold(days, marks, rules, now + FORESIGHT, zone, since)
    after = fold.through(since or fold.start(rules.local_date(now, zone)), date.max)
    if after.current or not fold.breaks:
        return None
    return fold.breaks[-1].at if fold.breaks[-1].at > now else None


def checkpoint_at(
    days: Days, marks: Marks, rules: StreakRules, day: date, since: Checkpoint | None = None
) -> Checkpoint:
    """The state after every date up to `day`, each of which must be over everywhere.

    `days` hold those after `since`, later than `day` too. A little earlier than `day` where activity of it
    counts for a later date: look at `through`. Raises ValueError for a `day` that `since` has folded already.
    """
    if since and since.through and day < since.through:
        raise ValueError(f"{day} is folded already: start from a checkpoint before it, not from {since.through}")
    fold = _Fold(days, marks, rules, datetime.max.replace(tzinfo=UTC), "UTC", since)
    state = fold.through(since or fold.start(day), fold.cut(day))
    return replace(state, amnesties=len(rules.amnesties))


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
    """One pass of the automaton over the dates after a checkpoint, and what it notes on the way."""

    def __init__(
        self, days: Days, marks: Marks, rules: StreakRules, now: datetime, zone: str, since: Checkpoint | None
    ) -> None:
        through = since.through if since else None
        days = {
            day: activity
            for day, activity in days.items()
            if (through is None or day > through) and day not in marks.reversals
        }
        self.active = credited(days)
        self.dates = sorted(self.active)
        self.moved = moved_dates(days)
        self.marks, self.rules, self.now, self.zone = marks, rules, now, zone
        self.frozen: list[date] = []
        self.repaired: list[date] = []
        self.bonuses: dict[date, int] = {}
        self.ledger: list[FreezeEntry] = []
        self.breaks: list[Break] = []
        self.kinds: dict[date, DateKind] = {}
        self.undecided_until: datetime | None = None

    def start(self, otherwise: date) -> Checkpoint:
        """The state before the first active date, or before `otherwise` where there is none."""
        return Checkpoint.start(self.rules.on(self.dates[0] if self.dates else otherwise))

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
        rules = self.rules.on(day)
        self.kinds[day] = "active"
        if activity.late_at and state.current:
            self.give_back(state, day, activity.late_at)
        current = state.current + 1
        started_on = state.started_on if state.current else day
        broken, last_repair = state.broken, state.last_repair
        if broken:
            until = _repairable_until(broken, self.rules)
            broken = replace(broken, active_since=broken.active_since + 1)
            if until is None or activity.first_at > until:
                broken = None
            elif _repairs(activity, rules) and _may_repair(state, day, self.rules):
                current, started_on = broken.lost + broken.active_since, broken.started_on
                self.repair(day, broken.missed)
                broken, last_repair = None, day
        freezes, towards = state.freezes, state.towards_freeze + 1
        if towards >= rules.freeze_every_active_days > 0:
            towards = 0
            if freezes < rules.freezes_max:  # what is earned on top is lost
                freezes += 1
                self.ledger.append(FreezeEntry(day, "earned", 1, freezes, activity.first_at))
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

    def repair(self, day: date, missed: date) -> None:
        """A day that repaired a break: what was missed since then is mended."""
        self.repaired.append(day)
        self.kinds |= {each: "repaired" for each, kind in self.kinds.items() if kind == "missed" and each >= missed}

    def give_back(self, state: Checkpoint, day: date, late_at: datetime) -> None:
        """What a date used that was over when its first activity came: that gave the freeze back."""
        ended = max(self.rules.day_end(day, zone) for zone in self.zones_around(state, day, day))
        if not state.freezes or late_at < ended or preserved(day, self.marks, self.rules):
            return
        self.ledger.append(FreezeEntry(day, self.use(day), -1, state.freezes - 1, ended))
        self.ledger.append(FreezeEntry(day, "given_back", 1, state.freezes, late_at))

    def miss(self, state: Checkpoint, day: date, following: date | None) -> Checkpoint | None:
        """A date without activity: preserved, frozen or broken; None while it is undecided."""
        zones = self.zones_around(state, day, following)
        ended = max(self.rules.day_end(day, zone) for zone in zones)
        after = replace(state, through=day)
        if following is None:
            if ended > self.now:
                self.undecided_until = self.next_decision(state, day)
                return None
        elif ended > self.active[following].first_at:
            self.kinds[day] = "skipped"  # the next activity came while this date still ran in one of the zones
            return after
        if kind := preserved(day, self.marks, self.rules):
            self.kinds[day] = kind
            return after
        if any(zone_skipped(day, zone) for zone in zones):
            self.kinds[day] = "skipped"
            return after
        if state.freezes:
            self.freeze(day, self.use(day), state.freezes - 1, ended)
            return replace(after, freezes=state.freezes - 1, last_frozen=day)
        broken = state.broken
        until = _repairable_until(broken, self.rules) if broken else None
        breaks = Break(day, ended, state.current, state.started_on or day)
        # A second break while the first can be repaired leaves the first: repairing it restores more.
        if until is None or ended >= until:
            broken = breaks
        self.breaks.append(breaks)
        self.kinds[day] = "missed"
        return replace(after, current=0, started_on=None, broken=broken)

    def next_decision(self, state: Checkpoint, day: date) -> datetime:
        """When, from an undecided date on, the first one ends that no pause preserves."""
        while _within(day, self.marks.pauses):
            day += ONE_DAY
        return max(self.rules.day_end(day, zone) for zone in self.zones_around(state, day, None))

    def use(self, day: date) -> FreezeKind:
        return "used_on_request" if day in self.marks.freeze_requests else "used_automatically"

    def freeze(self, day: date, kind: FreezeKind, held: int, at: datetime | None) -> None:
        self.frozen.append(day)
        self.kinds[day] = "frozen"
        self.ledger.append(FreezeEntry(day, kind, -1, held, at))

    def set_aside(self, state: Checkpoint) -> list[date]:
        """Undecided dates for which a freeze is set aside on request. Activity on the date gives it back."""
        if not state.through:
            return []  # and after a break no freeze is left
        wanted = (day for day in sorted(self.marks.freeze_requests) if day > state.through)
        dates = [day for day in wanted if not preserved(day, self.marks, self.rules)][: state.freezes]
        for number, day in enumerate(dates, start=1):
            self.freeze(day, "used_on_request", state.freezes - number, None)
        return dates

    def zones_around(self, state: Checkpoint, day: date, following: date | None) -> set[str]:
        """Every zone in force while the date ran anywhere: by changes, the activity before it, and now."""
        midnight = datetime.combine(day, time(0), UTC)
        begins = midnight - MAX_OFFSET
        ends = midnight + ONE_DAY + _latest(self.rules.on(day + ONE_DAY).day_start_hours)
        changes = [(since, zone) for since, zone in self.marks.zones if since < ends]
        before = [zone for since, zone in changes if since <= begins]
        zones = {zone for since, zone in changes if since > begins}
        zones.add(before[-1] if before else state.zone)
        if state.last_active and day - state.last_active <= 2 * ONE_DAY:
            zones.add(state.zone)
        if following is None and self.now < ends:
            zones.add(self.zone)
        return zones


def _within(day: date, ranges: Iterable[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in ranges)


def _latest(day_start_hours: int) -> timedelta:
    """How long after midnight in UTC the last zone on Earth begins its day."""
    return MAX_OFFSET + timedelta(hours=day_start_hours)


def _repairs(activity: Day, settings: StreakSettings) -> bool:
    """Whether a day holds enough to repair a break."""
    return activity.completions >= settings.repair_completions or activity.seconds >= settings.repair_seconds


def _repairable_until(broken: Break, rules: StreakRules) -> datetime | None:
    within = rules.on(broken.missed).repair_within_hours
    return broken.at + timedelta(hours=within) if within else None


def _may_repair(state: Checkpoint, day: date, rules: StreakRules) -> bool:
    return state.last_repair is None or (day - state.last_repair).days >= rules.on(day).repair_every_days
