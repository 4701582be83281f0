"""Walking a tenant's progress: orphans, heads that contradict themselves, totals that are not the ledger's sum.

Nothing is scanned: players come from the index of look-ups, experiences from the catalogue's list, and what stands
of one experience from the index again. Looking is cheap and eventually consistent; what seems wrong is looked at
again, consistently and as of one moment, before it is said. Walking changes nothing; `mend` repairs one head.
"""

import base64
import binascii
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from hashlib import sha256
from itertools import groupby
from threading import Lock
from typing import Any

from cairn.catalog.experience import Experience
from cairn.catalog.storage import KIND
from cairn.lookups.storage import FIRST, INDEX, LAST, partitions_of, player_of
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey, fingerprint
from cairn.platform.instants import iso
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.paging import Rows, Spread, read_spread
from cairn.platform.table import Table
from cairn.platform.text import compact
from cairn.platform.transact import raw_key
from cairn.players.storage import PlayerItem
from cairn.progress import storage
from cairn.progress.play import Play, Request, merged, play
from cairn.progress.progress import Content, Progress, Repair
from cairn.progress.repair import repair
from cairn.progress.storage import ProgressItem
from cairn.xp.storage import LedgerItem

PLAYERS_AT_ONCE = 25
ENTRIES_AT_ONCE = 100
# Stands for the instant of a repair that has not been made, so that two walks over the same say the same.
AT_REPAIR = datetime.max.replace(tzinfo=UTC)
THEN = "the moment of the repair"
# What parsing an item raises that nobody wrote as it stands.
MALFORMED = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError)


class Kind(StrEnum):
    """What can be wrong."""

    EXPERIENCE_GONE = "experience_gone"
    VERSION_GONE = "version_gone"
    PLAYER_GONE = "player_gone"
    HEAD_GONE = "head_gone"
    CONTRADICTION = "contradiction"
    XP = "xp"
    UNREADABLE = "unreadable"


