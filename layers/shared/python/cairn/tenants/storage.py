"""Tenants' settings in the table, cached in a function's memory."""

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date, datetime
from secrets import token_bytes
from typing import Any

from pynamodb.attributes import BinaryAttribute, JSONAttribute
from pynamodb.expressions.condition import Condition

from cairn.platform import keys
from cairn.platform.instants import iso
from cairn.platform.items import NOT_PERSONAL, Item, WholeNumberAttribute
from cairn.platform.table import Table
from cairn.platform.transact import ConditionsFailed, Put, Update, transact, upsert
from cairn.streaks.rules import StreakSettings
from cairn.tenants.boards import BoardRule, BoardSettings, Period, Shown, Spread
from cairn.tenants.multipliers import Multiplier, XpSettings
from cairn.tenants.settings import TenantSettings

CACHED_SECONDS = 60.0
SECRET_BYTES = 32


class SettingsItem(Item, discriminator="settings"):
    """What a tenant set, absent where that is nothing; and the metrics that its achievements watch by period."""

    privacy = NOT_PERSONAL

    settings = JSONAttribute(null=True)
    watched_by_day = JSONAttribute(null=True)
    ver = WholeNumberAttribute(null=True)  # absent from what was stored before settings had versions


def to_json(settings: TenantSettings) -> dict[str, Any]:
    """The settings as the API and the table have them."""
    shown = asdict(settings)
    del shown["watched_by_day"]
    shown["player_event_types"] = list(settings.player_event_types)
    shown["streak"]["rest_weekdays"] = sorted(settings.streak.rest_weekdays)
    shown["fact_shards"] = [[first.isoformat(), shards] for first, shards in settings.fact_shards]
    shown["boards"] = {
        "shown": list(settings.boards.shown),
        "defined": [{**asdict(rule), "period": rule.period.value} for rule in settings.boards.defined],
        "shown_as": settings.boards.shown_as.value,
        "cache_seconds": settings.boards.cache_seconds,
        "subtrees": [[each.board, iso(each.since), each.count] for each in settings.boards.subtrees],
    }
    shown["xp"] = {
        "multipliers": [
            {
                "name": each.name,
                "from": iso(each.since),
                "until": iso(each.until),
                "percent": each.percent,
                "kinds": list(each.kinds),
                "experiences": list(each.experiences),
            }
            for each in settings.xp.multipliers
        ]
    }
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
        boards=_boards(stored["boards"]) if "boards" in stored else BoardSettings(),
        player_counters=stored.get("player_counters", {}),
        xp=_xp(stored["xp"]) if "xp" in stored else XpSettings(),
    )


def _xp(stored: dict[str, Any]) -> XpSettings:
    return XpSettings(
        multipliers=tuple(
            Multiplier(
                name=each["name"],
                since=datetime.fromisoformat(each["from"]),
                until=datetime.fromisoformat(each["until"]),
                percent=each["percent"],
                kinds=tuple(each["kinds"]),
                experiences=tuple(each["experiences"]),
            )
            for each in stored["multipliers"]
        )
    )


def _boards(stored: dict[str, Any]) -> BoardSettings:
    defined = tuple(BoardRule(**{**rule, "period": Period(rule["period"])}) for rule in stored["defined"])
    return BoardSettings(
        shown=tuple(stored["shown"]),
        defined=defined,
        shown_as=Shown(stored["shown_as"]),
        cache_seconds=stored["cache_seconds"],
        subtrees=tuple(
            Spread(board, datetime.fromisoformat(since), count) for board, since, count in stored["subtrees"]
        ),
    )


def read(table: Table, tenant: str) -> tuple[TenantSettings, int]:
    """A tenant's settings as they stand, and their version; the defaults, and 0, where it set none."""
    key = keys.settings(tenant)
    item = table.get_many([key]).get(SettingsItem, key)
    return _of(item), int(item.ver or 0) if item else 0


def _of(item: SettingsItem | None) -> TenantSettings:
    settings = from_json(item.settings) if item and item.settings else TenantSettings()
    return replace(settings, watched_by_day=frozenset(item.watched_by_day or ())) if item else settings


def write(tenant: str, settings: TenantSettings, ver: int) -> Put:
    """The write of a tenant's settings over the version that was read; functions take them up within a minute."""
    watched = sorted(settings.watched_by_day) or None
    item = SettingsItem(*keys.settings(tenant), settings=to_json(settings), watched_by_day=watched, ver=ver + 1)
    return Put("settings", item, _unchanged(ver))


def watch_by_day(tenant: str, metrics: Collection[str], ver: int) -> Update:
    """The write of the metrics that achievements watch by period, and of nothing that the tenant set."""
    changes = [SettingsItem.watched_by_day.set(sorted(metrics)), SettingsItem.ver.set(ver + 1)]
    return replace(upsert("settings", SettingsItem, keys.settings(tenant), changes), condition=_unchanged(ver))


def _unchanged(ver: int) -> Condition:
    return SettingsItem.ver == ver if ver else SettingsItem.ver.does_not_exist()


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
        settings = _of(self._table.get_many([key], consistent=False).get(SettingsItem, key))
        self._kept[tenant] = (self._monotonic(), settings)
        return settings


class SecretItem(Item, discriminator="secret"):
    """A tenant's secret, under which draws are made that nobody may predict."""

    privacy = NOT_PERSONAL

    secret = BinaryAttribute(legacy_encoding=False)


class Secrets:
    """Tenants' secrets, made when first asked for and kept in a function's memory."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._kept: dict[str, bytes] = {}

    def of(self, tenant: str) -> bytes:
        """A tenant's secret, 32 bytes. Of two who make it at the same moment, both get the first one's."""
        if tenant not in self._kept:
            key = keys.secret(tenant)
            item = self._table.get_many([key]).get(SecretItem, key)
            if item is None:
                made = SecretItem(*key, secret=token_bytes(SECRET_BYTES))
                with suppress(ConditionsFailed):
                    transact(self._table, [Put("secret", made, SecretItem.absent())])
                item = self._table.get_many([key]).get(SecretItem, key)
            assert item is not None
            self._kept[tenant] = item.secret
        return self._kept[tenant]
