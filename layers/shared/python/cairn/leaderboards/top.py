"""The top of a board, and the pages below it."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from cairn.leaderboards import storage, tree
from cairn.leaderboards.board import Board
from cairn.leaderboards.place import Place
from cairn.leaderboards.ranks import Counted, Row, bands_beside, best_bands, counted, ranked
from cairn.platform.errors import DomainError
from cairn.platform.table import Table


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a board, best first, how many players are on it, and the cursor of the page below; None at the end."""

    rows: Sequence[Row]
    total_players: int
    next: str | None


def top(table: Table, tenant: str, board: Board, limit: int, cursor: str = "") -> Page:
    """The best `limit` (1..100) rows, or those below a cursor, in two trips: the count tree, then as many bands as it
    takes.

    Raises:
        DomainError: `invalid-parameter` for what is no cursor of this board.
    """
    last = read_cursor(board, cursor)
    nodes = [node for node, _ in tree.path(last.score)] if last else [tree.ROOT]
    loaded = table.get_many(storage.node_keys(tenant, board, nodes), consistent=False)
    counts = storage.counts_of(loaded, tenant, board, nodes)
    players = counts.get(tree.ROOT, {})
    if last:
        found = counted(board, last.score, counts)
        after: tuple[int, Counted] | None = (last.score, found)
        bands = _bands_below(board, players, last, found, limit)
    else:
        after, bands = None, best_bands(players, board.high_first, limit)
    reads = [
        partial(
            table.query,
            storage.band_partition(tenant, board, band),
            limit=limit,
            after=storage.index_key(tenant, board, last) if last and band == tree.band(last.score) else None,
            index=storage.INDEX,
        )
        for band in bands
    ]
    pages = table.together(reads) if reads else []
    places = [storage.place_in_index(board, row) for page in pages for row in page.items]
    rows = ranked(places, after)[:limit]
    worse = bands_beside(players, board.high_first, bands[-1], 1, better=False) if bands else []
    more = bool(worse) or len(places) > limit or any(page.after for page in pages)
    return Page(rows, max(0, sum(players.values())), write_cursor(board, rows[-1].place) if rows and more else None)


def _bands_below(board: Board, players: dict[int, int], last: Place, found: Counted, limit: int) -> list[int]:
    """The bands of the rows below a place: its own, and as many as are needed if that has not enough left."""
    own = tree.band(last.score)
    better = sum(count for band, count in players.items() if (band > own if board.high_first else band < own))
    left = players.get(own, 0) + better - found.ahead - found.sharing
    return [own, *bands_beside(players, board.high_first, own, limit - max(0, left), better=False)]


def write_cursor(board: Board, place: Place) -> str:
    """Where a page ended, opaque to clients, good for this board only."""
    text = f"{board.id}\n{board.period}\n{storage.sort_string(board, place)}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def read_cursor(board: Board, cursor: str) -> Place | None:
    """The place after which to go on, or None for the first page.

    Raises:
        DomainError: `invalid-parameter`.
    """
    if not cursor:
        return None
    try:
        board_id, period, sort_string = base64.b64decode(cursor, altchars=b"-_", validate=True).decode().split("\n")
        place = storage.place_in_index(board, {"bs": {"S": sort_string}})
        if (board_id, period) == board.key and storage.sort_string(board, place) == sort_string:
            tree.band(place.score)
            return place
    except (binascii.Error, ValueError):
        pass
    raise DomainError("invalid-parameter", "cursor must be the `next` of the page before, of the same board.")
