"""The ledger: append-only entries, one for each cause, whose sum is the player's total XP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

COMPLETION = "completion"
PERFECT_BONUS = "perfect_bonus"
STREAK_BONUS = "streak_bonus"
ACHIEVEMENT = "achievement"
OPERATOR_AWARD = "operator_award"
FAMILIES = (COMPLETION, PERFECT_BONUS, STREAK_BONUS, ACHIEVEMENT, OPERATOR_AWARD)


@dataclass(frozen=True, slots=True)
class Entry:
    """One award, or an adjustment of earlier ones.

    Args:
        event: id of the event that caused it.
        source: what pays, such as `completion`, `streak_bonus`, `achievement.first_steps`: once for an event.
        amount: XP; below zero for an adjustment downwards.
        at: when the cause happened.
        reason: for people.
        days: for entries that pay for several dates (a late event changes later bonuses): XP by date.
    """

    event: str
    source: str
    amount: int
    at: datetime
    reason: str
    days: Mapping[date, int] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """The source without its detail: `achievement` of `achievement.first_steps`."""
        return self.source.partition(".")[0]
