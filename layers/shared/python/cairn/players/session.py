"""A player's active session: what they last did, and when it will count as over."""

from datetime import datetime, timedelta
from typing import Any

from cairn.platform.instants import iso
from cairn.players.player import Player

SECOND = timedelta(seconds=1)


def show(player: Player, now: datetime) -> dict[str, Any]:
    """The active session as the API shows it; none once an hour has passed since the last activity."""
    visit = player.visit
    if visit is None or now > visit.expires_at:
        return {"player_id": player.id, "active": False}
    return {
        "player_id": player.id,
        "active": True,
        "experience_id": visit.experience,
        "started_at": iso(visit.since),
        "last_activity_at": iso(visit.at),
        "location": visit.location,
        "idle_seconds": max(0, (now - visit.at) // SECOND),
        "expires_at": iso(visit.expires_at),
    }
