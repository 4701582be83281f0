"""The functions' roles under IAM as AWS enforces it: each may do what its row names, and nothing else."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.functions import FUNCTIONS, Call
from local.cloud import REGION
from tests.deploy.conftest import Deployed

WITH_TABLE = sorted(name for name, needs in FUNCTIONS.items() if needs.calls)
KEY = {"PK": {"S": "T#nobody"}, "SK": {"S": "NOTHING"}}
NEVER = "attribute_exists(PK) AND attribute_not_exists(PK)"
# Each call as a request that changes nothing, whether it is allowed or not.
TRIES: dict[str, Callable[[Any, str], Any]] = {
    Call.BATCH_GET: lambda client, table: client.batch_get_item(RequestItems={table: {"Keys": [KEY]}}),
    Call.QUERY: lambda client, table: client.query(
        TableName=table, KeyConditionExpression="PK = :p", ExpressionAttributeValues={":p": KEY["PK"]}
    ),
    Call.PUT: lambda client, table: client.put_item(TableName=table, Item=KEY, ConditionExpression=NEVER),
    Call.UPDATE: lambda client, table: client.update_item(
        TableName=table, Key=KEY, UpdateExpression="REMOVE x", ConditionExpression=NEVER
    ),
    Call.DELETE: lambda client, table: client.delete_item(TableName=table, Key=KEY, ConditionExpression=NEVER),
    Call.CHECK: lambda client, table: client.transact_write_items(
        TransactItems=[{"ConditionCheck": {"TableName": table, "Key": KEY, "ConditionExpression": NEVER}}]
    ),
    "dynamodb:Scan": lambda client, table: client.scan(TableName=table),
    "dynamodb:GetItem": lambda client, table: client.get_item(TableName=table, Key=KEY),
    "dynamodb:DeleteTable": lambda client, table: client.delete_table(TableName=table),
}


def as_function(deployed: Deployed, name: str) -> Any:
    """A DynamoDB client with a function's role."""
    pages = deployed.clients("lambda").get_paginator("list_functions").paginate()
    (role,) = (
        each["Role"]
        for page in pages
        for each in page["Functions"]
        if each["Handler"] == f"functions.{name}.handler.handler"
    )
    keys = deployed.clients("sts").assume_role(RoleArn=role, RoleSessionName="policies")["Credentials"]
    return boto3.client(
        "dynamodb",
        endpoint_url=deployed.cloud.endpoint_url,
        region_name=REGION,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def allowed(client: Any, table: str, call: str) -> bool:
    try:
        TRIES[call](client, table)
    except ClientError as error:
        return error.response["Error"]["Code"] != "AccessDeniedException"
    return True


@pytest.mark.parametrize("name", WITH_TABLE)
def test_a_function_may_make_the_calls_of_its_row_and_no_other(deployed: Deployed, name: str) -> None:
    client = as_function(deployed, name)
    assert {call for call in TRIES if allowed(client, deployed.table_name, call)} == FUNCTIONS[name].calls
