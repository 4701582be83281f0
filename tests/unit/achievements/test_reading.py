"""What there is to unlock, and how far a player is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cairn.achievements.criteria import AllOf, AnyOf, Not, Threshold
from cairn.achievements.definitions import ACHIEVEMENTS, Every, Repeat
from tests.support.achievements import achievement, define
from tests.support.http import Reply
from tests.support.world import World, all_items, react, stream_records

SECRET = achievement("hidden_lake", "experiences_completed", 1, secret=True)
INVALID = "urn:cairn:problem:invalid-parameter"


def ask(world: World, path: str, role: str = "player", **query: str) -> Reply:
    return world.call("achievements", role).send("GET", path, **query)


def of(world: World, role: str = "player", **query: str) -> dict[str, Any]:
    path = "/players/me/achievements" if role == "player" else "/players/ada/achievements"
    shown = ask(world, path, role, **query).body["achievements"]
    return {each["achievement_id"]: each for each in shown}


def unlock_all(world: World) -> None:
    react(world.table, world.clock, stream_records({}, all_items(world.table)))


def test_every_definition_is_shown_with_what_a_player_wants_to_know(world: World) -> None:
    body = ask(world, "/achievements").body
    assert [each["achievement_id"] for each in body["achievements"]] == [each.id for each in ACHIEVEMENTS]
    assert (body["total"], body["next"]) == (27, None)
    assert body["achievements"][0] == {
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
    unlock_all(world)
    body = ask(world, "/players/me/achievements").body
    shown = {each["achievement_id"]: each for each in body["achievements"]}
    assert (body["unlocked_count"], body["total"]) == (2, len(ACHIEVEMENTS))
    first = shown["first_steps"]
    assert (first["unlocked"], first["progress"], first["unlocked_at"]) == (True, 1.0, done["at"])
    assert first["evidence"] == {"event_id": done["event_id"], "experiences_completed": 1}
    assert (shown["scenario_explorer"]["unlocked"], shown["scenario_explorer"]["progress"]) == (False, 0.2)
    assert (shown["quick_learner"]["value"], shown["quick_learner"]["progress"]) == (900, 0.25)


def test_a_player_who_never_played_has_everything_before_them(world: World) -> None:
    body = ask(world, "/players/me/achievements").body
    assert body["unlocked_count"] == 0
    assert {each["progress"] for each in body["achievements"]} == {0.0}


def test_of_several_metrics_each_is_shown_and_the_furthest_of_all_counts(world: World) -> None:
    two = AllOf((Threshold("sessions", 4), AnyOf((Threshold("study_seconds", 1800), Threshold("stones", 1)))))
    define(
        world.table,
        [
            achievement("both", criteria=two),
            achievement("unharmed", criteria=AllOf((Threshold("sessions", 2), Not(Threshold("falls", 1))))),
        ],
    )
    world.journey()
    shown = of(world)
    assert (shown["both"]["progress"], shown["both"]["value"], shown["both"]["threshold"]) == (0.25, None, None)
    assert [(each["metric"], each["value"], each["progress"]) for each in shown["both"]["parts"]] == [
        ("sessions", 1, 0.25),
        ("study_seconds", 900, 0.5),
        ("stones", 0, 0.0),
    ]
    assert shown["unharmed"]["progress"] == 0.5


def test_what_repeats_is_shown_with_its_first_unlock_and_how_often(world: World) -> None:
    define(world.table, [achievement("tens", "learned", 10, repeat=Repeat(Every.THRESHOLD, 9))])
    for number in (10, 15):
        world.clock.at = datetime(2026, 11, number, 12, tzinfo=UTC)
        before = all_items(world.table)
        body = {"type": "lesson_held", "counters": {"learned": number}}
        world.call("events", "service").send("POST", "/players/ada/events", body)
        react(world.table, world.clock, stream_records(before, all_items(world.table)))
    tens = of(world)["tens"]
    assert (tens["times"], tens["unlocked_at"]) == (2, "2026-11-10T12:00:00.000Z")


def test_a_secret_is_kept_from_players_until_they_unlock_it(world: World) -> None:
    define(world.table, [SECRET])
    told = {"title": "A secret achievement", "icon": "secret", "criteria": None, "metric": None, "threshold": None}
    listed = ask(world, "/achievements").body["achievements"][-1]
    alone = ask(world, "/achievements/hidden_lake")
    mine = of(world)["hidden_lake"]
    assert listed == alone.body
    for shown in (listed, mine):
        assert {name: shown[name] for name in told} == told
        assert shown["achievement_id"] == "hidden_lake" and "Hidden" not in str(shown)
    assert (mine["progress"], mine["value"], mine["parts"]) == (None, None, [])
    assert "hidden_lake" not in {
        each["achievement_id"] for each in ask(world, "/players/me/achievements/progress").body["achievements"]
    }
    assert of(world, "service")["hidden_lake"]["title"] == "Hidden_Lake", "others who may see it do"
    world.journey()
    unlock_all(world)
    after = ask(world, "/achievements/hidden_lake")
    assert after.body["title"] == of(world)["hidden_lake"]["title"] == "Hidden_Lake"
    assert ask(world, "/achievements").body["achievements"][-1]["title"] == "Hidden_Lake"
    assert after.headers["ETag"] != alone.headers["ETag"], "who keeps the secret reads anew"


def test_what_is_switched_off_is_seen_by_who_holds_it(world: World) -> None:
    define(world.table, [achievement("old", "experiences_completed", 1)])
    world.journey()
    unlock_all(world)
    define(world.table, [achievement("old", "experiences_completed", 1, is_active=False)])
    world._http.clear()
    assert of(world)["old"]["unlocked"]
    other = world.call("achievements", player="bob").send("GET", "/players/me/achievements").body["achievements"]
    assert "old" not in {each["achievement_id"] for each in other}


def test_the_nearest_of_what_is_left_comes_first(world: World) -> None:
    world.journey()
    unlock_all(world)
    body = ask(world, "/players/me/achievements/progress").body
    left = [(each["achievement_id"], each["progress"]) for each in body["achievements"]]
    assert body["left"] == len(left) == 25
    assert left[:2] == [("quick_learner", 0.25), ("scenario_explorer", 0.2)]
    assert [fraction for _, fraction in left] == sorted((fraction for _, fraction in left), reverse=True)
    assert not {"first_steps", "first_scenario"} & {name for name, _ in left}


@pytest.mark.parametrize("limit", ["1", "7", "500"])
def test_lists_come_in_pages(world: World, limit: str) -> None:
    define(world.table, [achievement(f"a{number:03d}", "stones", number + 1) for number in range(20)])
    world.call("events", "service").send(
        "POST", "/players/ada/events", {"type": "stone_turned", "counters": {"stones": 5}}
    )
    player = world.call("achievements")
    for path in ("/achievements", "/players/me/achievements", "/players/me/achievements/progress"):
        whole = player.send("GET", path).body["achievements"]
        assert len(whole) == 47
        assert player.walk(path, "achievements", limit=limit) == whole


@pytest.mark.parametrize("path", ["/achievements", "/players/me/achievements", "/players/me/achievements/progress"])
def test_a_cursor_of_another_list_is_refused(world: World, path: str) -> None:
    other = ask(world, "/players/me/achievements" if path == "/achievements" else "/achievements", limit="3")
    for cursor in ("x", other.body["next"]):
        reply = ask(world, path, cursor=cursor)
        assert (reply.status, reply.body["type"]) == (422, INVALID)
    assert ask(world, path, limit="501").status == 422


def test_older_clients_find_the_same_under_their_names(world: World) -> None:
    world.journey()
    unlock_all(world)
    for older, path in (
        ("/gamification/achievements", "/achievements"),
        ("/gamification/achievements/user", "/players/me/achievements"),
        ("/gamification/achievements/progress", "/players/me/achievements/progress"),
    ):
        assert ask(world, older).body == ask(world, path).body
    named = ask(world, "/gamification/achievements/user", "service", user_id="ada")
    assert named.body["unlocked_count"] == 2
    assert ask(world, "/gamification/achievements/user", "service").status == 403
    assert ask(world, "/gamification/achievements/progress", user_id="bob").status == 403


def test_initializing_changes_nothing_as_the_standard_ones_are_there(world: World) -> None:
    before = all_items(world.table)
    operator = world.call("achievements", "operator")
    replies = [operator.send("POST", "/gamification/achievements/initialize", {}, key=key) for key in ("", "a", "a")]
    assert all(reply.status == 200 and reply.body == replies[0].body for reply in replies)
    assert (replies[0].body["success"], replies[0].body["total"], len(replies[0].body["achievements"])) == (
        True,
        27,
        27,
    )
    assert all_items(world.table) == before
    assert world.call("achievements").send("POST", "/gamification/achievements/initialize", {}).status == 403
