"""What benchmarks stand on: a fresh local cloud, the table as deployed, and a history to load."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from cairn.imports.run import patience
from cairn.platform.capacity import Meter
from cairn.platform.table import DynamoDb, Table, connect
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


def new_table(client: DynamoDb, meter: Meter | None = None) -> Table:
    """An empty table, with the history's experiences defined in the tenant."""
    name = f"bench-{uuid4().hex[:8]}"
    create_table(client, name)
    table = Table(client, name, meter, patience=patience)
    define_all(table, TENANT, EXPERIENCES)
    if meter:
        meter.trips, meter.reads, meter.writes = 0, 0.0, 0.0
    return table
