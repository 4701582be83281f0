"""Events beside an experience's own route: outside of any, and many at once."""

from aws_lambda_powertools.event_handler import Response

from cairn.catalog.storage import Catalog
from cairn.platform.api.caller import PLAYS
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.progress.bodies import BulkBody, PlayerEventBody
from cairn.progress.play import Play
from cairn.progress.routes import may_count, may_send, play_route, record_bulk
from cairn.tenants.storage import SettingsCache


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    parts = Play(table, Catalog(table), SettingsCache(table))

    @http.app.post("/api/v1/players/<player_id>/events")
    def record(player_id: str) -> Response[str]:
        body = http.body(PlayerEventBody)
        settings = parts.settings.of(http.caller.tenant)
        may_send(http.caller, settings, body.type)
        may_count(http.caller, settings, body.counters)
        return play_route(http, parts, player_id, body.experience_id, body, body.command())

    @http.app.post("/api/v1/events")
    def record_many() -> Response[str]:
        http.caller.must_be(PLAYS)
        return http.show(record_bulk(http, parts, http.body(BulkBody).events))

    return http


handler = serve(routes)
