"""What benchmarks stand on: a fresh local cloud, the table as deployed, and a history to load."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from cairn.catalog.bodies import ExperienceBody
from cairn.catalog.storage import define
from cairn.imports.run import patience
from cairn.platform.capacity import Meter
from cairn.platform.table import DynamoDb, Table, connect
from cairn.platform.transact import transact
from local.cloud import Cloud
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
    for identifier, body in EXPERIENCES.items():
        transact(table, define(TENANT, ExperienceBody.model_validate(body).experience(identifier), None)[1])
    if meter:
        meter.trips, meter.reads, meter.writes = 0, 0.0, 0.0
    return table
