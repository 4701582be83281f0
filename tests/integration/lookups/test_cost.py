"""What the look-ups cost: index units of a write, and round trips and read units of each page, however many players.

Index units are counted from two states of the table, and held against what the engine itself says was consumed.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from math import ceil
from typing import Any
from uuid import uuid4

import botocore.session
import pytest
from botocore.config import Config as ClientConfig

from cairn.catalog.experience import Place
from cairn.leaderboards.board import XP_ALL_TIME
from cairn.leaderboards.place import Place as Standing
from cairn.leaderboards.storage import write_node, write_position
from cairn.leaderboards.tree import Changes, add_move
from cairn.platform.capacity import Meter, item_size
from cairn.platform.items import Raw
from cairn.platform.table import Table
from cairn.platform.transact import transact
from local.cloud import Cloud
from tests.support.crowd import NOON, event, head, load, person
from tests.support.tables import create_table, index_units
from tests.support.world import World, all_items

CHECK_IN = {"type": "check_in"}
GATE = {"type": "waypoint_visited", "content_id": "gate"}
HERE = {"location": {"lat": 37.9, "lng": -122.5}}


# Writing.


@pytest.fixture
def world(table: Table) -> World:
    """A player in the middle of an experience and of a day."""
    world = World(table)
    world.define()
    for body in (GATE, CHECK_IN):
        world.play("events", body, key=str(uuid4()))
    assert world.play("complete").status == 409  # fills that function's caches
    return world


def units_of(world: World, what: str, body: dict[str, Any]) -> Counter[str]:
    """Index units of one command; of the table's it costs what it did without these indexes."""
    meter = world.table.meter
    assert meter is not None
    before, writes, made = all_items(world.table), meter.writes, meter.trips
    reply = world.play(what, body, key=str(uuid4()))
    assert reply.status == 200, reply.body
    assert meter.trips - made == 2, "an index is written beside the transaction, not in it"
    after = all_items(world.table)
    sizes = [
        max(item_size(item), item_size(before.get(key, {}))) for key, item in after.items() if item != before.get(key)
    ]
    units = index_units(before, after)
    assert meter.writes - writes == sum(2 * ceil(size / 1024) for size in sizes) + units.total()
    return units


def test_an_event_costs_one_unit_by_its_type_where_the_player_was_active_just_now(world: World) -> None:
    world.clock.at += timedelta(seconds=60)
    assert units_of(world, "events", CHECK_IN) == {"of-player": 1}
    assert units_of(world, "sessions", {"duration_seconds": 60}) == {"of-player": 1}


def test_five_minutes_later_it_costs_two_more(world: World) -> None:
    world.clock.at += timedelta(minutes=5)
    assert units_of(world, "events", CHECK_IN) == {"of-player": 1, "lookups": 2}
    world.clock.at += timedelta(minutes=4, seconds=59)
    assert units_of(world, "events", CHECK_IN) == {"of-player": 1}


def test_a_position_costs_one_more(world: World) -> None:
    assert units_of(world, "events", {**CHECK_IN, **HERE}) == {"of-player": 1, "lookups": 1}


def test_what_changes_the_percentage_or_the_state_costs_one_more(world: World) -> None:
    assert units_of(world, "quadrants", {}) == {"of-player": 1, "lookups": 1}
    for _ in range(3):
        world.play("quadrants", {})
    world.play("sessions", {"duration_seconds": 900})
    # By type, the event and the level that it brings; the day's fact, whose XP is listed.
    assert units_of(world, "complete", {"reflection": "Again!"}) == {"of-player": 2 + 1, "lookups": 1}


def test_the_first_event_of_a_day_moves_the_player_too(world: World) -> None:
    world.clock.at += timedelta(days=1)
    # By type, and the day's new fact; the head's slot, and the player's day; the hour at which the next date ends.
    assert units_of(world, "events", CHECK_IN) == {"of-player": 1 + 1, "lookups": 2 + 2, "due": 2}


def test_a_name_or_a_second_request_costs_no_index_unit(world: World) -> None:
    before = all_items(world.table)
    world.call("players").send("PUT", "/players/me", {"name": "Ada"})
    assert index_units(before, all_items(world.table)) == {}
    world.play("events", CHECK_IN, key="one")
    before = all_items(world.table)
    assert world.play("events", CHECK_IN, key="one").headers["Idempotency-Replayed"] == "true"
    assert all_items(world.table) == before


