"""Reading the streak as of now: decided by the pure function, never by what was last written."""

from datetime import date, datetime
from typing import Any

from cairn.platform.instants import iso
from cairn.platform.paging import read_position, write_position
from cairn.platform.table import Table
from cairn.players import profile
from cairn.players.player import Player
from cairn.players.storage import with_calendar
from cairn.players.streak import streak_of
from cairn.streaks.model import FreezeEntry, Streak
from cairn.streaks.month import month_of
from cairn.streaks.rules import outdated, standing
from cairn.tenants.settings import TenantSettings


def find(table: Table, tenant: str, player_id: str, settings: TenantSettings) -> Player:
    """A player, with all that their streak as of now is decided on; a new one where there is none yet.

    Eventually consistent, and one trip, unless an amnesty was declared for dates that their window left behind.
    """
    player = profile.find(table, tenant, player_id, consistent=False) or Player(tenant, player_id)
    return whole(table, tenant, player_id) if outdated(player.checkpoint, settings.streak) else player


def whole(table: Table, tenant: str, player_id: str) -> Player:
    """A player with every active day that they ever had: two consistent trips, in this order."""
    player = profile.find(table, tenant, player_id) or Player(tenant, player_id)
    return with_calendar(table, player)[0]


def show(player: Player, settings: TenantSettings, now: datetime) -> dict[str, Any]:
    """A player's streak.

    status: maintained, frozen or broken; None for who never had one. frozen_days: since the last active date, with
    those for which a freeze is set aside; the calendar has the others.
    """
    streak = streak_of(player, settings.streak, settings.zone, now)
    today = settings.streak.local_date(now, player.zone or settings.zone)
    rules = settings.streak.on(today)
    return {
        "player_id": player.id,
        "status": standing(streak),
        "current": streak.current,
        "longest": max(streak.longest, player.longest_streak),
        "total_active_days": max(streak.active_days, player.active_days),
        "freezes_available": streak.freezes_available,
        "last_active": _text(streak.last_active),
        "active_today": streak.last_active is not None and streak.last_active >= today,
        "frozen_days": [day.isoformat() for day in streak.frozen if day > (streak.last_active or date.min)],
        "requested_freezes": [day.isoformat() for day in sorted(player.marks.freeze_requests) if day >= today],
        "pauses": [
            {"first": first.isoformat(), "last": last.isoformat()}
            for first, last in player.marks.pauses
            if last >= today
        ],
        "broken_on": _text(streak.broken_on),
        "lost": streak.lost,
        "repair": {"completions": rules.repair_completions, "seconds": rules.repair_seconds},
        "repairable_until": iso(streak.repairable_until) if streak.repairable_until else None,
        "local_day": today.isoformat(),
        "as_of": iso(now),
    }


def show_older(shown: dict[str, Any]) -> dict[str, Any]:
    """What is shown of a streak, under the names that older clients know too."""
    return {
        **shown,
        "user_id": shown["player_id"],
        "current_streak": shown["current"],
        "longest_streak": shown["longest"],
        "last_activity_date": shown["last_active"],
        "streak_freezes_available": shown["freezes_available"],
    }


def freezes(
    table: Table, tenant: str, player_id: str, settings: TenantSettings, now: datetime, limit: int, cursor: str
) -> dict[str, Any]:
    """A page of the freeze ledger, newest first: every gain and every use, with the balance after it.

    Raises:
        DomainError: `invalid-parameter` for the cursor.
    """
    question = ("freezes", tenant, player_id)
    after = read_position(question, cursor)
    player = whole(table, tenant, player_id)
    streak = streak_of(player, settings.streak, settings.zone, now)
    # Lines keep their numbers, as new ones come behind them, unless the past itself changes.
    left = list(enumerate(_ledger(streak)))[: None if after is None else int(after)][::-1]
    shown = left[:limit]
    return {
        "player_id": player_id,
        "freezes_available": streak.freezes_available,
        "entries": [entry for _, entry in shown],
        **write_position(question, str(shown[-1][0]) if len(left) > limit else None),
    }


def _ledger(streak: Streak) -> list[dict[str, Any]]:
    """Every line, oldest first, from the freezes that were given at the start."""
    if not streak.bonuses:
        return []
    held = streak.freezes_available - sum(entry.change for entry in streak.freeze_ledger)
    start = FreezeEntry(min(streak.bonuses), "given_at_start", held, held)
    return [
        {
            "date": entry.date.isoformat(),
            "kind": entry.kind,
            "change": entry.change,
            "balance": entry.held,
            "at": iso(entry.at) if entry.at else None,
        }
        for entry in (start, *streak.freeze_ledger)
    ]


def calendar(
    table: Table, tenant: str, player_id: str, settings: TenantSettings, now: datetime, first: date
) -> dict[str, Any]:
    """The month that begins on a date: what became of each of its dates, and the bonus of those that were active."""
    player = whole(table, tenant, player_id)
    zone = player.zone or settings.zone
    streak = streak_of(player, settings.streak, settings.zone, now)
    today = settings.streak.local_date(now, zone)
    dates = month_of(first, streak, player.marks, settings.streak, today, zone)
    return {
        "player_id": player_id,
        "month": f"{first:%Y-%m}",
        "local_day": today.isoformat(),
        "dates": [
            {"date": day.isoformat(), "kind": kind, "bonus_xp": streak.bonuses.get(day, 0)}
            for day, kind in dates.items()
        ],
        "as_of": iso(now),
    }


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
