"""What the catalogue's operations cost, with versions, drafts and other experiences behind them."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

import pytest

from cairn.platform.capacity import READ_UNIT_BYTES, Meter, item_size
from cairn.platform.keys import Key
from cairn.platform.table import Table
from tests.support.catalog import define_all
from tests.support.definitions import large
from tests.support.http import Reply
from tests.support.world import World, all_items

SMALL: dict[str, Any] = {
    "name": "Small",
    "kind": "wod",
    "pages": [{"id": "p", "blocks": [{"id": "b", "type": "video"}]}],
}
IDEMPOTENCY_KEY = 2
OTHERS = 200


@dataclass
class Cost:
    trips: int
    reads: float
    writes: float
    reply: Reply


@pytest.fixture
def world(table: Table) -> World:
    """An experience with five versions, in a tenant with two hundred others."""
    define_all(table, "acme", {f"other-{number:03d}": {"name": "Other"} for number in range(OTHERS)})
    for number in range(5):
        define_all(table, "acme", {"small": {**SMALL, "xp_reward": number}})
    return World(table)


@pytest.fixture
def cost(world: World, meter: Meter) -> Callable[..., Cost]:
    """What a request costs, of an operator unless another role is named."""

    def measure(method: str, path: str, body: Any = None, *, role: str = "operator", **query: Any) -> Cost:
        before = (meter.trips, meter.reads, meter.writes)
        reply = world.call("catalog", role).send(method, f"/experiences{path}", body, **query)
        assert reply.status == 200, reply.body
        return Cost(meter.trips - before[0], meter.reads - before[1], meter.writes - before[2], reply)

    return measure


def entry_sizes(world: World) -> list[int]:
    """The sizes of the list's items, in its order."""
    return [item_size(item) for key, item in sorted(all_items(world.table).items()) if key.sk.startswith("ID#")]


def size_of(table: Table, key: Key) -> int:
    return item_size(all_items(table)[key])


def test_a_definition_costs_two_trips_a_read_and_two_writes_a_kilobyte_of_each_item(cost: Callable[..., Cost]) -> None:
    new = cost("PUT", "/new", SMALL)
    assert (new.trips, new.reads, new.writes) == (2, 1, 8), "the entry, the version, the latest, a page"
    same = cost("PUT", "/new", SMALL)
    assert (same.trips, same.reads, same.writes) == (1, 1, 0)
    changed = cost("PUT", "/small", {**SMALL, "name": "Changed"})
    assert (changed.trips, changed.reads, changed.writes) == (2, 1, 8)


def test_a_draft_costs_two_trips_and_publishing_it_writes_no_page(cost: Callable[..., Cost]) -> None:
    saved = cost("PUT", "/small", {**SMALL, "name": "Next", "status": "draft"})
    assert (saved.trips, saved.reads, saved.writes) == (2, 1, 6), "the entry, the draft, a page"
    published = cost("POST", "/small/publish", {})
    assert (published.trips, published.reads, published.writes) == (2, 3, 8 + IDEMPOTENCY_KEY)
    archived = cost("POST", "/small/archive", {})
    assert (archived.trips, archived.reads, archived.writes) == (2, 2, 4 + IDEMPOTENCY_KEY)


def test_a_new_prerequisite_costs_a_trip_a_level_and_the_version_of_the_graph(cost: Callable[..., Cost]) -> None:
    for number in range(1, 5):
        done = cost(
            "PUT", f"/step-{number}", {"name": "Step", "prerequisites": [f"step-{number - 1}"] if number > 1 else []}
        )
    assert (done.trips, done.reads, done.writes) == (2 + 3, 2 + 3, 8)
    same_way = cost("PUT", "/step-4", {"name": "Again", "prerequisites": ["step-3"]})
    assert (same_way.trips, same_way.reads, same_way.writes) == (2, 2, 6)


