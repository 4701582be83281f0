"""The words of the streak: a tenant's rules, what a date holds, the automaton's state, and the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, Self

from cairn.streaks import days
from cairn.streaks.days import MAX_COMPLETIONS, MAX_SECONDS, ONE_DAY

Action = Literal["started", "maintained", "increased", "broken", "frozen"]
FreezeKind = Literal["earned", "used_on_request", "used_automatically", "given_back", "given_at_start"]
DateKind = Literal[
    "active", "frozen", "paused", "rest", "restored", "amnesty", "repaired", "missed", "skipped", "open", "to_come"
]
"""What became of a date. `skipped`: a zone left it out, or the next date began while it still ran elsewhere."""


@dataclass(frozen=True, slots=True)
class StreakSettings:
    """A tenant's settings. Raises ValueError where one is out of its range."""

    day_start_hours: int = 0
    """Hours after local midnight at which a day starts, 0 to 6."""
    freezes_at_start: int = 3
    freezes_max: int = 3
    freeze_every_active_days: int = 7
    """Active days that earn a freeze; 0: none are earned."""
    repair_within_hours: int = 48
    """Hours after a break in which a repair can begin; 0: no repairs."""
    repair_completions: int = 2
    """Completed experiences in one day that repair, 1 to 3."""
    repair_seconds: int = 3600
    """Or seconds of activity in one day, 1 to 86,400."""
    repair_every_days: int = 30
    rest_weekdays: frozenset[int] = frozenset()
    """ISO weekdays, Monday 1 to Sunday 7, on which nobody is expected."""
    late_hours: int = 72

    def __post_init__(self) -> None:
        ranges = {
            "day_start_hours": (0, 6),
            "freezes_at_start": (0, 1000),
            "freezes_max": (0, 1000),
            "freeze_every_active_days": (0, 1000),
            "repair_within_hours": (0, 24 * 30),
            "repair_completions": (1, MAX_COMPLETIONS),
            "repair_seconds": (1, MAX_SECONDS),
            "repair_every_days": (0, 1000),
            "late_hours": (0, 24 * 400),
        }
        for name, (least, most) in ranges.items():
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} must be from {least} to {most}, not {getattr(self, name)}")
        if not self.rest_weekdays <= frozenset(range(1, 8)):
            raise ValueError("rest_weekdays are ISO weekdays, from 1 (Monday) to 7 (Sunday)")


@dataclass(frozen=True, slots=True)
class StreakRules:
    """A tenant's settings, dated so that a change never rewrites the past, and its outages.

    eras: (first date, the settings that hold from it on), in order; the first of them has held since ever.
    amnesties: ranges of dates, both ends included, as they were declared: the list only grows.
    """

    eras: tuple[tuple[date, StreakSettings], ...] = ((date.min, StreakSettings()),)
    amnesties: tuple[tuple[date, date], ...] = ()

    @classmethod
    def always(cls, settings: StreakSettings) -> Self:
        """The rules of a tenant whose settings never changed."""
        return cls(((date.min, settings),))

    @property
    def latest(self) -> StreakSettings:
        """The settings that hold now, or will from tomorrow on."""
        return self.eras[-1][1]

    @property
    def latest_start_hours(self) -> int:
        """The most hours after midnight at which a day ever started."""
        return max(settings.day_start_hours for _, settings in self.eras)

    def on(self, day: date) -> StreakSettings:
        """The settings of a date."""
        if len(self.eras) == 1:
            return self.eras[0][1]
        return next(settings for first, settings in reversed(self.eras) if first <= day)

    def changed(self, settings: StreakSettings, begins: date) -> Self:
        """The rules with other settings from a date on, in the place of what was to begin then or later."""
        kept = self.before(begins).eras
        return replace(self, eras=kept if kept[-1][1] == settings else (*kept, (begins, settings)))

    def before(self, begins: date) -> Self:
        """The rules without what was to begin on a date or later."""
        return replace(self, eras=tuple(era for era in self.eras if era[0] < begins))

    def with_amnesty(self, first: date, last: date) -> Self:
        """The rules with one more outage."""
        return replace(self, amnesties=(*self.amnesties, (first, last)))

    def local_date(self, instant: datetime, zone: str) -> date:
        """The local date of an aware instant. Raises UnknownZone, and ValueError for a naive datetime."""
        if len(self.eras) == 1:
            return days.local_date(instant, zone, self.latest.day_start_hours)
        by_midnight = days.local_date(instant, zone, 0)
        return days.local_date(instant, zone, self.on(by_midnight).day_start_hours)

    def day_end(self, day: date, zone: str) -> datetime:
        """The instant (UTC) at which a local date is over: the next one begins. Raises UnknownZone."""
        return days.day_end(day, zone, self.on(day + ONE_DAY).day_start_hours)


