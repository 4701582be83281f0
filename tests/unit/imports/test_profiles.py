"""Profiles of `player_profiles` in the table: filled once, and never taken back."""

from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest

from cairn.imports.history import Profile
from cairn.imports.load import Ground
from cairn.imports.profiles import load_profiles
from cairn.imports.run import ground_for
from cairn.platform.table import Table
from cairn.platform.transact import transact
from cairn.players import keep, storage
from cairn.players.belongings import Part
from cairn.players.player import Player
from cairn.players.profile import load
from cairn.tenants.settings import TenantSettings
from tests.support.world import all_items

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def profile(**changes: Any) -> Profile:
    given: dict[str, Any] = {
        "player": "ada",
        "line": 2,
        "preferences": {"difficulty": "normal"},
        "custom_stats": {"quests": 15},
        "global_inventory": {"compass": 1, "key": 2, "gone": 0},
        "level": 1,
    }
    return Profile(**given | changes)


@pytest.fixture
def ground(table: Table) -> Ground:
    return ground_for(table, "acme", [], NOW, dry=False)


def told(ground: Ground, *profiles: Profile) -> tuple[list[str], list[str]]:
    """The reasons of what could not be loaded, and the differences."""
    # One thread: the engine of the unit tests bears no more.
    bad, notes = load_profiles(ground, iter(profiles), 1, Event())
    return [each.reason for each in bad], [each.reason for each in notes]


def test_a_profile_fills_what_was_empty_also_of_somebody_who_never_played(ground: Ground) -> None:
    assert told(ground, profile()) == ([], [])
    stored = load(ground.table, "acme", "ada")
    assert stored.player and stored.player.created_at == NOW
    assert stored.belongings.preferences == {"difficulty": "normal"}
    assert stored.belongings.custom_stats == {"quests": 15}
    assert stored.belongings.inventory == {"compass": 1, "key": 2}


def test_a_player_who_is_there_stays_as_they_are(ground: Ground) -> None:
    transact(ground.table, [storage.write(Player("acme", "ada", name="Ada", xp=250), TenantSettings())])
    told(ground, profile())
    player = load(ground.table, "acme", "ada").player
    assert player and (player.name, player.xp) == ("Ada", 250)


def test_loading_again_changes_nothing(ground: Ground) -> None:
    told(ground, profile())
    before = all_items(ground.table)
    assert told(ground, profile()) == ([], [])
    assert all_items(ground.table) == before


def test_what_changed_since_is_kept_and_told(ground: Ground) -> None:
    told(ground, profile(custom_stats={}))
    keep.put(ground.table, "acme", "ada", Part.PREFERENCES, {}, lambda _: None, NOW)
    assert told(ground, profile()) == ([], ["stats.preferences: what stands has changed since, and is kept"])
    belongings = load(ground.table, "acme", "ada").belongings
    assert (belongings.preferences, belongings.custom_stats) == ({}, {"quests": 15})


def test_a_profile_that_says_nothing_makes_no_player(ground: Ground) -> None:
    told(ground, profile(preferences={}, custom_stats={}, global_inventory={}))
    assert all_items(ground.table) == {}


def test_what_is_too_much_is_told_and_the_next_profile_is_loaded(ground: Ground) -> None:
    bad, _ = told(ground, profile(custom_stats={"x": "y" * 5000}), profile(player="bea", line=3))
    assert [each[:30] for each in bad] == ["custom_stats has 5008 bytes as"]
    assert load(ground.table, "acme", "bea").player


def test_another_level_than_the_history_makes_is_a_difference(ground: Ground) -> None:
    assert told(ground, profile(level=5)) == ([], ["account_level is 5; what is loaded makes 1"])


def test_a_dry_run_writes_nothing(table: Table) -> None:
    assert told(ground_for(table, "acme", [], NOW, dry=True), profile(level=5)) == ([], [])
    assert all_items(table) == {}


def test_a_run_that_is_stopped_begins_no_further_profile(ground: Ground) -> None:
    stop = Event()
    stop.set()
    load_profiles(ground, iter([profile()]), 1, stop)
    assert all_items(ground.table) == {}
