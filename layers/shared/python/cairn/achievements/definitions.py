"""The achievements every tenant starts with: thresholds on metrics, as data."""

from dataclasses import dataclass
from typing import Literal

type Rarity = Literal["common", "rare", "epic", "legendary"]

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Achievement:
    """Unlocked once, when `metric` reaches `threshold`; pays `xp`.

    version: of its criteria. icon: name of a picture. metric: one of `Player.measured`.
    """

    id: str
    category: str
    title: str
    description: str
    icon: str
    metric: str
    threshold: int
    rarity: Rarity
    xp: int
    version: int = 1


def _of(category: str, icon: str, metric: str, *rows: tuple[str, str, str, int, Rarity, int]) -> list[Achievement]:
    return [
        Achievement(id, category, title, description, icon, metric, threshold, rarity, xp)
        for id, title, description, threshold, rarity, xp in rows
    ]


ACHIEVEMENTS: tuple[Achievement, ...] = (
    *_of(
        "scenarios",
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
        "hourglass",
        "study_seconds",
        ("quick_learner", "Quick Learner", "Study for 1 hour", HOUR, "common", 50),
        ("dedicated_student", "Dedicated Student", "Study for 10 hours", 10 * HOUR, "rare", 100),
        ("scholar", "Scholar", "Study for 50 hours", 50 * HOUR, "rare", 200),
        ("study_legend", "Study Legend", "Study for 100 hours", 100 * HOUR, "legendary", 1000),
    ),
    *_of(
        "streaks",
        "flame",
        "current_streak",
        ("week_warrior", "Week Warrior", "Be active 7 days in a row", 7, "rare", 100),
        ("month_master", "Month Master", "Be active 30 days in a row", 30, "epic", 250),
        ("unstoppable_force", "Unstoppable Force", "Be active 100 days in a row", 100, "legendary", 1000),
    ),
    *_of(
        "vocabulary",
        "book",
        "words_learned",
        ("word_collector", "Word Collector", "Learn 100 words", 100, "common", 50),
        ("word_hoarder", "Word Hoarder", "Learn 500 words", 500, "rare", 150),
        ("vocabulary_virtuoso", "Vocabulary Virtuoso", "Learn 1,000 words", 1000, "epic", 300),
    ),
    *_of(
        "conversations",
        "bubbles",
        "conversations_held",
        ("conversationalist", "Conversationalist", "Hold 10 conversations", 10, "common", 50),
        ("great_communicator", "Great Communicator", "Hold 50 conversations", 50, "rare", 150),
        ("social_butterfly", "Social Butterfly", "Hold 100 conversations", 100, "rare", 200),
    ),
    *_of(
        "milestones",
        "cairn",
        "experiences_completed",
        ("first_steps", "First Steps", "Complete an experience", 1, "common", 50),
    ),
    *_of(
        "milestones",
        "cairn",
        "active_days",
        ("committed", "Committed", "Be active on 50 days", 50, "rare", 150),
        ("centurion", "Centurion", "Be active on 100 days", 100, "epic", 400),
    ),
    *_of(
        "engagement",
        "sunrise",
        "early_sessions",
        ("early_bird", "Early Bird", "Begin 10 sessions before 07:00", 10, "common", 50),
    ),
    *_of(
        "engagement",
        "moon",
        "late_sessions",
        ("night_owl", "Night Owl", "Begin 10 sessions at or after 22:00", 10, "common", 50),
    ),
)
