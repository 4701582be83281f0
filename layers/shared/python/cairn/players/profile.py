"""A player's profile: reading it, and setting name and zone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from cairn.platform import keys
from cairn.platform.command import Answer, Decision, execute
from cairn.platform.errors import DomainError
from cairn.platform.instants import iso
from cairn.platform.table import Table
from cairn.players import storage
from cairn.players.player import Player, move_zone
from cairn.players.storage import PlayerItem
from cairn.players.virtues import VIRTUES, dominant_quadrant
from cairn.tenants.settings import TenantSettings
from cairn.xp.levels import standing


def find(table: Table, tenant: str, player: str, *, consistent: bool = True) -> Player | None:
    """A player, or None for one who never did anything."""
    key = keys.player(tenant, player)
    item = table.get_many([key], consistent=consistent).get(PlayerItem, key)
    return storage.from_item(item) if item else None


def get(table: Table, tenant: str, player: str, *, consistent: bool = True) -> Player:
    """A player.

    Raises:
        DomainError: `unknown-player`.
    """
    found = find(table, tenant, player, consistent=consistent)
    if found is None:
        raise DomainError(
            "unknown-player",
            f"There is no player {player!r} yet. One appears with the first event, or with PUT /api/v1/players/...",
        )
    return found


def set_profile(
    table: Table,
    tenant: str,
    player_id: str,
    name: str | None,
    zone: str | None,
    settings: TenantSettings,
    now: datetime,
) -> Answer:
    """Sets what is not None. Setting what stands already changes nothing.

    Raises:
        DomainError: `too-many-zone-changes`.
    """

    def load() -> Player:
        return find(table, tenant, player_id) or Player(tenant, player_id, created_at=now)

    def decide(player: Player) -> Decision:
        changed = player
        if name is not None:
            changed = replace(changed, name=name)
        if zone is not None and zone != player.zone:
            # Who was active without a zone of their own was in the tenant's; who was not yet changes none.
            former = ((player.created_at or now, settings.zone),) if player.last else ()
            zones = player.zones or former
            changed = replace(changed, zone=zone, zones=move_zone(zones, zone, now))
        writes = [storage.write(replace(changed, touched=()), settings)] if changed != player or not player.ver else []
        return Decision(writes, show(changed, settings))

    return execute(table, now, None, load, decide)


def show(player: Player, settings: TenantSettings) -> dict[str, Any]:
    """The profile as the API shows it."""
    level = standing(player.xp)
    virtues: Mapping[str, float] = {virtue: player.virtues.get(virtue, 0) for virtue in VIRTUES}
    return {
        "player_id": player.id,
        "name": player.name,
        "zone": player.zone or settings.zone,
        "total_xp": player.xp,
        "account_level": level.level,
        "title": level.title,
        "virtues": virtues,
        "dominant_quadrant": dominant_quadrant(virtues),
        "metrics": dict(sorted(player.metrics.items())),
        "recent_experiences": list(player.recent),
        "created_at": iso(player.created_at) if player.created_at else None,
    }
