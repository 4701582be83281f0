"""The table as the stack deploys it, for engines that tests start; and what its indexes are billed for."""

from collections import Counter
from collections.abc import Mapping
from math import ceil
from typing import Any

from cairn.platform.capacity import item_size
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from infra.indexes import INDEXES, Index

TABLE_NAME = "cairn-test"
WRITE_UNIT_BYTES = 1024


def create_table(client: Any, name: str = TABLE_NAME, *, stream: bool = True) -> None:
    """Creates the table with its indexes and its stream, unless nobody reads that."""
    text = {"AttributeType": "S"}

    def schema(partition: str, sort: str) -> list[dict[str, str]]:
        return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]

    names = ("PK", "SK", *(name for index in INDEXES for name in (index.partition, index.sort)))
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": each, **text} for each in names],
        KeySchema=schema("PK", "SK"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": index.name,
                "KeySchema": schema(index.partition, index.sort),
                "Projection": (
                    {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index.included)}
                    if index.included
                    else {"ProjectionType": "KEYS_ONLY"}
                ),
            }
            for index in INDEXES
        ],
        **({"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}} if stream else {}),
    )


def index_units(before: Mapping[Key, Raw], after: Mapping[Key, Raw]) -> Counter[str]:
    """Write units that DynamoDB bills for each index between two states of the table, where each item was written once.

    An entry that is put, deleted or rewritten in place costs one unit for each started KB, and one whose key changes
    is deleted and put. What an index does not hold costs it nothing.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
    """
    units: Counter[str] = Counter()
    for key in before.keys() | after.keys():
        for index in INDEXES:
            units[index.name] += _entry_units(index, _entry(index, before.get(key)), _entry(index, after.get(key)))
    return +units


def _entry(index: Index, item: Raw | None) -> Raw | None:
    """What an index holds of an item, or None where that is not in it."""
    if not item or index.partition not in item or index.sort not in item:
        return None
    held = ("PK", "SK", index.partition, index.sort, *index.included)
    return {name: item[name] for name in held if name in item}


def _entry_units(index: Index, old: Raw | None, new: Raw | None) -> int:
    if old == new:
        return 0
    sizes = [ceil(item_size(entry) / WRITE_UNIT_BYTES) for entry in (old, new) if entry]
    moved = old and new and (old[index.partition], old[index.sort]) != (new[index.partition], new[index.sort])
    return sum(sizes) if moved else max(sizes)
