"""Backfills: who has earned an achievement whose criteria are new or have changed; and unless it is a dry run, unlocks.

A job walks the tenant's players, shard by shard and page by page, through the index of those who were ever active; who
never was has nothing to show. A page is done when its results and the place behind it are written, together. What a
worker that died before that has unlocked stays so: unlocks name their job, and whoever goes on lists them.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cairn.achievements import backfill_storage as stored
from cairn.achievements import definition_storage
from cairn.achievements.backfill_storage import (
    Backfill,
    BackfillItem,
    BackfillResultItem,
    BackfillShardItem,
    Result,
    Shard,
)
from cairn.achievements.earning import pay
from cairn.achievements.read import unknown_achievement
from cairn.achievements.rules import Watch
from cairn.achievements.storage import load_standing
from cairn.achievements.unlock import Unlocking, cause_of
from cairn.lookups.storage import FIRST, INDEX, LAST, player_of
from cairn.platform import keys
from cairn.platform.command import Answer, Decision, execute
from cairn.platform.errors import Busy, DomainError
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.instants import event_id, iso
from cairn.platform.items import Raw
from cairn.platform.paging import Spread, read_page, read_spread, write_cursor
from cairn.platform.table import Table
from cairn.platform.transact import Action, ConditionsFailed, transact
from cairn.players import storage as player_storage
from cairn.players.storage import PlayerItem
from cairn.tenants.storage import CACHED_SECONDS

KIND = "backfill"
PLAYERS_AT_ONCE = 50
WORKERS = 8
# By then whoever reacts to the stream knows the definitions that stood at the request, and the index has everybody
# whom they passed by without: what is met later they unlock, what was met before is found.
SETTLES = timedelta(seconds=CACHED_SECONDS + 15)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an operator asks for.

    achievements: ids; None for all that are active. by: whom the token was given to.
    """

    achievements: Sequence[str] | None = None
    dry_run: bool = True
    reason: str | None = None
    by: str | None = None


def begin(
    table: Table,
    tenant: str,
    asked: Asked,
    shards: int,
    now: datetime,
    cause: str,
    key: IdempotencyKey | None = None,
) -> Answer:
    """Writes down a job, for workers to do.

    Args:
        shards: over how many partitions the tenant's players are spread. cause: what makes a request the same one.

    Raises:
        DomainError: `unknown-achievement`; `invalid-body` for one that is not active.
    """
    job = new_job(tenant, asked, shards, now, cause)

    def decide(watch: Watch) -> Decision:
        _possible(watch, job)
        return Decision([stored.write_job(job)], show_job(job))

    return execute(table, now, key, partial(load_watch, table, tenant), decide)


def new_job(tenant: str, asked: Asked, shards: int, now: datetime, cause: str) -> Backfill:
    """A job as it begins: a dry run at once."""
    return Backfill(
        tenant=tenant,
        id=event_id(now, tenant, KIND, cause),
        achievements=tuple(dict.fromkeys(asked.achievements)) if asked.achievements is not None else None,
        dry_run=asked.dry_run,
        reason=asked.reason,
        by=asked.by,
        at=now,
        begins_at=now if asked.dry_run else now + SETTLES,
        shards=shards,
    )


def load_watch(table: Table, tenant: str, zone: str = "UTC") -> Watch:
    """A tenant's achievements as they stand now."""
    return Watch(definition_storage.load(table, tenant).all().values(), zone)


def _possible(watch: Watch, job: Backfill) -> None:
    """Raises DomainError where the job looks for what nobody can unlock."""
    for each in job.achievements or ():
        if each not in watch.by_id:
            raise unknown_achievement(each)
        if not watch.by_id[each].is_active:
            detail = f"achievements: {each!r} is not active, so nobody unlocks it. Make it active, or leave it out."
            raise DomainError("invalid-body", detail, errors=[{"field": "achievements", "message": "is not active"}])


