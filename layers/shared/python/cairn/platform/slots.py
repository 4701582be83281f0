"""Quarters of an hour (UTC), by which scheduled work is found again, and how far a job has come with them."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pynamodb.attributes import UnicodeAttribute

from cairn.platform import keys
from cairn.platform.instants import EPOCH
from cairn.platform.items import NOT_PERSONAL, Item
from cairn.platform.table import Table
from cairn.platform.transact import ConditionsFailed, Put, transact

SLOT = timedelta(minutes=15)


class CursorItem(Item, discriminator="cursor"):
    """How far a scheduled job has come."""

    privacy = NOT_PERSONAL

    done = UnicodeAttribute()


def slot_of(instant: datetime) -> datetime:
    """The start of the quarter of an hour that an instant lies in."""
    return EPOCH + (instant - EPOCH) // SLOT * SLOT


def slot_text(slot: datetime) -> str:
    """A slot in a key: to the minute, so that slots sort as text."""
    return f"{slot:%Y-%m-%dT%H:%M}"


def slot_in(text: str) -> datetime:
    """The slot of a text in a key."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Cursor:
    """Where a job goes on: the slots before it are done.

    Args:
        earliest: where a job begins that never ran, or that was away for longer than its marks are kept.
    """

    def __init__(self, table: Table, job: str, earliest: datetime) -> None:
        self._table = table
        self._key = keys.job(job)
        self._stored = table.get_many([self._key]).get(CursorItem, self._key)
        self._done = datetime.fromisoformat(self._stored.done) if self._stored else earliest
        self.slot = max(self._done, earliest)

    def move(self, slot: datetime) -> None:
        """Moves to a later slot. Where another run of the job was quicker, both did the same."""
        if slot <= self._done:
            return
        unmoved = CursorItem.done == self._stored.done if self._stored else CursorItem.absent()
        with suppress(ConditionsFailed):
            transact(self._table, [Put("cursor", CursorItem(*self._key, done=slot.isoformat()), unmoved)])
