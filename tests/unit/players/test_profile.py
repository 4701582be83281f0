"""The profile: name, zone, and how often the zone may change."""

from datetime import timedelta
from typing import Any

import pytest

from cairn.platform.table import Table
from cairn.platform.transact import transact
from cairn.players.player import Player
from cairn.players.storage import write
from cairn.players.virtues import dominant_quadrant, impact, quadrant_sums
from cairn.tenants.settings import TenantSettings
from tests.support.world import World, all_items


def put(world: World, *, headers: dict[str, str] | None = None, **body: Any) -> Any:
    return world.call("players").send("PUT", "/players/me", body, headers=headers)


def get(world: World, **headers: str) -> Any:
    return world.call("players").send("GET", "/players/me", headers=headers)


def stored(world: World, **fields: Any) -> None:
    """Puts a player into the table as commands leave one."""
    transact(world.table, [write(Player("acme", "ada", created_at=world.clock(), **fields), TenantSettings())])


def test_a_player_who_never_did_anything_is_unknown_until_named(world: World) -> None:
    reply = world.call("players").send("GET", "/players/me")
    assert (reply.status, reply.body["type"]) == (404, "urn:cairn:problem:unknown-player")
    assert put(world, name="Ada").body == {
        "player_id": "ada",
        "name": "Ada",
        "zone": "UTC",
        "total_xp": 0,
        "account_level": 1,
        "title": "Novice",
        "xp_in_level": 0,
        "xp_to_next": 100,
        "level_percentage": 0.0,
        "total_experiences_played": 0,
        "total_playtime_seconds": 0,
        "total_playtime": "0s",
        "total_distance_meters": 0,
        "achievements_unlocked": 0,
        "virtues": dict.fromkeys(
            ["wisdom", "courage", "strength", "endurance", "temperance", "justice", "health", "beauty"], 0
        ),
        "virtues_by_quadrant": {"SO": 0, "BO": 0, "SI": 0, "BI": 0},
        "dominant_quadrant": None,
        "preferences": {},
        "custom_stats": {},
        "global_inventory": {},
        "metrics": {},
        "recent_experiences": [],
        "created_at": "2026-11-20T12:00:00.000Z",
    }
    assert world.call("players").send("GET", "/players/me").status == 200


def test_what_is_left_out_stays_and_setting_the_same_writes_nothing(world: World) -> None:
    put(world, name="Ada", zone="Europe/Lisbon")
    before = all_items(world.table)
    reply = put(world, zone="Europe/Lisbon")
    assert (reply.body["name"], reply.body["zone"]) == ("Ada", "Europe/Lisbon")
    put(world, name="Ada")
    assert all_items(world.table) == before
    assert put(world, name="").body["name"] == ""


def test_the_recent_experiences_are_the_ten_latest_newest_first(world: World) -> None:
    for number in range(11):
        world.define(f"e{number}")
        world.play("start", experience=f"e{number}")
    world.play("quadrants", experience="e3")
    recent = world.call("players").send("GET", "/players/me").body["recent_experiences"]
    assert recent == ["e3", "e10", "e9", "e8", "e7", "e6", "e5", "e4", "e2", "e1"]


def test_a_third_change_of_zone_within_seven_days_is_refused(world: World) -> None:
    world.play("start")
    assert put(world, zone="Asia/Tokyo").status == 200
    world.clock.at += timedelta(days=1)
    assert put(world, zone="Asia/Seoul").status == 200
    before = all_items(world.table)
    reply = put(world, zone="Asia/Tokyo")
    assert (reply.status, reply.body["type"]) == (409, "urn:cairn:problem:too-many-zone-changes")
    assert "2026-11-27T12:00:00" in reply.body["detail"], "it says when the zone can change again"
    assert all_items(world.table) == before
    world.clock.at += timedelta(days=6, seconds=-1)
    assert put(world, zone="Asia/Tokyo").status == 409
    world.clock.at += timedelta(seconds=1)
    assert put(world, zone="Asia/Tokyo").status == 200
    assert put(world, zone="Asia/Seoul").status == 409


def test_the_first_zone_of_somebody_who_was_not_active_yet_is_no_change(world: World) -> None:
    for zone in ("Asia/Tokyo", "Asia/Seoul", "Asia/Kolkata"):
        assert put(world, zone=zone).status == 200
    assert put(world, zone="Asia/Tokyo").status == 409


