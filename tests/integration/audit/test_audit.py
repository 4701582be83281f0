"""The operators' audit, on some hundred players of whom some were done wrong."""

import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import cairn_cli.audit
from cairn.platform import keys
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Table
from cairn.progress import audit
from cairn.progress.audit import START, Audit, Leg, Place, read_cursor, write_cursor
from cairn_cli.app import app
from local.cloud import Cloud
from tests.support.audited import TENANT, change, crowd, delete, delete_experience, heads
from tests.support.world import World, all_items

COPIES = 80
FEW = 16

type Row = tuple[str, str, str | None]


@pytest.fixture
def world(table: Table) -> World:
    """243 players."""
    return crowd(table, COPIES)


@pytest.fixture
def few(table: Table, monkeypatch: pytest.MonkeyPatch) -> World:
    """51 players, over several pages."""
    for name, size in (("PLAYERS_AT_ONCE", 5), ("ENTRIES_AT_ONCE", 9)):
        monkeypatch.setattr(audit, name, size)
    return crowd(table, FEW)


def head(player: str, experience: str) -> Key:
    return keys.progress(TENANT, player, experience)


def player(name: str) -> Key:
    return keys.player(TENANT, name)


def contradict(table: Table, copies: int = COPIES) -> set[Row]:
    """Heads as no command leaves them, each against another rule."""
    half, last = f"{copies // 2:03d}", f"{copies - 1:03d}"
    troubles: list[tuple[str, str, dict[str, Any]]] = [
        ("bea-003", "woods", {"mastery": {"N": "7"}}),
        ("bea-004", "woods", {"quadrants": {"L": [{"S": "BO"}, {"S": "SO"}]}}),
        ("bea-004", "cafe", {"blocks": {"L": [{"N": "9"}, {"N": "9"}, {"N": "9"}]}}),
        ("bea-005", "cafe", {"percent": {"N": "250"}, "seconds": {"N": "-5"}}),
        ("bea-006", "fen", {"started_at": None, "last_progress_at": None, "discovered_at": None}),
        ("ada-001", "woods", {"completed_at": None, "quadrants": None}),
        (f"ada-{half}", "woods", {"day_first": None}),
        (f"ada-{last}", "woods", {"state": {"S": "IN_PROGRESS"}}),
        (f"cleo-{half}", "cafe", {"blocks": {"L": [{"N": "2"}, {"N": "0"}, {"N": "0"}]}}),
    ]
    for name, experience, attributes in troubles:
        change(table, head(name, experience), **attributes)
    return {("contradiction", name, experience) for name, experience, _ in troubles}


def orphan(table: Table) -> set[Row]:
    """Orphans of each kind. bea-007 has lost their player and the experience too."""
    delete_experience(table, "fen")
    delete(table, player("bea-007"), player("ada-007"), player("cleo-007"))
    delete(table, head("bea-008", "cafe"), head("bea-009", "woods"))
    change(table, head("bea-010", "cafe"), version={"N": "99"})
    gone = {("experience_gone", key, "fen") for key in with_head(table, "fen")}
    return {
        *(row for row in gone if row[1] not in ("bea-007", "ada-007")),
        *(("player_gone", "bea-007", each) for each in ("woods", "cafe", "fen")),
        *(("player_gone", "ada-007", each) for each in ("woods", "fen")),
        ("player_gone", "cleo-007", "cafe"),
        ("head_gone", "bea-008", "cafe"),
        ("head_gone", "bea-009", "woods"),
        ("version_gone", "bea-010", "cafe"),
    }


def miscount(table: Table) -> set[Row]:
    """Totals that are not the sum of the ledger; and two items that nobody wrote as they stand."""
    change(table, player("ada-011"), xp={"N": "1000000"})
    entries = [key for key in all_items(table) if key.pk == player("ada-012").pk and key.sk.startswith("L#")]
    delete(table, entries[0])
    change(table, head("ada-013", "woods"), state={"S": "LOST"})
    change(table, player("bea-013"), xp={"S": "much"})
    return {("xp", "ada-011", None), ("xp", "ada-012", None)} | {
        ("unreadable", "ada-013", "woods"),
        ("unreadable", "bea-013", None),
    }


def with_head(table: Table, experience: str) -> list[str]:
    return [
        keys.decode(key.pk.rpartition("#")[2])
        for key in all_items(table)
        if key.sk == f"{keys.PROGRESS_PREFIX}{experience}"
    ]


def run(cloud: Cloud, table: Table, *options: str) -> Result:
    named = ["--tenant", TENANT, "--table", table.name, "--endpoint-url", cloud.endpoint_url, "--json"]
    return CliRunner().invoke(app, ["audit", "progress", *named, *options])


def rows(result: Result) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert "summary" in lines[-1], result.output
    return lines[:-1]


def summary(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])["summary"]
    return found


def told(found: list[dict[str, Any]]) -> list[Row]:
    return [(each["finding"], each["player_id"], each["experience_id"]) for each in found]


def test_a_tenant_without_trouble_has_none(cloud: Cloud, table: Table, world: World) -> None:
    before = all_items(table)
    result = run(cloud, table)
    assert result.exit_code == 0, result.output
    assert rows(result) == []
    everybody, everything = 3 * (COPIES + 1), sum(heads(COPIES).values())
    assert summary(result) == {
        "tenant": TENANT,
        "complete": True,
        "players": everybody,
        "heads": everything,
        "experiences": 3,
        "entries": everything,
        "findings": {},
    }
    assert all_items(table) == before


