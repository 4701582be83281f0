"""An operator's hand on a player's achievements: grants and revocations, each with its reason and its event.

While an achievement is held, its XP is paid, once; while it is revoked, it is not. So a revocation takes back what the
unlock paid, and granting it again gives the same back. What is revoked stays so: neither the stream nor a check nor a
backfill unlocks it, only a grant. What was unlocked because it was held stays too.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

from cairn.achievements.definitions import Every, named, nth
from cairn.achievements.earning import Cause, Paid, pay
from cairn.achievements.read import unknown_achievement
from cairn.achievements.rules import Watch
from cairn.achievements.storage import write_change
from cairn.achievements.unlock import (
    Loaded,
    Unlocking,
    actions,
    cause_of,
    show_unlocked,
)
from cairn.achievements.unlocks import Revoked, Standing, Unlock
from cairn.platform.command import Answer, Decision, execute
from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.instants import iso
from cairn.platform.transact import Action
from cairn.players import settlement
from cairn.players.player import Last, Player
from cairn.players.profile import unknown_player
from cairn.progress.progress import Happening, Moment
from cairn.progress.storage import write_event
from cairn.streaks.days import local_date
from cairn.tenants.settings import TenantSettings
from cairn.xp.ledger import ACHIEVEMENT, REVERSAL, Entry
from cairn.xp.read import show_gain

GRANT, REVOCATION = "grant", "revocation"
GRANTED, REVOKED = "achievement_granted", "achievement_revoked"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an operator asks for.

    occasion: which unlock of an achievement that repeats. by: whom the token was given to.
    """

    tenant: str
    player: str
    achievement: str
    occasion: str | None
    reason: str
    by: str | None

    @property
    def name(self) -> str:
        """The name of the unlock, where it is the achievement's only one, or its occasion is said."""
        return named(self.achievement, self.occasion or "")


def grant(unlocking: Unlocking, asked: Asked, now: datetime, key: IdempotencyKey) -> Answer:
    """Gives a player an achievement, whatever its criteria and prerequisites say, or gives back one that was revoked.

    What follows from it is unlocked too. One that is held is not granted again; of one that repeats, it is the next.

    Raises:
        DomainError: `unknown-player`, `unknown-achievement`; `not-unlocked` for an occasion that never was.
    """
    watch = unlocking.definitions.knowing(asked.tenant, [asked.name])

    def decide(command: "_Command", standing: Standing) -> Decision:
        name = asked.name if asked.occasion is not None else _next(watch, asked.achievement, standing, command.cause)
        stands = standing.unlocks.get(name)
        if stands is None:
            return command.grants(name, standing)
        if stands.revoked is None:
            return Decision([], {**command.shown(name, held=True), "already_held": True})
        return command.reinstates(stands, standing)

    return _run(unlocking, asked, watch, GRANT, now, key, decide)


def revoke(unlocking: Unlocking, asked: Asked, now: datetime, key: IdempotencyKey) -> Answer:
    """Takes an achievement from a player, and with it what it paid. One that was revoked is not revoked again.

    Raises:
        DomainError: `unknown-player`, `not-unlocked`.
    """
    watch = unlocking.definitions.of(asked.tenant)

    def decide(command: "_Command", standing: Standing) -> Decision:
        stands = standing.unlocks.get(asked.name)
        if stands is None:
            raise _not_unlocked(asked)
        if stands.revoked:
            return Decision([], {**command.shown(asked.name, held=False), "already_revoked": True})
        return command.revokes(stands)

    return _run(unlocking, asked, watch, REVOCATION, now, key, decide)


def _run(
    unlocking: Unlocking,
    asked: Asked,
    watch: Watch,
    kind: str,
    now: datetime,
    key: IdempotencyKey,
    decide: Callable[["_Command", Standing], Decision],
) -> Answer:
    settings = unlocking.settings.of(asked.tenant)

    def decided(loaded: Loaded) -> Decision:
        if loaded.player is None:
            raise unknown_player(asked.player)
        cause = cause_of(kind, key.value, settings, now, loaded.player)
        # The event of the request is what the unlock names, and not the key that its client made up.
        cause = replace(cause, evidence={kind: cause.event})
        return decide(_Command(asked, watch, settings, loaded.player, cause), loaded.standing)

    return execute(unlocking.table, now, key, lambda: unlocking.load_all(asked.tenant, asked.player), decided)


def _next(watch: Watch, achievement: str, standing: Standing, cause: Cause) -> str:
    """The name of what is granted: of one that repeats, the next threshold, or the period of the grant's day."""
    known = watch.by_id.get(achievement)
    if known is None or known.repeat is None:
        return achievement
    if known.repeat.every is not Every.THRESHOLD:
        return named(achievement, known.repeat.period(local_date(cause.at, watch.zone, 0)))
    names = (named(achievement, nth(number)) for number in count(1))
    return next(name for name in names if name not in standing.unlocks)


