"""The eight virtues, 0 to 100 each, in four quadrants."""

from collections.abc import Mapping
from dataclasses import dataclass

QUADRANTS = ("SO", "BO", "SI", "BI")
BY_QUADRANT = {
    "SO": ("wisdom", "courage"),
    "BO": ("strength", "endurance"),
    "SI": ("temperance", "justice"),
    "BI": ("health", "beauty"),
}
VIRTUES = tuple(virtue for quadrant in QUADRANTS for virtue in BY_QUADRANT[quadrant])
HIGHEST = 100


@dataclass(frozen=True, slots=True)
class VirtueChange:
    """One virtue before and after an impact that was clamped to 0..100."""

    previous: float
    new: float

    @property
    def change(self) -> float:
        return round(self.new - self.previous, 2)


def impact(virtues: Mapping[str, float], impacts: Mapping[str, float]) -> dict[str, VirtueChange]:
    """What impacts do to virtues; those that are not named stay as they are."""
    changes = {}
    for virtue, by in impacts.items():
        previous = virtues.get(virtue, 0)
        changes[virtue] = VirtueChange(previous, round(min(HIGHEST, max(0, previous + by)), 2))
    return changes


def quadrant_sums(virtues: Mapping[str, float]) -> dict[str, float]:
    """The sum of each quadrant's pair, 0 to 200, in flow order."""
    return {
        quadrant: round(sum(virtues.get(virtue, 0) for virtue in pair), 2) for quadrant, pair in BY_QUADRANT.items()
    }


def dominant_quadrant(virtues: Mapping[str, float]) -> str | None:
    """The quadrant with the largest sum; ties go to the first in flow order; None while all are 0."""
    sums = quadrant_sums(virtues)
    best = max(QUADRANTS, key=lambda quadrant: sums[quadrant])
    return best if sums[best] > 0 else None
