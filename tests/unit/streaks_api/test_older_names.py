"""The three routes under the names that older clients know."""

from datetime import timedelta
from typing import Any

from tests.support.world import World
from tests.unit.streaks_api.asking import be_active, refusal

STREAKS = "/gamification/streaks"


def update(world: World, key: str | None = None, **body: Any) -> Any:
    return world.call("streaks").send("POST", f"{STREAKS}/update", body, key)


def test_a_check_in_says_what_it_did(world: World) -> None:
    first = update(world, key="")
    assert (first.status, first.body["action"], first.body["current_streak"]) == (200, "started", 1)
    assert (first.body["xp"]["gained"], first.body["last_activity_date"]) == (5, "2026-11-20")
    world.clock.at += timedelta(hours=1)
    assert update(world).body["action"] == "maintained"
    world.clock.at += timedelta(days=1)
    assert update(world).body["action"] == "increased"
    world.clock.at += timedelta(days=9)
    assert world.call("streaks").send("GET", f"{STREAKS}/status").body["status"] == "broken"
    assert update(world).body["action"] == "started"


def test_a_check_in_under_a_key_counts_once(world: World) -> None:
    send = world.call("streaks").send
    first = send("POST", f"{STREAKS}/update", {}, key="k")
    again = send("POST", f"{STREAKS}/update", {}, key="k")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")


def test_the_status_has_the_older_names_beside_our_own(world: World) -> None:
    be_active(world, 2)
    shown = world.call("streaks").send("GET", f"{STREAKS}/status").body
    older = {name: shown[name] for name in ("user_id", "current_streak", "longest_streak", "last_activity_date")}
    assert older == {"user_id": "ada", "current_streak": 2, "longest_streak": 2, "last_activity_date": "2026-11-21"}
    assert (shown["streak_freezes_available"], shown["total_active_days"]) == (3, 2)
    assert shown["current"] == 2


def test_a_freeze_is_for_today_unless_a_date_is_given(world: World) -> None:
    be_active(world)
    send = world.call("streaks").send
    frozen = send("POST", f"{STREAKS}/freeze", {}, key="")
    assert send("POST", f"{STREAKS}/freeze", {}).body["requested_freezes"] == ["2026-11-21"]
    assert (frozen.status, frozen.body["action"], frozen.body["streak_freezes_available"]) == (200, "frozen", 2)
    assert frozen.body["requested_freezes"] == ["2026-11-21"]
    other = send("POST", f"{STREAKS}/freeze", {"date": "2026-11-23"})
    assert other.body["requested_freezes"] == ["2026-11-21", "2026-11-23"]
    update(world)
    assert refusal(send("POST", f"{STREAKS}/freeze", {})) == (409, "day-is-active")


def test_a_service_names_the_player_and_a_player_only_itself(world: World) -> None:
    service = world.call("streaks", "service")
    assert service.send("POST", f"{STREAKS}/update", {"user_id": "bob"}).body["user_id"] == "bob"
    assert service.send("GET", f"{STREAKS}/status", user_id="bob").body["current_streak"] == 1
    assert refusal(service.send("GET", f"{STREAKS}/status")) == (403, "name-the-player")
    assert refusal(update(world, user_id="bob")) == (403, "other-player")
    assert update(world, user_id="ada", source="home").status == 200


def test_a_tenant_whose_players_may_not_check_in_lets_them_not(world: World) -> None:
    world.call("catalog", "operator").send("PUT", "/settings", {"player_event_types": ["word_learned"]})
    fresh = World(world.table, world.clock)
    assert refusal(update(fresh)) == (403, "event-type-not-allowed")
    assert fresh.call("streaks", "service").send("POST", f"{STREAKS}/update", {"user_id": "ada"}).status == 200
