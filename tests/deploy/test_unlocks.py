"""Unlocks on request on the deployed stack: functions, the queue of backfills and its worker, with their roles."""

from typing import Any
from uuid import uuid4

from tests.deploy.conftest import Deployed
from tests.deploy.test_journey import until


def test_what_was_earned_before_it_was_defined_is_found_given_taken_and_given_again(deployed: Deployed) -> None:
    run = uuid4().hex[:8]
    player, name, metric = f"ada-{run}", f"rider_{run}", f"km_{run}"
    operator, service, own = deployed.token("operator"), deployed.token("service"), deployed.token("player", player)

    def send(method: str, path: str, body: Any, token: str, status: int = 200) -> Any:
        answer = deployed.api.send(method, path, body, token)
        assert answer.status == status, f"{method} {path}: {answer.text}"
        return answer.json

    send("POST", f"/players/{player}/events", {"type": "ride_finished", "counters": {metric: 12}}, service)
    criteria = {"metric": metric, "at_least": 10}
    send("PUT", f"/achievements/{name}", {"title": "Rider", "xp": 40, "criteria": criteria}, operator)
    job = send("POST", "/achievements/backfills", {"achievements": [name]}, operator, 202)["job_id"]
    found = until(
        lambda: send("GET", f"/achievements/backfills/{job}", None, operator), lambda each: each["state"] == "done"
    )
    assert (found["state"], found["players"]) == (
        "done",
        [{"player_id": player, "achievements": [name], "xp": 40}],
    )
    # The functions that are warm know the definition within a minute; one that names it reads it at once.
    reason = {"reason": "It was recorded elsewhere."}
    granted = send("POST", f"/players/{player}/achievements/{name}/grant", reason, operator)
    assert (granted["held"], granted["xp"]["gained"]) == (True, 40)
    revoked = send("POST", f"/players/{player}/achievements/{name}/revoke", reason, operator)
    assert (revoked["held"], revoked["xp"]["gained"]) == (False, -40)
    assert send("POST", "/players/me/achievements/check", {}, own)["unlocked"] == [], "revoked stays so"
    assert send("POST", f"/players/{player}/achievements/{name}/grant", reason, operator)["held"]
    assert send("POST", "/gamification/achievements/check", {"user_id": player}, service)["unlocked"] == []
    history = send("GET", "/players/me/xp/history", None, own)["entries"]
    assert sum(each["amount"] for each in history) == send("GET", "/players/me/xp", None, own)["total_xp"]
    assert sorted(each["amount"] for each in history if name in each["source"]) == [-40, 40, 40]
