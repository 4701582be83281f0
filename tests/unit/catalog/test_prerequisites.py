"""Prerequisites that go in a circle are refused, and the circle is shown."""

from typing import Any

import pytest

from cairn.platform.capacity import Meter
from tests.support.http import Reply
from tests.support.world import World, all_items


def put(world: World, experience: str, *prerequisites: str, **more: Any) -> Reply:
    body = {"name": experience, "prerequisites": list(prerequisites), **more}
    return world.call("catalog", "operator").send("PUT", f"/experiences/{experience}", body)


def graph(world: World) -> int:
    """How often prerequisites were added in the tenant."""
    return sum(int(item["ver"]["N"]) for key, item in all_items(world.table).items() if key.sk == "GRAPH")


@pytest.fixture
def chain(world: World) -> World:
    """A needs b, b needs c, c needs d."""
    for each in ("d", "cd", "bc", "ab"):
        assert put(world, *each).status == 200
    return world


@pytest.mark.parametrize(
    ("experience", "needed", "cycle"),
    [
        ("d", "a", ["d", "a", "b", "c", "d"]),
        ("c", "a", ["c", "a", "b", "c"]),
        ("b", "a", ["b", "a", "b"]),
        ("d", "d", ["d", "d"]),
    ],
)
def test_a_circle_is_refused_and_shown(chain: World, experience: str, needed: str, cycle: list[str]) -> None:
    before = all_items(chain.table)
    reply = put(chain, experience, needed)
    assert (reply.status, reply.body["type"]) == (409, "urn:cairn:problem:circular-prerequisites")
    assert reply.body["cycle"] == cycle
    assert " > ".join(cycle) in reply.body["detail"]
    assert all_items(chain.table) == before


def test_who_leaves_a_circle_may_be_reached_again(chain: World) -> None:
    assert put(chain, "b").status == 200
    assert put(chain, "d", "a").status == 200
    assert put(chain, "b", "c").body["cycle"] == ["b", "c", "d", "a", "b"]


def test_two_ways_to_one_experience_are_no_circle(chain: World) -> None:
    assert put(chain, "a", "b", "c", "d").status == 200
    assert put(chain, "e", "a", "d").status == 200


def test_an_archived_experience_is_still_on_the_way(chain: World) -> None:
    chain.call("catalog", "operator").send("POST", "/experiences/b/archive", {})
    assert put(chain, "d", "a").body["cycle"] == ["d", "a", "b", "c", "d"]


def test_a_drafts_prerequisites_are_on_nobodys_way(chain: World) -> None:
    assert put(chain, "d", "a", status="draft").status == 200
    assert put(chain, "c", "d").status == 200
    publish = chain.call("catalog", "operator").send("POST", "/experiences/d/publish", {})
    assert (publish.status, publish.body["cycle"]) == (409, ["d", "a", "b", "c", "d"])


def test_the_version_of_the_graph_is_written_where_a_prerequisite_is_added_only(chain: World) -> None:
    assert graph(chain) == 3
    put(chain, "a", "b", xp_reward=5)
    put(chain, "b")
    put(chain, "e", "a", status="draft")
    assert graph(chain) == 3
    chain.call("catalog", "operator").send("POST", "/experiences/e/publish", {})
    assert graph(chain) == 4
    put(chain, "e", "a", "b")
    assert graph(chain) == 5


def test_the_walk_is_one_read_a_level_and_none_where_nothing_is_added(chain: World, meter: Meter) -> None:
    def trips(*asked: str) -> int:
        before = meter.trips
        assert put(chain, *asked).status == 200
        return meter.trips - before

    write = 1
    assert trips("e", "a", "d") == 1 + 4 - 1 + write, "a and d; b; c; and d, which is known, is not read again"
    assert trips("f") == 1 + write
    meter.calls.clear()
    put(chain, "e", "a", "d", xp_reward=9)
    assert meter.calls == ["batch_get_item", "transact_write_items"]


def test_two_tenants_do_not_meet_on_the_way(chain: World) -> None:
    other = World(chain.table, chain.clock, "acme-2")
    for each in ("a", "da"):
        assert put(other, *each).status == 200
    assert put(chain, "a", "b").status == 200
