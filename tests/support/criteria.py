"""Any criteria, by Hypothesis."""

from hypothesis import strategies as st

from cairn.achievements.criteria import AllOf, AnyOf, Comparison, Criteria, Not, Threshold

METRICS = ("a", "b", "c")
WITHIN = st.sampled_from([None, "week", "month", "last_1_days", "last_7_days", "last_31_days"])
AT_LEAST = st.builds(Threshold, st.sampled_from(METRICS), st.integers(1, 30_000), within=WITHIN)
OTHERS = st.builds(
    Threshold,
    st.sampled_from(METRICS),
    st.integers(0, 30),
    st.sampled_from([Comparison.AT_MOST, Comparison.EQUALS]),
    WITHIN,
)
LEAVES = st.one_of(AT_LEAST, OTHERS)


def trees(leaves: st.SearchStrategy[Threshold] = LEAVES, *, negated: bool = True) -> st.SearchStrategy[Criteria]:
    """Criteria of such thresholds, with all and any, and with not where they may be negated."""

    def more(inner: st.SearchStrategy[Criteria]) -> st.SearchStrategy[Criteria]:
        parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
        joined = st.one_of(st.builds(AllOf, parts), st.builds(AnyOf, parts))
        return st.one_of(joined, st.builds(Not, inner)) if negated else joined

    return st.recursive(leaves, more, max_leaves=8)
