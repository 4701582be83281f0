"""Quadrants advance soul out, body out, soul in, body in; the fourth is recorded too."""

from datetime import timedelta

from tests.support.world import World

ORDER = ["SO", "BO", "SI", "BI"]


def test_the_four_quadrants_are_recorded_in_order_and_the_fourth_too(world: World) -> None:
    world.play("start")
    for number, quadrant in enumerate(ORDER, start=1):
        body = world.play("quadrants", {"quadrant": quadrant}).body
        assert body["quadrants_completed"] == ORDER[:number]
        assert body["next_quadrant"] == (ORDER[number] if number < 4 else None)
        assert body["completion_percentage"] == number * 25.0
        assert body["state"] == "IN_PROGRESS"
    stands = world.call("progress").send("GET", "/players/me/experiences/woods").body
    assert stands["quadrants_completed"] == ORDER


def test_the_next_quadrant_need_not_be_named(world: World) -> None:
    world.play("start")
    assert world.play("quadrants").body["quadrants_completed"] == ["SO"]
    assert world.play("quadrants").body["quadrants_completed"] == ["SO", "BO"]


def test_a_quadrant_out_of_turn_is_refused_with_the_one_that_is_due(world: World) -> None:
    world.play("start")
    world.play("quadrants")
    for wrong in ("SO", "SI", "BI"):
        reply = world.play("quadrants", {"quadrant": wrong})
        assert (reply.status, reply.body["allowed"]) == (409, ["BO"])
        assert f"the next is BO, not {wrong}" in reply.body["detail"]


def test_a_fifth_quadrant_is_refused(world: World) -> None:
    world.play("start")
    for _ in ORDER:
        world.play("quadrants")
    reply = world.play("quadrants")
    assert (reply.status, reply.body["type"]) == (409, "urn:cairn:problem:illegal-move")


def test_an_experience_without_quadrants_has_none_to_advance(world: World) -> None:
    world.define("walk", quadrants={})
    body = world.play("start", experience="walk").body
    assert (body["next_quadrant"], body["completion_percentage"]) == (None, 0.0)
    reply = world.play("quadrants", experience="walk")
    assert reply.status == 409
    assert "defines no quadrants" in reply.body["detail"]


def test_the_facts_hold_how_long_each_step_took(world: World) -> None:
    world.play("start")
    for minutes in (3, 4):
        world.clock.at += timedelta(minutes=minutes)
        world.play("quadrants")
    facts = [item for item in world.table.query("T#acme#F#2026-11-20#0").items if item["SK"]["S"] == "ada#woods#0"]
    assert [(each["quadrant_steps"]["N"], each["quadrant_seconds"]["N"]) for each in facts] == [("2", "420")]
