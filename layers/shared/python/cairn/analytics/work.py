"""The roll-up's work: days are marked when their facts change, dispatched when their quarter of an hour is
over, and recomputed whole. A tenant that sleeps costs nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from cairn.analytics import storage
from cairn.analytics.rollup import roll_up
from cairn.analytics.storage import DirtyItem, RollupItem
from cairn.platform import keys
from cairn.platform.keys import Key
from cairn.platform.queue import Send
from cairn.platform.slots import SLOT, Cursor, slot_of, slot_text
from cairn.platform.table import BATCH_GET_KEYS, Table
from cairn.platform.transact import ConditionsFailed, Put, transact
from cairn.tenants.storage import SettingsCache

SETTLES = timedelta(minutes=1)  # a mark may still be on its way when its quarter of an hour ends
MARKS_KEPT = timedelta(days=2)
JOB = "rollup"


class DirtyDays:
    """Marks (tenant, day) as changed; a function's memory saves it from marking twice in a quarter of an hour.

    Marks are written after the facts were: whoever sees a mark sees what it is about.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._slot: datetime | None = None
        self._marked: set[tuple[str, date]] = set()

    def mark(self, changed: Iterable[tuple[str, date]], now: datetime) -> None:
        """Marks days as changed at `now`. Marking twice changes nothing."""
        slot = slot_of(now)
        if slot != self._slot:
            self._slot, self._marked = slot, set()
        for tenant, day in sorted(set(changed) - self._marked):
            item = DirtyItem(
                *dirty_key(slot, tenant, day),
                tenant=tenant,
                day=day.isoformat(),
                ttl=int((now + MARKS_KEPT).timestamp()),
            )
            same = DirtyItem.absent() | (DirtyItem.kind == DirtyItem)
            transact(self._table, [Put("dirty", item, same)])
            self._marked.add((tenant, day))


def dirty_key(slot: datetime, tenant: str, day: date) -> Key:
    return Key(keys.dirty_partition(slot_text(slot)), f"{keys.encode(tenant)}#{day.isoformat()}")


def dispatch(table: Table, settings: SettingsCache, send: Send, now: datetime) -> int:
    """Sends one message for each shard of each day that changed in quarters of an hour that are over.

    Run twice, or dead half-way, it sends a message again, which changes nothing.

    Returns:
        How many messages were sent.
    """
    cursor = Cursor(table, JOB, slot_of(now - MARKS_KEPT))
    slot, over = cursor.slot, slot_of(now - SETTLES)
    shards: dict[tuple[str, str, int], None] = {}
    while slot < over:
        for mark in _marks(table, slot):
            day = date.fromisoformat(mark.day)
            for shard in range(settings.of(mark.tenant).shards_on(day)):
                shards[mark.tenant, mark.day, shard] = None
        slot += SLOT
    send([{"tenant": tenant, "day": day, "shard": shard} for tenant, day, shard in shards])
    cursor.move(slot)
    return len(shards)


def lately_marked(table: Table, tenant: str, now: datetime) -> set[date]:
    """Days of a tenant that changed within the last two days: the roll-ups of some may be still to come."""
    first = slot_of(now - MARKS_KEPT)
    slots = (first + number * SLOT for number in range((slot_of(now) - first) // SLOT + 1))
    return {date.fromisoformat(mark.day) for slot in slots for mark in _marks(table, slot, tenant)}


def _marks(table: Table, slot: datetime, tenant: str | None = None) -> Iterator[DirtyItem]:
    """The marks of a quarter of an hour: every tenant's, or one's."""
    prefix = "" if tenant is None else f"{keys.encode(tenant)}#"
    for raw in table.query_all(keys.dirty_partition(slot_text(slot)), prefix=prefix, consistent=True):
        yield DirtyItem.parse(raw)


def recompute(table: Table, tenant: str, day: date, shard: int, now: datetime) -> int:
    """Recomputes one shard of a day from its facts. What did not change is not written.

    Returns:
        How many roll-ups were written.
    """
    rollups = roll_up(storage.facts_of(table, tenant, day, shard))
    by_key = {storage.rollup_key(tenant, scope, day, shard): rollup for scope, rollup in rollups.items()}
    all_keys = list(by_key)
    written = 0
    for start in range(0, len(all_keys), BATCH_GET_KEYS):
        some = all_keys[start : start + BATCH_GET_KEYS]
        standing = table.get_many(some)
        for key in some:
            item = standing.get(RollupItem, key)
            if item and storage.from_item(item) == by_key[key]:
                continue
            try:
                transact(table, [storage.write_rollup(key, by_key[key], now)])
                written += 1
            except ConditionsFailed:
                pass  # a run that read later facts was here
    return written
