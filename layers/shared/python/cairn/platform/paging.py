"""Cursors: where a page ended, opaque to clients, good for one list only."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from cairn.platform.errors import DomainError
from cairn.platform.items import Raw
from cairn.platform.table import Page, Table

MAX_SORT_KEY_BYTES = 1024
CHECK_DIGITS = 12


def write_cursor(page: Page) -> dict[str, str | None]:
    """The member `next` of a page's answer: a cursor, or None at the end."""
    if page.after is None:
        return {"next": None}
    return {"next": _encoded(page.after["SK"]["S"])}


def read_cursor(cursor: str, partition: str, prefix: str) -> Raw | None:
    """Where to go on among a partition's items of one prefix, or None for the first page.

    Raises:
        DomainError: `invalid-parameter` for what is no cursor.
    """
    if not cursor:
        return None
    sort_key = _decoded(cursor, MAX_SORT_KEY_BYTES)
    if not sort_key.startswith(prefix):
        raise _no_cursor()
    return {"PK": {"S": partition}, "SK": {"S": sort_key}}


def read_page(
    table: Table,
    partition: str,
    prefix: str,
    limit: int,
    cursor: str,
    *,
    newest_first: bool = False,
    between: tuple[str, str] | None = None,
) -> Page:
    """One page of a partition's items of one prefix, in one consistent round trip.

    Args:
        between: the lowest and the highest sort key, where not all of the prefix is meant.

    Raises:
        DomainError: `invalid-parameter` for what is no cursor, or one outside of these.
    """
    after = read_cursor(cursor, partition, prefix)
    if after and between and not between[0] <= after["SK"]["S"] <= between[1]:
        raise _no_cursor()
    return table.query(
        partition,
        prefix=prefix,
        between=between,
        limit=limit,
        forward=not newest_first,
        after=after,
        consistent=True,
    )


@dataclass(frozen=True, slots=True)
class Spread:
    """A list in the order of an index's sort keys, spread over partitions that are read at once.

    A sort key stands once in all of them. So one of them is a cursor for all, and stays one when rows come, go or
    move between partitions.

    index: (name, its partition attribute, its sort attribute). low, high: between which sort keys the list lies.
    ends: the sort key up to which these partitions hold everything, where others go on behind it; else None.
    """

    index: tuple[str, str, str]
    partitions: Sequence[str]
    low: str
    high: str
    newest_first: bool = False
    ends: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the index, and the sort key after which to go on, or None at the end."""

    items: Sequence[Raw]
    after: str | None


def read_spread(
    table: Table, spread: Spread, limit: int, after: str | None, keep: Callable[[Raw], bool] = lambda _: True
) -> Rows:
    """One page of a list, in one round trip: at most `limit` rows, of at most two more from each partition.

    Args:
        after: `Rows.after` of the page before.
        keep: which rows to show. Those that it leaves out count as read: such a page may be short, or empty, though
            another follows.
    """
    sort = spread.index[2]
    low, high = spread.low, spread.high
    if after is not None:
        low, high = (low, min(high, after)) if spread.newest_first else (max(low, after), high)
    if low > high:
        return Rows([], None)
    # One more than asked for, to know whether there are; and one for `after` itself, which `between` includes.
    read = partial(
        table.query, between=(low, high), limit=limit + 2, forward=not spread.newest_first, index=spread.index
    )
    pages = table.together([partial(read, partition) for partition in spread.partitions])
    # Behind the last row of a partition that has more, rows of the others may not be the next.
    ends = [page.items[-1][sort]["S"] for page in pages if page.after] + ([spread.ends] if spread.ends else [])
    nearest = max(ends, default=None) if spread.newest_first else min(ends, default=None)

    def known(key: str) -> bool:
        return nearest is None or (key >= nearest if spread.newest_first else key <= nearest)

    rows = {row[sort]["S"]: row for page in pages for row in page.items}
    rows.pop(after or "", None)
    keys = sorted(filter(known, rows), reverse=spread.newest_first)
    shown = [key for key in keys if keep(rows[key])]
    going_on = shown[limit - 1] if len(shown) > limit else nearest
    return Rows([rows[key] for key in shown[:limit]], going_on)


def write_position(question: Sequence[str], after: str | None) -> dict[str, str | None]:
    """The member `next` of an answer to a question that `read_spread` gave a page of.

    Args:
        question: what was asked, but for the size of the page. Its cursor is good for the same question only.
    """
    return {"next": None if after is None else _encoded(_check(question, after) + after)}


def read_position(question: Sequence[str], cursor: str) -> str | None:
    """Where to go on with a question, or None for the first page.

    Raises:
        DomainError: `invalid-parameter` for what is no cursor, or one of another question.
    """
    if not cursor:
        return None
    text = _decoded(cursor, CHECK_DIGITS + MAX_SORT_KEY_BYTES)
    check, after = text[:CHECK_DIGITS], text[CHECK_DIGITS:]
    if not after or check != _check(question, after):
        raise _no_cursor()
    return after


def _check(question: Sequence[str], after: str) -> str:
    return sha256("\x00".join((*question, after)).encode()).hexdigest()[:CHECK_DIGITS]


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _decoded(cursor: str, most: int) -> str:
    try:
        text = base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    if not 0 < len(text.encode()) <= most:
        raise _no_cursor()
    return text


def _no_cursor() -> DomainError:
    return DomainError("invalid-parameter", "cursor must be the `next` of the page before, of the same list.")
