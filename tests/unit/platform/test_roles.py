"""What a refusal by role says, and the ids that older clients send. Of every route: tests/contract/test_access.py."""

import pytest

from tests.support.world import World, all_items


@pytest.mark.parametrize("role", ["service", "operator", "admin"])
def test_who_is_no_player_names_the_player(world: World, role: str) -> None:
    answer = world.call("xp", role).send("GET", "/players/me/xp")
    assert (answer.status, answer.body["type"]) == (403, "urn:cairn:problem:name-the-player")


def test_a_refusal_names_the_roles_that_are_allowed(world: World) -> None:
    answer = world.call("catalog").send("PUT", "/settings", {})
    assert answer.body["allowed_roles"] == ["operator"]


@pytest.mark.parametrize(
    ("role", "body", "problem"),
    [
        ("player", {"user_id": "bob"}, "other-player"),
        ("player", {"community_id": "other"}, "other-tenant"),
        ("service", {"user_id": "bob"}, "other-player"),
        ("service", {"community_id": "other"}, "other-tenant"),
    ],
)
def test_an_older_clients_ids_must_agree_with_the_token_and_the_path(
    world: World, role: str, body: dict[str, str], problem: str
) -> None:
    path = "/players/ada/experiences/woods/start"
    before = all_items(world.table)
    reply = world.call("progress", role).send("POST", path, body)
    assert (reply.status, reply.body["type"]) == (403, f"urn:cairn:problem:{problem}")
    assert all_items(world.table) == before
    agreeing = {"user_id": "ada", "community_id": "acme"}
    assert world.call("progress", role).send("POST", path, agreeing).status == 200
