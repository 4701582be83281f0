"""Counting round trips and capacity units, as DynamoDB bills them.

Reads are computed from whole items (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/
CapacityUnitCalculations.html): local engines report them wrongly. Writes come from ConsumedCapacity.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import Any

READ_UNIT_BYTES = 4096


def value_size(value: Mapping[str, Any]) -> int:
    """Bytes of one attribute value."""
    (kind, content), *_ = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            digits = "".join(map(str, Decimal(content).as_tuple().digits)).strip("0")
            return (len(digits) + 1) // 2 + 1
        case "B":
            return len(content)
        case "BOOL" | "NULL":
            return 1
        case "L":
            return 3 + sum(1 + value_size(each) for each in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + value_size(each) for name, each in content.items())
        case "SS":
            return sum(len(each.encode()) for each in content)
        case _:
            return sum(value_size({kind[0]: each}) for each in content)


def item_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Bytes of an item: attribute names and values."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


@dataclass(slots=True)
class Meter:
    """What a piece of work cost: round trips, read units, write units."""

    trips: int = 0
    reads: float = 0.0
    writes: float = 0.0
    calls: list[str] = field(default_factory=list)

    def trip(self, operation: str) -> None:
        self.trips += 1
        self.calls.append(operation)

    def read_items(self, items: Iterable[Mapping[str, Any] | None], *, consistent: bool) -> None:
        """Items read one by one (GetItem, BatchGetItem): each is rounded up; a missing one costs a unit."""
        units = sum(max(1, ceil(item_size(item or {}) / READ_UNIT_BYTES)) for item in items)
        self.reads += units if consistent else units / 2

    def read_range(self, items: Iterable[Mapping[str, Any]], *, consistent: bool) -> None:
        """Items of a Query: their sum is rounded up."""
        units = max(1, ceil(sum(item_size(item) for item in items) / READ_UNIT_BYTES))
        self.reads += units if consistent else units / 2

    def wrote(self, consumed: Iterable[Mapping[str, Any]]) -> None:
        self.writes += sum(each["CapacityUnits"] for each in consumed)
