"""Reading achievements: the definitions, and a player's unlocks and progress."""

from datetime import datetime
from typing import Any

from cairn.achievements.definitions import ACHIEVEMENTS, Achievement
from cairn.achievements.rules import fraction
from cairn.achievements.storage import UnlockItem
from cairn.platform import keys
from cairn.platform.instants import from_ms, iso
from cairn.platform.table import Table
from cairn.players import profile
from cairn.players.player import Player


def show_definition(achievement: Achievement) -> dict[str, Any]:
    """A definition as the API shows it."""
    return {
        "achievement_id": achievement.id,
        "category": achievement.category,
        "title": achievement.title,
        "description": achievement.description,
        "icon": achievement.icon,
        "rarity": achievement.rarity,
        "xp": achievement.xp,
        "metric": achievement.metric,
        "threshold": achievement.threshold,
    }


def of_player(table: Table, tenant: str, player_id: str, now: datetime) -> dict[str, Any]:
    """Every achievement with the player's unlock, or how far they are: 0 to 1."""

    def load_player() -> Player:
        return profile.find(table, tenant, player_id, consistent=False) or Player(tenant, player_id)

    def load_unlocks() -> dict[str, UnlockItem]:
        raw = table.query_all(keys.player_partition(tenant, player_id), prefix=keys.UNLOCK_PREFIX)
        return {item.achievement: item for item in map(UnlockItem.parse, raw)}

    player, unlocks = load_player(), load_unlocks()
    measured = player.measured()
    shown = []
    for each in ACHIEVEMENTS:
        unlock = unlocks.get(each.id)
        shown.append(
            show_definition(each)
            | {
                "unlocked": unlock is not None,
                "unlocked_at": iso(from_ms(int(unlock.at))) if unlock else None,
                "evidence": unlock.evidence if unlock else None,
                "value": measured.get(each.metric, 0),
                "progress": 1.0 if unlock else fraction(each, measured),
            }
        )
    return {
        "player_id": player_id,
        "as_of": iso(now),
        "unlocked_count": len(unlocks),
        "total": len(ACHIEVEMENTS),
        "achievements": shown,
    }
