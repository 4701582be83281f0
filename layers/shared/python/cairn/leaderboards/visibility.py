"""How a player appears on boards: by name, under a pseudonym, or not at all."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from cairn.platform.command import Answer, Decision, execute
from cairn.platform.table import Table
from cairn.players import storage
from cairn.players.player import Player
from cairn.players.profile import find
from cairn.tenants.boards import Shown
from cairn.tenants.settings import TenantSettings


def show(table: Table, tenant: str, player: str, settings: TenantSettings) -> dict[str, Any]:
    """The player's choice, and what it comes to."""
    found = find(table, tenant, player)
    return _shown(player, found.shown_as if found else None, settings)


def choose(
    table: Table, tenant: str, player_id: str, shown_as: Shown | None, settings: TenantSettings, now: datetime
) -> Answer:
    """Sets a player's choice; None for as the tenant has it. The boards follow within seconds."""

    def load() -> Player:
        return find(table, tenant, player_id) or Player(tenant, player_id, created_at=now)

    def decide(player: Player) -> Decision:
        chosen = shown_as.value if shown_as else None
        changed = replace(player, shown_as=chosen, touched=())
        writes = [storage.write(changed, settings)] if chosen != player.shown_as else []
        return Decision(writes, _shown(player_id, chosen, settings))

    return execute(table, now, None, load, decide)


def _shown(player: str, chosen: str | None, settings: TenantSettings) -> dict[str, Any]:
    return {"player_id": player, "chosen": chosen, "shown_as": chosen or settings.boards.shown_as.value}
