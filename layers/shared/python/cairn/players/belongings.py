"""What belongs to a player beyond a single experience: preferences, custom stats, and items that are counted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from cairn.platform.errors import DomainError

MAX_JSON_BYTES = 4096
MAX_ITEM_IDS = 200


class Part(StrEnum):
    """The parts that are written, and read, apart from each other."""

    PREFERENCES = "preferences"
    CUSTOM_STATS = "custom_stats"
    INVENTORY = "global_inventory"


@dataclass(frozen=True, slots=True)
class Belongings:
    """What belongs to one player.

    preferences, custom_stats: JSON objects, each at most 4,096 bytes. inventory: how many are held, by item id.
    changed: the version at which each part last changed, so that writing one is no news to readers of another.
    ver: 0 where nothing is stored yet.
    """

    tenant: str
    player: str
    preferences: Mapping[str, Any] = field(default_factory=dict)
    custom_stats: Mapping[str, Any] = field(default_factory=dict)
    inventory: Mapping[str, int] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)
    ver: int = 0

    def part(self, part: Part) -> dict[str, Any]:
        """The content of a part."""
        return dict(self.inventory if part is Part.INVENTORY else getattr(self, part))

    def version_of(self, part: Part) -> int:
        """The version at which a part last changed; 0 for one that never did."""
        return self.changed.get(part, 0)


def compact(content: Any, *, sort_keys: bool = False) -> str:
    """The shortest JSON of some content, which is what is stored and what limits count (in bytes of UTF-8)."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False, sort_keys=sort_keys)


def with_object(belongings: Belongings, part: Part, content: Mapping[str, Any]) -> Belongings:
    """Belongings with another JSON object in the place of preferences or custom stats; the same if it is the same JSON.

    Raises:
        DomainError: `profile-full` past 4,096 bytes.
    """
    if (size := len(compact(content).encode())) > MAX_JSON_BYTES:
        raise DomainError(
            "profile-full",
            f"{part} has {size} bytes as JSON without spaces; at most {MAX_JSON_BYTES} are kept. Send less.",
            bytes=size,
            limit=MAX_JSON_BYTES,
        )
    if compact(content, sort_keys=True) == compact(belongings.part(part), sort_keys=True):
        return belongings
    changed = {**belongings.changed, part: belongings.ver + 1}
    if part is Part.PREFERENCES:
        return replace(belongings, preferences=content, changed=changed)
    return replace(belongings, custom_stats=content, changed=changed)


def with_items(belongings: Belongings, item: str, change: int) -> Belongings:
    """Belongings with so many more of an item, or fewer. An item of which none is left is forgotten.

    Raises:
        DomainError: `too-few-items` where more would be taken than are held; `profile-full` past 200 item ids.
    """
    held = belongings.inventory.get(item, 0)
    if held + change < 0:
        raise DomainError(
            "too-few-items",
            f"The player holds {held} of {item!r}, so that {-change} cannot be taken. Take at most {held}.",
            held=held,
        )
    if not held and len(belongings.inventory) >= MAX_ITEM_IDS:
        raise DomainError(
            "profile-full",
            f"The player holds {MAX_ITEM_IDS} different items; no more are kept. Take one of them away first.",
            limit=MAX_ITEM_IDS,
        )
    inventory = {**belongings.inventory, item: held + change}
    if not inventory[item]:
        del inventory[item]
    return replace(belongings, inventory=inventory, changed={**belongings.changed, Part.INVENTORY: belongings.ver + 1})
