"""What boards have to do without an event, by quarter of an hour: movers note it, a schedule hands it out.

A tenant for which nothing is noted costs nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cairn.leaderboards.mover import Move
from cairn.leaderboards.place import slot_at
from cairn.leaderboards.storage import DUE_SHARDS, AgendaItem
from cairn.platform import keys
from cairn.platform.instants import from_ms
from cairn.platform.keys import Key
from cairn.platform.queue import Send
from cairn.platform.slots import SLOT, Cursor, slot_of, slot_text
from cairn.platform.table import Table
from cairn.platform.transact import Put, transact

SETTLES = timedelta(minutes=2)  # a mover that took the time before a slot has written within a minute
KEPT = timedelta(days=30)
JOB = "boards"


class Task(StrEnum):
    """What is to be done: move the positions that are due."""

    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to do for a tenant at a slot (epoch seconds)."""

    slot: int
    tenant: str
    task: Task

    @property
    def key(self) -> Key:
        return Key(keys.agenda(slot_text(from_ms(self.slot * 1000))), f"{keys.encode(self.tenant)}#{self.task}")


def due_of(moves: Iterable[Move]) -> set[Entry]:
    """What moves make due, at the slots at which their scores move on by themselves."""
    due = {(move.place.due, move.tenant) for move in moves}
    return {Entry(slot, tenant, Task.MOVE) for slot, tenant in due if slot is not None}


class Agenda:
    """Notes what is to be done; a function's memory saves it from noting twice."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._noted: set[Entry] = set()

    def note(self, entries: Iterable[Entry], now: datetime) -> None:
        """Notes entries. To be called before what will be due is written: whoever finds no entry has nothing to do."""
        slot = slot_at(now)
        self._noted = {entry for entry in self._noted if entry.slot >= slot}
        for entry in sorted(set(entries) - self._noted, key=lambda entry: entry.key):
            kept_until = int(from_ms(entry.slot * 1000).timestamp()) + int(KEPT.total_seconds())
            item = AgendaItem(*entry.key, tenant=entry.tenant, task=entry.task.value, ttl=kept_until)
            same = AgendaItem.absent() | (AgendaItem.kind == AgendaItem)
            transact(self._table, [Put("agenda", item, same)])
            self._noted.add(entry)


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
    return [
        {"task": entry.task, "tenant": entry.tenant, "slot": slot_at(slot), "shard": shard}
        for shard in range(DUE_SHARDS)
    ]
