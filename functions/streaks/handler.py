"""Streaks: where a player's streak stands now."""

from aws_lambda_powertools.event_handler import Response

from cairn.platform.api.caller import READS_PLAYERS
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.players import profile
from cairn.players.player import Player
from cairn.streaks import read
from cairn.tenants.storage import SettingsCache


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    settings = SettingsCache(table)

    @http.app.get("/api/v1/players/<player_id>/streak")
    def streak(player_id: str) -> Response[str]:
        caller = http.caller
        player_id = caller.player_in(player_id, READS_PLAYERS)
        player = profile.find(table, caller.tenant, player_id, consistent=False)
        return http.show(
            read.show(player or Player(caller.tenant, player_id), settings.of(caller.tenant), http.clock())
        )

    return http


handler = serve(routes)
