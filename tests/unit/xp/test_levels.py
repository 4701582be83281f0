"""Levels: the exact table, the titles, and the way to the next."""

from fractions import Fraction
from math import floor

import pytest

from cairn.xp.levels import MAX_LEVEL, STEPS, THRESHOLDS, level_of, standing, title_of


def test_each_step_is_the_floor_of_a_hundred_times_1_15_to_the_power_exactly() -> None:
    assert len(STEPS) == MAX_LEVEL - 1
    for level in range(1, MAX_LEVEL):
        assert STEPS[level - 1] == floor(100 * Fraction(115, 100) ** (level - 1))


def test_the_first_steps_are_known_by_heart() -> None:
    assert STEPS[:8] == (100, 115, 132, 152, 174, 201, 231, 266)
    assert THRESHOLDS[:6] == (0, 100, 215, 347, 499, 673)


@pytest.mark.parametrize("level", range(1, MAX_LEVEL + 1))
def test_a_level_begins_with_the_sum_of_the_steps_before_it(level: int) -> None:
    at = sum(STEPS[: level - 1])
    assert level_of(at) == level
    assert level_of(at - 1) == max(1, level - 1)


def test_level_100_is_the_top() -> None:
    top = THRESHOLDS[-1]
    assert (level_of(top), level_of(top * 1000)) == (100, 100)
    shown = standing(top + 5)
    assert (shown.level, shown.title, shown.xp_to_next, shown.percentage) == (100, "Mythic", 0, 100.0)


@pytest.mark.parametrize(
    ("first", "title", "before"),
    [
        (1, "Novice", None),
        (10, "Apprentice", "Novice"),
        (20, "Adept", "Apprentice"),
        (30, "Expert", "Adept"),
        (40, "Master", "Expert"),
        (50, "Grandmaster", "Master"),
        (70, "Legend", "Grandmaster"),
        (90, "Mythic", "Legend"),
    ],
)
def test_titles_begin_at_their_level(first: int, title: str, before: str | None) -> None:
    assert title_of(first) == title
    if before:
        assert title_of(first - 1) == before


@pytest.mark.parametrize(
    ("total", "level", "inside", "to_next", "percentage"),
    [(0, 1, 0, 100, 0.0), (99, 1, 99, 1, 99.0), (100, 2, 0, 115, 0.0), (146, 2, 46, 69, 40.0), (-20, 1, -20, 120, 0.0)],
)
def test_the_way_to_the_next_level(total: int, level: int, inside: int, to_next: int, percentage: float) -> None:
    shown = standing(total)
    assert (shown.level, shown.xp_in_level, shown.xp_to_next, shown.percentage) == (level, inside, to_next, percentage)
