"""A month as the dashboard shows it: what became of each date."""

from datetime import timedelta

import pytest

from tests.support.world import World
from tests.unit.streaks_api.asking import be_active, do, refusal


def month(world: World, **query: str) -> dict[int, str | None]:
    reply = world.call("streaks").send("GET", "/players/me/streak/calendar", **query)
    return {int(each["date"][8:]): each["kind"] for each in reply.body["dates"]}


def test_each_date_of_a_month_is_what_became_of_it(world: World) -> None:
    world.call("catalog", "operator").send(
        "PUT", "/settings", {"streak": {"rest_weekdays": [7], "freezes_at_start": 1}}
    )
    world.clock.at += timedelta(days=11)  # the 1st of December, a Tuesday
    world = World(world.table, world.clock)
    be_active(world, 2)
    world.clock.at += timedelta(days=1)  # the 3rd is frozen
    be_active(world, 1)  # the 4th
    world.clock.at += timedelta(days=1)  # the 5th will be restored; the 6th is a Sunday
    do(world, "restores", "operator", date="2026-12-05", reason="The app did not start.")
    world.clock.at += timedelta(days=1)
    be_active(world, 1)  # the 7th
    do(world, "pauses", first="2026-12-08", last="2026-12-09")
    world.clock.at += timedelta(days=3)  # the 10th, in an outage
    world.call("streaks", "operator").send(
        "POST", "/streaks/amnesties", {"first": "2026-12-10", "last": "2026-12-10", "reason": "Outage."}
    )
    world = World(world.table, world.clock)
    be_active(world, 1)  # the 11th
    world.clock.at += timedelta(days=1)  # the 12th is missed
    assert month(world)[12] == "missed"
    world.define("hour", quadrants={}, completion_criteria={})
    assert (
        world.play("sessions", {"duration_seconds": 3600, "at": "2026-12-13T09:00:00Z"}, experience="hour").status
        == 200
    )
    assert month(world) == {
        **dict.fromkeys((1, 2, 4, 7, 11, 13), "active"),
        3: "frozen",
        5: "restored",
        6: "rest",
        **dict.fromkeys((8, 9), "paused"),
        10: "amnesty",
        12: "repaired",
        **dict.fromkeys((20, 27), "rest"),
        **dict.fromkeys((14, 15, 16, 17, 18, 19, 21, 22, 23, 24, 25, 26, 28, 29, 30, 31), "to_come"),
    }


def test_today_is_open_and_what_was_before_the_first_day_is_nothing(world: World) -> None:
    be_active(world)
    shown = month(world)
    assert (shown[19], shown[20], shown[21], shown[22]) == (None, "active", "open", "to_come")


def test_while_no_streak_runs_dates_are_missed_and_today_is_open(world: World) -> None:
    be_active(world)
    world.clock.at += timedelta(days=6)
    shown = month(world)
    assert [shown[day] for day in range(20, 29)] == [
        "active", "frozen", "frozen", "frozen", "missed", "missed", "missed", "open", "to_come",
    ]  # fmt: skip


def test_a_date_that_the_zone_skipped_is_skipped(world: World) -> None:
    world.clock.at = world.clock.at.replace(year=2011, month=12, day=28)
    world.call("players").send("PUT", "/players/me", {"zone": "Pacific/Apia"})
    be_active(world, 3)
    assert [month(world)[day] for day in (28, 29, 30, 31)] == ["active", "active", "skipped", "active"]


def test_months_long_gone_are_whole_and_each_date_has_its_bonus(world: World) -> None:
    be_active(world, 75)
    assert month(world, month="2026-12") == dict.fromkeys(range(1, 32), "active")
    reply = world.call("streaks").send("GET", "/players/me/streak/calendar", month="2026-11")
    assert [each["bonus_xp"] for each in reply.body["dates"]][18:24] == [0, 5, 10, 15, 20, 25]
    assert month(world, month="2026-02") == dict.fromkeys(range(1, 29))


@pytest.mark.parametrize("wrong", ["2026", "2026-13", "november", "2026-11-01", "0000-01"])
def test_what_is_no_month_is_refused(world: World, wrong: str) -> None:
    reply = world.call("streaks").send("GET", "/players/me/streak/calendar", month=wrong)
    assert refusal(reply) == (422, "invalid-parameter")
