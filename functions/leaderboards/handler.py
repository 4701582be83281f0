"""Leaderboards: the top of a board, and one player's rank."""

from aws_lambda_powertools.event_handler import Response

from cairn.leaderboards import read
from cairn.leaderboards.board import named
from cairn.platform.api.caller import READS_PLAYERS
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table

BOARD = "/api/v1/leaderboards/<board>"


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)

    @http.app.get(BOARD)
    def top(board: str) -> Response[str]:
        caller = http.caller
        limit = http.whole_number("limit", 10, 1, 100)
        return http.show(read.show_top(table, caller.tenant, named(board), limit, caller.player, http.clock()))

    @http.app.get(f"{BOARD}/players/<player_id>")
    def rank(board: str, player_id: str) -> Response[str]:
        caller = http.caller
        player_id = caller.player_in(player_id, READS_PLAYERS)
        return http.show(read.show_rank(table, caller.tenant, named(board), player_id, http.clock()))

    return http


handler = serve(routes)
