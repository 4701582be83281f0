"""A tenant's settings: defaults, bounds, shards by date, and when they take effect."""

from datetime import date, timedelta
from typing import Any

import pytest

from cairn.platform.table import Table
from cairn.platform.transact import ConditionsFailed, transact
from cairn.streaks.rules import StreakRules, StreakSettings
from cairn.tenants.settings import PLAYER_EVENTS, SYSTEM_EVENTS, TenantSettings
from cairn.tenants.storage import SettingsCache, from_json, read, to_json, write
from tests.support.world import World, all_items


def put(world: World, *, headers: dict[str, str] | None = None, **body: Any) -> Any:
    return world.call("catalog", "operator").send("PUT", "/settings", body, headers=headers)


def get(world: World, **headers: str) -> Any:
    return world.call("catalog", "operator").send("GET", "/settings", headers=headers)


def test_a_tenant_without_settings_has_the_defaults(world: World) -> None:
    shown = world.call("catalog", "operator").send("GET", "/settings").body
    assert shown == to_json(TenantSettings())
    assert (shown["zone"], shown["streak"]["late_hours"], shown["streak"]["freezes_at_start"]) == ("UTC", 72, 3)
    assert not set(shown["player_event_types"]) & SYSTEM_EVENTS


def test_settings_are_shown_as_they_were_set_and_the_rest_is_the_default(world: World) -> None:
    reply = put(world, zone="Asia/Tokyo", streak={"rest_weekdays": [7, 6]}, fact_shards=[["2027-01-01", 4]])
    shown = world.call("catalog", "operator").send("GET", "/settings").body
    assert reply.body == shown
    assert (shown["zone"], shown["streak"]["rest_weekdays"]) == ("Asia/Tokyo", [6, 7])
    assert shown["fact_shards"] == [["2027-01-01", 4]]
    assert shown["player_event_types"] == list(PLAYER_EVENTS)
    assert to_json(from_json(shown)) == shown


def test_the_zone_of_the_tenant_is_that_of_players_without_one(world: World) -> None:
    put(world, zone="Pacific/Auckland")
    fresh = World(world.table, world.clock)
    assert fresh.play("start").body["local_day"] == "2026-11-21"


def test_the_day_may_start_hours_after_midnight(world: World) -> None:
    put(world, streak={"day_start_hours": 6})
    world.clock.at += timedelta(days=3)
    fresh = World(world.table, world.clock)
    body = {"type": "check_in", "at": "2026-11-23T05:59:00Z"}
    assert fresh.play("events", body).body["local_day"] == "2026-11-22"
    assert fresh.play("events", {**body, "at": "2026-11-23T06:00:00Z"}).body["local_day"] == "2026-11-23"


def days_start_at(world: World) -> dict[str, int]:
    rules = read(world.table, "acme")[0].streak
    return {first.isoformat(): each.day_start_hours for first, each in rules.eras}


def test_rules_of_streaks_hold_from_the_first_date_that_has_begun_nowhere(world: World) -> None:
    put(world, streak={"day_start_hours": 3})
    # It is noon on the 20th in UTC, and 02:00 on the 21st in Kiritimati.
    assert days_start_at(world) == {"0001-01-01": 0, "2026-11-22": 3}
    world.clock.at = world.clock.at.replace(hour=9, minute=57)
    put(world, streak={"day_start_hours": 3})
    assert days_start_at(world) == {"0001-01-01": 0, "2026-11-21": 3}
    world.clock.at = world.clock.at.replace(hour=9, minute=58)
    put(world, streak={"day_start_hours": 4})
    assert days_start_at(world) == {"0001-01-01": 0, "2026-11-21": 3, "2026-11-22": 4}, "functions know in two minutes"


def test_rules_that_change_twice_before_they_hold_hold_as_they_were_put_last(world: World) -> None:
    for hours in (3, 5):
        put(world, streak={"day_start_hours": hours})
    assert days_start_at(world) == {"0001-01-01": 0, "2026-11-22": 5}
    put(world, streak={"day_start_hours": 0})
    assert days_start_at(world) == {"0001-01-01": 0}
    world.clock.at += timedelta(days=9)
    put(world, streak={"day_start_hours": 6}, zone="Asia/Tokyo")
    world.clock.at += timedelta(days=9)
    shown = put(world, streak={"day_start_hours": 1}).body
    assert days_start_at(world) == {"0001-01-01": 0, "2026-12-01": 6, "2026-12-10": 1}
    assert get(world).body == shown, "what is shown can be put again"
    before = all_items(world.table)
    assert world.call("catalog", "operator").send("PUT", "/settings", shown).body == shown
    assert all_items(world.table) == before


def test_rules_of_streaks_change_at_most_so_often(world: World) -> None:
    eras = tuple((date.min + timedelta(days=day), StreakSettings(freezes_max=day % 2)) for day in range(100))
    transact(world.table, [write("acme", TenantSettings(streak=StreakRules(eras)), 0)])
    refused = put(world, streak={"freezes_max": 7})
    assert (refused.status, "99 times" in refused.body["detail"]) == (422, True)


