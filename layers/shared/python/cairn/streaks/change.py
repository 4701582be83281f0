"""Changing what bears on a player's streak: one mark, one event, one transaction; bonuses that change are adjusted."""

from collections.abc import Callable
from datetime import date, datetime

from cairn.platform.command import Answer, Decision, execute
from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.transact import MAX_ACTIONS
from cairn.players.player import Player
from cairn.players.profile import unknown_player
from cairn.players.streak import streak_of
from cairn.progress.journey import Journey
from cairn.progress.play import Play, Situation, load
from cairn.progress.progress import Mark, Record
from cairn.streaks.marks import AsOf
from cairn.streaks.read import show
from cairn.streaks.rules import action, standing
from cairn.tenants.settings import TenantSettings

type Wish = Callable[[AsOf], Mark | Record | None]
"""A decision of `marks`, or a check-in, with all that it needs but the streak that it is about."""


def change(
    parts: Play,
    tenant: str,
    player_id: str,
    wish: Wish,
    key: IdempotencyKey,
    now: datetime,
    back_to: date | None = None,
) -> Answer:
    """Changes a player's streak.

    Args:
        back_to: a date long gone that the wish may be about: it takes a read of the calendar.

    Returns:
        The streak afterwards, with the event's id (None where what is wished stands already), the XP that it made,
        and the action: what a check-in did, and how the streak stands where there was none.

    Raises:
        DomainError: `unknown-player`, `changes-too-much`, or what the wish refuses.
        Busy: the table throttled or contended past the deadline.
    """
    settings = parts.settings.of(tenant)

    def decide(situation: Situation) -> Decision:
        player, moment = situation.loaded.player, situation.moment(now)
        before = as_of(player, settings, now)
        wanted = wish(before)
        if not (player.ver or isinstance(wanted, Record)):
            raise unknown_player(player_id)
        stands = {"event_id": None, "xp": {"gained": 0, "total": player.xp}, "action": standing(before.streak)}
        if wanted is None:
            return Decision([], {**stands, **show(player, settings, now)})
        journey = Journey(situation.loaded, settings, now)
        played = journey.play(None, wanted, moment, key.value)
        settled, recorded = played.settled, isinstance(wanted, Record)
        answer = {
            "event_id": played.event,
            "xp": {"gained": sum(entry.amount for entry in settled.entries), "total": settled.player.xp},
            "action": action(before.streak, settled.streak, moment.day) if recorded else standing(settled.streak),
            **show(settled.player, settings, now),
        }
        actions = journey.actions()
        if len(actions) > MAX_ACTIONS:
            raise DomainError(
                "changes-too-much", "It would change more months than one transaction holds. Choose a later date."
            )
        already = {**stands, "event_id": played.event, **show(player, settings, now)}
        return Decision(actions, answer, already)

    return execute(
        parts.table,
        now,
        key,
        load=lambda: load(parts, tenant, player_id, [], settings, now, back_to),
        decide=decide,
    )


def as_of(player: Player, settings: TenantSettings, now: datetime) -> AsOf:
    """What decisions about a player's streak are made on."""
    return AsOf(
        streak=streak_of(player, settings.streak, settings.zone, now),
        days=player.days,
        marks=player.marks,
        rules=settings.streak,
        today=settings.streak.local_date(now, player.zone or settings.zone),
    )
