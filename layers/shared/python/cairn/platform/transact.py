"""The one way to write: an ordered transaction whose failures have names.

PynamoDB's own transactions reorder their actions, so that DynamoDB's reasons no longer line up with them
(pynamodb#1284); its plain `save` and `update` can overwrite an item of another type. So the models only
serialise here, and every action carries a condition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action as Change
from pynamodb.expressions.update import Update as UpdateExpression

from cairn.platform.items import Item, Raw
from cairn.platform.keys import Key
from cairn.platform.table import THROTTLES, Patience, Table

MAX_ACTIONS = 100
TRY_AGAIN = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


@dataclass(frozen=True, slots=True)
class Put:
    """Writes a whole item where the condition holds; `name` is what a failure is called."""

    name: str
    item: Item
    condition: Condition

    def render(self, table: str) -> dict[str, Any]:
        return {"Put": {"TableName": table, "Item": self.item.serialize(), **expressions(self.condition)}}


@dataclass(frozen=True, slots=True)
class Update:
    """Changes attributes of an item where the condition holds."""

    name: str
    key: Key
    changes: Sequence[Change]
    condition: Condition

    def render(self, table: str) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": table,
                "Key": raw_key(self.key),
                **expressions(self.condition, self.changes),
            }
        }


@dataclass(frozen=True, slots=True)
class Delete:
    """Removes an item where the condition holds."""

    name: str
    key: Key
    condition: Condition

    def render(self, table: str) -> dict[str, Any]:
        return {"Delete": {"TableName": table, "Key": raw_key(self.key), **expressions(self.condition)}}


@dataclass(frozen=True, slots=True)
class Check:
    """Holds the transaction to a condition on an item that it does not write."""

    name: str
    key: Key
    condition: Condition

    def render(self, table: str) -> dict[str, Any]:
        return {"ConditionCheck": {"TableName": table, "Key": raw_key(self.key), **expressions(self.condition)}}


class Rendered(NamedTuple):
    """An action that is in the API's own JSON already, with its condition: for those who write thousands of one shape.

    operation: `Put` or `Update`. request: all of it but the table's name.
    """

    name: str
    operation: str
    request: dict[str, Any]

    @property
    def key(self) -> Key:
        raw = self.request.get("Key") or self.request["Item"]
        return Key(raw["PK"]["S"], raw["SK"]["S"])

    def render(self, table: str) -> dict[str, Any]:
        return {self.operation: {"TableName": table, **self.request}}


type Action = Put | Update | Delete | Check | Rendered


class ConditionsFailed(Exception):
    """The transaction was refused and nothing of it was written.

    `items` maps the name of each action whose condition failed to the item that stood there, or None.
    """

    def __init__(self, items: dict[str, Raw | None]) -> None:
        super().__init__(", ".join(items))
        self.items = items


def upsert(name: str, item_type: type[Item], key: Key, changes: Sequence[Change]) -> Update:
    """An update that creates the item, of the right type, where there is none; never touches another type."""
    stamp = [item_type.kind.set(item_type), item_type.sv.set(item_type.schema_version)]
    return Update(name, key, [*stamp, *changes], item_type.replaceable())


def raw_key(key: Key) -> Raw:
    return {"PK": {"S": key.pk}, "SK": {"S": key.sk}}


def expressions(condition: Condition, changes: Sequence[Change] = ()) -> dict[str, Any]:
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    rendered: dict[str, Any] = {"ConditionExpression": condition.serialize(names, values)}
    if changes:
        rendered["UpdateExpression"] = UpdateExpression(*changes).serialize(names, values)
    rendered["ExpressionAttributeNames"] = {placeholder: name for name, placeholder in names.items()}
    if values:
        rendered["ExpressionAttributeValues"] = values
    rendered["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return rendered


def transact(table: Table, actions: Sequence[Action], patience: Patience | None = None) -> None:
    """Writes all actions, or none, in their order. A failure is named after the actions that caused it.

    Conflicts and throttles are tried again with jitter. A time-out is ambiguous: the identical body is sent
    again under the same token, which DynamoDB applies once; should the token be forgotten, the conditions
    fail and the caller finds what it wrote at its deterministic key.

    Args:
        actions: 1 to 100, with distinct names.
        patience: the retry budget of the whole command; a fresh one when absent.

    Raises:
        ConditionsFailed: conditions did not hold; nothing was written.
        Busy: contended or throttled past the deadline; nothing was written, or (after a time-out) all was.
    """
    if not 0 < len(actions) <= MAX_ACTIONS:
        raise ValueError(f"a transaction holds 1 to {MAX_ACTIONS} actions, not {len(actions)}")
    patience = patience or table.patience()
    request: dict[str, Any] = {
        "TransactItems": [action.render(table.name) for action in actions],
        "ClientRequestToken": str(uuid4()),
    }
    if table.meter:
        request["ReturnConsumedCapacity"] = "TOTAL"
    while True:
        if table.meter:
            table.meter.trip("transact_write_items")
        try:
            answer = table.client.transact_write_items(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] == "TransactionCanceledException":
                _raise_unless_worth_trying_again(error, actions)
                request["ClientRequestToken"] = str(uuid4())
            elif error.response["Error"]["Code"] not in THROTTLES | {"TransactionInProgressException"}:
                raise
        except BotoCoreError:
            pass  # sent or not, nobody knows: the same body under the same token
        else:
            if table.meter:
                table.meter.wrote(answer["ConsumedCapacity"])
            return
        patience.wait()


def _raise_unless_worth_trying_again(error: ClientError, actions: Sequence[Action]) -> None:
    reasons: Any = error.response["CancellationReasons"]
    failed = {
        action.name: reason.get("Item")
        for action, reason in zip(actions, reasons, strict=True)
        if reason["Code"] == "ConditionalCheckFailed"
    }
    if failed:
        raise ConditionsFailed(failed) from error
    if not any(reason["Code"] in TRY_AGAIN for reason in reasons):
        raise error
