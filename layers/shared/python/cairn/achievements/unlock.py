"""Unlocking: exactly once, and paid in the same transaction.

From the table's stream what a change crossed, on request and in a backfill whatever is met.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from cairn.achievements.definition_storage import Definitions
from cairn.achievements.definitions import Earned
from cairn.achievements.earning import Cause, Paid, pay
from cairn.achievements.rules import Watch
from cairn.achievements.storage import EVENT, UnlockItem, from_item, load_standing, still_held, write_unlock
from cairn.achievements.unlocks import Standing
from cairn.analytics import facts
from cairn.analytics import storage as fact_storage
from cairn.analytics.facts import FactChange, FactKey
from cairn.platform import keys
from cairn.platform.command import Decision, execute
from cairn.platform.instants import event_id, from_ms, to_ms
from cairn.platform.table import Table
from cairn.platform.transact import Action
from cairn.players import profile
from cairn.players import storage as player_storage
from cairn.players.player import Last, Player
from cairn.players.storage import PlayerItem
from cairn.progress.progress import Moment
from cairn.progress.storage import write_level_ups
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import SettingsCache
from cairn.xp import ledger
from cairn.xp import storage as ledger_storage
from cairn.xp.ledger import Entry


@dataclass(frozen=True, slots=True)
class Crossing:
    """A player's change that met criteria: names of what it earned, each with its evidence, and the event behind it."""

    tenant: str
    player: str
    earned: Mapping[str, Mapping[str, int]]
    last: Last

    def to_json(self) -> dict[str, Any]:
        last = self.last
        return {
            "tenant": self.tenant,
            "player": self.player,
            "earned": {name: dict(evidence) for name, evidence in self.earned.items()},
            "last": [last.event, last.experience, last.day.isoformat(), to_ms(last.at)],
        }

    @classmethod
    def from_json(cls, sent: Mapping[str, Any]) -> "Crossing":
        event, experience, day, at = sent["last"]
        last = Last(event, experience, date.fromisoformat(day), from_ms(at))
        return cls(sent["tenant"], sent["player"], sent["earned"], last)


def crossing(watch: Watch, before: Player | None, after: Player) -> Crossing | None:
    """What a change of a player earned, or None. Reads nothing."""
    if after.last is None:
        return None
    earned = {each.name: each.evidence for each in watch.crossed(before, after)}
    return Crossing(after.tenant, after.id, earned, after.last) if earned else None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A player, None for one who is not there, and those of their unlocks that were read."""

    player: Player | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of unlocking.

    unlocked: what was, and the XP that it paid, in order. entries: of the ledger. levels: announced by it.
    total: the player's XP now. standing: those of the player's unlocks that were read before.
    """

    unlocked: Mapping[str, int]
    entries: Sequence[Entry]
    levels: Sequence[int]
    total: int
    standing: Standing


