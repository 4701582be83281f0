"""Unlocks on request: a check, an operator's grant or revocation, and backfills after new or changed criteria."""

from functools import cache

from aws_lambda_powertools.event_handler import Response

from cairn.achievements import backfill, grant
from cairn.achievements.check import check
from cairn.achievements.definition_storage import Definitions
from cairn.achievements.unlock import Unlocking
from cairn.achievements.unlock_bodies import BackfillBody, CheckBody, ReasonBody
from cairn.platform.api.caller import OPERATES, OVERSEES, PLAYS
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.queue import Send, queue
from cairn.platform.table import Table
from cairn.tenants.storage import SettingsCache

PLAYER = "/api/v1/players/<player_id>/achievements"
BACKFILLS = "/api/v1/achievements/backfills"


def routes(config: Config, table: Table, clock: Clock = utc_now, send: Send | None = None) -> Http:
    """The function's routes on a table.

    Args:
        send: to the backfills' workers; None for the queue of the configuration.
    """
    http = Http(config, clock)
    settings = SettingsCache(table)
    unlocking = Unlocking(table, settings, Definitions(table, settings))

    @cache
    def workers() -> Send:
        return send or queue(config.queue_url, config.endpoint_url)

    @http.app.post(f"{PLAYER}/check")
    def check_player(player_id: str) -> Response[str]:
        player_id = http.caller.player_in(player_id, PLAYS)
        http.body(CheckBody, player_id)
        return http.show(check(unlocking, http.caller.tenant, player_id, http.clock()))

    @http.app.post("/api/v1/gamification/achievements/check")
    def check_named() -> Response[str]:
        body = http.body(CheckBody)
        player_id = http.caller.player_in(body.user_id or "me", PLAYS)
        return http.show(check(unlocking, http.caller.tenant, player_id, http.clock()))

    def asked(player_id: str, achievement_id: str) -> grant.Asked:
        caller = http.caller
        player_id = caller.player_in(player_id, OPERATES)
        body = http.body(ReasonBody, player_id)
        achievement_id = http.identifier("achievement_id", achievement_id)
        return grant.Asked(caller.tenant, player_id, achievement_id, body.occasion, body.reason, caller.subject)

    @http.app.post(f"{PLAYER}/<achievement_id>/grant")
    def grant_achievement(player_id: str, achievement_id: str) -> Response[str]:
        wanted = asked(player_id, achievement_id)
        return http.answer(grant.grant(unlocking, wanted, http.clock(), http.idempotency_key(wanted.player)))

    @http.app.post(f"{PLAYER}/<achievement_id>/revoke")
    def revoke_achievement(player_id: str, achievement_id: str) -> Response[str]:
        wanted = asked(player_id, achievement_id)
        return http.answer(grant.revoke(unlocking, wanted, http.clock(), http.idempotency_key(wanted.player)))

    @http.app.post(BACKFILLS)
    def begin() -> Response[str]:
        caller = http.caller
        caller.must_be(OPERATES)
        body = http.body(BackfillBody)
        wanted = backfill.Asked(body.achievements, body.dry_run, body.reason, caller.subject)
        shards = settings.of(caller.tenant).most_shards
        key = http.idempotency_key(None)
        answer = backfill.begin(table, caller.tenant, wanted, shards, http.clock(), key.value, key)
        # Also for a request that comes again: the first may have died before it.
        workers()(backfill.messages(answer.body, caller.tenant))
        return http.answer(answer, 202)

    @http.app.get(BACKFILLS)
    def listed() -> Response[str]:
        http.caller.must_be(OVERSEES)
        limit = http.whole_number("limit", 20, 1, 100)
        return http.show(backfill.listed(table, http.caller.tenant, limit, http.query("cursor")))

    @http.app.get(f"{BACKFILLS}/<job_id>")
    def show(job_id: str) -> Response[str]:
        http.caller.must_be(OVERSEES)
        limit, cursor = http.whole_number("limit", 100, 1, 1000), http.query("cursor")
        job_id = http.identifier("job_id", job_id)
        return http.show(backfill.read(table, http.caller.tenant, job_id, limit, cursor, http.clock()))

    return http


handler = serve(routes)
