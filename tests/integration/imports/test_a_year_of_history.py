"""50,000 events of 500 players, imported by the command line's own code, and compared with plain arithmetic."""

import json
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from cairn.achievements.storage import UnlockItem
from cairn.analytics import storage as rollups
from cairn.analytics.rollup import Rollup
from cairn.analytics.storage import RollupItem
from cairn.analytics.work import recompute
from cairn.imports.run import patience
from cairn.leaderboards.board import XP_ALL_TIME
from cairn.leaderboards.follow import Follower
from cairn.leaderboards.rank import rank_of
from cairn.leaderboards.top import top
from cairn.platform import keys
from cairn.platform.instants import from_ms, to_ms
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import DynamoDb, Table, connect
from cairn.players import storage as players
from cairn.players.player import Player
from cairn.players.storage import PlayerItem
from cairn.players.streak import streak_of
from cairn.progress.storage import EventItem
from cairn.streaks.model import StreakRules
from cairn.xp.storage import LedgerItem
from cairn_cli.app import app
from local.cloud import Cloud
from tests.support import model
from tests.support.catalog import define_all
from tests.support.history import DAYS, EXPERIENCES, FIRST_DAY, Happened, generate, rows_of, write_ndjson
from tests.support.model import Model
from tests.support.tables import create_table

pytestmark = pytest.mark.slow

PLAYERS, EVENTS = 500, 50_000
TENANT = "acme"


@dataclass(frozen=True)
class Year:
    """The imported year: what the run said, every item, and what there should be."""

    table: Table
    summary: dict[str, Any]
    file: Path
    items: dict[Key, Raw]
    expected: Model
    history: list[Happened]
    as_of: datetime

    def players(self) -> dict[str, Player]:
        found = [players.from_item(PlayerItem.parse(raw)) for raw in self.items.values() if kind(raw) == "player"]
        return {each.id: each for each in found}


def kind(raw: Raw) -> str:
    return str(raw["kind"]["S"])


def is_level_up(raw: Raw) -> bool:
    return kind(raw) == "event" and raw["type"]["S"] == "level_up"


def player_of(raw: Raw) -> str:
    return str(raw["PK"]["S"]).rpartition("#U#")[2]


def everything(table: Table, history: list[Happened]) -> dict[Key, Raw]:
    """Every item of the players, the facts of every day, and the roll-ups."""
    days = [FIRST_DAY + timedelta(days=number) for number in range(-2, DAYS + 2)]
    partitions = [keys.player_partition(TENANT, player) for player in sorted({each.player for each in history})]
    partitions += [keys.fact_partition(TENANT, day, 0) for day in days]
    partitions += [
        keys.rollup_partition(TENANT, scope) for scope in ("tenant", *(f"experience#{e}" for e in EXPERIENCES))
    ]
    found = [raw for partition in partitions for raw in table.query_all(partition, consistent=True)]
    return {Key(raw["PK"]["S"], raw["SK"]["S"]): raw for raw in found}


def run_import(cloud: Cloud, table: Table, file: Path) -> tuple[int, dict[str, Any]]:
    """`cairn import`, as from a terminal."""
    named = ["--tenant", TENANT, "--table", table.name, "--endpoint-url", cloud.endpoint_url, "--json"]
    result = CliRunner().invoke(app, ["import", str(file), *named])
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture(scope="module")
def year(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "test")
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        client: DynamoDb = connect(cloud.endpoint_url)
        table = Table(client, f"cairn-{uuid4().hex[:8]}", patience=patience)
        create_table(client, table.name)
        define_all(table, TENANT, EXPERIENCES)
        history = generate(PLAYERS, EVENTS)
        file = write_ndjson(rows_of(history), tmp_path_factory.mktemp("year") / "year.ndjson")
        code, summary = run_import(cloud, table, file)
        assert code == 0, summary
        as_of = history[-1].at + timedelta(hours=1)
        expected = model.calculate(history, EXPERIENCES, as_of)
        yield Year(table, summary, file, everything(table, history), expected, history, as_of)


def test_every_row_is_loaded(year: Year) -> None:
    assert year.summary["loaded"] == EVENTS
    assert year.summary["players"] == PLAYERS
    assert sum(kind(raw) == "event" and not is_level_up(raw) for raw in year.items.values()) == EVENTS


def test_total_xp_is_the_ledgers_sum_and_what_arithmetic_says(year: Year) -> None:
    ledger: dict[str, int] = defaultdict(int)
    for raw in year.items.values():
        if kind(raw) == "ledger":
            ledger[player_of(raw)] += int(LedgerItem.parse(raw).amount)
    total = {each.id: each.xp for each in year.players().values()}
    assert total == dict(ledger)
    assert total == {player: each.xp for player, each in year.expected.players.items()}


def test_levels_are_those_of_the_totals(year: Year) -> None:
    expected = {player: model.level(each.xp) for player, each in year.expected.players.items()}
    assert {each.id: each.level for each in year.players().values()} == expected
    assert {each.id: each.level_announced for each in year.players().values()} == expected
    assert max(expected.values()) > 15


