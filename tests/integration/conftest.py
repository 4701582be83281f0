"""The integration tests' engine: one local cloud a session, one table a test."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from cairn.platform.capacity import Meter
from cairn.platform.table import DynamoDb, Table, connect
from local.cloud import Cloud
from tests.support.tables import create_table

type NewTable = Callable[..., Table]


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(state_dir=tmp_path_factory.mktemp("cloud"), port=0) as running:
        yield running


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@pytest.fixture
def client(cloud: Cloud, credentials: None) -> DynamoDb:
    # A machine that stalls for a moment must not look like an answer that was lost: round trips are counted here.
    return connect(cloud.endpoint_url, answer_seconds=60)


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def table(client: DynamoDb, meter: Meter) -> Table:
    """A new table on the engine, whose trips and units are counted."""
    name = f"cairn-{uuid4().hex[:8]}"
    create_table(client, name)
    return Table(client, name, meter)
