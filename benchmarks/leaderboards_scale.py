"""One board with 1,000 and with 1,000,000 players: what reading it, its night and its audit cost; and beside it
PostgreSQL and Redis with the same places.

Cairn's own processor time is without the engine's, which is another process. What the engines of this machine need
says nothing about DynamoDB; what DynamoDB bills for, and how often one waits for it, is counted.
"""

import gc
import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Columns

from benchmarks.crowd import MIDNIGHT, TENANT, WEEKLY, Member, crowd, load
from benchmarks.engine import large_cloud
from benchmarks.rivals import Measured, measure
from cairn.leaderboards import storage
from cairn.leaderboards.audit import audit
from cairn.leaderboards.neighbours import neighbours
from cairn.leaderboards.place import slot_at
from cairn.leaderboards.rank import rank_of
from cairn.leaderboards.top import top
from cairn.leaderboards.work import Worker
from cairn.platform.capacity import Meter, item_size
from cairn.platform.table import DynamoDb, Table
from tests.support.tables import create_table

SIZES = (1_000, 1_000_000)
LEAVE = {1_000: 20, 1_000_000: 20_000}
ASKED = 150
PASSES = 5
GROWTH = 1.3
# DynamoDB bills so much beside each item, in the table and in each index.
OVERHEAD_BYTES = 100


class Watched:
    """A client that notes whose positions are written."""

    def __init__(self, client: DynamoDb) -> None:
        self._client = client
        self.touched: set[str] = set()

    def __getattr__(self, operation: str) -> Any:
        return getattr(self._client, operation)

    def transact_write_items(self, **request: Any) -> Any:
        for action in request["TransactItems"]:
            if "Put" in action and action["Put"]["Item"]["kind"]["S"] == storage.POSITION:
                self.touched.add(action["Put"]["Item"]["PK"]["S"])
        return self._client.transact_write_items(**request)


class Nowhere:
    """Where nothing is archived: no season ends in this night."""

    def put(self, key: str, content: bytes, content_type: str) -> None:
        raise AssertionError(key)

    def get(self, key: str) -> None:
        return None

    def change(self, key: str, new: Callable[[bytes], bytes | None], content_type: str) -> bool:
        return False


def run() -> dict[str, Any]:
    """Everything at both sizes, and how it grows."""
    figures: dict[str, Any] = {}
    rivals: dict[int, dict[str, Measured]] = {}
    for players in SIZES:
        members = list(crowd(players, LEAVE[players]))
        with large_cloud() as client:
            figures |= {f"{name}_{players}": value for name, value in _cairn(client, members).items()}
        rivals[players] = measure([member.place for member in members])
        del members
    small, large = SIZES
    grows = {
        name: figures[f"{name}_{large}"] / figures[f"{name}_{small}"]
        for name in ("rank_units", "rank_cpu_ms", "top_100_units", "top_100_cpu_ms")
    }
    figures |= {f"{name}_growth": value for name, value in grows.items()}
    for players, measured in rivals.items():
        for name, each in measured.items():
            for figure in ("rank", "top_100", "move", "memory", "disk"):
                unit = "bytes" if figure in ("memory", "disk") else "ms"
                figures[f"{name}_{figure}_{unit}_{players}"] = getattr(each, figure)
    _print(figures, rivals)
    budgets = {
        **{f"rank_trips_{players}": "<= 2" for players in SIZES},
        **{f"rank_units_most_{players}": "<= 3" for players in SIZES},
        **{f"top_100_trips_{players}": "<= 2" for players in SIZES},
        **{f"top_100_units_{players}": "<= 8" for players in SIZES},
        **{f"{name}_growth": f"<= {GROWTH}" for name in grows},
        **{f"night_touched_others_{players}": "<= 0" for players in SIZES},
        **{f"audit_drift_{players}": "<= 0" for players in SIZES},
    }
    ok = all(figures[name] <= float(budget.removeprefix("<= ")) for name, budget in budgets.items())
    ok = ok and all(figures[f"night_moved_{players}"] == LEAVE[players] for players in SIZES)
    return {"name": "leaderboards_scale", "figures": figures, "budgets": budgets, "ok": ok}


def _cairn(client: DynamoDb, members: Sequence[Member]) -> dict[str, Any]:
    name, meter = "crowd", Meter()
    create_table(client, name, stream=False)
    with _Bar(f"loading {len(members):,} players", len(members)) as advance:
        load(client, name, WEEKLY, members, advance)
    table, metered = Table(client, name), Table(client, name, meter)
    asked = [member.place.player for member in random.Random(2).sample(list(members), ASKED)]

    costs = []
    for player in asked:
        before = (meter.trips, meter.reads)
        rank_of(metered, TENANT, WEEKLY, player)
        costs.append((meter.trips - before[0], meter.reads - before[1]))
    before = (meter.trips, meter.reads)
    top(metered, TENANT, WEEKLY, 100)
    top_cost = (meter.trips - before[0], meter.reads - before[1])
    around = []
    for player in asked[:20]:
        before = (meter.trips, meter.reads)
        neighbours(metered, TENANT, WEEKLY, player, 5)
        around.append((meter.trips - before[0], meter.reads - before[1]))
    figures = {
        "rank_trips": max(trips for trips, _ in costs),
        "rank_units": sum(units for _, units in costs) / len(costs),
        "rank_units_most": max(units for _, units in costs),
        "rank_cpu_ms": _cpu_ms(lambda: [rank_of(table, TENANT, WEEKLY, player) for player in asked]) / len(asked),
        "top_100_trips": top_cost[0],
        "top_100_units": top_cost[1],
        "top_100_cpu_ms": _cpu_ms(lambda: [top(table, TENANT, WEEKLY, 100) for _ in range(10)]) / 10,
        "neighbours_trips": max(trips for trips, _ in around),
        "neighbours_units": sum(units for _, units in around) / len(around),
        "stored_bytes": _stored(table, members),
    }
    figures |= _night(client, name, members)
    began, cpu = time.perf_counter(), time.process_time()
    found = audit(table, TENANT, WEEKLY)
    figures |= {
        "audit_drift": found.drifted,
        "audit_positions": found.positions,
        "audit_cpu_s": time.process_time() - cpu,
        "audit_s": time.perf_counter() - began,
    }
    return figures