def test_the_zone_already_set_is_no_change(world: World) -> None:
    world.play("start")
    for _ in range(5):
        assert put(world, zone="Asia/Tokyo").status == 200


def test_saying_the_zone_that_is_in_force_is_no_change(world: World) -> None:
    world.define()
    world.play("start")
    for zone in ("UTC", "Asia/Tokyo", "Asia/Seoul"):
        assert put(world, zone=zone).status == 200
    assert put(world, zone="Asia/Kolkata").status == 409


@pytest.mark.parametrize("zone", ["Mars/Base", "", "CEST+", "../etc/passwd", "+25:00", "localtime", "a" * 65])
def test_a_zone_that_is_none_is_refused(world: World, zone: str) -> None:
    reply = put(world, zone=zone)
    assert (reply.status, [each["field"] for each in reply.body["errors"]]) == (422, ["zone"])


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "+05:45", "UTC", "Z", "America/Argentina/Ushuaia"])
def test_a_zone_is_an_iana_name_or_an_offset(world: World, zone: str) -> None:
    assert put(world, zone=zone).body["zone"] == zone


def test_days_are_counted_in_the_zone_of_the_player(world: World) -> None:
    put(world, zone="Pacific/Auckland")
    assert world.play("start").body["local_day"] == "2026-11-21"
    assert world.play("start", player="bob").body["local_day"] == "2026-11-20"


def test_the_dominant_quadrant_is_the_largest_pair_with_ties_in_flow_order() -> None:
    assert dominant_quadrant({}) is None
    assert dominant_quadrant({"beauty": 1}) == "BI"
    assert dominant_quadrant({"strength": 5, "endurance": 5, "wisdom": 9}) == "BO"
    assert dominant_quadrant({"temperance": 4, "health": 4}) == "SI"
    assert dominant_quadrant({"wisdom": 1, "courage": 1, "health": 2}) == "SO"


def test_pairs_that_add_up_to_the_same_are_a_tie_though_floats_do_not() -> None:
    virtues = {"wisdom": 0.3, "strength": 0.1, "endurance": 0.2}
    assert quadrant_sums(virtues) == {"SO": 0.3, "BO": 0.3, "SI": 0, "BI": 0}
    assert dominant_quadrant(virtues) == "SO"


def test_an_impact_is_clamped_and_only_what_it_names_changes() -> None:
    changes = impact({"wisdom": 99.5, "health": 1}, {"wisdom": 3, "health": -2.5, "beauty": 0.1})
    assert {each: (change.previous, change.new, change.change) for each, change in changes.items()} == {
        "wisdom": (99.5, 100, 0.5),
        "health": (1, 0, -1),
        "beauty": (0, 0.1, 0.1),
    }


def test_the_profile_shows_totals_level_and_virtues(world: World) -> None:
    metrics = {"experiences_started": 3, "study_seconds": 14_403, "distance_meters": 5280, "achievements_unlocked": 2}
    stored(world, name="Ada", xp=160, virtues={"wisdom": 40, "courage": 10.5, "health": 20}, metrics=metrics)
    shown = get(world).body
    assert {name: shown[name] for name in ("account_level", "xp_in_level", "xp_to_next", "level_percentage")} == {
        "account_level": 2,
        "xp_in_level": 60,
        "xp_to_next": 55,
        "level_percentage": 52.2,
    }
    assert (shown["total_experiences_played"], shown["total_distance_meters"]) == (3, 5280)
    assert (shown["total_playtime_seconds"], shown["total_playtime"]) == (14_403, "4h 0m 3s")
    assert shown["achievements_unlocked"] == 2
    assert shown["virtues_by_quadrant"] == {"SO": 50.5, "BO": 0, "SI": 0, "BI": 20}
    assert shown["dominant_quadrant"] == "SO"
    assert shown["metrics"] == metrics


def test_the_profile_shows_what_belongs_to_the_player(world: World) -> None:
    put(world, name="Ada")
    service = world.call("players", "service")
    world.call("players").send("PUT", "/players/me/preferences", {"preferences": {"hints": True}})
    service.send("PUT", "/players/ada/custom-stats", {"custom_stats": {"favourite": "woods"}})
    service.send("POST", "/players/ada/inventory", {"item_id": "golden_compass", "change": 2})
    shown = get(world).body
    assert (shown["preferences"], shown["custom_stats"]) == ({"hints": True}, {"favourite": "woods"})
    assert shown["global_inventory"] == {"golden_compass": 2}


