"""Unlocking from the table's stream: exactly once, and paid in the same transaction."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from cairn.achievements.definitions import Achievement
from cairn.achievements.rules import Watch
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
from cairn.progress.progress import Moment
from cairn.progress.storage import write_level_ups
from cairn.tenants.storage import SettingsCache
from cairn.xp import ledger
from cairn.xp import storage as ledger_storage


@dataclass(frozen=True, slots=True)
class Crossing:
    """A player's change that crossed thresholds: which achievements, with which values, and the event behind it."""

    tenant: str
    player: str
    achievements: tuple[str, ...]
    measured: Mapping[str, int]
    last: Last

    def to_json(self) -> dict[str, Any]:
        last = self.last
        return {
            "tenant": self.tenant,
            "player": self.player,
            "achievements": list(self.achievements),
            "measured": dict(self.measured),
            "last": [last.event, last.experience, last.day.isoformat(), to_ms(last.at)],
        }

    @classmethod
    def from_json(cls, sent: Mapping[str, Any]) -> "Crossing":
        event, experience, day, at = sent["last"]
        return cls(
            sent["tenant"],
            sent["player"],
            tuple(sent["achievements"]),
            sent["measured"],
            Last(event, experience, date.fromisoformat(day), from_ms(at)),
        )


def crossing(watch: Watch, before: Player | None, after: Player) -> Crossing | None:
    """What a change of a player crossed, or None. Reads nothing."""
    if after.last is None:
        return None
    measured = after.measured()
    crossed = watch.crossed(before.measured() if before else {}, measured)
    if not crossed:
        return None
    values = {each.metric: measured[each.metric] for each in crossed}
    return Crossing(after.tenant, after.id, tuple(each.id for each in crossed), values, after.last)


def unlock(table: Table, settings: SettingsCache, watch: Watch, found: Crossing, now: datetime) -> list[str]:
    """Unlocks what a crossing earned and the player does not hold, to a fixed point: an unlock's own XP may
    unlock more. Run again it changes nothing.

    Returns:
        Ids of the achievements unlocked.

    Raises:
        Busy: the player could not be had in time.
    """
    player_key = keys.player(found.tenant, found.player)
    chain = {each: keys.unlock(found.tenant, found.player, each) for each in found.achievements}

    def load() -> tuple[Player | None, set[str]]:
        items = table.get_many([player_key, *chain.values()])
        stored = items.get(PlayerItem, player_key)
        held = {each for each, key in chain.items() if items.get(UnlockItem, key)}
        return player_storage.from_item(stored) if stored else None, held

    def decide(state: tuple[Player | None, set[str]]) -> Decision:
        player, held = state
        if player is None:
            return Decision([], {"unlocked": []})  # erased since
        due = [watch.by_id[each] for each in found.achievements if each not in held]
        decision = _decide(watch, settings, player, held, due, found, now)
        # One that the chain reaches may be held since a time of more XP: should the write fail, it is read too.
        chain.update({each: keys.unlock(found.tenant, found.player, each) for each in decision.answer["unlocked"]})
        return decision

    answer = execute(table, now, None, load, decide)
    return list(answer.body["unlocked"])


def _decide(
    watch: Watch,
    settings: SettingsCache,
    player: Player,
    held: Collection[str],
    due: list[Achievement],
    found: Crossing,
    now: datetime,
) -> Decision:
    if not due:
        return Decision([], {"unlocked": []})
    last, tenant = found.last, found.tenant
    writes: list[Action] = []
    unlocked: list[str] = []
    paid = 0
    of_tenant = settings.of(tenant)
    moment = Moment(last.at, now, player.zone or of_tenant.zone, last.day)
    while due:
        before = player.measured()
        for each in due:
            value = found.measured.get(each.metric, before.get(each.metric, 0))
            evidence = {"event_id": last.event, each.metric: value}
            player, entry, levels = settlement.unlock(player, each, last.event, last.at, of_tenant.tracked)
            writes.append(write_unlock(tenant, player.id, each, last.at, evidence))
            writes.append(ledger_storage.append(tenant, player.id, entry))
            writes += write_level_ups(tenant, player.id, levels, player.xp, last.event, last.experience, moment)
            unlocked.append(each.id)
            paid += each.xp
        due = [
            each for each in watch.crossed(before, player.measured()) if each.id not in held and each.id not in unlocked
        ]
    shard = keys.bucket(player.id, of_tenant.shards_on(last.day))
    change = FactChange(facts.xp_numbers({ledger.ACHIEVEMENT: paid}))
    writes.append(player_storage.write(replace(player, touched=(last.day,)), of_tenant))
    writes.append(fact_storage.write(tenant, player.id, shard, FactKey(last.day, last.experience), change))
    return Decision(writes, {"unlocked": unlocked})
