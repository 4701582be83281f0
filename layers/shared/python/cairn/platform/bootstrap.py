"""The part of every function's composition root that is the same: its configuration and its table."""

from dataclasses import dataclass

from cairn.platform.config import Config
from cairn.platform.table import Table, connect


@dataclass(frozen=True, slots=True)
class Ground:
    """What every function stands on."""

    config: Config
    table: Table


def ground() -> Ground:
    """Reads the environment and connects to the table. Called once a process, by a cached bootstrap()."""
    config = Config.read()
    return Ground(config, Table(connect(config.endpoint_url), config.table_name))
