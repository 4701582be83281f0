"""Boards as the API shows them."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cairn.leaderboards import frozen
from cairn.leaderboards.board import Board, in_season, is_kept, is_over, must_have_seasons, of_players, season_at
from cairn.leaderboards.friends import among
from cairn.leaderboards.neighbours import neighbours
from cairn.leaderboards.place import AsOf, slot_at
from cairn.leaderboards.rank import rank_of, ranks_of
from cairn.leaderboards.ranks import Ranked, Row
from cairn.leaderboards.top import Page, top
from cairn.platform.errors import DomainError
from cairn.platform.instants import from_ms, iso
from cairn.platform.table import Table
from cairn.tenants.boards import BoardSettings
from cairn.tenants.seasons import season_days, season_of
from cairn.xp.levels import title_of

PAGES_KEPT = 256


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: of which tenant's board, by whom, and when.

    caller: the player who asks, None for anybody else. trusted: whether they may know who is behind a pseudonym.
    """

    tenant: str
    board: Board
    zone: str
    now: datetime
    caller: str | None = None
    trusted: bool = False


class Tops:
    """Top pages, kept in a function's memory for as long as the tenant allows."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._kept: OrderedDict[tuple[object, ...], tuple[datetime, Page]] = OrderedDict()

    def of(self, asked: Asked, limit: int, cursor: str, seconds: int) -> tuple[Page, datetime]:
        """A page, and when it was read: at most `seconds` ago."""
        key = (asked.tenant, asked.board.key, limit, cursor)
        kept = self._kept.get(key)
        if kept and timedelta(0) <= asked.now - kept[0] < timedelta(seconds=seconds):
            return kept[1], kept[0]
        page = top(self._table, asked.tenant, asked.board, limit, cursor)
        self._kept[key] = (asked.now, page)
        self._kept.move_to_end(key)
        if len(self._kept) > PAGES_KEPT:
            self._kept.popitem(last=False)
        return page, asked.now


def show_boards(settings: BoardSettings, zone: str, now: datetime) -> dict[str, Any]:
    """The boards that there are, and their periods now."""
    boards = [_show_board(board, zone, now) for board in of_players(settings)]
    of_experiences = [
        {"id": f"{rule.id}:{{experience_id}}", "title": rule.title, "unit": rule.unit, "high_first": rule.high_first}
        for rule in settings.of_experiences()
    ]
    return {"boards": boards, "of_experiences": of_experiences, "as_of": iso(now)}


def _show_board(board: Board, zone: str, now: datetime) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": board.id,
        "title": board.title,
        "metric": board.metric,
        "unit": board.unit,
        "high_first": board.high_first,
    }
    return shown | _period(board, zone, now)


def _period(board: Board, zone: str, now: datetime) -> dict[str, Any]:
    """The days that a board ranks: of its window, or of its season."""
    today = AsOf(slot_at(now), zone).day
    if board.calendar:
        return _days_of(season_of(today, board.calendar))
    if board.window:
        return {"from": (today - timedelta(days=board.window - 1)).isoformat(), "to": today.isoformat()}
    return {}


def show_top(table: Table, tops: Tops, asked: Asked, limit: int, cursor: str, seconds: int) -> dict[str, Any]:
    """A page of a board; for a player with their own row where they are ranked, at two more trips where it is not
    on the first page. Of a closed season, a page of its best thousand as it ended.

    Raises:
        DomainError: `invalid-parameter` for what is no cursor.
    """
    if is_over(asked.board, asked.zone, asked.now):
        ended = frozen.final(table, asked.tenant, asked.board, limit, cursor)
        if ended:
            return _show_final(table, ended, asked, first=not cursor)
    page, as_of = tops.of(asked, limit, cursor, seconds)
    shown: dict[str, Any] = {
        **_of(asked, as_of),
        "age_seconds": int((asked.now - as_of).total_seconds()),
        "total_players": page.total_players,
        "rows": show_rows(page.rows, asked),
        "next": page.next,
    }
    own = _own(table, asked, page.rows) if asked.caller and not cursor else None
    return shown | ({"own": show_row(own, asked)} if own else {})


def _show_final(table: Table, ended: frozen.Final, asked: Asked, *, first: bool) -> dict[str, Any]:
    own = _own(table, asked, ended.rows) if asked.caller and first else None
    return {
        **_of(asked, asked.now),
        "closed_at": iso(ended.closed.closed_at),
        "total_players": ended.closed.total_players,
        "rows": show_rows(ended.rows, asked),
        "next": ended.next,
        **({"own": show_row(own, asked)} if own else {}),
    }


def show_seasons(table: Table, asked: Asked) -> dict[str, Any]:
    """A board's seasons: the present one, and those that are closed, the latest first.

    Raises:
        DomainError: `unknown-season` for a board that has none.
    """
    calendar, present = (
        must_have_seasons(asked.board),
        in_season(asked.board, season_at(asked.board, asked.zone, asked.now)),
    )
    closed = [
        {
            **_days_of(each.season),
            "total_players": each.total_players,
            "closed_at": iso(each.closed_at),
            **({"archive": each.archive} if asked.trusted else {}),
        }
        for each in frozen.seasons(table, asked.tenant, asked.board)
    ]
    return {
        "board": asked.board.id,
        "calendar": calendar.value,
        "present": _days_of(present.period),
        "closed": closed,
        "as_of": iso(asked.now),
    }


def _days_of(season: str) -> dict[str, Any]:
    first, last = season_days(season)
    return {"season": season, "from": first.isoformat(), "to": last.isoformat()}


def _own(table: Table, asked: Asked, rows: Sequence[Row]) -> Row | None:
    assert asked.caller is not None
    listed = next((row for row in rows if row.place.player == asked.caller), None)
    if listed or not is_kept(asked.board, asked.now):
        return listed
    (found,) = ranks_of(table, asked.tenant, [asked.board], asked.caller)
    return found.ranked.row if found.ranked else None


def show_rank(table: Table, asked: Asked, player: str) -> dict[str, Any]:
    """A player's rank on a board.

    Raises:
        DomainError: `not-ranked`.
    """
    found = rank_of(table, asked.tenant, asked.board, player)
    return {**_of(asked, asked.now), **show_ranked(found, asked)}


def show_ranks(table: Table, asked: Sequence[Asked], player: str) -> dict[str, Any]:
    """A player's ranks on several boards; None on those where they are not ranked."""
    by_board = {each.board.key: each for each in asked}
    found = ranks_of(table, asked[0].tenant, [each.board for each in asked], player)
    ranks = [
        {
            **_board_of(by_board[each.board.key]),
            **(show_ranked(each.ranked, by_board[each.board.key]) if each.ranked else {"rank": None}),
        }
        for each in found
    ]
    return {"player_id": player, "as_of": iso(asked[0].now), "ranks": ranks}


