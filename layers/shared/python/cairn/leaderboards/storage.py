"""Positions and count trees in the table; the indexes in which a band is sorted, and what is due is found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from cairn.leaderboards import tree
from cairn.leaderboards.board import Board, gone_at
from cairn.leaderboards.place import AsOf, Place, slot_at
from cairn.leaderboards.ranks import Row
from cairn.platform import keys
from cairn.platform.items import (
    NOT_PERSONAL,
    OF_THE_PLAYER,
    CompactJsonAttribute,
    Item,
    Privacy,
    Raw,
    WholeNumberAttribute,
)
from cairn.platform.keys import Key
from cairn.platform.slots import slot_text
from cairn.platform.table import Loaded, Table
from cairn.platform.transact import Check, Put, Rendered, Update
from cairn.xp.levels import MAX_LEVEL

INDEX = ("boards", "bp", "bs")
DUE_INDEX = ("due", "dp", "ds")
DUE_SHARDS = 16
FROZEN, FROZEN_AT_ONCE = 1_000, 100
SORT_BITS = (1 << 36) - 1  # nine hexadecimal digits: room for the 33 bits of a score


class PositionItem(Item, discriminator="position"):
    """A player's place on a board, as of version `source_version` of what it was computed from.

    `beside` is what else it was computed from, as a number that only grows: the slot, on a board that rolls; the
    player's version, on one that ranks progress; absent from others. `bp` and `bs` put it into the index of its
    board, `dp` and `ds` into that of what moves by itself. A player who left the board keeps an item with score 0,
    outside of index and tree: its versions are what stops a stale record from putting the player back. Of one who
    is `hidden` by choice, `earned` is the score to come back with.
    """

    privacy = OF_THE_PLAYER

    score = WholeNumberAttribute()
    reached_at = WholeNumberAttribute()
    source_version = WholeNumberAttribute()
    beside = WholeNumberAttribute(null=True)
    name = UnicodeAttribute(null=True)
    level = WholeNumberAttribute(null=True)
    alias = UnicodeAttribute(null=True)
    hidden = BooleanAttribute(null=True)
    earned = WholeNumberAttribute(null=True)
    ttl = WholeNumberAttribute(null=True)
    bp = UnicodeAttribute(null=True)
    bs = UnicodeAttribute(null=True)
    dp = UnicodeAttribute(null=True)
    ds = UnicodeAttribute(null=True)


class TreeNodeItem(Item, discriminator="node"):
    """One node: how many players are below each of its children `c0` to `c127`. Under 1 KB, even when full."""

    privacy = NOT_PERSONAL

    # ADD needs top-level attributes: 128 counts, declared like any other.
    ttl = WholeNumberAttribute(null=True)
    vars().update({f"c{child}": WholeNumberAttribute(null=True) for child in range(tree.RADIX)})


class AgendaItem(Item, discriminator="agenda"):
    """One thing to do for a tenant, or one of its boards, at a quarter of an hour, as its key says."""

    privacy = NOT_PERSONAL

    tenant = UnicodeAttribute()
    task = UnicodeAttribute()
    board = UnicodeAttribute(null=True)
    period = UnicodeAttribute(null=True)
    ttl = WholeNumberAttribute()


class SeasonItem(Item, discriminator="season"):
    """A closed season; its sort key is its name.

    players: how many were on it when it closed. kept: how many of the best are frozen. parts: of its archive.
    """

    privacy = NOT_PERSONAL

    players = WholeNumberAttribute()
    kept = WholeNumberAttribute()
    closed_at = WholeNumberAttribute()
    archive = UnicodeAttribute()
    parts = WholeNumberAttribute()


class FrozenItem(Item, discriminator="frozen"):
    """A hundred of the best rows of a closed season, as short lists. Whoever is erased is taken out of them."""

    privacy = Privacy(export="player", erase="fold")

    rows = CompactJsonAttribute()


class RebuildItem(Item, discriminator="rebuild"):
    """How far a rebuild has come: the day and shard of the facts that it read last."""

    privacy = NOT_PERSONAL

    day = UnicodeAttribute()
    shard = WholeNumberAttribute()


POSITION, NODE = (str(each.kind.get_discriminator(each)) for each in (PositionItem, TreeNodeItem))


def position_key(tenant: str, board: Board, player: str) -> Key:
    return keys.position(tenant, player, board.id, board.period)


def node_key(tenant: str, board: Board, node: str, subtree: int = 0) -> Key:
    return keys.tree_node(tenant, board.id, board.period, subtree, node)


def node_keys(tenant: str, board: Board, nodes: Iterable[str]) -> list[Key]:
    """Where nodes are, in every tree of the board."""
    return [node_key(tenant, board, node, subtree) for node in nodes for subtree in range(board.trees)]


def band_partition(tenant: str, board: Board, band: int) -> str:
    """Partition of one band in the index."""
    return keys.board_band(tenant, board.id, board.period, band)


def rows_of(table: Table, tenant: str, board: Board, band: int, after_place: Place | None = None) -> Iterator[Raw]:
    """Every row of a band in the index, best first; those after a place, where one is given."""
    after = index_key(tenant, board, after_place) if after_place else None
    while True:
        page = table.query(band_partition(tenant, board, band), index=INDEX, after=after)
        yield from page.items
        if (after := page.after) is None:
            return


def season_key(tenant: str, board: Board) -> Key:
    return Key(keys.seasons(tenant, board.id), board.period)


def frozen_key(tenant: str, board: Board, number: int) -> Key:
    return keys.frozen(tenant, board.id, board.period, number)


def freeze(tenant: str, board: Board, number: int, rows: Sequence[Row], instead_of: FrozenItem | None = None) -> Put:
    """Keeps rows of a season that is over, a hundred an item; again, they are the same.

    Args:
        instead_of: what must stand there still; None for the closing itself.
    """
    packed = [
        [row.rank, place.player, place.earned, place.reached_at, place.name, place.level, place.alias]
        for row in rows
        for place in [row.place]
    ]
    item = FrozenItem(*frozen_key(tenant, board, number), rows=packed)
    same_kind = FrozenItem.absent() | (FrozenItem.kind == FrozenItem)
    return Put(f"frozen {number}", item, FrozenItem.rows == instead_of.rows if instead_of else same_kind)


def one_frozen_fewer(tenant: str, board: Board, kept: int) -> Update:
    """A closed season's number of frozen rows, less one."""
    return Update("season", season_key(tenant, board), [SeasonItem.kept.add(-1)], SeasonItem.kept == kept)


