"""The tests of achievements play on the interpreter: workers that are killed at every call, in no time."""

from math import inf

import pytest

from cairn.platform.capacity import Meter
from cairn.platform.table import Patience, Table
from tests.support.interpreter import Interpreter


@pytest.fixture
def table(credentials: None, meter: Meter) -> Table:
    return Table(Interpreter(), "cairn", meter, patience=lambda: Patience(sleep=lambda _: None, deadline=inf))
