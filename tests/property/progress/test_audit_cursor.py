"""A cursor of the audit is a word that reads back as the place it was written for, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cairn.platform.errors import DomainError
from cairn.progress.audit import Part, Place, read_cursor, write_cursor

IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
PLACES = st.builds(
    Place,
    part=st.sampled_from(Part),
    experience=st.none() | IDS,
    after=st.none() | IDS,
    gone=st.lists(IDS, unique=True).map(tuple),
    counts=st.dictionaries(st.sampled_from(["players", "heads", "contradiction"]), st.integers(0, 10**9)),
)


@given(IDS, PLACES)
def test_a_place_reads_back_from_its_cursor(tenant: str, place: Place) -> None:
    cursor = write_cursor(tenant, place)
    assert cursor.isascii() and not cursor.split()[1:]
    assert read_cursor(tenant, cursor) == place
    with pytest.raises(DomainError, match="is of the tenant"):
        read_cursor(f"{tenant}2", cursor)


@given(PLACES, st.integers(1, 30))
def test_a_cursor_that_was_cut_off_is_none(place: Place, lost: int) -> None:
    cursor = write_cursor("acme", place)
    with pytest.raises(DomainError, match="no cursor"):
        read_cursor("acme", cursor[: max(1, len(cursor) - lost)])


@given(st.text(min_size=1))
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(DomainError, match="no cursor"):
        read_cursor("acme", text)
