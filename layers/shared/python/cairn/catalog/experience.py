"""An experience: what can be started, worked through, and completed, and what that pays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import Any

SCENARIO = "scenario"
FLAT_REWARD = 100
SCENARIO_LEAST, SCENARIO_MOST = 50, 200
XP_PER_DIFFICULTY = 30

# A player's contents are spread over items of about so many ids, so that one of them stays below 1 KB.
CONTENTS_PER_BUCKET = 16
BLOCKS_PER_BUCKET = 8

BLOCK_TYPES = (
    "video",
    "agent",
    "quiz",
    "rich_text",
    "section_header",
    "document",
    "list",
    "divider",
    "accordion",
    "prompt",
    "user_submission",
    "image",
    "embed",
)
DECORATION = frozenset({"section_header", "divider"})


class Status(StrEnum):
    """Whether an experience can be played: not yet, now, or not by anybody new."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class MoveOn(StrEnum):
    """What counts as done, in the words of cmi5 (https://github.com/AICC/CMI-5_Spec_Current, section 10.2.4)."""

    PASSED = "Passed"
    COMPLETED = "Completed"
    COMPLETED_AND_PASSED = "CompletedAndPassed"
    COMPLETED_OR_PASSED = "CompletedOrPassed"
    NOT_APPLICABLE = "NotApplicable"

    def satisfied(self, *, completed: bool, passed: bool) -> bool:
        """Whether this is done, for something that was completed, passed, both or neither."""
        match self:
            case MoveOn.PASSED:
                return passed
            case MoveOn.COMPLETED:
                return completed
            case MoveOn.COMPLETED_AND_PASSED:
                return completed and passed
            case MoveOn.COMPLETED_OR_PASSED:
                return completed or passed
            case MoveOn.NOT_APPLICABLE:
                return True


@dataclass(frozen=True, slots=True)
class Place:
    """Where an experience is: degrees (WGS 84) and a radius in metres."""

    lat: float
    lng: float
    radius_meters: int = 100


@dataclass(frozen=True, slots=True)
class Criteria:
    """What completing needs beside quadrants and blocks. Minutes of sessions; names of outputs."""

    min_time_minutes: int = 0
    required_outputs: tuple[str, ...] = ()
    reflection: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question that Cairn assesses. `answers`: all that must be given, in any order, and no other."""

    id: str
    answers: tuple[str, ...]
    points: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a page; what it shows is stored apart.

    required: it counts in the percentage and completion waits for it. A block that decorates never is.
    passing_score: 0 to 1, None where nothing can be passed.
    """

    id: str
    type: str
    title: str = ""
    required: bool = True
    move_on: MoveOn = MoveOn.COMPLETED
    passing_score: float | None = None
    questions: tuple[Question, ...] = ()

    @property
    def completable(self) -> bool:
        return self.type not in DECORATION

    @property
    def counts(self) -> bool:
        """Whether completion waits for it."""
        return self.required and self.completable and self.move_on is not MoveOn.NOT_APPLICABLE

    @property
    def assessed(self) -> bool:
        return self.passing_score is not None


@dataclass(frozen=True, slots=True)
class Page:
    """A page: blocks in their order."""

    id: str
    title: str = ""
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Experience:
    """One version of an experience.

    quadrants: texts of the quadrant components, in any order; empty where it has none.
    difficulty: 1 to 5. language: BCP 47. xp_reward: None to pay by kind.
    place: where it is; it must be visited to start where `location_required`.
    pages: its content, in order. move_on: what completion needs of the blocks that count.
    buckets: over how many items the contents of a player who starts this version are spread.
    migrates: players who started an older version go on with this one.
    expected_contents: how many content ids, beside the blocks, a player is expected to meet.
    revision: counts every change of the experience, its drafts too; this is what the last one left.
    edition: under which number the contents of its pages are stored.
    """

    id: str
    version: int
    name: str
    kind: str = "experience"
    status: Status = Status.PUBLISHED
    description: str = ""
    category: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    difficulty: int = 1
    min_level: int = 1
    required_virtues: Mapping[str, float] = field(default_factory=dict)
    prerequisites: tuple[str, ...] = ()
    quadrants: Mapping[str, str] = field(default_factory=dict)
    primary_quadrant: str = "SO"
    virtue_impacts: Mapping[str, float] = field(default_factory=dict)
    xp_reward: int | None = None
    estimated_duration_minutes: int = 60
    criteria: Criteria = field(default_factory=Criteria)
    max_mastery_level: int = 5
    place: Place | None = None
    location_required: bool = False
    pages: tuple[Page, ...] = ()
    move_on: MoveOn = MoveOn.COMPLETED
    buckets: int = 1
    migrates: bool = False
    created_at: datetime | None = None
    created_by: str | None = None
    updated_at: datetime | None = None
    expected_contents: int = CONTENTS_PER_BUCKET
    revision: int = 0
    edition: int = 0
    blocks: Mapping[str, Block] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found = {block.id: block for page in self.pages for block in page.blocks}
        object.__setattr__(self, "blocks", found)

    @property
    def needs_reflection(self) -> bool:
        return bool(self.quadrants) or self.criteria.reflection

    def counting(self) -> Iterator[Block]:
        """The blocks that completion waits for."""
        return (block for block in self.blocks.values() if block.counts)

    @property
    def required_blocks(self) -> int:
        return sum(1 for _ in self.counting())

    @property
    def assessed_blocks(self) -> int:
        """How many of the required blocks can be passed."""
        return sum(block.assessed for block in self.counting())

    @property
    def completables(self) -> int:
        """What the percentage is a fraction of: required blocks and quadrants."""
        return self.required_blocks + len(self.quadrants)


type Shown = Mapping[str, Mapping[str, Any]]
"""What the blocks of a page show, by block id."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What an operator writes: an experience and, page by page, what its blocks show."""

    experience: Experience
    contents: tuple[Shown, ...] = ()


def buckets_for(expected_contents: int, blocks: int) -> int:
    """Over how many items a player's contents are spread, so that one of them stays below 1 KB."""
    return max(1, ceil(expected_contents / CONTENTS_PER_BUCKET + blocks / BLOCKS_PER_BUCKET))


def completion_xp(experience: Experience) -> int:
    """XP that completing pays: its own reward, or by kind.

    A scenario pays 30 x difficulty + half its minutes, between 50 and 200; anything else pays 100.
    """
    if experience.xp_reward is not None:
        return experience.xp_reward
    if experience.kind != SCENARIO:
        return FLAT_REWARD
    computed = XP_PER_DIFFICULTY * experience.difficulty + experience.estimated_duration_minutes // 2
    return max(SCENARIO_LEAST, min(SCENARIO_MOST, computed))
