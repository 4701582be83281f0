"""What definitions cost to write and to read, for a tenant of none of its own and for one of 2,700."""

from typing import Any

import pytest

from cairn.achievements.definition_storage import Definitions
from cairn.achievements.definitions import ACHIEVEMENTS
from cairn.platform.capacity import Meter
from cairn.platform.table import Table
from cairn.tenants.storage import CACHED_SECONDS, SettingsCache
from functions.achievements_reactor.handler import reactor
from tests.support.achievements import define, many
from tests.support.costs import Cost, cost_of
from tests.support.world import World, all_items, stream_records

MANY = 2_700
RIDER: dict[str, Any] = {"title": "Rider", "criteria": {"metric": "kilometres", "at_least": 20}}
WEEKLY: dict[str, Any] = {**RIDER, "criteria": {**RIDER["criteria"], "within": "week"}}
IDEMPOTENCY_KEY = 2


@pytest.fixture
def large(table: Table) -> None:
    define(table, many(MANY - len(ACHIEVEMENTS)))


def put(table: Table, meter: Meter, body: dict[str, Any], name: str = "rider") -> Cost:
    operator = World(table).call("achievements", "operator")

    def send() -> None:
        assert operator.send("PUT", f"/achievements/{name}", body).status == 200

    return cost_of(meter, send)


def test_a_definition_costs_a_read_and_three_writes_and_the_settings_where_a_period_is_new(
    table: Table, meter: Meter
) -> None:
    assert put(table, meter, RIDER) == Cost(2, 2, 6), "the head, a bucket, the version"
    assert put(table, meter, RIDER) == Cost(1, 2, 0)
    assert put(table, meter, {**RIDER, "title": "A rider"}) == Cost(2, 2, 4)
    assert put(table, meter, WEEKLY) == Cost(2, 2, 8), "the settings say what is kept by day"
    operator = World(table).call("achievements", "operator")
    archived = cost_of(meter, lambda: operator.send("POST", "/achievements/night_owl/archive", {}))
    assert archived == Cost(2, 2, 4 + IDEMPOTENCY_KEY)


def test_a_definition_among_2700_costs_a_bucket_of_them(table: Table, meter: Meter, large: None) -> None:
    cost = put(table, meter, RIDER)
    assert (cost.trips, cost.reads) == (2, 21)
    assert cost.writes <= 10


@pytest.mark.usefixtures("large")
def test_2700_definitions_are_read_in_one_trip_and_then_asked_only_for_their_version(
    table: Table, meter: Meter
) -> None:
    seconds = [0.0]
    settings = SettingsCache(table)
    settings.of("acme")
    known = Definitions(table, settings, lambda: seconds[0])
    assert cost_of(meter, lambda: known.of("acme")) == Cost(1, 10, 0)
    assert len(known.of("acme").by_id) == MANY
    assert cost_of(meter, lambda: known.of("acme")) == Cost(0, 0, 0)
    seconds[0] = CACHED_SECONDS
    assert cost_of(meter, lambda: known.of("acme")) == Cost(1, 0.5, 0)


@pytest.mark.usefixtures("large")
def test_one_definition_of_2700_is_shown_for_its_bucket(table: Table, meter: Meter) -> None:
    player = World(table).call("achievements")
    assert cost_of(meter, lambda: player.send("GET", "/achievements/counter_000_step_1")) == Cost(1, 1, 0)


@pytest.mark.usefixtures("large")
def test_a_record_that_crosses_nothing_reads_nothing(table: Table, meter: Meter) -> None:
    world = World(table)
    world.define()
    world.play("start")
    before = all_items(table)
    world.play("events", {"type": "word_learned", "content_id": "moss"})
    records = stream_records(before, all_items(table))
    warm = reactor(table, lambda found: None, world.clock)
    warm({"Records": records})
    assert cost_of(meter, lambda: warm({"Records": records})) == Cost(0, 0, 0)
