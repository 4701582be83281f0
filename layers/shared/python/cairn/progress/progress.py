"""Progress of one player through one experience, and what happens in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from cairn.catalog.experience import Place
from cairn.streaks.model import Marks

# What is taken of an event, however it comes: by the API, or from a log that is imported.
MAX_DATA_BYTES = 8 * 1024
MAX_DISTANCE_METERS = 1_000_000
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
DAY_SECONDS = 24 * 3600


class State(StrEnum):
    """Where a player stands with an experience."""

    DISCOVERED = "DISCOVERED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    MASTERED = "MASTERED"
    ABANDONED = "ABANDONED"


class BlockState(StrEnum):
    """Where a player stands with a block."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    MASTERED = "mastered"


DONE = frozenset({State.COMPLETED, State.MASTERED})


@dataclass(frozen=True, slots=True)
class Progress:
    """The head: state, quadrants, mastery, time, and sums over the contents. Instants are aware; times are seconds.

    version: of the experience, as the player started it. buckets: over how many items the contents are spread.
    blocks_done, blocks_passed, blocks_flawless: of the required blocks, how many are done; of those that are
    assessed, how many were passed, and how many with full score at the first attempt.
    reported: the percentage that a client reported, where nothing is declared that could be counted.
    percent: required completables done, in percent.
    meters: distance travelled. location: id of the place where the player is; position: by GPS.
    outputs: names of the outputs delivered so far. waived: reasons by criterion. starts: how often it was begun.
    stepped_at: when the last quadrant was done. day, day_first, day_last, day_contents: the latest local day with
    activity here, its first and last instant, and how many content ids its fact holds.
    ver: 0 where nothing is stored yet.
    """

    experience: str
    version: int
    buckets: int = 1
    state: State = State.IN_PROGRESS
    quadrants: tuple[str, ...] = ()
    blocks_done: int = 0
    blocks_passed: int = 0
    blocks_flawless: int = 0
    reported: float | None = None
    percent: float = 0
    mastery: int = 0
    seconds: int = 0
    sessions: int = 0
    meters: float = 0
    location: str | None = None
    position: Place | None = None
    outputs: tuple[str, ...] = ()
    reflected: bool = False
    waived: Mapping[str, str] = field(default_factory=dict)
    starts: int = 0
    discovered_at: datetime | None = None
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
class BlockWork:
    """What a player did with one block.

    attempts: assessments so far. score: the best, 0 to 1. flawless: full score at the first attempt.
    difficulty, confidence: as the player felt, 1 to 5. waived: why it counts although it was not done.
    """

    completed: bool = False
    passed: bool = False
    attempts: int = 0
    score: float | None = None
    flawless: bool = False
    difficulty: int | None = None
    confidence: int | None = None
    completed_at: datetime | None = None
    waived: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a player did with one content id. Seconds; counts.

    quest: `active` or `completed`. items, collectibles: how many are held. waypoint, area: visited, unlocked.
    flag, choice: the value that stands, None for none. day: the latest local day it was visited on.
    """

    visits: int = 0
    seconds: int = 0
    interactions: int = 0
    quest: str | None = None
    items: int = 0
    collectibles: int = 0
    waypoint: bool = False
    area: bool = False
    flag: str | int | float | bool | None = None
    choice: str | None = None
    day: date | None = None
    block: BlockWork | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """Some contents of one experience, by id, as they are stored together. ver: 0 where nothing is stored yet."""

    contents: Mapping[str, Content] = field(default_factory=dict)
    ver: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened and when it was recorded; in which zone; on which local day."""

    occurred_at: datetime
    recorded_at: datetime
    zone: str
    day: date
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Discover:
    """The player came to know of the experience."""


@dataclass(frozen=True, slots=True)
class Start:
    """Begin an experience. `position`: where the player is, if known."""

    position: Place | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on after a pause, or take up again what was abandoned."""


@dataclass(frozen=True, slots=True)
class Abandon:
    """Give the experience up, for now."""


@dataclass(frozen=True, slots=True)
class Record:
    """An event that the player caused. `meters`: how far they travelled for it. `counters`: the tenant's own."""

    type: str
    content: str | None = None
    seconds: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)
    position: Place | None = None
    meters: float = 0
    counters: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mark:
    """What bears on the player's streak besides activity: all marks that then stand. type: of its event.

    It is no command on progress, but played along with those.
    """

    type: str
    marks: Marks
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkOnBlock:
    """Work on the block `content`: time on task, interactions, ratings; perhaps its completion or an attempt.

    answers: by question, to be assessed by Cairn. score: 0 to 1, assessed by a service that may do so.
    """

    content: str
    completed: bool = False
    seconds: int = 0
    interactions: int = 0
    answers: Mapping[str, tuple[str, ...]] | None = None
    score: float | None = None
    difficulty: int | None = None
    confidence: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class Practise:
    """Practise what is completed. `factor`: of the performance, 0 to 2. `secret`: the tenant's, for the draw."""

    secret: bytes
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Waive:
    """An operator's decision that a criterion, or the block `content`, counts as met; and why."""

    reason: str
    criterion: str | None = None
    content: str | None = None


@dataclass(frozen=True, slots=True)
class Migrate:
    """An operator's decision that the player goes on with the latest version."""


@dataclass(frozen=True, slots=True)
class Repair:
    """An operator's mending of a head that contradicts itself."""


type Command = (
    Discover
    | Start
    | Resume
    | Abandon
    | Record
    | WorkOnBlock
    | Advance
    | Session
    | Complete
    | Practise
    | Waive
    | Migrate
    | Repair
)


@dataclass(frozen=True, slots=True)
class Award:
    """XP that a happening pays: source (once for its event), amount, reason."""

    source: str
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class Happening:
    """What one command did, before the player is settled. Seconds throughout.

    type: of the event. by_player: whether the player caused it, so that it counts for the streak.
    started: it began the experience; for the first time unless `again`. quadrant, step_seconds: the step it made
    and how long that took. block_done: it made its block count as done, after `step_seconds` on it in all.
    marks: of the streak, where they are other than before.
    attempt: a block was assessed; first_correct: with full score, at the first attempt.
    session_seconds: a session's. location: where the player now is.
    elapsed_seconds: from start to completion. language: of a scenario that was completed, such as `pt`.
    answer: what else the caller is told.
    """

    type: str
    content: str | None = None
    by_player: bool = True
    started: bool = False
    again: bool = False
    completed: bool = False
    seconds: int = 0
    session_seconds: int | None = None
    quadrant: str | None = None
    block_done: bool = False
    attempt: bool = False
    first_correct: bool = False
    step_seconds: int = 0
    elapsed_seconds: int = 0
    language: str | None = None
    awards: tuple[Award, ...] = ()
    virtues: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, int] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    position: Place | None = None
    location: str | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    marks: Marks | None = None
    answer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """The outcome of a command on progress: the new head, the changed contents, and what happened."""

    progress: Progress
    contents: Mapping[str, Content]
    happening: Happening
