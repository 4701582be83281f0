"""The client passes JSON through: it sends and gives what a client of botocore's would."""

import json
from io import BytesIO
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from urllib3 import HTTPResponse

from cairn.platform.keys import Key
from cairn.platform.table import DynamoDb, Table, connect
from cairn.platform.transact import Delete, Put, raw_key, transact
from cairn.tenants.storage import SecretItem, SettingsItem

PARTITION = "T#acme"
SECRET = SecretItem(PARTITION, "binary", secret=bytes(range(256)))
SETTINGS = SettingsItem(PARTITION, 's\u00e9\u4e2d\U0001f511\x00"B"', settings={"a": [1.5, None, True], "b": '"B"'})
PUTS = [Put("binary", SECRET, SecretItem.absent()), Put("text", SETTINGS, SettingsItem.absent())]


@pytest.fixture
def plain(credentials: None) -> Any:
    """A client as botocore makes it."""
    return botocore.session.get_session().create_client("dynamodb")


def body_of(client: Any, request: dict[str, Any]) -> bytes:
    """What a client would send."""
    sent: list[bytes] = []

    def keep(request: Any, **_: Any) -> AWSResponse:
        sent.append(bytes(request.body))
        return AWSResponse(request.url, 200, HTTPHeaders(), HTTPResponse(BytesIO(b"{}"), preload_content=False))

    client.meta.events.register_first("before-send.dynamodb.TransactWriteItems", keep)
    client.transact_write_items(**request)
    client.meta.events.unregister("before-send.dynamodb.TransactWriteItems", keep)
    return sent.pop()


def test_a_transaction_is_sent_as_botocore_itself_would_send_it(plain: Any) -> None:
    request = {
        "TransactItems": [
            *(put.render("cairn-test") for put in PUTS),
            Delete("gone", SETTINGS.key, SettingsItem.absent()).render("t"),
        ],
        "ClientRequestToken": "token",
        "ReturnConsumedCapacity": "TOTAL",
    }
    ours = body_of(connect(), request)
    assert len(ours) > 500
    assert json.loads(ours) == json.loads(body_of(plain, request))


def test_each_transaction_of_a_client_is_sent_with_its_own_body(credentials: None) -> None:
    client: DynamoDb = connect()
    requests = [{"TransactItems": [{"Put": {"TableName": name}}], "ClientRequestToken": name} for name in "ab"]
    assert [json.loads(body_of(client, request)) for request in requests] == requests


def asked(client: Any, operation: str, **request: Any) -> Any:
    """What a client gives, or raises, without the request's own id."""
    try:
        answer = getattr(client, operation)(**request)
    except ClientError as error:
        answer = error.response
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@pytest.mark.parametrize("rows", ["binary", "s", "nothing"])
def test_answers_are_given_as_botocore_itself_would_give_them(table: Table, plain: Any, rows: str) -> None:
    transact(table, PUTS)
    query = {
        "TableName": table.name,
        "KeyConditionExpression": "PK = :p AND begins_with(SK, :s)",
        "ExpressionAttributeValues": {":p": {"S": PARTITION}, ":s": {"S": rows}},
        "ReturnConsumedCapacity": "TOTAL",
    }
    keys = [raw_key(each) for each in (SECRET.key, SETTINGS.key, Key(PARTITION, "?")) if each.sk.startswith(rows)]
    get = {"RequestItems": {table.name: {"Keys": keys or [raw_key(Key("?", "?"))]}}, "ReturnConsumedCapacity": "TOTAL"}
    assert asked(table.client, "query", **query) == asked(plain, "query", **query)
    assert asked(table.client, "query", **query)["Count"] == len(keys)
    assert asked(table.client, "batch_get_item", **get) == asked(plain, "batch_get_item", **get)


def test_refusals_are_given_as_botocore_itself_would_give_them(table: Table, plain: Any) -> None:
    transact(table, PUTS)
    again = {"TransactItems": [put.render(table.name) for put in PUTS], "ReturnConsumedCapacity": "TOTAL"}
    ours = asked(table.client, "transact_write_items", **again)
    assert ours == asked(plain, "transact_write_items", **again)
    assert ours["CancellationReasons"][0]["Item"]["secret"] == {"B": bytes(range(256))}
    assert asked(table.client, "query", TableName="?") == asked(plain, "query", TableName="?")
