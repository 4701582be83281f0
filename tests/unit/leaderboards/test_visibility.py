"""Who is shown how: by name, under a pseudonym, not at all; and who is erased."""

from typing import Any

import pytest

from cairn.leaderboards.aliases import FIRST, SECOND, alias_of
from cairn.leaderboards.leave import leave
from cairn.platform.table import Table
from cairn.tenants.boards import Shown
from tests.support.http import Clock
from tests.support.storm import assert_consistent
from tests.support.world import all_items, record
from tests.unit.leaderboards.town import Town

BOARDS = ("xp_all_time", "xp_weekly", "streak_current", "distance")


@pytest.fixture
def town(table: Table, clock: Clock) -> Town:
    """Ada, Bob and Cid on boards of every kind."""
    town = Town(table, clock)
    town.define()
    town.show(*BOARDS)
    for player, meters in (("ada", 300), ("bob", 200), ("cid", 100)):
        town.call("players", player=player).send("PUT", "/players/me", {"name": player.title()})
        town.play("events", {"type": "check_in", "distance_meters": meters}, player=player)
    town.follow()
    return town


def choose(town: Town, shown_as: str | None, player: str = "ada") -> Any:
    reply = town.call("leaderboards", player=player).send("PUT", "/players/me/visibility", {"shown_as": shown_as})
    assert reply.status == 200, reply.body
    town.follow()
    return reply.body


def everywhere(town: Town) -> dict[str, list[tuple[int, str, int]]]:
    return {board: town.rows(board) for board in ("xp_all_time", "xp_weekly", "streak_current", "distance:woods")}


def test_who_hides_leaves_every_board_and_the_ranks_below_move_up(town: Town) -> None:
    before = everywhere(town)
    assert choose(town, "hidden") == {"player_id": "ada", "chosen": "hidden", "shown_as": "hidden"}
    assert everywhere(town) == {
        "xp_all_time": [(1, "bob", 5), (1, "cid", 5)],
        "xp_weekly": [(1, "bob", 5), (1, "cid", 5)],
        "streak_current": [(1, "bob", 1), (1, "cid", 1)],
        "distance:woods": [(1, "bob", 200), (2, "cid", 100)],
    }
    assert town.ask("/leaderboards/xp_all_time/players/me", "player", "ada").status == 404
    assert_consistent(all_items(town.table))
    choose(town, None)
    assert everywhere(town) == before
    assert_consistent(all_items(town.table))


def test_who_is_hidden_stays_so_while_they_play(town: Town) -> None:
    choose(town, "hidden")
    town.play("events", {"type": "check_in", "distance_meters": 500})
    town.follow()
    assert [player for _, player, _ in town.rows("distance:woods")] == ["bob", "cid"]
    choose(town, "name")
    assert town.rows("distance:woods")[0] == (1, "ada", 800)
    assert_consistent(all_items(town.table))


def test_under_a_pseudonym_neither_id_nor_name_is_shown_but_to_oneself_and_to_those_who_are_trusted(town: Town) -> None:
    choose(town, "pseudonym")
    for board in ("xp_all_time", "distance:woods"):
        for role, player in (("player", "bob"), ("player", "ada"), ("operator", ""), ("service", "")):
            rows = town.ask(f"/leaderboards/{board}", role, player).body["rows"]
            row = next(row for row in rows if row["pseudonym"])
            assert row["name"].split()[0] in FIRST and row["name"].split()[1] in SECOND
            assert row["player_id"] == (None if player == "bob" else "ada")
            assert "Ada" not in str(rows)
    index = [raw for raw in all_items(town.table).values() if "alias" in raw]
    assert index and not any("name" in raw for raw in index), "the index does not have the name either"


def test_a_pseudonym_is_the_same_on_every_board_and_for_ever(town: Town) -> None:
    names = set()
    for _ in range(2):
        choose(town, "pseudonym")
        for board in ("xp_all_time", "xp_weekly", "distance:woods"):
            rows = town.ask(f"/leaderboards/{board}", "player", "bob").body["rows"]
            names |= {row["name"] for row in rows if row["pseudonym"]}
        choose(town, "name")
    assert len(names) == 1
    assert alias_of("ada", b"one") != alias_of("ada", b"other")


