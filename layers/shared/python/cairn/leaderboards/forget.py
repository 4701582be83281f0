"""An erased player leaves the seasons that are closed: their frozen rows, and their archives.

Whoever erases a player takes them off the live boards first: a season that is being closed notices that, and begins
anew. Done twice, it changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cairn.leaderboards import archive, frozen
from cairn.leaderboards.board import Board, of_season
from cairn.leaderboards.frozen import Closed
from cairn.platform.objects import Objects
from cairn.platform.table import Table
from cairn.tenants.boards import BoardSettings


def forget(
    table: Table,
    objects: Objects,
    tenant: str,
    settings: BoardSettings,
    player: str,
    in_time: Callable[[], bool] = lambda: True,
    reached: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    """Takes a player out of every closed season of a tenant's boards, shown or not.

    Args:
        in_time: whether there is time for another part of an archive. reached: what an earlier call gave back.

    Returns:
        What to go on with, where there was no time for the rest; None when there is nothing left to do.
    """
    at = (reached["board"], reached["season"], reached["part"]) if reached else ("", "", 0)
    for board, closed in _seasons(table, tenant, settings):
        if (board.id, board.period) < at[:2]:
            continue
        frozen.forget(table, tenant, board, player)
        first = at[2] if (board.id, board.period) == at[:2] else 0
        for part in range(first, closed.parts):
            if not in_time():
                return {"board": board.id, "season": board.period, "part": part}
            if archive.forget(objects, tenant, board, part, player):
                break
    return None


def _seasons(table: Table, tenant: str, settings: BoardSettings) -> Iterator[tuple[Board, Closed]]:
    """Every closed season, by board and name."""
    for rule in sorted(settings.defined, key=lambda rule: rule.id):
        if rule.period.calendar:
            for closed in frozen.all_seasons(table, tenant, rule.id):
                if board := of_season(settings, rule.id, closed.season):
                    yield board, closed
