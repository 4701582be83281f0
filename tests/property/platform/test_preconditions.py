"""Conditional requests: a list of ETags means the set of them, whatever they hold and however they are written down."""

from hypothesis import given
from hypothesis import strategies as st

from cairn.platform.errors import DomainError
from cairn.platform.preconditions import demand, etag_of, names

OPAQUE = st.text(st.characters(codec="latin-1", categories=["L", "N", "P", "S"], exclude_characters='"'), max_size=8)
STRONG = OPAQUE.map(lambda each: f'"{each}"')
ANY_TAG = st.builds(lambda weak, tag: ("W/" if weak else "") + tag, st.booleans(), STRONG)
GAPS = st.lists(st.sampled_from([",", " ,", ", ", "\t,  ", ", ,", ",,"]), min_size=8, max_size=8)


def written(tags: list[str], gaps: list[str]) -> str:
    """The tags as a header's value, with gaps between them."""
    return "".join(f"{tag}{gap}" for tag, gap in zip(tags, gaps, strict=False))


def refusal(etag: str | None, if_match: str | None, if_none_match: str | None) -> DomainError | None:
    try:
        demand(etag, if_match, if_none_match)
    except DomainError as error:
        return error
    return None


def holds(etag: str | None, if_match: str | None, if_none_match: str | None) -> bool:
    error = refusal(etag, if_match, if_none_match)
    assert error is None or (error.code, error.extra) == ("precondition-failed", {"etag": etag})
    return error is None


@given(STRONG, st.lists(ANY_TAG, min_size=1, max_size=8), GAPS)
def test_if_match_holds_exactly_where_the_strong_tag_is_in_the_list(
    etag: str, tags: list[str], gaps: list[str]
) -> None:
    assert holds(etag, written(tags, gaps), None) == (etag in tags)
    assert holds(etag, written([*tags[:7], etag], gaps), None)
    assert not holds(None, written(tags, gaps), None)


@given(st.none() | ANY_TAG, st.lists(ANY_TAG, min_size=1, max_size=8), GAPS)
def test_if_none_match_names_the_tag_whether_weak_or_not(etag: str | None, tags: list[str], gaps: list[str]) -> None:
    value = written(tags, gaps)
    opaque = {each.removeprefix("W/") for each in tags}
    assert names(etag, value) == (etag is not None and etag.removeprefix("W/") in opaque)
    assert holds(etag, None, value) != names(etag, value)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12))
def test_versions_have_one_etag_each_and_it_matches_itself_alone(a: int, b: int, c: int, d: int) -> None:
    assert (etag_of(a, b) == etag_of(c, d)) == ((a, b) == (c, d))
    assert etag_of(a, b) != etag_of(c)
    assert holds(etag_of(a, b), etag_of(c, d), None) == ((a, b) == (c, d))


@given(st.none() | STRONG, st.text(max_size=20))
def test_any_value_of_a_header_is_a_condition_or_refused(etag: str | None, value: str) -> None:
    for error in (refusal(etag, value, None), refusal(etag, None, value)):
        assert error is None or error.code in ("precondition-failed", "invalid-parameter")
