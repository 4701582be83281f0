"""Positions and count trees in the table, and the index in which each band of a board is sorted."""

from collections.abc import Mapping
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute

from cairn.leaderboards import tree
from cairn.leaderboards.board import Board
from cairn.platform import keys
from cairn.platform.items import NOT_PERSONAL, OF_THE_PLAYER, Item, Raw, WholeNumberAttribute
from cairn.platform.keys import Key
from cairn.platform.table import Loaded
from cairn.platform.transact import Put, Update, upsert

INDEX = ("boards", "bp", "bs")
SUBTREE = 0
SORT_DIGITS = 9  # hexadecimal: 36 bits, room for the 33 of a score
SORT_BITS = (1 << 4 * SORT_DIGITS) - 1


@dataclass(frozen=True, slots=True)
class Place:
    """A player on a board, or (score 0) off it. reached_at: when the score was reached, in epoch milliseconds."""

    player: str
    score: int
    reached_at: int
    name: str


class PositionItem(Item, discriminator="position"):
    """A player's place on a board, as of version `source_version` of what it was computed from.

    `bp` and `bs` put it into the index. A player who left the board keeps an item with score 0, outside index
    and tree: its version is what stops a stale record from putting the player back.
    """

    privacy = OF_THE_PLAYER

    score = WholeNumberAttribute()
    reached_at = WholeNumberAttribute()
    source_version = WholeNumberAttribute()
    name = UnicodeAttribute(null=True)
    bp = UnicodeAttribute(null=True)
    bs = UnicodeAttribute(null=True)


class TreeNodeItem(Item, discriminator="node"):
    """One node: how many players are below each of its children `c0` to `c127`. Under 1 KB, even when full."""

    privacy = NOT_PERSONAL

    # ADD needs top-level attributes: 128 counts, declared like any other.
    vars().update({f"c{child}": WholeNumberAttribute(null=True) for child in range(tree.RADIX)})

    @property
    def counts(self) -> dict[int, int]:
        """Players by child; children without any are left out."""
        numbers = ((child, int(getattr(self, f"c{child}") or 0)) for child in range(tree.RADIX))
        return {child: count for child, count in numbers if count}


def position_key(tenant: str, board: Board, player: str) -> Key:
    return keys.position(tenant, player, board.id, board.period)


def node_key(tenant: str, board: Board, node: str) -> Key:
    return keys.tree_node(tenant, board.id, board.period, SUBTREE, node)


def band_partition(tenant: str, board: Board, band: int) -> str:
    """Partition of one band in the index."""
    return keys.board_band(tenant, board.id, board.period, band)


def sort_string(board: Board, place: Place) -> str:
    """The index's sort key: best score first, then who reached it first, then by id.

    A score is nine hexadecimal digits; high first they are of its bitwise complement, because an index is read
    in one direction and instants always ascend.
    """
    digits = place.score ^ SORT_BITS if board.high_first else place.score
    return f"{digits:0{SORT_DIGITS}x}#{place.reached_at:013d}#{keys.encode(place.player)}"


def place_in_index(board: Board, row: Raw) -> Place:
    """The place of a row of the index."""
    digits, reached_at, player = row["bs"]["S"].split("#")
    number = int(digits, 16)
    return Place(
        player=keys.decode(player),
        score=number ^ SORT_BITS if board.high_first else number,
        reached_at=int(reached_at),
        name=row.get("name", {"S": ""})["S"],
    )


def place_of(item: PositionItem, player: str) -> Place:
    """The place of a position."""
    return Place(player, int(item.score), int(item.reached_at), item.name or "")


def write_position(name: str, tenant: str, board: Board, place: Place, old: int, version: int) -> Put:
    """Writes a place over one with the score `old` (0: off the board) of an earlier version.

    Args:
        name: what a failure is called.
        version: of what the place was computed from.
    """
    on_board = place.score > 0
    item = PositionItem(
        *position_key(tenant, board, place.player),
        score=place.score,
        reached_at=place.reached_at,
        source_version=version,
        name=place.name or None,
        bp=band_partition(tenant, board, tree.band(place.score)) if on_board else None,
        bs=sort_string(board, place) if on_board else None,
    )
    stands = (PositionItem.score == old) & (PositionItem.source_version < version)
    return Put(name, item, stands if old else PositionItem.absent() | stands)


def write_node(tenant: str, board: Board, node: str, deltas: Mapping[int, int]) -> Update:
    """Adds to a node's counts, creating it where there is none."""
    changes = [getattr(TreeNodeItem, f"c{child}").add(delta) for child, delta in sorted(deltas.items())]
    return upsert(f"node {node}", TreeNodeItem, node_key(tenant, board, node), changes)


def counts_of(loaded: Loaded, tenant: str, board: Board, nodes: list[str]) -> dict[str, dict[int, int]]:
    """The counts of those nodes that exist, by node id."""
    found = ((node, loaded.get(TreeNodeItem, node_key(tenant, board, node))) for node in nodes)
    return {node: item.counts for node, item in found if item}
