"""Progress of one player through one experience, and what happens in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from cairn.catalog.experience import Place

# What is taken of an event, however it comes: by the API, or from a log that is imported.
MAX_DATA_BYTES = 8 * 1024
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
DAY_SECONDS = 24 * 3600


class State(StrEnum):
    """Where a player stands with an experience."""

    DISCOVERED = "DISCOVERED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    MASTERED = "MASTERED"
    ABANDONED = "ABANDONED"


DONE = frozenset({State.COMPLETED, State.MASTERED})


@dataclass(frozen=True, slots=True)
class Progress:
    """The head: state, quadrants, mastery, time. Instants are aware; times are seconds.

    version: of the experience, as the player started it. stepped_at: when the last quadrant was done.
    outputs: names of the outputs delivered so far. day, day_first, day_last, day_contents: the latest local
    day with activity here, its first and last instant, and how many content ids its fact holds.
    ver: 0 where nothing is stored yet.
    """

    experience: str
    version: int
    state: State = State.IN_PROGRESS
    quadrants: tuple[str, ...] = ()
    mastery: int = 0
    seconds: int = 0
    sessions: int = 0
    outputs: tuple[str, ...] = ()
    reflected: bool = False
    waived: str | None = None
    started_at: datetime | None = None
    stepped_at: datetime | None = None
    completed_at: datetime | None = None
    last_progress_at: datetime | None = None
    day: date | None = None
    day_first: datetime | None = None
    day_last: datetime | None = None
    day_contents: int = 0
    ver: int = 0


@dataclass(frozen=True, slots=True)
class Content:
    """What a player did with one content id: visits, seconds, quest state, how many of the item are held.

    day: the latest local day it was visited on.
    """

    visits: int = 0
    seconds: int = 0
    quest: str | None = None
    items: int = 0
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened and when it was recorded; in which zone; on which local day."""

    occurred_at: datetime
    recorded_at: datetime
    zone: str
    day: date
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """Begin an experience. `position`: where the player is, if known."""

    position: Place | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """An event that the player caused."""

    type: str
    content: str | None = None
    seconds: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)
    position: Place | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """The next quadrant is done. `quadrant`: which one the caller believes it is."""

    quadrant: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A session of so many seconds that began at the moment given; `outputs` by name."""

    seconds: int
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Complete:
    """Finish the experience. `waived`: why criteria that are not met count as met (history that is imported)."""

    reflection: str = ""
    waived: str | None = None


type Command = Start | Record | Advance | Session | Complete


@dataclass(frozen=True, slots=True)
class Award:
    """XP that a happening pays: source (once for its event), amount, reason."""

    source: str
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class Happening:
    """What one command did, before the player is settled. Seconds throughout.

    type: of the event. started: it began the experience. quadrant, step_seconds: the step it made and how
    long that took. session_seconds: a session's. elapsed_seconds: from start to completion.
    """

    type: str
    content: str | None = None
    started: bool = False
    completed: bool = False
    seconds: int = 0
    session_seconds: int | None = None
    quadrant: str | None = None
    step_seconds: int = 0
    elapsed_seconds: int = 0
    awards: tuple[Award, ...] = ()
    virtues: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, int] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    position: Place | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """The outcome of a command on progress: the new head, the changed contents, and what happened."""

    progress: Progress
    contents: Mapping[str, Content]
    happening: Happening
