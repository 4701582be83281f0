"""Achievements: what there is to unlock. Those that every tenant starts with are here, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Literal

from cairn.achievements.criteria import Comparison, Criteria, Threshold, thresholds
from cairn.tenants.seasons import Calendar, season_of

type Rarity = Literal["common", "rare", "epic", "legendary"]
type Kind = Literal["completion", "milestone", "skill", "engagement"]

HOUR = 3600
FIRST = ""  # so that an achievement that is made to repeat is not unlocked again for what was paid
# What an unlock itself brings on: repeated by these, an achievement would unlock itself.
OF_UNLOCKS = frozenset({"achievements_unlocked", "level", "total_xp"})
MAX_TIMES = 100


class Every(StrEnum):
    """What an achievement is unlocked again by: each further threshold, or each day, week or month."""

    THRESHOLD = "threshold"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Repeat:
    """How an achievement repeats. at_most: how many thresholds count; periods have no end."""

    every: Every
    at_most: int = 1

    @property
    def calendar(self) -> Calendar | None:
        """The calendar of weeks or months."""
        return Calendar(self.every.value) if self.every in (Every.WEEK, Every.MONTH) else None

    def period(self, day: date) -> str:
        """The occasion of the period that a day of the tenant's calendar lies in."""
        return season_of(day, self.calendar) if self.calendar else day.isoformat()


def repeatable(criteria: Criteria, repeat: Repeat) -> Repeat:
    """A way to repeat that criteria allow.

    Raises:
        ValueError: they do not, with what to ask for instead.
    """
    found = list(thresholds(criteria))
    if repeat.every is Every.THRESHOLD:
        only = criteria if isinstance(criteria, Threshold) else None
        if only is None or only.comparison is not Comparison.AT_LEAST or only.within:
            raise ValueError("every threshold needs criteria of one metric, with at_least and without within")
        if only.metric in OF_UNLOCKS:
            raise ValueError(f"every threshold of {only.metric} would unlock itself by its own XP: take another metric")
    elif not any(each.within or each.metric == "current_streak" for each in found):
        raise ValueError(
            f"what is met once stays met, and would be unlocked each {repeat.every}: give a metric within,"
            " or ask for current_streak"
        )
    return repeat


@dataclass(frozen=True)
class Achievement:
    """Unlocked when its criteria are met, once or as it repeats; pays `xp` each time.

    icon: name of a picture. prerequisites: ids of achievements that must be held. secret: hidden until unlocked.
    version: of what it takes and pays. revision: of all that is said of it.
    """

    id: str
    category: str
    title: str
    description: str
    icon: str
    criteria: Criteria
    rarity: Rarity
    xp: int
    type: Kind = "completion"
    prerequisites: tuple[str, ...] = ()
    repeat: Repeat | None = None
    secret: bool = False
    is_active: bool = True
    version: int = 1
    revision: int = 0

    @cached_property
    def thresholds(self) -> tuple[Threshold, ...]:
        """The thresholds that its criteria are made of."""
        return tuple(thresholds(self.criteria))

    @property
    def first(self) -> str:
        """The name of its first unlock, where that has always the same."""
        return named(self.id, FIRST)


@dataclass(frozen=True, slots=True)
class Earned:
    """An achievement that a player earned. occasion: which threshold or period, "" for what is unlocked once.

    evidence: the values of its metrics.
    """

    achievement: Achievement
    occasion: str
    evidence: Mapping[str, int]

    @property
    def name(self) -> str:
        """By which its unlock is known among those of a player."""
        return named(self.achievement.id, self.occasion)


def nth(number: int) -> str:
    """The occasion of the n-th threshold."""
    return FIRST if number == 1 else str(number)


def named(achievement_id: str, occasion: str) -> str:
    """The name of an unlock: the achievement's id, and the occasion where it repeats."""
    return f"{achievement_id}#{occasion}" if occasion else achievement_id


def _of(
    category: str, type: Kind, icon: str, metric: str, *rows: tuple[str, str, str, int, Rarity, int]
) -> list[Achievement]:
    return [
        Achievement(id, category, title, description, icon, Threshold(metric, value), rarity, xp, type)
        for id, title, description, value, rarity, xp in rows
    ]