def test_an_hour_of_play_costs_an_event_little_more_than_one_index_unit(world: World) -> None:
    """An event in every half minute: of ten, one finds that its five minutes have begun."""
    total: Counter[str] = Counter()
    events = 120
    for _ in range(events):
        world.clock.at += timedelta(seconds=30)
        total += units_of(world, "events", GATE)
    print(f"{total.total() / events:.2f} index units an event: {dict(total)}")
    assert total == {"of-player": events, "lookups": 2 * 12}


# Reading.

SIZES = (1_000, 20_000)
ASKED: dict[str, tuple[str, dict[str, str]]] = {
    "holders": ("/lookups/holders", {"experience_id": "woods", "item_id": "lamp", "limit": "100"}),
    "levels": ("/lookups/levels", {"min": "5", "max": "9", "limit": "20"}),
    "percentages": ("/lookups/percentages", {"experience_id": "woods", "min": "40", "max": "60", "limit": "100"}),
    "last active": ("/lookups/last-active", {"limit": "20"}),
    "last active there": ("/lookups/last-active", {"experience_id": "woods", "limit": "20"}),
    "events near": ("/lookups/events-near", {"lat": "37.9", "lng": "-122.5", "radius_meters": "1000", "limit": "20"}),
    "active": ("/experiences/woods/active-players", {"limit": "20"}),
}
# Round trips, and read units of the first page; docs/access-patterns.md.
BUDGETS = {
    "holders": (2, 52),
    "levels": (2, 1.5),
    "percentages": (1, 2),
    "last active": (1, 0.5),
    "last active there": (1, 0.5),
    "events near": (1, 2.5),
    "active": (1, 17),
}


def crowd(players: int) -> Iterator[Raw]:
    """Players, each with progress and an event near the gate, a minute after one another."""
    for number in range(players):
        at = NOON - timedelta(seconds=number)
        name = f"player-{number:06d}"
        yield head(name, at, percent=number % 100)
        yield person(name, at)
        yield event(name, Place(37.9 + number % 7 / 1000, -122.5 + number % 11 / 1000), at)


def stand(table: Table, players: int) -> None:
    """Totals up to level 12 for all players: positions, and the counts of the whole board."""
    nodes: Changes = {}
    positions = []
    for number in range(players):
        score = 50 + number * 37 % 3000
        place = Standing(f"player-{number:06d}", score, 1_700_000_000_000 + number, "Ada")
        positions.append(write_position("position", "acme", XP_ALL_TIME, place, 0, 1).request["Item"])
        add_move(nodes, None, score)
    load(table, positions)
    for node, deltas in nodes.items():
        transact(table, [write_node("acme", XP_ALL_TIME, node, deltas)])


type Measure = Callable[[str, int], list[tuple[int, float, int]]]


@pytest.fixture(scope="module")
def measure(cloud: Cloud) -> Measure:
    """What the first three pages of a look-up cost among so many players: trips, read units, rows."""
    # The engine walks through a whole index for each query, which takes longer than any function waits.
    config = ClientConfig(read_timeout=60, retries={"total_max_attempts": 1})
    session = botocore.session.get_session()
    session.set_credentials("test", "test")
    client: Any = session.create_client("dynamodb", "eu-west-1", endpoint_url=cloud.endpoint_url, config=config)

    @cache
    def world_of(players: int) -> World:
        name = f"cairn-{uuid4().hex[:8]}"
        create_table(client, name, stream=False)
        table = Table(client, name, Meter())
        load(table, crowd(players))
        stand(table, players)
        world = World(table)
        world.define()
        return world

    def pages(what: str, players: int) -> list[tuple[int, float, int]]:
        meter, operator = world_of(players).table.meter, world_of(players).call("lookups", "operator")
        assert meter is not None
        path, query = ASKED[what]
        operator.send("GET", path, **query)  # fills the caches of settings and catalogue
        costs = []
        cursor: dict[str, str] = {}
        for _ in range(3):
            trips, reads = meter.trips, meter.reads
            body = operator.send("GET", path, **query, **cursor).body
            rows = body["events" if what == "events near" else "players"]
            costs.append((meter.trips - trips, meter.reads - reads, len(rows)))
            cursor = {"cursor": body["next"]}
        return costs

    return pages


@pytest.mark.slow
@pytest.mark.parametrize("what", ASKED)
def test_a_page_costs_the_same_among_a_thousand_players_as_among_twenty_thousand(measure: Measure, what: str) -> None:
    few, many = (measure(what, players) for players in SIZES)
    print(f"{what}: {few} of {SIZES[0]}, {many} of {SIZES[1]}")
    trips, reads = BUDGETS[what]
    for one, other in zip(few, many, strict=True):
        assert one[0] == other[0] == trips
        assert max(one[1], other[1]) <= reads
        assert other[1] <= one[1] * 1.1
