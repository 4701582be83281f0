"""Leaderboards: which there are, their pages, a player's rank and neighbours, friends, and how one appears."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from cairn.leaderboards import read, visibility
from cairn.leaderboards.bodies import VisibilityBody
from cairn.leaderboards.friends import MOST
from cairn.leaderboards.routes import Question
from cairn.platform.api.caller import PLAYS, READS_PLAYERS
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.tenants.storage import SettingsCache

BOARDS = "/api/v1/leaderboards"
BOARD = f"{BOARDS}/<board>"
OLDER = "/api/v1/gamification/leaderboard/<board>"
PLAYER = "/api/v1/players/<player_id>"
MOST_BOARDS = 10


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    settings = SettingsCache(table)
    tops = read.Tops(table)
    asking = Question(http, settings)

    @http.app.get(BOARDS)
    def boards() -> Response[str]:
        tenant = settings.of(http.caller.tenant)
        return asking.answer(read.show_boards(tenant.boards, tenant.zone, http.clock()))

    @http.app.get(BOARD)
    def top(board: str) -> Response[str]:
        asked = asking.of_best(board)
        limit = http.whole_number("limit", 10, 1, 100)
        seconds = settings.of(asked.tenant).boards.cache_seconds
        return asking.answer(read.show_top(table, tops, asked, limit, http.query("cursor"), seconds))

    @http.app.get(OLDER)
    def older_top(board: str) -> Response[str]:
        return top(board)

    @http.app.get(f"{OLDER}/rank")
    def older_rank(board: str) -> Response[str]:
        return rank(board, http.query("user_id") or "me")

    @http.app.get(f"{BOARD}/seasons")
    def seasons(board: str) -> Response[str]:
        return asking.answer(read.show_seasons(table, asking.of_best(board)))

    @http.app.get(f"{BOARD}/players/<player_id>")
    def rank(board: str, player_id: str) -> Response[str]:
        player_id = http.caller.player_in(player_id, READS_PLAYERS)
        return asking.answer(read.show_rank(table, asking.of(board), player_id))

    @http.app.get(f"{BOARD}/players/<player_id>/neighbours")
    def neighbours(board: str, player_id: str) -> Response[str]:
        player_id = http.caller.player_in(player_id, READS_PLAYERS)
        radius = http.whole_number("radius", 5, 1, 50)
        return asking.answer(read.show_neighbours(table, asking.of(board), player_id, radius))

    @http.app.get(f"{BOARD}/friends")
    def friends(board: str) -> Response[str]:
        asked = asking.of(board)
        return asking.answer(read.show_friends(table, asked, asking.players(MOST)))

    @http.app.get(f"{PLAYER}/ranks")
    def ranks(player_id: str) -> Response[str]:
        player_id = http.caller.player_in(player_id, READS_PLAYERS)
        return asking.answer(read.show_ranks(table, asking.of_several(MOST_BOARDS), player_id))

    @http.app.get(f"{PLAYER}/visibility")
    def visible(player_id: str) -> Response[str]:
        caller = http.caller
        player_id = caller.player_in(player_id, READS_PLAYERS)
        return http.show(visibility.show(table, caller.tenant, player_id, settings.of(caller.tenant)))

    @http.app.put(f"{PLAYER}/visibility")
    def choose(player_id: str) -> Response[str]:
        caller = http.caller
        player_id = caller.player_in(player_id, PLAYS)
        body: Any = http.body(VisibilityBody)
        tenant = settings.of(caller.tenant)
        return http.answer(visibility.choose(table, caller.tenant, player_id, body.shown_as, tenant, http.clock()))

    return http


handler = serve(routes)
