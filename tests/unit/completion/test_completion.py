"""Completing: all that is missing at once, and all that it pays in one write."""

from datetime import timedelta
from typing import Any

import pytest

from cairn.platform.keys import Key
from cairn.platform.table import Table
from tests.support.world import World, all_items

REFLECTION = {"reflection": "I would go again."}


def missing(reply: Any) -> dict[str, Any]:
    assert (reply.status, reply.body["type"]) == (409, "urn:cairn:problem:incomplete"), reply.body
    return {each["criterion"]: each["left"] for each in reply.body["missing"]}


def test_all_that_is_missing_is_listed_at_once(world: World) -> None:
    criteria = {"min_time_minutes": 10, "required_outputs": ["poem", "map"]}
    world.define("hill", completion_criteria=criteria)
    world.play("start", experience="hill")
    world.play("quadrants", experience="hill")
    world.play("sessions", {"duration_seconds": 120, "outputs": {"map": "north"}}, experience="hill")
    before = all_items(world.table)
    reply = world.play("complete", experience="hill")
    assert missing(reply) == {
        "quadrants": ["BO", "SI", "BI"],
        "min_time_minutes": 480,
        "required_outputs": ["poem"],
        "reflection": 1,
    }
    assert "advance BO, SI, BI" in reply.body["detail"]
    assert all_items(world.table) == before


def test_what_was_delivered_is_not_asked_for_again(world: World) -> None:
    world.journey(upto=8)
    assert missing(world.play("complete", REFLECTION)) == {"min_time_minutes": 600}
    world.play("sessions", {"duration_seconds": 600})
    assert missing(world.play("complete")) == {"reflection": 1}
    assert world.play("complete", REFLECTION).status == 200


def test_a_reflection_is_asked_for_where_the_criteria_do_though_there_are_no_quadrants(world: World) -> None:
    world.define("walk", quadrants={}, completion_criteria={"reflection": True})
    world.play("start", experience="walk")
    assert missing(world.play("complete", experience="walk")) == {"reflection": 1}
    assert missing(world.play("complete", {"reflection": "   "}, experience="walk")) == {"reflection": 1}
    assert world.play("complete", REFLECTION, experience="walk").status == 200


def test_a_required_output_called_reflection_is_met_by_the_reflection(world: World) -> None:
    world.define("walk", quadrants={}, completion_criteria={"required_outputs": ["reflection"]})
    world.play("start", experience="walk")
    assert missing(world.play("complete", experience="walk")) == {"required_outputs": ["reflection"]}
    assert world.play("complete", REFLECTION, experience="walk").status == 200


def test_completing_pays_everything_and_says_so(world: World) -> None:
    world.journey(upto=9)
    world.clock.at += timedelta(hours=1)
    body = world.play("complete", REFLECTION).body
    assert (body["state"], body["mastery_level"], body["completion_percentage"]) == ("COMPLETED", 1, 100.0)
    assert body["completed_at"] == "2026-11-20T13:00:00.000Z"
    assert body["next_quadrant"] is None
    assert body["xp"] == {
        "gained": 110,
        "by_source": {"completion": 110},
        "total": 115,
        "level": 2,
        "title": "Novice",
        "levels_reached": [2],
    }
    assert body["virtues"] == {
        "wisdom": {"previous": 0, "new": 5, "change": 5},
        "courage": {"previous": 0, "new": 3, "change": 3},
    }
    assert body["streak"]["action"] == "maintained"


def test_completing_writes_it_all_in_one_transaction(world: World, table: Table) -> None:
    world.journey(upto=9)
    assert world.play("complete").status == 409, "the function knows the experience and the settings from now on"
    before = all_items(table)
    assert table.meter is not None
    table.meter.calls.clear()
    body = world.play("complete", REFLECTION).body
    assert table.meter.calls == ["batch_get_item", "transact_write_items"]
    after = all_items(table)
    changed = {key.sk.split("#")[0]: item for key, item in after.items() if before.get(key) != item}
    assert set(changed) == {"I", "E", "L", "NOTES", "PRG", "PLAYER", "ada"}
    events = {item["type"]["S"]: key.sk for key, item in after.items() if key.sk.startswith("E#") and key not in before}
    assert events.keys() == {"experience_completed", "level_up"}
    assert events["experience_completed"] == f"E#{body['event_id']}"
    assert (changed["L"]["amount"], changed["L"]["source"]) == ({"N": "110"}, {"S": "completion"})
    assert changed["PRG"]["state"] == {"S": "COMPLETED"}
    assert changed["PLAYER"]["xp"] == {"N": "115"}
    fact = changed["ada"]
    assert (fact["completions"], fact["xp_completion"]) == ({"N": "1"}, {"N": "110"})


