"""Progress tracking: from discovery to taking up again, events, blocks, quadrants, sessions, notes, what stands."""

from aws_lambda_powertools.event_handler import Response

from cairn.catalog.storage import Catalog
from cairn.platform.api.caller import PLAYS, READS_PLAYERS
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.progress import notes, read
from cairn.progress.bodies import (
    BlockWorkBody,
    EventBody,
    MomentBody,
    NotesBody,
    QuadrantBody,
    ReflectionBody,
    SessionBody,
    StartBody,
)
from cairn.progress.play import Play
from cairn.progress.progress import Abandon, Discover, Resume
from cairn.progress.routes import asked, may_assess, may_count, may_send, play_route
from cairn.tenants.storage import SettingsCache

EXPERIENCES = "/api/v1/players/<player_id>/experiences"
EXPERIENCE = f"{EXPERIENCES}/<experience_id>"


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    catalog = Catalog(table)
    parts = Play(table, catalog, SettingsCache(table))

    @http.app.post(f"{EXPERIENCE}/discover")
    def discover(player_id: str, experience_id: str) -> Response[str]:
        return play_route(http, parts, player_id, experience_id, http.body(MomentBody), Discover())

    @http.app.post(f"{EXPERIENCE}/start")
    def start(player_id: str, experience_id: str) -> Response[str]:
        body = http.body(StartBody)
        return play_route(http, parts, player_id, experience_id, body, body.command())

    @http.app.post(f"{EXPERIENCE}/resume")
    def resume(player_id: str, experience_id: str) -> Response[str]:
        return play_route(http, parts, player_id, experience_id, http.body(MomentBody), Resume())

    @http.app.post(f"{EXPERIENCE}/abandon")
    def abandon(player_id: str, experience_id: str) -> Response[str]:
        return play_route(http, parts, player_id, experience_id, http.body(MomentBody), Abandon())

    @http.app.post(f"{EXPERIENCE}/events")
    def record(player_id: str, experience_id: str) -> Response[str]:
        body = http.body(EventBody)
        settings = parts.settings.of(http.caller.tenant)
        may_send(http.caller, settings, body.type)
        may_count(http.caller, settings, body.counters)
        return play_route(http, parts, player_id, experience_id, body, body.command())

    @http.app.post(f"{EXPERIENCE}/blocks/<block_id>")
    def work(player_id: str, experience_id: str, block_id: str) -> Response[str]:
        body = http.body(BlockWorkBody)
        may_assess(http.caller, "score", body.score)
        command = body.command(http.identifier("block_id", block_id))
        return play_route(http, parts, player_id, experience_id, body, command)

    @http.app.post(f"{EXPERIENCE}/quadrants")
    def advance(player_id: str, experience_id: str) -> Response[str]:
        body = http.body(QuadrantBody)
        return play_route(http, parts, player_id, experience_id, body, body.command())

    @http.app.post(f"{EXPERIENCE}/sessions")
    def session(player_id: str, experience_id: str) -> Response[str]:
        body = http.body(SessionBody)
        return play_route(http, parts, player_id, experience_id, body, body.command())

    @http.app.get(EXPERIENCE)
    def state(player_id: str, experience_id: str) -> Response[str]:
        tenant, player, experience = asked(http, player_id, experience_id)
        return http.show(read.state(table, catalog, tenant, player, experience))

    @http.app.get(f"{EXPERIENCE}/inventory")
    def inventory(player_id: str, experience_id: str) -> Response[str]:
        tenant, player, experience = asked(http, player_id, experience_id)
        return http.show(read.inventory(table, catalog, tenant, player, experience))

    @http.app.get(f"{EXPERIENCE}/visits/<content_id>")
    def visit(player_id: str, experience_id: str, content_id: str) -> Response[str]:
        tenant, player, experience = asked(http, player_id, experience_id)
        content = http.identifier("content_id", content_id)
        return http.show(read.visit(table, catalog, tenant, player, experience, content))

    @http.app.get(f"{EXPERIENCE}/notes")
    def show_notes(player_id: str, experience_id: str) -> Response[str]:
        tenant, player, experience = asked(http, player_id, experience_id)
        catalog.get(tenant, experience)
        found = notes.find(table, tenant, player, experience)
        return http.show(notes.show(player, experience, found), etag=notes.etag(found))

    @http.app.put(f"{EXPERIENCE}/notes")
    def write_notes(player_id: str, experience_id: str) -> Response[str]:
        tenant, player, experience = asked(http, player_id, experience_id, PLAYS)
        catalog.get(tenant, experience)
        text = http.body(NotesBody).notes
        return http.answer(notes.write_notes(table, tenant, player, experience, text, http.demand, http.clock()))

    @http.app.put(f"{EXPERIENCE}/reflection")
    def write_reflection(player_id: str, experience_id: str) -> Response[str]:
        tenant, player, experience = asked(http, player_id, experience_id, PLAYS)
        text = http.body(ReflectionBody).reflection
        settings = parts.settings.of(tenant)
        return http.answer(
            notes.write_reflection(table, settings, tenant, player, experience, text, http.demand, http.clock())
        )

    @http.app.get(EXPERIENCES)
    def experiences(player_id: str) -> Response[str]:
        caller = http.caller
        player = caller.player_in(player_id, READS_PLAYERS)
        limit = http.whole_number("limit", 20, 1, 100)
        return http.show(read.experiences(table, caller.tenant, player, limit, http.query("cursor")))

    @http.app.get("/api/v1/players/<player_id>/events")
    def events(player_id: str) -> Response[str]:
        caller = http.caller
        player = caller.player_in(player_id, READS_PLAYERS)
        limit, cursor = http.whole_number("limit", 20, 1, 100), http.query("cursor")
        if event_type := http.identifier("type", http.query("type")):
            return http.show(read.events_of_type(table, caller.tenant, player, event_type, limit, cursor))
        return http.show(read.events(table, caller.tenant, player, limit, cursor))

    return http


handler = serve(routes)
