"""Experience completion: one atomic write pays XP, virtues, mastery and the streak."""

from aws_lambda_powertools.event_handler import Response

from cairn.catalog.storage import Catalog
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.progress.bodies import CompleteBody
from cairn.progress.play import Play
from cairn.progress.routes import play_route
from cairn.tenants.storage import SettingsCache


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    parts = Play(table, Catalog(table), SettingsCache(table))

    @http.app.post("/api/v1/players/<player_id>/experiences/<experience_id>/complete")
    def complete(player_id: str, experience_id: str) -> Response[str]:
        body = http.body(CompleteBody)
        return play_route(http, parts, player_id, experience_id, body, body.command())

    return http


handler = serve(routes)