def test_who_plays_under_a_pseudonym_is_not_found_by_friends(town: Town) -> None:
    choose(town, "pseudonym")
    body = town.ask("/leaderboards/xp_all_time/friends", "player", "bob", players="ada,bob").body
    assert ([row["player_id"] for row in body["rows"]], body["not_ranked"]) == (["bob"], ["ada"])
    own = town.ask("/leaderboards/xp_all_time/friends", "player", "ada", players="me,bob").body
    assert {row["player_id"] for row in own["rows"]} == {"ada", "bob"}


def test_a_tenant_says_how_players_appear_who_have_not_chosen(table: Table, clock: Clock) -> None:
    town = Town(table, clock)
    town.define()
    town.show("xp_all_time", shown_as=Shown.HIDDEN)
    for player in ("ada", "bob"):
        town.play("events", {"type": "check_in"}, player=player)
    town.follow()
    assert town.rows("xp_all_time") == []
    choose(town, "name", "bob")
    assert town.rows("xp_all_time") == [(1, "bob", 5)]
    assert town.ask("/players/me/visibility", "player", "ada").body == {
        "player_id": "ada",
        "chosen": None,
        "shown_as": "hidden",
    }


def test_a_new_name_and_a_new_level_are_shown_on_every_board(town: Town) -> None:
    town.call("players", player="cid").send("PUT", "/players/me", {"name": "Cid the Tall"})
    town.define("feast", quadrants={}, completion_criteria={}, xp_reward=500)
    for player in ("cid",):
        town.play("start", experience="feast", player=player)
        assert town.play("complete", experience="feast", player=player).status == 200
    town.follow()
    for board in ("xp_all_time", "streak_current", "distance:woods"):
        rows = town.ask(f"/leaderboards/{board}").body["rows"]
        (row,) = (row for row in rows if row["player_id"] == "cid")
        assert (row["name"], row["level"]) == ("Cid the Tall", 5), board


def test_an_erased_player_leaves_every_board_and_no_stale_record_brings_them_back(town: Town) -> None:
    key = next(key for key in town.seen if key.pk.endswith("#ada") and key.sk == "PLAYER")
    image = town.seen[key]
    stale = record("MODIFY", key, {"NewImage": image}, 7)
    removal = record("REMOVE", key, {"OldImage": image}, 8)
    assert town.move({"Records": [removal]}) == {"batchItemFailures": []}
    assert [player for _, player, _ in town.rows("xp_all_time")] == ["bob", "cid"]
    assert [player for _, player, _ in town.rows("distance:woods")] == ["bob", "cid"]
    assert town.move({"Records": [stale, removal]}) == {"batchItemFailures": []}
    assert [player for _, player, _ in town.rows("streak_current")] == ["bob", "cid"]
    assert_consistent(all_items(town.table))
    left = [raw for raw in all_items(town.table).values() if raw["PK"]["S"].endswith("#ada") and "score" in raw]
    assert all("name" not in raw and "bp" not in raw and raw["score"]["N"] == "0" for raw in left)
    assert leave(town.table, "acme", "ada", town.clock()) == 0


def test_a_removal_by_expiry_is_no_erasure(town: Town) -> None:
    key = next(key for key in town.seen if key.pk.endswith("#ada") and key.sk == "PLAYER")
    removal = record("REMOVE", key, {"OldImage": town.seen[key]}, 8)
    removal["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    before = all_items(town.table)
    assert town.move({"Records": [removal]}) == {"batchItemFailures": []}
    assert all_items(town.table) == before


@pytest.mark.parametrize("body", [{}, {"shown_as": "loud"}, {"shown_as": "name", "colour": "red"}])
def test_what_is_no_choice_is_refused(town: Town, body: dict[str, Any]) -> None:
    refused = town.call("leaderboards").send("PUT", "/players/me/visibility", body)
    assert (refused.status, refused.body["type"]) == (422, "urn:cairn:problem:invalid-body")


def test_choosing_what_stands_writes_nothing(town: Town) -> None:
    choose(town, "hidden")
    before = all_items(town.table)
    choose(town, "hidden")
    assert all_items(town.table) == before
