"""A table as it was at one moment, read through the same calls: thousands of reads in the time of one on an engine."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Table

KEYS: dict[str | None, tuple[str, str]] = {
    None: ("PK", "SK"),
    "boards": ("bp", "bs"),
    "due": ("dp", "ds"),
    "lookups": ("lp", "ls"),
    "of-player": ("fp", "fs"),
}


class Snapshot:
    """Answers BatchGetItem and Query of one partition, in either direction, from a table's items."""

    def __init__(self, items: Mapping[Key, Raw]) -> None:
        self._items = items
        self._sorted: dict[str | None, dict[str, list[tuple[tuple[str, ...], Raw]]]] = {}
        for index, (partition, sort) in KEYS.items():
            found: dict[str, list[tuple[tuple[str, ...], Raw]]] = defaultdict(list)
            for raw in items.values():
                if partition in raw:
                    order = (raw[sort]["S"], raw["PK"]["S"], raw["SK"]["S"])
                    found[raw[partition]["S"]].append((order, raw))
            for rows in found.values():
                rows.sort(key=lambda row: row[0])
            self._sorted[index] = found

    def batch_get_item(self, **request: Any) -> Any:
        ((name, wanted),) = request["RequestItems"].items()
        keys = [Key(each["PK"]["S"], each["SK"]["S"]) for each in wanted["Keys"]]
        return {"Responses": {name: [self._items[key] for key in keys if key in self._items]}, "UnprocessedKeys": {}}

    def query(self, **request: Any) -> Any:
        index, values = request.get("IndexName"), request["ExpressionAttributeValues"]
        _, sort = KEYS[index]
        rows = self._sorted[index].get(values[":p"]["S"], [])
        if ":a" in values and ":b" not in values:
            rows = [row for row in rows if row[0][0].startswith(values[":a"]["S"])]
        elif ":a" in values:
            rows = [row for row in rows if values[":a"]["S"] <= row[0][0] <= values[":b"]["S"]]
        forward = request["ScanIndexForward"]
        if start := request.get("ExclusiveStartKey"):
            at = (start[sort]["S"], start["PK"]["S"], start["SK"]["S"])
            order = [row[0] for row in rows]
            rows = rows[bisect_right(order, at) :] if forward else rows[: bisect_left(order, at)]
        rows = rows if forward else rows[::-1]
        limit = request.get("Limit") or len(rows)
        page = [raw for _, raw in rows[:limit]]
        if page and len(rows) >= limit and request.get("Limit"):
            return {"Items": page, "LastEvaluatedKey": page[-1]}
        return {"Items": page}

    def transact_write_items(self, **request: Any) -> Any:
        raise AssertionError("a snapshot is not written")


class Still(Table):
    """A table that waits for nothing, so that it reads one after the other."""

    def together[T](self, reads: Sequence[Callable[[], T]]) -> list[T]:
        return [read() for read in reads]


def snapshot_of(table: Table, items: Mapping[Key, Raw]) -> Table:
    """A table that reads a snapshot."""
    return Still(Snapshot(items), table.name)
