"""What is watched by period: kept by day from when the definition stands, in the settings that every write has."""

from datetime import UTC, datetime
from typing import Any

from cairn.platform import keys
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import SettingsItem, read
from tests.support.http import Reply
from tests.support.world import World, all_items, react, stream_records

WEEKLY: dict[str, Any] = {
    "title": "Rider of the Week",
    "criteria": {"metric": "kilometres", "at_least": 20, "within": "week"},
    "repeat": {"every": "week"},
    "xp": 100,
}


def put(world: World, name: str, body: dict[str, Any]) -> Reply:
    reply = world.call("achievements", "operator").send("PUT", f"/achievements/{name}", body)
    assert reply.status == 200, reply.body
    return reply


def ride(world: World, kilometres: int, **more: Any) -> None:
    body = {"type": "ride_finished", "counters": {"kilometres": kilometres}, **more}
    assert world.call("events", "service").send("POST", "/players/ada/events", body).status == 200


def unlocks(world: World) -> list[str]:
    return sorted(key.sk for key in all_items(world.table) if key.sk.startswith("A#weekly"))


def settings(world: World) -> tuple[TenantSettings, int]:
    return read(world.table, "acme")


def test_a_week_is_unlocked_once_and_the_next_one_again(world: World) -> None:
    put(world, "weekly", WEEKLY)
    for day, kilometres in ((16, 15), (19, 4), (22, 1), (22, 50), (23, 19), (29, 1)):
        world.clock.at = datetime(2026, 11, day, 12, tzinfo=UTC)
        before = all_items(world.table)
        ride(world, kilometres)
        react(world.table, world.clock, stream_records(before, all_items(world.table)))
    assert unlocks(world) == ["A#weekly#2026-W47", "A#weekly#2026-W48"]
    items = all_items(world.table)
    assert '"kilometres.week": 20' in items[keys.unlock("acme", "ada", "weekly#2026-W47")]["evidence"]["S"]
    paid = [key for key in items if key.sk.startswith("L#") and "achievement.weekly" in key.sk]
    assert len(paid) == 2


def test_a_late_event_completes_the_week_that_it_belongs_to(world: World) -> None:
    put(world, "weekly", WEEKLY)
    for day, at in ((22, "2026-11-22T12:00:00Z"), (23, "2026-11-23T12:00:00Z"), (24, "2026-11-21T12:00:00Z")):
        world.clock.at = datetime(2026, 11, day, 12, tzinfo=UTC)
        before = all_items(world.table)
        ride(world, 10, at=at)
        react(world.table, world.clock, stream_records(before, all_items(world.table)))
    assert unlocks(world) == ["A#weekly#2026-W47"]


def test_progress_within_a_week_begins_anew_on_monday(world: World) -> None:
    put(world, "weekly", {**WEEKLY, "repeat": None})
    world.clock.at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    ride(world, 15)

    def part() -> dict[str, Any]:
        shown = world.call("achievements").send("GET", "/players/me/achievements").body["achievements"]
        (weekly,) = (each for each in shown if each["achievement_id"] == "weekly")
        (found,) = weekly["parts"]
        assert weekly["progress"] == found["progress"]
        return dict(found)

    assert part() == {
        "metric": "kilometres",
        "within": "week",
        "comparison": "at_least",
        "threshold": 20,
        "value": 15,
        "progress": 0.75,
    }
    world.clock.at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert (part()["value"], part()["progress"]) == (0, 0)


def test_the_settings_know_what_is_watched_and_say_nothing_of_it(world: World) -> None:
    put(world, "weekly", WEEKLY)
    found, ver = settings(world)
    assert (found.watched_by_day, ver) == (frozenset({"kilometres"}), 1)
    assert found.tracked.daily == {"kilometres", "total_xp"}
    item = world.table.get_many([keys.settings("acme")]).get(SettingsItem, keys.settings("acme"))
    assert item is not None and item.settings is None, "what the tenant never set is the default's"
    operator = world.call("catalog", "operator")
    shown = operator.send("GET", "/settings")
    assert "watched_by_day" not in shown.body
    put(world, "other", {**WEEKLY, "criteria": {**WEEKLY["criteria"], "metric": "climbs"}, "repeat": None})
    assert settings(world)[0].watched_by_day == {"climbs", "kilometres"}
    lost = operator.send("PUT", "/settings", {"zone": "Asia/Tokyo"}, headers={"if-match": shown.headers["ETag"]})
    assert lost.status == 412
    assert operator.send("PUT", "/settings", {"zone": "Asia/Tokyo"}).status == 200
    assert settings(world)[0] == TenantSettings(zone="Asia/Tokyo", watched_by_day=frozenset({"climbs", "kilometres"}))
    etag = operator.send("GET", "/settings").headers["ETag"]
    assert operator.send("PUT", "/settings", {"zone": "Asia/Tokyo"}).headers["ETag"] == etag, "it stands already"


def test_what_is_watched_no_more_is_forgotten_in_its_time(world: World) -> None:
    put(world, "weekly", WEEKLY)
    ride(world, 5)
    assert world.call("achievements", "operator").send("POST", "/achievements/weekly/archive", {}).status == 200
    assert settings(world)[0].watched_by_day == frozenset()

    def kept(day: datetime) -> bool:
        world.clock.at = day
        world._http.pop("events", None)  # another process, which knows the settings as they stand
        ride(world, 5)
        return "kilometres" in all_items(world.table)[keys.player("acme", "ada")]["tally"]["S"]

    assert kept(datetime(2026, 12, 24, 12, tzinfo=UTC))
    assert not kept(datetime(2026, 12, 25, 12, tzinfo=UTC))


def test_total_xp_is_kept_by_day_for_everybody(world: World) -> None:
    put(world, "sprint", {"title": "x", "criteria": {"metric": "total_xp", "at_least": 500, "within": "last_2_days"}})
    assert settings(world) == (TenantSettings(), 0), "nothing more is to be kept"
