"""What a piece of work costs: round trips and capacity units, as a table's meter counts them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cairn.platform.capacity import Meter


@dataclass(frozen=True)
class Cost:
    trips: int
    reads: float
    writes: float


def cost_of(meter: Meter, work: Callable[[], Any]) -> Cost:
    """The cost of some work."""
    before = (meter.trips, meter.reads, meter.writes)
    work()
    return Cost(meter.trips - before[0], meter.reads - before[1], meter.writes - before[2])