def messages(job: Mapping[str, Any], tenant: str) -> list[dict[str, Any]]:
    """What is sent to workers for a job that was shown: a message for each shard. Sent twice, it changes nothing."""
    return [{"tenant": tenant, "job": job["job_id"], "shard": shard} for shard in range(job["shards"])]


def show_job(job: Backfill) -> dict[str, Any]:
    """A job as the API shows it."""
    return {
        "job_id": job.id,
        "dry_run": job.dry_run,
        "achievements": list(job.achievements) if job.achievements is not None else None,
        "reason": job.reason,
        "requested_by": job.by,
        "requested_at": iso(job.at),
        "begins_at": iso(job.begins_at),
        "kept_until": iso(job.kept_until),
        "shards": job.shards,
    }


def get(table: Table, tenant: str, job_id: str) -> Backfill:
    """A job.

    Raises:
        DomainError: `unknown-backfill`.
    """
    found = stored.find_job(table, tenant, job_id)
    if found is None:
        raise DomainError("unknown-backfill", f"There is no backfill {job_id!r}. GET /api/v1/achievements/backfills.")
    return found


def read(table: Table, tenant: str, job_id: str, limit: int, cursor: str, now: datetime) -> dict[str, Any]:
    """A job with how far it is, and a page of the players whom it found.

    Raises:
        DomainError: `unknown-backfill`, or `invalid-parameter` for the cursor.
    """
    job = get(table, tenant, job_id)
    partition = keys.backfill_partition(tenant, job_id)
    page = read_page(table, partition, keys.BACKFILL_RESULT_PREFIX, limit, cursor)
    results = [stored.result_of(BackfillResultItem.parse(raw)) for raw in page.items] if now < job.kept_until else []
    return {
        **show_job(job),
        **progress(table, job, now),
        "players": [show_result(each) for each in results],
        **write_cursor(page),
    }


def progress(table: Table, job: Backfill, now: datetime) -> dict[str, Any]:
    """How far a job is: `waiting`, `running` or `done`, and what it found so far."""
    raws = table.query_all(
        keys.backfill_partition(job.tenant, job.id), prefix=keys.BACKFILL_SHARD_PREFIX, consistent=True
    )
    shards = [stored.shard_of(BackfillShardItem.parse(raw)) for raw in raws]
    done = sum(each.done for each in shards)
    unlocks: Counter[str] = Counter()
    for each in shards:
        unlocks.update(each.unlocks)
    return {
        "state": "done" if done == job.shards else "waiting" if not shards and now < job.begins_at else "running",
        "shards_done": done,
        "players_looked_at": sum(each.looked_at for each in shards),
        "players_found": sum(each.players for each in shards),
        "players_failed": sum(each.failed for each in shards),
        "unlocks": dict(sorted(unlocks.items())),
    }


def show_result(found: Result) -> dict[str, Any]:
    """A player whom a job found, as the API shows them."""
    failed = {"failed": found.failed} if found.failed is not None else {}
    return {"player_id": found.player, "achievements": list(found.unlocks), "xp": found.xp, **failed}


def listed(table: Table, tenant: str, limit: int, cursor: str) -> dict[str, Any]:
    """A page of a tenant's jobs, newest first.

    Raises:
        DomainError: `invalid-parameter` for the cursor.
    """
    page = read_page(table, keys.backfills(tenant), keys.BACKFILL_PREFIX, limit, cursor, newest_first=True)
    jobs = [stored.job_of(tenant, BackfillItem.parse(raw)) for raw in page.items]
    return {"backfills": [show_job(job) for job in jobs], **write_cursor(page)}


@dataclass(slots=True)
class Worked:
    """What became of a message. goes_on: whether it is to be sent again; early: and not before the job begins.

    figures: players looked at, found, failed.
    """

    goes_on: bool = False
    early: bool = False
    figures: Counter[str] = field(default_factory=Counter)


