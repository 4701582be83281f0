"""A board's two functions on the table."""

from collections.abc import Callable
from typing import Any

import pytest

from cairn.platform.capacity import Meter
from cairn.platform.table import Table
from cairn.platform.transact import transact
from cairn.tenants.boards import BoardSettings
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import read, write
from functions.leaderboards.handler import routes
from functions.leaderboards_mover.handler import Consume, mover
from tests.support.boards import History
from tests.support.http import CONFIG, Client, Clock, claims

type As = Callable[..., Client]


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
def move(table: Table, clock: Clock) -> Consume:
    return mover(table, clock)


def show(table: Table, *shown: str, tenant: str = "acme", **more: Any) -> None:
    """Sets the boards that a tenant shows."""
    settings = TenantSettings(boards=BoardSettings(shown, **more))
    transact(table, [write(tenant, settings, read(table, tenant)[1])])


@pytest.fixture
def only_xp_all_time(table: Table, meter: Meter) -> None:
    """One board, read anew each time, so that what it costs and writes can be told."""
    for tenant in ("acme", "globex"):
        show(table, "xp_all_time", tenant=tenant, cache_seconds=0)
    meter.calls.clear()


@pytest.fixture
def boards(table: Table, clock: Clock) -> As:
    """`boards("player", "ada")`: a client of the leaderboards as one caller."""
    http = routes(CONFIG, table, clock)

    def client(role: str = "player", player: str | None = "ada", tenant: str = "acme") -> Client:
        return Client(http, claims(role, player if role == "player" else None, tenant))

    return client
