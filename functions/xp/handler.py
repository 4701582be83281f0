"""XP: level and title, and the ledger that they are the sum of."""

from aws_lambda_powertools.event_handler import Response

from cairn.platform.api.caller import READS_PLAYERS
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.players import profile
from cairn.players.player import Player
from cairn.xp import read

XP = "/api/v1/players/<player_id>/xp"


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)

    @http.app.get(XP)
    def standing(player_id: str) -> Response[str]:
        caller = http.caller
        player_id = caller.player_in(player_id, READS_PLAYERS)
        player = profile.find(table, caller.tenant, player_id, consistent=False)
        return http.show(read.show_standing(player or Player(caller.tenant, player_id), http.clock()))

    @http.app.get(f"{XP}/history")
    def history(player_id: str) -> Response[str]:
        caller = http.caller
        player_id = caller.player_in(player_id, READS_PLAYERS)
        limit = http.whole_number("limit", 20, 1, 100)
        return http.show(read.history(table, caller.tenant, player_id, limit, http.query("cursor")))

    return http


handler = serve(routes)