class Unlocking:
    """Unlocks for players, and pays. Run again it changes nothing."""

    def __init__(self, table: Table, settings: SettingsCache, definitions: Definitions) -> None:
        self.table = table
        self.settings = settings
        self.definitions = definitions

    def crossed(self, found: Crossing, now: datetime) -> Outcome:
        """Unlocks what a crossing earned and the player does not hold, to a fixed point: an unlock's own XP may unlock
        more, and so may its being held.

        Raises:
            Busy: the player could not be had in time.
        """
        watch = self.definitions.knowing(found.tenant, found.earned)
        earned = [each for name, evidence in found.earned.items() if (each := watch.named(name, evidence))]
        names = watch.concerned(each.name for each in earned)
        last = found.last
        cause = Cause(last.event, last.experience, last.day, last.at, {EVENT: last.event})

        def due(player: Player, standing: Standing) -> list[Earned]:
            # What waits for one that is held may have been left behind by whoever unlocked that.
            stood = [each.name for each in earned if each.name in standing.held]
            found = [*watch.due(player, player, stood, standing.held), *watch.among(earned, standing.held)]
            return list({each.name: each for each in found}.values())

        def load(more: Iterable[str]) -> Loaded:
            return self.load_some(found.tenant, found.player, [*names, *more])

        return self._unlock(found.tenant, watch, load, due, lambda player: cause, now)

    def met(
        self,
        tenant: str,
        player: str,
        wanted: Collection[str] | None,
        cause: Callable[[Player], Cause],
        now: datetime,
    ) -> Outcome:
        """Unlocks what a player as they stand has earned and does not hold, to a fixed point.

        Args:
            wanted: ids of achievements; None for all that are active. What follows from them is unlocked too.

        Raises:
            Busy: the player could not be had in time.
        """
        watch = self.definitions.of(tenant)

        def due(player: Player, standing: Standing) -> list[Earned]:
            met = watch.met(player, standing.held)
            return met if wanted is None else [each for each in met if each.achievement.id in wanted]

        return self._unlock(tenant, watch, lambda _: self.load_all(tenant, player), due, cause, now)

    def load_some(self, tenant: str, player: str, names: Iterable[str]) -> Loaded:
        """A player and some of their unlocks, in one consistent round trip."""
        player_key = keys.player(tenant, player)
        at = [keys.unlock(tenant, player, name) for name in names]
        items = self.table.get_many([player_key, *at])
        stored = items.get(PlayerItem, player_key)
        unlocks = [from_item(item) for key in at if (item := items.get(UnlockItem, key))]
        return Loaded(
            player_storage.from_item(stored) if stored else None, Standing({each.name: each for each in unlocks})
        )

    def load_all(self, tenant: str, player: str) -> Loaded:
        """A player and all of their unlocks, in one consistent round trip."""
        loads: list[Callable[[], Any]] = [
            partial(profile.find, self.table, tenant, player),
            partial(load_standing, self.table, tenant, player),
        ]
        found, standing = self.table.together(loads)
        return Loaded(found, standing)

    def _unlock(
        self,
        tenant: str,
        watch: Watch,
        load: Callable[[Collection[str]], Loaded],
        due: Callable[[Player, Standing], Sequence[Earned]],
        cause: Callable[[Player], Cause],
        now: datetime,
    ) -> Outcome:
        """Transaction by transaction: one, where it holds all that is due."""
        settings = self.settings.of(tenant)
        # One that a chain reaches may be held since a time of more XP: should the write fail, it is read too.
        reached: set[str] = set()
        decided: list[tuple[Loaded, Paid | None]] = []

        def decide(loaded: Loaded) -> Decision:
            decided.append((loaded, None))
            if loaded.player is None:
                return Decision([], {})  # erased since
            why = cause(loaded.player)
            wanted = due(loaded.player, loaded.standing)
            paid = pay(watch, loaded.player, wanted, loaded.standing, why, settings.tracked)
            reached.update(each.name for each in paid.unlocks)
            decided[-1] = (loaded, paid)
            return Decision(actions(tenant, paid, why, settings, now), {})

        unlocked: dict[str, int] = {}
        entries: list[Entry] = []
        levels: list[int] = []
        while True:
            execute(self.table, now, None, lambda: load(reached), decide)
            loaded, paid = decided[-1]
            if paid:
                unlocked |= {each.name: each.achievement.xp for each in paid.unlocks}
                entries += paid.entries
                levels += paid.levels
            if not (paid and paid.unlocks) or paid.complete:
                total = paid.player.xp if paid else 0
                return Outcome(unlocked, entries, levels, total, loaded.standing)


def actions(tenant: str, paid: Paid, cause: Cause, settings: TenantSettings, now: datetime) -> list[Action]:
    """The writes of unlocks and of all that they pay; none where nothing is paid."""
    if not paid.entries:
        return []
    player = replace(paid.player, touched=(cause.day,))
    moment = Moment(cause.at, now, player.zone or settings.zone, cause.day)
    return [
        *(write_unlock(tenant, player.id, each, cause.at, cause.evidence, cause.event) for each in paid.unlocks),
        *(ledger_storage.append(tenant, player.id, entry) for entry in paid.entries),
        *write_level_ups(tenant, player.id, paid.levels, player.xp, cause.event, cause.experience, moment),
        *(still_held(tenant, player.id, name) for name in paid.relied_on),
        player_storage.write(player, settings),
        fact_storage.write(
            tenant,
            player.id,
            keys.bucket(player.id, settings.shards_on(cause.day)),
            FactKey(cause.day, cause.experience),
            FactChange(facts.xp_numbers({ledger.ACHIEVEMENT: paid.xp})),
        ),
    ]


def cause_of(kind: str, identifier: str, settings: TenantSettings, now: datetime, player: Player) -> Cause:
    """Why something is unlocked that no event of its own earned: dated now, on the player's local day.

    Args:
        kind: what evidence calls it. identifier: of the check, the backfill, the operator's event.
    """
    day = settings.streak.local_date(now, player.zone or settings.zone)
    event = event_id(now, player.tenant, player.id, kind, identifier)
    return Cause(event, "", day, now, {kind: identifier})


def show_unlocked(watch: Watch, unlocked: Mapping[str, int]) -> list[dict[str, Any]]:
    """What was unlocked, as the API shows it. unlocked: XP by name."""
    shown = []
    for name, xp in unlocked.items():
        each = watch.named(name, {})
        assert each, "it was unlocked by its definition"
        shown.append(
            {
                "achievement_id": each.achievement.id,
                "occasion": each.occasion or None,
                "title": each.achievement.title,
                "rarity": each.achievement.rarity,
                "icon": each.achievement.icon,
                "xp": xp,
            }
        )
    return shown
