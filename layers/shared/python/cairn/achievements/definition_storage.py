"""A tenant's achievements in the table: packed into a few compressed items, and cached in a function's memory."""

import json
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from cairn.achievements.definitions import ACHIEVEMENTS, Achievement
from cairn.achievements.document import from_json, to_json
from cairn.achievements.rules import Watch
from cairn.platform import keys
from cairn.platform.instants import to_ms
from cairn.platform.items import NOT_PERSONAL, CompactJsonAttribute, Item, WholeNumberAttribute
from cairn.platform.table import Table
from cairn.platform.text import compact
from cairn.platform.transact import Action, Put
from cairn.tenants.storage import CACHED_SECONDS, SettingsCache

# 3,000 definitions of the largest size still fit: some 47 of 4 KB to an item of at most 400 KB.
BUCKETS = 64
KIND = "achievement"
MAX_CACHED = 50_000  # definitions, in a function's memory: some 1.5 KB each


class AchievementsHeadItem(Item, discriminator="achievements"):
    """The version of a tenant's definitions, and by which version each bucket was written."""

    privacy = NOT_PERSONAL

    ver = WholeNumberAttribute()
    buckets = CompactJsonAttribute()


class AchievementsBucketItem(Item, discriminator="achievements-bucket"):
    """Those of a tenant's definitions whose ids fall into one bucket: compressed JSON."""

    privacy = NOT_PERSONAL

    ver = WholeNumberAttribute()
    definitions = BinaryAttribute(legacy_encoding=False)


class AchievementVersionItem(Item, discriminator="achievement-version"):
    """What an achievement took and paid as of one version. It never changes."""

    privacy = NOT_PERSONAL

    definition = CompactJsonAttribute()
    at = WholeNumberAttribute()
    by = UnicodeAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Book:
    """What a tenant defined, by id, as of a version; 0 where it defined nothing. written: versions of buckets."""

    ver: int = 0
    own: Mapping[str, Achievement] = field(default_factory=dict)
    written: Mapping[int, int] = field(default_factory=dict)

    def all(self) -> dict[str, Achievement]:
        """Every definition: the standard ones first, as the tenant has them."""
        return {each.id: each for each in ACHIEVEMENTS} | dict(sorted(self.own.items()))

    def get(self, achievement_id: str) -> Achievement | None:
        """One definition, as it stands."""
        return self.own.get(achievement_id) or self.standard(achievement_id)

    def standard(self, achievement_id: str) -> Achievement | None:
        """A standard achievement as every tenant begins with it."""
        return next((each for each in ACHIEVEMENTS if each.id == achievement_id), None)

    def having(self, achievement: Achievement) -> "Book":
        """What would be defined with one more, or one said otherwise."""
        return replace(self, own={**self.own, achievement.id: achievement})


def load(table: Table, tenant: str, *, consistent: bool = True) -> Book:
    """A tenant's definitions as of one moment, in one round trip for a megabyte of them.

    Raises:
        Busy: they were changed at each look.
    """
    patience = table.patience()
    while True:
        head = AchievementsHeadItem(ver=0, buckets={})
        own: dict[str, Achievement] = {}
        written: dict[int, int] = {}
        for raw in table.query_all(keys.achievements_partition(tenant), consistent=consistent):
            number = keys.achievements_bucket_number(raw["SK"]["S"])
            if number is None:
                head = AchievementsHeadItem.parse(raw)
                continue
            item = AchievementsBucketItem.parse(raw)
            written[number] = item.ver
            own |= _unpack(item)
        if written == {int(number): ver for number, ver in head.buckets.items()}:
            return Book(head.ver, own, written)
        consistent = True  # a query is no snapshot: it saw a part of a change
        patience.wait()


