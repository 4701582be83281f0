"""A player's profile: reading it, and setting name and zone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cairn.platform import keys
from cairn.platform.command import Answer, Decision, execute
from cairn.platform.errors import DomainError
from cairn.platform.instants import duration, iso
from cairn.platform.preconditions import Demand, etag_of
from cairn.platform.table import Table
from cairn.platform.transact import Action
from cairn.players import profile_storage, storage
from cairn.players.belongings import Belongings, Part
from cairn.players.player import Player, move_zone
from cairn.players.profile_storage import ProfileItem
from cairn.players.storage import PlayerItem
from cairn.players.streak import foretold
from cairn.players.virtues import VIRTUES, dominant_quadrant, quadrant_sums
from cairn.streaks.storage import write_calendar
from cairn.tenants.settings import TenantSettings
from cairn.xp.levels import standing


@dataclass(frozen=True, slots=True)
class Stored:
    """What stands of a player: None for one who never did anything; and what belongs to them."""

    player: Player | None
    belongings: Belongings


def load(table: Table, tenant: str, player_id: str) -> Stored:
    """A player and what belongs to them, in one consistent round trip."""
    key, profile_key = keys.player(tenant, player_id), keys.profile(tenant, player_id)
    items = table.get_many([key, profile_key])
    item = items.get(PlayerItem, key)
    return Stored(
        storage.from_item(item) if item else None,
        profile_storage.from_item(tenant, player_id, items.get(ProfileItem, profile_key)),
    )


def unknown_player(player: str) -> DomainError:
    """The refusal where there is no such player."""
    return DomainError(
        "unknown-player",
        f"There is no player {player!r} yet. One appears with the first event, or with PUT /api/v1/players/...",
    )


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
        raise unknown_player(player)
    return found


def read(table: Table, tenant: str, player_id: str, settings: TenantSettings) -> tuple[dict[str, Any], str]:
    """The whole profile as the API shows it, and its ETag.

    Raises:
        DomainError: `unknown-player`.
    """
    stored = load(table, tenant, player_id)
    if stored.player is None:
        raise unknown_player(player_id)
    return show(stored.player, stored.belongings, settings), etag(stored.player, stored.belongings, settings)


def set_profile(
    table: Table,
    tenant: str,
    player_id: str,
    name: str | None,
    zone: str | None,
    settings: TenantSettings,
    demand: Demand,
    now: datetime,
) -> Answer:
    """Sets what is not None. Setting what stands already changes nothing.

    Raises:
        DomainError: `precondition-failed`, `too-many-zone-changes`.
    """

    def decide(stored: Stored) -> Decision:
        player = changed = stored.player or Player(tenant, player_id, created_at=now)
        belongings = stored.belongings
        if name is not None:
            changed = replace(changed, name=name)
        if zone is not None and zone != player.zone:
            # Who was active without a zone of their own was in the tenant's; who was not yet changes none.
            former = ((player.created_at or now, settings.zone),) if player.last else ()
            zones = move_zone(player.marks.zones or former, zone, now)
            moved = replace(changed, zone=zone, marks=replace(player.marks, zones=zones))
            changed = foretold(moved, settings.streak, settings.zone, now)
        if changed == player and player.ver:
            return Decision([], show(player, belongings, settings), etag=etag(player, belongings, settings))
        demand(etag(player, belongings, settings) if stored.player else None)
        kept, leaving = storage.slid(replace(changed, touched=()), settings, now)
        writes: list[Action] = [
            *write_calendar(tenant, player_id, leaving),
            storage.write(kept, settings),
            profile_storage.unchanged(belongings),
        ]
        return Decision(
            writes,
            show(changed, belongings, settings),
            etag=etag(replace(changed, ver=player.ver + 1), belongings, settings),
        )

    return execute(table, now, None, lambda: load(table, tenant, player_id), decide)


def etag(player: Player, belongings: Belongings, settings: TenantSettings) -> str:
    """The profile's ETag: of all that it shows, which for a player without a zone is also the tenant's."""
    return etag_of(player.ver, belongings.ver, *([] if player.zone else [settings.zone]))


def show(player: Player, belongings: Belongings, settings: TenantSettings) -> dict[str, Any]:
    """The profile as the API shows it. Playtime is that of sessions, in seconds and as people read it."""
    level = standing(player.xp)
    virtues: Mapping[str, float] = {virtue: player.virtues.get(virtue, 0) for virtue in VIRTUES}
    playtime = player.metrics.get("study_seconds", 0)
    return {
        "player_id": player.id,
        "name": player.name,
        "zone": player.zone or settings.zone,
        "total_xp": player.xp,
        "account_level": level.level,
        "title": level.title,
        "xp_in_level": level.xp_in_level,
        "xp_to_next": level.xp_to_next,
        "level_percentage": level.percentage,
        "total_experiences_played": player.metrics.get("experiences_started", 0),
        "total_playtime_seconds": playtime,
        "total_playtime": duration(playtime),
        "total_distance_meters": player.metrics.get("distance_meters", 0),
        "achievements_unlocked": player.metrics.get("achievements_unlocked", 0),
        "virtues": virtues,
        "virtues_by_quadrant": quadrant_sums(virtues),
        "dominant_quadrant": dominant_quadrant(virtues),
        **{part: belongings.part(part) for part in Part},
        "metrics": dict(sorted(player.metrics.items())),
        "recent_experiences": list(player.recent),
        "created_at": iso(player.created_at) if player.created_at else None,
    }
