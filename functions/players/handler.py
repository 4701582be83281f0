"""Players: their profile, what belongs to them, and their active session."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response

from cairn.platform.api.caller import PLAYS, READS_PLAYERS, SERVES, Role
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.players import keep, profile, session
from cairn.players.belongings import Part
from cairn.players.bodies import CustomStatsBody, ItemsBody, PlayerBody, PreferencesBody
from cairn.tenants.storage import SettingsCache

PLAYER = "/api/v1/players/<player_id>"
PREFERENCES = f"{PLAYER}/preferences"
CUSTOM_STATS = f"{PLAYER}/custom-stats"
INVENTORY = f"{PLAYER}/inventory"
SESSION = f"{PLAYER}/session"

type Content = Callable[[str], dict[str, Any]]
"""What the request's body holds for the player that the path names."""


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    settings = SettingsCache(table)

    def show_part(player_id: str, part: Part) -> Response[str]:
        caller = http.caller
        player = caller.player_in(player_id, READS_PLAYERS)
        shown, etag = keep.read(table, caller.tenant, player, part)
        return http.show(shown, etag=etag)

    def set_part(player_id: str, part: Part, roles: frozenset[Role], content: Content) -> Response[str]:
        caller = http.caller
        player = caller.player_in(player_id, roles)
        return http.answer(keep.put(table, caller.tenant, player, part, content(player), http.demand, http.clock()))

    @http.app.get(PLAYER)
    def show(player_id: str) -> Response[str]:
        caller = http.caller
        player = caller.player_in(player_id, READS_PLAYERS)
        shown, etag = profile.read(table, caller.tenant, player, settings.of(caller.tenant))
        return http.show(shown, etag=etag)

    @http.app.put(PLAYER)
    def set_profile(player_id: str) -> Response[str]:
        caller = http.caller
        player = caller.player_in(player_id, PLAYS)
        body = http.body(PlayerBody, player)
        tenant = settings.of(caller.tenant)
        answer = profile.set_profile(
            table, caller.tenant, player, body.name, body.zone, tenant, http.demand, http.clock()
        )
        return http.answer(answer)

    @http.app.get(PREFERENCES)
    def preferences(player_id: str) -> Response[str]:
        return show_part(player_id, Part.PREFERENCES)

    @http.app.put(PREFERENCES)
    def set_preferences(player_id: str) -> Response[str]:
        return set_part(
            player_id, Part.PREFERENCES, PLAYS, lambda player: http.body(PreferencesBody, player).preferences
        )

    @http.app.get(CUSTOM_STATS)
    def custom_stats(player_id: str) -> Response[str]:
        return show_part(player_id, Part.CUSTOM_STATS)

    @http.app.put(CUSTOM_STATS)
    def set_custom_stats(player_id: str) -> Response[str]:
        return set_part(
            player_id, Part.CUSTOM_STATS, SERVES, lambda player: http.body(CustomStatsBody, player).custom_stats
        )

    @http.app.get(INVENTORY)
    def inventory(player_id: str) -> Response[str]:
        return show_part(player_id, Part.INVENTORY)

    @http.app.post(INVENTORY)
    def change_items(player_id: str) -> Response[str]:
        caller = http.caller
        player = caller.player_in(player_id, SERVES)
        body = http.body(ItemsBody, player)
        key = http.idempotency_key(player)
        return http.answer(
            keep.change_items(table, caller.tenant, player, body.item_id, body.change, body.reason, key, http.clock())
        )

    @http.app.get(SESSION)
    def active_session(player_id: str) -> Response[str]:
        caller = http.caller
        player = caller.player_in(player_id, READS_PLAYERS)
        return http.show(session.show(profile.get(table, caller.tenant, player), http.clock()))

    return http


handler = serve(routes)
