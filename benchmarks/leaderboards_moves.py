"""What moving costs: write units for each position, by size of the batch; and processor time, beside the bare calls.

The bare calls are the mover's own, recorded beforehand on another table and sent to a third one by botocore's plain
client, in turns with the mover, which reads the stream, decides, packs, renders and sends. The same once more by the
mover's own client, which sends what is rendered as it is: what is more than those is the mover alone.
"""

import gc
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import batched
from typing import Any
from uuid import uuid4

from benchmarks.engine import large_cloud, plain_client
from cairn.leaderboards.follow import Follower
from cairn.leaderboards.storage import POSITION
from cairn.platform.capacity import Meter
from cairn.platform.table import DynamoDb, Table
from cairn.platform.transact import transact
from cairn.tenants.boards import BoardSettings
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import write
from tests.support.boards import History, Record
from tests.support.tables import create_table

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PLAYERS = 20_000
BATCHES = (1, 100, 500, 2_000)
MOVED = {1: 400, 100: 2_000, 500: 5_000, 2_000: 8_000}
GAINS = (5, 10, 15, 20, 50, 100, 150)
TURNS = 15
TURN = 1_000
BATCH = 500  # as the stream's mapping gives them
BOARDS = {"one_board": ("xp_all_time",), "seven_boards": BoardSettings().shown}
UNITS_BUDGET = 6.0
CPU_BUDGET = 1.5


class Recorder:
    """A client that keeps the transactions that it sends."""

    def __init__(self, client: DynamoDb) -> None:
        self._client = client
        self.sent: list[dict[str, Any]] = []

    def __getattr__(self, operation: str) -> Any:
        return getattr(self._client, operation)

    def transact_write_items(self, **request: Any) -> Any:
        self.sent.append(request)
        return self._client.transact_write_items(**request)


def run() -> dict[str, Any]:
    """Units by batch on one board, and the ratio of processor time on one board and on seven."""
    figures: dict[str, Any] = {}
    with large_cloud() as client:
        figures |= _units(client)
    for name, shown in BOARDS.items():
        with large_cloud() as client:
            figures |= {f"{figure}_{name}": value for figure, value in _cpu(client, shown).items()}
    budgets = {"write_units_batch_500": f"<= {UNITS_BUDGET}"} | {
        f"cpu_ratio_{name}": f"<= {CPU_BUDGET}" for name in BOARDS
    }
    ok = all(figures[name] <= float(budget.removeprefix("<= ")) for name, budget in budgets.items())
    return {"name": "leaderboards_moves", "figures": figures, "budgets": budgets, "ok": ok}


def _units(client: DynamoDb) -> dict[str, Any]:
    """Write units and transactions for each position that a batch changes."""
    chance, history, meter = random.Random(1), History(), Meter()
    table = _table(client, "units", ("xp_all_time",), meter)
    follower = Follower(table)
    _follow(follower, _arrivals(history, chance), 500)
    figures: dict[str, Any] = {"players": PLAYERS}
    for size in BATCHES:
        records = _gains(history, chance, MOVED[size], once=True)
        before = (meter.writes, meter.trips)
        moves = _follow(follower, records, size)
        figures[f"write_units_batch_{size}"] = (meter.writes - before[0]) / moves
        figures[f"transactions_batch_{size}"] = (meter.trips - before[1]) / moves
    return figures


def _cpu(client: Any, shown: Sequence[str]) -> dict[str, Any]:
    """Processor time of the mover and of its bare calls, turn by turn; the median of the turns."""
    chance, history = random.Random(2), History()
    recorder, plain = Recorder(client), plain_client(client.meta.endpoint_url)
    follower, recording = Follower(_table(client, "moved", shown)), Follower(_table(recorder, "recorded", shown))
    bare, again = Follower(_table(client, "bare", shown)), Follower(_table(client, "again", shown))
    arrivals = _arrivals(history, chance)[:4_000]
    history.players = {player: history.players[player] for player in sorted(history.players)[:4_000]}
    for each in (follower, recording, bare, again):
        _follow(each, arrivals, BATCH)
    turns: list[tuple[float, float, float]] = []  # seconds for a move: of the mover, of the plain client, of its own
    for _ in range(TURNS):
        records = _gains(history, chance, TURN, once=False)
        recorder.sent.clear()
        _follow(recording, records, BATCH)
        batches = [json.dumps(each) for each in batched(records, BATCH, strict=False)]
        to_bare, to_again = ([_sent_to(table, request) for request in recorder.sent] for table in ("bare", "again"))
        moves = sum(item["kind"]["S"] == POSITION for each in recorder.sent for item in puts(each))
        gc.collect()
        gc.freeze()  # what the benchmark holds is no part of any
        turns.append(
            (
                _seconds(batches, lambda batch: _follow(follower, batch, BATCH)) / moves,
                _seconds(to_bare, lambda request: plain.transact_write_items(**request)) / moves,
                _seconds(to_again, lambda request: client.transact_write_items(**request)) / moves,
            )
        )
        gc.unfreeze()
    mover, calls, as_written = (statistics.median(each) for each in zip(*turns, strict=True))
    return {
        "cpu_ratio": statistics.median(mover / calls for mover, calls, _ in turns),
        "cpu_us_a_move": 1e6 * mover,
        "cpu_us_bare": 1e6 * calls,
        "cpu_us_bare_as_written": 1e6 * as_written,
        "moves_per_second_and_core": 1 / mover,
    }


def _sent_to(table: str, request: Mapping[str, Any]) -> str:
    """A request as text, to another table than it was recorded on."""
    return json.dumps({**request, "ClientRequestToken": str(uuid4())}).replace('"recorded"', f'"{table}"')


def _seconds(texts: Sequence[str], work: Callable[[Any], object]) -> float:
    """Processor time of some work, each piece of which is parsed just before, as Lambda's runtime gives it."""
    seconds = 0.0
    for text in texts:
        given = json.loads(text)
        began = time.process_time()
        work(given)
        seconds += time.process_time() - began
    return seconds


def puts(request: Mapping[str, Any]) -> Iterator[Any]:
    """The items that a transaction puts."""
    return (action["Put"]["Item"] for action in request["TransactItems"] if "Put" in action)


def _table(client: Any, name: str, shown: Sequence[str], meter: Meter | None = None) -> Table:
    create_table(client, name, stream=False)
    table = Table(client, name, meter)
    transact(table, [write("acme", TenantSettings(boards=BoardSettings(tuple(shown))), 0)])
    return table


def _arrivals(history: History, chance: random.Random) -> list[Record]:
    """Players with totals as they have them: half below 3,000 XP, a few far above."""
    return [history.change(f"player-{number:05d}", 5 + int(chance.lognormvariate(8, 1.3))) for number in range(PLAYERS)]


def _gains(history: History, chance: random.Random, changes: int, *, once: bool) -> list[Record]:
    """Players who gain XP; each at most once, or as it comes."""
    players = sorted(history.players)
    some = chance.sample(players, changes) if once else chance.choices(players, k=changes)
    return [history.change(player, history.players[player].xp + chance.choice(GAINS)) for player in some]


def _follow(follower: Follower, records: Sequence[Record], size: int) -> int:
    moves = 0
    for start in range(0, len(records), size):
        done = follower.follow(records[start : start + size], NOW)
        if done.failed:
            raise RuntimeError(f"{len(done.failed)} records failed: {next(iter(done.failed.values()))}")
        moves += done.moves
    return moves