def show_neighbours(table: Table, asked: Asked, player: str, radius: int) -> dict[str, Any]:
    """The rows around a player.

    Raises:
        DomainError: `not-ranked`.
    """
    found = neighbours(table, asked.tenant, asked.board, player, radius)
    return {
        **_of(asked, asked.now),
        "rank": found.own.rank,
        "total_players": found.total_players,
        "rows": show_rows(found.rows, asked),
    }


def show_friends(table: Table, asked: Asked, players: Sequence[str]) -> dict[str, Any]:
    """Players ranked among themselves, and those who are not ranked."""
    found = among(table, asked.tenant, asked.board, players, asked.caller)
    return {**_of(asked, asked.now), "rows": show_rows(found.rows, asked), "not_ranked": list(found.not_ranked)}


def _of(asked: Asked, as_of: datetime) -> dict[str, Any]:
    return {**_board_of(asked), "as_of": iso(as_of)}


def _board_of(asked: Asked) -> dict[str, Any]:
    board = asked.board
    period = _days_of(board.period) if board.calendar else _period(board, asked.zone, asked.now)
    return {"board": board.id, **period, "unit": board.unit}


def show_ranked(found: Ranked, asked: Asked) -> dict[str, Any]:
    return {**show_row(found.row, asked), "total_players": found.total_players, "percentile": found.percentile}


def show_rows(rows: Sequence[Row], asked: Asked) -> list[dict[str, Any]]:
    return [show_row(row, asked) for row in rows]


def show_row(row: Row, asked: Asked) -> dict[str, Any]:
    """A row: rank, score in the board's unit, level and title. Under a pseudonym there is no id, but for the player
    and for those who are trusted.
    """
    place = row.place
    known = not place.alias or asked.trusted or place.player == asked.caller
    return {
        "rank": row.rank,
        "player_id": place.player if known else None,
        "name": place.alias or place.name,
        "pseudonym": bool(place.alias),
        "score": place.score * asked.board.step,
        "level": place.level,
        "title": title_of(place.level),
        "reached_at": iso(from_ms(place.reached_at)),
    }


def etag_of(shown: Mapping[str, Any]) -> str:
    """A weak ETag of an answer: the same for the same ranks, whenever they were read."""
    lasting = {name: value for name, value in shown.items() if name not in ("as_of", "age_seconds")}
    digest = hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()
    return f'W/"{digest[:16]}"'


def asked_boards(settings: BoardSettings, names: Sequence[str], most: int) -> list[str]:
    """The boards asked for, or all that rank players by their totals.

    Raises:
        DomainError: `invalid-parameter` for more than `most`.
    """
    if len(names) > most:
        raise DomainError("invalid-parameter", f"boards names {len(names)} boards; at most {most} are taken.")
    return list(dict.fromkeys(names)) or [board.id for board in of_players(settings)][:most]
