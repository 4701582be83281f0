"""Achievements: what there is to unlock, and what a player has unlocked."""

from aws_lambda_powertools.event_handler import Response

from cairn.achievements import read
from cairn.achievements.definition_storage import Definitions
from cairn.platform.api.caller import EVERYBODY, READS_PLAYERS
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.tenants.storage import SettingsCache


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    known = Definitions(table, SettingsCache(table))

    @http.app.get("/api/v1/achievements")
    def definitions() -> Response[str]:
        http.caller.must_be(EVERYBODY)
        watch = known.of(http.caller.tenant)
        return http.show({"achievements": [read.show_definition(each) for each in watch.active()]})

    @http.app.get("/api/v1/players/<player_id>/achievements")
    def of_player(player_id: str) -> Response[str]:
        caller = http.caller
        player_id = caller.player_in(player_id, READS_PLAYERS)
        watch = known.of(caller.tenant)
        return http.show(read.of_player(table, watch, caller.tenant, player_id, http.clock()))

    return http


handler = serve(routes)
