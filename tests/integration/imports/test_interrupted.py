"""Whatever interrupts an import, running it again ends where an undisturbed run ends. Loading twice changes nothing."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cairn.imports.files import survey
from cairn.imports.rows import Row, parse
from cairn.imports.run import Journal, Totals, ground_for, load_file
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Patience, Table
from cairn.players.profile import get
from cairn.players.streak import streak_of
from cairn.streaks.model import StreakRules
from tests.support import model
from tests.support.catalog import define_all
from tests.support.history import EXPERIENCES, Happened, generate, rows_of
from tests.support.http import Reply
from tests.support.troubled import Killed, Troubled, clear, ends_alike_wherever_it_is_killed
from tests.support.world import World, all_items

TENANT = "acme"
NOW = datetime(2027, 1, 1, tzinfo=UTC)
LONG = [each for each in generate(20, 1500) if each.player == "player-0000"][:160]
SECOND = [each for each in generate(20, 1500) if each.player == "player-0010"]
HISTORY = [*LONG[:45], *SECOND[:45]]


def log() -> list[dict[str, Any]]:
    """Players' rows, with some that the rules refuse: quadrants out of order, an item used before it is found."""
    first = HISTORY[0].at - timedelta(days=3)

    def row(minutes: int, kind: str, **more: Any) -> dict[str, Any]:
        at = (first + timedelta(minutes=minutes)).isoformat()
        return {"player": "odd-one", "experience": "walk-9", "type": kind, "at": at, **more}

    strange = [
        row(0, "item_used", content="lamp"),
        row(1, "item_collected", content="lamp"),
        row(2, "experience_started"),
        row(3, "quadrant_advanced", content="BO"),
        row(4, "quadrant_advanced", content="SO"),
        row(4, "quadrant_advanced", content="SO"),
    ]
    return strange + rows_of(HISTORY)


def load(
    client: Any,
    table: str,
    rows: list[dict[str, Any]],
    folder: Path,
    threads: int = 1,
    journal: Journal | None = None,
) -> Totals:
    """One run of the import."""
    folder.mkdir()
    path = folder / "log.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    aside = folder / "aside"
    aside.mkdir()
    found = survey(path, aside, NOW)
    assert found.bad == []
    calm = Table(client, table, patience=lambda: Patience(attempts=1000, deadline=60, sleep=lambda _: None))
    ground = ground_for(calm, TENANT, found.experiences, NOW, dry=False)
    return load_file(ground, aside, journal, threads, Event())


@pytest.fixture
def defined(table: Table) -> Table:
    define_all(table, TENANT, EXPERIENCES)
    return table


@pytest.fixture
def undisturbed(defined: Table, tmp_path: Path) -> Iterator[dict[Key, Raw]]:
    """What a run that nothing interrupts leaves; the table is as before afterwards."""
    empty = all_items(defined)
    totals = load(defined.client, defined.name, log(), tmp_path / "undisturbed")
    assert [each.reason.split()[0] for each in totals.refused] == ["'lamp'", "The", "Quadrants"]
    assert len(totals.duplicates) == 1
    yield all_items(defined)
    clear(defined, empty)


def test_loading_twice_changes_nothing(defined: Table, undisturbed: dict[Key, Raw], tmp_path: Path) -> None:
    again = load(defined.client, defined.name, log(), tmp_path / "again")
    assert all_items(defined) == undisturbed
    assert again.loaded == 0
    assert again.already + len(again.refused) + len(again.duplicates) == len(log())
    assert len(again.refused) == 3


@pytest.mark.slow
@pytest.mark.parametrize("committed", [False, True], ids=["before it is sent", "once it is written"])
def test_killed_at_any_call_and_run_again_it_ends_where_an_undisturbed_run_ends(
    defined: Table, tmp_path: Path, committed: bool
) -> None:
    ends_alike_wherever_it_is_killed(
        defined, lambda client, name: load(client, defined.name, log(), tmp_path / name), committed=committed
    )


def test_a_throttled_table_is_waited_for_and_nothing_is_lost(
    defined: Table, undisturbed: dict[Key, Raw], tmp_path: Path
) -> None:
    empty = {key: raw for key, raw in undisturbed.items() if "#C#" in key.pk}
    clear(defined, empty)
    draw = random.Random(3)

    def throttle(number: int, operation: str) -> None:
        if draw.random() < 0.5:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, operation)

    load(Troubled(defined.client, before=throttle), defined.name, log(), tmp_path / "throttled", threads=3)
    assert all_items(defined) == undisturbed


def test_a_first_import_reads_each_player_once_and_no_transaction_is_refused(defined: Table, tmp_path: Path) -> None:
    whole = Troubled(defined.client)
    load(whole, defined.name, log(), tmp_path / "whole")
    settings_and_catalogue, definitions, players, groups = 2, 1, 3, 2 + 2 + 1
    assert whole.calls.count("batch_get_item") == settings_and_catalogue + players
    assert len(whole.calls) == settings_and_catalogue + definitions + players + groups


