"""Unlocks in the table. An unlock's key guards its payment for ever."""

from datetime import datetime

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from cairn.achievements.definitions import Earned, named
from cairn.platform import keys
from cairn.platform.instants import to_ms
from cairn.platform.items import OF_THE_PLAYER, Item, WholeNumberAttribute
from cairn.platform.table import Table
from cairn.platform.transact import Put


class UnlockItem(Item, discriminator="unlock"):
    """An achievement that a player holds: when, by which version of its criteria, and the evidence.

    occasion: which threshold or period, where it repeats.
    """

    privacy = OF_THE_PLAYER

    achievement = UnicodeAttribute()
    occasion = UnicodeAttribute(null=True)
    version = WholeNumberAttribute()
    at = WholeNumberAttribute()
    xp = WholeNumberAttribute()
    evidence = JSONAttribute()

    @property
    def name(self) -> str:
        """By which it is known among those of its player."""
        return named(self.achievement, self.occasion or "")


def write_unlock(tenant: str, player: str, earned: Earned, event: str, at: datetime) -> Put:
    """The write of an unlock; it fails where the player holds it.

    Args:
        event: id of the event that earned it.
    """
    achievement = earned.achievement
    item = UnlockItem(
        *keys.unlock(tenant, player, earned.name),
        achievement=achievement.id,
        occasion=earned.occasion or None,
        version=achievement.version,
        at=to_ms(at),
        xp=achievement.xp,
        evidence={**earned.evidence, "event_id": event},
    )
    return Put(f"unlock {earned.name}", item, UnlockItem.absent())


def load_unlocks(table: Table, tenant: str, player: str, *, consistent: bool = True) -> dict[str, UnlockItem]:
    """A player's unlocks by name, in one round trip for a megabyte of them."""
    partition = keys.player_partition(tenant, player)
    raw = table.query_all(partition, prefix=keys.UNLOCK_PREFIX, consistent=consistent)
    return {item.name: item for item in map(UnlockItem.parse, raw)}
