"""The table of levels, and the names by which older clients know the routes of XP."""

from typing import Any

import pytest

from cairn.xp.levels import THRESHOLDS, standing
from tests.support.ledger import assert_adds_up, award
from tests.support.world import World, all_items

OLDER = "/gamification/xp"


@pytest.fixture
def world(world: World) -> World:
    world.journey()
    award(world, 200)
    return world


@pytest.mark.parametrize("role", ["player", "service", "operator", "admin"])
def test_everybody_reads_the_table_of_levels(world: World, role: str) -> None:
    reply = world.call("xp", role).send("GET", "/levels")
    assert (reply.status, reply.body["max_level"], len(reply.body["levels"])) == (200, 100, 100)
    first, last = reply.body["levels"][0], reply.body["levels"][-1]
    assert first == {"level": 1, "title": "Novice", "total_xp": 0, "xp_to_next": 100}
    assert last == {"level": 100, "title": "Mythic", "total_xp": THRESHOLDS[-1], "xp_to_next": 0}
    for row in reply.body["levels"]:
        shown = standing(row["total_xp"])
        assert (shown.level, shown.title, shown.xp_to_next) == (row["level"], row["title"], row["xp_to_next"])


def test_a_client_keeps_the_table_for_a_day_and_then_asks_whether_it_changed(world: World) -> None:
    reply = world.call("xp").send("GET", "/levels")
    assert reply.headers["Cache-Control"] == "private, max-age=86400"
    again = world.call("xp").send("GET", "/levels", headers={"if-none-match": reply.headers["ETag"]})
    assert (again.status, again.body) == (304, None)


@pytest.mark.parametrize(
    ("older", "native", "query"),
    [
        ("level", "", {}),
        ("history", "/history", {"limit": "2", "source": "completion"}),
        ("stats", "/stats", {"days": "3"}),
    ],
)
def test_what_older_clients_read_is_what_the_others_read(
    world: World, older: str, native: str, query: dict[str, str]
) -> None:
    wanted = world.call("xp").send("GET", f"/players/me/xp{native}", **query).body
    assert world.call("xp").send("GET", f"{OLDER}/{older}", **query).body == wanted
    assert world.call("xp").send("GET", f"{OLDER}/{older}", user_id="ada", **query).body == wanted
    for role in ("service", "operator", "admin"):
        assert world.call("xp", role).send("GET", f"{OLDER}/{older}", user_id="ada", **query).body == wanted


@pytest.mark.parametrize("older", ["level", "history", "stats"])
def test_a_player_reads_nobody_else_and_others_name_one(world: World, older: str) -> None:
    other = world.call("xp").send("GET", f"{OLDER}/{older}", user_id="bob")
    assert (other.status, other.body["type"]) == (403, "urn:cairn:problem:other-player")
    nobody = world.call("xp", "service").send("GET", f"{OLDER}/{older}")
    assert (nobody.status, nobody.body["type"]) == (403, "urn:cairn:problem:name-the-player")


def test_an_award_by_the_older_name_is_an_award(world: World) -> None:
    body = {"user_id": "ada", "amount": 40, "reason": "Helped out."}
    client = world.call("xp", "operator")
    first = client.send("POST", f"{OLDER}/award", body, key="once")
    assert (first.status, first.body["xp"]["total"], first.body["entry"]["source"]) == (200, 355, "operator_award")
    assert client.send("POST", f"{OLDER}/award", body, key="once").body == first.body
    assert_adds_up(world.table)


@pytest.mark.parametrize(
    ("role", "body", "key", "problem"),
    [
        ("player", {"user_id": "ada"}, "k", "role-not-allowed"),
        ("service", {"user_id": "ada"}, "k", "role-not-allowed"),
        ("operator", {}, "k", "name-the-player"),
        ("operator", {"user_id": "ada"}, "", "idempotency-key-missing"),
        ("operator", {"user_id": "ada", "amount": 0}, "k", "invalid-body"),
        ("operator", {"user_id": "nobody"}, "k", "unknown-player"),
    ],
)
def test_an_award_that_cannot_be_is_refused(
    world: World, role: str, body: dict[str, Any], key: str, problem: str
) -> None:
    before = all_items(world.table)
    sent = {"amount": 40, "reason": "Helped out.", **body}
    reply = world.call("xp", role).send("POST", f"{OLDER}/award", sent, key=key)
    assert reply.body["type"] == f"urn:cairn:problem:{problem}"
    assert all_items(world.table) == before
