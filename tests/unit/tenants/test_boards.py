"""Which boards a tenant shows: defaults, own boards, and what cannot change any more."""

from typing import Any

import pytest

from cairn.tenants.boards import STANDARD
from cairn.tenants.storage import from_json, to_json
from tests.support.http import Reply
from tests.support.world import World, all_items

WORDS = {"id": "words", "title": "Words", "metric": "words_learned", "unit": "words"}


def put(world: World, **boards: Any) -> Reply:
    return world.call("catalog", "operator").send("PUT", "/settings", {"boards": boards})


def test_a_tenant_shows_the_seven_boards_by_name_until_it_says_otherwise(world: World) -> None:
    shown = world.call("catalog", "operator").send("GET", "/settings").body["boards"]
    assert shown == {
        "shown": [rule.id for rule in STANDARD],
        "defined": [],
        "shown_as": "name",
        "cache_seconds": 5,
        "subtrees": [],
    }


def test_boards_are_shown_as_they_were_set(world: World) -> None:
    spread = [["xp_weekly", "2026-11-20T12:05:00.000Z", 4]]
    wanted = {
        "shown": ["xp_weekly", "words", "distance"],
        "defined": [{**WORDS, "high_first": True, "period": "month", "step": 5}],
        "shown_as": "pseudonym",
        "cache_seconds": 900,
        "subtrees": spread,
    }
    assert put(world, **wanted).body["boards"] == wanted
    shown = world.call("catalog", "operator").send("GET", "/settings").body
    assert shown["boards"] == wanted
    assert to_json(from_json(shown)) == shown


def test_settings_stored_before_there_were_boards_have_the_defaults(world: World) -> None:
    stored = world.call("catalog", "operator").send("GET", "/settings").body
    del stored["boards"]
    assert len(from_json(stored).boards.shown) == 7


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"shown": ["fame"]}, "boards"),
        ({"shown": ["words"]}, "boards"),
        ({"defined": [WORDS, WORDS]}, "boards"),
        ({"defined": [{**WORDS, "id": "xp_weekly"}]}, "boards.defined.0"),
        ({"defined": [{**WORDS, "id": "Words"}]}, "boards.defined.0.id"),
        ({"defined": [{**WORDS, "period": "decade"}]}, "boards.defined.0.period"),
        ({"defined": [{**WORDS, "period": "week", "high_first": False}]}, "boards.defined.0"),
        ({"defined": [{**WORDS, "metric": "current_streak", "period": "last_7_days"}]}, "boards.defined.0"),
        ({"defined": [{**WORDS, "step": 0}]}, "boards.defined.0.step"),
        ({"cache_seconds": 901}, "boards.cache_seconds"),
        ({"shown_as": "loud"}, "boards.shown_as"),
        ({"subtrees": [["xp_weekly", "2026-11-20T13:00:00Z", 17]]}, "boards.subtrees.0.2"),
        ({"subtrees": [["xp_weekly", "2026-11-20T13:00:00", 2]]}, "boards.subtrees.0.1"),
        ({"colour": "red"}, "boards.colour"),
    ],
)
def test_boards_that_cannot_be_are_refused_by_field(world: World, wrong: dict[str, Any], field: str) -> None:
    before = all_items(world.table)
    reply = put(world, **wrong)
    assert (reply.status, [each["field"] for each in reply.body["errors"]]) == (422, [field])
    assert all_items(world.table) == before


def test_a_board_of_its_own_keeps_its_meaning_and_can_be_shown_no_more(world: World) -> None:
    assert put(world, shown=["words"], defined=[WORDS]).status == 200
    for changed in ([], [{**WORDS, "metric": "total_xp"}], [{**WORDS, "high_first": False}], [{**WORDS, "step": 2}]):
        reply = put(world, shown=["xp_weekly"], defined=changed)
        assert (reply.status, "words cannot change or go" in reply.body["detail"]) == (422, True)
    assert put(world, shown=["xp_weekly"], defined=[WORDS]).status == 200


def test_moves_are_spread_over_more_trees_only_when_everybody_reads_them(world: World) -> None:
    """It is noon, and functions keep settings for a minute."""
    for early in ("2026-11-20T11:00:00Z", "2026-11-20T12:01:59Z"):
        assert put(world, subtrees=[["xp_weekly", early, 4]]).status == 422
    begun = ["xp_weekly", "2026-11-20T12:03:00Z", 4]
    assert put(world, subtrees=[begun]).status == 200
    world.clock.at = world.clock.at.replace(hour=13)
    for moved in ([], [["xp_weekly", "2026-11-20T12:03:00Z", 2]], [["xp_weekly", "2026-11-20T14:00:00Z", 4]]):
        reply = put(world, subtrees=moved)
        assert (reply.status, "boards.subtrees" in reply.body["detail"]) == (422, True), moved
    assert put(world, subtrees=[begun, ["xp_weekly", "2026-11-20T14:00:00Z", 2]]).status == 200
