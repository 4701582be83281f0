"""One player's rank, wherever it is: on one board, or on several at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from cairn.leaderboards import storage, tree
from cairn.leaderboards.board import Board
from cairn.leaderboards.ranks import Ranked, measured
from cairn.leaderboards.storage import PositionItem
from cairn.platform.errors import DomainError
from cairn.platform.table import Table


@dataclass(frozen=True, slots=True)
class OnBoard:
    """A player on a board; None where they are not ranked."""

    board: Board
    ranked: Ranked | None


def not_ranked(board: Board) -> DomainError:
    """The refusal where a player is not on a board."""
    first = f"a first score of {board.step}" if board.step > 1 else "a first score above 0"
    return DomainError(
        "not-ranked",
        f"The player is not on the board {board.id}: {first} {board.unit} puts them there, some seconds later,"
        " unless they are hidden from boards.",
    )


def rank_of(table: Table, tenant: str, board: Board, player: str) -> Ranked:
    """One player's rank, in two trips: the position, then the path of the count tree.

    Raises:
        DomainError: `not-ranked`.
    """
    (found,) = ranks_of(table, tenant, [board], player)
    if found.ranked is None:
        raise not_ranked(board)
    return found.ranked


def ranks_of(table: Table, tenant: str, boards: Sequence[Board], player: str) -> list[OnBoard]:
    """One player's ranks on several boards, in the same two trips."""
    keys = [storage.position_key(tenant, board, player) for board in boards]
    loaded = table.get_many(keys, consistent=False)
    items = [loaded.get(PositionItem, key) for key in keys]
    places = [storage.place_of(item, player) if item and item.score else None for item in items]
    paths = [[node for node, _ in tree.path(place.score)] if place else [] for place in places]
    wanted = [key for board, path in zip(boards, paths, strict=True) for key in storage.node_keys(tenant, board, path)]
    nodes = table.get_many(wanted, consistent=False)
    return [
        OnBoard(board, measured(board, place, storage.counts_of(nodes, tenant, board, path)) if place else None)
        for board, place, path in zip(boards, places, paths, strict=True)
    ]
