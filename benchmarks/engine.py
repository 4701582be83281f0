"""What benchmarks stand on: a fresh local cloud, the table as deployed, and a history to load."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import botocore.session
from botocore.config import Config as ClientConfig

from cairn.imports.run import patience
from cairn.platform.capacity import Meter
from cairn.platform.table import DynamoDb, Table, connect, pass_json_through
from local.cloud import Cloud
from tests.support.catalog import define_all
from tests.support.history import EXPERIENCES
from tests.support.tables import create_table

TENANT = "acme"


@contextmanager
def fresh_cloud() -> Iterator[DynamoDb]:
    """A client of a local cloud that holds nothing, and that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, Cloud(state_dir=Path(folder), port=0) as cloud:
        yield connect(cloud.endpoint_url)


COLLECTS_ONLY_WHAT_IS_NEW = """
import gc


def keep(phase, info):
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()


gc.callbacks.append(keep)
"""


class LargeCloud(Cloud):
    """A local cloud with a million items. Python's cycle collector would stop it for seconds, again and again, so that
    what one full collection leaves is not looked at by the next.
    """

    def _environment(self) -> dict[str, str]:
        folder = self.state_dir / "collector"
        folder.mkdir(exist_ok=True)
        (folder / "sitecustomize.py").write_text(COLLECTS_ONLY_WHAT_IS_NEW)
        return {**super()._environment(), "PYTHONPATH": str(folder)}


@contextmanager
def large_cloud() -> Iterator[DynamoDb]:
    """A client of a local cloud that holds nothing, and bears much; the client waits for what takes long there."""
    with tempfile.TemporaryDirectory() as folder, LargeCloud(state_dir=Path(folder), port=0) as cloud:
        client = plain_client(cloud.endpoint_url)
        pass_json_through(client)
        yield client


def plain_client(endpoint_url: str) -> Any:
    """A client that sends as botocore sends."""
    config = ClientConfig(
        read_timeout=300, retries={"total_max_attempts": 1}, max_pool_connections=16, parameter_validation=False
    )
    session: Any = botocore.session.get_session()
    return session.create_client("dynamodb", config=config, endpoint_url=endpoint_url)


def new_table(client: DynamoDb, meter: Meter | None = None) -> Table:
    """An empty table, with the history's experiences defined in the tenant."""
    name = f"bench-{uuid4().hex[:8]}"
    create_table(client, name)
    table = Table(client, name, meter, patience=patience)
    define_all(table, TENANT, EXPERIENCES)
    if meter:
        meter.trips, meter.reads, meter.writes = 0, 0.0, 0.0
    return table
