"""The history: by source and by days, page by page, with what was taken back shown as such on whichever page."""

from datetime import timedelta
from typing import Any

import pytest

from cairn.platform.capacity import Meter
from cairn.platform.table import Table
from tests.support.ledger import award, history, reverse
from tests.support.world import World


@pytest.fixture
def world(world: World) -> World:
    """Six days: each a check-in, and on the even ones an award; the awards of days 0 and 4 are taken back."""
    for day in range(6):
        world.play("events", {"type": "check_in"})
        world.clock.at += timedelta(minutes=1)
        if day % 2 == 0:
            entry = award(world, 100 + day).body["entry"]["entry_id"]
            if day in (0, 4):
                reverse(world, entry)
        world.clock.at += timedelta(days=1)
    return world


def pages(world: World, limit: int, **query: str) -> list[list[dict[str, Any]]]:
    """Every page of a history."""
    found: list[list[dict[str, Any]]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = history(world, limit=str(limit), **query, **({"cursor": cursor} if cursor else {}))
        found.append(page["entries"])
        cursor = page["next"]
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_what_was_taken_back_is_shown_so_wherever_a_page_ends(world: World, limit: int) -> None:
    entries = [entry for page in pages(world, limit) for entry in page]
    assert len(entries) == len({entry["entry_id"] for entry in entries}) == 6 + 3 + 2
    assert [entry["amount"] for entry in entries if entry.get("reversed")] == [104, 100]
    assert [entry["amount"] for entry in entries if "reverses" in entry] == [-104, -100]
    assert sum(entry["amount"] for entry in entries) == world.call("xp").send("GET", "/players/me/xp").body["total_xp"]


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_the_entries_of_one_source_are_those_of_all_that_have_it(world: World, limit: int) -> None:
    every = [entry for page in pages(world, 100) for entry in page]
    for source, count in (("operator_award", 5), ("streak_bonus", 6), ("completion", 0)):
        found = pages(world, limit, source=source)
        assert [entry for page in found for entry in page] == [
            entry for entry in every if entry["source"].partition(".")[0] == source
        ]
        assert sum(map(len, found)) == count
        assert all(len(page) <= limit for page in found)


@pytest.mark.parametrize(
    ("days", "amounts"),
    [
        ({"from": "2026-11-24"}, [30, 104, -104, 25]),
        ({"to": "2026-11-21"}, [10, 100, -100, 5]),
        ({"from": "2026-11-21", "to": "2026-11-22"}, [102, 15, 10]),
        ({"from": "2026-11-22", "to": "2026-11-22", "source": "operator_award"}, [102]),
        ({"from": "2027-01-01"}, []),
        ({"from": "1969-12-31", "to": "9999-12-31"}, None),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_of_some_days_there_are_the_entries_whose_causes_were_then(
    world: World, days: dict[str, str], amounts: list[int] | None, limit: int
) -> None:
    found = [entry for page in pages(world, limit, **days) for entry in page]
    if amounts is None:
        assert found == [entry for page in pages(world, 100) for entry in page]
    else:
        assert sorted(entry["amount"] for entry in found) == sorted(amounts)


@pytest.mark.parametrize(
    "wrong",
    [
        {"source": "completions"},
        {"source": "achievement.first_steps"},
        {"from": "yesterday"},
        {"to": "2026-13-01"},
        {"from": "2026-11-22", "to": "2026-11-21"},
        {"limit": "0"},
        {"limit": "101"},
    ],
)
def test_what_nobody_can_ask_for_is_refused(world: World, wrong: dict[str, str]) -> None:
    reply = world.call("xp").send("GET", "/players/me/xp/history", **wrong)
    assert (reply.status, reply.body["type"]) == (422, "urn:cairn:problem:invalid-parameter")


def test_a_cursor_is_good_for_days_that_it_lies_in(world: World) -> None:
    cursor = history(world, limit="2")["next"]
    query = {"cursor": cursor, "to": "2026-11-20"}
    reply = world.call("xp").send("GET", "/players/me/xp/history", **query)
    assert (reply.status, reply.body["type"]) == (422, "urn:cairn:problem:invalid-parameter")


def test_a_page_is_one_query_whatever_is_asked(world: World, table: Table, meter: Meter) -> None:
    for query in ({}, {"source": "completion"}, {"from": "2026-11-21", "to": "2026-11-22"}):
        meter.calls.clear()
        history(world, **query)
        assert meter.calls == ["query"]