def test_what_is_stored_of_streaks_reads_back(world: World) -> None:
    streak = StreakRules(
        ((date.min, StreakSettings()), (date(2026, 12, 1), StreakSettings(rest_weekdays=frozenset({6, 7})))),
        ((date(2026, 11, 3), date(2026, 11, 4)), (date(2026, 11, 1), date(2026, 11, 1))),
    )
    transact(world.table, [write("acme", TenantSettings(streak=streak), 0)])
    assert read(world.table, "acme") == (TenantSettings(streak=streak), 1)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"zone": "Nowhere"}, "zone"),
        ({"streak": {"day_start_hours": 7}}, "streak.day_start_hours"),
        ({"streak": {"rest_weekdays": [0]}}, "streak.rest_weekdays.0"),
        ({"streak": {"freezes": 3}}, "streak.freezes"),
        ({"player_event_types": ["Check In"]}, "player_event_types.0"),
        ({"fact_shards": [["2027-01-01", 0]]}, "fact_shards.0.1"),
        ({"fact_shards": [["soon", 1]]}, "fact_shards.0.0"),
        ({"colour": "green"}, "colour"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_field(world: World, wrong: dict[str, Any], field: str) -> None:
    before = all_items(world.table)
    reply = put(world, **wrong)
    assert (reply.status, [each["field"] for each in reply.body["errors"]]) == (422, [field])
    assert all_items(world.table) == before


def test_shards_count_from_their_day_on() -> None:
    settings = TenantSettings(fact_shards=((date(2026, 11, 1), 4), (date(2026, 12, 1), 16)))
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1), date(2030, 1, 1)]
    assert [settings.shards_on(day) for day in days] == [1, 4, 4, 16, 16]


def test_settings_are_looked_up_once_a_minute(table: Table) -> None:
    now = 0.0
    cache = SettingsCache(table, monotonic=lambda: now)
    assert cache.of("acme").zone == "UTC"
    transact(table, [write("acme", TenantSettings(zone="Asia/Tokyo"), 0)])
    now = 59.9
    assert cache.of("acme").zone == "UTC"
    now = 60.0
    assert cache.of("acme").zone == "Asia/Tokyo"
    assert cache.of("other").zone == "UTC"


def test_where_the_facts_of_a_day_are_cannot_change_once_it_has_begun_somewhere(world: World) -> None:
    assert put(world, fact_shards=[["2026-11-21", 4]]).status == 422
    assert put(world, fact_shards=[["2026-11-22", 4]]).status == 200
    world.clock.at = world.clock.at.replace(day=25)
    for moved in ([], [["2026-11-23", 4]], [["2026-11-22", 8]], [["2026-11-20", 1], ["2026-11-21", 4]]):
        reply = put(world, fact_shards=moved)
        assert (reply.status, "fact_shards" in reply.body["detail"]) == (422, True), moved
    assert put(world, fact_shards=[["2026-11-22", 4], ["2026-12-01", 16]]).status == 200


def test_the_etag_moves_with_the_settings_and_saves_reading_them_again(world: World) -> None:
    etag = get(world).headers["ETag"]
    assert etag == '"0"'
    assert put(world, zone="Asia/Tokyo").headers["ETag"] == get(world).headers["ETag"] == '"1"'
    unread = get(world, **{"if-none-match": 'W/"7", "1"'})
    assert (unread.status, unread.body, unread.headers) == (304, None, {"ETag": '"1"'})
    assert get(world, **{"if-none-match": etag}).body["zone"] == "Asia/Tokyo"


def test_of_two_operators_who_read_the_same_settings_one_writes_and_the_other_reads_again(world: World) -> None:
    etag = get(world).headers["ETag"]
    assert put(world, zone="Asia/Tokyo", headers={"if-match": etag}).status == 200
    before = all_items(world.table)
    refused = put(world, streak={"rest_weekdays": [7]}, headers={"if-match": etag})
    assert (refused.status, refused.body["type"]) == (412, "urn:cairn:problem:precondition-failed")
    assert (refused.body["etag"], '"1"' in refused.body["detail"]) == ('"1"', True)
    assert all_items(world.table) == before
    merged = put(world, zone="Asia/Tokyo", streak={"rest_weekdays": [7]}, headers={"if-match": refused.body["etag"]})
    assert (merged.status, merged.body["zone"], merged.body["streak"]["rest_weekdays"]) == (200, "Asia/Tokyo", [7])


def test_a_write_that_was_done_is_not_refused_when_it_is_sent_again(world: World) -> None:
    first = put(world, zone="Asia/Tokyo", headers={"if-match": '"0"'})
    before = all_items(world.table)
    again = put(world, zone="Asia/Tokyo", headers={"if-match": '"0"'})
    assert (again.status, again.body, again.headers["ETag"]) == (200, first.body, '"1"')
    assert all_items(world.table) == before


def test_what_was_read_before_another_wrote_is_never_written_over_it(table: Table) -> None:
    transact(table, [write("acme", TenantSettings(zone="Asia/Tokyo"), 0)])
    for stale in (0, 2):
        with pytest.raises(ConditionsFailed):
            transact(table, [write("acme", TenantSettings(), stale)])
    assert read(table, "acme") == (TenantSettings(zone="Asia/Tokyo"), 1)


def test_settings_stored_before_they_had_versions_are_version_0_and_get_one(world: World) -> None:
    put(world, zone="Asia/Tokyo")
    client: Any = world.table.client
    key = {"PK": {"S": "T#acme#SETTINGS"}, "SK": {"S": "SETTINGS"}}
    client.update_item(TableName=world.table.name, Key=key, UpdateExpression="REMOVE ver")
    assert (get(world).headers["ETag"], get(world).body["zone"]) == ('"0"', "Asia/Tokyo")
    assert put(world, zone="Asia/Seoul", headers={"if-match": '"0"'}).headers["ETag"] == '"1"'
