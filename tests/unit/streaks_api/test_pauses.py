"""Pauses: a range of dates to come, at most 30 days, that keeps the streak."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.engine import items_of
from tests.support.world import World
from tests.unit.streaks_api.asking import be_active, do, events, refusal, streak


def test_a_pause_keeps_the_streak_and_uses_no_freeze(world: World) -> None:
    be_active(world)
    reply = do(world, "pauses", first="2026-11-21", last="2026-12-20")
    assert (reply.status, reply.body["pauses"]) == (200, [{"first": "2026-11-21", "last": "2026-12-20"}])
    world.clock.at += timedelta(days=29)
    shown = streak(world)
    assert (shown["local_day"], shown["current"], shown["freezes_available"]) == ("2026-12-20", 1, 3)
    be_active(world)
    assert streak(world)["current"] == 2
    assert events(world) == ["streak_paused"]


def test_who_is_active_in_a_pause_goes_on_all_the_same(world: World) -> None:
    be_active(world)
    do(world, "pauses", first="2026-11-21", last="2026-11-30")
    be_active(world, 2)
    assert streak(world)["current"] == 3


def test_a_pause_that_is_taken_back_before_it_begins_never_was(world: World) -> None:
    be_active(world)
    do(world, "pauses", first="2026-11-23", last="2026-11-30")
    reply = do(world, "pauses", first="2026-11-23", withdraw=True)
    assert (reply.status, reply.body["pauses"]) == (200, [])
    assert sorted(events(world)) == ["streak_pause_ended", "streak_paused"]


def test_a_pause_that_is_ended_early_ends_with_yesterday(world: World) -> None:
    be_active(world)
    do(world, "pauses", first="2026-11-21", last="2026-12-10")
    world.clock.at += timedelta(days=4)
    assert do(world, "pauses", first="2026-11-21", withdraw=True).body["pauses"] == []
    world.clock.at += timedelta(days=1)
    shown = streak(world)
    assert (shown["current"], shown["freezes_available"], shown["frozen_days"]) == (1, 2, ["2026-11-25"])
    assert refusal(do(world, "pauses", first="2026-11-21", withdraw=True)) == (409, "day-is-over")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"first": "2026-11-20", "last": "2026-11-22"}, "day-is-over"),
        ({"first": "2026-11-28", "last": "2026-11-29"}, "pause-overlaps"),
        ({"first": "2026-12-04", "last": "2026-12-09"}, "pause-overlaps"),
        ({"first": "2026-12-06", "last": "2026-12-09"}, "pause-overlaps"),
        ({"first": "2027-11-28", "last": "2027-11-29"}, "invalid-body"),
        ({"first": "2026-12-24", "last": "2026-12-23"}, "invalid-body"),
        ({"first": "2026-12-24", "last": "2027-01-23"}, "invalid-body"),
        ({"first": "2026-12-24"}, "invalid-body"),
        ({"first": "2026-12-01", "last": "2026-12-05", "withdraw": True}, "invalid-body"),
        ({"first": "2026-12-02", "withdraw": True}, "nothing-to-withdraw"),
    ],
)
def test_a_pause_that_cannot_be_is_refused(world: World, body: dict[str, Any], code: str) -> None:
    be_active(world)
    do(world, "pauses", first="2026-11-29", last="2026-11-30")
    do(world, "pauses", first="2026-12-02", last="2026-12-03")
    do(world, "pauses", first="2026-12-02", withdraw=True)
    do(world, "pauses", first="2026-12-05", last="2026-12-05")
    before = dict(items_of(world.table))
    assert refusal(do(world, "pauses", **body))[1] == code
    assert items_of(world.table) == before


def test_the_same_pause_again_is_the_same_pause(world: World) -> None:
    be_active(world)
    for _ in range(2):
        assert do(world, "pauses", first="2026-11-29", last="2026-11-30").status == 200
    assert events(world) == ["streak_paused"]


def test_thirty_days_are_allowed_and_five_pauses_to_come(world: World) -> None:
    be_active(world)
    for month in range(1, 6):
        reply = do(world, "pauses", first=f"2027-{month:02d}-01", last=f"2027-{month:02d}-27")
        assert reply.status == 200, reply.body
    assert refusal(do(world, "pauses", first="2027-06-01", last="2027-06-30")) == (409, "too-many-pauses")
    assert do(world, "pauses", first="2027-01-01", withdraw=True).status == 200
    assert do(world, "pauses", first="2027-06-01", last="2027-06-30").status == 200


def test_a_player_who_never_was_has_nothing_to_pause(world: World) -> None:
    assert refusal(do(world, "pauses", first="2026-11-29", last="2026-11-30")) == (404, "unknown-player")


def test_a_service_pauses_for_a_player_and_an_operator_does_not(world: World) -> None:
    be_active(world)
    assert do(world, "pauses", "service", first="2026-11-29", last="2026-11-30").status == 200
    assert refusal(do(world, "pauses", "operator", first="2026-12-29", last="2026-12-30"))[0] == 403
