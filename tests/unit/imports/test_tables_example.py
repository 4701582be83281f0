"""The worked example of the older systems' tables in docs/import.md, by its own commands; and what folders are told."""

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cairn.imports.run import load_file
from cairn.platform import keys
from cairn.platform.table import Table
from cairn.players import profile
from cairn.progress import storage
from cairn.progress.progress import State
from cairn.progress.storage import ContentsItem, ProgressItem
from cairn_cli.app import app
from tests.support.catalog import define_all
from tests.support.world import all_items

ROOT = Path(__file__).resolve().parents[3]
COMMANDS = re.findall(r"^\./cairn (import-tables .*)$", (ROOT / "docs/import.md").read_text(), re.MULTILINE)
FOLDER = "events/import/tables"


@pytest.fixture
def catalog(table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Table:
    """The tenant that the example is loaded into; its folder is a copy, as a run keeps its journal there."""
    shutil.copytree(ROOT / FOLDER, tmp_path / FOLDER)
    monkeypatch.chdir(tmp_path)
    blocks = [{"id": "watch", "type": "video"}, {"id": "quiz", "type": "quiz", "passing_score": 0.6}]
    bodies: dict[str, dict[str, Any]] = {
        "harbour-trail": {"name": "Harbour trail"},
        "prompt-basics": {"name": "Prompts", "kind": "wod", "pages": [{"id": "intro", "blocks": blocks}]},
    }
    define_all(table, "acme", bodies)
    return table


def run(table: Table, *words: str) -> tuple[int, dict[str, Any], str]:
    # One thread: the engine of the unit tests bears no more.
    result = CliRunner().invoke(app, [*words, "--table", table.name, "--concurrency", "1", "--json"])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, json.loads(result.stdout) if result.stdout else {}, result.stderr


def documented(number: int, tmp_path: Path) -> list[str]:
    """The words of one of the page's commands; its report goes to the test's folder."""
    words = shlex.split(COMMANDS[number])
    return [str(tmp_path / each) if each.endswith(".ndjson") else each for each in words]


def heads(table: Table, player: str) -> dict[str, Any]:
    found = all_items(table)
    mine = [raw for key, raw in found.items() if key.pk == keys.player_partition("acme", player)]
    return {
        head.experience: head
        for head in (storage.from_item(ProgressItem.parse(raw)) for raw in mine if raw["kind"]["S"] == "progress")
    }


def contents(table: Table, player: str) -> dict[str, Any]:
    found = all_items(table)
    mine = [raw for key, raw in found.items() if key.pk == keys.player_partition("acme", player)]
    buckets = [storage.bucket_of(ContentsItem.parse(raw)) for raw in mine if raw["kind"]["S"] == "contents"]
    return {name: content for bucket in buckets for name, content in bucket.contents.items()}


def test_the_documented_commands_do_what_the_page_says(catalog: Table, tmp_path: Path) -> None:
    before = all_items(catalog)
    code, tried, _ = run(catalog, *documented(0, tmp_path))
    assert (code, tried["dry_run"]) == (1, True)
    assert all_items(catalog) == before
    code, summary, said = run(catalog, *documented(1, tmp_path))
    assert code == 1
    assert sum(summary["tables"].values()) == 16
    assert (summary["rows"], summary["loaded"], summary["standing"], summary["bad"]) == (33, 25, 7, 1)
    assert "user_progress.csv line 6: it has neither wod_id nor mission_id" in said
    assert {name: summary[name] for name in ("rows", "loaded", "standing")} == {
        name: tried[name] for name in ("rows", "loaded", "standing")
    }
    told = [json.loads(line) for line in (tmp_path / "notes.ndjson").read_text().splitlines()]
    assert [(row["table"], row["line"], row["kind"]) for row in told] == [
        ("player_profiles", 2, "claimed"),
        ("player_profiles", 2, "claimed"),
        ("player_profiles", 2, "difference"),
        ("player_profiles", 2, "difference"),
        ("player_progress_events", 5, "claimed"),
        ("user_progress", 6, "bad"),
    ]


def test_the_example_comes_out_in_cairn(catalog: Table, tmp_path: Path) -> None:
    run(catalog, *documented(1, tmp_path))
    trail = heads(catalog, "ada")["harbour-trail"]
    assert (trail.state, trail.seconds, trail.location, trail.reported) == (State.IN_PROGRESS, 3600, "library", 45)
    assert trail.meters == 20.5
    ada = contents(catalog, "ada")
    assert (ada["compass"].items, ada["map"].items, ada["shells"].collectibles) == (1, 2, 5)
    assert (ada["lamp_lit"].flag, ada["door_open"].flag, ada["path"].choice) == (True, False, "left")
    assert (ada["find-the-pier"].quest, ada["meet-the-keeper"].quest) == ("completed", "active")
    stored = profile.load(catalog, "acme", "ada")
    assert stored.belongings.inventory == {"golden_compass": 1, "master_key": 1}
    bea = contents(catalog, "bea")
    quiz = bea["quiz"]
    assert quiz.block and (quiz.block.score, quiz.block.attempts, quiz.block.passed) == (0.8, 2, True)
    assert (quiz.seconds, quiz.interactions) == (240, 6)
    assert heads(catalog, "bea")["prompt-basics"].seconds == 400


def test_the_example_loaded_again_changes_nothing(catalog: Table, tmp_path: Path) -> None:
    run(catalog, *documented(1, tmp_path))
    before = all_items(catalog)
    _, summary, _ = run(catalog, *documented(1, tmp_path))
    assert all_items(catalog) == before
    assert (summary["loaded"], summary["already_loaded"]) == (0, 25)


def test_what_stops_a_run_says_the_way_out(catalog: Table, tmp_path: Path) -> None:
    named = ("--tenant", "acme")
    code, _, said = run(catalog, "import-tables", str(tmp_path / "nowhere"), *named)
    assert (code, "There is no folder" in said) == (2, True)
    code, _, said = run(catalog, "import-tables", str(tmp_path), *named)
    assert (code, "player_profiles.csv" in said) == (2, True)
    code, _, said = run(catalog, "import-tables", FOLDER, *named, "--zone", "Mars/Olympus")
    assert (code, "IANA name" in said) == (2, True)
    code, _, said = run(catalog, "import-tables", FOLDER, *named, "--community", "south")
    assert (code, "There are: north" in said) == (2, True)
    assert not list(Path(FOLDER).glob("*.jsonl"))


def test_rows_count_on_the_days_of_the_tenants_calendar_or_of_the_one_given(catalog: Table, tmp_path: Path) -> None:
    run(catalog, *documented(1, tmp_path), "--calendar", "Pacific/Auckland")
    stored = profile.load(catalog, "acme", "bea")
    assert stored.player and stored.player.zone == "Pacific/Auckland"


def test_a_table_that_is_missed_is_told(catalog: Table, tmp_path: Path) -> None:
    for name in ("player_profiles", "experience_progress"):
        (tmp_path / f"{name}.csv").write_text((ROOT / FOLDER / f"{name}.csv").read_text())
    code, summary, said = run(catalog, "import-tables", str(tmp_path), "--tenant", "acme")
    assert code == 0
    assert "There is no player_progress_events.csv" in said
    assert summary["loaded"] > 10


def test_an_interrupted_run_goes_on_behind_the_players_that_are_done(
    catalog: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(ROOT / FOLDER, tmp_path / "tables")
    words = ("import-tables", str(folder), "--tenant", "acme")
    whole: Any = load_file

    def interrupted(*given: Any) -> Any:
        *others, stop, progress = given

        def told(rows: int) -> None:
            progress(rows)
            if rows:
                stop.set()

        return whole(*others, stop, told)

    with monkeypatch.context() as patched:
        patched.setattr("cairn_cli.loading.load_file", interrupted)
        code, summary, said = run(catalog, *words)
    assert (code, "Interrupted. What was loaded is kept" in said) == (130, True)
    assert 0 < summary["loaded"] < 25
    assert (folder / "tables.cairn-import.jsonl").exists()
    assert not profile.load(catalog, "acme", "ada").belongings.preferences
    code, again, _ = run(catalog, *words)
    assert code == 1
    assert again["finished_by_an_earlier_run"] >= summary["loaded"]
    assert again["loaded"] == 25 - summary["loaded"]
    assert profile.load(catalog, "acme", "ada").belongings.preferences
    assert not (folder / "tables.cairn-import.jsonl").exists()
