"""Criteria as an algebra: met or not, how far, and what any order of events comes to."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cairn.achievements.criteria import (
    AllOf,
    AnyOf,
    Criteria,
    Measures,
    Not,
    Threshold,
    first_day,
    thresholds,
)
from cairn.achievements.document import criteria_from_json, criteria_to_json
from tests.support.criteria import AT_LEAST, METRICS, trees

DAY = date(2026, 11, 20)
NUMBERS = st.integers(0, 40_000)
MEASURES = st.builds(
    Measures,
    st.dictionaries(st.sampled_from(METRICS), NUMBERS),
    st.dictionaries(
        st.sampled_from(METRICS),
        st.dictionaries(st.integers(0, 40).map(lambda ago: DAY - timedelta(ago)), NUMBERS, max_size=5),
    ),
    st.just(DAY),
)


@given(trees(), MEASURES)
def test_the_fraction_is_1_exactly_where_criteria_are_met(criteria: Criteria, measures: Measures) -> None:
    fraction = criteria.fraction(measures)
    assert 0 <= fraction <= 1
    assert (fraction == 1) == criteria.met(measures)


@given(trees(AT_LEAST, negated=False), MEASURES, st.sampled_from(METRICS), st.integers(1, 1000))
def test_more_of_anything_takes_nothing_back_where_criteria_only_ask_for_at_least(
    criteria: Criteria, measures: Measures, metric: str, more: int
) -> None:
    days = measures.daily.get(metric, {})
    after = Measures(
        {**measures.totals, metric: measures.totals.get(metric, 0) + more},
        {**measures.daily, metric: {**days, DAY: days.get(DAY, 0) + more}},
        DAY,
    )
    assert criteria.fraction(after) >= criteria.fraction(measures)
    assert criteria.met(after) or not criteria.met(measures)


@given(trees(), MEASURES)
def test_all_any_and_not_are_those_of_logic(criteria: Criteria, measures: Measures) -> None:
    met = criteria.met(measures)
    assert Not(criteria).met(measures) is not met
    assert Not(Not(criteria)).met(measures) is met
    assert AllOf((criteria, Not(criteria))).met(measures) is False
    assert AnyOf((criteria, Not(criteria))).met(measures) is True


@given(trees())
def test_criteria_come_back_from_json_as_they_were(criteria: Criteria) -> None:
    assert criteria_from_json(criteria_to_json(criteria)) == criteria
    assert all(isinstance(each, Threshold) for each in thresholds(criteria))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 31))
def test_a_period_begins_where_a_calendar_says(day: date, days: int) -> None:
    assert first_day("week", day).isocalendar() == (*day.isocalendar()[:2], 1)
    assert (first_day("month", day).year, first_day("month", day).month, first_day("month", day).day) == (
        day.year,
        day.month,
        1,
    )
    assert (day - first_day(f"last_{days}_days", day)).days == days - 1


@pytest.mark.parametrize("within", ["year", "last_0_days", "last_32_days", "last_7", "", "last_07_days"])
def test_what_is_no_period_is_refused(within: str) -> None:
    with pytest.raises(ValueError, match="is no period"):
        first_day(within, DAY)


@given(st.integers(1, 10**9))
def test_a_threshold_is_approached_and_never_reached_too_early(value: int) -> None:
    threshold = Threshold("a", value)
    steps = [Measures({"a": reached}, {}, DAY) for reached in (0, value // 3, value - 1, value, value + 1)]
    fractions = [threshold.fraction(each) for each in steps]
    assert all(a <= b for a, b in pairwise(fractions))
    assert fractions[0] == 0 and fractions[2] < 1 and fractions[3:] == [1, 1]
