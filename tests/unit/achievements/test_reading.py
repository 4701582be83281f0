"""What there is to unlock, and how far a player is."""

from cairn.achievements.definitions import ACHIEVEMENTS
from tests.support.world import World, all_items, react, stream_records


def test_every_definition_is_shown_with_what_a_player_wants_to_know(world: World) -> None:
    shown = world.call("achievements").send("GET", "/achievements").body["achievements"]
    assert [each["achievement_id"] for each in shown] == [each.id for each in ACHIEVEMENTS]
    assert shown[0] == {
        "achievement_id": "first_scenario",
        "category": "scenarios",
        "type": "completion",
        "title": "First Scenario",
        "description": "Complete a scenario",
        "icon": "signpost",
        "rarity": "common",
        "xp": 50,
        "metric": "scenarios_completed",
        "threshold": 1,
        "criteria": {"metric": "scenarios_completed", "at_least": 1},
        "prerequisites": [],
        "repeat": None,
        "secret": False,
        "is_active": True,
        "version": 1,
    }


def test_unlocks_and_progress_of_a_player_are_shown_together(world: World) -> None:
    done = world.journey()[-1].body
    react(world.table, world.clock, stream_records({}, all_items(world.table)))
    body = world.call("achievements").send("GET", "/players/me/achievements").body
    shown = {each["achievement_id"]: each for each in body["achievements"]}
    assert (body["unlocked_count"], body["total"]) == (2, len(ACHIEVEMENTS))
    first = shown["first_steps"]
    assert (first["unlocked"], first["progress"], first["unlocked_at"]) == (True, 1.0, done["at"])
    assert first["evidence"] == {"event_id": done["event_id"], "experiences_completed": 1}
    assert (shown["scenario_explorer"]["unlocked"], shown["scenario_explorer"]["progress"]) == (False, 0.2)
    assert (shown["quick_learner"]["value"], shown["quick_learner"]["progress"]) == (900, 0.25)


def test_a_player_who_never_played_has_everything_before_them(world: World) -> None:
    body = world.call("achievements").send("GET", "/players/me/achievements").body
    assert body["unlocked_count"] == 0
    assert {each["progress"] for each in body["achievements"]} == {0.0}
