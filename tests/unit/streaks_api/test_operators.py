"""What operators decide: dates restored, dates struck, and outages of the whole tenant. Each with its reason."""

import json
from datetime import timedelta
from typing import Any

import pytest

from cairn.progress import journey
from cairn.streaks import change
from tests.support.engine import items_of
from tests.support.world import World
from tests.unit.streaks_api.asking import be_active, do, events, ledger, logged, refusal, streak

WHY = "The app did not start."


def broken(world: World) -> None:
    """Three days, then five without anything, which three freezes could not bridge; then two more."""
    be_active(world, 3)
    world.clock.at += timedelta(days=5)
    be_active(world, 2)
    assert (streak(world)["current"], streak(world)["longest"]) == (2, 3)


def declare(world: World, key: str | None = None, **body: Any) -> Any:
    return world.call("streaks", "operator").send("POST", "/streaks/amnesties", {"reason": WHY, **body}, key)


def test_a_restored_date_mends_the_streak_and_the_bonuses(world: World) -> None:
    broken(world)
    assert sum(ledger(world)) == 5 + 10 + 15 + 5 + 10
    first = do(world, "restores", "operator", date="2026-11-26", reason=WHY)
    assert (first.body["current"], first.body["xp"]["gained"]) == (2, 0), "the 27th is missed still"
    reply = do(world, "restores", "operator", date="2026-11-27", reason=WHY)
    assert (reply.status, reply.body["current"], reply.body["longest"]) == (200, 5, 5)
    assert (reply.body["xp"], ledger(world)[-1]) == ({"gained": 30, "total": 75}, 30)
    assert (streak(world)["current"], sum(ledger(world))) == (5, 75)


def test_what_an_operator_decided_says_why_and_who(world: World) -> None:
    broken(world)
    operator = world.call("streaks", "operator")
    assert operator.claims is not None
    operator.claims["sub"] = "op-7"
    operator.send("POST", "/players/ada/streak/restores", {"date": "2026-11-26", "reason": WHY})
    (event,) = logged(world)
    assert json.loads(event["data"]["S"]) == {"date": "2026-11-26", "reason": WHY, "by": "op-7"}


def test_a_restore_that_is_taken_back_leaves_all_as_it_was(world: World) -> None:
    broken(world)
    for day in ("2026-11-26", "2026-11-27"):
        do(world, "restores", "operator", date=day, reason=WHY)
    reply = do(world, "restores", "operator", date="2026-11-27", reason="Wrong player.", withdraw=True)
    assert (reply.body["current"], reply.body["xp"]["total"]) == (2, 45)
    assert reply.body["longest"] == 5, "a record stays"
    assert refusal(do(world, "restores", "operator", date="2026-11-27", reason=WHY, withdraw=True))[1] == (
        "nothing-to-withdraw"
    )


@pytest.mark.parametrize(
    ("what", "day", "code"),
    [
        ("restores", "2026-11-20", "day-is-active"),
        ("restores", "2026-12-20", "invalid-body"),
        ("reversals", "2026-11-26", "day-not-active"),
    ],
)
def test_a_date_that_cannot_be_decided_so_is_refused(world: World, what: str, day: str, code: str) -> None:
    broken(world)
    before = dict(items_of(world.table))
    assert refusal(do(world, what, "operator", date=day, reason=WHY))[1] == code
    assert items_of(world.table) == before


@pytest.mark.parametrize("what", ["restores", "reversals"])
@pytest.mark.parametrize("role", ["player", "service"])
def test_only_an_operator_restores_and_strikes(world: World, what: str, role: str) -> None:
    broken(world)
    assert refusal(do(world, what, role, date="2026-11-26", reason=WHY)) == (403, "role-not-allowed")


def test_a_struck_date_counts_for_nothing_and_the_records_shrink(world: World) -> None:
    be_active(world, 4)
    assert sum(ledger(world)) == 50
    reply = do(world, "reversals", "operator", date="2026-11-22", reason="A script.")
    assert (reply.body["current"], reply.body["longest"], reply.body["total_active_days"]) == (3, 3, 3)
    assert (reply.body["xp"], reply.body["freezes_available"]) == ({"gained": -20, "total": 30}, 2)
    back = do(world, "reversals", "operator", date="2026-11-22", reason="It was her.", withdraw=True)
    assert (back.body["current"], back.body["longest"], back.body["xp"]["total"]) == (4, 4, 50)
    assert sorted(events(world)) == ["streak_day_struck", "streak_strike_withdrawn"]


def test_what_comes_late_for_a_struck_date_does_not_count_either(world: World) -> None:
    be_active(world, 2)
    do(world, "reversals", "operator", date="2026-11-21", reason="A script.")
    late = {"type": "check_in", "at": "2026-11-21T20:00:00Z"}
    world.call("events").send("POST", "/players/me/events", late)
    assert streak(world)["total_active_days"] == 1


