"""Reading the table: batches, keys left over, throttles, pages."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from cairn.platform.capacity import Meter
from cairn.platform.errors import Busy
from cairn.platform.keys import Key
from cairn.platform.table import Patience, Table
from cairn.platform.transact import Put, transact
from cairn.tenants.storage import SettingsItem
from cairn.xp.storage import LedgerItem


class Stubborn:
    """A client that holds every key asked for, gives at most so many a call, and fails as told first."""

    def __init__(self, *fails: Exception, at_once: int = 100) -> None:
        self._fails = list(fails)
        self._at_once = at_once
        self.asked: list[int] = []

    def batch_get_item(self, **request: Any) -> Any:
        if self._fails:
            raise self._fails.pop(0)
        (name, wanted), *_ = request["RequestItems"].items()
        keys = wanted["Keys"]
        self.asked.append(len(keys))
        left = keys[self._at_once :]
        rest = {"UnprocessedKeys": {name: {"Keys": left}}} if left else {"UnprocessedKeys": {}}
        return {"Responses": {name: [dict(key) for key in keys[: self._at_once]]}, **rest}

    def query(self, **_: Any) -> Any:
        raise self._fails.pop(0)

    transact_write_items = query


def on(client: Any, meter: Meter | None = None) -> Table:
    return Table(client, "cairn-test", meter, patience=lambda: Patience(sleep=lambda _: None))


def keys(count: int) -> list[Key]:
    return [Key("P", f"{each:03d}") for each in range(count)]


def throttled() -> ClientError:
    return ClientError({"Error": {"Code": "ProvisionedThroughputExceededException", "Message": ""}}, "Query")


def test_more_than_a_hundred_keys_go_in_batches_of_a_hundred() -> None:
    client = Stubborn()
    assert len(on(client).get_many(keys(250)).raw) == 250
    assert client.asked == [100, 100, 50]


def test_a_key_asked_for_twice_is_read_once() -> None:
    client = Stubborn()
    assert len(on(client).get_many([*keys(3), *keys(3)]).raw) == 3
    assert client.asked == [3]


def test_keys_that_were_left_unprocessed_are_asked_for_again() -> None:
    client, meter = Stubborn(at_once=4), Meter()
    assert len(on(client, meter).get_many(keys(10)).raw) == 10
    assert client.asked == [10, 6, 2]
    assert meter.trips == 3


def test_keys_that_stay_unprocessed_are_busy_at_last() -> None:
    client = Stubborn(at_once=0)
    with pytest.raises(Busy):
        on(client).get_many(keys(2))
    assert client.asked == [2] * 8


@pytest.mark.parametrize("failure", [throttled(), ConnectTimeoutError(endpoint_url="http://table")])
def test_a_read_that_was_throttled_or_lost_is_asked_again(failure: Exception) -> None:
    assert len(on(Stubborn(failure, failure)).get_many(keys(1)).raw) == 1


def test_a_read_that_is_throttled_for_ever_is_busy() -> None:
    with pytest.raises(Busy):
        on(Stubborn(*[throttled()] * 9)).query("P")


def test_an_error_of_the_request_itself_is_raised_at_once() -> None:
    wrong = ClientError({"Error": {"Code": "ValidationException", "Message": ""}}, "Query")
    with pytest.raises(ClientError):
        on(Stubborn(wrong)).query("P")


def test_what_is_read_as_another_type_is_refused(table: Table) -> None:
    key = Key("T#acme", "L")
    item = LedgerItem(*key, event="e", source="s", amount=1, at=0, reason="")
    transact(table, [Put("ledger", item, LedgerItem.absent())])
    with pytest.raises(TypeError, match="is a ledger, not a SettingsItem"):
        table.get_many([key]).get(SettingsItem, key)
    assert table.get_many([Key("T#acme", "nothing")]).get(SettingsItem, Key("T#acme", "nothing")) is None


def test_a_query_reads_a_prefix_or_a_range_page_by_page_in_either_direction(table: Table) -> None:
    for sk in ("A#1", "A#2", "A#3", "B#1"):
        transact(table, [Put("item", SettingsItem("P", sk, settings={}), SettingsItem.absent())])

    def sort_keys(page: Any) -> list[str]:
        return [raw["SK"]["S"] for raw in page.items]

    first = table.query("P", prefix="A#", limit=2)
    assert sort_keys(first) == ["A#1", "A#2"]
    second = table.query("P", prefix="A#", limit=2, after=first.after)
    assert sort_keys(second) == ["A#3"] and second.after is None
    assert sort_keys(table.query("P", prefix="A#", forward=False)) == ["A#3", "A#2", "A#1"]
    assert sort_keys(table.query("P", between=("A#2", "B#1"))) == ["A#2", "A#3", "B#1"]
    assert [raw["SK"]["S"] for raw in table.query_all("P", prefix="A#")] == ["A#1", "A#2", "A#3"]


def test_reads_at_the_same_time_count_as_one_trip(table: Table, meter: Meter) -> None:
    answers = table.together([lambda: table.query("P"), lambda: table.query("Q"), lambda: table.query("R")])
    assert len(answers) == 3
    assert meter.trips == 1
