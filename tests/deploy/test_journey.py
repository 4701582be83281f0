"""A player's journey over HTTP on the deployed stack: gateway, functions, stream, schedule, all of it for real."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from cairn.analytics.work import dirty_key
from cairn.platform.keys import Key
from cairn.platform.slots import slot_of
from local.http import Answer
from tests.deploy.conftest import Deployed

WOODS = {
    "name": "The Woods",
    "kind": "scenario",
    "quadrants": {quadrant: f"the {quadrant} part" for quadrant in ("SO", "BO", "SI", "BI")},
    "virtue_impacts": {"wisdom": 5},
    "completion_criteria": {"min_time_minutes": 10},
}
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("start", {}),
    ("events", {"type": "waypoint_visited", "content_id": "gate", "duration_seconds": 40}),
    ("events", {"type": "quest_started", "content_id": "spring"}),
    ("events", {"type": "item_collected", "content_id": "lamp", "location": {"lat": 37.9, "lng": -122.5}}),
    *[("quadrants", {"quadrant": quadrant}) for quadrant in ("SO", "BO", "SI", "BI")],
    ("sessions", {"duration_seconds": 900, "outputs": {"poem": "It rained."}}),
)


@pytest.fixture
def experience(deployed: Deployed) -> str:
    """An experience of this test's own."""
    identifier = f"woods-{uuid4().hex[:8]}"
    assert deployed.api.send("PUT", f"/experiences/{identifier}", WOODS, deployed.token("operator")).status == 200
    return identifier


