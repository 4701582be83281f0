"""Write units and round trips of the import for each event."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

from benchmarks.engine import TENANT, fresh_cloud, new_table
from cairn.imports.files import survey
from cairn.imports.run import ground_for, load_file
from cairn.platform.capacity import Meter
from tests.support.history import generate, rows_of, write_ndjson

PLAYERS = 40
EVENTS = 3_500
BUDGET = 6.6
NOW = datetime(2027, 1, 1, tzinfo=UTC)


def run() -> dict[str, Any]:
    """Units and round trips for each event of a history that is loaded for the first time, and for the second."""
    history = generate(PLAYERS, EVENTS)
    meter = Meter()
    with fresh_cloud() as client, tempfile.TemporaryDirectory() as folder:
        table = new_table(client, meter)
        put_aside = Path(folder) / "rows"
        put_aside.mkdir()
        found = survey(write_ndjson(rows_of(history), Path(folder) / "history.ndjson"), put_aside, NOW)
        costs = []
        for _ in range(2):
            before = (meter.writes, meter.reads, meter.trips)
            ground = ground_for(table, TENANT, found.experiences, NOW, dry=False)
            load_file(ground, put_aside, None, 1, Event())
            after = (meter.writes, meter.reads, meter.trips)
            costs.append([(now - then) / len(history) for now, then in zip(after, before, strict=True)])
    first, second = costs
    return {
        "name": "import_units",
        "figures": {
            "events": len(history),
            "write_units_per_event": first[0],
            "read_units_per_event": first[1],
            "round_trips_per_event": first[2],
            "write_units_per_event_again": second[0],
            "read_units_per_event_again": second[1],
        },
        "budgets": {"write_units_per_event": f"<= {BUDGET}", "write_units_per_event_again": "<= 0"},
        "ok": first[0] <= BUDGET and second[0] == 0,
    }
