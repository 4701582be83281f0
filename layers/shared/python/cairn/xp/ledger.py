"""The ledger: append-only entries, one for each cause, whose sum is the player's total XP."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from cairn.platform.errors import DomainError

COMPLETION = "completion"
PERFECT_BONUS = "perfect_bonus"
STREAK_BONUS = "streak_bonus"
ACHIEVEMENT = "achievement"
OPERATOR_AWARD = "operator_award"
FAMILIES = (COMPLETION, PERFECT_BONUS, STREAK_BONUS, ACHIEVEMENT, OPERATOR_AWARD)

REVERSAL = ".reversal"
# What an operator cannot take back by itself, and what to do about it instead.
FOLLOWS = {
    STREAK_BONUS: "A streak bonus follows the streak, and would be paid again with it. Correct the streak instead.",
    ACHIEVEMENT: "An achievement's XP goes with the achievement. Revoke that instead.",
}
IDENTIFIER = re.compile(r"([0-9A-HJKMNP-TV-Z]{26})\.(.{1,200})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One award, its reversal, or an adjustment of earlier ones.

    Args:
        event: id of the event that caused it.
        source: what pays, such as `completion`, `streak_bonus`, `achievement.first_steps`: once for an event.
        amount: XP; below zero for a reversal, and for an adjustment downwards.
        at: when the cause happened.
        reason: for people.
        days: for entries that pay for several dates (a late event changes later bonuses): XP by date.
        reference: what an operator calls it elsewhere.
    """

    event: str
    source: str
    amount: int
    at: datetime
    reason: str
    days: Mapping[date, int] = field(default_factory=dict)
    reference: str | None = None

    @property
    def family(self) -> str:
        """The source without its detail: `achievement` of `achievement.first_steps`."""
        return family_of(self.source)


def family_of(source: str) -> str:
    """A source without its detail."""
    return source.partition(".")[0]


def identifier(event: str, source: str) -> str:
    """The id of an entry: its event and its source."""
    return f"{event}.{source}"


def parse_identifier(entry_id: str) -> tuple[str, str]:
    """Event and source of an entry's id.

    Raises:
        DomainError: `unknown-entry` for what is none.
    """
    named = IDENTIFIER.fullmatch(entry_id)
    if named is None:
        raise unknown_entry(entry_id)
    return named[1], named[2]


def unknown_entry(entry_id: str) -> DomainError:
    """The refusal where the ledger has no such entry."""
    return DomainError(
        "unknown-entry",
        f"The ledger has no entry {entry_id!r}. GET /api/v1/players/{{player_id}}/xp/history shows each `entry_id`.",
    )


def reversal(entry: Entry, at: datetime, reason: str) -> Entry:
    """The entry that takes another back, whose source makes it the only one.

    Args:
        at: when it is taken back.

    Raises:
        DomainError: `not-reversible` for what follows something else, and for a reversal.
    """
    if entry.source.endswith(REVERSAL):
        raise DomainError("not-reversible", "That entry is a reversal. Award the XP anew instead.")
    if instead := FOLLOWS.get(entry.family):
        raise DomainError("not-reversible", instead)
    return Entry(entry.event, f"{entry.source}{REVERSAL}", -entry.amount, at, reason)
