"""Levels: a function of total XP, from an exact integer table; titles by level."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

MAX_LEVEL = 100

# From level n to n+1: floor(100 x 1.15^(n-1)), in integers so that every machine agrees.
STEPS = tuple(100 * 115 ** (n - 1) // 100 ** (n - 1) for n in range(1, MAX_LEVEL))
THRESHOLDS = (0, *accumulate(STEPS))

TITLES = (
    (1, "Novice"),
    (10, "Apprentice"),
    (20, "Adept"),
    (30, "Expert"),
    (40, "Master"),
    (50, "Grandmaster"),
    (70, "Legend"),
    (90, "Mythic"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a total stands: level 1..100, title, XP into the level, XP to the next (0 at the top), percent."""

    level: int
    title: str
    xp_in_level: int
    xp_to_next: int
    percentage: float


def level_of(total_xp: int) -> int:
    """The level (1..100) of a total in XP; a total below zero is level 1."""
    return max(1, bisect_right(THRESHOLDS, total_xp))


def title_of(level: int) -> str:
    """The title that a level carries."""
    return TITLES[bisect_right([first for first, _ in TITLES], level) - 1][1]


def standing(total_xp: int) -> Standing:
    """Level, title and the way to the next level of a total in XP."""
    level = level_of(total_xp)
    inside = total_xp - THRESHOLDS[level - 1]
    step = STEPS[level - 1] if level < MAX_LEVEL else 0
    return Standing(
        level=level,
        title=title_of(level),
        xp_in_level=inside,
        xp_to_next=max(0, step - inside),
        percentage=round(100 * max(0, inside) / step, 1) if step else 100.0,
    )
