"""A tenant's own counters: named in events, counted once, and of a player's token only so far as the tenant lets it."""

from typing import Any

import pytest

from cairn.players.metrics import MAX_COUNTERS, METRICS
from tests.support.http import Reply
from tests.support.world import World, all_items

RIDE = {"type": "ride_finished", "counters": {"kilometres": 30, "climbs": 2}}


def send(world: World, body: dict[str, Any], role: str = "service", **more: Any) -> Reply:
    path = f"/players/{'me' if role == 'player' else 'ada'}/events"
    return world.call("events", role).send("POST", path, body, **more)


def metrics(world: World) -> dict[str, int]:
    shown: dict[str, int] = world.call("players").send("GET", "/players/me").body["metrics"]
    return {name: number for name, number in shown.items() if name not in METRICS}


def let_players_count(world: World, **counters: int) -> None:
    wanted = {"player_counters": counters, "player_event_types": ["check_in"]}
    assert world.call("catalog", "operator").send("PUT", "/settings", wanted).status == 200


def test_an_event_brings_counters_on_that_nobody_named_before(world: World) -> None:
    assert send(world, RIDE).status == 200
    assert send(world, {**RIDE, "experience_id": "woods"}).status == 200
    assert metrics(world) == {"climbs": 4, "kilometres": 60}
    shown = world.call("progress").send("GET", "/players/me/events").body["events"]
    assert [each["data"]["counters"] for each in shown] == [RIDE["counters"]] * 2


def test_an_event_of_an_experiences_own_route_does_too(world: World) -> None:
    reply = world.call("progress", "service").send("POST", "/players/ada/experiences/woods/events", RIDE)
    assert (reply.status, metrics(world)) == (200, {"climbs": 2, "kilometres": 30})


def test_a_retry_counts_once(world: World) -> None:
    for _ in range(3):
        assert send(world, RIDE, key="again").status == 200
    sent = {"events": [{**RIDE, "id": "bulk", "player_id": "ada", "at": "2026-11-20T10:00:00Z"}]}
    for _ in range(2):
        assert world.call("events", "service").send("POST", "/events", sent, key="").body["refused"] == 0
    assert metrics(world) == {"climbs": 4, "kilometres": 60}


def test_an_older_clients_activity_may_count(world: World) -> None:
    body = {"activity_type": "ride", "user_id": "ada", "counters": {"kilometres": 3}}
    assert world.call("legacy", "service").send("POST", "/track-user-activity", body).status == 200
    assert metrics(world) == {"kilometres": 3}
    mine = {"activity_type": "ride", "counters": {"kilometres": 3}}
    assert world.call("legacy").send("POST", "/track-user-activity", mine).status == 403


def test_a_player_counts_what_the_tenant_lists_and_no_more_of_it(world: World) -> None:
    let_players_count(world, kilometres=50)
    asked = {"type": "check_in", "counters": {"kilometres": 50}}
    assert send(world, asked, "player").status == 200
    for counters, said in (
        ({"kilometres": 51}, "Players may count kilometres up to 50 in one event, and not 51."),
        ({"kilometres": 1, "climbs": 1}, "Players may not count climbs. They may count kilometres:"),
    ):
        refused = send(world, {"type": "check_in", "counters": counters}, "player")
        assert (refused.status, refused.body["type"]) == (403, "urn:cairn:problem:counter-not-allowed")
        assert said in refused.body["detail"]
        assert refused.body["allowed"] == {"kilometres": 50}
        path = "/players/me/experiences/woods/events"
        assert world.call("progress").send("POST", path, {"type": "check_in", "counters": counters}).status == 403
    sent = [
        {"id": "a", "at": "2026-11-20T10:00:00Z", "type": "check_in", "counters": {"kilometres": number}}
        for number in (51, 50)
    ]
    sent[1]["id"] = "b"
    results = world.call("events").send("POST", "/events", {"events": sent}, key="").body["results"]
    assert [each["status"] for each in results] == [403, 200]
    assert metrics(world) == {"kilometres": 100}


def test_without_a_list_players_count_nothing(world: World) -> None:
    refused = send(world, {"type": "check_in", "counters": {"kilometres": 1}}, "player")
    assert "They may count none: an operator lists counters in player_counters" in refused.body["detail"]


@pytest.mark.parametrize(
    "counters",
    [
        {"total_xp": 5},
        {"words_learned": 1},
        {"meters": 1},
        {"Kilometres": 1},
        {"km!": 1},
        {"_km": 1},
        {"k" * 51: 1},
        {"km": 0},
        {"km": -1},
        {"km": 1.5},
        {"km": True},
        {"km": "3"},
        {"km": 1_000_001},
        {f"c{number}": 1 for number in range(9)},
    ],
)
def test_what_is_no_counter_is_refused_and_leaves_nothing(world: World, counters: dict[str, Any]) -> None:
    before = all_items(world.table)
    refused = send(world, {"type": "ride_finished", "counters": counters})
    assert (refused.status, refused.body["type"]) == (422, "urn:cairn:problem:invalid-body")
    assert all_items(world.table) == before


def test_the_settings_list_only_counters_that_are_the_tenants_own(world: World) -> None:
    for counters in ({"total_xp": 5}, {"km": 0}, {"KM": 1}):
        reply = world.call("catalog", "operator").send("PUT", "/settings", {"player_counters": counters})
        assert reply.status == 422
    let_players_count(world, km=5)
    assert world.call("catalog", "operator").send("GET", "/settings").body["player_counters"] == {"km": 5}


def test_a_player_has_so_many_counters_and_no_more(world: World) -> None:
    names = [f"c{number:02d}" for number in range(MAX_COUNTERS)]
    for start in range(0, MAX_COUNTERS, 8):
        counters = dict.fromkeys(names[start : start + 8], 1)
        assert send(world, {"type": "many", "counters": counters}).status == 200
    before = all_items(world.table)
    refused = send(world, {"type": "many", "counters": {"c00": 1, "another": 1}})
    assert (refused.status, refused.body["type"]) == (422, "urn:cairn:problem:too-many-counters")
    assert "another" in refused.body["detail"] and refused.body["counters"] == names
    assert all_items(world.table) == before
    assert send(world, {"type": "many", "counters": {"c00": 1}}).status == 200
    assert metrics(world)["c00"] == 2
    sent = [
        {"id": name, "at": "2026-11-20T10:00:00Z", "type": "many", "player_id": "ada", "counters": {name: 1}}
        for name in ("another", "c01")
    ]
    results = world.call("events", "service").send("POST", "/events", {"events": sent}, key="").body["results"]
    assert [each["status"] for each in results] == [422, 200]
