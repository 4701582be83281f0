"""What the audit says of a head and of a total; which version a head is mended on; and how the command refuses."""

from typing import Any

import pytest
from typer.testing import CliRunner

from cairn.catalog.experience import Experience
from cairn.platform import keys
from cairn.platform.errors import Busy
from cairn.platform.instants import iso
from cairn.platform.items import Raw
from cairn.platform.table import Table
from cairn.progress.audit import (
    AT_REPAIR,
    START,
    THEN,
    Audit,
    Finding,
    Kind,
    contradictions,
    differing_xp,
    finding,
    write_cursor,
)
from cairn.progress.progress import Progress, State
from cairn_cli.app import app
from tests.support.audited import change
from tests.support.definitions import CAFE
from tests.support.world import World, all_items

HEAD = keys.progress("acme", "ada", "cafe")


def audit(table: Table, *options: str, tenant: str = "acme") -> tuple[int, str, str]:
    # One thread: the engine of the unit tests bears no more.
    named = ["--tenant", tenant, "--table", table.name, "--concurrency", "1"]
    result = CliRunner().invoke(app, ["audit", "progress", *named, *options])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    "found",
    [
        Finding(Kind.XP, "ada", None, {"total_xp": 7, "ledger_sum": 5, "difference": 2}),
        Finding(Kind.CONTRADICTION, "ådå", "woods", {"ver": 3, "changes": [{"field": "mastery"}]}),
    ],
)
def test_a_finding_reads_back_as_it_was_shown(found: Finding) -> None:
    assert finding(found.show()) == found


def test_an_instant_that_only_the_repair_will_know_is_called_that() -> None:
    """Else two runs over the same would not say the same."""
    head = Progress("woods", 1, state=State.IN_PROGRESS, starts=1)
    changes = contradictions(Experience("woods", 1, "The Woods"), head, {})
    assert {each["field"]: each["becomes"] for each in changes} == {"last_progress_at": THEN, "started_at": THEN}
    assert iso(AT_REPAIR) not in str(changes)


@pytest.fixture
def ledger(world: World) -> tuple[Raw, list[Raw]]:
    """A player's item and the entries of their ledger."""
    world.journey()
    items = all_items(world.table)
    partition, key = keys.player("acme", "ada")
    return items[keys.player("acme", "ada")], [
        raw for at, raw in items.items() if at.pk == partition and at.sk != key and at.sk.startswith("L#")
    ]


def test_a_total_that_is_the_sum_of_its_ledger_is_no_finding(ledger: tuple[Raw, list[Raw]]) -> None:
    player, entries = ledger
    assert len(entries) > 1
    assert differing_xp("ada", player, entries) == []


def test_a_total_that_is_not_says_by_how_much(ledger: tuple[Raw, list[Raw]]) -> None:
    player, entries = ledger
    (found,) = differing_xp("ada", player, entries[1:])
    missing = int(entries[0]["amount"]["N"])
    total = int(player["xp"]["N"])
    assert found.kind is Kind.XP
    assert found.told == {"total_xp": total, "ledger_sum": total - missing, "difference": missing}


def test_what_cannot_be_read_is_named_with_the_reason(ledger: tuple[Raw, list[Raw]]) -> None:
    player, entries = ledger
    broken: Raw = {**entries[-1], "amount": {"N": "many"}}
    (found,) = differing_xp("ada", player, [*entries[:-1], broken])
    assert (found.kind, found.told["item"]) == (Kind.UNREADABLE, broken["SK"]["S"])
    assert "many" in found.told["reason"]
    (found,) = differing_xp("ada", {name: value for name, value in player.items() if name != "xp"}, entries)
    assert (found.kind, found.told["item"]) == (Kind.UNREADABLE, "PLAYER")


@pytest.mark.parametrize("migrates", [False, True])
def test_a_head_is_judged_and_mended_on_the_version_that_it_is_on(world: World, migrates: bool) -> None:
    """Though the player would go on with the latest: on that nothing is wrong, so that it would stay as it is."""
    world.define("cafe", **CAFE)
    assert world.play("discover", experience="cafe").status == 200
    if migrates:
        assert world.play("start", experience="cafe").status == 200
    world.define("cafe", **CAFE, migrates=migrates, description="As it is now.")
    assert audit(world.table)[0] == 0
    change(world.table, HEAD, blocks={"L": [{"N": "2"}, {"N": "0"}, {"N": "0"}]})
    code, told, _ = audit(world.table, "--repair", "--yes")
    assert (code, told.splitlines()[0]) == (0, "contradiction: ada in cafe: blocks_done 2 > 0")
    assert all_items(world.table)[HEAD]["version"] == {"N": "1"}
    assert audit(world.table)[0] == 0


def test_a_head_that_is_legal_on_its_version_is_no_finding_though_it_would_change_on_the_latest(world: World) -> None:
    world.define("cafe", **CAFE)
    assert world.play("blocks/film", {"completed": True}, experience="cafe").status == 200
    world.define("cafe", name="A café", migrates=True, pages=[])
    assert audit(world.table)[0] == 0


def test_a_run_that_cannot_be_says_what_to_do(world: World) -> None:
    for options, code, told in (
        (("--yes",), 2, "--yes answers what --repair asks"),
        (("--resume-from", "abc"), 2, "That is no cursor that an audit printed, or not all of it. Without it"),
        (("--resume-from", write_cursor("acme", START)[:-4]), 2, "or not all of it"),
        (("--resume-from", write_cursor("globex", START)), 2, "The cursor is of the tenant 'globex'"),
        (("--table", "nowhere"), 2, "There is no table 'nowhere' in this account and region. Name it with --table"),
    ):
        found, _, trouble = audit(world.table, *options)
        assert (found, told in trouble) == (code, True), trouble
    code, _, trouble = audit(world.table, tenant="nobody")
    assert (code, trouble.strip()) == (0, "There are no players and no experiences in 'nobody': check --tenant.")


def test_a_tenants_audit_sees_nothing_of_another(world: World) -> None:
    world.journey(upto=2)
    other = World(world.table, world.clock, tenant="acme2")
    other.define()
    other.journey(upto=2)
    change(world.table, keys.progress("acme2", "ada", "woods"), mastery={"N": "3"})
    assert audit(world.table)[0] == 0
    assert audit(world.table, tenant="acme2")[0] == 1


def test_a_table_that_stops_answering_leaves_what_was_found_and_a_cursor(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.journey(upto=2)
    change(world.table, keys.progress("acme", "ada", "woods"), mastery={"N": "3"})

    def busy(*_: Any) -> Any:
        raise Busy

    with monkeypatch.context() as patch:
        patch.setattr(Audit, "_without_player", busy)
        code, told, trouble = audit(world.table)
    assert code == 2
    assert told.startswith("contradiction: ada in woods: mastery 3 > 0\n")
    assert trouble.startswith("The table was busy for ten minutes. To go on:\n--resume-from ")
    code, told, trouble = audit(world.table, "--resume-from", trouble.split()[-1])
    assert (code, trouble) == (1, "")
    assert "contradiction: " not in told and "contradiction 1" in told