def still_open(tenant: str, board: Board) -> Check:
    """Holds a transaction to a season that is not closed yet."""
    return Check("still open", season_key(tenant, board), SeasonItem.absent())


def unmoved(tenant: str, board: Board, roots: Loaded) -> list[Check]:
    """Holds a transaction to the roots of the board's trees as they were loaded."""
    return [
        Check(f"root {key.pk}", key, _as_it_was(roots.raw.get(key))) for key in node_keys(tenant, board, [tree.ROOT])
    ]


def _as_it_was(root: Raw | None) -> Condition:
    if root is None:
        return TreeNodeItem.absent()
    condition = TreeNodeItem.kind == TreeNodeItem
    for name, value in sorted(root.items()):
        if name[0] == "c":
            condition &= getattr(TreeNodeItem, name) == int(value["N"])
    return condition


def frozen_rows(item: FrozenItem) -> list[Row]:
    """The rows that `freeze` was given."""
    return [
        Row(rank, Place(player, score, reached_at, name, level, None, alias))
        for rank, player, score, reached_at, name, level, alias in item.rows
    ]


def sort_string(board: Board, place: Place) -> str:
    """The index's sort key: best score first, then who reached it first, then by id.

    A score is nine hexadecimal digits; high first they are of its bitwise complement, because an index is read
    in one direction and instants always ascend.
    """
    digits = place.score ^ SORT_BITS if board.high_first else place.score
    return f"{digits:09x}#{place.reached_at:013d}#{keys.encode(place.player)}"


