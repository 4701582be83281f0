"""A client to which things happen, and the death of a process without its death."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import DynamoDb, Table
from tests.support.world import all_items


@dataclass
class Troubled:
    """A client that asks what is to happen before and after each of its calls."""

    client: DynamoDb
    before: Callable[[int, str], None] = lambda number, operation: None
    after: Callable[[int, str], None] = lambda number, operation: None
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            self.calls.append(operation)
            number = len(self.calls)
            self.before(number, operation)
            answer = getattr(self.client, operation)(**request)
            self.after(number, operation)
            return answer

        return call


def interrupted(client: DynamoDb, other: Callable[[], Any]) -> Troubled:
    """A client just before whose first transaction somebody else does something."""
    left = [other]

    def before(number: int, operation: str) -> None:
        if operation == "transact_write_items" and left:
            left.pop()()

    return Troubled(client, before=before)


class Killed(BaseException):
    """The process is gone."""


def clear(table: Table, keep: Mapping[Key, Raw]) -> None:
    """Deletes every item but those of some keys."""
    client: Any = table.client
    for key in all_items(table).keys() - keep.keys():
        client.delete_item(TableName=table.name, Key={"PK": {"S": key.pk}, "SK": {"S": key.sk}})


def ends_alike_wherever_it_is_killed(table: Table, load: Callable[[Any, str], Any], *, committed: bool) -> None:
    """A run that is killed at any of its calls, and run again, ends where an undisturbed run ends.

    Args:
        load: a run with a client, under a name that is its own. committed: it dies once the call is answered.
    """
    empty = all_items(table)
    whole = Troubled(table.client)
    load(whole, "whole")
    expected = all_items(table)
    assert whole.calls.count("transact_write_items") >= 3
    for dies_at in range(1, len(whole.calls) + 1):
        clear(table, empty)

        def die(number: int, operation: str, dies_at: int = dies_at) -> None:
            if number == dies_at:
                raise Killed

        mortal = Troubled(table.client, after=die) if committed else Troubled(table.client, before=die)
        with pytest.raises(Killed):
            load(mortal, f"killed-{dies_at}")
        load(table.client, f"again-{dies_at}")
        assert all_items(table) == expected, f"killed at call {dies_at}, {whole.calls[dies_at - 1]}"
