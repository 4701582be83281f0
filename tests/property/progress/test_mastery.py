"""Mastery by the numbers: rates within their confidence interval, draws that are uniform, secrets that decide.

Secrets and event ids are made from fixed seeds, so that the figures are the same in every run.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cairn.platform.instants import event_id
from cairn.progress.mastery import chance, draw, gained

PRACTICES = 100_000
Z_OF_99_9_PERCENT = 3.2905
BINS = 100
CHI_SQUARE_99_9_PERCENT_OF_99 = 148.23  # https://www.itl.nist.gov/div898/handbook/eda/section3/eda3674.htm
SECRET, OTHER_SECRET = (Random(seed).randbytes(32) for seed in ("a tenant", "another tenant"))
LEVELS, FACTORS = (0, 1, 2, 3, 4), (0, 0.5, 1, 2)


@cache
def practised() -> tuple[str, ...]:
    """The ids of events as the API makes them: an instant, a tenant, a player, an idempotency key."""
    begin = datetime(2026, 11, 20, tzinfo=UTC)
    return tuple(
        event_id(begin + timedelta(seconds=number // 4), "acme", f"player-{number % 40}", f"key-{number}")
        for number in range(PRACTICES)
    )


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("level", LEVELS)
def test_the_measured_rate_of_gains_is_the_formulas(level: int, factor: float) -> None:
    expected = 0.2 * factor / (1 + 0.2 * level)
    secret = Random(f"level {level}").randbytes(32)
    rate = sum(gained(secret, event, level, factor) for event in practised()) / PRACTICES
    assert abs(rate - expected) <= Z_OF_99_9_PERCENT * sqrt(expected * (1 - expected) / PRACTICES)


def test_draws_are_uniform() -> None:
    counts = [0] * BINS
    for event in practised():
        counts[int(draw(SECRET, event) * BINS)] += 1
    expected = PRACTICES / BINS
    assert sum((count - expected) ** 2 / expected for count in counts) < CHI_SQUARE_99_9_PERCENT_OF_99


def test_another_tenants_secret_draws_independently() -> None:
    """Two draws of one event under two secrets agree as often as two coins of that chance would."""
    both = sum(gained(SECRET, each, 0, 1) and gained(OTHER_SECRET, each, 0, 1) for each in practised()) / PRACTICES
    assert abs(both - 0.04) <= Z_OF_99_9_PERCENT * sqrt(0.04 * 0.96 / PRACTICES)
    assert all(draw(SECRET, each) != draw(OTHER_SECRET, each) for each in practised()[:1000])


@given(st.integers(0, 99), st.floats(-10, 10), st.floats(-10, 10))
def test_a_chance_is_within_0_and_two_fifths_grows_with_the_factor_and_shrinks_with_the_level(
    level: int, low: float, high: float
) -> None:
    low, high = sorted((low, high))
    assert 0 <= chance(level, low) <= chance(level, high) <= 0.4
    assert chance(level + 1, high) <= chance(level, high)


@given(st.text(), st.integers(0, 99))
def test_a_draw_is_the_same_whenever_it_is_made_and_below_one(event: str, level: int) -> None:
    assert 0 <= draw(SECRET, event) == draw(SECRET, event) < 1
    assert not gained(SECRET, event, level, 0), "no chance is none"