def index_key(tenant: str, board: Board, place: Place) -> Raw:
    """Where in the index a place stands: what a query goes on after."""
    key = position_key(tenant, board, place.player)
    band = band_partition(tenant, board, tree.band(place.score))
    return {
        "PK": {"S": key.pk},
        "SK": {"S": key.sk},
        "bp": {"S": band},
        "bs": {"S": sort_string(board, place)},
    }


def place_in_index(board: Board, row: Raw) -> Place:
    """The place of a row of the index."""
    digits, reached_at, player = row["bs"]["S"].split("#")
    number = int(digits, 16)
    return Place(
        player=keys.decode(player),
        earned=number ^ SORT_BITS if board.high_first else number,
        reached_at=int(reached_at),
        name=row.get("name", {"S": ""})["S"],
        level=int(row.get("level", {"N": "1"})["N"]),
        alias=row.get("alias", {"S": ""})["S"],
    )


def place_of(item: PositionItem, player: str) -> Place:
    """The place of a position, as of when it was written."""
    due = slot_at(datetime.fromisoformat(f"{item.dp.split('#')[3]}Z")) if item.dp else None
    return Place(
        player=player,
        earned=int(item.earned if item.hidden else item.score),
        reached_at=int(item.reached_at),
        name=item.name or "",
        level=int(item.level or 1),
        due=due,
        alias=item.alias or "",
        hidden=bool(item.hidden),
    )


@lru_cache(maxsize=4096)
def due_partition(tenant: str, slot: int, shard: int) -> str:
    """Partition of positions that move by themselves at a slot (epoch seconds), one shard of them."""
    return keys.positions_due(tenant, slot_text(AsOf(slot, "UTC").instant), shard)


# Thousands of each are made in a batch, so they are rendered here and now, not by PynamoDB: `Item.serialize` and its
# expressions take longer than sending them. What is the same in all of them is made once; no name is a reserved word.
_LATER = "score = :s AND source_version < :v"
_LATER_BESIDE = "score = :s AND source_version <= :v AND beside <= :b AND (source_version < :v OR beside < :b)"
# To mend a position nothing need be later than what stands: only nothing earlier.
_MEND = "score = :s AND source_version <= :v"
_CONDITIONS = {
    (mend, beside, there): condition if there else f"attribute_not_exists(PK) OR ({condition})"
    for mend, beside, condition in (
        (False, False, _LATER),
        (False, True, _LATER_BESIDE),
        (True, False, _MEND),
        (True, True, f"{_MEND} AND beside <= :b"),
    )
    for there in (True, False)
}
_SAME_KIND = "attribute_not_exists(PK) OR kind = :k"
_LEVELS = tuple({"N": str(level)} for level in range(MAX_LEVEL + 1))
_ADD = tuple(f"c{child} :c{child}" for child in range(tree.RADIX))
_ADDED = tuple(f":c{child}" for child in range(tree.RADIX))
_POSITION, _NODE, _VERSION, _HIDDEN = {"S": POSITION}, {"S": NODE}, {"N": "1"}, {"BOOL": True}


