"""Reading the streak as of now: decided by the pure function, never by what was last written."""

from datetime import datetime
from typing import Any

from cairn.platform.instants import iso
from cairn.players.player import Player
from cairn.players.settlement import streak_of
from cairn.streaks.rules import standing
from cairn.tenants.settings import TenantSettings


def show(player: Player, settings: TenantSettings, now: datetime) -> dict[str, Any]:
    """A player's streak. `status`: maintained, frozen or broken; None for who never had one."""
    streak = streak_of(player, settings.streak, settings.zone, now)
    today = settings.streak.local_date(now, player.zone or settings.zone)
    rules = settings.streak.on(today)
    return {
        "player_id": player.id,
        "status": standing(streak),
        "current": streak.current,
        "longest": max(streak.longest, player.longest_streak),
        "total_active_days": streak.active_days,
        "freezes_available": streak.freezes_available,
        "last_active": streak.last_active.isoformat() if streak.last_active else None,
        "active_today": streak.last_active is not None and streak.last_active >= today,
        "frozen_days": [day.isoformat() for day in streak.frozen],
        "broken_on": streak.broken_on.isoformat() if streak.broken_on else None,
        "lost": streak.lost,
        "repair": {"completions": rules.repair_completions, "seconds": rules.repair_seconds},
        "repairable_until": iso(streak.repairable_until) if streak.repairable_until else None,
        "local_day": today.isoformat(),
        "as_of": iso(now),
    }
