"""Repair over HTTP: a dry run that shows what applying changes, one event, nothing paid, and nothing left to mend."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cairn.platform import keys
from cairn.platform.transact import transact
from cairn.progress import storage
from cairn.progress.progress import Progress, State
from cairn.progress.storage import ProgressItem
from cairn.tenants.settings import TenantSettings
from tests.support.http import Reply
from tests.support.published import LESSON, publish
from tests.support.world import World, all_items

IN_LESSON = "/players/ada/experiences/lesson"


@pytest.fixture
def world(world: World) -> World:
    publish(world.table, "acme", LESSON)
    world.play("blocks/film", {"completed": True}, experience="lesson")
    return world


def head(world: World) -> Progress:
    key = keys.progress("acme", "ada", "lesson")
    item = world.table.get_many([key]).get(ProgressItem, key)
    assert item is not None
    return storage.from_item(item)


def corrupt(world: World, **wrong: Any) -> None:
    transact(world.table, [storage.write_progress("acme", "ada", replace(head(world), **wrong), TenantSettings())])


def examine(world: World) -> list[dict[str, Any]]:
    reply = world.call("repair", "operator").send("GET", f"{IN_LESSON}/repair")
    assert reply.status == 200, reply.body
    changes: list[dict[str, Any]] = reply.body["changes"]
    return changes


def mend(world: World, key: str | None = None) -> Reply:
    return world.call("repair", "operator").send("POST", f"{IN_LESSON}/repair", {}, key=key)


def log(world: World) -> list[Any]:
    found: list[Any] = world.call("progress").send("GET", "/players/me/events").body["events"]
    return found


def test_what_does_not_contradict_itself_is_left_alone(world: World) -> None:
    assert examine(world) == []
    before = all_items(world.table)
    reply = mend(world)
    assert (reply.status, reply.body["changes"], reply.body["state"]) == (200, [], "IN_PROGRESS")
    changed = {key.sk[:2] for key, item in all_items(world.table).items() if before.get(key) != item}
    assert changed == {"I#"}, "the answer is kept, and nothing else is written"


def test_the_dry_run_shows_exactly_what_applying_changes(world: World) -> None:
    began = head(world).started_at
    corrupt(world, state=State.MASTERED, mastery=1, completed_at=None, blocks_done=3, percent=12.5, seconds=-5)
    before = all_items(world.table)
    wanted = examine(world)
    assert all_items(world.table) == before, "a dry run writes nothing"
    assert {(each["field"], each["was"], each["becomes"]) for each in wanted} == {
        ("completed_at", None, "2026-11-20T12:00:00.000Z"),
        ("mastery", 1, 3),
        ("seconds", -5, 0),
        ("blocks_done", 3, 1),
        ("percent", 12.5, 100.0),
    }
    assert all(each["rule"] for each in wanted)
    was = head(world)
    world.clock.at += timedelta(hours=1)
    reply = mend(world)
    assert (reply.body["changes"], reply.body["event_type"]) == (wanted, "progress_repaired")
    stands = head(world)
    changed = {name for name in Progress.__slots__ if getattr(was, name) != getattr(stands, name)}
    assert changed - {"ver"} == {each["field"] for each in wanted}
    assert (stands.started_at, stands.completed_at) == (began, began)
    assert examine(world) == []


def test_applying_writes_one_event_pays_nothing_and_counts_for_no_streak(world: World) -> None:
    corrupt(world, state=State.COMPLETED)
    before, player = all_items(world.table), world.call("players").send("GET", "/players/me").body
    world.clock.at += timedelta(days=1)
    reply = mend(world)
    assert (reply.body["xp"]["gained"], reply.body["virtues"], reply.body["streak"]["current"]) == (0, {}, 1)
    written = {key.sk.split("#")[0] for key, item in all_items(world.table).items() if before.get(key) != item}
    assert written == {"I", "E", "PRG", "PLAYER"}, "no ledger entry and no fact"
    assert [each["type"] for each in log(world)] == ["progress_repaired", "block_completed"]
    assert log(world)[0]["data"]["changes"] == reply.body["changes"]
    after = world.call("players").send("GET", "/players/me").body
    for kept in ("metrics", "virtues", "xp"):
        assert after.get(kept) == player.get(kept)
    world.clock.at += timedelta(days=1)
    assert world.call("streaks").send("GET", "/players/me/streak").body["current"] == 1, "that day was no active one"


def test_applying_again_changes_nothing_and_a_retry_answers_as_before(world: World) -> None:
    corrupt(world, mastery=4)
    first = mend(world, "once")
    before = all_items(world.table)
    again = mend(world, "once")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")
    assert all_items(world.table) == before
    assert mend(world).body["changes"] == []
    assert len(log(world)) == 2


def test_a_later_version_does_not_get_into_a_repair(world: World) -> None:
    publish(world.table, "acme", replace(LESSON, migrates=True, pages=LESSON.pages[:1]))
    world = World(world.table, world.clock)
    corrupt(world, mastery=4)
    wanted = examine(world)
    assert [each["field"] for each in wanted] == ["mastery"]
    assert mend(world).body["changes"] == wanted
    assert head(world).version == 1


def test_what_a_player_has_not_begun_cannot_be_repaired(world: World) -> None:
    client = world.call("repair", "operator")
    path = "/players/bob/experiences/lesson/repair"
    assert client.send("GET", path).status == 404
    refused = client.send("POST", path, {})
    assert (refused.status, refused.body["state"]) == (409, "NOT_STARTED")


@pytest.mark.parametrize("role", ["player", "service"])
def test_repair_is_an_operators(world: World, role: str) -> None:
    client = world.call("repair", role)
    assert client.send("GET", f"{IN_LESSON}/repair").status == client.send("POST", f"{IN_LESSON}/repair").status == 403
