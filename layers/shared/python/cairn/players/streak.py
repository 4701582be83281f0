"""A player's streak: as of now, and what is to come of it. Pure."""

from dataclasses import replace
from datetime import datetime

from cairn.players.player import Player
from cairn.streaks.days import hour_from
from cairn.streaks.rules import Streak, StreakRules, falls_at, replay


def streak_of(player: Player, rules: StreakRules, tenant_zone: str, now: datetime) -> Streak:
    """The player's streak as of now."""
    zone = player.zone or tenant_zone
    return replay(player.days, player.marks, rules, now, zone, since=player.checkpoint)


def foretold(player: Player, rules: StreakRules, tenant_zone: str, now: datetime) -> Player:
    """The player with what is to come of their streak, should nothing more happen: after a change of zone or rules."""
    streak = streak_of(player, rules, tenant_zone, now)
    falls = falls_at(player.days, player.marks, rules, now, player.zone or tenant_zone, since=player.checkpoint)
    return replace(player, due=due_at(streak), tally=replace(player.tally, falls_at=falls))


def due_at(streak: Streak, earliest: datetime | None = None) -> datetime | None:
    """The full hour by which the streak is to be looked at; None where no streak runs.

    Args:
        earliest: not before; for history that is imported, whose own hours are long gone.
    """
    if streak.recheck_at is None:
        return None
    return hour_from(max(streak.recheck_at, earliest) if earliest else streak.recheck_at)
