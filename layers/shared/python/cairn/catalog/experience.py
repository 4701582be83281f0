"""An experience: what can be started, worked through, and completed, and what that pays."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SCENARIO = "scenario"
FLAT_REWARD = 100
SCENARIO_LEAST, SCENARIO_MOST = 50, 200
XP_PER_DIFFICULTY = 30


@dataclass(frozen=True, slots=True)
class Place:
    """Where an experience is: degrees (WGS 84) and a radius in metres."""

    lat: float
    lng: float
    radius_meters: int = 100


@dataclass(frozen=True, slots=True)
class Criteria:
    """What completing needs beside the quadrants. Minutes of sessions; names of outputs."""

    min_time_minutes: int = 0
    required_outputs: tuple[str, ...] = ()
    reflection: bool = False


@dataclass(frozen=True, slots=True)
class Experience:
    """One version of an experience.

    quadrants: texts of the quadrant components, in any order; empty where it has none.
    difficulty: 1 to 5. language: BCP 47. xp_reward: None to pay by kind.
    pages: over how many items a player's content state is spread.
    """

    id: str
    version: int
    name: str
    kind: str = "experience"
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
    pages: int = 1

    @property
    def needs_reflection(self) -> bool:
        return bool(self.quadrants) or self.criteria.reflection


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
