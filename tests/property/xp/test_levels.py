"""Levels grow with the total, exactly by the table, and nothing lies between them."""

from hypothesis import given
from hypothesis import strategies as st

from cairn.xp.levels import MAX_LEVEL, STEPS, THRESHOLDS, level_of, standing

TOTALS = st.one_of(
    st.integers(-1000, 2 * THRESHOLDS[-1]),
    st.builds(lambda level, off: THRESHOLDS[level] + off, st.integers(0, MAX_LEVEL - 1), st.integers(-2, 2)),
)


@given(TOTALS, st.integers(0, 10**9))
def test_more_xp_is_never_a_lower_level(total: int, more: int) -> None:
    assert level_of(total) <= level_of(total + more)


@given(TOTALS)
def test_a_total_lies_between_the_threshold_of_its_level_and_the_next(total: int) -> None:
    level = level_of(total)
    assert 1 <= level <= MAX_LEVEL
    if level > 1:
        assert THRESHOLDS[level - 1] <= total
    if level < MAX_LEVEL:
        assert total < THRESHOLDS[level]


@given(TOTALS)
def test_what_is_shown_adds_up(total: int) -> None:
    shown = standing(total)
    assert shown.xp_in_level + THRESHOLDS[shown.level - 1] == total
    assert 0 <= shown.percentage <= 100
    if shown.level < MAX_LEVEL:
        assert shown.xp_in_level + shown.xp_to_next == STEPS[shown.level - 1]
        assert level_of(total + shown.xp_to_next) == shown.level + 1
        assert level_of(total + shown.xp_to_next - 1) == shown.level
