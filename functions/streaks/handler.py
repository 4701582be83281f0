"""Streaks: where a player's streak stands, its freezes and calendar, and what players and operators decide about it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from aws_lambda_powertools.event_handler import Response

from cairn.catalog.storage import Catalog
from cairn.platform.api.caller import OPERATES, OVERSEES, PLAYS, READS_PLAYERS
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.command import Answer
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.progress.play import Play
from cairn.progress.progress import Mark, Record
from cairn.progress.routes import may_send
from cairn.streaks import amnesties, marks, read
from cairn.streaks.bodies import (
    AmnestyBody,
    CheckInBody,
    DayBody,
    FreezeBody,
    OlderFreezeBody,
    PauseBody,
    month_in,
)
from cairn.streaks.change import Wish, change
from cairn.streaks.marks import AsOf
from cairn.tenants.storage import SettingsCache

STREAK = "/api/v1/players/<player_id>/streak"
AMNESTIES = "/api/v1/streaks/amnesties"
OLDER = "/api/v1/gamification/streaks"
CHECK_IN = "check_in"

type ByOperator = Callable[..., Mark | None]
"""A decision about a date, with a reason."""


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    settings = SettingsCache(table)
    parts = Play(table, Catalog(table), settings)

    def show(player_id: str) -> dict[str, Any]:
        tenant = http.caller.tenant
        rules = settings.of(tenant)
        return read.show(read.find(table, tenant, player_id, rules), rules, http.clock())

    def by_operator(player_id: str, decide: ByOperator, withdraw: ByOperator) -> Response[str]:
        caller = http.caller
        player = caller.player_in(player_id, OPERATES)
        body = http.body(DayBody)
        why = {"reason": body.reason, "by": caller.subject}
        wish = partial(withdraw if body.withdraw else decide, day=body.date, why=why)
        key = http.idempotency_key(player)
        return http.answer(change(parts, caller.tenant, player, wish, key, http.clock(), back_to=body.date))

    @http.app.get(STREAK)
    def streak(player_id: str) -> Response[str]:
        return http.show(show(http.caller.player_in(player_id, READS_PLAYERS)))

    @http.app.get(f"{STREAK}/freezes")
    def freezes(player_id: str) -> Response[str]:
        caller = http.caller
        player = caller.player_in(player_id, READS_PLAYERS)
        limit, rules = http.whole_number("limit", 20, 1, 100), settings.of(caller.tenant)
        return http.show(read.freezes(table, caller.tenant, player, rules, http.clock(), limit, http.query("cursor")))

    @http.app.post(f"{STREAK}/freezes")
    def request_freeze(player_id: str) -> Response[str]:
        caller = http.caller
        player = caller.player_in(player_id, PLAYS)
        body = http.body(FreezeBody, player)
        wish = partial(marks.withdraw_freeze if body.withdraw else marks.request_freeze, day=body.date)
        return http.answer(change(parts, caller.tenant, player, wish, http.idempotency_key(player), http.clock()))

    @http.app.post(f"{STREAK}/pauses")
    def pause(player_id: str) -> Response[str]:
        caller = http.caller
        player = caller.player_in(player_id, PLAYS)
        body = http.body(PauseBody, player)

        def wish(of: AsOf) -> Mark | None:
            return marks.end_pause(of, body.first) if body.last is None else marks.pause(of, body.first, body.last)

        return http.answer(change(parts, caller.tenant, player, wish, http.idempotency_key(player), http.clock()))

    @http.app.post(f"{STREAK}/restores")
    def restore(player_id: str) -> Response[str]:
        return by_operator(player_id, marks.restore, marks.withdraw_restore)

    @http.app.post(f"{STREAK}/reversals")
    def strike(player_id: str) -> Response[str]:
        return by_operator(player_id, marks.strike, marks.withdraw_strike)

    @http.app.get(f"{STREAK}/calendar")
    def calendar(player_id: str) -> Response[str]:
        caller = http.caller
        player = caller.player_in(player_id, READS_PLAYERS)
        now, rules = http.clock(), settings.of(caller.tenant)
        month = month_in(http.query("month", f"{now:%Y-%m}"))
        return http.show(read.calendar(table, caller.tenant, player, rules, now, month))

    @http.app.get(AMNESTIES)
    def declared() -> Response[str]:
        http.caller.must_be(OVERSEES)
        return http.show(amnesties.listed(table, http.caller.tenant))

    @http.app.post(AMNESTIES)
    def declare() -> Response[str]:
        caller = http.caller
        caller.must_be(OPERATES)
        body = http.body(AmnestyBody)
        key = http.idempotency_key(None)
        return http.answer(
            amnesties.declare(
                table, caller.tenant, body.first, body.last, body.reason, caller.subject, key, http.clock()
            )
        )

    def older(player: str, wish: Wish) -> Response[str]:
        answer = change(parts, http.caller.tenant, player, wish, http.own_key(player), http.clock())
        return http.answer(Answer(read.show_older(answer.body), answer.replayed))

    @http.app.get(f"{OLDER}/status")
    def status() -> Response[str]:
        return http.show(read.show_older(show(http.caller.player_in(http.query("user_id") or "me", READS_PLAYERS))))

    @http.app.post(f"{OLDER}/update")
    def check_in() -> Response[str]:
        caller = http.caller
        player = caller.player_in(http.body(CheckInBody).user_id or "me", PLAYS)
        may_send(caller, settings.of(caller.tenant), CHECK_IN)
        return older(player, lambda of: Record(CHECK_IN))

    @http.app.post(f"{OLDER}/freeze")
    def freeze() -> Response[str]:
        body = http.body(OlderFreezeBody)
        player = http.caller.player_in(body.user_id or "me", PLAYS)
        return older(player, lambda of: marks.request_freeze(of, body.date or of.today))

    return http


handler = serve(routes)
