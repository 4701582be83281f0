"""The older systems' tables of 200 players, loaded by the command's own code, and compared with what they hold."""

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from cairn.imports.folder import ROWS, profiles_in, survey_folder
from cairn.imports.history import Reading
from cairn.imports.profiles import load_profiles
from cairn.imports.run import Totals, ground_for, load_file, patience
from cairn.platform import keys
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Patience, Table, connect
from cairn.players import profile
from cairn.progress import storage
from cairn.progress.progress import Content, Progress
from cairn.progress.storage import ContentsItem, ProgressItem
from cairn_cli.app import app
from local.cloud import Cloud
from tests.support.catalog import define_all
from tests.support.dumps import EXPERIENCES, OldSystem, Person, check
from tests.support.tables import create_table
from tests.support.troubled import ends_alike_wherever_it_is_killed
from tests.support.world import all_items

TENANT = "acme"
PLAYERS, STEPS = 200, 25
NOW = datetime(2027, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Moved:
    """A system that was dumped and loaded: what the command said, and what stands."""

    table: Table
    system: OldSystem
    dump: Path
    code: int
    summary: dict[str, Any]
    items: dict[Key, Raw]


def run_import(cloud: Cloud, table: Table, folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """`cairn import-tables`, as from a terminal."""
    named = ["--tenant", TENANT, "--table", table.name, "--endpoint-url", cloud.endpoint_url, "--json", *options]
    result = CliRunner().invoke(app, ["import-tables", str(folder), *named])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture(scope="module")
def moved(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moved]:
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "test")
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        client = connect(cloud.endpoint_url)
        table = Table(client, f"cairn-{uuid4().hex[:8]}", patience=patience)
        create_table(client, table.name)
        define_all(table, TENANT, EXPERIENCES)
        system = OldSystem(random.Random(5), PLAYERS)
        system.play(STEPS)
        dump = system.dump(tmp_path_factory.mktemp("dump"))
        code, summary = run_import(cloud, table, dump)
        yield Moved(table, system, dump, code, summary, all_items(table))


def kind(raw: Raw) -> str:
    return str(raw["kind"]["S"])


def stored(items: Mapping[Key, Raw], person: Person) -> tuple[dict[str, Progress], dict[str, dict[str, Content]]]:
    """What stands of a player: heads by experience, and contents by experience and id."""
    partition = keys.player_partition(TENANT, person.id)
    heads: dict[str, Progress] = {}
    contents: dict[str, dict[str, Content]] = defaultdict(dict)
    for key, raw in items.items():
        if key.pk != partition:
            continue
        if kind(raw) == "progress":
            head = storage.from_item(ProgressItem.parse(raw))
            heads[head.experience] = head
        elif kind(raw) == "contents":
            experience = keys.decode(key.sk.split("#")[1])
            contents[experience] |= storage.bucket_of(ContentsItem.parse(raw)).contents
    return heads, contents


def check_all(system: OldSystem, items: Mapping[Key, Raw]) -> None:
    by_player: dict[str, dict[Key, Raw]] = defaultdict(dict)
    for key, raw in items.items():
        by_player[key.pk][key] = raw
    for person in system.people:
        heads, contents = stored(by_player[keys.player_partition(TENANT, person.id)], person)
        check(person, heads, contents.__getitem__)


def test_every_row_is_accounted_for(moved: Moved) -> None:
    told = moved.summary
    assert (told["bad"], told["unknown_experience"], told["duplicates"]) == (0, 0, 0)
    assert told["rows"] == told["loaded"] + told["standing"] + told["refused"]
    events = [raw for raw in moved.items.values() if kind(raw) == "event" and raw["type"]["S"] != "level_up"]
    assert len(events) == told["loaded"] + told["refused"]
    tables = moved.system.tables()
    assert told["tables"] == {f"{name}.csv": len(rows) for name, rows in tables.items()}
    # The log lost how an item was found that it says was used.
    assert moved.code == (1 if told["refused"] else 0)
    assert all("is held" in row["reason"] or "holds" in row["reason"] for row in told["not_loaded"])


def test_the_state_of_every_player_is_the_dumps(moved: Moved) -> None:
    check_all(moved.system, moved.items)


def test_xp_is_the_ledgers_sum(moved: Moved) -> None:
    ledger: dict[str, int] = defaultdict(int)
    total: dict[str, int] = {}
    for key, raw in moved.items.items():
        if kind(raw) == "ledger":
            ledger[key.pk] += int(raw["amount"]["N"])
        elif kind(raw) == "player":
            total[key.pk] = int(raw["xp"]["N"])
    assert total == {player: ledger[player] for player in total}
    assert len(total) == PLAYERS


def test_profiles_come_along_and_levels_are_compared(moved: Moved) -> None:
    different = 0
    for person in moved.system.people:
        found = profile.load(moved.table, TENANT, person.id)
        assert found.player
        assert found.belongings.preferences == {"difficulty": "normal", "ar_hints_enabled": True}
        assert found.belongings.custom_stats == {"total_quests_completed": 15}
        assert found.belongings.inventory == {"golden_compass": 1, "master_key": 2}
        different += found.player.level != 1
    told = [note["reason"] for note in moved.summary["notes"] if note["kind"] == "difference"]
    assert len([each for each in told if each.startswith("account_level is 1;")]) == different > 0
    # All that the made-up system sums up is in its rows.
    assert len(told) == different


def test_a_second_run_changes_nothing(moved: Moved, cloud: Cloud) -> None:
    code, summary = run_import(cloud, moved.table, moved.dump)
    assert code == moved.code
    assert summary["loaded"] == 0
    assert summary["already_loaded"] == moved.summary["loaded"]
    assert summary["refused"] == moved.summary["refused"]
    assert all_items(moved.table) == moved.items


@pytest.fixture
def small(table: Table, tmp_path: Path) -> tuple[Table, OldSystem]:
    define_all(table, TENANT, EXPERIENCES)
    system = OldSystem(random.Random(3), 3)
    system.play(20)
    system.dump(tmp_path / "dump")
    return table, system


def load(client: Any, table: str, dump: Path, work: Path) -> Totals:
    """One run of the import, on one thread."""
    work.mkdir()
    found = survey_folder(dump, work, Reading(NOW))
    calm = Table(client, table, patience=lambda: Patience(attempts=1000, deadline=60, sleep=lambda _: None))
    ground = ground_for(calm, TENANT, found.experiences, NOW, dry=False)
    totals = load_file(ground, work / ROWS, None, 1, Event())
    assert load_profiles(ground, profiles_in(work), 1, Event())[0] == []
    return totals


@pytest.mark.slow
@pytest.mark.parametrize("committed", [False, True], ids=["before it is sent", "once it is written"])
def test_killed_at_any_call_and_run_again_it_ends_where_an_undisturbed_run_ends(
    small: tuple[Table, OldSystem], tmp_path: Path, committed: bool
) -> None:
    table, system = small
    ends_alike_wherever_it_is_killed(
        table, lambda client, name: load(client, table.name, tmp_path / "dump", tmp_path / name), committed=committed
    )
    check_all(system, all_items(table))


def test_a_later_dump_adds_what_happened_since(small: tuple[Table, OldSystem], tmp_path: Path) -> None:
    table, system = small
    load(table.client, table.name, tmp_path / "dump", tmp_path / "first")
    check_all(system, all_items(table))
    system.play(20)
    totals = load(table.client, table.name, system.dump(tmp_path / "later"), tmp_path / "second")
    check_all(system, all_items(table))
    assert totals.already > 20


def test_an_experience_that_is_defined_later_is_loaded_by_the_same_command(
    table: Table, cloud: Cloud, tmp_path: Path
) -> None:
    system = OldSystem(random.Random(4), 3)
    system.play(20)
    dump = system.dump(tmp_path / "dump")
    missing = "wylding-woods"
    define_all(table, TENANT, {name: body for name, body in EXPERIENCES.items() if name != missing})
    code, summary = run_import(cloud, table, dump)
    assert (code, summary["unknown_experiences"]) == (1, [missing])
    assert all(
        f"PUT /api/v1/experiences/{missing}" in row["reason"]
        for row in summary["not_loaded"]
        if row["kind"] == "unknown_experience"
    )
    assert summary["unknown_experience"] > 5
    define_all(table, TENANT, {missing: EXPERIENCES[missing]})
    _, summary = run_import(cloud, table, dump)
    assert summary["unknown_experience"] == 0
    check_all(system, all_items(table))
