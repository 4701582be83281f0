"""Every key of the table, in one place. Ids outside `[A-Za-z0-9._~-]` are percent-encoded."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote, unquote

from cairn.platform.instants import EPOCH, id_prefix


class Key(NamedTuple):
    """A primary key: partition (`PK`) and sort (`SK`)."""

    pk: str
    sk: str


@lru_cache(maxsize=4096)
def encode(identifier: str) -> str:
    """An id as it stands in a key: `#`, `/` and everything outside ASCII are percent-encoded."""
    return quote(identifier, safe="")


def decode(encoded: str) -> str:
    """The id that `encode` was given."""
    return unquote(encoded)


def bucket(identifier: str, buckets: int) -> int:
    """A stable number in 0..buckets-1 for an id: the same on every machine and in every run."""
    return int.from_bytes(sha256(identifier.encode()).digest()[:4]) % buckets


def tenant(tenant_id: str) -> str:
    return f"T#{encode(tenant_id)}"


def player_partition(tenant_id: str, player_id: str) -> str:
    return f"{tenant(tenant_id)}#U#{encode(player_id)}"


def player_of(partition: str) -> tuple[str, str]:
    """Tenant and player of a player's partition.

    Raises:
        ValueError: it is none.
    """
    _, tenant_id, kind, player_id = partition.split("#")
    if kind != "U":
        raise ValueError(f"{partition} is no player's partition")
    return decode(tenant_id), decode(player_id)


def player(tenant_id: str, player_id: str) -> Key:
    return Key(player_partition(tenant_id, player_id), "PLAYER")


def profile(tenant_id: str, player_id: str) -> Key:
    return Key(player_partition(tenant_id, player_id), "PROFILE")


PROGRESS_PREFIX = "PRG#"
CONTENTS_PREFIX = "CONTENT#"
EVENT_PREFIX = "E#"
LEDGER_PREFIX = "L#"
UNLOCK_PREFIX = "A#"
CALENDAR_PREFIX = "CAL#"
# The sort keys between which a player and all of their progress stand: $ is what follows #.
PLAYER_AND_PROGRESS = ("PLAYER", "PRG$")
POSITION_PREFIX = "POS#"


def progress(tenant_id: str, player_id: str, experience_id: str) -> Key:
    return Key(player_partition(tenant_id, player_id), f"{PROGRESS_PREFIX}{encode(experience_id)}")


def contents_prefix(experience_id: str) -> str:
    return f"{CONTENTS_PREFIX}{encode(experience_id)}#"


def experience_of_contents(sk: str) -> str:
    """The experience whose contents a sort key is of."""
    return decode(sk.removeprefix(CONTENTS_PREFIX).rpartition("#")[0])


def contents(tenant_id: str, player_id: str, experience_id: str, bucket: int) -> Key:
    return Key(player_partition(tenant_id, player_id), f"{contents_prefix(experience_id)}{bucket}")


def notes(tenant_id: str, player_id: str, experience_id: str) -> Key:
    return Key(player_partition(tenant_id, player_id), f"NOTES#{encode(experience_id)}")


def output(tenant_id: str, player_id: str, experience_id: str, event_id: str) -> Key:
    return Key(player_partition(tenant_id, player_id), f"O#{encode(experience_id)}#{event_id}")


def event(tenant_id: str, player_id: str, event_id: str) -> Key:
    return Key(player_partition(tenant_id, player_id), f"{EVENT_PREFIX}{event_id}")


def ledger(tenant_id: str, player_id: str, event_id: str, source: str) -> Key:
    return Key(player_partition(tenant_id, player_id), f"{LEDGER_PREFIX}{event_id}#{encode(source)}")


def ledger_range(since: date, until: date) -> tuple[str, str]:
    """The sort keys between which the entries stand whose causes were from one UTC date to another, both included."""
    behind = until + timedelta(days=1) if until < date.max else until
    first, last = (id_prefix(datetime.combine(max(day, EPOCH.date()), time(0), UTC)) for day in (since, behind))
    return f"{LEDGER_PREFIX}{first}", f"{LEDGER_PREFIX}{last}"


def unlock(tenant_id: str, player_id: str, name: str) -> Key:
    """`name` is the achievement's id, and `#` and the occasion where it repeats."""
    achievement_id, *occasion = name.split("#")
    return Key(
        player_partition(tenant_id, player_id), "#".join((f"{UNLOCK_PREFIX}{encode(achievement_id)}", *occasion))
    )


