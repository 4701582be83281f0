"""Round trips and capacity units of the profile's operations, as docs/access-patterns.md has them.

Counted with many items behind the player, because nothing may grow with them.
"""

from collections.abc import Callable
from typing import Any

import pytest

from cairn.platform.capacity import Meter
from cairn.platform.table import Table
from cairn.players.belongings import MAX_ITEM_IDS, MAX_JSON_BYTES
from tests.support.world import World

IDEMPOTENCY_KEY = 2
FULL = {"a": "x" * (MAX_JSON_BYTES - len('{"a":""}'))}

type Cost = tuple[int, float, float]


@pytest.fixture(params=[10, 1000])
def world(table: Table, request: pytest.FixtureRequest) -> World:
    """A world in which ada has so many items behind her."""
    world = World(table)
    client: Any = table.client
    assert world.call("players").send("PUT", "/players/me", {"name": "Ada"}).status == 200
    for start in range(0, request.param, 25):
        puts = [
            {"PutRequest": {"Item": {"PK": {"S": "T#acme#U#ada"}, "SK": {"S": f"E#{number:09d}"}}}}
            for number in range(start, min(start + 25, request.param))
        ]
        client.batch_write_item(RequestItems={table.name: puts})
    return world


@pytest.fixture
def cost(world: World, meter: Meter) -> Callable[..., Cost]:
    """Trips, read units and write units of one request that succeeds, with warm caches."""
    world.call("players").send("GET", "/players/me")

    def of(method: str, path: str, body: Any = None, *, role: str = "service", function: str = "players") -> Cost:
        before = (meter.trips, meter.reads, meter.writes)
        reply = world.call(function, role).send(method, path, body)
        assert reply.status == 200, reply.body
        return meter.trips - before[0], meter.reads - before[1], meter.writes - before[2]

    return of


def test_reading_the_profile_is_one_trip_and_two_units(cost: Callable[..., Cost]) -> None:
    cost("PUT", "/players/ada/preferences", {"preferences": {"hints": True}})
    assert cost("GET", "/players/ada") == (1, 2, 0)


@pytest.mark.parametrize("what", ["preferences", "custom-stats", "inventory"])
def test_reading_a_part_is_one_trip_and_two_units(cost: Callable[..., Cost], what: str) -> None:
    assert cost("GET", f"/players/ada/{what}") == (1, 2, 0)


def test_reading_the_session_is_one_trip_and_one_unit(cost: Callable[..., Cost]) -> None:
    assert cost("GET", "/players/ada/session") == (1, 1, 0)


def test_setting_the_name_is_two_trips_two_reads_and_four_writes(cost: Callable[..., Cost]) -> None:
    assert cost("PUT", "/players/ada", {"name": "Ada L."}) == (2, 2, 4)
    assert cost("PUT", "/players/ada", {"name": "Ada L."}) == (1, 2, 0)


def test_writing_preferences_is_two_trips_two_reads_and_two_writes_but_for_the_first_time(
    cost: Callable[..., Cost],
) -> None:
    assert cost("PUT", "/players/ada/preferences", {"preferences": {"hints": True}}) == (2, 2, 4)
    assert cost("PUT", "/players/ada/preferences", {"preferences": {"hints": False}}) == (2, 2, 2)
    assert cost("PUT", "/players/ada/preferences", {"preferences": {"hints": False}}) == (1, 2, 0)
    assert cost("PUT", "/players/ada/custom-stats", {"custom_stats": {"quests": 15}}) == (2, 2, 2)


def test_changing_an_item_is_two_trips_two_reads_and_two_writes_beside_its_idempotency_key(
    cost: Callable[..., Cost],
) -> None:
    cost("POST", "/players/ada/inventory", {"item_id": "lamp", "change": 1})
    assert cost("POST", "/players/ada/inventory", {"item_id": "lamp", "change": 1}) == (2, 2, 2 + IDEMPOTENCY_KEY)


def test_a_profile_that_is_full_costs_five_reads_and_twenty_six_writes(world: World, cost: Callable[..., Cost]) -> None:
    cost("PUT", "/players/ada/preferences", {"preferences": FULL})
    cost("PUT", "/players/ada/custom-stats", {"custom_stats": FULL})
    for number in range(MAX_ITEM_IDS):
        cost("POST", "/players/ada/inventory", {"item_id": f"a-golden-item-{number:03d}", "change": 1})
    assert len(world.call("players").send("GET", "/players/me").body["global_inventory"]) == MAX_ITEM_IDS
    assert cost("GET", "/players/ada") == (1, 5, 0)
    change = {"item_id": "a-golden-item-007", "change": 1}
    assert cost("POST", "/players/ada/inventory", change) == (2, 5, 26 + IDEMPOTENCY_KEY)


def test_settings_are_read_in_one_trip_and_written_in_two(cost: Callable[..., Cost]) -> None:
    operator = {"role": "operator", "function": "catalog"}
    assert cost("PUT", "/settings", {"zone": "Asia/Tokyo"}, **operator) == (2, 1, 2)
    assert cost("GET", "/settings", **operator) == (1, 1, 0)
