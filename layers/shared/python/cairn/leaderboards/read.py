"""Reading boards: the top, and one player's rank wherever it is. Ranks are 1, 2, 2, 4."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from cairn.leaderboards import storage, tree
from cairn.leaderboards.board import Board
from cairn.leaderboards.storage import Place, PositionItem
from cairn.platform.errors import DomainError
from cairn.platform.instants import from_ms, iso
from cairn.platform.table import Table
from cairn.xp.levels import standing


@dataclass(frozen=True, slots=True)
class Row:
    """A place with its competition rank: 1 + how many players are ahead."""

    rank: int
    place: Place


@dataclass(frozen=True, slots=True)
class Top:
    """The best rows of a board, and how many players are on it."""

    rows: Sequence[Row]
    total_players: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """A player's row, how many are on the board, and the mid-rank percentile (0..100).

    The percentile is the share of players who are behind, those with the same score counted as half.
    """

    row: Row
    total_players: int
    percentile: float


def top(table: Table, tenant: str, board: Board, limit: int) -> Top:
    """The best `limit` (1..100) rows, in two trips: the root of the count tree, then as many bands as it takes."""
    loaded = table.get_many([storage.node_key(tenant, board, tree.ROOT)], consistent=False)
    players = storage.counts_of(loaded, tenant, board, [tree.ROOT]).get(tree.ROOT, {})
    reads = [
        partial(table.query, storage.band_partition(tenant, board, band), limit=limit, index=storage.INDEX)
        for band in best_bands(players, board.high_first, limit)
    ]
    pages = table.together(reads) if reads else []
    places = (storage.place_in_index(board, row) for page in pages for row in page.items)
    return Top(ranked(places)[:limit], sum(players.values()))


def best_bands(players: Mapping[int, int], high_first: bool, limit: int) -> list[int]:
    """The bands that hold the best `limit` players, best first.

    Args:
        players: how many there are, by band.
    """
    chosen: list[int] = []
    held = 0
    for band in sorted((band for band, count in players.items() if count > 0), reverse=high_first):
        if held >= limit:
            break
        chosen.append(band)
        held += players[band]
    return chosen


def ranked(places: Iterable[Place]) -> list[Row]:
    """Competition ranks of a board's first places, best first.

    Bands are read one by one: whoever moves from one to another meanwhile is in both, and counts where they
    came to later.
    """
    found = list(places)
    latest: dict[str, Place] = {}
    for place in found:
        known = latest.get(place.player)
        if known is None or place.reached_at > known.reached_at:
            latest[place.player] = place
    rows: list[Row] = []
    for number, place in enumerate((each for each in found if latest[each.player] is each), start=1):
        tied = bool(rows) and rows[-1].place.score == place.score
        rows.append(Row(rows[-1].rank if tied else number, place))
    return rows


def rank_of(table: Table, tenant: str, board: Board, player: str) -> Ranked:
    """One player's rank, in two trips: the position, then the path of the count tree.

    Raises:
        DomainError: `not-ranked`.
    """
    key = storage.position_key(tenant, board, player)
    item = table.get_many([key], consistent=False).get(PositionItem, key)
    if item is None or not item.score:
        raise DomainError(
            "not-ranked",
            f"The player is not on the board {board.id}: a first score above 0 {board.unit} puts them there,"
            " some seconds later.",
        )
    place = storage.place_of(item, player)
    nodes = [node for node, _ in tree.path(place.score)]
    loaded = table.get_many([storage.node_key(tenant, board, node) for node in nodes], consistent=False)
    return measured(board, place, storage.counts_of(loaded, tenant, board, nodes))


def measured(board: Board, place: Place, nodes: tree.Counts) -> Ranked:
    """Rank and percentile of a place, from the counts on its path."""
    ahead = tree.ahead(place.score, nodes, board.high_first)
    # Copies of the table lag one by one: the player may be in the position and not yet in the counts.
    sharing = max(1, tree.sharing(place.score, nodes))
    total = max(ahead + sharing, sum(nodes.get(tree.ROOT, {}).values()))
    behind = total - ahead - sharing
    return Ranked(Row(1 + ahead, place), total, round(100 * (behind + sharing / 2) / total, 2))


def show_row(row: Row) -> dict[str, Any]:
    """A row as the API shows it."""
    level = standing(row.place.score)
    return {
        "rank": row.rank,
        "player_id": row.place.player,
        "name": row.place.name,
        "score": row.place.score,
        "level": level.level,
        "title": level.title,
        "reached_at": iso(from_ms(row.place.reached_at)),
    }


def show_top(table: Table, tenant: str, board: Board, limit: int, player: str | None, now: datetime) -> dict[str, Any]:
    """The top as the API shows it.

    Args:
        player: whose own row is added where they are ranked; two more trips where it is not in the top.
    """
    best = top(table, tenant, board, limit)
    body = {
        "board": board.id,
        "as_of": iso(now),
        "total_players": best.total_players,
        "rows": [show_row(row) for row in best.rows],
    }
    own = _own(table, tenant, board, best, player) if player else None
    return body | ({"own": show_row(own)} if own else {})


def _own(table: Table, tenant: str, board: Board, best: Top, player: str) -> Row | None:
    for row in best.rows:
        if row.place.player == player:
            return row
    try:
        return rank_of(table, tenant, board, player).row
    except DomainError as refused:
        if refused.code == "not-ranked":
            return None
        raise


def show_rank(table: Table, tenant: str, board: Board, player: str, now: datetime) -> dict[str, Any]:
    """A player's rank as the API shows it.

    Raises:
        DomainError: `not-ranked`.
    """
    found = rank_of(table, tenant, board, player)
    return {
        "board": board.id,
        "as_of": iso(now),
        **show_row(found.row),
        "total_players": found.total_players,
        "percentile": found.percentile,
    }
