"""Events near a place, at the poles and the date line too; and events whose position was erased."""

from datetime import timedelta
from typing import Any

import pytest

from cairn.catalog.experience import Place
from cairn.platform.instants import event_id
from cairn.platform.table import Table
from cairn.progress.progress import Happening, Moment
from cairn.progress.storage import write_event
from tests.support.crowd import NOON, event, load, pages
from tests.support.http import Client
from tests.support.world import World, all_items

HERE = {"lat": "37.9", "lng": "-122.5"}


@pytest.fixture
def operator(world: World) -> Client:
    return world.call("lookups", "operator")


def near(operator: Client, **query: str) -> list[Any]:
    reply = operator.send("GET", "/lookups/events-near", **query)
    assert reply.status == 200, reply.body
    found: list[Any] = reply.body["events"]
    return found


def players(rows: list[Any]) -> list[str]:
    return [row["player_id"] for row in rows]


def visit(world: World, player: str, lat: float, lng: float, **more: Any) -> None:
    body = {"type": "waypoint_visited", "content_id": "gate", "location": {"lat": lat, "lng": lng}, **more}
    reply = world.play("events", body, player=player)
    assert reply.status == 200, reply.body


def test_an_event_is_shown_with_its_distance_and_what_it_was_about(world: World, operator: Client) -> None:
    visit(world, "ada", 37.9004, -122.5)
    world.play("events", {"type": "check_in"}, player="bob")
    (row,) = near(operator, **HERE)
    assert row == {
        "player_id": "ada",
        "event_id": row["event_id"],
        "type": "waypoint_visited",
        "experience_id": "woods",
        "content_id": "gate",
        "at": "2026-11-20T12:00:00.000Z",
        "location": {"lat": 37.9004, "lng": -122.5},
        "distance_meters": 44.5,
    }
    (logged,) = world.call("progress").send("GET", "/players/me/events").body["events"]
    assert logged["event_id"] == row["event_id"]


def test_only_what_lies_within_the_radius_is_near_and_the_rim_counts(world: World, operator: Client) -> None:
    for player, lat in (("ada", 37.9), ("bob", 37.9005), ("cid", 37.902), ("dot", 37.91)):
        visit(world, player, lat, -122.5)
    assert players(near(operator, **HERE, radius_meters="50")) == ["ada"]
    assert sorted(players(near(operator, **HERE))) == ["ada", "bob"]
    assert sorted(players(near(operator, **HERE, radius_meters="1000"))) == ["ada", "bob", "cid"]
    load(world.table, [event("eva", Place(0, 0))])
    # 0.001 degrees of the equator are 111.195 m.
    assert near(operator, lat="0", lng="0.001", radius_meters="111") == []
    assert players(near(operator, lat="0", lng="0.001", radius_meters="112")) == ["eva"]


POLES_AND_DATE_LINE = [
    ((90, 0), (90, 180), 0.0),
    ((90, 180), (89.9999, -77), 11.1),
    ((89.996, 10), (89.996, -170), 889.6),
    ((-90, 180), (-89.991, 0), 1000.8),
    ((-90, -180), (-89.9911, 33), 989.6),
    ((0, 180), (0, -180), 0.0),
    ((0.005, 179.999), (0.005, -179.999), 222.4),
    ((-17.7, -180), (-17.7001, 179.9999), 15.4),
    ((71, 180), (71.001, -179.999), 116.9),
]


@pytest.mark.parametrize(("center", "place", "away"), POLES_AND_DATE_LINE)
def test_there_is_no_edge_of_the_world(
    world: World, operator: Client, center: tuple[float, float], place: tuple[float, float], away: float
) -> None:
    visit(world, "ada", *place)
    found = near(operator, lat=str(center[0]), lng=str(center[1]), radius_meters="1000")
    assert [row["distance_meters"] for row in found] == ([away] if away <= 1000 else [])


