"""The list of experiences: filters, cursors, and who sees which."""

from typing import Any

import pytest

from tests.support.http import Reply
from tests.support.world import World, all_items

CATALOGUE: dict[str, dict[str, Any]] = {
    "cafe": {"kind": "scenario", "category": "SOCIAL", "tags": ["food", "city"], "language": "pt-PT", "difficulty": 2},
    "clinic": {"kind": "scenario", "category": "SOCIAL", "tags": ["city"], "language": "es", "difficulty": 5},
    "beach": {"kind": "wod", "category": "PHYSICAL", "tags": ["sea"], "language": "pt-BR", "min_level": 5},
    "hill": {"kind": "wod", "category": "PHYSICAL", "tags": ["food"], "min_level": 9},
    "café 5%": {"kind": "experience", "category": "CREATIVE", "language": "en", "min_level": 2},
}


@pytest.fixture
def listed(world: World) -> World:
    """Five published experiences beside the woods, one of them with a draft, one archived, and one that is a draft."""
    operator = world.call("catalog", "operator")
    for identifier, body in CATALOGUE.items():
        assert operator.send("PUT", f"/experiences/{identifier}", {"name": identifier, **body}).status == 200
    operator.send("PUT", "/experiences/hill", {"name": "Another hill", "kind": "wod", "status": "draft"})
    operator.send("PUT", "/experiences/old", {"name": "Old", "status": "archived"})
    operator.send("PUT", "/experiences/plan", {"name": "Plan", "tags": ["food"], "status": "draft"})
    return world


def get(world: World, role: str = "player", **query: Any) -> Reply:
    return world.call("catalog", role).send("GET", "/experiences", **query)


def ids(world: World, role: str = "player", **query: Any) -> list[str]:
    reply = get(world, role, **query)
    assert (reply.status, reply.body["next"]) == (200, None), reply.body
    return [each["id"] for each in reply.body["experiences"]]


PUBLISHED = ["beach", "cafe", "café 5%", "clinic", "hill", "woods"]


@pytest.mark.parametrize("role", ["player", "service", "operator", "admin"])
def test_everybody_sees_what_is_published(listed: World, role: str) -> None:
    assert sorted(ids(listed, role)) == sorted(PUBLISHED)
    assert ids(listed, role, status="published") == ids(listed, role)


@pytest.mark.parametrize(
    ("status", "expected"),
    [("draft", ["hill", "plan"]), ("archived", ["old"]), ("any", [*PUBLISHED, "old", "plan"])],
)
def test_operators_and_admins_see_drafts_and_the_archive_on_request(
    listed: World, status: str, expected: list[str]
) -> None:
    for role in ("operator", "admin"):
        assert sorted(ids(listed, role, status=status)) == sorted(expected)
    for role in ("player", "service"):
        reply = get(listed, role, status=status)
        assert (reply.status, reply.body["type"]) == (403, "urn:cairn:problem:role-not-allowed")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"kind": "wod"}, ["beach", "hill"]),
        ({"category": "SOCIAL"}, ["cafe", "clinic"]),
        ({"tag": "food"}, ["cafe", "hill"]),
        ({"language": "pt"}, ["beach", "cafe"]),
        ({"language": "PT-pt"}, ["cafe"]),
        ({"difficulty": "5"}, ["clinic"]),
        ({"min_level_at_most": "2"}, ["cafe", "café 5%", "clinic", "woods"]),
        ({"kind": "wod", "min_level_at_most": "5"}, ["beach"]),
        ({"kind": "wod", "language": "es"}, []),
        ({"kind": "", "tag": "", "status": ""}, PUBLISHED),
    ],
)
def test_a_filter_leaves_what_meets_it(listed: World, query: dict[str, str], expected: list[str]) -> None:
    assert sorted(ids(listed, **query)) == sorted(expected)


def test_a_row_tells_what_one_chooses_by(listed: World) -> None:
    row = next(each for each in get(listed).body["experiences"] if each["id"] == "cafe")
    assert row == {
        "id": "cafe",
        "version": 1,
        "status": "published",
        "name": "cafe",
        "kind": "scenario",
        "category": "SOCIAL",
        "tags": ["food", "city"],
        "language": "pt-PT",
        "difficulty": 2,
        "min_level": 1,
        "primary_quadrant": "SO",
        "xp_reward": None,
        "estimated_duration_minutes": 60,
        "location_required": False,
        "blocks": 0,
        "prerequisites": [],
        "updated_at": "2026-11-20T12:00:00.000Z",
    }
    hill = next(each for each in get(listed, "operator").body["experiences"] if each["id"] == "hill")
    assert (hill["name"], hill["has_draft"], hill["revision"]) == ("hill", True, 2)
    (plan,) = get(listed, "operator", status="draft", tag="food").body["experiences"][1:]
    assert (plan["name"], plan["status"], plan["version"]) == ("Plan", "draft", 0)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 7, 100])
@pytest.mark.parametrize("query", [{}, {"status": "any"}, {"kind": "wod"}, {"tag": "nothing"}])
def test_every_experience_comes_once_whatever_the_page(listed: World, limit: int, query: dict[str, str]) -> None:
    whole = ids(listed, "operator", limit="100", **query)
    seen = listed.call("catalog", "operator").walk("/experiences", "experiences", limit=str(limit), **query)
    assert [each["id"] for each in seen] == whole


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"difficulty": "6"},
        {"difficulty": "hard"},
        {"min_level_at_most": "0"},
        {"status": "hidden"},
        {"cursor": "nothing"},
        {"cursor": "R1JBUEg="},  # GRAPH, which is in the partition and no experience
    ],
)
def test_a_parameter_that_cannot_be_is_refused(listed: World, query: dict[str, str]) -> None:
    reply = get(listed, **query)
    assert (reply.status, reply.body["type"]) == (422, "urn:cairn:problem:invalid-parameter")


def test_a_list_is_of_one_tenant(listed: World) -> None:
    other = World(listed.table, listed.clock, "acme-2")
    assert ids(other, "operator", status="any") == []
    other.define("cafe", kind="wod")
    assert ids(listed, kind="wod") == ["beach", "hill"]
    assert ids(other, "operator", status="any") == ["cafe"]


def test_archiving_and_publishing_move_an_experience_between_lists(listed: World) -> None:
    operator = listed.call("catalog", "operator")
    operator.send("POST", "/experiences/cafe/archive", {})
    operator.send("POST", "/experiences/plan/publish", {})
    assert "cafe" not in ids(listed) and "plan" in ids(listed)
    assert sorted(ids(listed, "operator", status="archived")) == ["cafe", "old"]
    assert ids(listed, "operator", status="draft") == ["hill"]


def test_an_entry_is_small(listed: World) -> None:
    entries = [item for key, item in all_items(listed.table).items() if key.sk.startswith("ID#")]
    assert len(entries) == 8
    assert all(len(str(item)) < 1500 for item in entries)
