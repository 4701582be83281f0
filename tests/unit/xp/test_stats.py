"""The figures: XP by source, by day, of today, a week and a month; the best day; and what it costs to read them."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from cairn.platform.capacity import Meter
from cairn.platform.table import Table
from tests.support.ledger import award, history, reverse
from tests.support.world import World, all_items, react, stream_records


def stats(world: World, **query: str) -> Any:
    reply = world.call("xp").send("GET", "/players/me/xp/stats", **query)
    assert reply.status == 200, reply.body
    return reply.body


@pytest.fixture
def world(world: World) -> World:
    """Forty days in a row, with a completion on the 3rd, an award on the 20th, and one on the 39th; now is the 40th."""
    world.define("hill")
    for day in range(40):
        if day == 3:
            world.journey(experience="hill")
        world.play("events", {"type": "check_in"})
        if day in (20, 39):
            award(world, 300 + day)
        world.clock.at += timedelta(days=1)
    world.clock.at -= timedelta(days=1)
    return world


def test_who_never_did_anything_has_nothing(world: World) -> None:
    body = world.call("xp", "player", "bob").send("GET", "/players/me/xp/stats", days="2").body
    assert body == {
        "player_id": "bob",
        "total_xp": 0,
        "by_source": {},
        "active_days": 0,
        "average_per_active_day": None,
        "today": 0,
        "last_7_days": 0,
        "last_30_days": 0,
        "best_day": None,
        "by_day": [
            {"day": "2026-12-28", "xp": 0, "by_source": {}},
            {"day": "2026-12-29", "xp": 0, "by_source": {}},
        ],
        "as_of": "2026-12-29T12:00:00.000Z",
    }


def test_totals_by_source_are_those_of_the_whole_ledger(world: World) -> None:
    react(world.table, world.clock, stream_records({}, all_items(world.table)))
    body = stats(world)
    ledger: Counter[str] = Counter()
    for entry in world.call("xp").walk("/players/me/xp/history", "entries"):
        ledger[entry["source"].partition(".")[0]] += entry["amount"]
    assert body["by_source"] == dict(sorted(ledger.items()))
    assert set(body["by_source"]) == {"achievement", "completion", "operator_award", "streak_bonus"}
    assert body["total_xp"] == ledger.total()
    assert (body["active_days"], body["average_per_active_day"]) == (40, round(ledger.total() / 40, 1))


@pytest.mark.parametrize("days", [1, 7, 30, 39, 90])
def test_the_days_are_the_last_ones_from_the_first_to_today_with_nothing_left_out(world: World, days: int) -> None:
    by_day = stats(world, days=str(days))["by_day"]
    last = date(2026, 12, 29)
    assert [each["day"] for each in by_day] == [
        (last - timedelta(days=back)).isoformat() for back in reversed(range(days))
    ]
    assert by_day[-1] == {"day": "2026-12-29", "xp": 389, "by_source": {"operator_award": 339, "streak_bonus": 50}}
    for each in by_day:
        assert each["xp"] == sum(each["by_source"].values())
    if days == 90:
        assert sum(each["xp"] for each in by_day) == stats(world)["total_xp"]
        assert by_day[-37]["by_source"] == {"completion": 110, "streak_bonus": 20}
        assert by_day[0]["xp"] == 0


def test_today_a_week_a_month_and_the_best_day(world: World) -> None:
    body = stats(world, days="1")
    assert (body["today"], body["last_7_days"], body["last_30_days"]) == (389, 389 + 6 * 50, 339 + 320 + 30 * 50)
    assert body["best_day"] == {"day": "2026-12-29", "xp": 389}
    assert stats(world, days="25")["best_day"]["day"] == "2026-12-29"
    world.clock.at += timedelta(days=5)
    body = stats(world, days="3")
    assert (body["today"], body["last_7_days"], body["best_day"]) == (0, 389 + 50, None)
    assert stats(world, days="6")["best_day"] == {"day": "2026-12-29", "xp": 389}


def test_a_reversal_changes_the_day_of_what_it_takes_back(world: World) -> None:
    entries = history(world, source="operator_award", limit="100")["entries"]
    (entry,) = [each for each in entries if each["amount"] == 320]
    before = stats(world)
    reverse(world, entry["entry_id"])
    after = stats(world)
    assert after["total_xp"] == before["total_xp"] - 320
    assert after["last_30_days"] == before["last_30_days"] - 320
    assert after["by_source"]["operator_award"] == 339
    assert [each["day"] for each, was in zip(after["by_day"], before["by_day"], strict=True) if each != was] == [
        "2026-12-10"
    ]


def test_a_late_event_changes_the_days_whose_bonus_it_changes(world: World) -> None:
    player = world.call("progress", "player", "cleo")
    path = "/players/me/experiences/woods/events"
    for back in (3, 2, 0):
        at = (world.clock.at - timedelta(days=back)).isoformat()
        assert player.send("POST", path, {"type": "check_in", "at": at}).status == 200
    late = (world.clock.at - timedelta(days=1)).isoformat()
    player.send("POST", path, {"type": "check_in", "at": late})
    body = world.call("xp", "player", "cleo").send("GET", "/players/me/xp/stats", days="4").body
    assert [each["xp"] for each in body["by_day"]] == [5, 10, 15, 20]
    assert body["total_xp"] == body["last_7_days"] == 50


def test_days_are_the_players_own(world: World) -> None:
    world.clock.at = world.clock.at.replace(hour=11)
    world.call("players", "player", "kai").send("PUT", "/players/me", {"zone": "Pacific/Kiritimati"})
    world.play("events", {"type": "check_in"}, player="kai")
    body = world.call("xp", "player", "kai").send("GET", "/players/me/xp/stats", days="1").body
    assert body["by_day"] == [{"day": "2026-12-30", "xp": 5, "by_source": {"streak_bonus": 5}}]
    assert body["today"] == 5


@pytest.mark.parametrize("days", ["0", "91", "-1", "many", "1.5"])
def test_other_numbers_of_days_are_refused(world: World, days: str) -> None:
    reply = world.call("xp").send("GET", "/players/me/xp/stats", days=days)
    assert (reply.status, reply.body["type"]) == (422, "urn:cairn:problem:invalid-parameter")


def test_it_costs_a_trip_and_what_the_days_hold(world: World, table: Table, meter: Meter) -> None:
    """The player, and some 35 facts for each half unit."""
    stats(world)
    meter.trips, meter.reads, meter.writes = 0, 0.0, 0.0
    stats(world)
    assert (meter.trips, meter.reads, meter.writes) == (1, 0.5 + 0.5, 0)
    meter.reads = 0.0
    stats(world, days="90")
    assert meter.reads == 0.5 + 1
