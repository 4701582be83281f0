"""The one way to write: order, names of failures, what is tried again, and under which token."""

from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from cairn.platform.errors import Busy
from cairn.platform.keys import Key
from cairn.platform.table import Patience, Table
from cairn.platform.transact import Action, Check, ConditionsFailed, Delete, Put, transact, upsert
from cairn.tenants.storage import SettingsItem
from cairn.xp.storage import LedgerItem

LOST = ReadTimeoutError(endpoint_url="http://table")


def refused(code: str, reasons: Sequence[dict[str, Any]] = ()) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": code}, "CancellationReasons": list(reasons)}
    return ClientError(answer, "TransactWriteItems")


def cancelled(*codes: str) -> ClientError:
    return refused("TransactionCanceledException", [{"Code": code} for code in codes])


class Scripted:
    """A client whose writes end as told, one after the other; then they succeed."""

    def __init__(self, *ends: Exception) -> None:
        self._ends = list(ends)
        self.requests: list[dict[str, Any]] = []

    def transact_write_items(self, **request: Any) -> Any:
        self.requests.append(dict(request))
        if self._ends:
            raise self._ends.pop(0)
        return {"ConsumedCapacity": []}

    @property
    def tokens(self) -> list[str]:
        return [request["ClientRequestToken"] for request in self.requests]

    def batch_get_item(self, **_: Any) -> Any:
        raise AssertionError("nothing is read here")

    query = batch_get_item


def patient() -> Patience:
    return Patience(sleep=lambda _: None)


def put(name: str, sk: str) -> Put:
    return Put(name, SettingsItem("T#acme#SETTINGS", sk, settings={}), SettingsItem.absent())


def run(client: Scripted, actions: Sequence[Action] | None = None) -> None:
    transact(Table(client, "cairn-test", patience=patient), actions or [put("one", "1"), put("two", "2")])


def test_actions_are_sent_in_the_order_that_they_were_given() -> None:
    key = Key("T#acme", "S")
    actions: list[Action] = [
        upsert("first", SettingsItem, key, [SettingsItem.settings.set({})]),
        put("second", "2"),
        Delete("third", key, SettingsItem.kind == SettingsItem),
        Check("fourth", Key("T#acme", "4"), SettingsItem.absent()),
        put("fifth", "5"),
    ]
    client = Scripted()
    run(client, actions)
    sent = client.requests[0]["TransactItems"]
    assert [next(iter(each)) for each in sent] == ["Update", "Put", "Delete", "ConditionCheck", "Put"]
    assert sent[1]["Put"]["Item"]["SK"] == {"S": "2"} and sent[4]["Put"]["Item"]["SK"] == {"S": "5"}
    assert all("ConditionExpression" in next(iter(each.values())) for each in sent), "every action has a condition"


def test_a_refusal_is_named_after_the_action_whose_condition_failed() -> None:
    stands = {"PK": {"S": "T#acme#SETTINGS"}, "SK": {"S": "2"}}
    reasons: list[dict[str, Any]] = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": stands}]
    client = Scripted(refused("TransactionCanceledException", reasons))
    with pytest.raises(ConditionsFailed) as failed:
        run(client)
    assert failed.value.items == {"two": stands}
    assert len(client.requests) == 1, "a condition that does not hold is for the caller to decide anew"


def test_a_failed_condition_beside_a_conflict_is_a_failed_condition() -> None:
    client = Scripted(cancelled("TransactionConflict", "ConditionalCheckFailed"))
    with pytest.raises(ConditionsFailed) as failed:
        run(client)
    assert failed.value.items == {"two": None}


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_conflict_is_tried_again_under_a_new_token(reason: str) -> None:
    client = Scripted(cancelled("None", reason), cancelled(reason, "None"))
    run(client)
    assert len(set(client.tokens)) == len(client.tokens) == 3


def test_a_time_out_sends_the_same_body_under_the_same_token() -> None:
    client = Scripted(LOST, refused("TransactionInProgressException"))
    run(client)
    assert len(client.requests) == 3
    assert client.requests[0] == client.requests[1] == client.requests[2]


@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "ThrottlingException", "InternalServerError"]
)
def test_a_throttle_is_tried_again(code: str) -> None:
    client = Scripted(refused(code), refused(code))
    run(client)
    assert len(client.requests) == 3


def test_eight_throttles_are_busy() -> None:
    client = Scripted(*[refused("ThrottlingException")] * 20)
    with pytest.raises(Busy):
        run(client)
    assert len(client.requests) == 8


def test_the_deadline_is_busy_however_few_the_attempts() -> None:
    times = iter((0.0, 2.9))
    patience = Patience(sleep=lambda _: None, now=lambda: next(times), jitter=lambda low, high: 0.2)
    client = Scripted(*[LOST] * 5)
    with pytest.raises(Busy):
        transact(Table(client, "cairn-test"), [put("one", "1")], patience)
    assert len(client.requests) == 1


def test_waiting_doubles_with_full_jitter_up_to_a_second() -> None:
    pauses: list[float] = []
    patience = Patience(sleep=pauses.append, now=lambda: 0.0, jitter=lambda low, high: high, deadline=99)
    for _ in range(7):
        patience.wait()
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("code", ["ValidationException", "AccessDeniedException", "ResourceNotFoundException"])
def test_what_no_retry_can_mend_is_raised_at_once(code: str) -> None:
    client = Scripted(refused(code))
    with pytest.raises(ClientError):
        run(client)
    assert len(client.requests) == 1


def test_a_cancellation_that_no_retry_can_mend_is_raised_at_once() -> None:
    client = Scripted(cancelled("None", "ValidationError"))
    with pytest.raises(ClientError):
        run(client)
    assert len(client.requests) == 1


@pytest.mark.parametrize("count", [0, 101])
def test_a_transaction_holds_one_to_a_hundred_actions(count: int) -> None:
    client = Scripted()
    with pytest.raises(ValueError, match=f"not {count}"):
        transact(Table(client, "cairn-test"), [put(str(each), str(each)) for each in range(count)])
    assert not client.requests


def test_an_upsert_creates_and_changes_its_own_type_and_never_touches_another(table: Table) -> None:
    mine, other = Key("T#acme", "MINE"), Key("T#acme", "OTHER")
    for value in (1, 2):
        transact(table, [upsert("mine", SettingsItem, mine, [SettingsItem.settings.set({"value": value})])])
    item = table.get_many([mine]).get(SettingsItem, mine)
    assert item is not None and item.settings == {"value": 2} and item.sv == 1
    ledger = LedgerItem(*other, event="e", source="s", amount=5, at=0, reason="r")
    transact(table, [Put("ledger", ledger, LedgerItem.absent())])
    with pytest.raises(ConditionsFailed) as failed:
        transact(table, [upsert("taken", SettingsItem, other, [SettingsItem.settings.set({})])])
    assert list(failed.value.items) == ["taken"]
    stands = table.get_many([other]).get(LedgerItem, other)
    assert stands is not None and stands.amount == 5


def test_nothing_is_written_where_one_condition_fails(table: Table) -> None:
    transact(table, [put("one", "1")])
    with pytest.raises(ConditionsFailed) as failed:
        transact(table, [put("two", "2"), put("again", "1")])
    assert list(failed.value.items) == ["again"]
    assert failed.value.items["again"] is not None
    assert not table.get_many([Key("T#acme#SETTINGS", "2")]).raw
