"""A check unlocks at once what the stream unlocks within seconds: each once, whoever is first."""

from typing import Any

import pytest

from cairn.platform.table import Table
from functions.unlocks.handler import routes
from tests.support.achievements import achievement, define
from tests.support.http import CONFIG, Client, claims
from tests.support.troubled import interrupted
from tests.support.world import World, all_items, react, stream_records

CHECK = "/players/me/achievements/check"
OLDER = "/gamification/achievements/check"


def held(world: World) -> list[str]:
    return sorted(key.sk.removeprefix("A#") for key in all_items(world.table) if key.sk.startswith("A#"))


def players(world: World) -> list[dict[str, Any]]:
    """The stream's records of players since the beginning."""
    found = stream_records({}, all_items(world.table))
    return [each for each in found if each["dynamodb"]["Keys"]["SK"]["S"] == "PLAYER"]


def ledger(world: World) -> list[int]:
    return [int(item["amount"]["N"]) for key, item in all_items(world.table).items() if key.sk.startswith("L#")]


def test_a_check_tells_what_it_unlocked_and_what_that_paid(world: World) -> None:
    done = world.journey()[-1].body
    body = world.call("unlocks").send("POST", CHECK).body
    assert body["player_id"] == "ada"
    assert body["unlocked"] == [
        {
            "achievement_id": "first_scenario",
            "occasion": None,
            "title": "First Scenario",
            "rarity": "common",
            "icon": "signpost",
            "xp": 50,
        },
        {
            "achievement_id": "first_steps",
            "occasion": None,
            "title": "First Steps",
            "rarity": "common",
            "icon": "cairn",
            "xp": 50,
        },
    ]
    total = done["xp"]["total"] + 100
    assert body["xp"] == {
        "gained": 100,
        "by_source": {"achievement.first_scenario": 50, "achievement.first_steps": 50},
        "total": total,
        "level": 3,
        "title": "Novice",
        "levels_reached": [3],
    }
    assert sum(ledger(world)) == total
    shown = world.call("achievements").send("GET", "/players/me/achievements").body["achievements"]
    evidence = {each["achievement_id"]: each["evidence"] for each in shown if each["unlocked"]}
    assert evidence["first_steps"] == {"check": body["check_id"], "experiences_completed": 1}
    facts = [item for key, item in all_items(world.table).items() if key.pk.startswith("T#acme#F#")]
    assert sum(int(each.get("xp_achievement", {"N": "0"})["N"]) for each in facts) == 100
    again = world.call("unlocks").send("POST", CHECK).body
    assert (again["unlocked"], again["xp"]["gained"], again["xp"]["total"]) == ([], 0, total)


def test_levels_that_a_check_reaches_are_announced(world: World) -> None:
    define(world.table, [achievement("rich", "experiences_started", 1, xp=1000)])
    world.play("start")
    body = world.call("unlocks").send("POST", CHECK).body
    assert body["xp"]["levels_reached"] == list(range(2, body["xp"]["level"] + 1))
    assert body["xp"]["level"] > 5


@pytest.mark.parametrize("checked_first", [True, False])
def test_a_check_and_the_stream_unlock_and_pay_once_in_either_order(world: World, checked_first: bool) -> None:
    world.journey()
    records = players(world)
    if checked_first:
        assert len(world.call("unlocks").send("POST", CHECK).body["unlocked"]) == 2
        react(world.table, world.clock, records)
    else:
        react(world.table, world.clock, records)
        assert world.call("unlocks").send("POST", CHECK).body["unlocked"] == []
    assert held(world) == ["first_scenario", "first_steps"]
    assert sorted(ledger(world)) == [5, 50, 50, 110]


@pytest.mark.parametrize("by_stream", [True, False])
def test_two_at_the_same_moment_unlock_and_pay_once(world: World, by_stream: bool) -> None:
    world.journey()
    records = players(world)

    def other() -> None:
        if by_stream:
            react(world.table, world.clock, records)
        else:
            assert len(world.call("unlocks").send("POST", CHECK).body["unlocked"]) == 2

    table = Table(interrupted(world.table.client, other), world.table.name, patience=world.table.patience)
    slower = Client(routes(CONFIG, table, world.clock), claims("player", "ada"))
    assert slower.send("POST", CHECK).body["unlocked"] == []
    assert held(world) == ["first_scenario", "first_steps"]
    assert sorted(ledger(world)) == [5, 50, 50, 110]


def test_who_never_played_has_nothing_to_unlock(world: World) -> None:
    before = all_items(world.table)
    body = world.call("unlocks").send("POST", CHECK).body
    assert (body["unlocked"], body["xp"]["total"], body["xp"]["level"]) == ([], 0, 1)
    assert all_items(world.table) == before


def test_a_service_names_its_player_in_the_path_or_as_older_clients_do_in_the_body(world: World) -> None:
    world.journey()
    service = world.call("unlocks", "service")
    assert len(service.send("POST", OLDER, {"user_id": "ada"}).body["unlocked"]) == 2
    assert service.send("POST", "/players/ada/achievements/check").body["unlocked"] == []
    assert world.call("unlocks").send("POST", OLDER, {"user_id": "ada", "community_id": "acme"}).status == 200
    assert world.call("unlocks").send("POST", OLDER).body["player_id"] == "ada"


@pytest.mark.parametrize(
    ("role", "path", "body", "code"),
    [
        ("player", OLDER, {"user_id": "bob"}, "other-player"),
        ("player", OLDER, {"community_id": "globex"}, "other-tenant"),
        ("player", "/players/bob/achievements/check", {}, "other-player"),
        ("service", OLDER, {}, "name-the-player"),
        ("operator", "/players/ada/achievements/check", {}, "role-not-allowed"),
        ("player", CHECK, {"force": True}, "invalid-body"),
    ],
)
def test_who_may_not_check_is_told_what_to_do(
    world: World, role: str, path: str, body: dict[str, Any], code: str
) -> None:
    refused = world.call("unlocks", role).send("POST", path, body)
    assert refused.body["type"] == f"urn:cairn:problem:{code}"
