"""Lists by cursor: every item once, newest first where that is the order, and none of another list."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.world import World


def walk(world: World, function: str, path: str, member: str, limit: int) -> tuple[list[Any], int]:
    seen, pages, cursor = [], 0, ""
    while True:
        query = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        page = world.call(function).send("GET", path, **query).body
        assert len(page[member]) <= limit
        seen += page[member]
        pages += 1
        if page["next"] is None:
            return seen, pages
        cursor = page["next"]


@pytest.mark.parametrize("limit", [1, 3, 4, 7, 100])
def test_events_come_newest_first_whatever_the_order_of_sending_and_the_page(world: World, limit: int) -> None:
    for hours in (5, 1, 3, 2, 7, 4, 6):
        at = (world.clock.at - timedelta(hours=hours)).isoformat()
        world.play("events", {"type": "check_in", "content_id": str(hours), "at": at})
    seen, pages = walk(world, "progress", "/players/me/events", "events", limit)
    assert [each["content_id"] for each in seen] == ["1", "2", "3", "4", "5", "6", "7"]
    assert pages <= 7 // limit + 1


def test_experiences_are_listed_by_id_without_their_pages(world: World) -> None:
    for name in ("wood", "woods", "wood-2", "a"):
        world.define(name, quadrants={})
        world.play("events", {"type": "item_collected", "content_id": "lamp"}, experience=name)
    seen, _ = walk(world, "progress", "/players/me/experiences", "experiences", 2)
    assert [each["experience_id"] for each in seen] == ["a", "wood", "wood-2", "woods"]
    assert seen[0] == {
        "experience_id": "a",
        "version": 1,
        "state": "IN_PROGRESS",
        "completion_percentage": 0.0,
        "quadrants_completed": [],
        "mastery_level": 0,
        "total_sessions": 0,
        "total_time_seconds": 0,
        "last_progress_at": "2026-11-20T12:00:00.000Z",
    }


def test_a_cursor_of_one_list_is_none_of_another(world: World) -> None:
    for _ in range(2):
        world.play("events", {"type": "check_in"})
        world.clock.at += timedelta(days=1)
    events = world.call("progress").send("GET", "/players/me/events", limit="1").body
    reply = world.call("xp").send("GET", "/players/me/xp/history", cursor=events["next"])
    assert reply.status == 422


def test_a_cursor_of_one_player_shows_another_nothing_that_is_not_theirs(world: World) -> None:
    for player in ("ada", "bob"):
        for _ in range(2):
            world.play("events", {"type": "check_in"}, player=player)
            world.clock.at += timedelta(minutes=1)
    cursor = world.call("progress").send("GET", "/players/me/events", limit="1").body["next"]
    page = world.call("progress", player="bob").send("GET", "/players/me/events", cursor=cursor).body
    assert page["player_id"] == "bob"
    assert all(each["recorded_at"] > "2026-11-20T12:01" for each in page["events"])
