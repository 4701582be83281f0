"""What streaks cost, as docs/access-patterns.md has it: round trips, and units with those of the indexes."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from cairn.platform import keys
from cairn.platform.capacity import Meter
from cairn.platform.table import Table
from cairn.streaks.agenda import Agenda, Due, dispatch
from cairn.streaks.sweep import look_at
from cairn.tenants.storage import SettingsCache
from tests.support.costs import Cost, cost_of
from tests.support.tables import index_units
from tests.support.world import World, all_items
from tests.unit.streaks_api.asking import be_active

IDEMPOTENCY_KEY = 2
WHY = "The login was down."


@pytest.fixture
def world(table: Table) -> World:
    """A player on the eve of their tenth day, and caches that are warm."""
    world = World(table)
    world.define()
    be_active(world, 9)
    for role in ("player", "operator"):
        world.call("streaks", role).send("GET", "/players/ada/streak")
    return world


def asked(world: World, meter: Meter, what: str, role: str = "player", **body: Any) -> tuple[Cost, Counter[str]]:
    """The cost of one request that succeeds, and the index units in it."""
    before = all_items(world.table)

    def send() -> None:
        reply = world.call("streaks", role).send("POST", f"/players/ada/streak/{what}", body)
        assert reply.status == 200, reply.body

    cost = cost_of(meter, send)
    return cost, index_units(before, all_items(world.table))


def check_in(world: World) -> Counter[str]:
    before = all_items(world.table)
    world.call("events").send("POST", "/players/me/events", {"type": "check_in"})
    return index_units(before, all_items(world.table))


def test_the_first_activity_of_a_date_files_the_player_under_another_hour_and_no_other_does(world: World) -> None:
    assert check_in(world)["due"] == 2
    world.clock.at += timedelta(minutes=20)
    assert check_in(world)["due"] == 0


def test_a_mark_is_two_trips_a_read_and_its_event_and_player(world: World, meter: Meter) -> None:
    # The event and its entry by type, the player, and the request's key.
    written = 2 + 1 + 2 + IDEMPOTENCY_KEY
    cost, units = asked(world, meter, "freezes", date="2026-12-03")
    assert (cost, units) == (Cost(2, 1, written), {"of-player": 1})
    cost, units = asked(world, meter, "pauses", first="2026-12-10", last="2026-12-12")
    assert (cost, units) == (Cost(2, 1, written), {"of-player": 1})
    # A pause of the next date puts off when it is looked at: another entry.
    cost, units = asked(world, meter, "pauses", first="2026-11-29", last="2026-11-30")
    assert (cost, units) == (Cost(2, 1, written + 2), {"of-player": 1, "due": 2})


def test_a_decision_about_a_date_long_gone_reads_the_calendar_too(world: World, meter: Meter) -> None:
    be_active(world, 20)
    cost, _ = asked(world, meter, "reversals", "operator", date="2026-11-22", reason=WHY)
    # The bonuses of the ten dates behind it are adjusted: a ledger entry, their facts (the XP of eight changes in the
    # index of the player's days), and the calendar's month.
    assert (cost.trips, cost.reads, cost.writes) == (3, 2, 29 + 8)


@pytest.mark.parametrize(
    ("path", "trips", "reads"), [("", 1, 0.5), ("/freezes", 2, 2), ("/calendar", 2, 2)], ids=["now", "ledger", "month"]
)
def test_reading_costs_what_is_said(world: World, meter: Meter, path: str, trips: int, reads: float) -> None:
    be_active(world, 50)
    world.call("streaks").send("GET", "/players/me/streak")

    def read() -> None:
        assert world.call("streaks").send("GET", f"/players/me/streak{path}").status == 200

    assert cost_of(meter, read) == Cost(trips, reads, 0)


def test_a_year_of_days_behind_the_player_costs_the_ledger_and_the_month_three_units(
    world: World, meter: Meter
) -> None:
    be_active(world, 365)

    def read() -> None:
        assert world.call("streaks").send("GET", "/players/me/streak/calendar").status == 200

    cost = cost_of(meter, read)
    assert (cost.trips, cost.writes) == (2, 0)
    assert cost.reads == 1 + 3


def swept(world: World, meter: Meter) -> tuple[Cost, Counter[str]]:
    before, settings = all_items(world.table), SettingsCache(world.table)
    settings.of("acme")
    cost = cost_of(meter, lambda: look_at(world.table, settings, "acme", "ada", world.clock()))
    return cost, index_units(before, all_items(world.table))


def test_a_look_that_finds_a_freeze_used_is_two_trips(world: World, meter: Meter) -> None:
    assert swept(world, meter) == (Cost(1, 1, 0), {})
    world.clock.at += timedelta(hours=13)  # past midnight: the 29th was missed
    # The event and its entry by type, the player, and the entry of the hour.
    assert swept(world, meter) == (Cost(2, 1, 2 + 1 + 2 + 2), {"of-player": 1, "due": 2})


def test_noting_an_hour_is_one_write_and_handing_out_reads_each_hour_and_moves_a_cursor(
    world: World, meter: Meter
) -> None:
    player = all_items(world.table)[keys.player("acme", "ada")]
    due, now, settings = Due("acme", player["dp"]["S"]), world.clock(), SettingsCache(world.table)
    settings.of("acme")
    assert cost_of(meter, lambda: Agenda(world.table).note([due], now)) == Cost(1, 0, 2)

    def hand_out() -> None:
        dispatch(world.table, settings, lambda messages: None, world.clock())

    hand_out()
    world.clock.at += timedelta(hours=1)
    assert cost_of(meter, hand_out) == Cost(3, 2, 2)


def test_an_outage_is_declared_in_two_trips_and_four_writes(world: World, meter: Meter) -> None:
    def declare() -> None:
        body = {"first": "2026-11-25", "last": "2026-11-26", "reason": WHY}
        assert world.call("streaks", "operator").send("POST", "/streaks/amnesties", body).status == 200

    assert cost_of(meter, declare) == Cost(2, 1, 4 * 2)