@pytest.mark.slow
def test_everything_wrong_is_found_and_only_contradictions_are_repaired(
    cloud: Cloud, table: Table, world: World
) -> None:
    contradictions = contradict(table)
    rest = miscount(table) | orphan(table)
    contradictions -= {("contradiction", "bea-006", "fen")}  # its experience is gone by now
    broken = all_items(table)

    first = run(cloud, table)
    assert first.exit_code == 1
    assert len(told(rows(first))) == len(set(told(rows(first))))
    assert set(told(rows(first))) == contradictions | rest
    assert run(cloud, table).stdout == first.stdout, "a second run says the same"
    assert all_items(table) == broken, "looking changes nothing"

    repaired = run(cloud, table, "--repair", "--yes")
    assert repaired.exit_code == 1, "what is not repaired is still wrong"
    assert summary(repaired)["repairs"] == {"repaired": len(contradictions)}
    assert rows(repaired) == rows(first)
    mended = all_items(table)
    assert touched(broken, mended) == {(name, experience) for _, name, experience in contradictions}

    second = run(cloud, table, "--repair", "--yes")
    assert set(told(rows(second))) == rest
    assert "repairs" not in summary(second)
    assert all_items(table) == mended


def touched(before: dict[Key, Raw], after: dict[Key, Raw]) -> set[tuple[str, str]]:
    """Whose heads of what were written. With them go the player, an event and the request's key, and nothing else."""
    assert before.keys() <= after.keys()
    changed = {key for key, raw in after.items() if before.get(key) != raw}
    heads = {key for key in changed if key.sk.startswith(keys.PROGRESS_PREFIX)}
    players = {key.pk for key in heads}
    others = changed - heads
    assert {key.pk for key in others} == players
    new = [key for key in others if key not in before]
    assert sum(after[key]["kind"]["S"] == "event" for key in new) == len(heads)
    assert sum(after[key]["kind"]["S"] == "idempotency" for key in new) == len(heads)
    assert {after[key]["type"]["S"] for key in new if "type" in after[key]} == {"progress_repaired"}
    assert {key for key in others if key in before} == {Key(pk, "PLAYER") for pk in players}
    assert len(new) == 2 * len(heads)
    decoded = ((keys.decode(key.pk.rpartition("#")[2]), key.sk.removeprefix(keys.PROGRESS_PREFIX)) for key in heads)
    return set(decoded)


def test_a_walk_that_is_interrupted_at_any_place_goes_on_as_if_it_had_not_been(table: Table, few: World) -> None:
    contradict(table, FEW)
    miscount(table)
    orphan(table)
    whole = list(Audit(few.parts, TENANT).walk())
    assert len(whole) > 3 * FEW // 5 + sum(heads(FEW).values()) // 9
    places = [START, *(leg.place for leg in whole)]
    for number, place in enumerate(places):
        resumed = list(Audit(few.parts, TENANT).walk(read_cursor(TENANT, write_cursor(TENANT, place))))
        assert resumed == whole[number:]
    assert places[-1].done


def test_ctrl_c_ends_the_command_with_a_cursor_and_the_two_reports_are_the_whole(
    cloud: Cloud, table: Table, few: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    contradict(table, FEW)
    orphan(table)
    whole = run(cloud, table)

    class Interrupted(Audit):
        def walk(self, place: Place = START) -> Iterator[Leg]:
            for number, leg in enumerate(super().walk(place)):
                if number == 6:
                    os.kill(os.getpid(), signal.SIGINT)
                yield leg

    before = all_items(table)
    with monkeypatch.context() as patch:
        patch.setattr(cairn_cli.audit, "Audit", Interrupted)
        first = run(cloud, table, "--repair", "--yes")
    assert first.exit_code == 130
    assert all_items(table) == before, "an audit that is not complete repairs nothing"
    cursor = first.stderr.split("--resume-from ")[1].strip()
    assert summary(first)["next"] == cursor
    assert not summary(first)["complete"]

    second = run(cloud, table, "--resume-from", cursor)
    assert rows(first) and rows(second)
    assert rows(first) + rows(second) == rows(whole)
    assert summary(second) == summary(whole)


def test_a_repair_that_is_interrupted_goes_on_where_it_was(cloud: Cloud, table: Table, few: World) -> None:
    contradictions = contradict(table, FEW)
    order = told(rows(run(cloud, table)))
    answers = [0]
    real = audit.mend

    def mend(*asked: Any) -> bool:
        answers[0] += 1
        if answers[0] == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return real(*asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cairn_cli.audit, "mend", mend)
        first = run(cloud, table, "--repair", "--yes")
    assert first.exit_code == 130
    assert summary(first)["repairs"] == {"repaired": 3}
    second = run(cloud, table, "--repair", "--yes")
    assert told(rows(second)) == order[3:]
    assert summary(second)["repairs"] == {"repaired": len(contradictions) - 3}
    assert second.exit_code == 0
    assert run(cloud, table).exit_code == 0


def test_the_question_says_how_many_and_no_answer_repairs_nothing(cloud: Cloud, table: Table, few: World) -> None:
    contradictions = contradict(table, FEW)
    before = all_items(table)
    named = ["--tenant", TENANT, "--table", table.name, "--endpoint-url", cloud.endpoint_url, "--repair"]
    for said in ("n\n", ""):
        result = CliRunner().invoke(app, ["audit", "progress", *named], input=said)
        assert f"Repair {len(contradictions)} heads of the tenant 'acme'?" in result.stderr
        assert "Nothing was repaired" in result.stderr
        assert result.exit_code == 1
    assert all_items(table) == before
    result = CliRunner().invoke(app, ["audit", "progress", *named], input="y\n")
    assert result.exit_code == 0
    assert f"repaired {len(contradictions)}" in result.stdout
    assert "contradiction: bea-003 in woods: mastery 7 > 0\n" in result.stdout
