"""Unlocking from the table's stream: exactly once, and paid in the same transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from cairn.achievements.definition_storage import Definitions
from cairn.achievements.definitions import Earned
from cairn.achievements.rules import AT_ONCE, Watch
from cairn.achievements.storage import UnlockItem, write_unlock
from cairn.analytics import facts
from cairn.analytics import storage as fact_storage
from cairn.analytics.facts import FactChange, FactKey
from cairn.platform import keys
from cairn.platform.command import Decision, execute
from cairn.platform.instants import from_ms, to_ms
from cairn.platform.table import Table
from cairn.platform.transact import Action
from cairn.players import settlement
from cairn.players import storage as player_storage
from cairn.players.player import Last, Player
from cairn.players.storage import PlayerItem
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import SettingsCache
from cairn.xp import ledger
from cairn.xp import storage as ledger_storage


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


def unlock(
    table: Table, settings: SettingsCache, definitions: Definitions, found: Crossing, now: datetime
) -> list[str]:
    """Unlocks what a crossing earned and the player does not hold, to a fixed point: an unlock's own XP may
    unlock more. Run again it changes nothing.

    Returns:
        Names of what was unlocked.

    Raises:
        Busy: the player could not be had in time.
    """
    watch = definitions.knowing(found.tenant, found.earned)
    earned = [each for name, evidence in found.earned.items() if (each := watch.named(name, evidence))]
    unlocked: list[str] = []
    while True:
        more = _unlock(table, settings.of(found.tenant), watch, found, earned, now)
        unlocked += more
        earned = [each for each in earned if each.name not in more]
        if len(more) < AT_ONCE or not earned:
            return unlocked


def _unlock(
    table: Table, settings: TenantSettings, watch: Watch, found: Crossing, earned: Sequence[Earned], now: datetime
) -> list[str]:
    """One transaction of unlocks; what is too much for it comes next."""
    player_key = keys.player(found.tenant, found.player)
    chain = {
        name: keys.unlock(found.tenant, found.player, name) for name in watch.concerned(each.name for each in earned)
    }

    def load() -> tuple[Player | None, set[str]]:
        items = table.get_many([player_key, *chain.values()])
        stored = items.get(PlayerItem, player_key)
        held = {name for name, key in chain.items() if items.get(UnlockItem, key)}
        return player_storage.from_item(stored) if stored else None, held

    def decide(state: tuple[Player | None, set[str]]) -> Decision:
        player, held = state
        if player is None:
            return Decision([], {"unlocked": []})  # erased since
        decision = _decide(watch, settings, player, held, watch.among(earned, held), found)
        # One that the chain reaches may be held since a time of more XP: should the write fail, it is read too.
        chain.update({each: keys.unlock(found.tenant, found.player, each) for each in decision.answer["unlocked"]})
        return decision

    answer = execute(table, now, None, load, decide)
    return list(answer.body["unlocked"])


def _decide(
    watch: Watch,
    settings: TenantSettings,
    player: Player,
    held: Collection[str],
    due: Sequence[Earned],
    found: Crossing,
) -> Decision:
    last, tenant = found.last, found.tenant
    writes: list[Action] = []
    unlocked: list[str] = []
    paid = 0
    while due := due[: AT_ONCE - len(unlocked)]:
        before = player
        for each in due:
            player, entry, _ = settlement.unlock(player, each, last.event, last.at, settings.tracked)
            writes.append(write_unlock(tenant, player.id, each, last.event, last.at))
            writes.append(ledger_storage.append(tenant, player.id, entry))
            paid += each.achievement.xp
        names = [each.name for each in due]
        unlocked += names
        due = watch.due(before, player, names, {*held, *unlocked})
    if not unlocked:
        return Decision([], {"unlocked": []})
    shard = keys.bucket(player.id, settings.shards_on(last.day))
    change = FactChange(facts.xp_numbers({ledger.ACHIEVEMENT: paid}))
    writes.append(player_storage.write(replace(player, touched=(last.day,)), settings))
    writes.append(fact_storage.write(tenant, player.id, shard, FactKey(last.day, last.experience), change))
    return Decision(writes, {"unlocked": unlocked})
