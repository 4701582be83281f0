"""How large an experience may be: two thousand blocks work, and one byte past each cap is a 413 that loses nothing."""

import json
from typing import Any

import pytest

from cairn.catalog.document import MAX_DEFINITION_BYTES, MAX_OUTLINE_BYTES, MAX_PAGE_BYTES
from cairn.catalog.routes import MAX_BODY_BYTES
from cairn.platform.table import Table
from tests.support.definitions import large
from tests.support.http import Reply
from tests.support.world import World, all_items


@pytest.fixture
def world(table: Table) -> World:
    return World(table)


def put(world: World, body: dict[str, Any], experience: str = "large") -> Reply:
    return world.call("catalog", "operator").send("PUT", f"/experiences/{experience}", body)


def get(world: World, path: str) -> Reply:
    return world.call("catalog").send("GET", f"/experiences/large{path}")


def refusal(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """The problem of a definition that is too large. Nothing of it is written, and what stands stays."""
    before = all_items(world.table)
    reply = put(world, body)
    assert (reply.status, reply.body["type"]) == (413, "urn:cairn:problem:definition-too-large"), reply.body
    assert str(reply.body["size"]) in reply.body["detail"] and str(reply.body["limit"]) in reply.body["detail"]
    assert all_items(world.table) == before
    told: dict[str, Any] = reply.body
    return told


def image(data: str, identifier: str = "b") -> dict[str, Any]:
    return {"id": identifier, "type": "image", "content": {"data": data}}


def test_two_thousand_blocks_are_defined_read_drafted_published_and_exported(world: World) -> None:
    body = large(2000)
    assert put(world, body).status == 200
    shown = get(world, "").body
    blocks = [block for page in shown["pages"] for block in page["blocks"]]
    given = [block for page in body["pages"] for block in page["blocks"]]
    assert [each["id"] for each in blocks] == [each["id"] for each in given]
    for page in body["pages"][::20]:
        told = get(world, f"/pages/{page['id']}").body
        assert [each["content"] for each in told["blocks"]] == [each["content"] for each in page["blocks"]]
    assert put(world, {**body, "name": "Another", "status": "draft"}).status == 200
    published = world.call("catalog", "operator").send("POST", "/experiences/large/publish", {})
    assert (published.status, published.body["version"]) == (200, 2)
    assert put(world, body).body["version"] == 3
    (exported,) = world.call("catalog", "operator").send("GET", "/experiences/export").body["experiences"]
    there = World(world.table, tenant="elsewhere")
    assert put(there, exported).status == 200
    assert there.call("catalog", "operator").send("GET", "/experiences/export").body["experiences"] == [exported]


def quiz(answers: list[str]) -> dict[str, Any]:
    """A definition whose outline is mostly the answers of one quiz."""
    parts = [answers[start : start + 50] for start in range(0, len(answers), 50)]
    questions = [{"id": f"q{number}", "answers": part} for number, part in enumerate(parts)]
    return {"name": "It", "pages": [{"id": "one", "blocks": [{"id": "b", "type": "quiz", "questions": questions}]}]}


def test_one_byte_more_than_an_outline_may_have_is_refused(world: World) -> None:
    assert put(world, large(10)).status == 200
    over = refusal(world, quiz(["x" * 1000] * 350))["size"] - MAX_OUTLINE_BYTES
    cut, rest = divmod(over, 900)
    fits = ["x" * 100] * cut + ["x" * (1000 - rest)] + ["x" * 1000] * (349 - cut)
    told = refusal(world, quiz(["x" * 101, *fits[1:]]))
    assert (told["size"], told["limit"]) == (MAX_OUTLINE_BYTES + 1, MAX_OUTLINE_BYTES)
    assert "divide the experience into two" in told["detail"]
    assert put(world, quiz(fits)).status == 200
    assert len(get(world, "").body["pages"][0]["blocks"][0]["questions"]) == 7


@pytest.mark.parametrize("letter", ["x", "é", "語", "\n"])
def test_one_byte_more_than_a_page_may_have_is_refused(world: World, letter: str) -> None:
    of_one = len(json.dumps(letter, ensure_ascii=False).encode()) - 2
    frame = len(json.dumps({"b": {"data": ""}}, separators=(",", ":")))
    many, rest = divmod(MAX_PAGE_BYTES - frame, of_one)
    pages: list[dict[str, Any]] = [{"id": "one", "blocks": [image("y" * rest + letter * many)]}, {"id": "two"}]
    assert put(world, {"name": "It", "pages": pages}).status == 200
    assert get(world, "/pages/one").body["blocks"][0]["content"] == {"data": "y" * rest + letter * many}
    pages[0]["blocks"] = [image("y" * (rest + 1) + letter * many)]
    told = refusal(world, {"name": "It", "pages": pages})
    assert (told["size"], told["limit"], told["page_id"]) == (MAX_PAGE_BYTES + 1, MAX_PAGE_BYTES, "one")
    assert "'one'" in told["detail"] and "another page" in told["detail"]


def whole(last: int) -> dict[str, Any]:
    """A definition of eleven pages, none of which is too large; the last one's image has so many bytes."""
    sizes = [*([299_000] * 10), last]
    pages = [{"id": f"p{number}", "blocks": [image("x" * size, f"b{number}")]} for number, size in enumerate(sizes)]
    return {"name": "It", "pages": pages}


def test_one_byte_more_than_a_definition_may_have_is_refused(world: World) -> None:
    fits = 250_000 + MAX_DEFINITION_BYTES - refusal(world, whole(250_000))["size"]
    body = whole(fits)
    told = refusal(world, whole(fits + 1))
    assert (told["size"], told["limit"]) == (MAX_DEFINITION_BYTES + 1, MAX_DEFINITION_BYTES)
    assert put(world, body).status == 200
    assert put(world, {**body, "name": "IT", "status": "draft"}).status == 200
    assert world.call("catalog", "operator").send("POST", "/experiences/large/publish", {}).status == 200
    assert len(get(world, "/pages/p10").body["blocks"][0]["content"]["data"]) == fits
    (exported,) = world.call("catalog", "operator").send("GET", "/experiences/export").body["experiences"]
    assert len(json.dumps(exported, ensure_ascii=False).encode()) < MAX_BODY_BYTES
    there = World(world.table, tenant="elsewhere")
    assert put(there, exported).status == 200


def test_one_byte_more_than_a_body_may_have_is_refused(world: World) -> None:
    before = all_items(world.table)
    text = json.dumps({"name": "It", "tags": ["x"]})
    full = text + " " * (MAX_BODY_BYTES - len(text))
    over = world.call("catalog", "operator").send("PUT", "/experiences/large", full + " ")
    assert (over.status, over.body["type"]) == (413, "urn:cairn:problem:body-too-large")
    assert all_items(world.table) == before
    assert world.call("catalog", "operator").send("PUT", "/experiences/large", full).status == 200


def test_eighty_pages_in_the_place_of_eighty_of_a_draft_are_one_transaction(world: World) -> None:
    world.define("other")
    assert put(world, {**large(80), "status": "draft"}).status == 200
    published = put(world, {**large(79, 79), "prerequisites": ["other"]})
    assert published.status == 200
    assert len([key for key in all_items(world.table) if "large#P#" in key.pk]) == 79
    assert put(world, {**large(80), "status": "draft"}).status == 200
    assert put(world, {**large(79, 79), "prerequisites": ["other"], "status": "draft"}).body["status"] == "published"
    assert len([key for key in all_items(world.table) if "large#P#" in key.pk]) == 79
