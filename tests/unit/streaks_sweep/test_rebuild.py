"""Streaks counted anew: what is stored is found out where it is wrong, and put right."""

import json
from datetime import timedelta
from typing import Any

import pytest

from cairn.platform import keys
from cairn.streaks import rebuild as rebuilding
from cairn.streaks.rebuild import Difference, rebuild, rebuild_player
from cairn.tenants.storage import SettingsCache
from tests.support.engine import items_of, table_in_memory
from tests.support.world import World
from tests.unit.streaks_api.asking import be_active, events, ledger, streak


@pytest.fixture
def world() -> World:
    """Ada has been active for thirty days, so that most of them are in the calendar, and is not today."""
    world = World(table_in_memory())
    be_active(world, 30)
    return world


def of(world: World, player: str = "ada", *, dry: bool = True) -> Difference | None:
    return rebuild_player(world.table, SettingsCache(world.table), "acme", player, world.clock(), dry=dry)


def spoil(world: World, at: int, value: Any) -> None:
    """Puts something else into the stored state before the window."""
    raw = items_of(world.table)[keys.player("acme", "ada")]
    packed = json.loads(raw["streak"]["S"])
    packed["since"][at] = value
    raw["streak"]["S"] = json.dumps(packed)


def test_where_all_is_right_nothing_is_found_or_written(world: World) -> None:
    before = dict(items_of(world.table))
    assert of(world) is of(world, dry=False) is None
    assert items_of(world.table) == before
    assert of(world, "nobody") is None


def test_a_spoilt_state_is_told_and_put_right(world: World) -> None:
    spoil(world, 1, 99)
    assert streak(world)["current"] > 99
    found = of(world)
    assert found == Difference("ada", {"window_streak": (109, 30)})
    assert streak(world)["current"] > 99, "a dry run writes nothing"
    assert of(world, dry=False) == found
    assert (of(world), streak(world)["current"]) == (None, 30)
    assert items_of(world.table)[keys.player("acme", "ada")]["current_streak"]["N"] == "30"


def test_freezes_that_were_spoilt_are_counted_anew_without_any_event(world: World) -> None:
    spoil(world, 4, 0)
    assert of(world, dry=False) == Difference("ada", {"window_freezes": (2, 3)})
    assert (of(world), streak(world)["freezes_available"], events(world)) == (None, 3, [])


def test_a_bonus_that_was_spoilt_is_adjusted_in_the_ledger(world: World) -> None:
    calendar = items_of(world.table)[keys.calendar("acme", "ada", "2026-11")]
    calendar["d22"]["L"][4]["N"] = "50"
    paid = sum(ledger(world))
    assert of(world, dry=False) == Difference("ada", {"bonus_xp": (paid + 35, paid)})
    assert sum(ledger(world)) == paid - 35, "it was paid, as far as anybody knew"
    assert events(world) == ["streak_counted_anew"]
    assert of(world) is None


def test_what_is_over_and_was_not_written_is_written_by_a_rebuild_too(world: World) -> None:
    world.clock.at += timedelta(days=2)
    assert of(world, dry=False) is None, "frozen: the stored figures are what they were"
    world.clock.at += timedelta(days=9)
    assert of(world, dry=False) == Difference("ada", {"current_streak": (30, 0)})
    assert events(world)[-1] == "streak_broken"
    assert of(world) is None


def test_a_tenants_players_are_gone_through_in_legs_from_wherever_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "PLAYERS_AT_ONCE", 2)
    spoil(world, 1, 99)
    for name in ("bob", "cy", "di"):
        be_active(world, player=name)
    legs = list(rebuild(world.table, SettingsCache(world.table), "acme", world.clock(), None, dry=True))
    assert [(leg.players, [each.player for each in leg.found]) for leg in legs] == [(2, ["ada"]), (2, [])]
    rest = list(rebuild(world.table, SettingsCache(world.table), "acme", world.clock(), legs[0].after, dry=True))
    assert rest == legs[1:]
    assert legs[0].found[0].show()["changes"][0].keys() == {"field", "was", "becomes"}
