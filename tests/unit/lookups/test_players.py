"""Who holds an item, who is at a percentage, who was last active when, and who plays now."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cairn.tenants.settings import TenantSettings
from tests.support.crowd import NOON, head, load, pages, person
from tests.support.http import Client
from tests.support.world import World, all_items

FOUR_SHARDS = {"fact_shards": [["2026-01-01", 4]]}
ODD = ("zoë", "a b", "50%", "a#b", "語", "x" * 128, "..", "~")


@pytest.fixture
def operator(world: World) -> Client:
    return world.call("lookups", "operator")


def ids(rows: list[Any]) -> list[str]:
    return [row["player_id"] for row in rows]


def collect(world: World, player: str, item: str = "lamp", **more: Any) -> None:
    reply = world.play("events", {"type": "item_collected", "content_id": item, **more}, player=player)
    assert reply.status == 200, reply.body


def started(world: World) -> World:
    """The same world, of functions that have just started and so remember nothing."""
    return World(world.table, world.clock)


def four_shards(world: World) -> World:
    """The world with four shards from its beginning, so that there is nothing that lies elsewhere."""
    world.clock.at = datetime(2025, 12, 1, tzinfo=UTC)
    assert world.call("catalog", "operator").send("PUT", "/settings", FOUR_SHARDS).status == 200
    world.clock.at = NOON
    return started(world)


# Who holds an item.


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_holders_are_those_who_hold_it_now_with_how_many(world: World, operator: Client, limit: int) -> None:
    collect(world, "ada", data={"quantity": 3})
    collect(world, "bob", "map")
    collect(world, "cid")
    world.play("events", {"type": "item_used", "content_id": "lamp"}, player="cid")
    collect(world, "dot")
    seen, count = pages(operator, "/lookups/holders", "players", limit, experience_id="woods", item_id="lamp")
    assert sorted((row["player_id"], row["items"]) for row in seen) == [("ada", 3), ("dot", 1)]
    assert count == -(-4 // limit)


def test_a_page_of_holders_says_how_many_it_looked_at_and_may_be_empty(world: World, operator: Client) -> None:
    for player in ("ada", "bob", "cid"):
        collect(world, player, "map")
    page = operator.send("GET", "/lookups/holders", experience_id="woods", item_id="lamp", limit="2").body
    assert (page["players"], page["looked_at"]) == ([], 2)
    assert page["next"]


@pytest.mark.parametrize("buckets", [1, 40])
def test_holders_are_found_in_whichever_item_their_contents_are(world: World, operator: Client, buckets: int) -> None:
    world.define("hill", quadrants={}, expected_contents=buckets)
    for player in ODD:
        for item in ("lamp", "map", "語", "a#b"):
            event = {"type": "item_collected", "content_id": item}
            assert world.play("events", event, player=player, experience="hill").status == 200
    for item in ("lamp", "語", "a#b"):
        query = {"experience_id": "hill", "item_id": item}
        seen, _ = pages(operator, "/lookups/holders", "players", 3, **query)
        assert sorted(ids(seen)) == sorted(ODD)


def test_who_started_an_older_version_is_looked_up_where_that_put_the_contents(world: World, operator: Client) -> None:
    world.define("hill", quadrants={}, expected_contents=8)
    event = {"type": "item_collected", "content_id": "lamp"}
    world.play("events", event, player="ada", experience="hill")
    world.define("hill", quadrants={}, expected_contents=400)
    world = started(world)
    world.play("events", event, player="bob", experience="hill")
    page = world.call("lookups", "operator").send("GET", "/lookups/holders", wod_id="hill", item_id="lamp").body
    assert sorted(ids(page["players"])) == ["ada", "bob"]


# Who is at a percentage.


def test_percentages_are_between_the_bounds_both_included(world: World, operator: Client) -> None:
    for player, quadrants in (("ada", 0), ("bob", 1), ("cid", 2), ("dot", 4)):
        world.play("start", player=player)
        for _ in range(quadrants):
            world.play("quadrants", player=player)
    asked = {"experience_id": "woods", "min": "25", "max": "50"}
    seen, _ = pages(operator, "/lookups/percentages", "players", 1, **asked)
    assert {row["player_id"]: row["completion_percentage"] for row in seen} == {"bob": 25.0, "cid": 50.0}
    everybody = operator.send("GET", "/lookups/percentages", mission_id="woods").body
    assert sorted(ids(everybody["players"])) == ["ada", "bob", "cid", "dot"]
    assert {row["state"] for row in everybody["players"]} == {"IN_PROGRESS"}
    none = operator.send("GET", "/lookups/percentages", experience_id="woods", min="25.1", max="49.9").body
    assert (none["players"], none["looked_at"], none["next"]) == ([], 4, None)


def test_who_completes_is_at_a_hundred_percent_and_completed(world: World, operator: Client) -> None:
    world.journey()
    page = operator.send("GET", "/lookups/percentages", scenario_id="woods", min="100").body
    (row,) = page["players"]
    assert (row["player_id"], row["state"], row["completion_percentage"]) == ("ada", "COMPLETED", 100.0)


@pytest.mark.parametrize("shards", [1, 4])
@pytest.mark.parametrize("limit", [1, 7, 29, 30, 31, 1000])
def test_everybody_is_listed_once_though_most_tie(world: World, shards: int, limit: int) -> None:
    """30 players of two slots: every page but those at the end has a border between players of the same slot."""
    if shards > 1:
        world = four_shards(world)
    settings = TenantSettings(fact_shards=((date(2026, 1, 1), shards),))
    made = [(f"player-{number}", NOON - timedelta(minutes=5 * (number % 2))) for number in range(30)]
    load(world.table, (head(player, at, settings=settings) for player, at in made))
    partitions = {key.pk: item["lp"]["S"] for key, item in all_items(world.table).items() if "lp" in item}
    assert len(set(partitions.values())) == shards
    operator = world.call("lookups", "operator")
    seen, count = pages(operator, "/lookups/percentages", "players", limit, experience_id="woods")
    assert ids(seen) == [player for player, _ in sorted(made, key=lambda each: (each[1], each[0]))]
    assert count == max(1, -(-30 // limit))


def test_who_plays_between_two_pages_is_listed_again_and_nobody_is_missed(world: World, operator: Client) -> None:
    for player in ("ada", "bob", "cid", "dot"):
        world.play("start", player=player)
        world.clock.at += timedelta(minutes=5)
    asked = {"experience_id": "woods", "limit": "2"}
    first = operator.send("GET", "/lookups/percentages", **asked).body
    assert ids(first["players"]) == ["ada", "bob"]
    world.play("quadrants", player="ada")
    world.play("quadrants", player="cid")
    seen, _ = pages(operator, "/lookups/percentages", "players", 2, experience_id="woods")
    rest = operator.send("GET", "/lookups/percentages", **asked, cursor=first["next"]).body
    assert ids(rest["players"]) == ["dot", "ada"]
    assert ids(seen) == ["bob", "dot", "ada", "cid"]
    assert rest["next"]


# Who was last active when.


def days(operator: Client, **query: str) -> list[str]:
    return ids(operator.send("GET", "/lookups/last-active", **query).body["players"])


def test_last_active_is_by_utc_day_newest_first_and_both_ends_count(world: World, operator: Client) -> None:
    for player in ("ada", "bob", "cid", "dot"):
        world.play("start", player=player)
        world.clock.at += timedelta(days=1)
    assert days(operator) == ["dot", "cid", "bob", "ada"]
    assert days(operator, **{"from": "2026-11-21", "to": "2026-11-22"}) == ["cid", "bob"]
    assert days(operator, **{"from": "2026-11-22"}) == ["dot", "cid"]
    assert days(operator, to="2026-11-20") == ["ada"]
    assert days(operator, to="2026-11-19") == []
    row = operator.send("GET", "/lookups/last-active", limit="1").body["players"][0]
    assert row == {"player_id": "dot", "last_active_day": "2026-11-23"}
    world.play("events", {"type": "check_in"}, player="ada")
    assert days(operator) == ["ada", "dot", "cid", "bob"]


def test_an_event_that_comes_late_makes_nobody_active_earlier_than_they_were(world: World, operator: Client) -> None:
    world.play("start")
    at = (world.clock.at - timedelta(days=2)).isoformat()
    assert world.play("events", {"type": "check_in", "at": at}).status == 200
    assert days(operator, **{"from": "2026-11-20"}) == days(operator, experience_id="woods", to="2026-11-20") == ["ada"]
    assert days(operator, to="2026-11-19") == []


def test_the_day_is_of_utc_whatever_the_zone_of_the_player(world: World, operator: Client) -> None:
    world.call("players").send("PUT", "/players/me", {"zone": "Pacific/Kiritimati"})
    reply = world.play("start")
    assert reply.body["local_day"] == "2026-11-21"
    assert days(operator, **{"from": "2026-11-20", "to": "2026-11-20"}) == ["ada"]


def test_a_player_who_has_done_nothing_was_never_active(world: World, operator: Client) -> None:
    world.call("players").send("PUT", "/players/me", {"name": "Ada"})
    assert days(operator) == []
    world.play("start")
    world.call("players").send("PUT", "/players/me", {"name": "Ada again"})
    assert days(operator) == ["ada"]


def test_last_active_within_an_experience_is_to_five_minutes(world: World, operator: Client) -> None:
    world.define("hill")
    world.clock.at = NOON + timedelta(minutes=4, seconds=59)
    world.play("start", player="ada")
    world.play("start", player="bob", experience="hill")
    world.clock.at = NOON + timedelta(days=1)
    world.play("events", {"type": "check_in"}, player="bob", experience="hill")
    (row,) = operator.send("GET", "/lookups/last-active", experience_id="woods").body["players"]
    assert row["player_id"] == "ada"
    assert (row["last_active_day"], row["last_active_at"]) == ("2026-11-20", "2026-11-20T12:00:00.000Z")
    assert days(operator, experience_id="hill", **{"from": "2026-11-21", "to": "2026-11-21"}) == ["bob"]
    assert days(operator, experience_id="hill", to="2026-11-20") == []


@pytest.mark.parametrize("shards", [1, 4])
@pytest.mark.parametrize("limit", [1, 4, 100])
def test_players_of_one_day_come_once_each_over_pages(world: World, shards: int, limit: int) -> None:
    if shards > 1:
        world = four_shards(world)
    settings = TenantSettings(fact_shards=((date(2026, 1, 1), shards),))
    players = [*ODD, *(f"player-{number}" for number in range(12))]
    load(world.table, (person(player, settings=settings) for player in players))
    seen, _ = pages(world.call("lookups", "operator"), "/lookups/last-active", "players", limit)
    assert sorted(ids(seen)) == sorted(players)


def test_players_who_were_active_before_the_shards_grew_are_found_and_move_when_they_play(world: World) -> None:
    world.play("start", player="ada")
    world.play("start", player="bob")
    reply = world.call("catalog", "operator").send("PUT", "/settings", {"fact_shards": [["2026-11-23", 4]]})
    assert reply.status == 200, reply.body
    world.clock.at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    world = started(world)
    operator = world.call("lookups", "operator")
    assert days(operator) == ["bob", "ada"]
    world.play("events", {"type": "check_in"}, player="ada")
    assert days(operator) == ["ada", "bob"]
    assert days(operator, experience_id="woods") == ["ada", "bob"]


# Who plays now.


def active(world: World, role: str = "operator", experience: str = "woods", **query: str) -> Any:
    return world.call("lookups", role).send("GET", f"/experiences/{experience}/active-players", **query).body


def test_who_played_within_half_an_hour_is_active_to_the_beginning_of_their_five_minutes(world: World) -> None:
    world.clock.at = NOON + timedelta(minutes=3)
    for minutes, player in ((36, "ada"), (33, "bob"), (30, "cid"), (1, "dot")):
        at = (world.clock.at - timedelta(minutes=minutes)).isoformat()
        world.play("start", {"at": at}, player=player)
    found = active(world)
    assert found["active_since"] == "2026-11-20T11:30:00.000Z"
    assert ids(found["players"]) == ["dot", "cid", "bob"]
    assert (found["count"], found["count_is_exact"]) == (3, True)
    world.clock.at += timedelta(minutes=7)
    assert ids(active(world)["players"]) == ["dot"]


@pytest.mark.parametrize("role", ["service", "admin"])
def test_services_and_admins_see_who_plays(world: World, role: str) -> None:
    world.play("start")
    assert active(world, role)["count"] == 1


def test_a_page_of_active_players_carries_the_count_of_all(world: World, operator: Client) -> None:
    load(world.table, (head(f"player-{number:02}", NOON) for number in range(15)))
    path = "/experiences/woods/active-players"
    seen, count = pages(operator, path, "players", 4)
    assert ids(seen) == [f"player-{number:02}" for number in reversed(range(15))]
    assert count == 4
    first = active(world, limit="4")
    second = active(world, limit="4", cursor=first["next"])
    assert (first["count"], second["count"]) == (15, 15)


def test_a_cursor_of_active_players_ends_where_the_half_hour_has_passed_by(world: World) -> None:
    load(world.table, (head(f"player-{number}", NOON) for number in range(5)))
    first = active(world, limit="2")
    world.clock.at += timedelta(hours=1)
    later = active(world, limit="2", cursor=first["next"])
    assert (later["players"], later["count"], later["next"]) == ([], 0, None)


def test_more_than_a_thousand_active_players_are_not_counted_to_the_end(world: World) -> None:
    load(world.table, (head(f"player-{number}", NOON) for number in range(1001)))
    found = active(world)
    assert (found["count"], found["count_is_exact"]) == (1000, False)