def _not_unlocked(asked: Asked, way_out: str = "") -> DomainError:
    return DomainError("not-unlocked", f"{asked.player!r} never unlocked {asked.name!r}.{way_out}")


@dataclass(frozen=True, slots=True)
class _Command:
    """A request, and the player that it is decided on."""

    asked: Asked
    watch: Watch
    settings: TenantSettings
    player: Player
    cause: Cause

    def shown(self, name: str, *, held: bool) -> dict[str, Any]:
        asked = self.asked
        return {
            "player_id": asked.player,
            "achievement_id": asked.achievement,
            "occasion": name.partition("#")[2] or None,
            "held": held,
            "reason": asked.reason,
        }

    def grants(self, name: str, standing: Standing) -> Decision:
        """A new unlock, and what follows from it."""
        if self.asked.occasion is not None:
            raise _not_unlocked(self.asked, " Leave the occasion out to grant the next.")
        earned = self.watch.valued(name, self.player)
        if earned is None:
            raise unknown_achievement(self.asked.achievement)
        paid = pay(self.watch, self._recorded, [earned], standing, self.cause, self.settings.tracked)
        return self._decision(GRANTED, name, paid)

    def reinstates(self, revoked: Unlock, standing: Standing) -> Decision:
        """What was revoked, held again, and what waited for it."""
        unlock = replace(revoked, revoked=None, changes=revoked.changes + 1, paid_by=self.cause.event)
        entry = self._entry(unlock, "Granted again")
        moved = self._moved(1, entry)
        held = Standing({**standing.unlocks, unlock.name: unlock})
        due = self.watch.due(moved.player, moved.player, [unlock.name], held.held)
        paid = pay(self.watch, moved.player, due, held, self.cause, self.settings.tracked)
        others = tuple(name for name in paid.relied_on if name != unlock.name)
        both = replace(
            paid, entries=(*moved.entries, *paid.entries), levels=(*moved.levels, *paid.levels), relied_on=others
        )
        return self._decision(GRANTED, unlock.name, both, write_change(self.asked.tenant, self.asked.player, unlock))

    def revokes(self, unlock: Unlock) -> Decision:
        """What was unlocked, taken back."""
        by = Revoked(self.cause.at, self.asked.by, self.asked.reason)
        revoked = replace(unlock, revoked=by, changes=unlock.changes + 1)
        change = write_change(self.asked.tenant, self.asked.player, revoked)
        entry = self._entry(unlock, "Revoked")
        # By its key it is the only one that takes that payment back.
        entry = replace(entry, source=f"{entry.source}{REVERSAL}", amount=-entry.amount)
        return self._decision(REVOKED, unlock.name, self._moved(-1, entry), change)

    @property
    def _recorded(self) -> Player:
        """The player, whose latest event this is."""
        cause = self.cause
        return replace(self.player, last=Last(cause.event, "", cause.day, cause.at))

    def _entry(self, unlock: Unlock, what: str) -> Entry:
        """What an unlock paid, as the ledger has it."""
        known = self.watch.named(unlock.name, {})
        title = known.achievement.title if known else unlock.name
        source, reason = f"{ACHIEVEMENT}.{unlock.name}", f"{what}: {title}. {self.asked.reason}"
        return Entry(unlock.paid_by, source, unlock.xp, self.cause.at, reason)

    def _moved(self, by: int, entry: Entry) -> Paid:
        """What holding one more, or one less, means."""
        player, levels = settlement.hold(self._recorded, by, entry, self.cause.at, self.settings.tracked)
        return Paid(player, entries=(entry,), levels=levels)

    def _decision(self, event_type: str, name: str, paid: Paid, *changes: Action) -> Decision:
        asked, cause = self.asked, self.cause
        shown = self.shown(name, held=event_type == GRANTED)
        data = {
            **{each: shown[each] for each in ("achievement_id", "occasion", "reason") if shown[each] is not None},
            **({"by": asked.by} if asked.by else {}),
            "xp": paid.entries[0].amount,
        }
        happening = Happening(event_type, by_player=False, data=data)
        moment = Moment(cause.at, cause.at, self.player.zone or self.settings.zone, cause.day)
        event = write_event(asked.tenant, asked.player, cause.event, "", happening, moment)
        answer = {
            **shown,
            "event_id": cause.event,
            "at": iso(cause.at),
            "unlocked": show_unlocked(self.watch, {each.name: each.achievement.xp for each in paid.unlocks}),
            "xp": show_gain(paid.entries, paid.player.xp, paid.levels),
        }
        return Decision([event, *changes, *actions(asked.tenant, paid, cause, self.settings, cause.at)], answer)
