"""A board's two functions on the table."""

from collections.abc import Callable

import pytest

from cairn.platform.table import Table
from functions.leaderboards.handler import routes
from functions.leaderboards_mover.handler import Consume, mover
from tests.support.http import CONFIG, Client, Clock, claims
from tests.unit.leaderboards.history import History

type As = Callable[..., Client]


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
def move(table: Table) -> Consume:
    return mover(table)


@pytest.fixture
def boards(table: Table, clock: Clock) -> As:
    """`boards("player", "ada")`: a client of the leaderboards as one caller."""
    http = routes(CONFIG, table, clock)

    def client(role: str = "player", player: str | None = "ada", tenant: str = "acme") -> Client:
        return Client(http, claims(role, player if role == "player" else None, tenant))

    return client
