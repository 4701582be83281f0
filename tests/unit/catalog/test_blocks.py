"""Pages and blocks: the thirteen types, what each may have, and what is said of what cannot be."""

from typing import Any

import pytest

from cairn.catalog.experience import BLOCK_TYPES, DECORATION
from tests.support.definitions import CAFE, LESSON, large
from tests.support.http import Reply
from tests.support.world import World, all_items

QUESTION = {"id": "q", "answers": ["yes"]}


def put(world: World, body: dict[str, Any], experience: str = "cafe") -> Reply:
    return world.call("catalog", "operator").send("PUT", f"/experiences/{experience}", body)


def with_blocks(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"name": "It", "pages": [{"id": "one", "blocks": list(blocks)}]}


def refusal(world: World, body: dict[str, Any]) -> str:
    """The one thing that is wrong with a body: the field, and what is said of it. Nothing is written."""
    before = all_items(world.table)
    reply = put(world, body)
    assert (reply.status, reply.body["type"]) == (422, "urn:cairn:problem:invalid-body"), reply.body
    assert all_items(world.table) == before
    (error,) = reply.body["errors"]
    return f"{error['field']}: {error['message']}"


def test_a_page_of_every_type_is_shown_as_it_was_given(world: World) -> None:
    assert {block["type"] for block in LESSON["blocks"]} == set(BLOCK_TYPES)
    assert put(world, CAFE).status == 200
    shown = world.call("catalog", "operator").send("GET", "/experiences/cafe/pages/lesson").body
    assert (shown["id"], shown["title"], shown["version"], shown["status"]) == (
        "lesson",
        "At the counter",
        1,
        "published",
    )
    for given, told in zip(LESSON["blocks"], shown["blocks"], strict=True):
        assert told["content"] == given.get("content", {})
        assert (told["id"], told["type"], told["title"]) == (given["id"], given["type"], given.get("title", ""))
    outline = world.call("catalog", "operator").send("GET", "/experiences/cafe").body["pages"]
    assert outline[0]["blocks"] == [
        {name: value for name, value in block.items() if name != "content"} for block in shown["blocks"]
    ]


@pytest.mark.parametrize("kind", BLOCK_TYPES)
def test_a_block_is_required_unless_it_decorates_or_says_otherwise(world: World, kind: str) -> None:
    put(world, with_blocks({"id": "b", "type": kind}))
    (block,) = world.call("catalog").send("GET", "/experiences/cafe").body["pages"][0]["blocks"]
    decorates = kind in DECORATION
    assert block["required"] is not decorates
    assert block["move_on"] == ("NotApplicable" if decorates else "Completed")
    assert (block["passing_score"], block["questions"]) == (None, [])
    put(world, with_blocks({"id": "b", "type": kind, "required": False}))
    latest = world.call("catalog", "operator").send("GET", "/experiences/cafe").body
    assert latest["pages"][0]["blocks"][0]["required"] is False


@pytest.mark.parametrize("kind", sorted(DECORATION))
@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"required": True}, "required"),
        ({"passing_score": 0}, "passing_score"),
        ({"questions": [QUESTION]}, "questions"),
        ({"move_on": "Completed"}, "move_on"),
        (
            {"move_on": "Passed", "passing_score": 1, "questions": [QUESTION], "required": True},
            "required, passing_score",
        ),
    ],
)
def test_what_decorates_cannot_be_completed(world: World, kind: str, more: dict[str, Any], named: str) -> None:
    told = refusal(world, with_blocks({"id": "b", "type": kind, **more}))
    assert told.startswith("pages.0.blocks.0:")
    assert f"leave out {named}" in told
    assert (
        put(world, with_blocks({"id": "b", "type": kind, "move_on": "NotApplicable", "required": False})).status == 200
    )


@pytest.mark.parametrize("kind", [each for each in BLOCK_TYPES if each not in DECORATION])
def test_only_some_types_ask_questions(world: World, kind: str) -> None:
    body = with_blocks({"id": "b", "type": kind, "questions": [QUESTION]})
    if kind in ("quiz", "prompt", "user_submission", "agent"):
        assert put(world, body).status == 200
    else:
        assert "put questions into a agent, prompt, quiz, user_submission" in refusal(world, body)


@pytest.mark.parametrize("move_on", ["Passed", "CompletedAndPassed"])
def test_passing_needs_a_score_to_pass(world: World, move_on: str) -> None:
    told = refusal(world, with_blocks({"id": "b", "type": "quiz", "move_on": move_on}))
    assert f"move_on {move_on} needs a passing_score from 0 to 1" in told
    scored = {"id": "b", "type": "video", "move_on": move_on, "passing_score": 0}
    assert put(world, with_blocks(scored)).status == 200, "a service may report a score of anything"


def test_completing_or_passing_needs_no_score(world: World) -> None:
    for number, move_on in enumerate(("CompletedOrPassed", "Completed", "NotApplicable")):
        assert put(world, with_blocks({"id": f"b{number}", "type": "quiz", "move_on": move_on})).status == 200


