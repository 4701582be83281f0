"""The interpreter of transactions does what DynamoDB documents, and refuses what it does not know."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from cairn.platform.keys import Key
from tests.support.interpreter import Interpreter, condition, update

ITEM = {"PK": {"S": "p"}, "SK": {"S": "s"}, "n": {"N": "7"}, "t": {"S": "seven"}}
NAMES = {"#n": "n", "#t": "t", "#x": "x"}
VALUES = {":7": {"N": "7.0"}, ":9": {"N": "9"}, ":t": {"S": "seven"}, ":s": {"S": "7"}}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("attribute_exists (#n)", True),
        ("attribute_not_exists (#n)", False),
        ("attribute_not_exists (#x)", True),
        ("#n = :7", True),
        ("#n = :s", False),
        ("#n < :9", True),
        ("#n <= :7", True),
        ("#n > :9", False),
        ("#n >= :9", False),
        ("#n <> :9", True),
        ("#n <> :7", False),
        ("#x = :7", False),
        ("#x <> :7", True),
        ("#x < :9", False),
        ("#t = :t", True),
        ("NOT #t = :t", False),
        ("(attribute_not_exists (#n) OR #t = :t)", True),
        ("(attribute_not_exists (#n) OR #n = :9)", False),
        ("#n = :9 OR #t = :t AND #n = :7", True),
        ("(#n = :7 OR #t = :t) AND #n = :9", False),
    ],
)
def test_conditions_hold_as_documented(text: str, holds: bool) -> None:
    assert condition(text)(ITEM, NAMES, VALUES) is holds


def test_updates_set_add_and_remove() -> None:
    item = dict(ITEM)
    for edit in update("SET #x = :t, #t = :s ADD #n :9 REMOVE #y"):
        edit(item, {**NAMES, "#y": "PK"}, VALUES)
    assert item == {"SK": {"S": "s"}, "n": {"N": "16"}, "t": {"S": "7"}, "x": {"S": "seven"}}
    (add,) = update("ADD #x :9")
    new: dict[str, Any] = {}
    add(new, NAMES, VALUES)
    assert new == {"x": {"N": "9"}}


@pytest.mark.parametrize("text", ["contains (#t, :t)", "#n", "#n = #t =", "#n BETWEEN :7 AND :9", "size (#t) > :7"])
def test_a_condition_that_it_does_not_know_is_refused(text: str) -> None:
    with pytest.raises((NotImplementedError, IndexError)):
        condition(text)


@pytest.mark.parametrize(
    "text", ["SET #n = if_not_exists(#n, :7)", "SET #n = #n + :7", "SET #n.#t = :7", "DELETE #n :7"]
)
def test_an_update_that_it_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(NotImplementedError):
        update(text)


def put(sort: str, number: str, condition: str = "attribute_not_exists (#p)") -> dict[str, Any]:
    return {
        "Put": {
            "TableName": "t",
            "Item": {"PK": {"S": "p"}, "SK": {"S": sort}, "n": {"N": number}},
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#p": "PK", "#n": "n"},
            "ExpressionAttributeValues": {":1": {"N": "1"}},
        }
    }


def test_a_transaction_is_all_or_nothing_and_says_which_condition_failed_on_what() -> None:
    table = Interpreter()
    table.transact_write_items(TransactItems=[put("a", "1"), put("b", "1")], ClientRequestToken="1")
    before = dict(table.items)
    with pytest.raises(ClientError) as refused:
        table.transact_write_items(TransactItems=[put("c", "2"), put("a", "2"), put("d", "2")], ClientRequestToken="2")
    answer: Any = refused.value.response
    assert answer["Error"]["Code"] == "TransactionCanceledException"
    assert answer["CancellationReasons"] == [
        {"Code": "None"},
        {"Code": "ConditionalCheckFailed", "Item": before[Key("p", "a")]},
        {"Code": "None"},
    ]
    assert table.items == before


def test_a_token_applies_its_transaction_once_and_is_good_for_no_other() -> None:
    table = Interpreter()
    for _ in range(2):
        table.transact_write_items(TransactItems=[put("a", "1")], ClientRequestToken="1")
    with pytest.raises(ClientError, match="IdempotentParameterMismatch"):
        table.transact_write_items(TransactItems=[put("b", "1")], ClientRequestToken="1")
    assert list(table.items) == [Key("p", "a")]


@pytest.mark.parametrize("actions", [[], [put("a", "1"), put("a", "2")], [put(str(each), "1") for each in range(101)]])
def test_a_transaction_has_from_1_to_100_actions_on_different_items(actions: list[Any]) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        Interpreter().transact_write_items(TransactItems=actions, ClientRequestToken="1")


def test_an_index_answers_with_what_it_holds() -> None:
    item = {"PK": {"S": "p"}, "SK": {"S": "s"}, "fp": {"S": "f"}, "fs": {"S": "1"}, "xp_completion": {"N": "5"}}
    table = Interpreter({Key("p", "s"): {**item, "events": {"N": "3"}}})
    asked = {"KeyConditionExpression": "#p = :p", "ExpressionAttributeValues": {":p": {"S": "f"}}}
    assert table.query(IndexName="of-player", ScanIndexForward=True, **asked) == {"Items": [item]}
    whole = table.query(ScanIndexForward=True, **{**asked, "ExpressionAttributeValues": {":p": {"S": "p"}}})
    assert whole == {"Items": [{**item, "events": {"N": "3"}}]}


def test_the_units_of_a_transaction_are_two_for_each_started_kilobyte() -> None:
    table = Interpreter()
    large = {"Put": {**put("b", "1")["Put"], "Item": {**put("b", "1")["Put"]["Item"], "text": {"S": "x" * 1500}}}}
    actions = [put("a", "1"), large]
    answer = table.transact_write_items(TransactItems=actions, ClientRequestToken="1", ReturnConsumedCapacity="TOTAL")
    assert answer == {"ConsumedCapacity": [{"CapacityUnits": 2 + 4}]}
