"""Seasons that are closed: which there are, and their best thousand as they ended."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cairn.leaderboards import storage
from cairn.leaderboards.board import Board
from cairn.leaderboards.ranks import Row, ranked
from cairn.leaderboards.storage import FROZEN, FROZEN_AT_ONCE, FrozenItem, SeasonItem
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.instants import from_ms
from cairn.platform.table import Table
from cairn.platform.transact import ConditionsFailed, transact

MOST_SEASONS = 100


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed season: how many players it had, when it closed, and where its archive is, in how many parts."""

    season: str
    total_players: int
    closed_at: datetime
    archive: str
    parts: int


@dataclass(frozen=True, slots=True)
class Final:
    """Rows of a closed season, and the cursor of those below; None where no more are kept."""

    closed: Closed
    rows: Sequence[Row]
    next: str | None


def seasons(table: Table, tenant: str, board: Board) -> list[Closed]:
    """A board's closed seasons, the latest first; at most a hundred."""
    page = table.query(keys.seasons(tenant, board.id), forward=False, limit=MOST_SEASONS)
    return [_closed(SeasonItem.parse(raw)) for raw in page.items]


def all_seasons(table: Table, tenant: str, board_id: str) -> Iterator[Closed]:
    """Every closed season of a board, by name."""
    for raw in table.query_all(keys.seasons(tenant, board_id), consistent=True):
        yield _closed(SeasonItem.parse(raw))


def final(table: Table, tenant: str, board: Board, limit: int, cursor: str = "") -> Final | None:
    """Rows of a season as it ended, in one trip; None where it is not closed.

    Raises:
        DomainError: `invalid-parameter` for what is no cursor.
    """
    start = _read_cursor(cursor)
    key = storage.season_key(tenant, board)
    numbers = range(start // FROZEN_AT_ONCE, (min(FROZEN, start + limit) - 1) // FROZEN_AT_ONCE + 1)
    frozen = [storage.frozen_key(tenant, board, number) for number in numbers]
    loaded = table.get_many([key, *frozen], consistent=False)
    season = loaded.get(SeasonItem, key)
    if season is None:
        return None
    rows = [row for each in frozen if (item := loaded.get(FrozenItem, each)) for row in storage.frozen_rows(item)]
    shown = rows[start % FROZEN_AT_ONCE :][:limit]
    ends = start + len(shown)
    more = ends < int(season.kept)
    return Final(_closed(season), shown, _write_cursor(ends) if more else None)


def forget(table: Table, tenant: str, board: Board, player: str) -> bool:
    """Takes an erased player out of the best thousand of a closed season; every rank below moves up.

    Returns:
        Whether the player was among them.
    """
    keys_of = [storage.frozen_key(tenant, board, number) for number in range(FROZEN // FROZEN_AT_ONCE)]
    while True:
        loaded = table.get_many([*keys_of, storage.season_key(tenant, board)])
        season = loaded.get(SeasonItem, storage.season_key(tenant, board))
        items = [item for key in keys_of if (item := loaded.get(FrozenItem, key))]
        rows = [row for item in items for row in storage.frozen_rows(item)]
        at = next((number for number, row in enumerate(rows) if row.place.player == player), None)
        if season is None or at is None:
            return False
        left = ranked(row.place for row in rows if row.place.player != player)
        writes = [
            storage.freeze(tenant, board, number, left[number * FROZEN_AT_ONCE :][:FROZEN_AT_ONCE], item)
            for number, item in enumerate(items[at // FROZEN_AT_ONCE :], start=at // FROZEN_AT_ONCE)
        ]
        try:
            transact(table, [*writes, storage.one_frozen_fewer(tenant, board, int(season.kept))])
        except ConditionsFailed:
            continue  # another player was erased at the same moment
        return True


def _closed(item: SeasonItem) -> Closed:
    return Closed(item.SK, int(item.players), from_ms(int(item.closed_at)), item.archive, int(item.parts))


def _write_cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"final {start}".encode()).decode()


def _read_cursor(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, start = base64.b64decode(cursor, altchars=b"-_", validate=True).decode().split(" ")
        if word == "final" and start.isascii() and start.isdigit() and int(start) < FROZEN:
            return int(start)
    except ValueError:
        pass
    raise DomainError("invalid-parameter", "cursor must be the `next` of the page before, of the same season.")