def until[T](ask: Callable[[], T], good: Callable[[T], bool], seconds: float = 30) -> T:
    """What `ask` gives once it is good; projections follow within seconds."""
    deadline = time.monotonic() + seconds
    while not good(answer := ask()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return answer


def raw_items(deployed: Deployed, *keys: Key) -> list[Any]:
    table = deployed.clients("dynamodb")
    found = [
        table.get_item(TableName=deployed.table_name, Key={"PK": {"S": key.pk}, "SK": {"S": key.sk}}).get("Item")
        for key in keys
    ]
    return [each for each in found if each]


def test_a_player_plays_to_the_end_and_everything_shows_it(deployed: Deployed, experience: str) -> None:
    player = f"ada-{uuid4().hex[:8]}"
    token = deployed.token("player", player)

    def play(what: str, body: dict[str, Any], key: str | None = None) -> Answer:
        headers = {"Idempotency-Key": key} if key else {}
        return deployed.api.send("POST", f"/players/me/experiences/{experience}/{what}", body, token, headers)

    def read(path: str) -> Any:
        answer = deployed.api.get(path, token)
        assert answer.status == 200, answer.text
        return answer.json

    for what, body in STEPS:
        assert (answer := play(what, body)).status == 200, answer.text
    refused = play("complete", {})
    assert refused.status == 409
    assert [each["criterion"] for each in refused.json["missing"]] == ["reflection"]
    key = str(uuid4())
    completed = play("complete", {"reflection": "I would go again."}, key)
    assert completed.status == 200, completed.text
    assert completed.json["state"] == "COMPLETED"
    assert completed.json["virtues"] == {"wisdom": {"previous": 0, "new": 5.0, "change": 5.0}}
    again = play("complete", {"reflection": "I would go again."}, key)
    assert again.json == completed.json
    assert again.headers["idempotency-replayed"] == "true"

    achievements = until(lambda: read("/players/me/achievements"), lambda found: found["unlocked_count"] == 2)
    unlocked = {each["achievement_id"] for each in achievements["achievements"] if each["unlocked"]}
    assert unlocked == {"first_scenario", "first_steps"}
    history = read("/players/me/xp/history?limit=100")["entries"]
    standing = read("/players/me/xp")
    assert standing["total_xp"] == sum(entry["amount"] for entry in history) == 60 + 5 + 50 + 50
    own = until(
        lambda: deployed.api.get("/leaderboards/xp_all_time/players/me", token),
        lambda answer: answer.status == 200 and answer.json["score"] == standing["total_xp"],
    )
    assert own.json["score"] == standing["total_xp"]
    assert any(row["player_id"] == player for row in read("/leaderboards/xp_all_time?limit=100")["rows"])
    streak = read("/players/me/streak")
    assert (streak["current"], streak["active_today"]) == (1, True)
    progress = read(f"/players/me/experiences/{experience}")
    assert progress["inventory"] == {"lamp": 1}
    assert progress["active_quests"] == ["spring"]
    events = read("/players/me/events?limit=100")["events"]
    level_ups = [each["data"]["level"] for each in events if each["type"] == "level_up"]
    assert level_ups == [2] and standing["level"] == 2
    assert len(events) == len(STEPS) + len(["the completion", "level 2"])
    assert events[0]["at"] >= events[-1]["at"]


def test_the_schedule_rolls_up_a_day_that_the_stream_marked(deployed: Deployed, experience: str) -> None:
    player = f"bob-{uuid4().hex[:8]}"
    token = deployed.token("player", player)
    path = f"/players/me/experiences/{experience}/events"
    recorded = deployed.api.send("POST", path, {"type": "waypoint_visited", "content_id": "gate"}, token)
    day = recorded.json["local_day"]
    now = datetime.now(UTC)
    marks = [dirty_key(slot_of(now + timedelta(minutes=15 * back)), "demo", now.date()) for back in (-1, 0)]
    assert until(lambda: raw_items(deployed, *marks), bool), "the reactor did not mark the day"
    # As the schedule will say it, a quarter of an hour from now.
    moment = (slot_of(now) + timedelta(minutes=16)).isoformat()
    sent = deployed.clients("lambda").invoke(
        FunctionName=deployed.stack.outputs["DispatchFunction"], Payload=json.dumps({"time": moment})
    )
    assert json.load(sent["Payload"])["messages"] >= 1

    def figures() -> Any:
        path = f"/analytics/days/{day}?experience_id={experience}"
        return deployed.api.get(path, deployed.token("operator")).json

    rolled_up = until(figures, lambda found: found["events"] == 1)
    assert (rolled_up["players"], rolled_up["starts"]) == (1, 1)
    assert rolled_up["contents"] == {"gate": {"visits": 1, "seconds": 0, "players": 1}}


def test_bad_input_is_answered_with_what_to_send_instead(deployed: Deployed, experience: str) -> None:
    token = deployed.token("player", f"cid-{uuid4().hex[:8]}")
    events = f"/players/me/experiences/{experience}/events"
    cases: list[tuple[str, str, Any, dict[str, str], int, str]] = [
        ("POST", "/players/me/experiences/nowhere/start", {}, {}, 404, "unknown-experience"),
        ("POST", f"/players/me/experiences/{experience}/quadrants", {}, {}, 409, "illegal-move"),
        ("POST", events, {"type": 3}, {}, 422, "invalid-body"),
        ("POST", events, "{", {}, 400, "malformed-json"),
        ("POST", events, {"type": "check_in", "data": {"x": "y" * 70_000}}, {}, 413, "body-too-large"),
        ("POST", f"/players/somebody-else/experiences/{experience}/start", {}, {}, 403, "other-player"),
        ("PUT", f"/experiences/{experience}", WOODS, {}, 403, "role-not-allowed"),
        ("POST", events, {"type": "level_up"}, {}, 403, "event-type-not-allowed"),
        ("POST", events, {"type": "check_in"}, {"Idempotency-Key": ""}, 400, "idempotency-key-missing"),
    ]
    for method, path, body, headers, status, code in cases:
        answer = deployed.api.send(method, path, body, token, headers)
        assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
        assert answer.json["type"] == f"urn:cairn:problem:{code}"
        assert answer.json["detail"]
        assert answer.json["request_id"]
    assert deployed.api.get("/players/me/events", token).json["events"] == []