def test_each_level_is_an_event_of_when_it_was_reached(year: Year) -> None:
    found: dict[str, dict[int, datetime]] = {player: {} for player in year.expected.players}
    for raw in filter(is_level_up, year.items.values()):
        item = EventItem.parse(raw)
        assert item.data["level"] not in found[player_of(raw)]
        found[player_of(raw)][item.data["level"]] = from_ms(item.at)
    assert found == {player: each.levels for player, each in year.expected.players.items()}


def test_streaks_are_those_that_were_lived(year: Year) -> None:
    found = {}
    for each in year.players().values():
        streak = streak_of(each, StreakRules(), "UTC", year.as_of)
        found[each.id] = (streak.current, each.longest_streak, each.active_days)
    expected = {
        player: (each.streak.current, each.longest, each.streak.active)
        for player, each in year.expected.players.items()
    }
    assert found == expected
    assert max(longest for _, longest, _ in found.values()) >= 100


def test_unlocks_are_dated_when_they_were_earned(year: Year) -> None:
    found: dict[str, dict[str, datetime]] = {player: {} for player in year.expected.players}
    for raw in year.items.values():
        if kind(raw) == "unlock":
            item = UnlockItem.parse(raw)
            found[player_of(raw)][item.achievement] = from_ms(int(item.at))
    assert found == {player: each.unlocks for player, each in year.expected.players.items()}
    assert len({achievement for each in found.values() for achievement in each}) >= 18


def test_the_board_is_the_order_that_arithmetic_says(year: Year) -> None:
    """By XP, and of the same XP whoever reached it first; ranks are 1, 2, 2, 4."""
    images = [raw for raw in year.items.values() if kind(raw) == "player"]
    records = [
        {"eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": str(number)}}
        for number, image in enumerate(images)
    ]
    assert Follower(year.table).follow(records, year.as_of).failed == {}
    standing = sorted(
        (-each.xp, each.reached or year.as_of, player) for player, each in year.expected.players.items() if each.xp
    )
    best = top(year.table, TENANT, XP_ALL_TIME, 100)
    assert [(each.place.player, each.place.score) for each in best.rows] == [
        (player, -below) for below, _, player in standing[:100]
    ]
    totals = [-below for below, _, _ in standing]
    for number in range(0, len(standing), 17):
        below, reached, player = standing[number]
        ranked = rank_of(year.table, TENANT, XP_ALL_TIME, player)
        assert ranked.row.rank == 1 + sum(total > -below for total in totals)
        assert ranked.row.place.reached_at == to_ms(reached)
    assert best.total_players == len(standing)


def test_roll_ups_of_every_day_are_what_arithmetic_says(year: Year) -> None:
    days = [FIRST_DAY + timedelta(days=number) for number in range(-2, DAYS + 2)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda day: recompute(year.table, TENANT, day, 0, year.as_of), days))
    found = {
        (day_of(key), scope_of(key)): plain(rollups.from_item(RollupItem.parse(raw)))
        for key, raw in everything(year.table, year.history).items()
        if kind(raw) == "rollup"
    }
    expected = {
        at: {
            "players": len(total.players),
            "numbers": {name: number for name, number in total.numbers.items() if number},
            "contents": {
                content: (use.visits, use.seconds, len(use.players)) for content, use in total.contents.items()
            },
            "first": to_ms(total.first) if total.first else None,
            "last": to_ms(total.last) if total.last else None,
        }
        for at, total in year.expected.rollups.items()
        if any(total.numbers.values())
    }
    assert found.keys() == expected.keys()
    different = {at: (found[at], expected[at]) for at in found if found[at] != expected[at]}
    assert different == {}


def day_of(key: Key) -> date:
    return date.fromisoformat(key.sk.split("#")[1])


def scope_of(key: Key) -> str:
    scope = key.pk.rpartition("#R#")[2]
    return scope.removeprefix("experience#")


def plain(rollup: Rollup) -> dict[str, Any]:
    return {
        "players": rollup.players,
        "numbers": {name: number for name, number in rollup.numbers.items() if number},
        "contents": {content: (use.visits, use.seconds, use.players) for content, use in rollup.contents.items()},
        "first": rollup.first,
        "last": rollup.last,
    }


def test_loading_the_file_again_changes_nothing(year: Year, cloud: Cloud) -> None:
    def kept(items: dict[Key, Raw]) -> dict[Key, Raw]:
        return {key: raw for key, raw in items.items() if kind(raw) not in ("rollup", "position")}

    before = kept(everything(year.table, year.history))
    code, summary = run_import(cloud, year.table, year.file)
    assert code == 0
    assert (summary["loaded"], summary["already_loaded"]) == (0, EVENTS)
    assert kept(everything(year.table, year.history)) == before


def test_the_year_is_as_mixed_as_it_is_meant_to_be(year: Year) -> None:
    zones = {each.zone for each in year.history}
    assert {"Pacific/Kiritimati", "Asia/Kathmandu", "America/New_York", "+05:45"} <= zones
    assert year.history[-1].at - year.history[0].at > timedelta(days=300)
    assert datetime(2025, 10, 1, tzinfo=UTC) < year.history[0].at
