"""Freezes: requested, taken back, used, earned and given back, each in the ledger."""

from datetime import timedelta
from typing import Any

import pytest

from cairn.platform import keys
from tests.support.engine import items_of
from tests.support.world import World
from tests.unit.streaks_api.asking import be_active, do, events, logged, refusal, streak


def lines(world: World, **query: Any) -> list[tuple[str, str, int, int]]:
    reply = world.call("streaks").send("GET", "/players/me/streak/freezes", **query)
    return [(each["date"], each["kind"], each["change"], each["balance"]) for each in reply.body["entries"]]


def test_a_freeze_is_set_aside_when_it_is_requested_and_used_when_the_date_ends(world: World) -> None:
    be_active(world)
    reply = do(world, "freezes", date="2026-11-22")
    assert reply.status == 200
    assert (reply.body["freezes_available"], reply.body["requested_freezes"]) == (2, ["2026-11-22"])
    assert lines(world)[0] == ("2026-11-22", "used_on_request", -1, 2)
    be_active(world)
    world.clock.at += timedelta(days=1)
    shown = streak(world)
    assert (shown["status"], shown["current"], shown["freezes_available"]) == ("frozen", 2, 2)
    assert shown["requested_freezes"] == []


def test_a_freeze_is_kept_for_the_date_though_an_earlier_one_is_missed(world: World) -> None:
    be_active(world)
    do(world, "freezes", date="2026-11-22")
    world.clock.at += timedelta(days=2)
    assert lines(world)[:2] == [
        ("2026-11-22", "used_on_request", -1, 1),
        ("2026-11-21", "used_automatically", -1, 2),
    ]


def test_the_same_request_again_is_the_same_freeze(world: World) -> None:
    be_active(world)
    first = do(world, "freezes", key="k", date="2026-11-21")
    again = do(world, "freezes", key="k", date="2026-11-21")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")
    other = do(world, "freezes", date="2026-11-21")
    assert (other.status, other.body["event_id"], other.body["freezes_available"]) == (200, None, 2)
    assert events(world) == ["streak_freeze_requested"]
    assert refusal(do(world, "freezes", key="k", date="2026-11-22")) == (422, "idempotency-key-reused")


def test_a_request_that_is_taken_back_frees_its_freeze(world: World) -> None:
    be_active(world)
    do(world, "freezes", date="2026-11-22")
    reply = do(world, "freezes", date="2026-11-22", withdraw=True)
    assert (reply.body["freezes_available"], reply.body["requested_freezes"]) == (3, [])
    assert refusal(do(world, "freezes", date="2026-11-22", withdraw=True)) == (409, "nothing-to-withdraw")
    assert sorted(events(world)) == ["streak_freeze_requested", "streak_freeze_withdrawn"]


def test_a_request_that_had_its_time_cannot_be_taken_back(world: World) -> None:
    be_active(world)
    do(world, "freezes", date="2026-11-21")
    world.clock.at += timedelta(days=1)
    assert refusal(do(world, "freezes", date="2026-11-21", withdraw=True)) == (409, "day-is-over")


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2026-11-20", "day-is-active"),
        ("2026-11-19", "day-is-over"),
        ("2026-11-25", "day-is-preserved"),
        ("2027-01-15", "invalid-body"),
    ],
)
def test_a_date_that_a_freeze_is_not_for_is_refused(world: World, day: str, code: str) -> None:
    world.call("events").send("POST", "/players/me/events", {"type": "check_in"})
    do(world, "pauses", first="2026-11-25", last="2026-11-26")
    before = dict(items_of(world.table))
    assert refusal(do(world, "freezes", date=day))[1] == code
    assert items_of(world.table) == before


def test_who_has_no_freeze_or_no_streak_or_never_was_is_told_so(world: World) -> None:
    assert refusal(do(world, "freezes", date="2026-11-21")) == (409, "no-streak")
    assert not items_of(world.table).keys() & {keys.player("acme", "ada")}
    be_active(world)
    for day in ("2026-11-21", "2026-11-22", "2026-11-23"):
        assert do(world, "freezes", date=day).status == 200
    refused = do(world, "freezes", date="2026-11-24")
    assert (refusal(refused), "take a request back" in refused.body["detail"]) == ((409, "no-freeze-held"), True)
    world.clock.at += timedelta(days=9)
    assert refusal(do(world, "freezes", date="2026-12-01")) == (409, "no-streak")


def test_the_ledger_has_every_gain_and_every_use_page_by_page(world: World) -> None:
    be_active(world)
    world.clock.at += timedelta(days=1)
    be_active(world, 6)
    assert lines(world) == [
        ("2026-11-27", "earned", 1, 3),
        ("2026-11-21", "used_automatically", -1, 2),
        ("2026-11-20", "given_at_start", 3, 3),
    ]
    pages = world.call("streaks").walk("/players/me/streak/freezes", "entries", limit="1")
    assert [each["kind"] for each in pages] == ["earned", "used_automatically", "given_at_start"]
    assert pages[1]["at"] == "2026-11-22T00:00:00.000Z"
    wrong = world.call("streaks").send("GET", "/players/me/streak/freezes", cursor="bm90")
    assert refusal(wrong) == (422, "invalid-parameter")


def test_a_late_event_gives_the_freeze_back_and_both_are_in_the_ledger(world: World) -> None:
    be_active(world)
    world.clock.at += timedelta(days=1)
    be_active(world)
    assert streak(world)["freezes_available"] == 2
    late = {"type": "check_in", "at": "2026-11-21T18:00:00Z"}
    world.call("events").send("POST", "/players/me/events", late)
    assert streak(world)["freezes_available"] == 3
    assert lines(world)[:2] == [
        ("2026-11-21", "given_back", 1, 3),
        ("2026-11-21", "used_automatically", -1, 2),
    ]


def test_the_ledger_of_days_long_gone_is_still_whole(world: World) -> None:
    be_active(world, 4)
    world.clock.at += timedelta(days=1)
    be_active(world, 30)
    assert any(key.sk.startswith("CAL#") for key in items_of(world.table))
    kinds = [kind for _, kind, _, _ in lines(world)]
    assert kinds == ["earned", "used_automatically", "given_at_start"]


def test_somebody_who_never_was_has_an_empty_ledger(world: World) -> None:
    shown = world.call("streaks", player="nobody").send("GET", "/players/me/streak/freezes").body
    assert (shown["entries"], shown["freezes_available"], shown["next"]) == ([], 3, None)


def test_the_event_says_which_date(world: World) -> None:
    be_active(world)
    do(world, "freezes", date="2026-11-22")
    (event,) = logged(world)
    assert event["data"]["S"].replace(" ", "") == '{"date":"2026-11-22"}'