def test_ids_stand_once_in_an_experience(world: World) -> None:
    video = {"id": "b", "type": "video"}
    pages = [{"id": "one", "blocks": [video]}, {"id": "two", "blocks": [video]}]
    told = refusal(world, {"name": "It", "pages": pages})
    assert told.startswith("pages:") and "ids of blocks in an experience must be unique, and 'b' stands more" in told
    told = refusal(world, {"name": "It", "pages": [{"id": "one"}, {"id": "one"}]})
    assert told.startswith("pages:") and "ids of pages must be unique, and 'one'" in told
    told = refusal(world, with_blocks({"id": "b", "type": "quiz", "questions": [QUESTION, QUESTION]}))
    assert told.startswith("pages.0.blocks.0:") and "'q' stands more than once" in told
    other = {"id": "c", "type": "quiz", "questions": [QUESTION]}
    assert put(world, with_blocks({**other, "id": "b"}, other)).status == 200, "two blocks may number their questions"
    assert put(world, {"name": "It", "pages": [{"id": "b", "blocks": [video]}]}).status == 200


@pytest.mark.parametrize(
    ("block", "field"),
    [
        ({"type": "video"}, "pages.0.blocks.0.id"),
        ({"id": ""}, "pages.0.blocks.0.id"),
        ({"type": "film"}, "pages.0.blocks.0.type"),
        ({"passing_score": 1.1}, "pages.0.blocks.0.passing_score"),
        ({"passing_score": -0.1}, "pages.0.blocks.0.passing_score"),
        ({"move_on": "Done"}, "pages.0.blocks.0.move_on"),
        ({"content": ["a", "b"]}, "pages.0.blocks.0.content"),
        ({"color": "red"}, "pages.0.blocks.0.color"),
        ({"questions": [{"id": "q", "answers": []}]}, "pages.0.blocks.0.questions.0.answers"),
        ({"questions": [{"id": "q", "answers": ["a"], "points": 0}]}, "pages.0.blocks.0.questions.0.points"),
        ({"questions": [{"answers": ["a"]}]}, "pages.0.blocks.0.questions.0.id"),
    ],
)
def test_what_a_block_cannot_have_is_named(world: World, block: dict[str, Any], field: str) -> None:
    whole = {"id": "b", "type": "quiz", **block}
    if field.endswith("blocks.0.id") and "id" not in block:
        del whole["id"]
    assert refusal(world, with_blocks(whole)).startswith(f"{field}:")


def test_a_type_that_there_is_not_is_answered_with_those_that_there_are(world: World) -> None:
    assert ", ".join(BLOCK_TYPES) in refusal(world, with_blocks({"id": "b", "type": "film"}))


def test_one_block_or_page_too_many_is_refused(world: World) -> None:
    assert "at most 2000 blocks, and these are 2001" in refusal(world, large(2001))
    told = refusal(world, large(81, pages=81))
    assert told.startswith("pages:") and "at most 80" in told


def test_of_a_body_that_is_wrong_in_a_thousand_places_the_first_fifty_are_named(world: World) -> None:
    blocks = [{"id": "b", "type": "film", "x" * 3000: 1} for _ in range(1000)]
    reply = put(world, with_blocks(*blocks))
    assert (reply.status, len(reply.body["errors"])) == (422, 50)
    assert reply.body["detail"].endswith("; and 1950 more.")
    assert len(str(reply.body)) < 60_000


@pytest.mark.parametrize(
    ("contents", "blocks", "buckets"), [(0, 0, 1), (16, 0, 1), (16, 1, 2), (40, 0, 3), (0, 25, 4), (10_000, 13, 627)]
)
def test_a_players_contents_are_spread_by_what_is_expected(
    world: World, contents: int, blocks: int, buckets: int
) -> None:
    body = {**large(blocks, max(1, blocks // 20)), "expected_contents": contents}
    assert put(world, body).status == 200
    assert world.parts.catalog.get("acme", "cafe").buckets == buckets


def test_a_place_is_required_where_one_is_given_unless_it_is_said_not_to_be(world: World) -> None:
    place = {"lat": 38.7, "lng": -9.1}
    for given, required in (({}, True), ({"location_required": True}, True), ({"location_required": False}, False)):
        shown = put(world, {"name": "It", "location": place, **given}).body
        assert (shown["location"]["radius_meters"], shown["location_required"]) == (100, required)
    assert put(world, {"name": "It", "location_required": False}).body["location"] is None
    assert "location_required needs a location with lat, lng and radius_meters" in refusal(
        world, {"name": "It", "location_required": True}
    )


def test_the_id_in_a_body_is_that_of_the_path(world: World) -> None:
    assert put(world, {"name": "It", "id": "cafe"}).status == 200
    reply = put(world, {"name": "It", "id": "bar"})
    assert (reply.status, "it is 'cafe' by the path" in reply.body["detail"]) == (422, True)


@pytest.mark.parametrize("word", ["export", "import"])
def test_words_that_are_routes_are_no_ids(world: World, word: str) -> None:
    before = all_items(world.table)
    reply = put(world, {"name": "It"}, word)
    assert (reply.status, reply.body["type"]) == (422, "urn:cairn:problem:invalid-parameter")
    assert f"{word!r} is a reserved word" in reply.body["detail"]
    for path in (f"/experiences/{word}/versions", f"/experiences/{word}/pages/one"):
        assert world.call("catalog", "operator").send("GET", path).status == 422
    assert world.call("catalog", "operator").send("GET", "/experiences/import").status == 422
    assert all_items(world.table) == before


def test_a_prerequisite_that_no_key_can_hold_is_refused(world: World) -> None:
    reply = put(world, {"name": "It", "prerequisites": ["語" * 100]})
    assert (reply.status, reply.body["type"]) == (422, "urn:cairn:problem:invalid-parameter")