@dataclass(frozen=True, slots=True)
class Marks:
    """What bears on a player's streak besides activity. Ranges of dates include both ends."""

    zones: tuple[tuple[datetime, str], ...] = ()
    """The player's zone changes, oldest first: since when, which zone."""
    freeze_requests: frozenset[date] = frozenset()
    pauses: tuple[tuple[date, date], ...] = ()
    restores: frozenset[date] = frozenset()
    """Dates that an operator declared preserved."""
    reversals: frozenset[date] = frozenset()
    """Dates whose activity an operator struck: nothing on them counts."""


@dataclass(frozen=True, slots=True)
class Break:
    """A break, with all that a repair needs."""

    missed: date
    at: datetime
    """When it was decided: the end of the missed date, in the last of the zones around it."""
    lost: int
    started_on: date
    """The first active date of the lost streak."""
    active_since: int = 0
    """Active days since the break."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The whole state of the automaton after folding every date up to and including `through`.

    It stays true as long as all that is added later happened more than two days after `through`, and marks
    later dates: see `reaches`.
    """

    through: date | None
    """None before the first active day."""
    current: int
    longest: int
    active_days: int
    freezes: int
    towards_freeze: int
    """Active days since the last earned freeze."""
    started_on: date | None = None
    """The first active date of the running streak."""
    last_active: date | None = None
    last_frozen: date | None = None
    broken: Break | None = None
    last_repair: date | None = None
    zone: str = "UTC"
    """The zone of the latest active day."""
    amnesties: int = 0
    """How many of the tenant's amnesties it was folded with."""

    @classmethod
    def start(cls, settings: StreakSettings) -> Self:
        """The state of a player who has not been active yet."""
        freezes = min(settings.freezes_at_start, settings.freezes_max)
        return cls(through=None, current=0, longest=0, active_days=0, freezes=freezes, towards_freeze=0)


@dataclass(frozen=True, slots=True)
class FreezeEntry:
    """One line of the freeze ledger."""

    date: date
    kind: FreezeKind
    change: int
    held: int
    """Freezes held after the change."""
    at: datetime | None = None
    """When that was decided; None for a freeze that is set aside."""


@dataclass(frozen=True, slots=True)
class Streak:
    """A player's streak as of an instant. Collections cover the dates after the checkpoint replayed from."""

    checkpoint: Checkpoint
    """After the last date that is over everywhere on Earth: only late events can still add to it."""
    current: int
    longest: int
    active_days: int
    freezes_available: int
    started_on: date | None
    last_active: date | None
    last_frozen: date | None
    frozen: tuple[date, ...]
    """Dates that a freeze preserved, or is set aside for on request."""
    repaired: tuple[date, ...]
    """Active dates that repaired a break."""
    broken_on: date | None
    """The missed date, while the streak is broken or can still be repaired."""
    lost: int
    """The streak that broke then, in days; 0 with no `broken_on`."""
    repairable_until: datetime | None
    """By when a repairing day must begin; None where no repair is possible."""
    recheck_at: datetime | None
    """When, without any activity, the next date is decided that no pause preserves; None while no streak runs."""
    decided: date | None
    """The last date that is active or decided; where no streak runs, the last active one."""
    bonuses: Mapping[date, int]
    """Streak bonus in XP of each active date."""
    freeze_ledger: tuple[FreezeEntry, ...]
    breaks: tuple[Break, ...]
    """Every break, of which a repair may have mended the one or other."""
    kinds: Mapping[date, DateKind]
    """What became of the dates, but for those of no streak."""
