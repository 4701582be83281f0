"""Progress tracking: start, events, quadrants, sessions, and what stands."""

from aws_lambda_powertools.event_handler import Response

from cairn.catalog.storage import Catalog
from cairn.platform.api.caller import READS_PLAYERS, Role
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.errors import DomainError
from cairn.platform.table import Table
from cairn.progress import read
from cairn.progress.bodies import EventBody, QuadrantBody, SessionBody, StartBody
from cairn.progress.play import Play
from cairn.progress.routes import play_route
from cairn.tenants.settings import SYSTEM_EVENTS
from cairn.tenants.storage import SettingsCache

EXPERIENCES = "/api/v1/players/<player_id>/experiences"
EXPERIENCE = f"{EXPERIENCES}/<experience_id>"


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    parts = Play(table, Catalog(table), SettingsCache(table))

    @http.app.post(f"{EXPERIENCE}/start")
    def start(player_id: str, experience_id: str) -> Response[str]:
        body = http.body(StartBody)
        return play_route(http, parts, player_id, experience_id, body, body.command())

    @http.app.post(f"{EXPERIENCE}/events")
    def record(player_id: str, experience_id: str) -> Response[str]:
        body = http.body(EventBody)
        may_send(http, parts, body.type)
        return play_route(http, parts, player_id, experience_id, body, body.command())

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
        caller = http.caller
        player = caller.player_in(player_id, READS_PLAYERS)
        experience = http.identifier("experience_id", experience_id)
        return http.show(read.state(table, parts.catalog, caller.tenant, player, experience))

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


def may_send(http: Http, parts: Play, event_type: str) -> None:
    """Raises DomainError `event-type-not-allowed` for the system's own types, and for a player those that
    the tenant does not let players send.
    """
    caller = http.caller
    if event_type in SYSTEM_EVENTS:
        raise DomainError(
            "event-type-not-allowed",
            f"{event_type} is recorded by the system itself. Use the route that causes it.",
        )
    allowed = parts.settings.of(caller.tenant).player_event_types
    if caller.role is Role.PLAYER and event_type not in allowed:
        raise DomainError(
            "event-type-not-allowed",
            f"Players may not send {event_type}. They may send {', '.join(allowed)}.",
            allowed=list(allowed),
        )


handler = serve(routes)
