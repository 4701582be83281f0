"""Unlocks in the table. An unlock's key guards its payment for ever."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from cairn.achievements.definitions import Achievement
from cairn.platform import keys
from cairn.platform.instants import to_ms
from cairn.platform.items import OF_THE_PLAYER, Item, WholeNumberAttribute
from cairn.platform.transact import Put


class UnlockItem(Item, discriminator="unlock"):
    """An achievement that a player holds: when, by which version of its criteria, and the evidence."""

    privacy = OF_THE_PLAYER

    achievement = UnicodeAttribute()
    version = WholeNumberAttribute()
    at = WholeNumberAttribute()
    xp = WholeNumberAttribute()
    evidence = JSONAttribute()


def write_unlock(tenant: str, player: str, achievement: Achievement, at: datetime, evidence: Mapping[str, Any]) -> Put:
    """The write of an unlock; it fails where the player holds the achievement."""
    item = UnlockItem(
        *keys.unlock(tenant, player, achievement.id),
        achievement=achievement.id,
        version=achievement.version,
        at=to_ms(at),
        xp=achievement.xp,
        evidence=dict(evidence),
    )
    return Put(f"unlock {achievement.id}", item, UnlockItem.absent())
