"""What queries and commands cost with 10, 1,000 and 100,000 events behind the player: the same, as documented."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import batched
from math import inf
from pathlib import Path
from typing import Any

import pytest

from cairn.catalog import storage as catalog
from cairn.platform.capacity import Meter
from cairn.platform.instants import event_id, to_ms
from cairn.platform.items import Raw
from cairn.platform.table import Table
from cairn.progress.progress import Happening, Moment
from cairn.progress.storage import write_event
from cairn.tenants import storage as tenants
from cairn.xp.ledger import Entry
from cairn.xp.storage import append
from local.cloud import Cloud
from tests.support.costs import Cost, cost_of
from tests.support.published import LESSON, publish
from tests.support.world import World

DOCS = Path(__file__).parents[3] / "docs" / "access-patterns.md"
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS_TO_A_LEDGER_ENTRY = 10
AT_ONCE = 25
WOODS = "/players/me/experiences/woods"

# Each query by what docs/access-patterns.md calls it: the function, and the path that asks.
QUERIES: dict[str, tuple[str, str] | tuple[str, str, str]] = {
    "current state: progress, contents, inventory, quests, flags": ("progress", WOODS),
    "inventory": ("progress", f"{WOODS}/inventory"),
    "has this player visited X": ("progress", f"{WOODS}/visits/gate"),
    "notes and reflection": ("progress", f"{WOODS}/notes"),
    "a player's experiences, a page of 20": ("progress", "/players/me/experiences"),
    "a player's events, newest first, a page of 20": ("progress", "/players/me/events"),
    "a player's events of a type, newest first, a page of 10": ("progress", "/players/me/events", "waypoint_visited"),
    "active session": ("players", "/players/me/session"),
    "XP and level": ("xp", "/players/me/xp"),
    "XP history, newest first, a page of 20": ("xp", "/players/me/xp/history"),
    "XP by source and by day": ("xp", "/players/me/xp/stats"),
    "streak": ("streaks", "/players/me/streak"),
}
COMMANDS: dict[str, tuple[str, dict[str, Any], str]] = {
    "record an event (event, progress head and page, player, fact)": (
        "events",
        {"type": "waypoint_visited", "content_id": "gate"},
        "woods",
    ),
    "work on a block": ("blocks/film", {"completed": True, "duration_seconds": 30}, "lesson"),
    "advance a quadrant, record a session": ("sessions", {"duration_seconds": 60}, "woods"),
    "discover, resume, abandon": ("resume", {}, "woods"),
}
MANY = "100 events at once, of one player in one experience"
IDEMPOTENCY_KEY = 2


def documented() -> dict[str, tuple[float, ...]]:
    """The figures of the tables in docs/access-patterns.md, by what their row is called."""
    found: dict[str, tuple[float, ...]] = {}
    for line in DOCS.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        figures = [float(cell) for cell in cells[1:] if cell.replace(".", "", 1).isdigit()]
        if line.startswith("|") and figures:
            found[cells[0]] = tuple(figures)
    return found


def history(first: int, last: int) -> Iterator[Raw]:
    """Events number `first` to `last` of a player long ago, and what they paid."""
    moment = Moment(BEFORE, BEFORE, "UTC", BEFORE.date())
    happening = Happening("waypoint_visited", content="gate", seconds=40)
    event = write_event("acme", "ada", "E", "woods", happening, moment).item.serialize()
    entry = append("acme", "ada", Entry("E", "streak_bonus", 5, BEFORE, "Daily streak bonus")).item.serialize()
    for number in range(first, last):
        at = BEFORE + timedelta(seconds=number)
        identifier = event_id(at, "acme", "ada", str(number))
        yield {**event, "SK": {"S": f"E#{identifier}"}, "fs": {"S": identifier}, "at": {"N": str(to_ms(at))}}
        if number % EVENTS_TO_A_LEDGER_ENTRY == 0:
            yield {**entry, "SK": {"S": f"L#{identifier}#streak_bonus"}}


def load(table: Table, first: int, last: int) -> None:
    """Puts history into the table as it is, many items a call."""
    client: Any = table.client

    def write(items: tuple[Raw, ...]) -> None:
        puts = [{"PutRequest": {"Item": item}} for item in items]
        assert not client.batch_write_item(RequestItems={table.name: puts})["UnprocessedItems"]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, batched(history(first, last), AT_ONCE, strict=False)))


@pytest.fixture
def world(cloud: Cloud, table: Table, monkeypatch: pytest.MonkeyPatch) -> World:
    """A player at the end of an experience and in the middle of another, with functions that are warm.

    The client waits: the local engine sorts a whole partition for each query, which takes it seconds at the end.
    """
    for cache in (catalog, tenants):
        monkeypatch.setattr(cache, "CACHED_SECONDS", inf)  # loading takes longer than a cache keeps
    table = Table(cloud.client("dynamodb"), table.name, table.meter)
    world = World(table)
    world.define()
    publish(table, "acme", LESSON)
    world.journey(upto=9)
    world.play("blocks/film", {"duration_seconds": 5}, experience="lesson")
    world.call("progress").send("PUT", f"{WOODS}/notes", {"notes": "Mind the roots."})
    load(table, 0, 10)
    for _ in range(2):
        ask_all(world)
    return world


def ask_all(world: World) -> dict[str, Cost]:
    """What everything costs now."""
    meter = world.table.meter
    assert meter is not None

    def ask(function: str, path: str, event_type: str = "") -> None:
        query = {"type": event_type, "limit": "10"} if event_type else {}
        reply = world.call(function).send("GET", path, **query)
        assert reply.status == 200, reply.body

    def play(what: str, body: dict[str, Any], experience: str) -> None:
        reply = world.play(what, body, experience=experience)
        assert reply.status == 200, reply.body

    costs = {name: cost_of(meter, partial(ask, *query)) for name, query in QUERIES.items()}
    return costs | {name: cost_of(meter, partial(play, *command)) for name, command in COMMANDS.items()}


@pytest.mark.slow
def test_nothing_costs_more_with_a_hundred_thousand_events_behind_the_player(world: World) -> None:
    stated = documented()
    first = ask_all(world)
    for name in QUERIES:
        assert (first[name].trips, first[name].reads, first[name].writes) == (*stated[name], 0), name
    for name in COMMANDS:
        trips, reads, writes = stated[name]
        assert first[name].trips == trips, name
        assert first[name].reads <= reads, name
        assert first[name].writes <= writes + IDEMPOTENCY_KEY, name
    for loaded, count in ((10, 1_000), (1_000, 100_000)):
        load(world.table, loaded, count)
        assert ask_all(world) == first, f"with {count} events"
    newest = world.call("progress").send("GET", "/players/me/events").body["events"]
    assert all(each["at"].startswith("2026-11-20") for each in newest), "a page of what is new"


def test_a_hundred_events_at_once_cost_little_more_than_their_own_items(world: World, meter: Meter) -> None:
    def send(hour: int) -> None:
        at = [f"2026-11-20T{hour}:{number // 60:02d}:{number % 60:02d}Z" for number in range(100)]
        events = [
            {"id": f"{each}", "at": each, "type": "waypoint_visited", "content_id": "gate", "experience_id": "woods"}
            for each in at
        ]
        reply = world.call("events").send("POST", "/events", {"events": events}, key="")
        assert (reply.status, reply.body["refused"]) == (200, 0)

    send(10)
    trips, reads, writes = documented()[MANY]
    cost = cost_of(meter, lambda: send(11))
    assert cost.trips == trips
    assert cost.reads <= reads
    assert cost.writes <= writes
    assert cost_of(meter, lambda: send(11)).writes == 0, "all of them stand"
