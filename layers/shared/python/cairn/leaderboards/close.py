"""Closing a season: everybody is archived, the best thousand are frozen, and the season is final.

It happens 72 hours after the season's end, part by part. A part that is written twice is the same, and the last step
is taken once: so it may die anywhere and begin again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import batched, islice
from typing import Any

from cairn.leaderboards import archive, storage, tree
from cairn.leaderboards.board import Board, closes_at
from cairn.leaderboards.place import Place
from cairn.leaderboards.ranks import Row
from cairn.leaderboards.storage import FROZEN_AT_ONCE, SeasonItem
from cairn.platform.instants import iso, to_ms
from cairn.platform.objects import Objects
from cairn.platform.table import Table
from cairn.platform.transact import ConditionsFailed, Put, transact

FROZEN = 1_000
PART_ROWS = 5_000


@dataclass(slots=True)
class Reached:
    """How far the closing of a season has come: parts that are written, and the place after which to go on.

    listed: how many players there were so far. score, rank: of the last one.
    """

    parts: int = 0
    after: Place | None = None
    listed: int = 0
    score: int | None = None
    rank: int = 0

    def to_json(self, board: Board) -> dict[str, Any]:
        after = storage.sort_string(board, self.after) if self.after else None
        return {"parts": self.parts, "after": after, "listed": self.listed, "score": self.score, "rank": self.rank}

    @classmethod
    def from_json(cls, board: Board, sent: Mapping[str, Any]) -> "Reached":
        after = storage.place_in_index(board, {"bs": {"S": sent["after"]}}) if sent.get("after") else None
        return cls(**{**sent, "after": after})


def close(
    table: Table,
    objects: Objects,
    tenant: str,
    board: Board,
    zone: str,
    now: datetime,
    in_time: Callable[[], bool] = lambda: True,
    reached: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    """Closes a season of a board that is over, or goes on with it.

    Args:
        zone: of the tenant's calendar. reached: what an earlier call gave back.

    Returns:
        What to go on with, where there was no time for the rest; None when there is nothing left to do.
    """
    key, closed_at = storage.season_key(tenant, board), closes_at(board.period, zone)
    if now < closed_at or table.get_many([key]).get(SeasonItem, key):
        return None
    done = Reached.from_json(board, reached or {})
    rows = _rows(table, tenant, board, done)
    while some := list(islice(rows, PART_ROWS)):
        archive.write_part(objects, tenant, board, done.parts, some)
        _freeze(table, tenant, board, done.listed - len(some), some)
        done.parts += 1
        done.after = some[-1].place
        if len(some) == PART_ROWS and not in_time():
            return done.to_json(board)
    about = {
        "closed_at": iso(closed_at),
        "total_players": done.listed,
        "parts": done.parts,
        "unit": board.unit,
        "high_first": board.high_first,
    }
    archive.write_manifest(objects, tenant, board, about)
    item = SeasonItem(*key, players=done.listed, closed_at=to_ms(closed_at), archive=archive.prefix(tenant, board))
    with suppress(ConditionsFailed):  # where another run was quicker, it wrote the same
        transact(table, [Put("season", item, SeasonItem.absent())])
    return None


def _rows(table: Table, tenant: str, board: Board, done: Reached) -> Iterator[Row]:
    """Everybody below the place that was reached, with their ranks; notes who was listed."""
    for place in _places(table, tenant, board, done.after):
        done.listed += 1
        if place.score != done.score:
            done.score, done.rank = place.score, done.listed
        yield Row(done.rank, place)


def _places(table: Table, tenant: str, board: Board, after: Place | None) -> Iterator[Place]:
    bands = sorted(range(tree.RADIX), reverse=board.high_first)
    own = tree.band(after.score) if after else bands[0]
    for band in bands[bands.index(own) :]:
        for row in storage.rows_of(table, tenant, board, band, after if band == own else None):
            yield storage.place_in_index(board, row)


def _freeze(table: Table, tenant: str, board: Board, before: int, rows: Sequence[Row]) -> None:
    """Keeps those of the rows that are among the best thousand, a hundred an item."""
    best = rows[: max(0, FROZEN - before)]
    for number, some in enumerate(batched(best, FROZEN_AT_ONCE, strict=False), start=before // FROZEN_AT_ONCE):
        transact(table, [storage.freeze(tenant, board, number, some)])
