"""XP from an operator: for a reason, counted now, once for each Idempotency-Key, and all of it in one write."""

from datetime import timedelta
from typing import Any

import pytest

import functions.achievements_reactor.handler as module
from cairn.achievements.definitions import Achievement
from cairn.platform.keys import Key
from cairn.platform.table import Table
from tests.support.ledger import assert_adds_up, award, history
from tests.support.world import World, all_items, react, stream_records


@pytest.fixture
def world(world: World) -> World:
    """Ada has checked in once: 5 XP."""
    world.play("events", {"type": "check_in"})
    return world


def xp(world: World) -> Any:
    return world.call("xp").send("GET", "/players/me/xp").body


def test_an_award_says_what_it_did(world: World) -> None:
    reply = award(world, 250, reason="Found a bug.", reference="T-17")
    assert reply.status == 200
    event = reply.body["event_id"]
    assert reply.body == {
        "player_id": "ada",
        "event_id": event,
        "entry": {
            "entry_id": f"{event}.operator_award",
            "event_id": event,
            "source": "operator_award",
            "amount": 250,
            "reason": "Found a bug.",
            "at": "2026-11-20T12:00:00.000Z",
            "reversed": False,
            "reference": "T-17",
        },
        "xp": {
            "gained": 250,
            "by_source": {"operator_award": 250},
            "total": 255,
            "level": 3,
            "title": "Novice",
            "levels_reached": [2, 3],
        },
    }
    assert reply.body["entry"] in history(world)["entries"]
    assert (xp(world)["total_xp"], xp(world)["level"]) == (255, 3)


def test_it_is_one_transaction_with_its_event_its_fact_and_its_levels(world: World, table: Table) -> None:
    award(world, 1)
    before = all_items(table)
    assert table.meter is not None
    table.meter.calls.clear()
    body = award(world, 250, reference="T-17").body
    assert table.meter.calls == ["batch_get_item", "transact_write_items"]
    after = all_items(table)
    changed = {key.sk.partition("#")[0] for key, item in after.items() if before.get(key) != item}
    assert changed == {"I", "E", "L", "PLAYER", "ada"}
    event = after[Key("T#acme#U#ada", f"E#{body['event_id']}")]
    assert (event["type"], event["experience"]) == ({"S": "xp_awarded"}, {"S": ""})
    fact = after[Key("T#acme#F#2026-11-20#0", "ada##0")]
    assert fact["xp_operator_award"] == {"N": "251"}
    assert_adds_up(table)


def test_the_event_names_the_operator_the_reason_and_the_reference(world: World) -> None:
    client = world.call("xp", "operator")
    client.claims = {**(client.claims or {}), "sub": "operator-7"}
    client.send("POST", "/players/ada/xp/awards", {"amount": 5, "reason": "Why not.", "reference": "T-1"})
    (event,) = world.call("progress").send("GET", "/players/me/events", type="xp_awarded").body["events"]
    assert event["data"] == {"amount": 5, "reason": "Why not.", "reference": "T-1", "by": "operator-7"}


def test_the_same_key_awards_once_however_late(world: World) -> None:
    first = award(world, key="once")
    world.clock.at += timedelta(days=30)
    again = award(world, key="once")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")
    assert xp(world)["total_xp"] == 205
    other = award(world, 300, key="once")
    assert other.body["type"] == "urn:cairn:problem:idempotency-key-reused"
    assert award(world, key="twice").body["xp"]["total"] == 405
    assert_adds_up(world.table)


def test_an_award_is_no_activity_of_the_player(world: World) -> None:
    world.clock.at += timedelta(days=1)
    award(world)
    streak = world.call("streaks").send("GET", "/players/me/streak").body
    assert (streak["current"], streak["last_active"]) == (1, "2026-11-20")
    assert world.call("players").send("GET", "/players/me/session").body["active"] is False


def test_what_it_unlocks_is_unlocked_and_traced_to_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rich = Achievement("rich", "test", "Rich", "500 XP", "star", "total_xp", 500, "rare", 100)
    monkeypatch.setattr(module, "ACHIEVEMENTS", (rich,))
    before = all_items(world.table)
    event = award(world, 600).body["event_id"]
    records = [each for each in stream_records(before, all_items(world.table)) if "PLAYER" in str(each)]
    react(world.table, world.clock, records)
    unlocked = all_items(world.table)[Key("T#acme#U#ada", "A#rich")]
    assert event in unlocked["evidence"]["S"]
    assert_adds_up(world.table)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": 100_001}, "amount"),
        ({"amount": 2.5}, "amount"),
        ({"reason": ""}, "reason"),
        ({"reason": "   "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reference": "x" * 201}, "reference"),
        ({"source": "completion"}, "source"),
    ],
)
def test_what_cannot_be_awarded_is_refused_by_field(world: World, wrong: dict[str, Any], field: str) -> None:
    before = all_items(world.table)
    body = {"amount": 5, "reason": "Why.", **wrong}
    reply = world.call("xp", "operator").send("POST", "/players/ada/xp/awards", body)
    assert (reply.status, [each["field"] for each in reply.body["errors"]]) == (422, [field])
    assert all_items(world.table) == before


def test_the_largest_award_is_taken(world: World) -> None:
    reply = award(world, 100_000)
    assert (reply.status, reply.body["xp"]["levels_reached"][-1]) == (200, 36)
    assert_adds_up(world.table)


def test_nobody_appears_by_being_awarded(world: World) -> None:
    before = all_items(world.table)
    reply = award(world, player="nobody")
    assert (reply.status, reply.body["type"]) == (404, "urn:cairn:problem:unknown-player")
    assert all_items(world.table) == before


@pytest.mark.parametrize("role", ["player", "service", "admin"])
def test_only_an_operator_awards(world: World, role: str) -> None:
    reply = world.call("xp", role).send("POST", "/players/ada/xp/awards", {"amount": 5, "reason": "Why."})
    assert (reply.status, reply.body["type"]) == (403, "urn:cairn:problem:role-not-allowed")