def test_rows_that_another_import_loads_meanwhile_are_left_out_and_the_others_loaded(
    defined: Table, undisturbed: dict[Key, Raw], tmp_path: Path
) -> None:
    clear(defined, {key: raw for key, raw in undisturbed.items() if "#C#" in key.pk})
    rows = [row for row in log() if row["player"] == LONG[0].player]
    other = sorted(rows, key=instant)[:17]
    meanwhile: list[Totals] = []

    def interfere(number: int, operation: str) -> None:
        if operation == "transact_write_items" and not meanwhile:
            meanwhile.append(load(defined.client, defined.name, other, tmp_path / "meanwhile"))

    totals = load(Troubled(defined.client, before=interfere), defined.name, rows, tmp_path / "both")
    assert (meanwhile[0].loaded, totals.already) == (17, 17)
    assert totals.loaded == len(rows) - 17
    found = but_for_versions(all_items(defined))
    expected = but_for_versions(undisturbed)
    mine = {key for key in expected if LONG[0].player in key.pk + key.sk}
    assert {key: found.get(key) for key in mine} == {key: expected[key] for key in mine}


def instant(row: dict[str, Any]) -> int:
    parsed = parse(row, 1, NOW)
    assert isinstance(parsed, Row)
    return parsed.at


def but_for_versions(items: dict[Key, Raw]) -> dict[Key, Raw]:
    """Items without what tells how many transactions wrote them."""
    technical = {"ver", "touched", "streak"}
    kept = {key: raw for key, raw in items.items() if not key.sk.startswith("CAL#")}
    return {key: {name: value for name, value in raw.items() if name not in technical} for key, raw in kept.items()}


def test_a_killed_run_leaves_a_journal_by_which_finished_players_are_passed_over(
    defined: Table, undisturbed: dict[Key, Raw], tmp_path: Path
) -> None:
    clear(defined, {key: raw for key, raw in undisturbed.items() if "#C#" in key.pk})
    this_run = {"file": "f", "table": defined.name}

    def die(number: int, operation: str) -> None:
        if number == 10:
            raise Killed

    with Journal(tmp_path / "journal", this_run) as journal, pytest.raises(Killed):
        load(Troubled(defined.client, before=die), defined.name, log(), tmp_path / "killed", journal=journal)
    with Journal(tmp_path / "journal", this_run) as journal:
        assert journal.done.keys() == {"odd-one", "player-0000"}
        again = Troubled(defined.client)
        totals = load(again, defined.name, log(), tmp_path / "again", journal=journal)
    assert totals.resumed + totals.loaded + totals.already + 3 + 1 == len(log())
    assert len(totals.refused) == 3
    assert len(again.calls) == 2 + 1 + 1 + 2
    assert all_items(defined) == undisturbed


def test_a_player_who_plays_on_during_the_import_is_read_again(defined: Table, tmp_path: Path) -> None:
    player = HISTORY[0].player
    world = World(defined, tenant=TENANT)
    world.clock.at = NOW
    played: list[Reply] = []

    def interfere(number: int, operation: str) -> None:
        if operation == "transact_write_items" and len(played) < 2:
            played.append(world.play("events", {"type": "check_in"}, player=player, experience="walk-9"))

    load(Troubled(defined.client, before=interfere), defined.name, log(), tmp_path / "busy")
    assert [each.status for each in played] == [200, 200]
    items = all_items(defined)
    mine = [raw for key, raw in items.items() if key.pk.endswith(f"#U#{player}")]
    rows = [row for row in log() if row["player"] == player]
    events = [raw for raw in mine if raw["kind"]["S"] == "event" and raw["type"]["S"] != "level_up"]
    assert len(events) == len(rows) + 2
    ledger = sum(int(raw["amount"]["N"]) for raw in mine if raw["kind"]["S"] == "ledger")
    assert get(defined, TENANT, player).xp == ledger


def test_files_in_any_order_give_the_streak_and_the_days_of_the_whole(defined: Table, tmp_path: Path) -> None:
    """The older half of a year comes after the newer: late days are woven in, and bonuses adjusted."""
    player = "player-0000"
    mine = LONG
    half = len(mine) // 2
    load(defined.client, defined.name, rows_of(mine[half:]), tmp_path / "newer")
    load(defined.client, defined.name, rows_of(mine[:half]), tmp_path / "older")
    as_of = mine[-1].at
    expected = streak_expected(mine, as_of)
    found = get(defined, TENANT, player)
    streak = streak_of(found, StreakRules(), "UTC", as_of)
    assert (streak.current, found.longest_streak, found.active_days) == expected
    assert found.longest_streak > 20
    items = [raw for key, raw in all_items(defined).items() if key.pk.endswith(f"#U#{player}")]
    assert found.xp == sum(int(raw["amount"]["N"]) for raw in items if raw["kind"]["S"] == "ledger")
    bonus = sum(
        int(raw["amount"]["N"]) for raw in items if raw["kind"]["S"] == "ledger" and "streak" in raw["source"]["S"]
    )
    total = model.calculate(mine, EXPERIENCES, as_of).players[player]
    assert bonus == sum(total.streak.bonus.values())


def streak_expected(history: list[Happened], as_of: datetime) -> tuple[int, int, int]:
    total = model.calculate(history, EXPERIENCES, as_of).players[history[0].player]
    return total.streak.current, total.longest, total.streak.active
