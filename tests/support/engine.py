"""DynamoDB in a dictionary, for the calls and expressions that Cairn makes: a thousand small worlds in a test's time.

It knows no capacity, no conflicts and no limits: what is about those runs on an engine.
"""

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Patience, Table
from tests.support.snapshot import Snapshot

CLAUSE = re.compile(r"(SET|ADD|REMOVE) (.+?)(?= SET | ADD | REMOVE |$)")


class Engine:
    """Items by key, written by transactions."""

    def __init__(self) -> None:
        self.items: dict[Key, Raw] = {}

    def batch_get_item(self, **request: Any) -> Any:
        ((name, wanted),) = request["RequestItems"].items()
        found = [self.items[key] for key in map(_key, wanted["Keys"]) if key in self.items]
        return {"Responses": {name: found}, "UnprocessedKeys": {}}

    def query(self, **request: Any) -> Any:
        return Snapshot(self.items).query(**request)

    def transact_write_items(self, **request: Any) -> Any:
        reasons: list[dict[str, Any]] = []
        written: dict[Key, Raw | None] = {}
        for action in request["TransactItems"]:
            ((kind, asked),) = action.items()
            key = _key(asked.get("Item") or asked["Key"])
            assert key not in written, "a transaction takes an item once"
            stands = self.items.get(key)
            holds = _holds(asked, stands or {})
            failed = {"Code": "ConditionalCheckFailed", **({"Item": stands} if stands else {})}
            reasons.append({"Code": "None"} if holds else failed)
            match kind:
                case "Put":
                    written[key] = asked["Item"]
                case "Update":
                    written[key] = _updated(asked, stands or dict(asked["Key"]))
                case "Delete":
                    written[key] = None
                case "ConditionCheck":
                    written[key] = stands
        if any(reason["Code"] != "None" for reason in reasons):
            error = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(error, "TransactWriteItems")  # type: ignore[arg-type]
        self.items |= {key: raw for key, raw in written.items() if raw is not None}
        for key in (key for key, raw in written.items() if raw is None):
            self.items.pop(key, None)
        return {"ConsumedCapacity": []}


def table_in_memory() -> Table:
    """An empty table. Nobody else writes it, so nobody waits."""
    return Table(Engine(), "memory", patience=lambda: Patience(sleep=lambda _: None))


def items_of(table: Table) -> dict[Key, Raw]:
    """What stands in a table in memory."""
    assert isinstance(table.client, Engine)
    return table.client.items


def _key(raw: Mapping[str, Any]) -> Key:
    return Key(raw["PK"]["S"], raw["SK"]["S"])


def _holds(asked: Mapping[str, Any], stands: Raw) -> bool:
    """Whether one of a condition's alternatives holds: an attribute is absent, present, or equals a value."""
    names, values = asked["ExpressionAttributeNames"], asked.get("ExpressionAttributeValues", {})

    def holds(part: str) -> bool:
        if absent := re.fullmatch(r"attribute_(not_)?exists \((#\d+)\)", part):
            return (names[absent[2]] in stands) != bool(absent[1])
        equal = re.fullmatch(r"(#\d+) = (:\d+)", part)
        assert equal, f"the engine does not know the condition {part}"
        return bool(stands.get(names[equal[1]]) == values[equal[2]])

    condition = asked["ConditionExpression"]
    whole = condition[1:-1] if condition.startswith("(") else condition
    return any(map(holds, whole.split(" OR ")))


def _updated(asked: Mapping[str, Any], stands: Raw) -> Raw:
    names, values = asked["ExpressionAttributeNames"], asked.get("ExpressionAttributeValues", {})
    after = dict(stands)
    for kind, changes in CLAUSE.findall(asked["UpdateExpression"]):
        for change in changes.split(", "):
            name, _, value = change.replace(" = ", " ").partition(" ")
            match kind:
                case "SET":
                    after[names[name]] = values[value]
                case "REMOVE":
                    after.pop(names[name], None)
                case "ADD":
                    before = int(after.get(names[name], {"N": "0"})["N"])
                    after[names[name]] = {"N": str(before + int(values[value]["N"]))}
    return after
