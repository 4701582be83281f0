"""The figures of a day as operators read them."""

from datetime import timedelta

import pytest

from cairn.analytics.work import recompute
from tests.support.world import World


def test_a_day_shows_what_its_facts_say(world: World) -> None:
    for player in ("ada", "bob"):
        world.journey(player)
    world.define("hill")
    world.play("start", experience="hill")
    recompute(world.table, "acme", world.clock().date(), 0, world.clock())
    client = world.call("analytics", "operator")
    shown = client.send("GET", "/analytics/days/2026-11-20").body
    assert (shown["day"], shown["status"], shown["experience_id"]) == ("2026-11-20", "open", None)
    assert (shown["players"], shown["events"], shown["starts"], shown["completions"]) == (2, 21, 3, 2)
    assert (shown["sessions"], shown["session_seconds"], shown["quadrant_steps"]) == (2, 1800, 8)
    assert shown["xp_by_source"] == {"completion": 220, "streak_bonus": 10}
    assert shown["contents"]["gate"] == {"visits": 2, "seconds": 80, "players": 2}
    assert shown["study_seconds_p50"] == pytest.approx(900, rel=0.02)
    assert shown["as_of"] == "2026-11-20T12:00:00.000Z"
    woods = client.send("GET", "/analytics/days/2026-11-20", experience_id="woods").body
    assert (woods["experience_id"], woods["players"], woods["starts"]) == ("woods", 2, 2)


def test_a_day_without_anything_is_empty_and_no_error(world: World) -> None:
    world.clock.at += timedelta(days=30)
    shown = world.call("analytics", "operator").send("GET", "/analytics/days/2026-11-20").body
    assert (shown["players"], shown["as_of"], shown["status"], shown["contents"]) == (0, None, "final", {})
    assert (shown["completion_seconds_p50"], shown["first_at"]) == (None, None)


@pytest.mark.parametrize("day", ["today", "2026-13-01", "2026-02-30", "20-11-2026", "9999-12-31", "0001-01-01"])
def test_a_day_that_is_none_is_refused(world: World, day: str) -> None:
    reply = world.call("analytics", "operator").send("GET", f"/analytics/days/{day}")
    assert (reply.status, reply.body["type"]) == (422, "urn:cairn:problem:invalid-parameter")


def test_an_experience_id_that_no_key_holds_is_refused(world: World) -> None:
    reply = world.call("analytics", "operator").send("GET", "/analytics/days/2026-11-20", experience_id="x" * 129)
    assert reply.status == 422
