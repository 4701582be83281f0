"""What the achievement check of one stream record costs: reads, and processor time with 27 definitions and with 2,700.

The definitions that watch what changed are the same few. All else is told beside it: the whole of a record, with what
reading it takes, and how long a function needs to take up 2,700 definitions.
"""

import gc
import logging
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from benchmarks.engine import fresh_cloud
from cairn.achievements.definition_storage import Definitions, load
from cairn.achievements.definitions import ACHIEVEMENTS
from cairn.achievements.unlock import crossing
from cairn.platform.capacity import Meter
from cairn.platform.keys import Key
from cairn.platform.table import Table
from cairn.players.player import Last, Player
from cairn.players.storage import to_item
from cairn.players.tally import Tally
from cairn.streaks.rules import Day
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import SettingsCache
from functions.achievements_reactor.handler import reactor
from tests.support.achievements import define, many
from tests.support.tables import create_table
from tests.support.world import record

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FEW, MANY = len(ACHIEVEMENTS), 2_700
RECORDS = 2_000
TURNS = 9
CPU_BUDGET = 2.0


def run() -> dict[str, Any]:
    """Round trips of a warm function, and processor time by the number of definitions."""
    logging.disable(logging.CRITICAL)  # a log line for each record is no part of the check
    meter = Meter()
    with fresh_cloud() as client:
        create_table(client, "bench")
        table = Table(client, "bench", meter)
        define(table, many(MANY - FEW), tenant="many")
        react = reactor(table, lambda found: None, lambda: NOW)
        batches = {tenant: _batch(tenant) for tenant in ("few", "many")}
        for batch in batches.values():
            react(batch)  # takes up settings and definitions, and marks the day
        trips = meter.trips
        whole = _compared({tenant: partial(react, batch) for tenant, batch in batches.items()}, RECORDS)
        trips = meter.trips - trips
        taken_up = _milliseconds(lambda: Definitions(table, SettingsCache(table)).of("many"))
        before = meter.reads
        load(table, "many", consistent=False)
        units = meter.reads - before
        known = Definitions(table, SettingsCache(table))
        checks = {tenant: _check(known, tenant) for tenant in batches}
        check = _compared(checks, RECORDS)
    logging.disable(logging.NOTSET)
    ratio = statistics.median(many / few for few, many in zip(check["few"], check["many"], strict=True))
    return {
        "name": "achievement_check",
        "figures": {
            "round_trips_for_a_record": trips / (2 * TURNS * RECORDS),
            "microseconds_check_of_27": statistics.median(check["few"]),
            "microseconds_check_of_2700": statistics.median(check["many"]),
            "ratio_of_processor_time": ratio,
            "microseconds_whole_record_of_27": statistics.median(whole["few"]),
            "microseconds_whole_record_of_2700": statistics.median(whole["many"]),
            "milliseconds_to_take_up_2700": taken_up,
            "read_units_to_take_up_2700": units,
        },
        "budgets": {"round_trips_for_a_record": "0", "ratio_of_processor_time": f"<= {CPU_BUDGET}"},
        "ok": trips == 0 and ratio <= CPU_BUDGET,
    }


def _players(tenant: str) -> tuple[Player, Player]:
    """A player in the middle of things, and after one more word."""
    counters = {f"counter_{number:03d}": 5 for number in range(20)}
    days = {date(2026, 11, 10) + timedelta(number): Day(NOW, "UTC") for number in range(10)}
    before = Player(
        tenant,
        "ada",
        name="Ada",
        xp=4_321,
        metrics={"words_learned": 41, "experiences_completed": 12, "sessions": 30, "study_seconds": 40_000, **counters},
        days=days,
        current_streak=10,
        longest_streak=20,
        active_days=40,
        last=Last("01M7WD7TG0SW1TR88HK1CPHG4Q", "woods", NOW.date(), NOW),
        tally=Tally(daily={"total_xp": dict.fromkeys(days, 50)}),
        touched=(NOW.date(),),
        ver=7,
    )
    return before, replace(before, metrics={**before.metrics, "words_learned": 42}, ver=8)


def _batch(tenant: str) -> dict[str, Any]:
    before, after = (to_item(each, TenantSettings()).serialize() for each in _players(tenant))
    images = {"OldImage": before, "NewImage": after}
    key = Key(after["PK"]["S"], after["SK"]["S"])
    return {"Records": [record("MODIFY", key, images, number + 1) for number in range(RECORDS)]}


def _check(known: Definitions, tenant: str) -> Callable[[], None]:
    before, after = _players(tenant)

    def check() -> None:
        for _ in range(RECORDS):
            assert crossing(known.of(tenant), before, after) is None

    return check


def _compared(work: dict[str, Callable[[], Any]], times: int) -> dict[str, list[float]]:
    """Microseconds of processor time for one of so many times, by turns."""
    found: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(TURNS):
        for name, each in work.items():
            gc.collect()
            start = time.process_time()
            each()
            found[name].append((time.process_time() - start) * 1e6 / times)
    return found


def _milliseconds(work: Callable[[], Any]) -> float:
    found = []
    for _ in range(TURNS):
        start = time.process_time()
        work()
        found.append((time.process_time() - start) * 1e3)
    return statistics.median(found)
