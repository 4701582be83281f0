"""Virtues stay from 0 to 100 whatever happens, and the changes say what happened."""

from hypothesis import given
from hypothesis import strategies as st

from cairn.players.virtues import BY_QUADRANT, VIRTUES, dominant_quadrant, impact, quadrant_sums

HUNDREDTHS = st.integers(-10_000, 10_000).map(lambda each: each / 100)
LEVELS = st.dictionaries(st.sampled_from(VIRTUES), st.integers(0, 10_000).map(lambda each: each / 100))
IMPACTS = st.dictionaries(st.sampled_from(VIRTUES), HUNDREDTHS)


@given(LEVELS, st.lists(IMPACTS, max_size=6))
def test_virtues_stay_in_their_range_and_changes_add_up(
    virtues: dict[str, float], impacts: list[dict[str, float]]
) -> None:
    for each in impacts:
        changes = impact(virtues, each)
        assert set(changes) == set(each)
        for virtue, change in changes.items():
            assert 0 <= change.new <= 100
            assert change.previous == virtues.get(virtue, 0)
            assert round(change.previous + change.change, 2) == change.new
            assert abs(change.change) <= abs(each[virtue]) + 0.005
            assert change.change * each[virtue] >= 0, "an impact never turns round"
        virtues = {**virtues, **{virtue: change.new for virtue, change in changes.items()}}


@given(LEVELS)
def test_the_dominant_quadrant_has_the_largest_sum(virtues: dict[str, float]) -> None:
    sums = {quadrant: round(sum(virtues.get(each, 0) for each in pair), 2) for quadrant, pair in BY_QUADRANT.items()}
    assert quadrant_sums(virtues) == sums
    dominant = dominant_quadrant(virtues)
    if dominant is None:
        assert not any(sums.values())
    else:
        assert sums[dominant] == max(sums.values())
        first = next(quadrant for quadrant, total in sums.items() if total == sums[dominant])
        assert dominant == first
