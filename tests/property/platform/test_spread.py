"""A list over many partitions, page by page: every row once, in order, whatever the page and whatever is left out."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cairn.platform.errors import DomainError
from cairn.platform.items import Raw
from cairn.platform.paging import Rows, Spread, read_position, read_spread, write_position
from cairn.platform.table import Page, Table

INDEX = ("index", "p", "s")
QUESTION = ("rows", "acme")


class Partitions:
    """A table whose index holds sorted rows, and which gives at most so many at once, as a page of 1 MB does."""

    def __init__(self, rows: Sequence[Sequence[str]], at_once: int) -> None:
        self.rows = [sorted(each) for each in rows]
        self.at_once = at_once

    def together(self, reads: Sequence[Callable[[], Any]]) -> list[Any]:
        return [read() for read in reads]

    def query(self, pk: str, *, between: tuple[str, str], limit: int, forward: bool, index: object) -> Page:
        found = [key for key in self.rows[int(pk)] if between[0] <= key <= between[1]]
        ordered = found if forward else found[::-1]
        taken = ordered[: min(limit, self.at_once)]
        items: list[Raw] = [{"s": {"S": key}} for key in taken]
        # DynamoDB names a last key whenever it stops at a limit, also where nothing is left behind it.
        stopped = bool(taken) and (len(taken) == limit or len(taken) < len(ordered))
        return Page(items, items[-1] if stopped else None)


def sort_keys(rows: Rows) -> list[str]:
    return [row["s"]["S"] for row in rows.items]


KEYS = st.lists(st.text("0123456789#a", min_size=1, max_size=4), unique=True, max_size=40)
SPREAD = st.tuples(KEYS, st.integers(1, 5)).flatmap(
    lambda made: st.lists(st.integers(0, made[1] - 1), min_size=len(made[0]), max_size=len(made[0])).map(
        lambda where: [[key for key, at in zip(made[0], where, strict=True) if at == one] for one in range(made[1])]
    )
)


def walk(
    table: Partitions, spread: Spread, limit: int, keep: Callable[[Raw], bool], after: str | None = None
) -> tuple[list[str], int]:
    seen: list[str] = []
    pages = 0
    while True:
        rows = read_spread(cast(Table, table), spread, limit, after, keep)
        assert len(rows.items) <= limit
        seen += sort_keys(rows)
        pages += 1
        assert pages < 200, "it never ends"
        if rows.after is None:
            return seen, pages
        assert rows.after != after
        cursor = write_position(QUESTION, rows.after)["next"]
        assert cursor is not None
        after = read_position(QUESTION, cursor)


@given(
    SPREAD,
    st.integers(1, 12),
    st.integers(3, 30),
    st.booleans(),
    st.tuples(st.sampled_from("0259"), st.sampled_from("379~")),
    st.booleans(),
)
@example([["1", "2", "3", "4", "5"], ["6", "7"]], 12, 3, False, ("0", "~"), False)
@example([["1", "2"], ["3", "4", "5", "6", "7"]], 12, 3, True, ("0", "~"), False)
def test_every_row_between_the_bounds_is_shown_once_and_in_order(
    rows: list[list[str]], limit: int, at_once: int, newest_first: bool, bounds: tuple[str, str], some: bool
) -> None:
    low, high = bounds
    spread = Spread(INDEX, [str(each) for each in range(len(rows))], low, high, newest_first)

    def keep(row: Raw) -> bool:
        return not some or "a" in row["s"]["S"]

    seen, pages = walk(Partitions(rows, at_once), spread, limit, keep)
    every = sorted((key for each in rows for key in each if low <= key <= high), reverse=newest_first)
    assert seen == [key for key in every if not some or "a" in key]
    if not some and at_once > limit + 2:
        assert pages == max(1, -(-len(every) // limit)), "no page is empty, and none short but the last"


@given(SPREAD, st.integers(1, 5))
def test_rows_that_come_and_go_between_pages_lose_and_double_no_other(rows: list[list[str]], limit: int) -> None:
    """The row where a page ended goes, one comes before it, and all of them move to another partition."""
    spread = Spread(INDEX, [str(each) for each in range(len(rows))], "", "~")
    first = read_spread(cast(Table, Partitions(rows, 99)), spread, limit, None)
    every = sorted(key for each in rows for key in each)
    if first.after is None:
        assert sort_keys(first) == every
        return
    changed = [[key for key in each if key != first.after] for each in reversed(rows)]
    changed[0].append(" first of all")
    rest, _ = walk(Partitions(changed, 99), spread, limit, lambda _: True, first.after)
    assert sort_keys(first) + rest == every


@given(SPREAD, st.integers(1, 5))
def test_a_list_goes_on_where_the_partitions_end_that_were_read(rows: list[list[str]], limit: int) -> None:
    spread = Spread(INDEX, [str(each) for each in range(len(rows))], "", "5", ends="5")
    rest = read_spread(cast(Table, Partitions(rows, 99)), spread, limit, None)
    within = sorted(key for each in rows for key in each if key <= "5")
    assert sort_keys(rest) == within[:limit]
    assert rest.after == (within[limit - 1] if len(within) > limit else "5")


@given(st.text("0123456789#é~", min_size=1, max_size=30))
def test_a_position_comes_back_for_the_same_question_only(position: str) -> None:
    cursor = write_position(QUESTION, position)["next"]
    assert cursor is not None
    assert read_position(QUESTION, cursor) == position
    with pytest.raises(DomainError):
        read_position(("rows", "other"), cursor)


@given(st.text("0123456789#~", min_size=1, max_size=30), st.data())
def test_a_cursor_that_was_changed_is_none(position: str, data: st.DataObject) -> None:
    cursor = str(write_position(QUESTION, position)["next"])
    at = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda letter: letter != cursor[at]))
    for tampered in (cursor[:at] + other + cursor[at + 1 :], cursor[:at] + cursor[at + 1 :], cursor + other):
        try:
            found = read_position(QUESTION, tampered)
        except DomainError:
            continue
        assert found == position, "base64 has several ways to write the last letter, and no more"
