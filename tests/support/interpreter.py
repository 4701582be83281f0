"""A table in memory that does to a dict of items what DynamoDB does: batch reads, queries, and transactions.

A transaction's conditions and updates are parsed and applied as they are sent, all or nothing, and its token makes it
apply once. What it does not know it refuses, so that nothing passes unseen. A tool of tests alone, for histories by
the thousand; `tests/integration` holds it to an engine.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from math import ceil
from typing import Any

from botocore.exceptions import ClientError

from cairn.platform.capacity import item_size
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.transact import MAX_ACTIONS
from infra.indexes import INDEXES
from tests.support.snapshot import Snapshot
from tests.support.tables import index_units

type Value = dict[str, Any]
type Names = Mapping[str, str]
type Values = Mapping[str, Value]
type Test = Callable[[Raw, Names, Values], bool]
type Edit = Callable[[Raw, Names, Values], None]

TOKEN = re.compile(r"\s*(attribute_(?:not_)?exists|AND|OR|NOT|<>|<=|>=|[=<>(),]|[#:]\w+)")
CLAUSES = re.compile(r"\b(SET|ADD|REMOVE|DELETE)\b")
SET = re.compile(r"(#\w+) = (:\w+)")
ADD = re.compile(r"(#\w+) (:\w+)")
REMOVE = re.compile(r"(#\w+)")
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}

# What each index holds of an item.
HELD = {each.name: {"PK", "SK", each.partition, each.sort, *each.included} for each in INDEXES}


class Interpreter:
    """A DynamoDB client over `items`."""

    def __init__(self, items: Mapping[Key, Raw] | None = None) -> None:
        self.items: dict[Key, Raw] = dict(items or {})
        self._tokens: dict[str, Any] = {}

    def batch_get_item(self, **request: Any) -> Any:
        ((name, wanted),) = request["RequestItems"].items()
        keys = [_key(each) for each in wanted["Keys"]]
        return {"Responses": {name: [self.items[key] for key in keys if key in self.items]}, "UnprocessedKeys": {}}

    def query(self, **request: Any) -> Any:
        answer = Snapshot(self.items).query(**request)
        if held := HELD.get(request.get("IndexName", "")):
            answer["Items"] = [{name: row[name] for name in held & row.keys()} for row in answer["Items"]]
        return answer

    def transact_write_items(self, **request: Any) -> Any:
        actions, token = request["TransactItems"], request["ClientRequestToken"]
        if token in self._tokens:
            if self._tokens[token] != actions:
                raise _error("IdempotentParameterMismatchException")
            return {}
        asked = [_Action(each) for each in actions]
        if not 0 < len(asked) <= MAX_ACTIONS or len({each.key for each in asked}) < len(asked):
            raise _error("ValidationException")
        reasons = [each.refusal(self.items.get(each.key)) for each in asked]
        if any(reason["Code"] != "None" for reason in reasons):
            raise _error("TransactionCanceledException", CancellationReasons=reasons)
        before = {each.key: self.items[each.key] for each in asked if each.key in self.items}
        for each in asked:
            each.apply(self.items)
        self._tokens[token] = actions
        if "ReturnConsumedCapacity" not in request:
            return {}
        after = {each.key: self.items[each.key] for each in asked if each.key in self.items}
        return {"ConsumedCapacity": [{"CapacityUnits": units(before, after)}]}

    def scan(self, **request: Any) -> Any:
        return {"Items": list(self.items.values())}


def units(before: Mapping[Key, Raw], after: Mapping[Key, Raw]) -> float:
    """Write units of a transaction: two for each started KB of each item that it writes, and what indexes cost."""
    sizes = [max(item_size(each.get(key, {})) for each in (before, after)) for key in before.keys() | after.keys()]
    return sum(2 * ceil(size / 1024) for size in sizes) + index_units(before, after).total()


class _Action:
    """One action of a transaction."""

    def __init__(self, sent: Mapping[str, Any]) -> None:
        ((self.kind, self.sent),) = sent.items()
        self.key = _key(self.sent.get("Key") or self.sent["Item"])
        self.names: Names = self.sent["ExpressionAttributeNames"]
        self.values: Values = self.sent.get("ExpressionAttributeValues", {})

    def refusal(self, standing: Raw | None) -> dict[str, Any]:
        """Why the transaction is cancelled for it; the code None where it is not."""
        if condition(self.sent["ConditionExpression"])(standing or {}, self.names, self.values):
            return {"Code": "None"}
        item = {"Item": standing} if standing else {}
        return {"Code": "ConditionalCheckFailed", **item}

    def apply(self, items: dict[Key, Raw]) -> None:
        match self.kind:
            case "Put":
                items[self.key] = self.sent["Item"]
            case "Delete":
                items.pop(self.key, None)
            case "ConditionCheck":
                pass
            case "Update":
                changed = {**self.sent["Key"], **items.get(self.key, {})}
                for edit in update(self.sent["UpdateExpression"]):
                    edit(changed, self.names, self.values)
                items[self.key] = changed
            case unknown:
                raise NotImplementedError(unknown)


def _key(raw: Raw) -> Key:
    return Key(raw["PK"]["S"], raw["SK"]["S"])


def _error(code: str, **more: Any) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": code}, **more}
    return ClientError(answer, "TransactWriteItems")


def _plain(value: Value) -> tuple[str, Any]:
    """A value by its type, numbers as numbers."""
    ((kind, content),) = value.items()
    return kind, Decimal(content) if kind == "N" else content


@lru_cache
def condition(text: str) -> Test:
    """A condition expression as a function."""
    words = _words(text)
    test = _either(words)
    if words:
        raise NotImplementedError(text)
    return test


def _words(text: str) -> list[str]:
    words, at = [], 0
    while at < len(text.rstrip()):
        found = TOKEN.match(text, at)
        if found is None:
            raise NotImplementedError(text[at:])
        words.append(found[1])
        at = found.end()
    return words[::-1]


def _either(words: list[str]) -> Test:
    return _joined(words, "OR", _both, any)


def _both(words: list[str]) -> Test:
    return _joined(words, "AND", _single, all)


def _joined(
    words: list[str], joint: str, part: Callable[[list[str]], Test], holds: Callable[[Iterable[bool]], bool]
) -> Test:
    tests = [part(words)]
    while words and words[-1] == joint:
        words.pop()
        tests.append(part(words))
    return tests[0] if len(tests) == 1 else lambda item, *given: holds(test(item, *given) for test in tests)


def _single(words: list[str]) -> Test:
    word = words.pop()
    if word == "NOT":
        inner = _single(words)
        return lambda item, names, values: not inner(item, names, values)
    if word == "(":
        inner = _either(words)
        _expect(words, ")")
        return inner
    if word in ("attribute_exists", "attribute_not_exists"):
        _expect(words, "(")
        path, wanted = words.pop(), word == "attribute_exists"
        _expect(words, ")")
        return lambda item, names, values: (names[path] in item) is wanted
    return _comparison(word, words.pop(), words.pop())


def _comparison(path: str, operator: str, value: str) -> Test:
    """A comparison with a value. What is absent, or of another type, is only ever unlike it."""

    def test(item: Raw, names: Names, values: Values) -> bool:
        found, wanted = item.get(names[path]), _plain(values[value])
        alike = found is not None and _plain(found)[0] == wanted[0]
        if operator == "<>":
            return not alike or _plain(found or {})[1] != wanted[1]
        return alike and COMPARE[operator](_plain(found or {})[1], wanted[1])

    if operator not in COMPARE and operator != "<>":
        raise NotImplementedError(operator)
    return test


def _expect(words: list[str], word: str) -> None:
    if words.pop() != word:
        raise NotImplementedError(word)


@lru_cache
def update(text: str) -> list[Edit]:
    """An update expression as functions that change an item."""
    parts = [part.strip() for part in CLAUSES.split(text) if part.strip()]
    edits: list[Edit] = []
    for clause, content in zip(parts[::2], parts[1::2], strict=True):
        for each in content.split(", "):
            edits.append(_edit(clause, each.strip()))
    return edits


def _edit(clause: str, text: str) -> Edit:
    if clause == "SET" and (found := SET.fullmatch(text)):
        path, value = found.groups()
        return lambda item, names, values: item.update({names[path]: values[value]})
    if clause == "ADD" and (found := ADD.fullmatch(text)):
        path, value = found.groups()
        return lambda item, names, values: item.update({names[path]: _sum(item.get(names[path]), values[value])})
    if clause == "REMOVE" and (found := REMOVE.fullmatch(text)):
        return _remove(found[1])
    raise NotImplementedError(f"{clause} {text}")


def _remove(path: str) -> Edit:
    def edit(item: Raw, names: Names, values: Values) -> None:
        item.pop(names[path], None)

    return edit


def _sum(before: Value | None, by: Value) -> Value:
    return {"N": str(Decimal((before or {"N": "0"})["N"]) + Decimal(by["N"]))}
