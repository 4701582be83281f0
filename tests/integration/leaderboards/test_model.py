"""The boards against sorted lists, whatever happens to the movers: equal, not nearly."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from cairn.leaderboards.board import of_rule
from cairn.leaderboards.place import slot_at
from cairn.platform.keys import bucket
from cairn.platform.table import DynamoDb, Table
from cairn.platform.transact import transact
from cairn.tenants.boards import OF_EXPERIENCES, BoardSettings
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import write
from functions.leaderboards_mover.handler import mover
from tests.support.boards import BEGIN, SEVEN, History, Record, batch
from tests.support.http import Clock
from tests.support.storm import (
    assert_consistent,
    assert_equal,
    expire,
    follow,
    happened,
    reordered,
    restless,
)
from tests.support.weather import Killed, Mortal, Weather
from tests.support.world import all_items
from tests.unit.leaderboards.town import scheduled_until

PLAYERS = 150
CHANGES = 1_600


def test_thousands_of_changes_with_everything_going_wrong_leave_exactly_the_sorted_lists(
    table: Table, client: DynamoDb
) -> None:
    chance = random.Random(20261120)
    histories = [History("acme"), History("globex")]
    records = happened(histories, chance, CHANGES, PLAYERS)
    weather = Weather(client, chance, conflict=0.15, timeout=0.1, forgotten=0.5, killed=0.05)
    kills = follow(mover(restless(table, weather), Clock()), records, chance, 200)
    assert kills
    assert set(weather.seen) == {"conflict", "timeout", "forgotten", "killed before", "killed after"}
    for history in histories:
        assert_equal(table, history, SEVEN, BEGIN)


def test_two_movers_that_follow_the_same_stream_at_once_leave_exactly_the_sorted_lists(
    table: Table, client: DynamoDb
) -> None:
    chance = random.Random(42)
    history = History()
    records = happened([history], chance, CHANGES // 2, PLAYERS)
    movers = [
        (mover(restless(table, Weather(client, random.Random(seed), conflict=0.1, killed=0.03)), Clock()), seed)
        for seed in (1, 2)
    ]
    with ThreadPoolExecutor(len(movers)) as pool:
        done = [pool.submit(follow, move, records, random.Random(seed), 60 * seed) for move, seed in movers]
        kills = [each.result() for each in done]
    assert any(kills)
    assert_equal(table, history, SEVEN, BEGIN)


def test_two_movers_with_a_shard_each_leave_exactly_the_sorted_lists(table: Table, client: DynamoDb) -> None:
    chance = random.Random(7)
    history = History()
    shards: list[list[Record]] = [[], []]
    for record in happened([history], chance, CHANGES // 2, PLAYERS):
        shards[bucket(record["dynamodb"]["Keys"]["PK"]["S"], 2)].append(record)
    with ThreadPoolExecutor(2) as pool:
        done = [
            pool.submit(follow, mover(restless(table, client), Clock()), shard, random.Random(number), 100)
            for number, shard in enumerate(shards)
        ]
        for each in done:
            each.result()
    assert_equal(table, history, SEVEN, BEGIN)


def test_days_that_leave_and_streaks_that_break_beside_the_movers_leave_exactly_the_sorted_lists(
    table: Table, client: DynamoDb
) -> None:
    """Nights are late, are left out, run twice, and beside two movers of which one's clock is behind."""
    chance = random.Random(11)
    history = History()
    rough = restless(table, Weather(client, chance, conflict=0.1, timeout=0.05, killed=0.03))
    clock = Clock()
    scheduled_until(table, BEGIN)
    move = mover(rough, clock)
    for day in range(0, 12, 2):
        today = BEGIN + timedelta(days=day)
        history.begin = today - timedelta(seconds=history.changes)
        clock.at = today + timedelta(hours=1)
        midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
        records = happened([history], chance, 140, 50, partial(later, midnight, chance))
        put_items(table, history)
        if day % 6 == 2:
            expire(rough, clock.at, chance)
        if day % 6 == 4:
            behind = mover(restless(table, client), Clock(clock.at - timedelta(minutes=40)))
            with ThreadPoolExecutor(3) as pool:
                jobs: list[Any] = [
                    pool.submit(expire, restless(table, client), clock.at, random.Random(day)),
                    pool.submit(follow, move, records, random.Random(day), 50),
                    pool.submit(follow, behind, records, random.Random(-day), 30),
                ]
                for job in jobs:
                    job.result()
        else:
            follow(move, records, chance, 60)
    for after in (timedelta(0), timedelta(days=7)):
        now = clock.at + after
        expire(rough, now, chance)
        assert_equal(table, history, SEVEN, datetime.fromtimestamp(slot_at(now), UTC))
    assert not history.listed(SEVEN[1], now) and not history.listed(SEVEN[3], now)


def later(midnight: datetime, chance: random.Random) -> datetime:
    return midnight + timedelta(days=chance.choice((1, 2, 6)))


def test_progress_and_faces_that_come_apart_leave_exactly_the_sorted_lists(table: Table, client: DynamoDb) -> None:
    """On boards of experiences scores come from one item and faces from another, in any order."""
    transact(table, [write("acme", TenantSettings(boards=BoardSettings(("distance", "completion_time"))), 0)])
    chance = random.Random(5)
    history, experiences = History(), ("woods", "hill")
    records = []
    for number in range(900):
        player = f"p{chance.randrange(60)}"
        if player not in history.players or chance.random() < 0.3:
            records += happened_to_face(history, player, chance)
        else:
            completed = chance.random() < 0.1
            records.append(
                history.travel(player, chance.choice(experiences), 10.0 * chance.randrange(1, 80), completed=completed)
            )
        if number % 300 == 299:
            put_items(table, history)
            weather = Weather(client, chance, conflict=0.1, timeout=0.05, killed=0.05)
            move = mover(restless(table, weather), Clock())
            again = reordered(records, chance)
            follow(move, again, chance, 80)
    boards = [of_rule(rule, experience) for rule in OF_EXPERIENCES for experience in experiences]
    assert_equal(table, history, boards, BEGIN)


def happened_to_face(history: History, player: str, chance: random.Random) -> list[Record]:
    before = history.players.get(player)
    name, xp = chance.choice(("", "Ada", "Grace")), (before.xp if before else 0) + chance.choice((0, 90, 400))
    return [history.change(player, xp, name, shown_as=chance.choice((None, None, "hidden", "name")))]


def put_items(table: Table, history: History) -> None:
    """The items themselves, which are ahead of what the stream tells."""
    client: Any = table.client
    for image in history.images.values():
        client.put_item(TableName=table.name, Item=image)


@pytest.mark.parametrize("written", [False, True])
def test_a_mover_killed_at_any_call_leaves_counts_and_positions_equal_and_the_next_one_ends_it(
    table: Table, client: DynamoDb, written: bool
) -> None:
    chance = random.Random(3)
    history = History()
    deaths = 0
    for dies_at in range(1, 8):
        records = happened([history], chance, 200, 100)
        try:
            mover(restless(table, Mortal(client, dies_at, written)), Clock())(batch(*records))
        except Killed:
            deaths += 1
        assert_consistent(all_items(table))
        assert mover(table, Clock())(batch(*records)) == {"batchItemFailures": []}
        assert_consistent(all_items(table))
    assert_equal(table, history, SEVEN, BEGIN)
    assert deaths >= 5
