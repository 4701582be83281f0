"""A player: the optimistic lock of everything they do, and what nearly every decision needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from cairn.platform.errors import DomainError
from cairn.players.tally import Tally
from cairn.streaks.rules import Checkpoint, Day, Marks
from cairn.xp.levels import level_of

ZONE_CHANGES_ALLOWED = 2
ZONE_CHANGES_WITHIN = timedelta(days=7)
RECENT_EXPERIENCES = 10
MAX_LANGUAGES = 20
IDLE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Last:
    """The latest event that was recorded, by which later consequences are traced and dated."""

    event: str
    experience: str
    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """A session as it goes on: in which experience (None for none), since when, the last activity, at which place."""

    experience: str | None
    since: datetime
    at: datetime
    location: str | None

    @property
    def expires_at(self) -> datetime:
        """The last instant at which another activity still belongs to it."""
        return self.at + IDLE


@dataclass(frozen=True, slots=True)
class Player:
    """One player's state.

    shown_as: how the player appears on boards (`name`, `pseudonym`, `hidden`), None for as the tenant has it.
    zone: IANA name, None for the tenant's. zones: changes of it, oldest first.
    xp: total XP, the sum of the ledger. xp_at: when the total last changed (the causing event's instant).
    xp_by_source: the same by family of source. level_announced: the highest level ever announced.
    metrics: counts and seconds by name. languages: of the scenarios completed, the first 20 of them.
    days, paid: the streak's window of recent days, and the bonus paid for each of its dates.
    checkpoint: the streak's state before that window; None before the first active day.
    current_streak, longest_streak, active_days: as of the last write.
    visit: the session that began last, over or not.
    seen: the latest UTC date on which they did something.
    tally: what the boards need beside the totals.
    touched: the local days whose facts the last write changed.
    ver: 0 where nothing is stored yet.
    """

    tenant: str
    id: str
    name: str = ""
    shown_as: str | None = None
    zone: str | None = None
    zones: tuple[tuple[datetime, str], ...] = ()
    xp: int = 0
    xp_at: datetime | None = None
    xp_by_source: Mapping[str, int] = field(default_factory=dict)
    level_announced: int = 1
    virtues: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, int] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    checkpoint: Checkpoint | None = None
    days: Mapping[date, Day] = field(default_factory=dict)
    paid: Mapping[date, int] = field(default_factory=dict)
    current_streak: int = 0
    longest_streak: int = 0
    active_days: int = 0
    recent: tuple[str, ...] = ()
    last: Last | None = None
    visit: Visit | None = None
    seen: date | None = None
    tally: Tally = field(default_factory=Tally)
    touched: tuple[date, ...] = ()
    created_at: datetime | None = None
    ver: int = 0

    @property
    def level(self) -> int:
        return level_of(self.xp)

    @property
    def marks(self) -> Marks:
        return Marks(zones=self.zones)

    def measured(self) -> dict[str, int]:
        """Every metric that criteria may watch, by name."""
        return {
            **self.metrics,
            "active_days": self.active_days,
            "current_streak": self.current_streak,
            "level": self.level,
            "longest_streak": self.longest_streak,
            "total_xp": self.xp,
        }


def move_zone(zones: tuple[tuple[datetime, str], ...], zone: str, now: datetime) -> tuple[tuple[datetime, str], ...]:
    """The zone changes after one more. The first zone is no change, and neither is the one that is in force.

    Raises:
        DomainError: `too-many-zone-changes` for a third change within 7 days.
    """
    if zones and zones[-1][1] == zone:
        return zones
    recent = [since for since, _ in zones[1:] if since > now - ZONE_CHANGES_WITHIN]
    if len(recent) >= ZONE_CHANGES_ALLOWED:
        again = recent[0] + ZONE_CHANGES_WITHIN
        raise DomainError(
            "too-many-zone-changes",
            f"The zone was changed twice within 7 days. It can be changed again at {again.isoformat()}.",
        )
    return (*zones[-7:], (now, zone))


def with_recent(recent: tuple[str, ...], experience: str) -> tuple[str, ...]:
    """The most recent experiences, newest first, with one more."""
    return (experience, *(each for each in recent if each != experience))[:RECENT_EXPERIENCES]


def with_visit(visit: Visit | None, experience: str | None, at: datetime, location: str | None) -> Visit:
    """The session after one more activity: the same one within an hour in the same experience, else a new one.

    An activity older than the last one known changes nothing. Without a location the session keeps its own.
    """
    if visit and at < visit.at:
        return visit
    if visit and visit.experience == experience and at <= visit.expires_at:
        return replace(visit, at=at, location=location or visit.location)
    return Visit(experience, since=at, at=at, location=location)


def with_language(languages: tuple[str, ...], language: str) -> tuple[str, ...]:
    """The languages with one more, where there is room."""
    return languages if language in languages else (*languages, language)[:MAX_LANGUAGES]
