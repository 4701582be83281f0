"""A table that throttles, and code that fails: 503 and 500 as problems, with nothing half written."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from cairn.platform.table import Patience, Table
from tests.support.world import WOODS, World, all_items


class Throttled:
    """A client that throttles the named operations for ever."""

    def __init__(self, client: Any, *operations: str, error: Exception | None = None) -> None:
        self._client, self._operations, self._error = client, operations, error

    def __getattr__(self, operation: str) -> Any:
        def refuse(**_: Any) -> Any:
            code = "ProvisionedThroughputExceededException"
            raise self._error or ClientError({"Error": {"Code": code, "Message": ""}}, operation)

        return refuse if operation in self._operations else getattr(self._client, operation)


def troubled(world: World, *operations: str, error: Exception | None = None) -> World:
    client = Throttled(world.table.client, *operations, error=error)
    table = Table(client, world.table.name, patience=lambda: Patience(sleep=lambda _: None))
    return World(table, world.clock)


READS = ("batch_get_item", "query")
REQUESTS: list[tuple[str, str, str, str, Any]] = [
    ("progress", "player", "POST", "/players/me/experiences/woods/start", {}),
    ("completion", "player", "POST", "/players/me/experiences/woods/complete", {}),
    ("players", "player", "PUT", "/players/me", {"name": "Ada"}),
    ("players", "player", "PUT", "/players/me/preferences", {"preferences": {"hints": True}}),
    ("players", "service", "POST", "/players/ada/inventory", {"item_id": "key", "change": 1}),
    ("catalog", "operator", "PUT", "/experiences/woods", {**WOODS, "xp_reward": 1}),
    ("catalog", "operator", "PUT", "/settings", {}),
    ("players", "player", "GET", "/players/me", None),
    ("players", "player", "GET", "/players/me/preferences", None),
    ("players", "player", "GET", "/players/me/session", None),
    ("progress", "player", "GET", "/players/me/events", None),
    ("progress", "player", "GET", "/players/me/experiences/woods", None),
    ("xp", "player", "GET", "/players/me/xp", None),
    ("xp", "player", "GET", "/players/me/xp/history", None),
    ("streaks", "player", "GET", "/players/me/streak", None),
    ("achievements", "player", "GET", "/players/me/achievements", None),
    ("analytics", "operator", "GET", "/analytics/days/2026-11-20", None),
]


@pytest.mark.parametrize(("function", "role", "method", "path", "body"), REQUESTS)
def test_a_table_that_throttles_for_ever_is_503_with_retry_after(
    world: World, function: str, role: str, method: str, path: str, body: Any
) -> None:
    before = all_items(world.table)
    everything = (*READS, "transact_write_items")
    reply = troubled(world, *everything).call(function, role).send(method, path, body)
    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert (reply.body["type"], reply.body["request_id"]) == ("urn:cairn:problem:busy", "request-1")
    assert "retry_after" not in reply.body
    assert all_items(world.table) == before


def test_writes_that_throttle_for_ever_leave_nothing_half_written(world: World) -> None:
    world.journey(upto=9)
    before = all_items(world.table)
    reply = troubled(world, "transact_write_items").play("complete", {"reflection": "Yes."}, key="one")
    assert reply.status == 503
    assert all_items(world.table) == before
    assert world.play("complete", {"reflection": "Yes."}, key="one").body["xp"]["by_source"]["completion"] == 110


def test_a_table_that_never_answers_is_503(world: World) -> None:
    lost = ReadTimeoutError(endpoint_url="http://table")
    assert troubled(world, "transact_write_items", error=lost).play("start").status == 503


@pytest.mark.parametrize("error", [RuntimeError("secret of the code"), KeyError("secret"), RecursionError("secret")])
def test_an_unexpected_failure_is_a_500_that_tells_nothing_of_the_code(world: World, error: Exception) -> None:
    before = all_items(world.table)
    reply = troubled(world, "transact_write_items", error=error).play("start")
    assert (reply.status, reply.body["type"]) == (500, "urn:cairn:problem:internal-error")
    assert reply.body["request_id"] == "request-1"
    assert reply.headers["Content-Type"] == "application/problem+json"
    shown = str(reply.body)
    assert "secret" not in shown and "Traceback" not in shown and type(error).__name__ not in shown
    assert all_items(world.table) == before
