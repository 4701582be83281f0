"""The functions on a table in memory, and one experience: a scenario called `woods`."""

import pytest

from tests.support.engine import table_in_memory
from tests.support.world import World


@pytest.fixture
def world() -> World:
    world = World(table_in_memory())
    world.define()
    return world
