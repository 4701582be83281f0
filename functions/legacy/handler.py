"""The routes of older clients: track-user-progress and track-user-activity, with their names and their fields."""

from aws_lambda_powertools.event_handler import Response

from cairn.catalog.storage import Catalog
from cairn.platform.api.caller import PLAYS
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.command import Answer
from cairn.platform.config import Config
from cairn.platform.preconditions import demand
from cairn.platform.table import Table
from cairn.progress import notes
from cairn.progress.bodies import OlderBody, TrackActivityBody, TrackProgressBody
from cairn.progress.play import Play, Request, play
from cairn.progress.progress import Command
from cairn.progress.routes import may_count
from cairn.progress.tracking import activity, commands, happened_at
from cairn.tenants.storage import SettingsCache


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    catalog = Catalog(table)
    parts = Play(table, catalog, SettingsCache(table))

    def player_of(body: OlderBody) -> str:
        return http.caller.player_in(body.user_id or "me", PLAYS)

    def played(player: str, experience: str | None, command: Command, part: str) -> Answer:
        now = http.clock()
        key = http.own_key(player, part)
        return play(
            parts, Request(http.caller.tenant, player, experience, command, happened_at(command, now), now, key)
        )

    @http.app.post("/api/v1/track-user-progress")
    def track_progress() -> Response[str]:
        body = http.body(TrackProgressBody)
        tenant, player, experience_id = http.caller.tenant, player_of(body), body.experience
        assert experience_id is not None
        wanted = commands(catalog.get(tenant, experience_id), body.tracked(), assesses=not http.caller.player)
        for number, command in enumerate(wanted):
            answer = played(player, experience_id, command, f"#{number}")
        if body.notes is not None:
            notes.write_notes(table, tenant, player, experience_id, body.notes, demand, http.clock())
        return http.answer(Answer({"success": True, "data": answer.body}, answer.replayed))

    @http.app.post("/api/v1/track-user-activity")
    def track_activity() -> Response[str]:
        body = http.body(TrackActivityBody)
        settings = parts.settings.of(http.caller.tenant)
        may_count(http.caller, settings, body.counters)
        data, allowed = body.activity_data or {}, settings.player_event_types
        event = activity(body.activity_type, body.content_item_id, data, allowed, body.counters)
        answer = played(player_of(body), body.experience, event, "")
        return http.answer(Answer({"success": True, "data": answer.body}, answer.replayed))

    return http


handler = serve(routes)
