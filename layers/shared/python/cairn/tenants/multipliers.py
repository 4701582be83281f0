"""For a time, a tenant may let completions pay more. The largest that applies counts; they do not add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Multiplier:
    """What completions pay in a time, in percent of what they pay otherwise.

    since, until: instants, the second one excluded. percent: 100 to 1000.
    kinds, experiences: what it is for: experiences of these kinds, and these; all of them where both are empty.
    """

    name: str
    since: datetime
    until: datetime
    percent: int
    kinds: tuple[str, ...] = ()
    experiences: tuple[str, ...] = ()

    def applies(self, kind: str, experience: str, at: datetime) -> bool:
        """Whether an experience that is completed at an instant pays by it."""
        meant = not (self.kinds or self.experiences) or kind in self.kinds or experience in self.experiences
        return meant and self.since <= at < self.until

    def of(self, xp: int) -> int:
        """What an amount comes to, rounded down."""
        return xp * self.percent // 100


type Multipliers = Sequence[Multiplier]


def largest(multipliers: Multipliers, kind: str, experience: str, at: datetime) -> Multiplier | None:
    """The one that counts for a completion, or None."""
    applying = (each for each in multipliers if each.applies(kind, experience, at))
    return max(applying, key=lambda each: each.percent, default=None)


@dataclass(frozen=True, slots=True)
class XpSettings:
    """What a tenant may set about XP."""

    multipliers: tuple[Multiplier, ...] = ()
