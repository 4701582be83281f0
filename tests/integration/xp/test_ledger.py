"""Random lives of players who earn XP, on an engine: they add up, and end as they do on the interpreter."""

import logging
from collections import Counter

import pytest

from cairn.platform import keys
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import DynamoDb, Table
from tests.support.earning import EVERYTHING, TENANT, Life, define_all, fixed_parts
from tests.support.interpreter import Interpreter

LIVES = 200
TABLE = "cairn"


def items_of(table: Table, player: str) -> dict[Key, Raw]:
    """What stands of a player, their facts by what the index has of them."""
    partition = keys.player_partition(TENANT, player)
    own = {Key(raw["PK"]["S"], raw["SK"]["S"]): raw for raw in table.query_all(partition, consistent=True)}
    facts = table.query(partition, index=("of-player", "fp", "fs")).items
    return own | {Key(raw["PK"]["S"], raw["SK"]["S"]): xp_of(raw) for raw in facts}


def xp_of(fact: Raw) -> Raw:
    return {name: value for name, value in fact.items() if name.startswith("xp_")}


@pytest.mark.slow
def test_lives_on_an_engine_add_up_and_end_as_they_do_on_the_interpreter(
    client: DynamoDb, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    shore = Interpreter()
    define_all(shore, TABLE)
    define_all(client, table.name)
    fixed = fixed_parts(shore, TABLE)
    met: Counter[str] = Counter()
    for seed in range(LIVES):
        player = f"player-{seed}"
        here = Life(client, table.name, fixed, player, seed)
        there = Life(Interpreter(shore.items), TABLE, fixed, player, seed)
        for life in (here, there):
            life.live()
            life.assert_adds_up()
        assert here.met == there.met, f"life {seed}"
        assert items_of(here.calm, player) == items_of(there.calm, player), f"life {seed}"
        met.update(here.met)
    assert met.keys() >= EVERYTHING, f"never met: {EVERYTHING - met.keys()}"
