"""What belongs to a player, in an item of its own: the player's item stays small."""

from typing import Any

from pynamodb.attributes import JSONAttribute
from pynamodb.expressions.condition import Condition

from cairn.platform import keys
from cairn.platform.items import OF_THE_PLAYER, Item, WholeNumberAttribute
from cairn.platform.transact import Check, Put
from cairn.players.belongings import Belongings, compact
from cairn.players.storage import PlayerItem


class CompactJsonAttribute(JSONAttribute):
    """JSON without spaces, in UTF-8: it takes no more room than its limit says."""

    def serialize(self, value: Any) -> str | None:
        return None if value is None else compact(value)


class ProfileItem(Item, discriminator="profile"):
    """Preferences and custom stats of at most 4 KB each, and at most 200 items."""

    privacy = OF_THE_PLAYER

    preferences = CompactJsonAttribute(null=True)
    custom_stats = CompactJsonAttribute(null=True)
    inventory = CompactJsonAttribute(null=True)
    changed = CompactJsonAttribute()
    ver = WholeNumberAttribute()


def from_item(tenant: str, player: str, item: ProfileItem | None) -> Belongings:
    """What belongs to a player, of its item; nothing where there is none."""
    if item is None:
        return Belongings(tenant, player)
    return Belongings(
        tenant,
        player,
        preferences=item.preferences or {},
        custom_stats=item.custom_stats or {},
        inventory=item.inventory or {},
        changed=item.changed,
        ver=int(item.ver),
    )


def write(belongings: Belongings) -> Put:
    """The write of what belongs to a player, over the version that was read."""
    item = ProfileItem(
        *keys.profile(belongings.tenant, belongings.player),
        preferences=belongings.preferences or None,
        custom_stats=belongings.custom_stats or None,
        inventory=belongings.inventory or None,
        changed=belongings.changed,
        ver=belongings.ver + 1,
    )
    return Put("profile", item, _as_read(belongings))


def unchanged(belongings: Belongings) -> Check:
    """Holds a transaction to what was read."""
    return Check("profile", keys.profile(belongings.tenant, belongings.player), _as_read(belongings))


def player_stands(belongings: Belongings) -> Check:
    """Holds a transaction to there being the player."""
    return Check("player", keys.player(belongings.tenant, belongings.player), PlayerItem.kind == PlayerItem)


def _as_read(belongings: Belongings) -> Condition:
    return ProfileItem.ver == belongings.ver if belongings.ver else ProfileItem.absent()
