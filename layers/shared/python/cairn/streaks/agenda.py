"""Which streaks are to be looked at when: noted from the stream, handed out by the hour.

A tenant whose players sleep costs nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

from cairn.platform import keys
from cairn.platform.keys import Key
from cairn.platform.queue import Send
from cairn.platform.slots import Cursor, slot_in, slot_text
from cairn.platform.table import Table
from cairn.platform.transact import MAX_ACTIONS, Put, transact
from cairn.streaks.days import HOUR, hour_from
from cairn.streaks.storage import SweepItem
from cairn.tenants.storage import SettingsCache

SETTLES = timedelta(minutes=2)  # who took the time before an hour has written within a minute
KEPT = timedelta(days=30)
JOB = "streaks"


@dataclass(frozen=True, slots=True)
class Due:
    """A partition of players whose streaks are to be looked at by a full hour."""

    tenant: str
    partition: str

    @property
    def slot(self) -> datetime:
        return slot_in(keys.slot_of_streaks(self.partition))


class Agenda:
    """Notes which partitions there are; a function's memory saves it from noting twice."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._noted: dict[Due, datetime] = {}

    def note(self, found: Iterable[Due], now: datetime) -> None:
        """Notes partitions, for their hours, or for the next one where that is over. Noting twice changes nothing."""
        coming = hour_from(now)
        self._noted = {due: when for due, when in self._noted.items() if when >= coming}
        fresh = sorted(set(found) - self._noted.keys(), key=lambda due: due.partition)
        for some in batched(fresh, MAX_ACTIONS, strict=False):
            when = {due: max(due.slot, coming) for due in some}
            transact(self._table, [_put(when[due], due.tenant, due.partition) for due in some])
            self._noted |= when


def everybody(tenant: str, now: datetime) -> Put:
    """Notes that all of a tenant's players are to be looked at by the next full hour."""
    return _put(hour_from(now), tenant, None)


def _put(when: datetime, tenant: str, partition: str | None) -> Put:
    name = partition or keys.tenant(tenant)
    ttl = int((when + KEPT).timestamp())
    item = SweepItem(*Key(keys.sweep(slot_text(when)), name), tenant=tenant, partition=partition, ttl=ttl)
    return Put(f"sweep {name}", item, SweepItem.replaceable())


def dispatch(table: Table, settings: SettingsCache, send: Send, now: datetime) -> int:
    """Sends what has become due, in messages that workers can take side by side.

    Run twice, or dead half-way, it sends a message again, which changes nothing.

    Returns:
        How many messages were sent.
    """
    cursor = Cursor(table, JOB, _hour(now - KEPT))
    slot, last = cursor.slot, _hour(now - SETTLES)
    messages: dict[str, dict[str, Any]] = {}
    while slot <= last:
        for raw in table.query_all(keys.sweep(slot_text(slot)), consistent=True):
            item = SweepItem.parse(raw)
            for message in _messages(item, settings):
                messages[str(message)] = message
        slot += HOUR
    send(list(messages.values()))
    cursor.move(slot)
    return len(messages)


def _messages(item: SweepItem, settings: SettingsCache) -> list[dict[str, Any]]:
    if item.partition:
        return [{"tenant": item.tenant, "partition": item.partition}]
    return [{"tenant": item.tenant, "shard": shard} for shard in range(settings.of(item.tenant).most_shards)]


def _hour(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
