"""A player who is erased leaves every board, and every rank below moves up."""

from collections.abc import Iterator
from datetime import datetime

from cairn.leaderboards.board import LASTING, Board
from cairn.leaderboards.mover import Move, make
from cairn.leaderboards.place import Place
from cairn.leaderboards.storage import PositionItem
from cairn.platform import keys
from cairn.platform.table import Table
from cairn.tenants.seasons import calendar_of

ERASED = 10**15
"""The version of a position that no record of the player can come after."""


def leave(table: Table, tenant: str, player: str, now: datetime) -> int:
    """Takes a player off every board; what is kept of closed seasons is for `forget`. What is left of a position says
    nothing but that nobody returns to it; whoever erases the player deletes it when no record of them is under way.

    Returns:
        How many boards the player left.

    Raises:
        Exception: that of the first position that could not be written.
    """
    wanted = list(_moves(table, tenant, player))
    for stuck in make(table, wanted, now).stuck:
        raise stuck.error
    return sum(move.old > 0 for move in wanted)


def _moves(table: Table, tenant: str, player: str) -> Iterator[Move]:
    partition = keys.player_partition(tenant, player)
    for raw in table.query_all(partition, prefix=keys.POSITION_PREFIX, consistent=True):
        item = PositionItem.parse(raw)
        if int(item.source_version) < ERASED:
            board_id, period = keys.board_of(item.SK)
            calendar = None if period in LASTING else calendar_of(period)
            board = Board(board_id, high_first=True, unit="", metric="", period=period, calendar=calendar)
            beside = None if item.beside is None else ERASED
            yield Move(tenant, board, Place(player, 0, 0, "", hidden=True), int(item.score), ERASED, beside)