def write(tenant: str, book: Book, changed: Collection[Achievement]) -> list[Action]:
    """The writes of definitions over those that were read: of the head, and of each bucket that changes."""
    own = dict(book.own) | {each.id: each for each in changed}
    touched = {keys.bucket(each.id, BUCKETS) for each in changed}
    ver = book.ver + 1
    written = {**book.written, **dict.fromkeys(touched, ver)}
    head = AchievementsHeadItem(*keys.achievements_head(tenant), ver=ver, buckets=dict(sorted(written.items())))
    actions: list[Action] = [
        Put("achievements", head, AchievementsHeadItem.ver == book.ver if book.ver else AchievementsHeadItem.absent())
    ]
    for number in sorted(touched):
        inside = [to_json(each) for name, each in sorted(own.items()) if keys.bucket(name, BUCKETS) == number]
        item = AchievementsBucketItem(
            *keys.achievements_bucket(tenant, number), ver=ver, definitions=zlib.compress(compact(inside).encode())
        )
        before = book.written.get(number)
        unchanged = AchievementsBucketItem.ver == before if before else AchievementsBucketItem.absent()
        actions.append(Put(f"achievements {number}", item, unchanged))
    return actions


def write_version(tenant: str, achievement: Achievement, at: datetime, by: str | None) -> Put:
    """The write of a version, which nothing overwrites."""
    item = AchievementVersionItem(
        *keys.catalog_version(tenant, KIND, achievement.id, achievement.version),
        definition=to_json(achievement),
        at=to_ms(at),
        by=by,
    )
    return Put("version", item, AchievementVersionItem.absent())


def find(table: Table, tenant: str, achievement_id: str) -> Achievement | None:
    """One definition as it stands, in one consistent round trip."""
    key = keys.achievements_bucket(tenant, keys.bucket(achievement_id, BUCKETS))
    item = table.get_many([key]).get(AchievementsBucketItem, key)
    unpacked = _unpack(item) if item else {}
    return Book(own=unpacked).get(achievement_id)


def _unpack(item: AchievementsBucketItem) -> dict[str, Achievement]:
    return {each["id"]: from_json(each) for each in json.loads(zlib.decompress(item.definitions))}


@dataclass(slots=True)
class _Kept:
    """A tenant's definitions in memory: which version, and when they were last known to be the latest."""

    ver: int
    watch: Watch
    at: float


class Definitions:
    """Achievements by tenant, at most 60 s old. What did not change is not read again, but for its version.

    Args:
        settings: have the tenant's zone.
        monotonic: gives seconds that only grow.
    """

    def __init__(self, table: Table, settings: SettingsCache, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._table = table
        self._settings = settings
        self._monotonic = monotonic
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def of(self, tenant: str) -> Watch:
        """A tenant's achievements."""
        zone = self._settings.of(tenant).zone
        kept = self._kept.get(tenant)
        if kept is None:
            return self._keep(tenant, load(self._table, tenant, consistent=False), zone)
        if self._monotonic() - kept.at >= CACHED_SECONDS:
            if self._version(tenant) != kept.ver:
                return self._keep(tenant, load(self._table, tenant, consistent=False), zone)
            kept.at = self._monotonic()
        if kept.watch.zone != zone:
            kept.watch = Watch(kept.watch.by_id.values(), zone)
        self._kept.move_to_end(tenant)
        return kept.watch

    def knowing(self, tenant: str, names: Iterable[str]) -> Watch:
        """A tenant's achievements, read anew where unlocks are named that memory does not know."""
        watch = self.of(tenant)
        if all(watch.named(name, {}) for name in names):
            return watch
        return self._keep(tenant, load(self._table, tenant), watch.zone)

    def _version(self, tenant: str) -> int:
        key = keys.achievements_head(tenant)
        item = self._table.get_many([key], consistent=False).get(AchievementsHeadItem, key)
        return int(item.ver) if item else 0

    def _keep(self, tenant: str, book: Book, zone: str) -> Watch:
        watch = Watch(book.all().values(), zone)
        self._kept[tenant] = _Kept(book.ver, watch, self._monotonic())
        self._kept.move_to_end(tenant)
        while len(self._kept) > 1 and sum(len(each.watch.by_id) for each in self._kept.values()) > MAX_CACHED:
            self._kept.popitem(last=False)
        return watch