def test_reading_an_experience_costs_a_trip_a_minute(cost: Callable[..., Cost]) -> None:
    cold = cost("GET", "/small", role="player")
    assert (cold.trips, cold.reads) == (1, 1)
    assert cost("GET", "/small", role="player").trips == 0
    assert (cost("GET", "/small").trips, cost("GET", "/small").reads) == (1, 2)
    old = cost("GET", "/small", role="player", version="2")
    assert (old.trips, old.reads) == (1, 1)
    assert cost("GET", "/small", role="player", version="2").trips == 0


def test_reading_a_page_costs_a_trip_and_half_a_read_for_each_four_kilobytes(cost: Callable[..., Cost]) -> None:
    cold = cost("GET", "/small/pages/p", role="player")
    assert (cold.trips, cold.reads) == (2, 1.5)
    warm = cost("GET", "/small/pages/p", role="player")
    assert (warm.trips, warm.reads) == (1, 0.5)


def test_a_list_is_one_trip_and_half_a_read_for_each_four_kilobytes_that_it_looks_at(
    cost: Callable[..., Cost], world: World
) -> None:
    entries = entry_sizes(world)
    first = cost("GET", "", role="player", limit="20")
    assert len(first.reply.body["experiences"]) == 20
    assert (first.trips, first.reads) == (1, ceil(sum(entries[:20]) / READ_UNIT_BYTES) / 2)
    assert max(entries) < 700
    filtered = cost("GET", "", role="player", kind="wod")
    assert [each["id"] for each in filtered.reply.body["experiences"]] == ["small"]
    assert (filtered.trips, filtered.reads) == (1, ceil(sum(entries) / READ_UNIT_BYTES) / 2)


def test_versions_are_one_trip(cost: Callable[..., Cost]) -> None:
    listed = cost("GET", "/small/versions")
    assert (listed.trips, listed.reads) == (1, 1)
    assert len(listed.reply.body["versions"]) == 5


def test_an_export_is_three_trips_a_page(cost: Callable[..., Cost], world: World) -> None:
    page = cost("GET", "/export", role="admin")
    assert len(page.reply.body["experiences"]) == 25
    read = sum(entry_sizes(world)[:25])
    assert (page.trips, page.reads) == (2, 25 + ceil(read / READ_UNIT_BYTES)), "no pages behind these"
    last = page
    while last.reply.body["next"]:
        last = cost("GET", "/export", role="admin", cursor=last.reply.body["next"])
    assert last.reply.body["experiences"][-1]["id"] == "small"
    assert last.trips == 3


def test_an_import_costs_what_its_definitions_cost_and_a_key_for_each(cost: Callable[..., Cost]) -> None:
    experiences = [{"id": f"new-{number}", **SMALL} for number in range(25)]
    done = cost("POST", "/import", {"experiences": experiences})
    assert (done.trips, done.reads, done.writes) == (1 + 25 * 2, 25, IDEMPOTENCY_KEY + 25 * (8 + IDEMPOTENCY_KEY))
    again = cost("POST", "/import", {"experiences": experiences})
    assert (again.trips, again.writes) == (1 + 25 * 2, IDEMPOTENCY_KEY + 25 * IDEMPOTENCY_KEY)


def test_an_experience_of_two_thousand_blocks_is_read_in_one_trip(cost: Callable[..., Cost], world: World) -> None:
    written = cost("PUT", "/large", large(2000))
    latest = size_of(world.table, Key("T#acme#C#experience#large", "LATEST"))
    assert latest < 300 * 1024
    assert (written.trips, written.reads) == (2, 1)
    assert written.writes <= 1200
    read = cost("GET", "/large", role="player")
    assert (read.trips, read.reads) == (1, ceil(latest / READ_UNIT_BYTES))
    assert len([block for page in read.reply.body["pages"] for block in page["blocks"]]) == 2000
    page = cost("GET", "/large/pages/page-79", role="player")
    assert (page.trips, page.reads) == (1, 0.5)
    listed = cost("GET", "", role="player", kind="experience", limit="1")
    assert listed.reply.body["experiences"][0]["blocks"] == 2000
