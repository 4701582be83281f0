"""Reading achievements: the definitions, and a player's unlocks and progress."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cairn.achievements.criteria import Measures, Threshold
from cairn.achievements.definitions import Achievement
from cairn.achievements.document import criteria_to_json, repeat_to_json
from cairn.achievements.rules import Watch
from cairn.achievements.storage import UnlockItem, load_unlocks
from cairn.platform.instants import from_ms, iso
from cairn.platform.table import Table
from cairn.players import profile
from cairn.players.player import Player
from cairn.streaks.days import local_date


def show_definition(achievement: Achievement) -> dict[str, Any]:
    """A definition as the API shows it. `metric` and `threshold` where it has just one."""
    only = achievement.thresholds[0] if len(achievement.thresholds) == 1 else None
    return {
        "achievement_id": achievement.id,
        "category": achievement.category,
        "type": achievement.type,
        "title": achievement.title,
        "description": achievement.description,
        "icon": achievement.icon,
        "rarity": achievement.rarity,
        "xp": achievement.xp,
        "metric": only.metric if only else None,
        "threshold": only.value if only else None,
        "criteria": criteria_to_json(achievement.criteria),
        "prerequisites": list(achievement.prerequisites),
        "repeat": repeat_to_json(achievement.repeat),
        "secret": achievement.secret,
        "is_active": achievement.is_active,
        "version": achievement.version,
    }


def of_player(table: Table, watch: Watch, tenant: str, player_id: str, now: datetime) -> dict[str, Any]:
    """Every achievement with the player's unlock, or how far they are: 0 to 1."""
    player = profile.find(table, tenant, player_id, consistent=False) or Player(tenant, player_id)
    unlocks: dict[str, list[UnlockItem]] = defaultdict(list)
    for item in load_unlocks(table, tenant, player_id, consistent=False).values():
        unlocks[item.achievement].append(item)
    measures = Measures(player.measured(), player.tally.daily, local_date(now, watch.zone, 0))
    shown = [show_standing(each, measures, unlocks.get(each.id, [])) for each in watch.active()]
    return {
        "player_id": player_id,
        "as_of": iso(now),
        "unlocked_count": sum(any(item.revoked is None for item in items) for items in unlocks.values()),
        "total": len(shown),
        "achievements": shown,
    }


def show_standing(achievement: Achievement, measures: Measures, unlocks: Sequence[UnlockItem]) -> dict[str, Any]:
    """An achievement with a player's first unlock of it that is held, or how far they are.

    `revoked_at`: since when none is held, where one was.
    """
    held = [each for each in unlocks if each.revoked is None]
    first = min(held, key=lambda each: each.at, default=None)
    revoked = max((each.revoked[0] for each in unlocks if each.revoked), default=None)
    parts = [_show_part(each, measures) for each in achievement.thresholds]
    return {
        **show_definition(achievement),
        "unlocked": first is not None,
        "unlocked_at": iso(from_ms(int(first.at))) if first else None,
        "evidence": first.evidence if first else None,
        "times": len(held),
        "revoked_at": iso(from_ms(revoked)) if revoked and not held else None,
        "value": parts[0]["value"] if len(parts) == 1 else None,
        "parts": parts,
        "progress": 1.0 if first else achievement.criteria.fraction(measures),
    }


def _show_part(threshold: Threshold, measures: Measures) -> Mapping[str, Any]:
    return {
        "metric": threshold.metric,
        "within": threshold.within,
        "comparison": threshold.comparison.value,
        "threshold": threshold.value,
        "value": threshold.measured(measures),
        "progress": threshold.fraction(measures),
    }
