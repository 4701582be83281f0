"""Backfills in the table: the job, how far each of its shards is, and whom it found."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from cairn.platform import keys
from cairn.platform.instants import from_ms, to_ms
from cairn.platform.items import NOT_PERSONAL, OF_THE_PLAYER, CompactJsonAttribute, Item, WholeNumberAttribute
from cairn.platform.table import Table
from cairn.platform.transact import Put

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Backfill:
    """A job: what it looks for, and whether it only looks.

    achievements: ids; None for all that are active. by: whom the token was given to that asked for it.
    begins_at: not before. shards: over how many partitions the tenant's players are spread.
    """

    tenant: str
    id: str
    achievements: tuple[str, ...] | None
    dry_run: bool
    reason: str | None
    by: str | None
    at: datetime
    begins_at: datetime
    shards: int

    @property
    def kept_until(self) -> datetime:
        """Until when it is kept whom it found."""
        return self.at + KEPT


@dataclass(frozen=True, slots=True)
class Shard:
    """How far one shard of a job is.

    after: the sort key in the index up to which all is done. looked_at: players, those twice who played meanwhile.
    players: how many of them earned something. failed: how many could not be had. unlocks: by achievement.
    """

    after: str | None = None
    done: bool = False
    looked_at: int = 0
    players: int = 0
    failed: int = 0
    unlocks: Mapping[str, int] = field(default_factory=dict)
    ver: int = 0

    def further(self, after: str | None, looked_at: int, found: Sequence["Result"]) -> "Shard":
        """The shard after one more page. after: where the next one begins; None at the end."""
        unlocks = Counter(self.unlocks)
        for each in found:
            unlocks.update(name.partition("#")[0] for name in each.unlocks)
        return replace(
            self,
            after=after,
            done=after is None,
            looked_at=self.looked_at + looked_at,
            players=self.players + sum(bool(each.unlocks) for each in found),
            failed=self.failed + sum(each.failed is not None for each in found),
            unlocks=dict(sorted(unlocks.items())),
        )


@dataclass(frozen=True, slots=True)
class Result:
    """A player whom a job found: the names of the unlocks, and what they pay; or why it could not be decided."""

    player: str
    unlocks: tuple[str, ...] = ()
    xp: int = 0
    failed: str | None = None


class BackfillItem(Item, discriminator="backfill"):
    privacy = NOT_PERSONAL

    job = UnicodeAttribute()
    achievements = CompactJsonAttribute(null=True)
    dry_run = BooleanAttribute()
    reason = UnicodeAttribute(null=True)
    by = UnicodeAttribute(null=True)
    at = WholeNumberAttribute()
    begins_at = WholeNumberAttribute()
    shards = WholeNumberAttribute()


class BackfillShardItem(Item, discriminator="backfill-shard"):
    privacy = NOT_PERSONAL

    after = UnicodeAttribute(null=True)
    done = BooleanAttribute()
    looked_at = WholeNumberAttribute()
    players = WholeNumberAttribute()
    failed = WholeNumberAttribute()
    unlocks = CompactJsonAttribute()
    ver = WholeNumberAttribute()


class BackfillResultItem(Item, discriminator="backfill-result"):
    """One item a player, so that who is met twice is listed once, and who is erased is removed by key."""

    privacy = OF_THE_PLAYER

    player = UnicodeAttribute()
    unlocks = CompactJsonAttribute(null=True)
    xp = WholeNumberAttribute(null=True)
    failed = UnicodeAttribute(null=True)
    ttl = WholeNumberAttribute()


def write_job(job: Backfill) -> Put:
    """The write of a new job."""
    item = BackfillItem(
        *keys.backfill(job.tenant, job.id),
        job=job.id,
        achievements=list(job.achievements) if job.achievements is not None else None,
        dry_run=job.dry_run,
        reason=job.reason,
        by=job.by,
        at=to_ms(job.at),
        begins_at=to_ms(job.begins_at),
        shards=job.shards,
    )
    return Put("backfill", item, BackfillItem.absent())


def job_of(tenant: str, item: BackfillItem) -> Backfill:
    """The job of an item."""
    return Backfill(
        tenant=tenant,
        id=item.job,
        achievements=tuple(item.achievements) if item.achievements is not None else None,
        dry_run=bool(item.dry_run),
        reason=item.reason,
        by=item.by,
        at=from_ms(int(item.at)),
        begins_at=from_ms(int(item.begins_at)),
        shards=int(item.shards),
    )


def find_job(table: Table, tenant: str, job_id: str) -> Backfill | None:
    """A tenant's job, or None."""
    key = keys.backfill(tenant, job_id)
    item = table.get_many([key]).get(BackfillItem, key)
    return job_of(tenant, item) if item else None


def find_shard(table: Table, job: Backfill, number: int) -> Shard:
    """How far a shard is; at its start where nobody began."""
    key = keys.backfill_shard(job.tenant, job.id, number)
    item = table.get_many([key]).get(BackfillShardItem, key)
    return shard_of(item) if item else Shard()


def shard_of(item: BackfillShardItem) -> Shard:
    """The shard of an item."""
    return Shard(
        after=item.after,
        done=bool(item.done),
        looked_at=int(item.looked_at),
        players=int(item.players),
        failed=int(item.failed),
        unlocks=item.unlocks,
        ver=int(item.ver),
    )


def write_shard(job: Backfill, number: int, shard: Shard) -> Put:
    """The write of how far a shard is, over what was read: of two workers the slower one is refused."""
    item = BackfillShardItem(
        *keys.backfill_shard(job.tenant, job.id, number),
        after=shard.after,
        done=shard.done,
        looked_at=shard.looked_at,
        players=shard.players,
        failed=shard.failed,
        unlocks=dict(shard.unlocks),
        ver=shard.ver + 1,
    )
    condition = BackfillShardItem.ver == shard.ver if shard.ver else BackfillShardItem.absent()
    return Put("shard", item, condition)


def write_result(job: Backfill, found: Result) -> Put:
    """The write of a player whom a job found; it fails where they are listed."""
    item = BackfillResultItem(
        *keys.backfill_result(job.tenant, job.id, found.player),
        player=found.player,
        unlocks=list(found.unlocks) or None,
        xp=found.xp if found.unlocks else None,
        failed=found.failed,
        ttl=int(job.kept_until.timestamp()),
    )
    return Put(f"result {found.player}", item, BackfillResultItem.absent())


def result_of(item: BackfillResultItem) -> Result:
    """The player of an item."""
    return Result(item.player, tuple(item.unlocks or ()), int(item.xp or 0), item.failed)