def achievements_partition(tenant_id: str) -> str:
    """A tenant's definitions of achievements."""
    return f"{tenant(tenant_id)}#ACHIEVEMENTS"


def achievements_head(tenant_id: str) -> Key:
    return Key(achievements_partition(tenant_id), "HEAD")


ACHIEVEMENTS_BUCKET_PREFIX = "B#"


def achievements_bucket(tenant_id: str, number: int) -> Key:
    return Key(achievements_partition(tenant_id), f"{ACHIEVEMENTS_BUCKET_PREFIX}{number:02d}")


def achievements_bucket_number(sort_key: str) -> int | None:
    """The number of a bucket of definitions, by its sort key; None for the head."""
    _, prefix, number = sort_key.rpartition(ACHIEVEMENTS_BUCKET_PREFIX)
    return int(number) if prefix else None


def calendar(tenant_id: str, player_id: str, month: str) -> Key:
    """`month` is `YYYY-MM`."""
    return Key(player_partition(tenant_id, player_id), f"{CALENDAR_PREFIX}{month}")


def idempotency(tenant_id: str, subject: str | None, key: str) -> Key:
    """`subject` is the player a request acts on, None for what is the tenant's: the same key of two is two requests."""
    partition = f"{tenant(tenant_id)}#I" if subject is None else player_partition(tenant_id, subject)
    return Key(partition, f"I#{sha256(key.encode()).hexdigest()[:40]}")


def fact_partition(tenant_id: str, day: date, shard: int) -> str:
    return f"{tenant(tenant_id)}#F#{day.isoformat()}#{shard}"


def fact(tenant_id: str, day: date, shard: int, player_id: str, experience_id: str, page: int) -> Key:
    return Key(
        fact_partition(tenant_id, day, shard),
        f"{encode(player_id)}#{encode(experience_id)}#{page}",
    )


def catalog_partition(tenant_id: str, kind: str, identifier: str) -> str:
    return f"{tenant(tenant_id)}#C#{kind}#{encode(identifier)}"


CATALOG_ENTRY_PREFIX = "ID#"
CATALOG_VERSION_PREFIX = "V#"


def catalog_list(tenant_id: str, kind: str) -> str:
    """The partition with one entry for each thing of a kind, and the version of the graph between them."""
    return f"{tenant(tenant_id)}#C#{kind}"


def catalog_entry(tenant_id: str, kind: str, identifier: str) -> Key:
    return Key(catalog_list(tenant_id, kind), f"{CATALOG_ENTRY_PREFIX}{encode(identifier)}")


def catalog_graph(tenant_id: str, kind: str) -> Key:
    return Key(catalog_list(tenant_id, kind), "GRAPH")


def catalog_version(tenant_id: str, kind: str, identifier: str, version: int) -> Key:
    return Key(catalog_partition(tenant_id, kind, identifier), f"{CATALOG_VERSION_PREFIX}{version:06d}")


def catalog_latest(tenant_id: str, kind: str, identifier: str) -> Key:
    return Key(catalog_partition(tenant_id, kind, identifier), "LATEST")


def catalog_draft(tenant_id: str, kind: str, identifier: str) -> Key:
    return Key(catalog_partition(tenant_id, kind, identifier), "DRAFT")


def catalog_page(tenant_id: str, kind: str, identifier: str, edition: int, number: int) -> Key:
    """A page's content, in a partition of its own: what many read at once is not on one."""
    return Key(f"{catalog_partition(tenant_id, kind, identifier)}#P#{edition}#{number}", "PAGE")


def settings(tenant_id: str) -> Key:
    return Key(f"{tenant(tenant_id)}#SETTINGS", "SETTINGS")


def secret(tenant_id: str) -> Key:
    return Key(f"{tenant(tenant_id)}#SETTINGS", "SECRET")


def position(tenant_id: str, player_id: str, board: str, period: str) -> Key:
    return Key(player_partition(tenant_id, player_id), position_sort(board, period))


