"""Two operators at the same moment: neither closes a circle, overwrites the other unseen, or leaves a half."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from cairn.catalog.storage import load
from cairn.platform.table import DynamoDb, Table
from tests.support.definitions import CAFE
from tests.support.http import Reply
from tests.support.world import World, all_items


@pytest.fixture
def world(table: Table) -> World:
    return World(table)


@pytest.fixture
def at_once(table: Table, client: DynamoDb) -> Callable[[Sequence[tuple[str, str, Any]]], list[Reply]]:
    """Requests of operators, each from a process of its own, begun together."""

    def send(requests: Sequence[tuple[str, str, Any]], **more: Any) -> list[Reply]:
        barrier = Barrier(len(requests))
        worlds = [World(Table(client, table.name)) for _ in requests]

        def one(world: World, request: tuple[str, str, Any]) -> Reply:
            method, path, body = request
            barrier.wait()
            return world.call("catalog", "operator").send(method, f"/experiences/{path}", body, **more)

        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(one, worlds, requests))

    return send


type AtOnce = Callable[..., list[Reply]]


def need(experience: str, *prerequisites: str) -> tuple[str, str, Any]:
    return "PUT", experience, {"name": experience, "prerequisites": list(prerequisites)}


def edges(world: World) -> dict[str, list[str]]:
    shown = world.call("catalog", "operator").send("GET", "/experiences", limit="100").body["experiences"]
    return {each["id"]: each["prerequisites"] for each in shown}


@pytest.mark.parametrize("round_", range(10))
def test_two_halves_of_a_circle_defined_at_once_do_not_both_stand(world: World, at_once: AtOnce, round_: int) -> None:
    world.define("a")
    world.define("b")
    replies = at_once([need("a", "b"), need("b", "a")])
    assert sorted(reply.status for reply in replies) == [200, 409]
    (refused,) = [reply for reply in replies if reply.status == 409]
    assert refused.body["type"] == "urn:cairn:problem:circular-prerequisites"
    assert refused.body["cycle"] in (["a", "b", "a"], ["b", "a", "b"])
    assert sorted(map(len, edges(world).values())) == [0, 1]


def test_a_circle_of_six_defined_at_once_stays_open(world: World, at_once: AtOnce) -> None:
    ring = "abcdef"
    for each in ring:
        world.define(each)
    replies = at_once([need(each, ring[number - 1]) for number, each in enumerate(ring)])
    assert {reply.status for reply in replies} <= {200, 409, 503}
    stand = edges(world)
    start = "a"
    for _ in ring:
        start = next(iter(stand[start]), "")
        if not start:
            break
    assert not start, f"one comes back: {stand}"


def test_two_drafts_of_a_circle_published_at_once_are_not_both_published(world: World, at_once: AtOnce) -> None:
    for each, other in ("ab", "ba"):
        world.define(each)
        world.define(each, prerequisites=[other], status="draft")
    replies = at_once([("POST", "a/publish", {}), ("POST", "b/publish", {})])
    assert sorted(reply.status for reply in replies) == [200, 409]


@pytest.mark.parametrize("statuses", [("published",) * 4, ("draft",) * 4, ("published", "draft") * 2])
def test_of_those_who_hold_the_same_etag_one_writes(world: World, at_once: AtOnce, statuses: Sequence[str]) -> None:
    world.define("cafe", **CAFE)
    etag = world.call("catalog", "operator").send("GET", "/experiences/cafe").headers["ETag"]
    requests = [
        ("PUT", "cafe", {**CAFE, "name": f"By {number}", "status": status}) for number, status in enumerate(statuses)
    ]
    replies = at_once(requests, headers={"if-match": etag})
    assert sorted(reply.status for reply in replies) == [200, 412, 412, 412]
    (winner,) = [reply for reply in replies if reply.status == 200]
    for loser in replies:
        if loser is not winner:
            assert loser.body["etag"] == winner.headers["ETag"]
    stands = world.call("catalog", "operator").send("GET", "/experiences/cafe", draft="true")
    assert (stands.body["name"], stands.headers["ETag"]) == (winner.body["name"], winner.headers["ETag"])


def test_of_those_who_create_the_same_one_does(world: World, at_once: AtOnce) -> None:
    requests = [("PUT", "cafe", {**CAFE, "name": f"By {number}"}) for number in range(4)]
    replies = at_once(requests, headers={"if-none-match": "*"})
    assert sorted(reply.status for reply in replies) == [200, 412, 412, 412]
    assert (
        world.call("catalog", "operator").send("GET", "/experiences/cafe/versions").body["versions"][0]["version"] == 1
    )


def test_without_an_etag_each_makes_a_version_of_its_own(world: World, at_once: AtOnce) -> None:
    replies = at_once([("PUT", "cafe", {**CAFE, "xp_reward": number}) for number in range(4)])
    assert {reply.status for reply in replies} == {200}
    assert sorted(reply.body["version"] for reply in replies) == [1, 2, 3, 4]
    for reply in replies:
        version = str(reply.body["version"])
        stands = world.call("catalog", "operator").send("GET", "/experiences/cafe", version=version).body
        assert stands["xp_reward"] == reply.body["xp_reward"]


def test_the_same_publishing_sent_four_times_at_once_makes_one_version(world: World, at_once: AtOnce) -> None:
    world.define("cafe", **CAFE, status="draft")
    replies = at_once([("POST", "cafe/publish", {})] * 4, key="once")
    assert {reply.status for reply in replies} == {200}
    assert len({str(reply.body) for reply in replies}) == 1
    assert sum("Idempotency-Replayed" not in reply.headers for reply in replies) == 1
    assert load(world.table, "acme", "cafe").entry.version == 1


def test_the_same_import_sent_three_times_at_once_is_done_once(world: World, at_once: AtOnce) -> None:
    names = "abcd"
    body = {
        "experiences": [
            {"id": each, "name": each, "prerequisites": list(names[:number])} for number, each in enumerate(names)
        ]
    }
    replies = at_once([("POST", "import", body)] * 3, key="once")
    assert {reply.status for reply in replies} == {200}
    assert {each["result"] for reply in replies for each in reply.body["experiences"]} == {"created"}
    assert {load(world.table, "acme", each).entry.ver for each in names} == {1}


def test_a_draft_that_is_saved_again_and_again_is_never_shown_half(world: World, client: DynamoDb) -> None:
    """Every read shows an outline and contents of one and the same save."""

    def draft(number: int) -> dict[str, Any]:
        block = {"id": f"b{number}", "type": "video", "title": str(number), "content": {"number": str(number)}}
        return {"name": str(number), "status": "draft", "pages": [{"id": "p", "blocks": [block]}]}

    def read(_: int) -> tuple[str, str]:
        other = World(Table(client, world.table.name)).call("catalog", "admin")
        (block,) = other.send("GET", "/experiences/cafe/pages/p", draft="true").body["blocks"]
        exported = other.send("GET", "/experiences/export", draft="true").body["experiences"][0]["pages"][0]["blocks"][
            0
        ]
        assert exported["title"] == exported["content"]["number"]
        return block["title"], block["content"]["number"]

    operator = world.call("catalog", "operator")
    operator.send("PUT", "/experiences/cafe", draft(0))
    with ThreadPoolExecutor(4) as pool:
        reads = pool.map(read, range(40))
        for number in range(1, 60):
            assert operator.send("PUT", "/experiences/cafe", draft(number)).status == 200
        seen = list(reads)
    assert all(title == content for title, content in seen)
    assert len(set(seen)) > 1
    left = [key for key in all_items(world.table) if "#P#" in key.pk]
    assert len(left) == 1
