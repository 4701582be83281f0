"""Facts, roll-ups and dirty marks in the table."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action as Change

from cairn.analytics.facts import FactChange, FactKey
from cairn.analytics.rollup import ContentUse, Fact, Rollup
from cairn.platform import keys
from cairn.platform.instants import to_ms
from cairn.platform.items import NOT_PERSONAL, Item, Privacy, WholeNumberAttribute
from cairn.platform.keys import Key
from cairn.platform.table import Table
from cairn.platform.transact import Put, Update, upsert


class FactItem(Item, discriminator="fact"):
    """`fp` and `fs` are the index by player, for export and erasure."""

    privacy = Privacy(export="player", erase="fold")

    fp = UnicodeAttribute()
    fs = UnicodeAttribute()
    events = WholeNumberAttribute(default=0)
    sessions = WholeNumberAttribute(default=0)
    session_seconds = WholeNumberAttribute(default=0)
    session_count = WholeNumberAttribute(default=0)
    starts = WholeNumberAttribute(default=0)
    completions = WholeNumberAttribute(default=0)
    completion_seconds = WholeNumberAttribute(default=0)
    quadrant_steps = WholeNumberAttribute(default=0)
    quadrant_seconds = WholeNumberAttribute(default=0)
    block_steps = WholeNumberAttribute(default=0)
    block_seconds = WholeNumberAttribute(default=0)
    attempts = WholeNumberAttribute(default=0)
    first_correct = WholeNumberAttribute(default=0)
    first = WholeNumberAttribute(null=True)
    last = WholeNumberAttribute(null=True)


def write(tenant: str, player: str, shard: int, key: FactKey, change: FactChange) -> Update:
    """Adds to a fact, creating it where there is none. Its first and last instant are those of the day so far."""
    at = keys.fact(tenant, key.day, shard, player, key.experience, key.page)
    # Encoded, as PynamoDB takes `scene[3]` for an element of a list.
    numbers = {keys.encode(name): number for name, number in sorted(change.numbers.items()) if number}
    changes: list[Change] = [Path([name]).add(number) for name, number in numbers.items()]
    changes += [
        FactItem.fp.set(keys.player_partition(tenant, player)),
        FactItem.fs.set(f"{key.day.isoformat()}#{keys.encode(key.experience)}#{key.page}#{shard}"),
    ]
    for attribute, instant in ((FactItem.first, change.first), (FactItem.last, change.last)):
        if instant is not None:
            changes.append(attribute.set(to_ms(instant)))
    return upsert(f"fact {at.sk} {key.day}", FactItem, at, changes)


def facts_of(table: Table, tenant: str, day: date, shard: int) -> Iterable[Fact]:
    """One shard of a day's facts, in order of player."""
    for raw in table.query_all(keys.fact_partition(tenant, day, shard), consistent=True):
        player, experience, _ = raw["SK"]["S"].split("#")
        numbers = {
            keys.decode(name): int(value["N"])
            for name, value in raw.items()
            if "N" in value and name not in ("sv", "first", "last")
        }
        first, last = (int(raw[name]["N"]) if name in raw else None for name in ("first", "last"))
        yield Fact(keys.decode(player), keys.decode(experience), numbers, first, last)


class RollupItem(Item, discriminator="rollup"):
    """One scope's day, one shard. `as_of` (ms) is when its facts began to be read."""

    privacy = NOT_PERSONAL

    players = WholeNumberAttribute()
    numbers = JSONAttribute()
    contents = JSONAttribute(null=True)
    completion_times = JSONAttribute(null=True)
    study_times = JSONAttribute(null=True)
    first = WholeNumberAttribute(null=True)
    last = WholeNumberAttribute(null=True)
    as_of = WholeNumberAttribute()


class DirtyItem(Item, discriminator="dirty"):
    """A tenant's day whose facts changed in one quarter of an hour."""

    privacy = NOT_PERSONAL

    tenant = UnicodeAttribute()
    day = UnicodeAttribute()
    ttl = WholeNumberAttribute()


def rollup_key(tenant: str, scope: str, day: date, shard: int) -> Key:
    kind, _, identifier = scope.partition("#")
    encoded = f"{kind}#{keys.encode(identifier)}" if identifier else kind
    return Key(keys.rollup_partition(tenant, encoded), f"D#{day.isoformat()}#{shard:02d}")


def from_item(item: RollupItem) -> Rollup:
    """The roll-up of an item."""
    return Rollup(
        players=int(item.players),
        numbers=Counter(item.numbers),
        contents={content: ContentUse(*use) for content, use in (item.contents or {}).items()},
        completion_times=Counter({int(each): count for each, count in (item.completion_times or {}).items()}),
        study_times=Counter({int(each): count for each, count in (item.study_times or {}).items()}),
        first=int(item.first) if item.first is not None else None,
        last=int(item.last) if item.last is not None else None,
    )


def write_rollup(key: Key, rollup: Rollup, as_of: datetime) -> Put:
    """Overwrites a roll-up, unless one stands that was computed from later facts."""
    item = RollupItem(
        *key,
        players=rollup.players,
        numbers=dict(sorted(rollup.numbers.items())),
        contents={content: [use.visits, use.seconds, use.players] for content, use in sorted(rollup.contents.items())}
        or None,
        completion_times=dict(sorted(rollup.completion_times.items())) or None,
        study_times=dict(sorted(rollup.study_times.items())) or None,
        first=rollup.first,
        last=rollup.last,
        as_of=to_ms(as_of),
    )
    older = RollupItem.absent() | (RollupItem.as_of < to_ms(as_of))
    return Put(f"rollup {key.pk} {key.sk}", item, older)
