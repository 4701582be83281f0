"""What boards have to do without an event, by quarter of an hour: movers note it, a schedule hands it out.

A tenant for which nothing is noted costs nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import batched
from typing import Any

from cairn.leaderboards.board import closes_at
from cairn.leaderboards.mover import Move
from cairn.leaderboards.place import SLOT_SECONDS, slot_at, slot_from
from cairn.leaderboards.storage import DUE_SHARDS, AgendaItem
from cairn.platform import keys
from cairn.platform.instants import from_ms
from cairn.platform.keys import Key
from cairn.platform.queue import Send
from cairn.platform.slots import SLOT, Cursor, slot_of, slot_text
from cairn.platform.table import Table
from cairn.platform.transact import MAX_ACTIONS, Put, transact

SETTLES = timedelta(minutes=2)  # a mover that took the time before a slot has written within a minute
KEPT = timedelta(days=30)
DAY_SECONDS = 24 * 3600
AUDITS_BEGIN_SECONDS = 2 * 3600  # after midnight in UTC
AUDIT_SLOTS = 16
JOB = "boards"


class Task(StrEnum):
    """What is to be done: move the positions that are due; audit a board that moved the day before; close a season.
    And what no agenda names: take an erased player out of the seasons that are closed.
    """

    MOVE = "move"
    AUDIT = "audit"
    CLOSE = "close"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to do for a tenant, or one of its boards, at a slot (epoch seconds)."""

    slot: int
    tenant: str
    task: Task
    board: str = ""
    period: str = ""

    @property
    def key(self) -> Key:
        what = "#".join(map(keys.encode, (self.tenant, self.task.value, self.board, self.period)))
        return Key(keys.agenda(slot_text(from_ms(self.slot * 1000))), what)


def due_of(moves: Iterable[Move]) -> set[Entry]:
    """What moves make due, at the slots at which their scores move on by themselves."""
    due = {(move.place.due, move.tenant) for move in moves}
    return {Entry(slot, tenant, Task.MOVE) for slot, tenant in due if slot is not None}


def audits_of(moves: Iterable[Move], now: datetime) -> set[Entry]:
    """The audits of boards that move: in the night that follows, spread over its hours."""
    moved = {(move.tenant, move.board.key) for move in moves}
    night = slot_at(now) // DAY_SECONDS * DAY_SECONDS + DAY_SECONDS + AUDITS_BEGIN_SECONDS
    return {
        Entry(
            night + keys.bucket(f"{tenant}#{board}#{period}", AUDIT_SLOTS) * SLOT_SECONDS,
            tenant,
            Task.AUDIT,
            board,
            period,
        )
        for tenant, (board, period) in moved
    }


def closings_of(moves: Iterable[Move], zone: str) -> set[Entry]:
    """The closings of the seasons in which somebody moves."""
    seasons = {(move.tenant, move.board.key) for move in moves if move.board.calendar}
    return {closing(tenant, board, season, zone) for tenant, (board, season) in seasons}


def closing(tenant: str, board: str, season: str, zone: str) -> Entry:
    """The closing of a season, 72 hours after its end in a calendar of that zone."""
    return Entry(slot_from(closes_at(season, zone)), tenant, Task.CLOSE, board, season)


class Agenda:
    """Notes what is to be done; a function's memory saves it from noting twice."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._noted: set[Entry] = set()

    def note(self, entries: Iterable[Entry], now: datetime) -> None:
        """Notes entries. To be called before what will be due is written: whoever finds no entry has nothing to do."""
        slot = slot_at(now)
        self._noted = {entry for entry in self._noted if entry.slot >= slot}
        fresh = sorted(set(entries) - self._noted, key=lambda entry: entry.key)
        for some in batched(fresh, MAX_ACTIONS, strict=False):
            transact(self._table, [_put(entry) for entry in some])
            self._noted.update(some)


def _put(entry: Entry) -> Put:
    item = AgendaItem(
        *entry.key,
        tenant=entry.tenant,
        task=entry.task.value,
        board=entry.board or None,
        period=entry.period or None,
        ttl=entry.slot + int(KEPT.total_seconds()),
    )
    return Put(f"agenda {entry.key}", item, AgendaItem.absent() | (AgendaItem.kind == AgendaItem))


def dispatch(table: Table, send: Send, now: datetime) -> int:
    """Sends what has become due, in messages that workers can take side by side.

    Run twice, or dead half-way, it sends a message again, which changes nothing.

    Returns:
        How many messages were sent.
    """
    cursor = Cursor(table, JOB, slot_of(now - KEPT))
    slot, last = cursor.slot, slot_of(now - SETTLES)
    messages: list[dict[str, Any]] = []
    while slot <= last:
        for raw in table.query_all(keys.agenda(slot_text(slot)), consistent=True):
            messages += _messages(AgendaItem.parse(raw), slot)
        slot += SLOT
    send(messages)
    cursor.move(slot)
    return len(messages)


def _messages(entry: AgendaItem, slot: datetime) -> list[dict[str, Any]]:
    about = {"task": entry.task, "tenant": entry.tenant}
    if entry.task == Task.MOVE:
        return [{**about, "slot": slot_at(slot), "shard": shard} for shard in range(DUE_SHARDS)]
    return [{**about, "board": entry.board, "period": entry.period}]
