"""Standings from what is stored: items of players and of their progress, raw, as the stream and the table give them.

A mover reads two images for each record, so that only what boards need is parsed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import replace
from datetime import date, datetime
from typing import Any

from cairn.leaderboards.aliases import alias_of
from cairn.leaderboards.place import Standing
from cairn.platform import keys
from cairn.platform.items import Item, Raw
from cairn.platform.table import Table
from cairn.players import storage as player_storage
from cairn.players.storage import PlayerItem
from cairn.players.streak import streak_of
from cairn.players.tally import within
from cairn.progress.storage import ProgressItem
from cairn.streaks.rules import falls_at
from cairn.tenants.boards import DISTANCE, TOTAL_XP, Shown
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import Secrets, SettingsCache
from cairn.xp.levels import level_of

PLAYER, PROGRESS = (str(each.kind.get_discriminator(each)) for each in (PlayerItem, ProgressItem))
# Metrics that are attributes of a player's item; every other one is in its `metrics`.
ATTRIBUTES = {
    "total_xp": "xp",
    "current_streak": "current_streak",
    "longest_streak": "longest_streak",
    "active_days": "active_days",
}


class PlayerTotals:
    """The numbers of a player's item. What is packed in JSON is unpacked when a board asks for it."""

    __slots__ = ("_metrics", "_raw", "_settings", "_tally")

    def __init__(self, raw: Raw, settings: TenantSettings) -> None:
        self._raw = raw
        self._settings = settings
        self._metrics: Mapping[str, int] | None = None
        self._tally: Mapping[str, Any] | None = None

    def number(self, metric: str) -> float:
        if attribute := ATTRIBUTES.get(metric):
            return int(self._raw[attribute]["N"])
        if metric == "level":
            return level_of(int(self._raw["xp"]["N"]))
        if self._metrics is None:
            self._metrics = json.loads(self._raw["metrics"]["S"]) if "metrics" in self._raw else {}
        return self._metrics.get(metric, 0)

    def stored(self, metric: str) -> object:
        attribute = ATTRIBUTES.get(metric)
        return self._raw[attribute] if attribute else self.number(metric)

    def reached_at(self, metric: str) -> int:
        if metric == TOTAL_XP:
            return int(self._raw["xp_at"]["N"]) if "xp_at" in self._raw else 0
        return int(self._packed("r").get(metric, 0))

    def days(self, metric: str) -> tuple[int, Sequence[int]] | None:
        return self._packed("d").get(metric)

    def seasons(self, metric: str) -> Iterable[str]:
        return list(self._packed("s").get(metric, ()))

    def season(self, metric: str, name: str) -> tuple[int, int]:
        known = self._packed("s").get(metric, {}).get(name)
        if known:
            total, reached_at = known
            return total, reached_at
        return self._by_day(metric, name), self.reached_at(metric)

    def _by_day(self, metric: str, season: str) -> int:
        """What a season comes to that is not summed up yet, as when its board was defined after the last change."""
        if not (kept := self.days(metric)):
            return 0
        first, numbers = kept
        return within({date.fromordinal(first + day): number for day, number in enumerate(numbers)}, season)

    def falls_at(self) -> int | None:
        self._packed("f")
        return self._tally.get("f") if self._tally else None

    def streak_at(self, instant: datetime) -> tuple[int, datetime | None]:
        player, settings = player_storage.from_item(PlayerItem.parse(self._raw)), self._settings
        zone = player.zone or settings.zone
        current = streak_of(player, settings.streak, settings.zone, instant).current
        return current, falls_at(player.days, player.marks, settings.streak, instant, zone, since=player.checkpoint)

    def _packed(self, part: str) -> Mapping[str, Any]:
        """A part of the tally, as `pack_tally` says."""
        if self._tally is None:
            self._tally = json.loads(self._raw["tally"]["S"]) if "tally" in self._raw else {}
        found: Mapping[str, Any] = self._tally.get(part, {})
        return found


class ProgressTotals:
    """The numbers of a progress item: metres travelled, and seconds from start to completion."""

    __slots__ = ("_raw",)

    def __init__(self, raw: Raw) -> None:
        self._raw = raw

    def number(self, metric: str) -> float:
        if metric == DISTANCE.metric:
            return float(self._raw["meters"]["N"]) if "meters" in self._raw else 0
        started, completed = self._instant("started_at"), self._instant("completed_at")
        return (completed - started) // 1000 if started and completed else 0

    def stored(self, metric: str) -> object:
        return self.number(metric)

    def reached_at(self, metric: str) -> int:
        return self._instant("last_progress_at" if metric == DISTANCE.metric else "completed_at")

    def days(self, metric: str) -> None:
        return None

    def seasons(self, metric: str) -> Iterable[str]:
        return ()

    def season(self, metric: str, name: str) -> tuple[int, int]:
        return 0, 0

    def falls_at(self) -> None:
        return None

    def streak_at(self, instant: datetime) -> tuple[int, None]:
        return 0, None

    def _instant(self, name: str) -> int:
        return int(self._raw[name]["N"]) if name in self._raw else 0


class Standings:
    """Reads standings, each under its tenant's settings.

    Args:
        table: where settings, and the secrets of pseudonyms, are.
    """

    def __init__(self, table: Table) -> None:
        self._settings = SettingsCache(table)
        self._secrets = Secrets(table)

    def settings(self, tenant: str) -> TenantSettings:
        """A tenant's settings, at most a minute old."""
        return self._settings.of(tenant)

    def of_player(self, raw: Raw) -> Standing:
        """The standing of a player's item.

        Raises:
            LookupError, TypeError, ValueError: the item lacks what a player has.
        """
        raw = _upcast(raw, PlayerItem)
        tenant, player, version = raw["tenant"]["S"], raw["player"]["S"], int(raw["ver"]["N"])
        settings = self._settings.of(tenant)
        shown_as = raw["shown_as"]["S"] if "shown_as" in raw else settings.boards.shown_as
        name, alias, hidden = "", "", False
        if shown_as == Shown.NAME:
            name = raw["name"]["S"] if "name" in raw else ""
        elif shown_as == Shown.PSEUDONYM:
            alias = alias_of(player, self._secrets.of(tenant))
        else:
            hidden = True
        level, totals = level_of(int(raw["xp"]["N"])), PlayerTotals(raw, settings)
        return Standing(tenant, player, version, totals, name, level, alias, hidden, None, version)

    def of_progress(self, raw: Raw) -> Standing:
        """The standing of a progress item. It has no face yet.

        Raises:
            LookupError, TypeError, ValueError: the item lacks what progress has.
        """
        raw = _upcast(raw, ProgressItem)
        tenant, player = keys.player_of(raw["PK"]["S"])
        version, experience = int(raw["ver"]["N"]), raw["experience"]["S"]
        return Standing(tenant, player, version, ProgressTotals(raw), experience=experience)


def faced(standing: Standing, faces: Mapping[str, Standing]) -> Standing:
    """The standing of progress with the face of its player; who is not among those, is nobody to be shown."""
    face = faces.get(standing.player)
    if face is None:
        return replace(standing, hidden=True)
    name, level, alias, hidden = face.face
    return replace(standing, name=name, level=level, alias=alias, hidden=hidden, face_version=face.version)


def _upcast(raw: Raw, item_type: type[Item]) -> Raw:
    """The image in the present schema version."""
    if "sv" in raw and raw["sv"]["N"] == str(item_type.schema_version):
        return raw
    for version in range(int(raw["sv"]["N"]) if "sv" in raw else 1, item_type.schema_version):
        raw = item_type.upcasts[version](raw)
    return raw