def test_instants_type_and_experience_narrow_it_down(world: World, operator: Client) -> None:
    world.define("hill")
    for minutes, player in enumerate(("ada", "bob", "cid")):
        visit(world, player, 37.9, -122.5, at=(NOON - timedelta(minutes=minutes)).isoformat())
    body = {"type": "check_in", "location": {"lat": 37.9, "lng": -122.5}}
    world.play("events", body, player="dot", experience="hill", key="one")
    assert players(near(operator, **HERE, **{"from": "2026-11-20T12:00:00Z"}, type="waypoint_visited")) == ["ada"]
    assert players(near(operator, **HERE, to="2026-11-20T11:59:00Z")) == ["bob", "cid"]
    assert players(near(operator, **HERE, **{"from": "2026-11-20T13:59:00+02:00"}, to="2026-11-20T11:59:00Z")) == [
        "bob"
    ]
    assert players(near(operator, **HERE, type="check_in")) == ["dot"]
    assert players(near(operator, **HERE, mission_id="hill")) == ["dot"]
    assert near(operator, **HERE, experience_id="hill", type="waypoint_visited") == []


@pytest.mark.parametrize("limit", [1, 3, 10, 100])
def test_events_of_many_cells_come_newest_first_once_each(table: Table, world: World, limit: int) -> None:
    """Around where cells meet; of each instant there are four, in different ones."""
    corner = (37.9, -122.4996)
    made = [
        event(f"player-{number % 4}", Place(lat, lng), NOON - timedelta(minutes=number // 4), cause=str(number))
        for number, (lat, lng) in enumerate(
            [(corner[0] + north * 0.004, corner[1] + east * 0.004) for north in (-1, 1) for east in (-1, 1)] * 9
        )
    ]
    load(table, made)
    asked = {"lat": str(corner[0]), "lng": str(corner[1]), "radius_meters": "800"}
    seen, _ = pages(world.call("lookups", "operator"), "/lookups/events-near", "events", limit, **asked)
    assert len({item["lp"]["S"] for item in made}) >= 3
    assert [row["event_id"] for row in seen] == sorted((item["fs"]["S"] for item in made), reverse=True)


def test_a_page_that_is_filtered_may_be_short_and_the_next_goes_on(world: World, operator: Client) -> None:
    load(
        world.table,
        [
            event("ada", Place(37.9, -122.5), NOON - timedelta(minutes=number), kind, cause=str(number))
            for number, kind in enumerate(["check_in"] * 10 + ["npc_dialogue"] + ["check_in"] * 10)
        ],
    )
    seen, count = pages(operator, "/lookups/events-near", "events", 2, **HERE, type="npc_dialogue")
    assert len(seen) == 1
    assert count > 2


def test_an_event_whose_position_is_erased_is_near_nothing_and_stays_in_the_log(
    table: Table, world: World, operator: Client
) -> None:
    visit(world, "ada", 37.9, -122.5)
    (key,) = (key for key, item in all_items(table).items() if item["kind"]["S"] == "event")
    client: Any = table.client
    client.update_item(
        TableName=table.name, Key={"PK": {"S": key.pk}, "SK": {"S": key.sk}}, UpdateExpression="REMOVE gps, lp, ls"
    )
    assert near(operator, **HERE) == []
    asked: tuple[dict[str, str], ...] = ({}, {"type": "waypoint_visited"})
    for query in asked:
        (shown,) = world.call("progress").send("GET", "/players/me/events", **query).body["events"]
        assert "location" not in shown
        assert "37.9" not in str(all_items(table)[key])


def test_a_row_of_an_import_that_was_refused_is_near_nothing(table: Table, world: World, operator: Client) -> None:
    moment = Moment(NOON, NOON, "UTC", NOON.date(), imported=True)
    happening = Happening("check_in", position=Place(37.9, -122.5))
    refused = write_event("acme", "ada", event_id(NOON, "x"), "woods", happening, moment, "not held")
    load(table, [refused.item.serialize()])
    assert near(operator, **HERE) == []
