"""What an operator grants and revokes: the unlock, its XP, the level, the fact, the event; each once."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from cairn.achievements.definitions import Every, Repeat
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Table
from functions.unlocks.handler import routes
from tests.support.achievements import achievement, define
from tests.support.http import CONFIG, Client, Reply, claims
from tests.support.troubled import interrupted
from tests.support.weather import Killed, Mortal
from tests.support.world import World, all_items, react, stream_records

WHY = {"reason": "Played by somebody else."}


def operate(world: World, what: str, name: str, player: str = "ada", body: Any = None, **more: Any) -> Reply:
    operator = Client(world.call("unlocks", "operator").http, claims("operator", sub="operator-1"))
    return operator.send("POST", f"/players/{player}/achievements/{name}/{what}", body or WHY, **more)


def item(world: World, sort_key: str) -> Raw:
    return all_items(world.table)[Key("T#acme#U#ada", sort_key)]


def entries(world: World, source: str) -> list[int]:
    items = sorted((key.sk, raw) for key, raw in all_items(world.table).items() if key.sk.startswith("L#"))
    return [int(raw["amount"]["N"]) for _, raw in items if raw["source"]["S"].removesuffix(".reversal") == source]


def total(world: World) -> int:
    paid = sum(int(raw["amount"]["N"]) for key, raw in all_items(world.table).items() if key.sk.startswith("L#"))
    stands = int(item(world, "PLAYER")["xp"]["N"])
    assert stands == paid, "the total is the ledger's sum"
    return stands


def counted(world: World) -> int:
    return int(world.call("players").send("GET", "/players/me").body["achievements_unlocked"])


def fact_xp(world: World) -> dict[str, int]:
    """XP from achievements by day and experience."""
    return {
        f"{key.pk.split('#')[3]} {key.sk}": int(raw["xp_achievement"]["N"])
        for key, raw in all_items(world.table).items()
        if key.pk.startswith("T#acme#F#") and "xp_achievement" in raw
    }


def react_to_all(world: World) -> None:
    records = stream_records({}, all_items(world.table))
    react(world.table, world.clock, [each for each in records if each["dynamodb"]["Keys"]["SK"]["S"] == "PLAYER"])


@pytest.fixture
def unlocked(world: World) -> World:
    """A player who completed a scenario and holds two achievements for it, the next day."""
    world.journey()
    react_to_all(world)
    world.clock.at += timedelta(days=1)
    return world


def test_a_revocation_takes_back_what_the_unlock_paid_and_tells_why_and_by_whom(unlocked: World) -> None:
    world, before = unlocked, total(unlocked)
    assert (before, counted(world)) == (215, 2)
    body = operate(world, "revoke", "first_steps").body
    assert {name: body[name] for name in ("player_id", "achievement_id", "occasion", "held", "reason", "unlocked")} == {
        "player_id": "ada",
        "achievement_id": "first_steps",
        "occasion": None,
        "held": False,
        "reason": "Played by somebody else.",
        "unlocked": [],
    }
    assert body["xp"] == {
        "gained": -50,
        "by_source": {"achievement.first_steps.reversal": -50},
        "total": 165,
        "level": 2,
        "title": "Novice",
        "levels_reached": [],
    }
    assert (total(world), counted(world)) == (165, 1)
    assert entries(world, "achievement.first_steps") == [50, -50]
    assert fact_xp(world) == {"2026-11-20 ada#woods#0": 100, "2026-11-21 ada##0": -50}
    stands = item(world, "A#first_steps")
    assert stands["xp"] == {"N": "50"}
    assert all(word in stands["revoked"]["S"] for word in ("operator-1", "Played by somebody else."))
    (event,) = world.call("progress").send("GET", "/players/me/events", type="achievement_revoked").body["events"]
    assert event["event_id"] == body["event_id"]
    assert event["data"] == {
        "achievement_id": "first_steps",
        "reason": "Played by somebody else.",
        "by": "operator-1",
        "xp": -50,
    }
    shown = world.call("achievements").send("GET", "/players/me/achievements").body
    first = next(each for each in shown["achievements"] if each["achievement_id"] == "first_steps")
    assert (shown["unlocked_count"], first["unlocked"], first["revoked_at"]) == (1, False, body["at"])


def test_a_level_falls_with_the_xp_and_is_not_announced_again(world: World) -> None:
    define(world.table, [achievement("rich", "experiences_started", 1, xp=1000)])
    world.play("start")
    assert world.call("unlocks").send("POST", "/players/me/achievements/check").body["xp"]["level"] == 7
    assert operate(world, "revoke", "rich").body["xp"]["level"] == 1
    again = operate(world, "grant", "rich").body["xp"]
    assert (again["level"], again["levels_reached"]) == (7, [])


def test_what_is_revoked_stays_so_until_it_is_granted_again_and_then_it_is_paid_once(unlocked: World) -> None:
    world = unlocked
    operate(world, "revoke", "first_steps")
    react_to_all(world)
    assert world.call("unlocks").send("POST", "/players/me/achievements/check").body["unlocked"] == []
    world.define("hill", quadrants={}, completion_criteria={})
    world.play("start", experience="hill")
    assert world.play("complete", experience="hill").status == 200
    react_to_all(world)
    assert "revoked" in item(world, "A#first_steps")
    before = total(world)
    body = operate(world, "grant", "first_steps").body
    assert (body["held"], body["xp"]["gained"], body["unlocked"]) == (True, 50, [])
    assert total(world) == before + 50
    assert sorted(entries(world, "achievement.first_steps")) == [-50, 50, 50]
    assert "revoked" not in item(world, "A#first_steps")
    assert operate(world, "revoke", "first_steps").body["xp"]["gained"] == -50
    assert total(world) == before


@pytest.mark.parametrize(("what", "told"), [("revoke", "already_revoked"), ("grant", "already_held")])
def test_what_is_so_already_is_not_done_again(unlocked: World, what: str, told: str) -> None:
    operate(unlocked, what, "first_steps")
    before = total(unlocked)
    answer = operate(unlocked, what, "first_steps").body
    assert answer[told] is True
    assert total(unlocked) == before


def test_the_same_request_sent_again_answers_the_same_and_changes_nothing(unlocked: World) -> None:
    first = operate(unlocked, "revoke", "first_steps", key="once")
    before = all_items(unlocked.table)
    again = operate(unlocked, "revoke", "first_steps", key="once")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")
    assert all_items(unlocked.table) == before
    reused = operate(unlocked, "revoke", "first_steps", body={"reason": "Another."}, key="once")
    assert reused.body["type"] == "urn:cairn:problem:idempotency-key-reused"


def test_of_two_revocations_at_the_same_moment_one_takes_back(unlocked: World) -> None:
    world = unlocked
    first = lambda: operate(world, "revoke", "first_steps")  # noqa: E731
    table = Table(interrupted(world.table.client, first), world.table.name, patience=world.table.patience)
    slower = Client(routes(CONFIG, table, world.clock), claims("operator"))
    assert slower.send("POST", "/players/ada/achievements/first_steps/revoke", WHY).body["already_revoked"] is True
    assert total(world) == 165
    assert entries(world, "achievement.first_steps") == [50, -50]


def test_a_grant_needs_no_criteria_and_what_follows_from_it_is_unlocked_with_it(world: World) -> None:
    define(
        world.table,
        [
            achievement("far", "words_learned", 1_000_000, xp=120, prerequisites=("farther",), is_active=False),
            achievement("farther", "words_learned", 2_000_000),
            achievement("hundred", "total_xp", 100, xp=30),
            achievement("after_far", "experiences_started", 1, xp=7, prerequisites=("far",)),
        ],
    )
    world.play("start")
    body = operate(world, "grant", "far").body
    assert [each["achievement_id"] for each in body["unlocked"]] == ["far", "hundred", "after_far"]
    assert body["xp"]["gained"] == 157
    assert total(world) == 5 + 157
    assert item(world, "A#far")["evidence"]["S"].count(body["event_id"]) == 1
    (event,) = world.call("progress").send("GET", "/players/me/events", type="achievement_granted").body["events"]
    assert (event["data"]["achievement_id"], event["data"]["xp"]) == ("far", 120)


def test_what_waited_for_one_that_is_granted_again_is_unlocked(world: World) -> None:
    define(
        world.table,
        [
            achievement("begun", "experiences_started", 1),
            achievement("late", "words_learned", 1, prerequisites=("begun",)),
        ],
    )
    world.play("start")
    react_to_all(world)
    operate(world, "revoke", "begun")
    world.play("events", {"type": "word_learned"})
    react_to_all(world)
    assert Key("T#acme#U#ada", "A#late") not in all_items(world.table)
    assert [each["achievement_id"] for each in operate(world, "grant", "begun").body["unlocked"]] == ["late"]
    assert total(world) == 5 + 50 + 50


def test_of_one_that_repeats_the_next_is_granted_and_any_is_revoked_by_its_occasion(world: World) -> None:
    define(
        world.table,
        [
            achievement("tens", "words_learned", 10, xp=10, repeat=Repeat(Every.THRESHOLD, 100)),
            achievement("weekly", "words_learned", 10, xp=10, repeat=Repeat(Every.WEEK)),
        ],
    )
    world.play("start")
    assert [operate(world, "grant", "tens").body["occasion"] for _ in range(2)] == [None, "2"]
    assert operate(world, "revoke", "tens", body={**WHY, "occasion": "2"}).body["occasion"] == "2"
    assert operate(world, "grant", "tens").body["occasion"] == "3"
    assert operate(world, "grant", "tens", body={**WHY, "occasion": "2"}).body["held"] is True
    assert operate(world, "grant", "weekly").body["occasion"] == "2026-W47"
    assert operate(world, "grant", "weekly").body["already_held"] is True
    refused = operate(world, "grant", "tens", body={**WHY, "occasion": "9"})
    assert (refused.status, refused.body["type"]) == (409, "urn:cairn:problem:not-unlocked")
    assert total(world) == 5 + 10 * 4


@pytest.mark.parametrize(
    ("what", "name", "player", "body", "code"),
    [
        ("grant", "no_such", "ada", WHY, "unknown-achievement"),
        ("grant", "first_steps", "nobody", WHY, "unknown-player"),
        ("revoke", "first_steps", "nobody", WHY, "unknown-player"),
        ("revoke", "week_warrior", "ada", WHY, "not-unlocked"),
        ("revoke", "first_steps", "ada", {}, "invalid-body"),
        ("grant", "first_steps", "ada", {"reason": ""}, "invalid-body"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_to_do(
    unlocked: World, what: str, name: str, player: str, body: dict[str, Any], code: str
) -> None:
    before = all_items(unlocked.table)
    refused = unlocked.call("unlocks", "operator").send("POST", f"/players/{player}/achievements/{name}/{what}", body)
    assert refused.body["type"] == f"urn:cairn:problem:{code}"
    assert all_items(unlocked.table) == before


@pytest.mark.parametrize("role", ["player", "service", "admin"])
def test_only_operators_grant_and_revoke(unlocked: World, role: str) -> None:
    for what in ("grant", "revoke"):
        path = f"/players/ada/achievements/first_steps/{what}"
        assert unlocked.call("unlocks", role).send("POST", path, WHY).status == 403


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_granted_and_revoked_between_events_what_is_held_is_paid_once(world: World, seed: int) -> None:
    chance = random.Random(seed)
    define(
        world.table,
        [
            achievement("two", "words_learned", 2, xp=70),
            achievement("hundred", "total_xp", 100, xp=40),
            achievement("after", "words_learned", 1, xp=30, prerequisites=("two", "hundred")),
            achievement("threes", "words_learned", 3, xp=20, repeat=Repeat(Every.THRESHOLD, 9)),
        ],
    )
    world.play("start")
    names = ("two", "hundred", "after", "threes")
    for _ in range(25):
        match chance.choice(("word", "react", "check", "grant", "revoke")):
            case "word":
                world.play("events", {"type": "word_learned"})
            case "react":
                react_to_all(world)
            case "check":
                world.call("unlocks").send("POST", "/players/me/achievements/check")
            case what:
                operate(world, what, chance.choice(names))
        items = all_items(world.table)
        net: Counter[str] = Counter()
        for key, raw in items.items():
            if key.sk.startswith("L#"):
                net[raw["source"]["S"].removesuffix(".reversal")] += int(raw["amount"]["N"])
        unlocks = {key.sk.removeprefix("A#"): raw for key, raw in items.items() if key.sk.startswith("A#")}
        for name, raw in unlocks.items():
            assert net[f"achievement.{name}"] == (0 if "revoked" in raw else int(raw["xp"]["N"])), name
        assert total(world) == sum(net.values())
        assert counted(world) == sum("revoked" not in raw for raw in unlocks.values())


@pytest.mark.parametrize("written", [True, False])
@pytest.mark.parametrize(("what", "name"), [("revoke", "first_steps"), ("grant", "night_owl")])
def test_who_dies_with_the_request_finds_it_done_once_when_it_comes_again(
    unlocked: World, what: str, name: str, written: bool
) -> None:
    world, path = unlocked, f"/players/ada/achievements/{name}/{what}"
    before = total(world)
    mortal = Table(Mortal(world.table.client, 1, written=written), world.table.name)
    with pytest.raises(Killed):
        Client(routes(CONFIG, mortal, world.clock), claims("operator")).send("POST", path, WHY, key="once")
    assert (total(world) != before) == written
    world.clock.at += timedelta(minutes=1)
    again = world.call("unlocks", "operator").send("POST", path, WHY, key="once")
    assert again.status == 200
    assert total(world) == before + (50 if what == "grant" else -50)
    assert len(entries(world, f"achievement.{name}")) == (1 if what == "grant" else 2)