def write_position(
    name: str,
    tenant: str,
    board: Board,
    place: Place,
    old: int,
    version: int,
    beside: int | None = None,
    *,
    mend: bool = False,
) -> Rendered:
    """Writes a place over one with the score `old` (0: off the board) that was computed from something earlier.

    Args:
        name: what a failure is called.
        version: of what the place was computed from. beside: what else it was, as `PositionItem` says.
        mend: also over one that was computed from the same.
    """
    score, from_version = place.score, {"N": str(version)}
    pk, sk = position_key(tenant, board, place.player)
    item: dict[str, Any] = {
        "PK": {"S": pk},
        "SK": {"S": sk},
        "kind": _POSITION,
        "sv": _VERSION,
        "score": {"N": str(score)},
        "reached_at": {"N": str(place.reached_at)},
        "source_version": from_version,
        "level": _LEVELS[place.level],
    }
    if place.alias:
        item["alias"] = {"S": place.alias}
    elif place.name:
        item["name"] = {"S": place.name}
    if place.hidden:
        item["hidden"] = _HIDDEN
        item["earned"] = {"N": str(place.earned)}
    if score > 0:
        item["bp"] = {"S": band_partition(tenant, board, tree.band(score))}
        item["bs"] = {"S": sort_string(board, place)}
    if place.due is not None:
        item["dp"] = {"S": due_partition(tenant, place.due, keys.bucket(place.player, DUE_SHARDS))}
        item["ds"] = {"S": f"{keys.encode(place.player)}#{sk}"}
    if board.calendar:
        item["ttl"] = {"N": str(gone_at(board))}
    values = {":s": {"N": str(old)}, ":v": from_version}
    if beside is not None:
        item["beside"] = values[":b"] = {"N": str(beside)}
    request = {
        "Item": item,
        "ConditionExpression": _CONDITIONS[mend, beside is not None, old > 0],
        "ExpressionAttributeValues": values,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    return Rendered(name, "Put", request)


def write_node(tenant: str, board: Board, node: str, deltas: Mapping[int, int], subtree: int = 0) -> Rendered:
    """Adds to a node's counts in one of the board's trees, creating it where there is none."""
    pk, sk = node_key(tenant, board, node, subtree)
    adds = ", ".join([_ADD[child] for child in deltas])
    values: dict[str, Any] = {":k": _NODE, ":v": _VERSION}
    for child, delta in deltas.items():
        values[_ADDED[child]] = {"N": str(delta)}
    request = {
        "Key": {"PK": {"S": pk}, "SK": {"S": sk}},
        "UpdateExpression": f"SET kind = :k, sv = :v ADD {adds}",
        "ConditionExpression": _SAME_KIND,
        "ExpressionAttributeValues": values,
    }
    if board.calendar:
        values[":t"] = {"N": str(gone_at(board))}
        request["UpdateExpression"] = f"SET kind = :k, sv = :v, #t = :t ADD {adds}"
        request["ExpressionAttributeNames"] = {"#t": "ttl"}
    return Rendered(f"node {board.id} {board.period} {node}", "Update", request)


def mend_node(tenant: str, board: Board, node: str, deltas: Mapping[int, int], seen: Mapping[int, int]) -> Rendered:
    """Adds to counts of the first tree that are as they were seen."""
    write = write_node(tenant, board, node, deltas)
    values = {f":s{child}": {"N": str(seen[child])} for child in deltas}
    conditions = [
        f"c{child} = :s{child}" if seen[child] else f"(attribute_not_exists(c{child}) OR c{child} = :s{child})"
        for child in deltas
    ]
    request = write.request | {
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeValues": write.request["ExpressionAttributeValues"] | values,
    }
    return write._replace(request=request)


def node_of(raw: Raw) -> str:
    """The id of a stored node."""
    return str(raw["SK"]["S"]).removeprefix("N#")


def counts_of(loaded: Loaded, tenant: str, board: Board, nodes: Iterable[str]) -> dict[str, dict[int, int]]:
    """The counts of those nodes that exist, by node id, summed over the board's trees.

    One tree alone may count below zero: who comes and who goes may be counted in two.
    """
    found: dict[str, dict[int, int]] = {}
    for node in nodes:
        for subtree in range(board.trees):
            if raw := loaded.raw.get(node_key(tenant, board, node, subtree)):
                counts = found.setdefault(node, {})
                for child, count in counts_in(raw).items():
                    counts[child] = counts.get(child, 0) + count
    return found


def counts_in(raw: Raw) -> dict[int, int]:
    """A node's players by child; children without any are left out."""
    if raw["kind"]["S"] != NODE:
        raise TypeError(f"{raw['PK']}/{raw['SK']} is a {raw['kind']}, not a {NODE}")
    numbers = ((int(name[1:]), int(value["N"])) for name, value in raw.items() if name[0] == "c")
    return {child: count for child, count in sorted(numbers) if count}
