"""The streak as its route shows it: decided as of now, whatever was last written."""

from datetime import timedelta

from tests.support.world import World
from tests.unit.streaks_api.asking import streak


def test_a_player_who_was_never_active_has_no_status(world: World) -> None:
    shown = streak(world)
    assert (shown["status"], shown["current"], shown["active_today"], shown["last_active"]) == (None, 0, False, None)
    assert shown["freezes_available"] == 3


def test_a_day_counts_once_and_the_next_increases(world: World) -> None:
    world.play("start")
    world.play("events", {"type": "check_in"})
    shown = streak(world)
    assert (shown["status"], shown["current"], shown["active_today"]) == ("maintained", 1, True)
    world.clock.at += timedelta(days=1)
    shown = streak(world)
    assert (shown["current"], shown["active_today"], shown["local_day"]) == (1, False, "2026-11-21")
    world.play("events", {"type": "check_in"})
    assert (streak(world)["current"], streak(world)["total_active_days"]) == (2, 2)


def test_a_missed_day_is_frozen_without_anybody_writing(world: World) -> None:
    world.play("start")
    world.clock.at += timedelta(days=2)
    shown = streak(world)
    assert (shown["status"], shown["current"], shown["frozen_days"]) == ("frozen", 1, ["2026-11-21"])
    assert shown["freezes_available"] == 2


def test_a_streak_breaks_when_no_freeze_is_left(world: World) -> None:
    world.play("start")
    world.clock.at += timedelta(days=5)
    shown = streak(world)
    assert (shown["status"], shown["current"], shown["longest"], shown["lost"]) == ("broken", 0, 1, 1)
    assert shown["broken_on"] == "2026-11-24"
    assert shown["repairable_until"] == "2026-11-27T00:00:00.000Z"


def test_two_completions_in_a_day_repair_a_break(world: World) -> None:
    for name in ("one", "two"):
        world.define(name, quadrants={}, completion_criteria={})
        world.play("start", experience=name)
    world.clock.at += timedelta(days=5)
    assert world.play("complete", experience="one").body["streak"]["current"] == 1
    repaired = world.play("complete", experience="two").body["streak"]
    assert (repaired["action"], repaired["current"]) == ("increased", 2)


def test_a_window_that_slides_loses_nothing(world: World) -> None:
    for _ in range(16):
        world.play("events", {"type": "check_in"})
        world.clock.at += timedelta(days=1)
    shown = streak(world)
    assert (shown["current"], shown["longest"], shown["total_active_days"]) == (16, 16, 16)
    assert world.table.query("T#acme#U#ada", prefix="CAL#").items, "older days left the window"