ACHIEVEMENTS: tuple[Achievement, ...] = (
    *_of(
        "scenarios",
        "completion",
        "signpost",
        "scenarios_completed",
        ("first_scenario", "First Scenario", "Complete a scenario", 1, "common", 50),
        ("scenario_explorer", "Scenario Explorer", "Complete 5 scenarios", 5, "common", 50),
        ("scenario_regular", "Scenario Regular", "Complete 10 scenarios", 10, "rare", 100),
        ("scenario_expert", "Scenario Expert", "Complete 25 scenarios", 25, "rare", 150),
        ("scenario_master", "Scenario Master", "Complete 50 scenarios", 50, "epic", 300),
        ("scenario_marathoner", "Scenario Marathoner", "Complete 100 scenarios", 100, "epic", 500),
    ),
    *_of(
        "study time",
        "milestone",
        "hourglass",
        "study_seconds",
        ("quick_learner", "Quick Learner", "Study for 1 hour", HOUR, "common", 50),
        ("dedicated_student", "Dedicated Student", "Study for 10 hours", 10 * HOUR, "rare", 100),
        ("scholar", "Scholar", "Study for 50 hours", 50 * HOUR, "rare", 200),
        ("study_legend", "Study Legend", "Study for 100 hours", 100 * HOUR, "legendary", 1000),
    ),
    *_of(
        "streaks",
        "engagement",
        "flame",
        "current_streak",
        ("week_warrior", "Week Warrior", "Be active 7 days in a row", 7, "rare", 100),
        ("month_master", "Month Master", "Be active 30 days in a row", 30, "epic", 250),
        ("unstoppable_force", "Unstoppable Force", "Be active 100 days in a row", 100, "legendary", 1000),
    ),
    *_of(
        "vocabulary",
        "skill",
        "book",
        "words_learned",
        ("word_collector", "Word Collector", "Learn 100 words", 100, "common", 50),
        ("word_hoarder", "Word Hoarder", "Learn 500 words", 500, "rare", 150),
        ("vocabulary_virtuoso", "Vocabulary Virtuoso", "Learn 1,000 words", 1000, "epic", 300),
    ),
    *_of(
        "conversations",
        "skill",
        "bubbles",
        "conversations_held",
        ("conversationalist", "Conversationalist", "Hold 10 conversations", 10, "common", 50),
        ("great_communicator", "Great Communicator", "Hold 50 conversations", 50, "rare", 150),
        ("social_butterfly", "Social Butterfly", "Hold 100 conversations", 100, "rare", 200),
    ),
    *_of(
        "milestones",
        "milestone",
        "cairn",
        "experiences_completed",
        ("first_steps", "First Steps", "Complete an experience", 1, "common", 50),
    ),
    *_of(
        "milestones",
        "milestone",
        "cairn",
        "active_days",
        ("committed", "Committed", "Be active on 50 days", 50, "rare", 150),
        ("centurion", "Centurion", "Be active on 100 days", 100, "epic", 400),
    ),
    *_of(
        "perfection",
        "skill",
        "star",
        "perfect_completions",
        ("perfectionist", "Perfectionist", "Complete with full score at the first attempt", 1, "rare", 100),
        ("flawless_master", "Flawless Master", "Complete 25 times with full score at once", 25, "epic", 500),
    ),
    *_of(
        "engagement",
        "engagement",
        "sunrise",
        "early_sessions",
        ("early_bird", "Early Bird", "Begin 10 sessions before 07:00", 10, "common", 50),
    ),
    *_of(
        "engagement",
        "engagement",
        "moon",
        "late_sessions",
        ("night_owl", "Night Owl", "Begin 10 sessions at or after 22:00", 10, "common", 50),
    ),
    *_of(
        "special",
        "skill",
        "globe",
        "scenario_languages",
        ("polyglot", "Polyglot", "Complete scenarios in 3 languages", 3, "rare", 200),
    ),
)
