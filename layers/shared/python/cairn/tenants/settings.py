"""A tenant's settings: its calendar, streak rules, and what players may send themselves."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from pynamodb.attributes import JSONAttribute

from cairn.platform import keys
from cairn.platform.items import NOT_PERSONAL, Item
from cairn.platform.table import Table
from cairn.platform.transact import Put, transact
from cairn.streaks.rules import StreakSettings

CACHED_SECONDS = 60.0

SYSTEM_EVENTS = frozenset(
    {
        "achievement_unlocked",
        "experience_completed",
        "experience_started",
        "level_up",
        "quadrant_advanced",
        "session_recorded",
    }
)
PLAYER_EVENTS = (
    "area_unlocked",
    "check_in",
    "choice_made",
    "conversation_held",
    "flag_set",
    "interaction_performed",
    "item_collected",
    "item_used",
    "location_reached",
    "npc_dialogue",
    "player_death",
    "quest_completed",
    "quest_started",
    "waypoint_visited",
    "word_learned",
)


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """What a tenant may set.

    zone: IANA name of the tenant's calendar, and of a player who set none.
    player_event_types: event types that players may send themselves; services may send any.
    fact_shards: (first day, shards) in order of days: over how many partitions a day's facts are spread.
    """

    zone: str = "UTC"
    player_event_types: tuple[str, ...] = PLAYER_EVENTS
    streak: StreakSettings = field(default_factory=StreakSettings)
    fact_shards: tuple[tuple[date, int], ...] = ()

    def shards_on(self, day: date) -> int:
        """Over how many partitions the facts of a day are spread."""
        return next((shards for first, shards in reversed(self.fact_shards) if first <= day), 1)


class SettingsItem(Item, discriminator="settings"):
    privacy = NOT_PERSONAL

    settings = JSONAttribute()


def to_json(settings: TenantSettings) -> dict[str, Any]:
    """The settings as the API and the table have them."""
    shown = asdict(settings)
    shown["player_event_types"] = list(settings.player_event_types)
    shown["streak"]["rest_weekdays"] = sorted(settings.streak.rest_weekdays)
    shown["fact_shards"] = [[first.isoformat(), shards] for first, shards in settings.fact_shards]
    return shown


def from_json(stored: dict[str, Any]) -> TenantSettings:
    """The settings that `to_json` was given."""
    streak = dict(stored["streak"])
    streak["rest_weekdays"] = frozenset(streak["rest_weekdays"])
    return TenantSettings(
        zone=stored["zone"],
        player_event_types=tuple(stored["player_event_types"]),
        streak=StreakSettings(**streak),
        fact_shards=tuple((date.fromisoformat(first), shards) for first, shards in stored["fact_shards"]),
    )


def store(table: Table, tenant: str, settings: TenantSettings) -> None:
    """Writes a tenant's settings; functions that run take them up within a minute."""
    item = SettingsItem(*keys.settings(tenant), settings=to_json(settings))
    transact(table, [Put("settings", item, SettingsItem.absent() | (SettingsItem.kind == SettingsItem))])


class SettingsCache:
    """Settings by tenant, kept for 60 s in a function's memory.

    Args:
        table: where they are stored.
        monotonic: gives seconds that only grow.
    """

    def __init__(self, table: Table, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._table = table
        self._monotonic = monotonic
        self._kept: dict[str, tuple[float, TenantSettings]] = {}

    def of(self, tenant: str) -> TenantSettings:
        """A tenant's settings, at most 60 s old; the defaults where it set none."""
        kept = self._kept.get(tenant)
        if kept and self._monotonic() - kept[0] < CACHED_SECONDS:
            return kept[1]
        key = keys.settings(tenant)
        item = self._table.get_many([key], consistent=False).get(SettingsItem, key)
        settings = from_json(item.settings) if item else TenantSettings()
        self._kept[tenant] = (self._monotonic(), settings)
        return settings
