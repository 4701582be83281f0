"""XP: level and title, the ledger that they are the sum of, its figures, and what an operator changes in it."""

from aws_lambda_powertools.event_handler import Response

from cairn.platform.api.caller import EVERYBODY, OPERATES, READS_PLAYERS
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.tenants.storage import SettingsCache
from cairn.xp.bodies import AwardBody, ReversalBody
from cairn.xp.routes import Routes

XP = "/api/v1/players/<player_id>/xp"
OLDER = "/api/v1/gamification/xp"


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    answers = Routes(http, table, SettingsCache(table))

    def reads(player_id: str) -> str:
        return http.caller.player_in(player_id, READS_PLAYERS)

    def named() -> str:
        """The player of an older client's request to read."""
        return reads(http.query("user_id") or "me")

    @http.app.get(XP)
    def standing(player_id: str) -> Response[str]:
        return answers.standing(reads(player_id))

    @http.app.get(f"{XP}/history")
    def history(player_id: str) -> Response[str]:
        return answers.history(reads(player_id))

    @http.app.get(f"{XP}/stats")
    def stats(player_id: str) -> Response[str]:
        return answers.stats(reads(player_id))

    @http.app.post(f"{XP}/awards")
    def award(player_id: str) -> Response[str]:
        player = http.caller.player_in(player_id, OPERATES)
        return answers.award(player, http.body(AwardBody, player))

    @http.app.post(f"{XP}/reversals")
    def reverse(player_id: str) -> Response[str]:
        player = http.caller.player_in(player_id, OPERATES)
        return answers.reverse(player, http.body(ReversalBody, player))

    @http.app.get("/api/v1/levels")
    def levels() -> Response[str]:
        http.caller.must_be(EVERYBODY)
        return answers.levels()

    @http.app.get(f"{OLDER}/level")
    def older_level() -> Response[str]:
        return answers.standing(named())

    @http.app.get(f"{OLDER}/history")
    def older_history() -> Response[str]:
        return answers.history(named())

    @http.app.get(f"{OLDER}/stats")
    def older_stats() -> Response[str]:
        return answers.stats(named())

    @http.app.post(f"{OLDER}/award")
    def older_award() -> Response[str]:
        http.caller.must_be(OPERATES)
        body = http.body(AwardBody)
        return answers.award(http.caller.player_in(body.user_id or "me", OPERATES), body)

    return http


handler = serve(routes)
