"""Keeping what belongs to a player: preferences, custom stats, items."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cairn.platform.command import Answer, Decision, execute
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.preconditions import Demand, etag_of
from cairn.platform.table import Table
from cairn.platform.transact import Action
from cairn.players import profile_storage
from cairn.players.belongings import Belongings, Part, with_items, with_object
from cairn.players.profile import Stored, load, unknown_player


def read(table: Table, tenant: str, player_id: str, part: Part) -> tuple[dict[str, Any], str]:
    """A part of what belongs to a player, as the API shows it, and its ETag.

    Raises:
        DomainError: `unknown-player`.
    """
    belongings = _known(load(table, tenant, player_id))
    return show(belongings, part), etag_of(belongings.version_of(part))


def show(belongings: Belongings, part: Part) -> dict[str, Any]:
    """A part as the API shows it; items by their ids."""
    content = belongings.part(part)
    shown = dict(sorted(content.items())) if part is Part.INVENTORY else content
    return {"player_id": belongings.player, part: shown}


def put(
    table: Table, tenant: str, player_id: str, part: Part, content: Mapping[str, Any], demand: Demand, now: datetime
) -> Answer:
    """Puts an object in the place of preferences or custom stats. What stands already is not written again.

    Raises:
        DomainError: `unknown-player`, `precondition-failed`, `profile-full`.
    """

    def decide(stored: Stored) -> Decision:
        before = _known(stored)
        after = with_object(before, part, content)
        if after is not before:
            demand(etag_of(before.version_of(part)))
        return Decision(_writes(before, after), show(after, part), etag=etag_of(after.version_of(part)))

    return execute(table, now, None, lambda: load(table, tenant, player_id), decide)


def change_items(
    table: Table,
    tenant: str,
    player_id: str,
    item: str,
    change: int,
    reason: str | None,
    key: IdempotencyKey,
    now: datetime,
) -> Answer:
    """Gives a player items, or takes them away.

    Args:
        change: how many more, or fewer. reason: kept with the request's answer.

    Raises:
        DomainError: `unknown-player`, `too-few-items`, `profile-full`.
    """

    def decide(stored: Stored) -> Decision:
        before = _known(stored)
        after = with_items(before, item, change)
        answer = {
            "player_id": player_id,
            "item_id": item,
            "change": change,
            "held": after.inventory.get(item, 0),
            "reason": reason,
        }
        return Decision(_writes(before, after), answer)

    return execute(table, now, key, lambda: load(table, tenant, player_id), decide)


def _known(stored: Stored) -> Belongings:
    """What belongs to a player who is there. Raises DomainError `unknown-player` for one who is not."""
    if stored.player is None:
        raise unknown_player(stored.belongings.player)
    return stored.belongings


def _writes(before: Belongings, after: Belongings) -> list[Action]:
    """The first write depends on the player being there; later ones on the version that the first began."""
    if after is before:
        return []
    first = [] if before.ver else [profile_storage.player_stands(before)]
    return [profile_storage.write(after), *first]
