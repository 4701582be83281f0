"""Completion and mastery: one atomic write pays XP, virtues, mastery and the streak; practice may gain mastery."""

from aws_lambda_powertools.event_handler import Response

from cairn.catalog.storage import Catalog
from cairn.platform.api.caller import PLAYS
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.progress.bodies import CompleteBody, PracticeBody
from cairn.progress.play import Play
from cairn.progress.routes import may_assess, play_route
from cairn.tenants.storage import Secrets, SettingsCache

EXPERIENCE = "/api/v1/players/<player_id>/experiences/<experience_id>"


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    parts = Play(table, Catalog(table), SettingsCache(table))
    secrets = Secrets(table)

    @http.app.post(f"{EXPERIENCE}/complete")
    def complete(player_id: str, experience_id: str) -> Response[str]:
        body = http.body(CompleteBody)
        return play_route(http, parts, player_id, experience_id, body, body.command())

    @http.app.post(f"{EXPERIENCE}/practice")
    def practise(player_id: str, experience_id: str) -> Response[str]:
        body = http.body(PracticeBody)
        http.caller.player_in(player_id, PLAYS)  # before the tenant's secret is made for somebody who may not play
        may_assess(http.caller, "performance_factor", body.performance_factor)
        command = body.command(secrets.of(http.caller.tenant))
        return play_route(http, parts, player_id, experience_id, body, command)

    return http


handler = serve(routes)