ORPHANS = (Kind.EXPERIENCE_GONE, Kind.VERSION_GONE, Kind.PLAYER_GONE, Kind.HEAD_GONE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with one player. experience: None for what belongs to none. told: what else is known."""

    kind: Kind
    player: str
    experience: str | None
    told: Mapping[str, Any]

    def show(self) -> dict[str, Any]:
        return {
            "finding": self.kind.value,
            "player_id": self.player,
            "experience_id": self.experience,
            **self.told,
        }


def finding(shown: Mapping[str, Any]) -> Finding:
    """The finding that was shown."""
    told = dict(shown)
    return Finding(Kind(told.pop("finding")), told.pop("player_id"), told.pop("experience_id"), told)


class Part(StrEnum):
    """The parts of a walk, in their order: players, the experiences of the list, those that are gone."""

    PLAYERS = "players"
    EXPERIENCES = "experiences"
    GONE = "gone"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a walk has come.

    experience: whose players are walked. after: the sort key in the index, up to which all is done.
    gone: experiences that players have progress in and the catalogue lacks. counts: of what was looked at, and of
    findings by kind.
    """

    part: Part = Part.PLAYERS
    experience: str | None = None
    after: str | None = None
    gone: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        return self.part is Part.DONE


START = Place()


def write_cursor(tenant: str, place: Place) -> str:
    """A place as one word, from which a walk goes on."""
    content = [tenant, place.part, place.experience, place.after, place.gone, place.counts]
    return base64.urlsafe_b64encode(zlib.compress(compact(content).encode())).decode()


def read_cursor(tenant: str, cursor: str) -> Place:
    """The place of a cursor; of an empty one, the start.

    Raises:
        DomainError: `invalid-parameter` for what is no cursor, or another tenant's.
    """
    if not cursor:
        return START
    try:
        content = json.loads(zlib.decompress(base64.b64decode(cursor, altchars=b"-_", validate=True)))
        whose, part, experience, after, gone, counts = content
        place = Place(Part(part), experience, after, tuple(gone), counts)
    except (binascii.Error, zlib.error, ValueError, TypeError) as error:
        raise DomainError("invalid-parameter", "That is no cursor that an audit printed, or not all of it.") from error
    if whose != tenant:
        raise DomainError("invalid-parameter", f"The cursor is of the tenant {whose!r}: audit that one, or begin anew.")
    return place


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a walk: what was found on it, and the place that it leads to."""

    findings: Sequence[Finding]
    place: Place


@dataclass(frozen=True, slots=True)
class Examined:
    """What one player's partition told. heads: how many there are. gone: the experiences that are."""

    findings: Sequence[Finding] = ()
    heads: int = 0
    gone: frozenset[str] = frozenset()


class Audit:
    """One tenant's progress, to be walked.

    Args:
        parts: the table, the catalogue, the tenants' settings.
        concurrency: players looked at at once.
    """

    def __init__(self, parts: Play, tenant: str, concurrency: int = 4) -> None:
        self._parts = parts
        self._tenant = tenant
        self._concurrency = concurrency
        self._shards = parts.settings.of(tenant).most_shards
        self._one_at_a_time = Lock()  # a catalogue's memory is one thread's

    @property
    def _table(self) -> Table:
        return self._parts.table

    def walk(self, place: Place = START) -> Iterator[Leg]:
        """From a place to the end, in legs, of which nothing is kept.

        The same stands behind the same place: a walk that goes on finds what it would have found.

        Raises:
            Busy: throttled past the deadline, or a player who played on at each look.
        """
        with ThreadPoolExecutor(self._concurrency) as pool:
            while not place.done:
                leg = self._players(place, pool) if place.part is Part.PLAYERS else self._experience(place)
                yield leg
                place = leg.place

    def _players(self, place: Place, pool: Executor) -> Leg:
        rows = self._rows(None, PLAYERS_AT_ONCE, place.after)
        seen = list(pool.map(self.examine, (player_of(row) for row in rows.items)))
        found = [each for examined in seen for each in examined.findings]
        gone = frozenset(place.gone).union(*(examined.gone for examined in seen))
        looked_at = {"players": len(seen), "heads": sum(examined.heads for examined in seen)}
        counts = counted(place.counts, looked_at, found)
        there = replace(place, after=rows.after, gone=tuple(sorted(gone)), counts=counts)
        return Leg(found, there if rows.after else self._next(there))

    def _experience(self, place: Place) -> Leg:
        assert place.experience is not None
        rows = self._rows(place.experience, ENTRIES_AT_ONCE, place.after)
        found = self._without_player(place.experience, [player_of(row) for row in rows.items])
        looked_at = {"experiences": int(place.after is None), "entries": len(rows.items)}
        there = replace(place, after=rows.after, counts=counted(place.counts, looked_at, found))
        return Leg(found, there if rows.after else self._next(there))

    def _rows(self, experience: str | None, limit: int, after: str | None) -> Rows:
        partitions = partitions_of(self._tenant, experience, self._shards)
        return read_spread(self._table, Spread(INDEX, partitions, FIRST, LAST), limit, after)

    def _next(self, place: Place) -> Place:
        """The place at the beginning of the next experience."""
        if place.part is not Part.GONE:
            listed = self._listed_after(place.experience)
            if listed is not None:
                gone = tuple(each for each in place.gone if each != listed)
                return replace(place, part=Part.EXPERIENCES, experience=listed, after=None, gone=gone)
        before = place.experience if place.part is Part.GONE and place.experience else ""
        following = next((each for each in place.gone if each > before), None)
        part = Part.DONE if following is None else Part.GONE
        return replace(place, part=part, experience=following, after=None)

    def _listed_after(self, experience: str | None) -> str | None:
        """The experience that the catalogue's list has next."""
        partition = keys.catalog_list(self._tenant, KIND)
        key = None if experience is None else keys.catalog_entry(self._tenant, KIND, experience)
        page = self._table.query(
            partition,
            prefix=keys.CATALOG_ENTRY_PREFIX,
            limit=1,
            after=raw_key(key) if key else None,
        )
        return keys.decode(page.items[0]["SK"]["S"].removeprefix(keys.CATALOG_ENTRY_PREFIX)) if page.items else None

    def _without_player(self, experience: str, players: Sequence[str]) -> list[Finding]:
        """Those of an experience's players who are not there, though their progress is."""
        at = {each: keys.player(self._tenant, each) for each in players}
        found = self._table.get_many(at.values(), consistent=False).raw
        missing = {each: keys.progress(self._tenant, each, experience) for each in at if at[each] not in found}
        if not missing:
            return []
        # The index, or this look, may be behind.
        stands = self._table.get_many(key for each, head in missing.items() for key in (at[each], head)).raw
        return [
            Finding(Kind.PLAYER_GONE, each, experience, {"state": stands[head].get("state", {}).get("S")})
            for each, head in missing.items()
            if at[each] not in stands and head in stands
        ]

    def examine(self, player: str) -> Examined:
        """What is wrong in the partition of one player: three eventually consistent queries where nothing is."""
        examined = self._look(player, self._standing(player, consistent=False), consistent=False)
        if not examined.findings:
            return examined
        patience = self._table.patience()
        while True:
            before = self._standing(player, consistent=True)
            examined = self._look(player, before, consistent=True)
            # Contents and ledger change only along with one of these.
            if self._standing(player, consistent=True) == before:
                return examined
            patience.wait()

    def _standing(self, player: str, *, consistent: bool) -> dict[Key, Raw]:
        """The player and all heads, in one query."""
        partition = keys.player_partition(self._tenant, player)
        raws = self._table.query_all(partition, between=keys.PLAYER_AND_PROGRESS, consistent=consistent)
        found = {Key(raw["PK"]["S"], raw["SK"]["S"]): raw for raw in raws}
        profile = keys.player(self._tenant, player)
        # Positions on boards stand between the two, and move by themselves.
        return {key: raw for key, raw in found.items() if key == profile or key.sk.startswith(keys.PROGRESS_PREFIX)}

    def _look(self, player: str, standing: dict[Key, Raw], *, consistent: bool) -> Examined:
        """What is wrong with a player, as far as two looks at the table belong together."""
        partition = keys.player_partition(self._tenant, player)
        heads = dict(standing)
        profile = heads.pop(keys.player(self._tenant, player), None)
        if profile is None:
            return Examined()  # gone since the index was read: their progress is found by its experiences
        found: list[Finding] = []
        count = len(heads)
        contents = self._table.query_all(partition, prefix=keys.CONTENTS_PREFIX, consistent=consistent)
        for experience, raws in groupby(contents, lambda raw: keys.experience_of_contents(raw["SK"]["S"])):
            head = heads.pop(keys.progress(self._tenant, player, experience), None)
            if head is None:
                found.append(Finding(Kind.HEAD_GONE, player, experience, {"items": sum(1 for _ in raws)}))
            else:
                found += self._judge(player, experience, head, list(raws))
        for key, head in heads.items():
            found += self._judge(player, keys.decode(key.sk.removeprefix(keys.PROGRESS_PREFIX)), head, [])
        ledger = self._table.query_all(partition, prefix=keys.LEDGER_PREFIX, consistent=consistent)
        found += differing_xp(player, profile, ledger)
        found.sort(key=lambda each: (each.experience or "", each.kind))
        gone = frozenset(each.experience for each in found if each.kind is Kind.EXPERIENCE_GONE and each.experience)
        return Examined(found, count, gone)

    def _judge(self, player: str, experience: str, raw: Raw, contents: Sequence[Raw]) -> list[Finding]:
        """What is wrong with one head."""
        at = partial(Finding, player=player, experience=experience)
        try:
            head = storage.from_item(ProgressItem.parse(raw))
            buckets = storage.buckets_of(experience, contents)
        except MALFORMED as error:
            return [at(Kind.UNREADABLE, told=unreadable(raw, error))]
        version = self._version(experience, head)
        if isinstance(version, Kind):
            return [at(version, told={"state": head.state.value, "version": head.version})]
        changes = contradictions(version, head, merged(buckets.values()))
        return [at(Kind.CONTRADICTION, told={"ver": head.ver, "changes": changes})] if changes else []

    def _version(self, experience: str, head: Progress) -> Experience | Kind:
        """The version that a head is on, or what of it is gone."""
        catalog = self._parts.catalog
        with self._one_at_a_time:
            latest = catalog.find(self._tenant, experience)
            if latest is None:
                return Kind.EXPERIENCE_GONE
            if latest.version == head.version:
                return latest
            try:
                return catalog.version(self._tenant, experience, head.version)
            except DomainError:
                return Kind.VERSION_GONE


def contradictions(experience: Experience, head: Progress, contents: Mapping[str, Content]) -> list[dict[str, Any]]:
    """What repairing a head would change; nothing, where it does not contradict itself.

    Args:
        experience: the version that the player started.
        contents: all of the player's in this experience.
    """
    _, mends = repair(experience, head, contents, AT_REPAIR)
    shown = [mend.show() for mend in mends]
    return [{**each, "becomes": THEN} if each["becomes"] == iso(AT_REPAIR) else each for each in shown]


def differing_xp(player: str, item: Raw, ledger: Iterable[Raw]) -> list[Finding]:
    """Whether a player's total is another than the sum of their ledger."""
    at = partial(Finding, player=player, experience=None)
    read = item
    try:
        total, entries = int(PlayerItem.parse(item).xp), 0
        for read in ledger:
            entries += LedgerItem.parse(read).amount
        difference = total - entries
    except MALFORMED as error:
        return [at(Kind.UNREADABLE, told=unreadable(read, error))]
    told = {"total_xp": total, "ledger_sum": entries, "difference": difference}
    return [at(Kind.XP, told=told)] if difference else []


def unreadable(raw: Raw, error: Exception) -> dict[str, Any]:
    """What is told of an item that nobody wrote as it stands."""
    return {"item": raw["SK"]["S"], "reason": f"{type(error).__name__}: {error}"}


def counted(before: Mapping[str, int], looked_at: Mapping[str, int], found: Iterable[Finding]) -> dict[str, int]:
    """The counts of a walk after one more stretch of it."""
    counts = Counter(before)
    counts.update(looked_at)
    counts.update(each.kind.value for each in found)
    return dict(sorted(counts.items()))


def mend(parts: Play, tenant: str, found: Finding, now: datetime) -> bool:
    """Repairs the head of a contradiction, as `POST .../repair` does.

    The same contradiction of the same state of a head is one request, however many runs send it.

    Returns:
        Whether this changed the head; else it was repaired already.

    Raises:
        DomainError: the refusal, where the experience or the progress has gone since.
        Busy: the table throttled or contended past the deadline.
    """
    assert found.kind is Kind.CONTRADICTION and found.experience is not None
    digest = sha256(compact([found.experience, found.told["ver"], found.told["changes"]]).encode()).hexdigest()
    path = f"/api/v1/players/{found.player}/experiences/{found.experience}/repair"
    key = IdempotencyKey(tenant, found.player, f"audit {digest}", fingerprint("POST", path, {}))
    answer = play(parts, Request(tenant, found.player, found.experience, Repair(), now, now, key))
    return bool(answer.body["changes"]) and not answer.replayed