def test_the_streak_is_paid_with_a_completion_that_is_the_first_of_its_day(world: World) -> None:
    world.journey(upto=9)
    world.clock.at += timedelta(days=1)
    body = world.play("complete", REFLECTION).body
    assert body["xp"]["by_source"] == {"completion": 110, "streak_bonus": 10}
    assert body["streak"] == {"action": "increased", "current": 2, "longest": 2, "freezes_available": 3}
    assert body["xp"]["total"] == 125


def test_completing_again_pays_nothing_and_says_so(world: World) -> None:
    world.journey()
    before = all_items(world.table)
    reply = world.play("complete", REFLECTION)
    assert reply.status == 200
    assert (reply.body["already_completed"], reply.body["xp"], reply.body["state"]) == (
        True,
        {"gained": 0},
        "COMPLETED",
    )
    changed = {key for key, item in all_items(world.table).items() if before.get(key) != item}
    assert all(key.sk.startswith("I#") for key in changed), "nothing but the answer is kept"


def test_virtues_stay_from_0_to_100_and_the_change_is_what_came_of_it(world: World) -> None:
    impacts = {"wisdom": 70, "courage": -20, "justice": 0.25}
    for name in ("one", "two"):
        world.define(name, quadrants={}, completion_criteria={}, virtue_impacts=impacts)
        world.play("start", experience=name)
    first = world.play("complete", experience="one").body["virtues"]
    assert first["wisdom"] == {"previous": 0, "new": 70, "change": 70}
    assert first["courage"] == {"previous": 0, "new": 0, "change": 0}
    second = world.play("complete", experience="two").body["virtues"]
    assert second["wisdom"] == {"previous": 70, "new": 100, "change": 30}
    assert second["justice"] == {"previous": 0.25, "new": 0.5, "change": 0.25}


@pytest.mark.parametrize(
    ("definition", "xp"),
    [
        ({"kind": "experience"}, 100),
        ({"kind": "wod"}, 100),
        ({"kind": "wod", "xp_reward": 7}, 7),
        ({"kind": "scenario", "difficulty": 3, "estimated_duration_minutes": 40}, 110),
        ({"kind": "scenario", "xp_reward": 0}, 0),
    ],
)
def test_what_completing_pays_is_its_own_reward_or_by_kind(world: World, definition: dict[str, Any], xp: int) -> None:
    world.define("walk", **{"quadrants": {}, "completion_criteria": {}, **definition})
    world.play("start", experience="walk")
    body = world.play("complete", experience="walk").body
    assert body["xp"]["by_source"].get("completion", 0) == body["xp"]["gained"] == xp
    entries = world.call("xp").send("GET", "/players/me/xp/history").body["entries"]
    assert sum(entry["amount"] for entry in entries) == body["xp"]["total"]


def test_the_fact_holds_how_long_it_took_from_start_to_completion(world: World) -> None:
    world.define("walk", quadrants={}, completion_criteria={})
    world.play("start", experience="walk")
    world.clock.at += timedelta(minutes=25, seconds=5)
    world.play("complete", experience="walk")
    fact = all_items(world.table)[Key("T#acme#F#2026-11-20#0", "ada#walk#0")]
    assert fact["completion_seconds"] == {"N": "1505"}


def test_a_scenario_counts_as_one(world: World) -> None:
    world.journey()
    world.define("walk", kind="experience", quadrants={}, completion_criteria={})
    world.play("start", experience="walk")
    world.play("complete", experience="walk")
    metrics = world.call("players").send("GET", "/players/me").body["metrics"]
    assert (metrics["experiences_completed"], metrics["scenarios_completed"]) == (2, 1)
    assert metrics["experiences_started"] == 2


def test_the_answer_to_a_waiver_shows_all_that_is_waived_as_progress_does(world: World) -> None:
    world.play("start")
    operator = world.call("repair", "operator")
    path = "/players/ada/experiences/woods/waivers"
    operator.send("POST", path, {"criterion": "quadrants", "reason": "The park was closed."})
    answer = operator.send("POST", path, {"criterion": "min_time_minutes", "reason": "Played on paper."})
    waived = {"quadrants": "The park was closed.", "min_time_minutes": "Played on paper."}
    assert answer.body["waived"] == waived
    assert world.call("progress").send("GET", "/players/me/experiences/woods").body["waived"] == waived


@pytest.mark.parametrize(("role", "named"), [("operator", "ada"), ("player", "mallory"), ("service", "me")])
def test_nothing_is_written_for_who_may_not_practise(world: World, role: str, named: str) -> None:
    before = all_items(world.table)
    reply = world.call("completion", role).send("POST", f"/players/{named}/experiences/woods/practice", {})
    assert reply.status == 403
    assert all_items(world.table) == before
