"""What an event type changes in the state that events maintain. Pure; docs/progress.md shows the same table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cairn.platform.errors import DomainError
from cairn.progress.progress import Content, Record

MAX_QUANTITY = 1_000_000
MAX_TEXT = 256

# What an event type counts towards in the player's metrics.
COUNTED = {"word_learned": "words_learned", "conversation_held": "conversations_held"}

# Types whose content id becomes the player's current location.
MOVES_TO = frozenset({"waypoint_visited", "location_reached"})

PERCENTAGE_REPORTED = "percentage_reported"


@dataclass(frozen=True, slots=True)
class Effect:
    """`of`: what the content id names. `does`: in words. `change`: the content afterwards."""

    of: str
    does: str
    change: Callable[[Content, Record], Content]


def _quantity(record: Record) -> int:
    quantity = record.data.get("quantity", 1)
    if isinstance(quantity, int) and not isinstance(quantity, bool) and 0 < quantity <= MAX_QUANTITY:
        return quantity
    raise DomainError("invalid-body", f"data.quantity must be a whole number from 1 to {MAX_QUANTITY}.")


def _use(content: Content, record: Record) -> Content:
    quantity = _quantity(record)
    if quantity > content.items:
        raise DomainError(
            "too-few-items",
            f"{record.content!r} is held {content.items} times: {quantity} cannot be used.",
            held=content.items,
        )
    return replace(content, items=content.items - quantity)


def _set_flag(content: Content, record: Record) -> Content:
    value = record.data.get("value", True)
    if not isinstance(value, bool | int | float | str) or (isinstance(value, str) and len(value) > MAX_TEXT):
        raise DomainError(
            "invalid-body", f"data.value must be true, false, a number, or text of at most {MAX_TEXT} characters."
        )
    return replace(content, flag=value)


def _choose(content: Content, record: Record) -> Content:
    choice = record.data.get("choice")
    if not isinstance(choice, str) or not 0 < len(choice) <= MAX_TEXT:
        raise DomainError("invalid-body", f"data.choice must be text of 1 to {MAX_TEXT} characters.")
    return replace(content, choice=choice)


def _begin_quest(content: Content, record: Record) -> Content:
    return content if content.quest == "completed" else replace(content, quest="active")


EFFECTS: Mapping[str, Effect] = {
    "waypoint_visited": Effect(
        "waypoint", "is visited, and is the current location", lambda content, _: replace(content, waypoint=True)
    ),
    "location_reached": Effect("place", "is the current location", lambda content, _: content),
    "area_unlocked": Effect("area", "is unlocked", lambda content, _: replace(content, area=True)),
    "quest_started": Effect("quest", "is active, unless it was completed", _begin_quest),
    "quest_completed": Effect(
        "quest", "is completed, and stays so", lambda content, _: replace(content, quest="completed")
    ),
    "item_collected": Effect(
        "item",
        "`data.quantity` (1) more in the inventory",
        lambda content, record: replace(content, items=content.items + _quantity(record)),
    ),
    "item_used": Effect("item", "`data.quantity` (1) fewer; more than are held is refused", _use),
    "collectible_found": Effect(
        "collectible",
        "`data.quantity` (1) more of the collectible",
        lambda content, record: replace(content, collectibles=content.collectibles + _quantity(record)),
    ),
    "flag_set": Effect("flag", "has `data.value` (true): a boolean, number or text", _set_flag),
    "flag_cleared": Effect("flag", "stands no longer", lambda content, _: replace(content, flag=None)),
    "choice_made": Effect("choice", "is `data.choice`", _choose),
    "interaction_performed": Effect(
        "thing", "one more interaction", lambda content, _: replace(content, interactions=content.interactions + 1)
    ),
    "npc_dialogue": Effect(
        "character", "one more interaction", lambda content, _: replace(content, interactions=content.interactions + 1)
    ),
}


def affected(content: Content, record: Record) -> Content:
    """The content that an event is about, after the event type's own change.

    Raises:
        DomainError: `invalid-body` for data that the type cannot use, `too-few-items`.
    """
    effect = EFFECTS.get(record.type)
    return effect.change(content, record) if effect else content


def reported_percentage(data: Mapping[str, Any]) -> float:
    """The percentage that a client reports, 0 to 100.

    Raises:
        DomainError: `invalid-body`.
    """
    value = data.get("percentage")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise DomainError("invalid-body", "data.percentage must be a number from 0 to 100.")
    return round(float(value), 1)
