"""Definitions in a few compressed items, and in a function's memory for a minute."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from cairn.achievements import definition_storage
from cairn.achievements.criteria import AllOf, Threshold
from cairn.achievements.definition_storage import Definitions
from cairn.achievements.definitions import ACHIEVEMENTS, Every, Repeat
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import DynamoDb, Patience, Table
from cairn.platform.transact import ConditionsFailed, transact
from cairn.tenants.storage import SettingsCache
from functions.achievements_reactor.handler import reactor
from tests.support.achievements import achievement, define, many
from tests.support.world import World, all_items, stream_records

RICH = achievement(
    "rich",
    criteria=AllOf((Threshold("km", 20, within="week"), Threshold("level", 3))),
    prerequisites=("first_steps",),
    repeat=Repeat(Every.WEEK),
    secret=True,
    is_active=False,
    version=3,
    revision=7,
)
TENS = achievement("tens", repeat=Repeat(Every.THRESHOLD, 5))


class Seconds:
    """Time as a function's memory tells it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_is_defined_stands_beside_the_standard_ones(world: World) -> None:
    define(world.table, [RICH, TENS])
    book = definition_storage.load(world.table, "acme")
    assert book.own == {"rich": RICH, "tens": TENS}
    assert list(book.all()) == [*(each.id for each in ACHIEVEMENTS), "rich", "tens"]
    assert definition_storage.load(world.table, "other").all() == {each.id: each for each in ACHIEVEMENTS}


def test_a_standard_one_may_be_the_tenants_own_in_its_place(world: World) -> None:
    mine = achievement("first_steps", "experiences_completed", 1, 10)
    define(world.table, [mine])
    every = definition_storage.load(world.table, "acme").all()
    assert (len(every), every["first_steps"]) == (len(ACHIEVEMENTS), mine)


def test_two_who_change_definitions_at_once_do_not_lose_one(world: World) -> None:
    book = definition_storage.load(world.table, "acme")
    transact(world.table, definition_storage.write("acme", book, [RICH]))
    with pytest.raises(ConditionsFailed):
        transact(world.table, definition_storage.write("acme", book, [TENS]))


class Torn:
    """A client whose first query sees a part of a change: an item as it was before, or not yet at all."""

    def __init__(self, client: Any, before: Mapping[Key, Raw]) -> None:
        self._client, self._before, self.asked = client, before, list[bool]()

    def query(self, **request: Any) -> Any:
        answer = self._client.query(**request)
        self.asked.append(request["ConsistentRead"])
        if len(self.asked) == 1:
            head = [item for item in answer["Items"] if item["SK"]["S"] == "HEAD"]
            answer["Items"] = [*(raw for key, raw in sorted(self._before.items()) if key.sk.startswith("B#")), *head]
        return answer


@pytest.mark.parametrize("both", [True, False])
def test_a_query_that_sees_a_part_of_a_change_is_asked_again(world: World, both: bool) -> None:
    if both:
        define(world.table, [TENS])
    before = all_items(world.table)
    define(world.table, [replace(TENS, xp=70)])
    client = Torn(world.table.client, before)
    table = Table(cast(DynamoDb, client), world.table.name, patience=lambda: Patience(sleep=lambda _: None))
    book = definition_storage.load(table, "acme", consistent=False)
    assert book.own["tens"].xp == 70
    assert client.asked == [False, True]


def test_memory_knows_the_latest_within_a_minute_and_asks_for_no_more_than_its_version(world: World) -> None:
    seconds = Seconds()
    known = Definitions(world.table, SettingsCache(world.table, seconds), seconds)
    define(world.table, [TENS])
    meter = world.table.meter
    assert meter is not None
    meter.trips, meter.reads = 0, 0
    first = known.of("acme")
    assert (meter.trips, meter.reads, "tens" in first.by_id) == (2, 1, True)  # settings, and the definitions
    define(world.table, [RICH])
    meter.trips, meter.reads = 0, 0
    seconds.now = 59
    assert (known.of("acme"), meter.trips) == (first, 0)
    seconds.now = 60
    assert "rich" in known.of("acme").by_id
    meter.trips, meter.reads = 0, 0
    seconds.now = 120
    again = known.of("acme")
    assert (meter.trips, meter.reads, "rich" in again.by_id) == (2, 1, True)


def test_an_unlock_that_memory_does_not_know_is_looked_up(world: World) -> None:
    known = Definitions(world.table, SettingsCache(world.table))
    assert "tens" not in known.of("acme").by_id
    define(world.table, [TENS])
    assert known.knowing("acme", ["tens#2", "first_steps"]).by_id["tens"] == TENS
    assert "tens" in known.of("acme").by_id


def test_memory_holds_so_many_definitions_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definition_storage, "MAX_CACHED", 60)
    known = Definitions(world.table, SettingsCache(world.table))
    first = known.of("one")
    known.of("two")
    assert known.of("one") is first
    known.of("three")
    assert known.of("one") is first, "it was asked for last"
    assert known.of("two") is not None
    meter = world.table.meter
    assert meter is not None
    trips = meter.trips
    known.of("three")
    assert meter.trips == trips + 1, "its place was needed"


def test_a_tenants_zone_is_that_of_its_weeks(world: World) -> None:
    seconds = Seconds()
    known = Definitions(world.table, SettingsCache(world.table, seconds), seconds)
    assert known.of("acme").zone == "UTC"
    reply = world.call("catalog", "operator").send("PUT", "/settings", {"zone": "Asia/Tokyo"})
    assert reply.status == 200
    seconds.now = 61
    assert known.of("acme").zone == "Asia/Tokyo"


def test_the_check_of_a_record_that_earns_nothing_makes_no_round_trip(world: World) -> None:
    define(world.table, many(270))
    world.play("start")
    before = all_items(world.table)
    body = {"type": "word_learned", "content_id": "moss", "counters": {"counter_007": 3}}
    assert world.call("progress", "service").send("POST", "/players/ada/experiences/woods/events", body).status == 200
    records = stream_records(before, all_items(world.table))
    react = reactor(world.table, lambda found: None, world.clock)
    react({"Records": records})
    meter = world.table.meter
    assert meter is not None
    trips = meter.trips
    react({"Records": records})
    assert meter.trips == trips
