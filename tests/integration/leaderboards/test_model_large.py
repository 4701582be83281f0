"""A hundred thousand changes of five thousand players' scores, in a large system's weather: equal, not nearly."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from cairn.leaderboards.audit import audit
from cairn.leaderboards.board import XP_ALL_TIME
from cairn.platform.keys import bucket
from cairn.platform.table import DynamoDb, Table
from cairn.platform.transact import transact
from cairn.tenants.boards import BoardSettings
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import write
from functions.leaderboards_mover.handler import mover
from tests.support.boards import BEGIN, History, Record
from tests.support.http import Clock
from tests.support.storm import assert_equal, follow, reordered, restless
from tests.support.weather import Weather

pytestmark = pytest.mark.slow

PLAYERS = 5_000
CHANGES = 100_000
SHARDS = 2
BATCH = 2_000


def changed(history: History, chance: random.Random) -> list[Record]:
    """Gains, corrections, losses of everything and great jumps, of players of whom some are more eager than others."""
    kinds: dict[str, Callable[[int], int]] = {
        "gain": lambda xp: xp + chance.choice((5, 10, 15, 50, 100, 150, chance.randrange(1, 400))),
        "correction": lambda xp: xp - chance.randrange(0, xp + 1),
        "nothing": lambda xp: xp,
        "all lost": lambda xp: 0,
        "jump": lambda xp: chance.randrange(1, 10 ** chance.randrange(1, 10)),
    }
    records = []
    for number in range(CHANGES):
        eager = number >= PLAYERS and chance.random() < 0.3
        player = f"p{number if number < PLAYERS else chance.randrange(50 if eager else PLAYERS)}"
        (kind,) = chance.choices(list(kinds), (80, 8, 4, 3, 5))
        had = history.players[player].xp if player in history.players else 0
        records.append(history.gain(player, kinds[kind](had)))
    return records


def test_a_hundred_thousand_changes_in_any_weather_leave_exactly_the_sorted_list(
    table: Table, client: DynamoDb
) -> None:
    """Two movers with a shard each, whose batches come twice, late, and in part to the other mover too; transactions
    conflict, are written and not answered, and are forgotten; movers are killed before and after they wrote.
    """
    transact(table, [write("acme", TenantSettings(boards=BoardSettings(("xp_all_time",))), 0)])
    chance = random.Random(20261120)
    history = History()
    shards: list[list[Record]] = [[] for _ in range(SHARDS)]
    for record in reordered(changed(history, chance), chance):
        own = bucket(record["dynamodb"]["Keys"]["PK"]["S"], SHARDS)
        shards[own].append(record)
        if chance.random() < 0.05:
            shards[1 - own].append(record)
    weathers = [
        Weather(client, random.Random(shard), conflict=0.05, timeout=0.03, forgotten=0.5, killed=0.02)
        for shard in range(SHARDS)
    ]
    with ThreadPoolExecutor(SHARDS) as pool:
        done = [
            pool.submit(follow, mover(restless(table, weather), Clock()), shard, random.Random(number), BATCH)
            for number, (shard, weather) in enumerate(zip(shards, weathers, strict=True))
        ]
        kills = [len(each.result()) for each in done]
    assert all(kills)
    for weather in weathers:
        assert set(weather.seen) == {"conflict", "timeout", "forgotten", "killed before", "killed after"}
    found = audit(table, "acme", XP_ALL_TIME)
    assert (found.drift, found.unsettled) == ({}, 0)
    assert found.positions == len(history.listed())
    assert_equal(table, history, [XP_ALL_TIME], BEGIN)
