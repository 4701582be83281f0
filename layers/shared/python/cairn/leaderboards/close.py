"""Closing a season: everybody is archived, the best thousand are frozen, and the season is final.

It happens 72 hours after the season's end, part by part, when nobody comes on the board any more. A part that is
written twice is the same, and the last step is taken once: so it may die anywhere and begin again. Somebody may be
erased meanwhile. Then the counts are others than at the start, and it begins anew; the last step holds them still.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched, islice
from typing import Any

from cairn.leaderboards import archive, storage, tree
from cairn.leaderboards.audit import SETTLES_SECONDS
from cairn.leaderboards.board import Board, closes_at
from cairn.leaderboards.place import Place
from cairn.leaderboards.ranks import Row
from cairn.leaderboards.storage import FROZEN, FROZEN_AT_ONCE, SeasonItem
from cairn.platform.instants import iso, to_ms
from cairn.platform.objects import Objects
from cairn.platform.table import Loaded, Table
from cairn.platform.transact import ConditionsFailed, Put, transact

PART_ROWS = 5_000
ATTEMPTS = 5

type Counts = dict[int, int]


@dataclass(slots=True)
class Reached:
    """How far the closing of a season has come.

    counts: players by band, as it began. parts: those that are written; after: the place after which to go on.
    listed: how many players there were so far. score, rank: of the last one.
    attempts: how often it began anew. written: how many parts earlier attempts may have left.
    """

    counts: Counts = field(default_factory=dict)
    parts: int = 0
    after: Place | None = None
    listed: int = 0
    score: int | None = None
    rank: int = 0
    attempts: int = 0
    written: int = 0

    def anew(self, counts: Counts) -> "Reached":
        """The next attempt."""
        return Reached(counts, attempts=self.attempts + 1, written=max(self.written, self.parts))

    def to_json(self, board: Board) -> dict[str, Any]:
        return {
            "counts": {str(band): players for band, players in self.counts.items()},
            "parts": self.parts,
            "after": storage.sort_string(board, self.after) if self.after else None,
            "listed": self.listed,
            "score": self.score,
            "rank": self.rank,
            "attempts": self.attempts,
            "written": self.written,
        }

    @classmethod
    def from_json(cls, board: Board, sent: Mapping[str, Any]) -> "Reached":
        counts = {int(band): players for band, players in sent["counts"].items()}
        after = storage.place_in_index(board, {"bs": {"S": sent["after"]}}) if sent["after"] else None
        return cls(**{**sent, "counts": counts, "after": after})


def close(
    table: Table,
    objects: Objects,
    tenant: str,
    board: Board,
    zone: str,
    now: datetime,
    in_time: Callable[[], bool] = lambda: True,
    reached: Mapping[str, Any] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any] | None:
    """Closes a season of a board that is over, or goes on with it.

    Args:
        zone: of the tenant's calendar. in_time: whether there is time for another part.
        reached: what an earlier call gave back. sleep: waits until the index shows who left.

    Returns:
        What to go on with, where there was no time for the rest; None when there is nothing left to do.
    """
    key, closed_at = storage.season_key(tenant, board), closes_at(board.period, zone)
    if now < closed_at or table.get_many([key]).get(SeasonItem, key):
        return None
    done = (
        Reached.from_json(board, reached) if reached else Reached(_counts(_roots(table, tenant, board), board, tenant))
    )
    rows = _rows(table, tenant, board, done)
    while some := list(islice(rows, PART_ROWS)):
        archive.write_part(objects, tenant, board, done.parts, some)
        if not _freeze(table, tenant, board, done.listed - len(some), some):
            return None
        done.parts += 1
        done.after = some[-1].place
        if len(some) == PART_ROWS and not in_time():
            return done.to_json(board)
    roots = _roots(table, tenant, board)
    counts = _counts(roots, board, tenant)
    # Where the counts themselves are wrong, as audits tell, no attempt would be the last.
    agree = done.listed == sum(counts.values()) or done.attempts >= ATTEMPTS
    if counts == done.counts and agree and _end(table, objects, tenant, board, closed_at, done, roots):
        return None
    sleep(SETTLES_SECONDS)
    return done.anew(_counts(_roots(table, tenant, board), board, tenant)).to_json(board)


def _roots(table: Table, tenant: str, board: Board) -> Loaded:
    return table.get_many(storage.node_keys(tenant, board, [tree.ROOT]))


def _counts(roots: Loaded, board: Board, tenant: str) -> Counts:
    """Players by band."""
    return storage.counts_of(roots, tenant, board, [tree.ROOT]).get(tree.ROOT, {})


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


def _freeze(table: Table, tenant: str, board: Board, before: int, rows: Sequence[Row]) -> bool:
    """Keeps those of the rows that are among the best thousand, a hundred an item; False where it is closed by now."""
    best = rows[: max(0, FROZEN - before)]
    for number, some in enumerate(batched(best, FROZEN_AT_ONCE, strict=False), start=before // FROZEN_AT_ONCE):
        try:
            transact(table, [storage.freeze(tenant, board, number, some), storage.still_open(tenant, board)])
        except ConditionsFailed:
            return False
    return True


def _end(
    table: Table, objects: Objects, tenant: str, board: Board, closed_at: datetime, done: Reached, roots: Loaded
) -> bool:
    """The last step; False where somebody left just now."""
    for number in range(done.parts, done.written):
        archive.write_part(objects, tenant, board, number, [])
    kept = min(FROZEN, done.listed)
    beyond = range(-(-kept // FROZEN_AT_ONCE), FROZEN // FROZEN_AT_ONCE)
    keys = {storage.frozen_key(tenant, board, number): number for number in beyond}
    left = [keys[key] for key in table.get_many(keys).raw]
    about = {
        "closed_at": iso(closed_at),
        "total_players": done.listed,
        "parts": done.parts,
        "unit": board.unit,
        "high_first": board.high_first,
    }
    archive.write_manifest(objects, tenant, board, about)
    item = SeasonItem(
        *storage.season_key(tenant, board),
        players=done.listed,
        kept=kept,
        closed_at=to_ms(closed_at),
        archive=archive.prefix(tenant, board),
        parts=done.parts,
    )
    try:
        transact(
            table,
            [
                Put("season", item, SeasonItem.absent()),
                *(storage.freeze(tenant, board, number, []) for number in left),
                *storage.unmoved(tenant, board, roots),
            ],
        )
    except ConditionsFailed as failed:
        return "season" in failed.items  # another run was quicker: it wrote the same
    return True