def test_the_etag_of_the_profile_moves_with_the_player_and_with_what_belongs_to_them(world: World) -> None:
    etags = [put(world, name="Ada").headers["ETag"]]
    assert get(world).headers["ETag"] == etags[0]
    assert get(world, **{"if-none-match": etags[0]}).status == 304
    world.call("players").send("PUT", "/players/me/preferences", {"preferences": {"hints": True}})
    etags.append(get(world).headers["ETag"])
    put(world, name="Ada L.")
    etags.append(get(world).headers["ETag"])
    put(world, zone="Asia/Tokyo")
    etags.append(get(world).headers["ETag"])
    assert len(set(etags)) == 4
    assert get(world, **{"if-none-match": ", ".join(etags[:3])}).status == 200


def test_the_etag_of_a_player_without_a_zone_moves_with_the_tenants(world: World) -> None:
    etag = put(world, name="Ada").headers["ETag"]
    world.call("catalog", "operator").send("PUT", "/settings", {"zone": "Asia/Tokyo"})
    fresh = get(World(world.table, world.clock), **{"if-none-match": etag})
    assert (fresh.status, fresh.body["zone"]) == (200, "Asia/Tokyo")


def test_of_two_who_read_the_same_profile_one_writes_and_the_other_reads_again(world: World) -> None:
    etag = put(world, name="Ada").headers["ETag"]
    assert put(world, name="Ada L.", headers={"if-match": etag}).status == 200
    before = all_items(world.table)
    refused = put(world, zone="Asia/Tokyo", headers={"if-match": etag})
    assert (refused.status, refused.body["type"]) == (412, "urn:cairn:problem:precondition-failed")
    assert all_items(world.table) == before
    merged = put(world, zone="Asia/Tokyo", headers={"if-match": refused.body["etag"]})
    assert (merged.status, merged.body["name"], merged.body["zone"]) == (200, "Ada L.", "Asia/Tokyo")


def test_a_name_that_was_set_is_not_refused_when_it_is_sent_again(world: World) -> None:
    etag = put(world, name="Ada").headers["ETag"]
    first = put(world, name="Ada L.", headers={"if-match": etag})
    again = put(world, name="Ada L.", headers={"if-match": etag})
    assert (again.status, again.body, again.headers["ETag"]) == (200, first.body, first.headers["ETag"])


def test_a_player_may_be_made_only_where_there_is_none(world: World) -> None:
    assert put(world, name="Ada", headers={"if-match": "*"}).status == 412
    assert put(world, name="Ada", headers={"if-none-match": "*"}).status == 200
    assert put(world, name="Ada L.", headers={"if-none-match": "*"}).status == 412
    assert put(world, name="Ada L.", headers={"if-match": "*"}).status == 200


def test_a_profile_that_another_changed_meanwhile_is_decided_anew(world: World) -> None:
    """The answer holds what belongs to the player: it is never one that stood at no time."""
    put(world, name="Ada")
    slow = World(Table(Interrupting(world.table.client, world), world.table.name), world.clock)
    reply = put(slow, name="Ada L.")
    assert (reply.status, reply.body["preferences"]) == (200, {"hints": True})
    assert reply.headers["ETag"] == get(world).headers["ETag"]
    etag = reply.headers["ETag"]
    slow = World(Table(Interrupting(world.table.client, world, hints=False), world.table.name), world.clock)
    assert put(slow, name="Ada", headers={"if-match": etag}).status == 412
    assert get(world).body["name"] == "Ada L."


class Interrupting:
    """A client beside which somebody sets preferences between the first read and the first write."""

    def __init__(self, client: Any, world: World, *, hints: bool = True) -> None:
        self._client, self._world, self._hints, self._done = client, world, hints, False

    def __getattr__(self, operation: str) -> Any:
        return getattr(self._client, operation)

    def transact_write_items(self, **request: Any) -> Any:
        if not self._done:
            self._done = True
            body = {"preferences": {"hints": self._hints}}
            assert self._world.call("players").send("PUT", "/players/me/preferences", body).status == 200
        return self._client.transact_write_items(**request)
