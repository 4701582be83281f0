"""Some players ranked among themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from cairn.leaderboards import storage
from cairn.leaderboards.board import Board
from cairn.leaderboards.ranks import Row, ranked
from cairn.leaderboards.storage import PositionItem
from cairn.platform.table import Table

MOST = 100


@dataclass(frozen=True, slots=True)
class Among:
    """Rows of those who are on the board, best first, and the ids of those who are not, or are not to be found."""

    rows: Sequence[Row]
    not_ranked: Sequence[str]


def among(table: Table, tenant: str, board: Board, players: Sequence[str], caller: str | None) -> Among:
    """Up to 100 players ranked among themselves, in one trip.

    Who plays under a pseudonym is not found by their id, but by themself.
    """
    keys = {player: storage.position_key(tenant, board, player) for player in players}
    loaded = table.get_many(keys.values(), consistent=False)
    places = []
    for player, key in keys.items():
        item = loaded.get(PositionItem, key)
        if item is not None and item.score and (not item.alias or player == caller):
            places.append(storage.place_of(item, player))
    places.sort(key=lambda place: storage.sort_string(board, place))
    found = {place.player for place in places}
    return Among(ranked(places), [player for player in keys if player not in found])
