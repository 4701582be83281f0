"""Cursors: where a page ended, opaque to clients, good for one partition only."""

import base64
import binascii

from cairn.platform.errors import DomainError
from cairn.platform.items import Raw
from cairn.platform.table import Page, Table

MAX_SORT_KEY_BYTES = 1024


def write_cursor(page: Page) -> dict[str, str | None]:
    """The member `next` of a page's answer: a cursor, or None at the end."""
    if page.after is None:
        return {"next": None}
    return {"next": base64.urlsafe_b64encode(page.after["SK"]["S"].encode()).decode()}


def read_cursor(cursor: str, partition: str, prefix: str) -> Raw | None:
    """Where to go on among a partition's items of one prefix, or None for the first page.

    Raises:
        DomainError: `invalid-parameter` for what is no cursor.
    """
    if not cursor:
        return None
    try:
        sort_key = base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        sort_key = ""
    if not sort_key.startswith(prefix) or len(sort_key.encode()) > MAX_SORT_KEY_BYTES:
        raise DomainError("invalid-parameter", "cursor must be the `next` of the page before.")
    return {"PK": {"S": partition}, "SK": {"S": sort_key}}


def read_page(
    table: Table, partition: str, prefix: str, limit: int, cursor: str, *, newest_first: bool = False
) -> Page:
    """One page of a partition's items of one prefix, in one consistent round trip.

    Raises:
        DomainError: `invalid-parameter` for what is no cursor.
    """
    return table.query(
        partition,
        prefix=prefix,
        limit=limit,
        forward=not newest_first,
        after=read_cursor(cursor, partition, prefix),
        consistent=True,
    )