def _night(client: DynamoDb, name: str, members: Sequence[Member]) -> dict[str, Any]:
    """The night in which a day leaves: whom it touches, and what that costs."""
    watched, meter = Watched(client), Meter()
    table = Table(watched, name, meter)
    worker, moved = Worker(table, Nowhere(), lambda _: None), 0
    began, cpu = time.perf_counter(), time.process_time()
    for shard in range(storage.DUE_SHARDS):
        message = {"task": "move", "tenant": TENANT, "slot": slot_at(MIDNIGHT), "shard": shard}
        moved += worker.work(message, MIDNIGHT, lambda: True)["moved"]
    leaving = {storage.position_key(TENANT, WEEKLY, each.place.player).pk for each in members if each.leaves}
    return {
        "night_moved": moved,
        "night_touched_others": len(watched.touched - leaving),
        "night_write_units_each": meter.writes / max(1, moved),
        "night_read_units_each": meter.reads / max(1, moved),
        "night_cpu_ms_each": 1000 * (time.process_time() - cpu) / max(1, moved),
        "night_s": time.perf_counter() - began,
    }


def _stored(table: Table, members: Sequence[Member]) -> int:
    """Bytes that DynamoDB stores for a board: positions, their entries in two indexes, and the count tree."""
    some = random.Random(3).sample(list(members), min(1_000, len(members)))
    keys = [storage.position_key(TENANT, WEEKLY, member.place.player) for member in some]
    items = [table.get_many([key]).raw[key] for key in keys]
    entries = (("bp", "bs", "name", "level", "alias"), ("dp", "ds"))
    each = sum(
        item_size(item)
        + sum(item_size({name: item[name] for name in ("PK", "SK", *names) if name in item}) for names in entries)
        for item in items
    ) / len(items)
    nodes = list(table.query_all(storage.node_key(TENANT, WEEKLY, "root").pk))
    positions = len(members) * (each + 3 * OVERHEAD_BYTES)
    return int(positions + sum(item_size(node) + OVERHEAD_BYTES for node in nodes))


def _cpu_ms(work: Callable[[], object]) -> float:
    """Milliseconds of this process, the best of some passes."""
    gc.collect()
    best = float("inf")
    for _ in range(PASSES):
        began = time.process_time()
        work()
        best = min(best, 1000 * (time.process_time() - began))
    return best


def _print(figures: dict[str, Any], rivals: dict[int, dict[str, Measured]]) -> None:
    """The three side by side: what an operation takes, and what is kept for it."""
    small, large = SIZES
    columns = Columns(title="one board; Cairn reads in two trips and keeps nothing in memory", title_justify="left")
    for heading in ("store", "figure", f"{small:,}", f"{large:,}", "grows"):
        columns.add_column(heading, justify="left" if heading in ("store", "figure") else "right")

    def add(store: str, figure: str, one: float, other: float, form: str) -> None:
        columns.add_row(store, figure, format(one, form), format(other, form), f"x {other / one:,.2f}" if one else "")

    for figure, label, form in (
        ("rank_units", "own rank, read units", ".2f"),
        ("rank_cpu_ms", "own rank, own CPU ms", ".3f"),
        ("top_100_units", "top 100, read units", ".2f"),
        ("top_100_cpu_ms", "top 100, own CPU ms", ".3f"),
        ("night_write_units_each", "a move, write units", ".2f"),
        ("stored_bytes", "bytes on disk", ",.0f"),
    ):
        add("cairn", label, figures[f"{figure}_{small}"], figures[f"{figure}_{large}"], form)
    for store in ("postgresql", "redis"):
        if store in rivals[small] and store in rivals[large]:
            one, other = rivals[small][store], rivals[large][store]
            add(store, "own rank, ms", one.rank, other.rank, ".3f")
            add(store, "top 100, ms", one.top_100, other.top_100, ".3f")
            add(store, "a move, ms", one.move, other.move, ".3f")
            add(store, "bytes in memory", one.memory, other.memory, ",.0f")
            add(store, "bytes on disk", one.disk, other.disk, ",.0f")
    Console().print(columns)


class _Bar:
    """A bar on stderr, where that is a terminal."""

    def __init__(self, label: str, total: int) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty())
        self._task = self._progress.add_task(label, total=total)

    def __enter__(self) -> Callable[[int], None]:
        self._progress.start()
        return lambda done: self._progress.advance(self._task, done)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
