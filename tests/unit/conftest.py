"""Fixtures of the unit tests: the table on moto, and clients of every function on it."""

from collections.abc import Callable, Iterator
from functools import cache
from math import inf

import pytest
from moto import mock_aws

from cairn.platform.capacity import Meter
from cairn.platform.table import DynamoDb, Patience, Table, connect
from tests.support.http import CONFIG, Client, Clock, claims
from tests.support.tables import TABLE_NAME, create_table
from tests.support.world import ROUTES, World

type Call = Callable[..., Client]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@pytest.fixture
def meter() -> Meter:
    return Meter()


@cache
def engine() -> DynamoDb:
    """One for all tests, as making one takes longer than most tests do; moto gives each an engine of its own."""
    return connect()


@pytest.fixture
def table(credentials: None, meter: Meter) -> Iterator[Table]:
    with mock_aws():
        create_table(engine(), stream=False)  # moto copies a table and its stream at each transaction
        yield Table(engine(), TABLE_NAME, meter, patience=lambda: Patience(sleep=lambda _: None, deadline=inf))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def call(table: Table, clock: Clock) -> Call:
    """`call("progress", "player", "ada")`: a client of one function as one caller."""
    built = {name: routes(CONFIG, table, clock) for name, routes in ROUTES.items()}

    def client(function: str, role: str = "player", player: str | None = "ada", tenant: str = "acme") -> Client:
        return Client(built[function], claims(role, player if role == "player" else None, tenant))

    return client


@pytest.fixture
def world(table: Table, clock: Clock) -> World:
    """The functions on the table, and one experience: a scenario called `woods`."""
    world = World(table, clock)
    world.define()
    return world
