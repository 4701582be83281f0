"""Counting stored streaks anew from the first day: what is stored is a cache, and this is what it is compared with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cairn.lookups.storage import FIRST, INDEX, LAST, partitions_of, player_of
from cairn.platform import keys
from cairn.platform.paging import Spread, read_spread
from cairn.platform.table import Table
from cairn.players import storage
from cairn.players.player import Player
from cairn.players.storage import PlayerItem
from cairn.players.streak import streak_of
from cairn.progress.journey import Loaded
from cairn.streaks.sweep import write_counted
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import SettingsCache

PLAYERS_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Difference:
    """A player whose stored streak is not what the days and marks come to. changes: by field, was and becomes."""

    player: str
    changes: Mapping[str, tuple[Any, Any]]

    def show(self) -> dict[str, Any]:
        changes = [{"field": name, "was": was, "becomes": becomes} for name, (was, becomes) in self.changes.items()]
        return {"player_id": self.player, "changes": changes}


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a rebuild: how many players were looked at, who differed, and behind whom to go on."""

    players: int
    found: list[Difference] = field(default_factory=list)
    after: str | None = None


def rebuild(
    table: Table, settings: SettingsCache, tenant: str, now: datetime, after: str | None, *, dry: bool
) -> Iterator[Leg]:
    """Every player of a tenant, longest inactive first, in legs, of which nothing is kept.

    Args:
        after: `Leg.after` of the rebuild that goes on.

    Raises:
        Busy: throttled past the deadline, or a player who played on at each try.
    """
    spread = Spread(INDEX, partitions_of(tenant, None, settings.of(tenant).most_shards), FIRST, LAST)
    while True:
        rows = read_spread(table, spread, PLAYERS_AT_ONCE, after)
        compared = (rebuild_player(table, settings, tenant, player_of(row), now, dry=dry) for row in rows.items)
        yield Leg(len(rows.items), [each for each in compared if each], rows.after)
        if (after := rows.after) is None:
            return


def rebuild_player(
    table: Table, settings: SettingsCache, tenant: str, player_id: str, now: datetime, *, dry: bool
) -> Difference | None:
    """Compares one player's stored streak with a replay from the first day, and puts that in its place unless `dry`.

    Raises:
        Busy: throttled past the deadline, or the player played on at each try.
    """
    key, of_tenant = keys.player(tenant, player_id), settings.of(tenant)
    changes: dict[str, tuple[Any, Any]] = {}

    def find() -> Loaded | None:
        nonlocal changes
        item = table.get_many([key]).get(PlayerItem, key)
        if item is None:
            return None
        stored = storage.from_item(item)
        player, filed = storage.with_calendar(table, stored)
        changes = _changes(stored, player, of_tenant, now)
        return Loaded(player, filed=filed) if changes and not dry else None

    write_counted(table, of_tenant, find, now, anyway=True)
    return Difference(player_id, changes) if changes else None


def _changes(stored: Player, player: Player, settings: TenantSettings, now: datetime) -> dict[str, tuple[Any, Any]]:
    """What counting from the first day makes of a player, where that is not what is stored or its window leads to.

    That includes what is over by now and was not written yet.
    """
    cached = streak_of(stored, settings.streak, settings.zone, now)
    counted = streak_of(player, settings.streak, settings.zone, now)
    compared = {
        "current_streak": (stored.current_streak, counted.current),
        "longest_streak": (stored.longest_streak, max(stored.longest_streak, counted.longest)),
        "active_days": (stored.active_days, max(stored.active_days, counted.active_days)),
        "window_streak": (cached.current, counted.current),
        "window_active_days": (cached.active_days, counted.active_days),
        "window_freezes": (cached.freezes_available, counted.freezes_available),
        "bonus_xp": (sum(player.paid.values()), sum(counted.bonuses.values())),
    }
    return {name: (was, becomes) for name, (was, becomes) in compared.items() if was != becomes}
