"""The ledger, in ten thousand random lives: retries, deaths, lost answers, others beside, late events, reversals.

The total is the sum of the ledger, each cause was paid once, and no level-up is lost or doubled.
"""

import logging
from collections import Counter

import pytest

from tests.support.earning import EVERYTHING, Life, define_all, fixed_parts
from tests.support.interpreter import Interpreter

LIVES = 10_000
PARTS = 20
TABLE = "cairn"


@pytest.fixture(scope="module")
def shore() -> Interpreter:
    """A table with a tenant's definitions, that nobody has played on."""
    shore = Interpreter()
    define_all(shore, TABLE)
    return shore


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No log: a line for each batch of the stream takes as long as the batch."""
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_in_any_life_the_total_is_the_ledgers_sum_each_cause_paid_once_and_each_level_announced_once(
    shore: Interpreter, part: int, quiet: None
) -> None:
    fixed = fixed_parts(shore, TABLE)
    met: Counter[str] = Counter()
    for seed in range(part * LIVES // PARTS, (part + 1) * LIVES // PARTS):
        life = Life(Interpreter(shore.items), TABLE, fixed, "ada", seed)
        try:
            life.live()
            life.assert_adds_up()
        except BaseException as error:
            error.add_note(f"life {seed}")
            raise
        met.update(life.met)
    assert met.keys() >= EVERYTHING, f"never met: {EVERYTHING - met.keys()}"
