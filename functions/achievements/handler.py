"""Achievements: what there is to unlock, what a player has unlocked, and how far they are from the rest."""

from aws_lambda_powertools.event_handler import Response

from cairn.achievements import change, read
from cairn.achievements.bodies import AchievementBody
from cairn.achievements.definition_storage import Definitions
from cairn.achievements.routes import asked, editor, named, player_of, viewer
from cairn.platform.api.caller import OPERATES, OVERSEES, READS_PLAYERS
from cairn.platform.api.http import Body, Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.tenants.storage import SettingsCache

ACHIEVEMENTS = "/api/v1/achievements"
ACHIEVEMENT = f"{ACHIEVEMENTS}/<achievement_id>"
OF_PLAYER = "/api/v1/players/<player_id>/achievements"
OLDER = "/api/v1/gamification/achievements"


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    known = Definitions(table, SettingsCache(table))

    @http.app.get(ACHIEVEMENTS)
    @http.app.get(OLDER)
    def definitions() -> Response[str]:
        looks = viewer(http)
        return http.show(read.definitions(table, known.of(looks.tenant), looks, asked(http)))

    @http.app.get(ACHIEVEMENT)
    def definition(achievement_id: str) -> Response[str]:
        shown, etag = read.definition(table, viewer(http), named(achievement_id))
        return http.show(shown, etag=etag)

    @http.app.put(ACHIEVEMENT)
    def define(achievement_id: str) -> Response[str]:
        edits, name = editor(http), named(achievement_id)
        body = http.body(AchievementBody)
        return http.answer(change.define(table, edits, name, lambda standard: body.definition(name, standard)))

    @http.app.post(f"{ACHIEVEMENT}/archive")
    def archive(achievement_id: str) -> Response[str]:
        edits, name = editor(http), named(achievement_id)
        http.body(Body)
        return http.answer(change.archive(table, edits, name, http.idempotency_key(None)))

    @http.app.get(f"{ACHIEVEMENT}/versions")
    def versions(achievement_id: str) -> Response[str]:
        http.caller.must_be(OVERSEES)
        return http.show(read.versions(table, http.caller.tenant, named(achievement_id), asked(http)))

    @http.app.get(OF_PLAYER)
    def of_player(player_id: str) -> Response[str]:
        return unlocks(http.caller.player_in(player_id, READS_PLAYERS))

    @http.app.get(f"{OF_PLAYER}/progress")
    def progress_of(player_id: str) -> Response[str]:
        return progress(http.caller.player_in(player_id, READS_PLAYERS))

    @http.app.get(f"{OLDER}/user")
    def of_user() -> Response[str]:
        return unlocks(player_of(http))

    @http.app.get(f"{OLDER}/progress")
    def progress_of_user() -> Response[str]:
        return progress(player_of(http))

    @http.app.post(f"{OLDER}/initialize")
    def initialize() -> Response[str]:
        http.caller.must_be(OPERATES)
        http.body(Body)
        looks = viewer(http)
        return http.show({"success": True, **read.definitions(table, known.of(looks.tenant), looks, asked(http))})

    def unlocks(player: str) -> Response[str]:
        looks = viewer(http)
        return http.show(read.of_player(table, known.of(looks.tenant), looks, player, http.clock(), asked(http)))

    def progress(player: str) -> Response[str]:
        looks = viewer(http)
        return http.show(read.progress(table, known.of(looks.tenant), looks, player, http.clock(), asked(http)))

    return http


handler = serve(routes)