@lru_cache(maxsize=4096)
def position_sort(board: str, period: str) -> str:
    """The sort key of every player's position on a board."""
    return f"{POSITION_PREFIX}{encode(board)}#{encode(period)}"


def board_of(sort_key: str) -> tuple[str, str]:
    """Board and period of a position's sort key."""
    _, board, period = sort_key.split("#")
    return decode(board), decode(period)


def positions_due(tenant_id: str, slot: str, shard: int) -> str:
    """Partition of the `due` index: positions that move by themselves at a quarter of an hour."""
    return f"{tenant(tenant_id)}#DUE#{slot}#{shard:02d}"


def agenda(slot: str) -> str:
    """What is to be done for boards at one quarter of an hour, across tenants: the dispatcher's to-do list."""
    return f"AGENDA#{slot}"


def seasons(tenant_id: str, board: str) -> str:
    """Partition of a board's closed seasons."""
    return f"{tenant(tenant_id)}#SEASONS#{encode(board)}"


def frozen(tenant_id: str, board: str, season: str, number: int) -> Key:
    """A hundred of a closed season's best rows."""
    return Key(f"{tenant(tenant_id)}#SEASON#{encode(board)}#{season}", f"TOP#{number:02d}")


@lru_cache(maxsize=16384)
def board_band(tenant_id: str, board: str, period: str, band: int) -> str:
    """Partition of the `boards` index: one band of one board."""
    return f"{tenant(tenant_id)}#LB#{encode(board)}#{encode(period)}#{band:03d}"


def tree_partition(tenant_id: str, board: str, period: str, subtree: int) -> str:
    return f"{tenant(tenant_id)}#BT#{encode(board)}#{encode(period)}#W{subtree}"


def tree_node(tenant_id: str, board: str, period: str, subtree: int, node: str) -> Key:
    return Key(tree_partition(tenant_id, board, period, subtree), f"N#{node}")


def events_of_type(tenant_id: str, player_id: str, event_type: str) -> str:
    """Partition of the `of-player` index: a player's events of one type."""
    return f"{player_partition(tenant_id, player_id)}#Y#{encode(event_type)}"


def players_of(tenant_id: str, experience_id: str, shard: int) -> str:
    """Partition of the `lookups` index: players of one experience."""
    return f"{tenant(tenant_id)}#X#{encode(experience_id)}#{shard}"


def players_seen(tenant_id: str, shard: int) -> str:
    """Partition of the `lookups` index: players of a tenant."""
    return f"{tenant(tenant_id)}#SEEN#{shard}"


def events_in(tenant_id: str, cell: str) -> str:
    """Partition of the `lookups` index: events in one cell of the ground."""
    return f"{tenant(tenant_id)}#G#{cell}"


def rollup_partition(tenant_id: str, scope: str) -> str:
    """`scope` is `tenant`, or `experience#<encoded id>`."""
    return f"{tenant(tenant_id)}#R#{scope}"


def dirty_partition(slot: str) -> str:
    """Days touched in one quarter of an hour, across tenants: the dispatcher's to-do list."""
    return f"DIRTY#{slot}"


BACKFILL_PREFIX = "J#"
BACKFILL_SHARD_PREFIX = "SHARD#"
BACKFILL_RESULT_PREFIX = "P#"


def backfills(tenant_id: str) -> str:
    """Partition of a tenant's backfills of achievements, in the order of time."""
    return f"{tenant(tenant_id)}#BACKFILLS"


def backfill(tenant_id: str, job_id: str) -> Key:
    return Key(backfills(tenant_id), f"{BACKFILL_PREFIX}{job_id}")


def backfill_partition(tenant_id: str, job_id: str) -> str:
    """Partition of what one backfill found."""
    return f"{tenant(tenant_id)}#BACKFILL#{job_id}"


def backfill_shard(tenant_id: str, job_id: str, shard: int) -> Key:
    return Key(backfill_partition(tenant_id, job_id), f"{BACKFILL_SHARD_PREFIX}{shard:02d}")


def backfill_result(tenant_id: str, job_id: str, player_id: str) -> Key:
    return Key(backfill_partition(tenant_id, job_id), f"{BACKFILL_RESULT_PREFIX}{encode(player_id)}")


def job(name: str) -> Key:
    return Key(f"JOB#{name}", "CURSOR")
