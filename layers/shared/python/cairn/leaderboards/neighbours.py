"""The rows around one player."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from cairn.leaderboards import storage, tree
from cairn.leaderboards.board import Board
from cairn.leaderboards.place import Place
from cairn.leaderboards.rank import not_ranked
from cairn.leaderboards.ranks import Counted, Row, around, bands_beside, counted, measured, once
from cairn.leaderboards.storage import PositionItem
from cairn.platform.table import Loaded, Page, Table


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Rows around a player, best first, and how many players are on the board."""

    own: Row
    rows: Sequence[Row]
    total_players: int


def neighbours(table: Table, tenant: str, board: Board, player: str, radius: int) -> Neighbours:
    """Up to `radius` rows on either side of a player, in two trips: the position and the root of the count tree, then
    the path and the bands. In a third where the score of the first row goes on above it.

    Raises:
        DomainError: `not-ranked`.
    """
    key = storage.position_key(tenant, board, player)
    loaded = table.get_many([key, *storage.node_keys(tenant, board, [tree.ROOT])], consistent=False)
    item = loaded.get(PositionItem, key)
    if item is None or not item.score:
        raise not_ranked(board)
    own = storage.place_of(item, player)
    players = storage.counts_of(loaded, tenant, board, [tree.ROOT]).get(tree.ROOT, {})

    path = [node for node, _ in tree.path(own.score)]
    below_root: Callable[[], Loaded] = partial(
        table.get_many, storage.node_keys(tenant, board, path[1:]), consistent=False
    )
    ahead, behind = (_reads(table, tenant, board, own, players, radius, better=better) for better in (True, False))
    reads: list[Callable[[], Loaded | Page]] = [*ahead, *behind, *([below_root] if path[1:] else [])]
    answers = table.together(reads)
    pages = [answer for answer in answers if isinstance(answer, Page)]
    counts = {tree.ROOT: players}
    if path[1:] and isinstance(answers[-1], Loaded):
        counts |= storage.counts_of(answers[-1], tenant, board, path[1:])

    better = once(_others(board, own, pages[: len(ahead)]))[:radius]
    worse = once(_others(board, own, pages[len(ahead) :]))[:radius]
    best = _counts_of_first(table, tenant, board, own, better) if len(better) == radius else None
    found = measured(board, own, counts)
    rows = around(found.row, counted(board, own.score, counts), better[::-1], worse, best)
    return Neighbours(found.row, rows, found.total_players)


def _reads(
    table: Table, tenant: str, board: Board, own: Place, players: dict[int, int], radius: int, *, better: bool
) -> list[Callable[[], Page]]:
    """The queries of one side: the player's own band from them on, and those next to it, the nearest first."""
    band = tree.band(own.score)
    return [
        partial(
            table.query,
            storage.band_partition(tenant, board, each),
            limit=radius,
            forward=not better,
            after=storage.index_key(tenant, board, own) if each == band else None,
            index=storage.INDEX,
        )
        for each in [band, *bands_beside(players, board.high_first, band, radius, better=better)]
    ]


def _others(board: Board, own: Place, pages: Sequence[Page]) -> list[Place]:
    places = (storage.place_in_index(board, row) for page in pages for row in page.items)
    return [place for place in places if place.player != own.player]


def _counts_of_first(table: Table, tenant: str, board: Board, own: Place, better: Sequence[Place]) -> Counted | None:
    """The counts of the first row's score, where it is not the player's own."""
    if not better or better[-1].score == own.score:
        return None
    first = better[-1].score
    nodes = [node for node, _ in tree.path(first)]
    loaded = table.get_many(storage.node_keys(tenant, board, nodes), consistent=False)
    return counted(board, first, storage.counts_of(loaded, tenant, board, nodes))
