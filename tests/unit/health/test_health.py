"""Health: whether the table answers, and what every unknown path gets."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from cairn.platform.table import Patience, Table
from functions.health.handler import routes
from tests.support.http import CONFIG, Client


class Failing:
    def __init__(self, code: str) -> None:
        self._code = code

    def batch_get_item(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": self._code, "Message": "secret of the engine"}}, "BatchGetItem")

    query = transact_write_items = batch_get_item


def with_table(code: str) -> Client:
    table = Table(Failing(code), "cairn-test", patience=lambda: Patience(sleep=lambda _: None))
    return Client(routes(CONFIG, table), None)


def test_a_table_that_answers_is_healthy_without_a_token(call: Any) -> None:
    reply = Client(call("health").http, None).send("GET", "/health")
    assert reply.status == 200
    assert reply.body == {"status": "healthy", "table": "ok", "as_of": "2026-11-20T12:00:00.000Z"}


def test_a_throttled_table_is_503_with_retry_after() -> None:
    reply = with_table("ThrottlingException").send("GET", "/health")
    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")


def test_a_table_that_is_gone_is_a_500_that_says_nothing_of_the_engine() -> None:
    reply = with_table("ResourceNotFoundException").send("GET", "/health")
    assert (reply.status, reply.body["type"]) == (500, "urn:cairn:problem:internal-error")
    assert "secret" not in str(reply.body)
    assert "ClientError" not in str(reply.body)


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("POST", "/health"), ("DELETE", "/players/me")])
def test_an_unknown_route_is_a_problem_that_names_it(call: Any, method: str, path: str) -> None:
    reply = call("health").send(method, path)
    assert (reply.status, reply.body["type"]) == (404, "urn:cairn:problem:unknown-route")
    assert f"{method} /api/v1{path}" in reply.body["detail"]
    assert reply.headers["Content-Type"] == "application/problem+json"
