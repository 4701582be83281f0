"""Events a second of the import, beside one transaction of four actions for each event.

Both run on one engine in turns, so that a busy machine slows both: the same client, as many threads, the
same history. The plain way writes what a program without an import would: the event, and three updates.
"""

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

from benchmarks.engine import TENANT, fresh_cloud, new_table
from cairn.imports.files import survey
from cairn.imports.run import ground_for, load_file
from cairn.platform.table import Table
from tests.support.history import Happened, generate, rows_of, write_ndjson

PLAYERS = 200
EVENTS = 20_000
TURNS = 4
THREADS = 4
NOW = datetime(2027, 1, 1, tzinfo=UTC)


def run() -> dict[str, Any]:
    """The rates of both, and their ratio."""
    history = generate(PLAYERS, EVENTS)
    players = sorted({each.player for each in history})
    slices = [set(some) for some in batched(players, -(-len(players) // TURNS), strict=False)]
    plain, imported = 0.0, 0.0
    plain_cpu, imported_cpu = 0.0, 0.0
    with fresh_cloud() as client, tempfile.TemporaryDirectory() as folder:
        plain_table, import_table = new_table(client), new_table(client)
        for turn, some in enumerate(slices):
            part = [each for each in history if each.player in some]
            for work in (_plain, _import) if turn % 2 else (_import, _plain):
                table = plain_table if work is _plain else import_table
                seconds, cpu = _timed(work(table, part, Path(folder) / f"{turn}"))
                if work is _plain:
                    plain, plain_cpu = plain + seconds, plain_cpu + cpu
                else:
                    imported, imported_cpu = imported + seconds, imported_cpu + cpu
    ratio = plain / imported
    return {
        "name": "import_rate",
        "figures": {
            "events": len(history),
            "players": len(players),
            "threads": THREADS,
            "plain_events_per_second": len(history) / plain,
            "import_events_per_second": len(history) / imported,
            "ratio": ratio,
            "plain_client_ms_per_event": 1000 * plain_cpu / len(history),
            "import_client_ms_per_event": 1000 * imported_cpu / len(history),
        },
        "budgets": {"ratio": ">= 2.0"},
        "ok": ratio >= 2.0,
    }


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    began, began_cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - began_cpu


def _import(table: Table, history: Sequence[Happened], folder: Path) -> Callable[[], None]:
    """The import of a file, from its first byte."""
    put_aside = folder / "rows"
    put_aside.mkdir(parents=True)
    path = write_ndjson(rows_of(list(history)), folder / "history.ndjson")

    def work() -> None:
        found = survey(path, put_aside, NOW)
        ground = ground_for(table, TENANT, found.experiences, NOW, dry=False)
        totals = load_file(ground, put_aside, None, THREADS, Event())
        if totals.loaded != len(history):
            raise RuntimeError(f"{totals.loaded} of {len(history)} events were loaded: {totals.refused[:3]}")

    return work


def _plain(table: Table, history: Sequence[Happened], folder: Path) -> Callable[[], None]:
    """One transaction for each event."""

    def work() -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            for _ in pool.map(lambda each: _write(table, each), history):
                pass

    return work


def _write(table: Table, each: Happened) -> None:
    at = str(int(each.at.timestamp() * 1000))
    day = each.at.date().isoformat()
    partition = {"S": f"T#{TENANT}#U#{each.player}"}
    seconds = {"N": str(each.seconds or 0)}
    event = {
        "PK": partition,
        "SK": {"S": f"E#{uuid4().hex[:26]}"},
        "kind": {"S": "event"},
        "sv": {"N": "1"},
        "type": {"S": each.type},
        "experience": {"S": each.experience},
        "at": {"N": at},
        "recorded_at": {"N": at},
        "zone": {"S": each.zone},
        "day": {"S": day},
        "seconds": seconds,
        "data": {"S": json.dumps(each.data)},
        "imported": {"BOOL": True},
    }
    one = {"N": "1"}
    progress = {":k": {"S": "progress"}, ":s": {"S": "IN_PROGRESS"}, ":a": {"N": at}, ":d": {"S": day}}
    player = {":k": {"S": "player"}, ":a": {"N": at}, ":e": {"S": each.experience}}
    fact = {":k": {"S": "fact"}, ":a": {"N": at}, ":p": partition}
    actions = [
        {"Put": {"TableName": table.name, "Item": event, "ConditionExpression": "attribute_not_exists(PK)"}},
        _update(
            table,
            (partition, {"S": f"PRG#{each.experience}"}),
            "SET kind = :k, #state = :s, last_progress_at = :a, #day = :d ADD seconds :n, sessions :o, ver :o",
            {**progress, ":n": seconds, ":o": one},
            {"#state": "state", "#day": "day"},
        ),
        _update(
            table,
            (partition, {"S": "PLAYER"}),
            "SET kind = :k, last_at = :a, last_experience = :e ADD xp :n, current_streak :o, active_days :o, ver :o",
            {**player, ":n": seconds, ":o": one},
        ),
        _update(
            table,
            ({"S": f"T#{TENANT}#F#{day}#0"}, {"S": f"{each.player}#{each.experience}#0"}),
            "SET kind = :k, fp = :p, last_at = :a ADD events :o, sessions :o, session_seconds :n",
            {**fact, ":n": seconds, ":o": one},
        ),
    ]
    client: Any = table.client
    client.transact_write_items(TransactItems=actions, ClientRequestToken=str(uuid4()))


def _update(
    table: Table,
    key: tuple[dict[str, str], dict[str, str]],
    expression: str,
    values: dict[str, Any],
    names: dict[str, str] | None = None,
) -> dict[str, Any]:
    update: dict[str, Any] = {
        "TableName": table.name,
        "Key": {"PK": key[0], "SK": key[1]},
        "UpdateExpression": expression,
        "ExpressionAttributeValues": values,
    }
    if names:
        update["ExpressionAttributeNames"] = names
    return {"Update": update}