def test_dates_that_left_the_window_long_ago_can_be_decided_too(world: World) -> None:
    be_active(world, 3)
    world.clock.at += timedelta(days=5)
    be_active(world, 40)
    assert any(key.sk.startswith("CAL#") for key in items_of(world.table))
    assert (streak(world)["current"], streak(world)["longest"]) == (40, 40)
    for day in ("2026-11-26", "2026-11-27"):
        reply = do(world, "restores", "operator", date=day, reason=WHY)
    assert (reply.body["current"], reply.body["longest"]) == (43, 43)
    assert streak(world)["current"] == 43
    reply = do(world, "reversals", "operator", date="2026-11-20", reason="A script.")
    assert (reply.body["current"], streak(world)["current"]) == (42, 42)
    be_active(world)
    assert streak(world)["current"] == 43
    for day in ("2026-11-26", "2026-11-27"):
        do(world, "restores", "operator", date=day, reason="Wrong.", withdraw=True)
    assert (streak(world)["current"], streak(world)["longest"]) == (41, 43)


def test_an_outage_costs_nobody_anything(world: World) -> None:
    broken(world)
    reply = declare(world, first="2026-11-26", last="2026-11-27")
    assert (reply.status, reply.body["already_declared"]) == (200, False)
    fresh = World(world.table, world.clock)
    assert (streak(fresh)["current"], streak(fresh)["freezes_available"]) == (5, 0)
    be_active(fresh)
    assert (streak(fresh)["current"], sum(ledger(fresh))) == (6, 5 + 10 + 15 + 20 + 25 + 30)


def test_an_outage_reaches_players_whose_window_left_it_behind(world: World) -> None:
    be_active(world, 3)
    world.clock.at += timedelta(days=5)
    be_active(world, 40)
    declare(world, first="2026-11-26", last="2026-11-27")
    fresh = World(world.table, world.clock)
    assert (streak(fresh)["current"], streak(fresh)["longest"]) == (43, 43)
    be_active(fresh)
    assert streak(fresh)["current"] == 44
    be_active(fresh)
    assert streak(fresh)["current"] == 45


def test_an_outage_is_declared_once_and_listed_with_its_reason(world: World) -> None:
    first = declare(world, "k", first="2026-11-18", last="2026-11-19")
    again = declare(world, "k", first="2026-11-18", last="2026-11-19")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")
    assert declare(world, first="2026-11-19", last="2026-11-19").body["already_declared"] is True
    declare(world, first="2026-11-19", last="2026-11-20")
    listed = world.call("streaks", "admin").send("GET", "/streaks/amnesties").body["amnesties"]
    assert [(each["first"], each["last"], each["reason"]) for each in listed] == [
        ("2026-11-19", "2026-11-20", WHY),
        ("2026-11-18", "2026-11-19", WHY),
    ]
    assert refusal(world.call("streaks").send("GET", "/streaks/amnesties")) == (403, "role-not-allowed")
    assert refusal(world.call("streaks", "service").send("POST", "/streaks/amnesties", {}))[0] == 403


@pytest.mark.parametrize(
    "body",
    [
        {"first": "2026-11-20", "last": "2026-11-19"},
        {"first": "2026-10-01", "last": "2026-11-19"},
        {"first": "2026-12-20", "last": "2026-12-24"},
        {"first": "2025-10-01", "last": "2025-10-02"},
        {"first": "2026-11-20", "last": "2026-11-20", "reason": ""},
    ],
)
def test_an_outage_that_cannot_be_is_refused(world: World, body: dict[str, Any]) -> None:
    assert refusal(declare(world, **body)) == (422, "invalid-body")


def test_settings_that_are_put_neither_lose_nor_change_an_outage(world: World) -> None:
    declare(world, first="2026-11-18", last="2026-11-19")
    operator = world.call("catalog", "operator")
    assert operator.send("PUT", "/settings", {"zone": "Asia/Tokyo"}).status == 200
    declare(world, first="2026-11-20", last="2026-11-20")
    assert operator.send("GET", "/settings").body["zone"] == "Asia/Tokyo"
    assert len(world.call("streaks", "operator").send("GET", "/streaks/amnesties").body["amnesties"]) == 2
    be_active(world)
    stored = World(world.table).parts.settings.of("acme").streak.amnesties
    assert [first.day for first, _ in stored] == [18, 20]


def test_a_decision_that_changes_too_many_days_is_booked_on_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journey, "MOST_DAYS", 3)
    be_active(world, 8)
    today = world.clock.at.date()
    assert do(world, "reversals", "operator", date="2026-11-21", reason="A script.").status == 200

    def booked(raw: dict[str, Any]) -> int:
        return int(raw.get("xp_streak_bonus", {"N": "0"})["N"])

    facts = {key.pk.split("#")[3]: booked(raw) for key, raw in items_of(world.table).items() if "#F#" in key.pk}
    assert facts[today.isoformat()] == -10 - 6 * 5
    assert facts["2026-11-21"] == 10
    assert sum(facts.values()) == sum(ledger(world)) == streak_xp(world)


def streak_xp(world: World) -> Any:
    return world.call("xp").send("GET", "/players/me/xp").body["total_xp"]


def test_a_decision_that_no_transaction_holds_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change, "MAX_ACTIONS", 5)
    be_active(world, 8)
    before = dict(items_of(world.table))
    refused = do(world, "reversals", "operator", date="2026-11-21", reason="A script.")
    assert refusal(refused) == (409, "changes-too-much")
    assert items_of(world.table) == before
