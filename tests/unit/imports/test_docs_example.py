"""The worked example of docs/import.md, loaded by the command itself; and what the command says of other files."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cairn.imports.files import by_player, fingerprint, survey
from cairn.imports.rows import Row
from cairn.platform.clock import utc_now
from cairn.platform.table import Table
from cairn.players.profile import get
from cairn_cli.app import app
from tests.support.catalog import define_all
from tests.support.world import all_items

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = next(iter(re.findall(r"```json\n(.*?)```", (ROOT / "docs/import.md").read_text(), re.DOTALL)))


@pytest.fixture
def catalog(table: Table) -> Table:
    kinds = {"cafe-lisboa": "scenario", "harbour-walk": "wod"}
    define_all(table, "acme", {identifier: {"name": identifier, "kind": kind} for identifier, kind in kinds.items()})
    return table


def run(table: Table, file: Path, *options: str) -> tuple[int, dict[str, Any], str]:
    # One thread: the engine of the unit tests bears no more.
    named = ["--tenant", "acme", "--table", table.name, "--concurrency", "1", "--json", *options]
    result = CliRunner().invoke(app, ["import", str(file), *named])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, json.loads(result.stdout) if result.stdout else {}, result.stderr


def rows_in(file: Path, aside: Path) -> list[Row]:
    aside.mkdir()
    assert survey(file, aside, utc_now()).bad == []
    return [row._replace(line=0) for _, rows in by_player(aside) for row in rows]


@pytest.fixture
def example(tmp_path: Path) -> Path:
    file = tmp_path / "log.ndjson"
    file.write_text(EXAMPLE)
    return file


def test_the_example_is_loaded_and_pays_what_it_earned(catalog: Table, example: Path) -> None:
    code, summary, _ = run(catalog, example)
    assert code == 0
    assert (summary["loaded"], summary["players"]) == (6, 2)
    ada = get(catalog, "acme", "ada")
    # The scenario 60, two first unlocks 50 each, the day's bonus 5.
    assert ada.xp == 60 + 2 * 50 + 5
    assert ada.zone == "Europe/Lisbon"
    assert ada.metrics["words_learned"] == 1
    bea = get(catalog, "acme", "bea")
    assert bea.zone == "+05:45"
    assert [day.isoformat() for day in bea.days] == ["2026-03-02"]
    assert not example.with_name("log.ndjson.cairn-import.jsonl").exists()


def test_the_example_says_the_same_as_csv(example: Path, tmp_path: Path) -> None:
    csv = rows_in(ROOT / "events/import/example.csv", tmp_path / "csv")
    assert csv == rows_in(example, tmp_path / "ndjson")


def test_a_dry_run_reports_everything_and_writes_nothing(catalog: Table, example: Path) -> None:
    with example.open("a") as file:
        file.write('{"player": "ada", "experience": "atlantis", "type": "dived", "at": "2026-03-03T08:00:00Z"}\n')
        file.write('{"player": "ada", "experience": "cafe-lisboa", "type": "dived", "at": "noon"}\n')
        file.write(EXAMPLE.splitlines()[0].replace("18:02:11", "18:30:00").replace("a-1", "a-7") + "\n")
        file.write(EXAMPLE.splitlines()[1] + "\n")
    before = all_items(catalog)
    code, summary, _ = run(catalog, example, "--dry-run")
    assert code == 1
    assert all_items(catalog) == before
    assert [(row["line"], row["kind"]) for row in summary["not_loaded"]] == [
        (7, "unknown_experience"),
        (8, "bad"),
        (9, "refused"),
        (10, "duplicate"),
    ]
    assert summary["loaded"] == 6
    assert summary["unknown_experiences"] == ["atlantis"]
    assert summary["last_at"] == "2026-03-03T08:00:00.000Z"
    code, real, _ = run(catalog, example)
    assert {**real, "dry_run": True} == summary
    code, again, _ = run(catalog, example)
    assert (again["loaded"], again["already_loaded"], again["refused"]) == (0, 6, 1)


def test_an_interrupted_run_passes_over_players_that_are_done(catalog: Table, example: Path) -> None:
    client: Any = catalog.client
    described = client.describe_table(TableName=catalog.name)["Table"]
    journal = example.with_name("log.ndjson.cairn-import.jsonl")
    run_line = {
        "file": fingerprint(example),
        "tenant": "acme",
        "table": catalog.name,
        "table_id": str(described.get("TableId") or described.get("CreationDateTime")),
    }
    done = {"player": "bea", "loaded": 1, "already": 0, "standing": 0, "duplicates": [], "refused": []}
    journal.write_text(json.dumps(run_line) + "\n" + json.dumps(done) + "\n")
    code, summary, _ = run(catalog, example)
    assert code == 0
    assert (summary["loaded"], summary["finished_by_an_earlier_run"]) == (5, 1)
    assert not journal.exists()


def test_a_journal_of_another_file_is_not_believed(catalog: Table, example: Path) -> None:
    journal = example.with_name("log.ndjson.cairn-import.jsonl")
    journal.write_text('{"file": "another"}\n{"player": "bea", "loaded": 1, "already": 0}\n')
    assert run(catalog, example)[1]["loaded"] == 6


def test_what_stops_a_run_says_the_way_out(catalog: Table, tmp_path: Path, example: Path) -> None:
    missing = run(catalog, tmp_path / "nowhere.csv")
    assert missing[0] == 2
    assert "There is no file" in missing[2]
    table = CliRunner().invoke(app, ["import", str(example), "--tenant", "acme", "--table", "other"])
    assert table.exit_code == 2
    assert "--table" in table.stderr
    headless = tmp_path / "headless.csv"
    headless.write_text("ada,woods\n")
    assert run(catalog, headless)[0] == 2
