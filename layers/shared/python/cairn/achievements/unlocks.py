"""A player's unlocks as they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Revoked:
    """Who took an unlock back, when and why."""

    at: datetime
    by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Unlock:
    """An unlock as it stands.

    xp: what it paid. paid_by: the event of the ledger's entry that stands for it. changes: how often it was revoked,
    and granted again.
    """

    name: str
    version: int
    at: datetime
    xp: int
    evidence: Mapping[str, Any]
    paid_by: str
    revoked: Revoked | None = None
    changes: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A player's unlocks by name: those that are held, and those that were revoked, which nothing but a grant moves."""

    unlocks: Mapping[str, Unlock] = field(default_factory=dict)

    @property
    def held(self) -> set[str]:
        return {name for name, unlock in self.unlocks.items() if unlock.revoked is None}

    @property
    def revoked(self) -> set[str]:
        return self.unlocks.keys() - self.held

    def by(self, kind: str, identifier: str) -> dict[str, int]:
        """What one check or backfill unlocked: XP by name."""
        return {name: each.xp for name, each in self.unlocks.items() if each.evidence.get(kind) == identifier}
