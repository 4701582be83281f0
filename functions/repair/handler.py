"""An operator's hand on one player's progress: repair, waivers, and the move to another version."""

from aws_lambda_powertools.event_handler import Response

from cairn.catalog.storage import Catalog
from cairn.platform.api.caller import OPERATES, OVERSEES
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.progress import read
from cairn.progress.bodies import MomentBody, WaiverBody
from cairn.progress.play import Play
from cairn.progress.progress import Migrate, Repair
from cairn.progress.routes import asked, play_route
from cairn.tenants.storage import SettingsCache

EXPERIENCE = "/api/v1/players/<player_id>/experiences/<experience_id>"


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    catalog = Catalog(table)
    parts = Play(table, catalog, SettingsCache(table))

    @http.app.get(f"{EXPERIENCE}/repair")
    def examine(player_id: str, experience_id: str) -> Response[str]:
        tenant, player, experience = asked(http, player_id, experience_id, OVERSEES)
        return http.show(read.contradictions(table, catalog, tenant, player, experience, http.clock()))

    @http.app.post(f"{EXPERIENCE}/repair")
    def mend(player_id: str, experience_id: str) -> Response[str]:
        return play_route(http, parts, player_id, experience_id, http.body(MomentBody), Repair(), OPERATES)

    @http.app.post(f"{EXPERIENCE}/waivers")
    def waive(player_id: str, experience_id: str) -> Response[str]:
        body = http.body(WaiverBody)
        return play_route(http, parts, player_id, experience_id, body, body.command(), OPERATES)

    @http.app.post(f"{EXPERIENCE}/migrate")
    def migrate(player_id: str, experience_id: str) -> Response[str]:
        return play_route(http, parts, player_id, experience_id, http.body(MomentBody), Migrate(), OPERATES)

    return http


handler = serve(routes)
