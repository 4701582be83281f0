"""Players: profile, name and time zone."""

from aws_lambda_powertools.event_handler import Response

from cairn.platform.api.caller import PLAYS, READS_PLAYERS
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.players import profile
from cairn.players.bodies import PlayerBody
from cairn.tenants.storage import SettingsCache

PLAYER = "/api/v1/players/<player_id>"


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    settings = SettingsCache(table)

    @http.app.get(PLAYER)
    def show(player_id: str) -> Response[str]:
        caller = http.caller
        player = profile.get(table, caller.tenant, caller.player_in(player_id, READS_PLAYERS))
        return http.show(profile.show(player, settings.of(caller.tenant)))

    @http.app.put(PLAYER)
    def set_profile(player_id: str) -> Response[str]:
        caller = http.caller
        player = caller.player_in(player_id, PLAYS)
        body = http.body(PlayerBody)
        answer = profile.set_profile(
            table, caller.tenant, player, body.name, body.zone, settings.of(caller.tenant), http.clock()
        )
        return http.answer(answer)

    return http


handler = serve(routes)