class Walk:
    """One shard of a job, walked. `worked`: what came of it so far.

    Args:
        clock: gives now.
    """

    def __init__(self, unlocking: Unlocking, job: Backfill, shard: int, clock: Callable[[], datetime]) -> None:
        self._unlocking = unlocking
        self._table = unlocking.table
        self._job = job
        self._number = shard
        self._clock = clock
        self._settings = unlocking.settings.of(job.tenant)
        self._watch = load_watch(self._table, job.tenant, self._settings.zone)
        self.worked = Worked()

    def walk(self, in_time: Callable[[], bool]) -> Worked:
        """Walks on from where the shard is, until its end or until there is no time for another page.

        Raises:
            Busy: the table throttled past the deadline; the place behind the last page stands.
        """
        worked = self.worked
        worked.early = worked.goes_on = self._clock() < self._job.begins_at
        if worked.early:
            return worked
        with ThreadPoolExecutor(WORKERS) as pool:
            while not (shard := stored.find_shard(self._table, self._job, self._number)).done:
                if not in_time():
                    worked.goes_on = True
                    break
                self._page(shard, pool)
        return worked

    def _page(self, shard: Shard, pool: ThreadPoolExecutor) -> None:
        partition = keys.players_seen(self._job.tenant, self._number)
        rows = read_spread(self._table, Spread(INDEX, [partition], FIRST, LAST), PLAYERS_AT_ONCE, shard.after)
        ids = [player_of(row) for row in rows.items]
        at = {each: keys.player(self._job.tenant, each) for each in ids}
        items = self._table.get_many(at.values(), consistent=not self._job.dry_run).raw
        there = [(each, items[key]) for each, key in at.items() if key in items]
        found = [each for each in pool.map(lambda one: self._examined(*one), there) if each]
        if self._commit(shard, rows.after, len(ids), found):
            self.worked.figures.update(
                looked_at=len(ids),
                found=sum(bool(each.unlocks) for each in found),
                failed=sum(each.failed is not None for each in found),
            )

    def _examined(self, player: str, raw: Raw) -> Result | None:
        """A player whom the job finds. One who cannot be had, or read, holds up nobody: the result says so."""
        try:
            return self._examine(player, raw)
        except Busy:
            return Result(player, failed="The player was busy. Run the backfill again.")
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            return Result(player, failed=f"{type(error).__name__}: {error}"[:200])

    def _examine(self, player_id: str, raw: Raw) -> Result | None:
        job, wanted = self._job, self._job.achievements
        player = player_storage.from_item(PlayerItem.parse(raw))
        reached = [each for each in self._watch.reached(player) if wanted is None or each.achievement.id in wanted]
        if not reached:
            return None
        cause = partial(cause_of, KIND, job.id, self._settings, self._clock())
        if job.dry_run:
            standing = load_standing(self._table, job.tenant, player_id, consistent=False)
            due = self._watch.among(reached, standing.held)
            paid = pay(self._watch, player, due, standing, cause(player), self._settings.tracked)
            mine = {each.name: each.achievement.xp for each in paid.unlocks}
        else:
            outcome = self._unlocking.met(job.tenant, player_id, wanted, cause, self._clock())
            mine = {**outcome.standing.by(KIND, job.id), **outcome.unlocked}
        return Result(player_id, tuple(sorted(mine)), sum(mine.values())) if mine else None

    def _commit(self, shard: Shard, after: str | None, looked_at: int, found: Sequence[Result]) -> bool:
        """Writes a page's results and the place behind it; False where another worker was quicker."""
        job, patience = self._job, self._table.patience()
        while True:
            # Who played meanwhile is met twice, perhaps in another shard, and listed once.
            at = {each.player: keys.backfill_result(job.tenant, job.id, each.player) for each in found}
            known = self._table.get_many(at.values()).raw if at else {}
            new = [each for each in found if at[each.player] not in known]
            further = shard.further(after, looked_at, new)
            writes: list[Action] = [stored.write_result(job, each) for each in new]
            try:
                transact(self._table, [stored.write_shard(job, self._number, further), *writes], patience)
            except ConditionsFailed as failed:
                if "shard" in failed.items:
                    return False
                patience.wait()
            else:
                return True
