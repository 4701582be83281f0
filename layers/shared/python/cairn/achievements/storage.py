"""Unlocks in the table. An unlock's key guards its payment for ever."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from cairn.achievements.definitions import Earned, named
from cairn.achievements.unlocks import Revoked, Standing, Unlock
from cairn.platform import keys
from cairn.platform.instants import from_ms, to_ms
from cairn.platform.items import OF_THE_PLAYER, CompactJsonAttribute, Item, WholeNumberAttribute
from cairn.platform.table import Table
from cairn.platform.transact import Check, Put

EVENT = "event_id"


class UnlockItem(Item, discriminator="unlock"):
    """An achievement that a player holds: when, by which version of its criteria, and the evidence.

    occasion: which threshold or period, where it repeats. paid_by: the event of its entry in the ledger, where that is
    not the evidence's. revoked: since when it is not held any more, by whose hand and why. changes: how often it was
    revoked, and granted again.
    """

    privacy = OF_THE_PLAYER

    achievement = UnicodeAttribute()
    occasion = UnicodeAttribute(null=True)
    version = WholeNumberAttribute()
    at = WholeNumberAttribute()
    xp = WholeNumberAttribute()
    evidence = JSONAttribute()
    paid_by = UnicodeAttribute(null=True)
    revoked = CompactJsonAttribute(null=True)
    changes = WholeNumberAttribute(null=True)

    @property
    def name(self) -> str:
        """By which it is known among those of its player."""
        return named(self.achievement, self.occasion or "")


def from_item(item: UnlockItem) -> Unlock:
    """The unlock of an item."""
    revoked = item.revoked
    return Unlock(
        name=item.name,
        version=int(item.version),
        at=from_ms(int(item.at)),
        xp=int(item.xp),
        evidence=item.evidence,
        paid_by=item.paid_by or item.evidence.get(EVENT, ""),
        revoked=Revoked(from_ms(revoked[0]), revoked[1], revoked[2]) if revoked else None,
        changes=int(item.changes or 0),
    )


def write_unlock(
    tenant: str, player: str, earned: Earned, at: datetime, evidence: Mapping[str, Any], paid_by: str
) -> Put:
    """The write of an unlock; it fails where one stands, held or revoked.

    Args:
        evidence: what it is unlocked by, which is kept beside the values that met the criteria.
        paid_by: the event of its entry in the ledger.
    """
    achievement = earned.achievement
    kept = {**earned.evidence, **evidence}
    unlock = Unlock(earned.name, achievement.version, at, achievement.xp, kept, paid_by)
    return Put(_name(unlock.name), _to_item(tenant, player, unlock), UnlockItem.absent())


def write_change(tenant: str, player: str, unlock: Unlock) -> Put:
    """The write of an unlock that was revoked or granted again, over the one that was read."""
    before = unlock.changes - 1
    unchanged = UnlockItem.changes == before if before else UnlockItem.changes.does_not_exist()
    return Put(_name(unlock.name), _to_item(tenant, player, unlock), unchanged & (UnlockItem.kind == UnlockItem))


def still_held(tenant: str, player: str, name: str) -> Check:
    """Holds a transaction to an unlock that was decided on."""
    held = (UnlockItem.kind == UnlockItem) & UnlockItem.revoked.does_not_exist()
    return Check(f"held {name}", keys.unlock(tenant, player, name), held)


def load_unlocks(table: Table, tenant: str, player: str, *, consistent: bool = True) -> dict[str, UnlockItem]:
    """A player's unlocks by name, in one round trip for a megabyte of them."""
    partition = keys.player_partition(tenant, player)
    raw = table.query_all(partition, prefix=keys.UNLOCK_PREFIX, consistent=consistent)
    return {item.name: item for item in map(UnlockItem.parse, raw)}


def load_standing(table: Table, tenant: str, player: str, *, consistent: bool = True) -> Standing:
    """Everything that a player has unlocked, in one round trip for a megabyte of it."""
    items = load_unlocks(table, tenant, player, consistent=consistent)
    return Standing({name: from_item(item) for name, item in items.items()})


def _name(unlock: str) -> str:
    return f"unlock {unlock}"


def _to_item(tenant: str, player: str, unlock: Unlock) -> UnlockItem:
    achievement, _, occasion = unlock.name.partition("#")
    revoked = unlock.revoked
    return UnlockItem(
        *keys.unlock(tenant, player, unlock.name),
        achievement=achievement,
        occasion=occasion or None,
        version=unlock.version,
        at=to_ms(unlock.at),
        xp=unlock.xp,
        evidence=dict(unlock.evidence),
        paid_by=unlock.paid_by if unlock.paid_by != unlock.evidence.get(EVENT) else None,
        revoked=[to_ms(revoked.at), revoked.by, revoked.reason] if revoked else None,
        changes=unlock.changes or None,
    )
