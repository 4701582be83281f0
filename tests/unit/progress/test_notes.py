"""Notes and reflection: text that two devices may edit, and what the reflection means for completion."""

from typing import Any

import pytest

from tests.support.http import Reply
from tests.support.world import World, all_items

WOODS = "/players/me/experiences/woods"


def put(world: World, what: str, text: str, role: str = "player", **headers: str) -> Reply:
    path = f"/players/{'me' if role == 'player' else 'ada'}/experiences/woods/{what}"
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return world.call("progress", role).send("PUT", path, {what: text}, headers=sent)


def notes(world: World) -> Reply:
    return world.call("progress").send("GET", f"{WOODS}/notes")


def test_notes_are_written_read_and_removed_with_or_without_progress(world: World) -> None:
    empty = notes(world)
    assert (empty.body["notes"], empty.body["reflection"], "ETag" in empty.headers) == ("", "", False)
    first = put(world, "notes", "Mind the roots. 🌲")
    assert (first.status, first.headers["ETag"]) == (200, '"1"')
    assert notes(world).body == first.body | {"notes": "Mind the roots. 🌲"}
    assert put(world, "notes", "").body["notes"] == ""
    assert notes(world).headers["ETag"] == '"2"'


def test_who_edits_what_another_device_edited_is_told_and_writes_nothing(world: World) -> None:
    put(world, "notes", "one")
    assert put(world, "notes", "two", if_match='"1"').headers["ETag"] == '"2"'
    before = all_items(world.table)
    refused = put(world, "notes", "three", if_match='"1"')
    assert (refused.status, refused.body["type"], refused.body["etag"]) == (
        412,
        "urn:cairn:problem:precondition-failed",
        '"2"',
    )
    assert put(world, "notes", "new", if_none_match="*").status == 412
    assert all_items(world.table) == before


@pytest.mark.parametrize("what", ["notes", "reflection"])
def test_what_stands_already_can_be_put_again_whatever_its_if_match(world: World, what: str) -> None:
    world.play("start")
    put(world, what, "one", if_none_match="*")
    first = put(world, what, "two", if_match='"1"')
    before = all_items(world.table)
    again = put(world, what, "two", if_match='"1"')
    assert (again.status, again.body, again.headers["ETag"]) == (200, first.body, first.headers["ETag"])
    assert all_items(world.table) == before


def test_a_reflection_that_was_written_is_not_asked_for_at_completion(world: World) -> None:
    assert put(world, "reflection", "I would go again.").body["type"] == "urn:cairn:problem:no-progress"
    world.journey(upto=9)
    refused = world.play("complete")
    assert [each["criterion"] for each in refused.body["missing"]] == ["reflection"]
    put(world, "reflection", "I would go again.")
    put(world, "reflection", "")
    assert world.play("complete").status == 409, "it was taken back"
    put(world, "reflection", "I would go again.")
    assert world.play("complete").body["reflected"] is True
    assert notes(world).body["reflection"] == "I would go again."


def test_a_reflection_that_comes_with_completion_is_kept_beside_the_notes(world: World) -> None:
    put(world, "notes", "Mind the roots.")
    world.journey()
    shown = notes(world)
    assert (shown.body["notes"], shown.body["reflection"]) == ("Mind the roots.", "I would go again.")
    assert shown.headers["ETag"] == '"2"'


@pytest.mark.parametrize("text", ["x" * 4001, None, 7])
def test_text_has_up_to_four_thousand_characters(world: World, text: Any) -> None:
    world.play("start")
    for what in ("notes", "reflection"):
        assert put(world, what, text).status == 422
        assert put(world, what, "🌲" * 4000).status == 200


def test_notes_are_read_by_those_who_see_the_player_and_written_by_those_who_play(world: World) -> None:
    put(world, "notes", "Mine.")
    for role, status in (("service", 200), ("operator", 403), ("admin", 403)):
        assert world.call("progress", role).send("GET", "/players/ada/experiences/woods/notes").status == 200
        assert put(world, "notes", "Theirs.", role).status == status
    assert world.call("progress", player="bob").send("GET", "/players/ada/experiences/woods/notes").status == 403
    assert world.call("progress").send("GET", "/players/me/experiences/nowhere/notes").status == 404
