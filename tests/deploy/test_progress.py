"""Every function of progress on the deployed stack, with the calls that its role allows and no other."""

from typing import Any
from uuid import uuid4

from local.http import Answer
from tests.deploy.conftest import Deployed

LESSON: dict[str, Any] = {
    "name": "A lesson",
    "virtue_impacts": {"wisdom": 4},
    "pages": [
        {
            "id": "one",
            "blocks": [
                {"id": "film", "type": "video", "content": {"url": "films/one"}},
                {
                    "id": "quiz",
                    "type": "quiz",
                    "move_on": "Passed",
                    "passing_score": 1,
                    "questions": [{"id": "q", "answers": ["yes"]}],
                },
            ],
        }
    ],
}


def test_a_lesson_from_its_draft_to_its_practice(deployed: Deployed) -> None:
    lesson, player = f"lesson-{uuid4().hex[:8]}", f"ada-{uuid4().hex[:8]}"
    operator, service, own = deployed.token("operator"), deployed.token("service"), deployed.token("player", player)
    mine, named = f"/players/me/experiences/{lesson}", f"/players/{player}/experiences/{lesson}"

    def send(method: str, path: str, body: Any, token: str) -> Answer:
        answer = deployed.api.send(method, path, body, token)
        assert answer.status == 200, f"{method} {path}: {answer.text}"
        return answer

    def read(path: str, token: str = own) -> Any:
        return send("GET", path, None, token).json

    send("PUT", f"/experiences/{lesson}", {**LESSON, "status": "draft"}, operator)
    assert deployed.api.get(f"/experiences/{lesson}", own).status == 404
    send("POST", f"/experiences/{lesson}/publish", {}, operator)
    assert read(f"/experiences/{lesson}/pages/one")["id"] == "one"
    assert "answers" not in str(read(f"/experiences/{lesson}"))

    send("POST", f"{mine}/discover", {}, own)
    send("POST", f"{mine}/start", {}, own)
    send("POST", f"{mine}/abandon", {}, own)
    assert send("POST", f"{mine}/resume", {}, own).json["resumed"] == "maintained"
    send("POST", f"{mine}/blocks/film", {"completed": True, "duration_seconds": 30}, own)
    wrong = send("POST", f"{mine}/blocks/quiz", {"answers": {"q": "no"}}, own)
    assert wrong.json["block"]["attempt"]["wrong_questions"] == ["q"]
    refused = deployed.api.send("POST", f"{mine}/complete", {}, own)
    assert (refused.status, refused.json["missing"][0]["left"]) == (409, ["quiz"])
    send("POST", f"{named}/waivers", {"block_id": "quiz", "reason": "Passed on paper."}, operator)
    assert send("POST", f"{mine}/complete", {"reflection": "Good."}, own).json["state"] == "COMPLETED"
    assert send("POST", f"{mine}/practice", {}, own).json["mastery"]["chance"] == 0.1667

    notes = send("PUT", f"{mine}/notes", {"notes": "Again in May."}, own)
    stale = deployed.api.send("PUT", f"{mine}/notes", {"notes": "No."}, own, {"If-Match": '"99"'})
    assert (stale.status, stale.json["etag"]) == (412, notes.headers["etag"])
    assert read(f"{mine}/notes")["reflection"] == "Good."
    assert read(f"{mine}/visits/film")["visited"] is True
    assert read(f"{named}/repair", operator)["changes"] == []

    tracked = {"mission_id": lesson, "block_id": "film", "status": "completed"}
    assert send("POST", "/track-user-progress", tracked, own).json["success"] is True
    send("POST", "/track-user-activity", {"activity_type": "Agent Conversation"}, own)
    at = read("/players/me/events")["events"][0]["at"]
    bulk = [
        {"id": "one", "player_id": player, "wod_id": lesson, "type": "item_collected", "content_id": "key", "at": at},
        {"id": "two", "player_id": player, "type": "tree_planted", "at": at, "location": None},
        {"id": "two", "player_id": player, "type": "tree_planted", "at": at},
    ]
    recorded = send("POST", "/events", {"events": bulk}, service).json
    assert (recorded["recorded"], recorded["already_recorded"], recorded["refused"]) == (2, 1, 0)
    assert read("/players/me/events?type=conversation_held")["events"][0]["type"] == "conversation_held"
    assert read(f"{mine}/inventory")["inventory"] == {"key": 1}
    assert read("/players/me/session")["active"] is True
    send("POST", f"/players/{player}/inventory", {"item_id": "compass", "change": 1}, service)
    assert read("/players/me")["global_inventory"] == {"compass": 1}

    holders = read(f"/lookups/holders?experience_id={lesson}&item_id=key", operator)
    assert [each["player_id"] for each in holders["players"]] == [player]
    assert read(f"/experiences/{lesson}/active-players", service)["count"] == 1
    assert lesson in {each["id"] for each in read("/experiences/export", operator)["experiences"]}
