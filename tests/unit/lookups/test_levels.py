"""Who is at a level: from the board of total XP, where players are sorted by it."""

import random
from typing import Any

import pytest

from cairn.leaderboards.board import XP_ALL_TIME
from cairn.leaderboards.storage import position_key
from cairn.platform.table import Table
from cairn.xp.levels import THRESHOLDS, level_of
from functions.leaderboards_mover.handler import mover
from tests.support.boards import History, batch
from tests.support.crowd import pages
from tests.support.http import Client
from tests.support.world import World


@pytest.fixture
def operator(world: World) -> Client:
    return world.call("lookups", "operator")


def stand(table: Table, xp: dict[str, int]) -> None:
    """Puts players on the board as the mover does."""
    history = History()
    assert mover(table)(batch(*(history.change(player, total) for player, total in xp.items()))) == {
        "batchItemFailures": []
    }


def walk(operator: Client, limit: int, **query: str) -> list[tuple[str, int, int]]:
    seen, _ = pages(operator, "/lookups/levels", "players", limit, **query)
    return [(row["player_id"], row["total_xp"], row["level"]) for row in seen]


def test_a_level_begins_at_its_threshold_and_ends_before_the_next(table: Table, operator: Client) -> None:
    stand(table, {"ada": 99, "bob": 100, "cid": 214, "dot": 215, "eva": 1})
    assert walk(operator, 20, min="2", max="2") == [("cid", 214, 2), ("bob", 100, 2)]
    assert walk(operator, 20, min="1", max="1") == [("ada", 99, 1), ("eva", 1, 1)]
    assert walk(operator, 20, min="3") == [("dot", 215, 3)]
    assert walk(operator, 20, min="4", max="99") == []
    shown = operator.send("GET", "/lookups/levels", max="1", limit="1").body["players"]
    assert shown == [{"player_id": "ada", "name": "Ada", "total_xp": 99, "level": 1, "title": "Novice"}]


def test_the_highest_level_has_no_end(table: Table, operator: Client) -> None:
    stand(table, {"ada": THRESHOLDS[-1] - 1, "bob": THRESHOLDS[-1], "cid": 2**33 + 5})
    assert walk(operator, 1, min="100") == [("cid", 2**33 - 1, 100), ("bob", THRESHOLDS[-1], 100)]
    assert walk(operator, 1, min="99", max="99") == [("ada", THRESHOLDS[-1] - 1, 99)]


def test_nobody_is_on_an_empty_board_and_who_has_no_xp_is_on_none(table: Table, world: World, operator: Client) -> None:
    assert walk(operator, 20) == []
    world.call("players").send("PUT", "/players/me", {"name": "Ada"})
    assert walk(operator, 20) == []


@pytest.mark.parametrize("limit", [1, 2, 9, 100])
@pytest.mark.parametrize(("lowest", "highest"), [(1, 100), (1, 1), (5, 9), (13, 13)])
def test_everybody_of_the_levels_comes_once_most_xp_first(
    table: Table, operator: Client, limit: int, lowest: int, highest: int
) -> None:
    """Many share their XP, and page borders fall within bands, between them, and among those who tie."""
    chance = random.Random(f"{lowest} {limit}")
    xp = {f"player-{number}": int(chance.lognormvariate(7, 1.5)) // 50 * 50 + 5 for number in range(40)}
    stand(table, xp)
    seen = walk(operator, limit, min=str(lowest), max=str(highest))
    assert sorted(player for player, _, _ in seen) == sorted(
        player for player, total in xp.items() if lowest <= level_of(total) <= highest
    )
    assert [total for _, total, _ in seen] == sorted((xp[player] for player, _, _ in seen), reverse=True)
    assert all(level == level_of(total) for _, total, level in seen)


def test_a_page_is_full_while_there_are_more(table: Table, operator: Client) -> None:
    stand(table, {f"player-{number}": 7 * number + 1 for number in range(30)})
    cursor: dict[str, str] = {}
    sizes: list[int] = []
    while True:
        page: Any = operator.send("GET", "/lookups/levels", limit="4", **cursor).body
        sizes.append(len(page["players"]))
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert sizes == [4, 4, 4, 4, 4, 4, 4, 2]


def test_counts_that_lag_behind_the_index_end_no_list_early(table: Table, operator: Client) -> None:
    """The root counts players whom the index shows no more: the page is empty, and the next one goes on."""
    stand(table, {"ada": 9000, "bob": 5000, "cid": 1000, "dot": 50, "eva": 3})
    client: Any = table.client
    for gone in ("ada", "bob", "cid"):
        pk, sk = position_key("acme", XP_ALL_TIME, gone)
        client.delete_item(TableName=table.name, Key={"PK": {"S": pk}, "SK": {"S": sk}})
    first = operator.send("GET", "/lookups/levels", limit="1").body
    assert first["players"] == []
    assert first["next"]
    assert [player for player, _, _ in walk(operator, 1)] == ["dot", "eva"]
