"""Sizes of items and units, against sizes computed by hand.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from typing import Any

import pytest

from cairn.platform.capacity import Meter, item_size, value_size


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": ""}, 0),
        ({"S": "abc"}, 3),
        ({"S": "é"}, 2),  # bytes of UTF-8, not characters
        ({"S": "😀"}, 4),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),  # one byte for two digits, and one
        ({"N": "27"}, 2),
        ({"N": "123"}, 3),
        ({"N": "-27"}, 2),
        ({"N": "0.05"}, 2),  # leading and trailing zeros are trimmed
        ({"N": "1000000"}, 2),
        ({"N": "1005"}, 3),
        ({"N": "1E+20"}, 2),
        ({"N": "1795251600123"}, 8),
        ({"B": b"12345"}, 5),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["ab", "c"]}, 3),
        ({"NS": ["12", "3"]}, 4),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}, {"N": "1"}]}, 3 + (1 + 2) + (1 + 2)),
        ({"M": {}}, 3),
        ({"M": {"key": {"S": "ab"}}}, 3 + 1 + 3 + 2),
    ],
)
def test_a_value_takes_what_the_documentation_says(value: dict[str, Any], size: int) -> None:
    assert value_size(value) == size


def test_an_item_takes_its_names_and_its_values() -> None:
    item: dict[str, Any] = {"PK": {"S": "T#acme"}, "SK": {"S": "PLAYER"}, "xp": {"N": "1250"}, "é": {"BOOL": True}}
    assert item_size(item) == (2 + 6) + (2 + 6) + (2 + 3) + (2 + 1)


def of_size(size: int) -> dict[str, Any]:
    return {"PK": {"S": "x" * (size - 2)}}


@pytest.mark.parametrize(("size", "units"), [(10, 1), (4096, 1), (4097, 2), (8192, 2), (8193, 3)])
def test_an_item_that_is_read_alone_is_rounded_up(size: int, units: int) -> None:
    meter = Meter()
    meter.read_items([of_size(size)], consistent=True)
    assert meter.reads == units


def test_items_read_in_a_batch_are_rounded_one_by_one_and_those_of_a_query_as_a_sum() -> None:
    batch, query = Meter(), Meter()
    batch.read_items([of_size(100), of_size(100), None], consistent=True)
    query.read_range([of_size(100), of_size(100)], consistent=True)
    assert (batch.reads, query.reads) == (3, 1)


def test_eventual_reads_cost_half() -> None:
    meter = Meter()
    meter.read_items([of_size(100)], consistent=False)
    meter.read_range([], consistent=False)
    assert meter.reads == 1.0


def test_writes_are_what_the_engine_says() -> None:
    meter = Meter()
    meter.wrote([{"CapacityUnits": 12.0}, {"CapacityUnits": 2.0}])
    assert meter.writes == 14.0
