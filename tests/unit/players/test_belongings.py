"""Preferences, custom stats and inventory: who may write them, their limits, and what happens twice or beside it."""

import json
from typing import Any

import pytest

from cairn.players.belongings import MAX_ITEM_IDS, MAX_JSON_BYTES
from tests.support.http import Reply
from tests.support.world import World, all_items

PREFERENCES = "/players/me/preferences"
CUSTOM_STATS = "/players/ada/custom-stats"
INVENTORY = "/players/ada/inventory"


@pytest.fixture
def world(world: World) -> World:
    """A world in which ada has a name."""
    assert world.call("players").send("PUT", "/players/me", {"name": "Ada"}).status == 200
    return world


def prefer(world: World, content: Any, **headers: str) -> Reply:
    return world.call("players").send("PUT", PREFERENCES, {"preferences": content}, headers=headers)


def stats(world: World, content: Any, **headers: str) -> Reply:
    return world.call("players", "service").send("PUT", CUSTOM_STATS, {"custom_stats": content}, headers=headers)


def give(world: World, item: str, change: int, key: str | None = None, **more: Any) -> Reply:
    body = {"item_id": item, "change": change, **more}
    return world.call("players", "service").send("POST", INVENTORY, body, key=key)


def get(world: World, what: str, **headers: str) -> Reply:
    return world.call("players").send("GET", f"/players/me/{what}", headers=headers)


def object_of(size: int, character: str = "x") -> dict[str, str]:
    """An object whose JSON has so many bytes of UTF-8."""
    room = size - len('{"a":""}')
    wide = len(character.encode())
    return {"a": character * (room // wide) + "x" * (room % wide)}


def problem(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.body["type"].removeprefix("urn:cairn:problem:")


@pytest.mark.parametrize("what", ["preferences", "custom-stats", "inventory"])
def test_a_player_who_has_nothing_yet_has_empty_parts(world: World, what: str) -> None:
    reply = get(world, what)
    name = {"custom-stats": "custom_stats", "inventory": "global_inventory"}.get(what, what)
    assert (reply.status, reply.body, reply.headers["ETag"]) == (200, {"player_id": "ada", name: {}}, '"0"')


@pytest.mark.parametrize("what", ["preferences", "custom-stats", "inventory", "session"])
def test_a_player_who_is_not_there_has_no_parts(world: World, what: str) -> None:
    reply = world.call("players", "operator").send("GET", f"/players/nobody/{what}")
    assert problem(reply) == (404, "unknown-player")


def test_nothing_is_kept_for_a_player_who_is_not_there(world: World) -> None:
    before = all_items(world.table)
    service = world.call("players", "service")
    for method, what, body in (
        ("PUT", "preferences", {"preferences": {"a": 1}}),
        ("PUT", "preferences", {"preferences": {}}),
        ("PUT", "custom-stats", {"custom_stats": {"a": 1}}),
        ("POST", "inventory", {"item_id": "key", "change": 1}),
    ):
        assert problem(service.send(method, f"/players/nobody/{what}", body)) == (404, "unknown-player")
    assert all_items(world.table) == before


def test_preferences_are_replaced_whole(world: World) -> None:
    first = prefer(world, {"difficulty": "normal", "hints": {"ar": True}})
    assert first.body == {"player_id": "ada", "preferences": {"difficulty": "normal", "hints": {"ar": True}}}
    assert prefer(world, {"difficulty": "hard"}).body["preferences"] == {"difficulty": "hard"}
    assert get(world, "preferences").body["preferences"] == {"difficulty": "hard"}
    assert prefer(world, {}).body["preferences"] == {}
    assert get(world, "preferences").body["preferences"] == {}


def test_a_service_sets_preferences_for_a_player_too(world: World) -> None:
    body = {"preferences": {"a": 1}, "user_id": "ada", "community_id": "acme"}
    assert world.call("players", "service").send("PUT", "/players/ada/preferences", body).status == 200
    assert get(world, "preferences").body["preferences"] == {"a": 1}


@pytest.mark.parametrize("more", [{"user_id": "bob"}, {"community_id": "other"}])
@pytest.mark.parametrize("role", ["player", "service"])
def test_an_older_clients_ids_must_agree(world: World, role: str, more: dict[str, str]) -> None:
    client = world.call("players", role)
    before = all_items(world.table)
    writes: list[tuple[str, str, dict[str, Any]]] = [
        ("PUT", "/players/ada", {"name": "Eve"}),
        ("PUT", "/players/ada/preferences", {"preferences": {"a": 1}}),
    ]
    if role == "service":
        writes.append(("PUT", CUSTOM_STATS, {"custom_stats": {"a": 1}}))
        writes.append(("POST", INVENTORY, {"item_id": "key", "change": 1}))
    for method, path, body in writes:
        code = "other-player" if "user_id" in more else "other-tenant"
        assert problem(client.send(method, path, {**body, **more})) == (403, code), path
    assert all_items(world.table) == before


@pytest.mark.parametrize("role", ["player", "operator", "admin"])
def test_only_a_service_writes_stats_and_items(world: World, role: str) -> None:
    client = world.call("players", role)
    before = all_items(world.table)
    assert problem(client.send("PUT", CUSTOM_STATS, {"custom_stats": {"a": 1}})) == (403, "role-not-allowed")
    assert problem(client.send("POST", INVENTORY, {"item_id": "key", "change": 1})) == (403, "role-not-allowed")
    assert all_items(world.table) == before


@pytest.mark.parametrize(
    "content",
    [
        {" a ": " b ", "": None},
        {"true": True, "one": 1, "float": 1.0, "small": 1e-7, "big": 2**60, "deep": [[{"x": []}]]},
        {"zoë/#%": '語😀\u0000\\"\n'},
    ],
)
def test_any_json_object_is_kept_as_it_is(world: World, content: dict[str, Any]) -> None:
    assert prefer(world, content).status == 200
    assert stats(world, content).status == 200
    for what in ("preferences", "custom-stats"):
        kept = get(world, what).body[what.replace("-", "_")]
        assert json.dumps(kept, sort_keys=True) == json.dumps(content, sort_keys=True)


@pytest.mark.parametrize("content", [None, [], "a", 1])
def test_what_is_no_object_is_refused(world: World, content: Any) -> None:
    assert problem(prefer(world, content)) == (422, "invalid-body")
    assert problem(stats(world, content)) == (422, "invalid-body")


@pytest.mark.parametrize("character", ["x", "é", "語", "😀"])
@pytest.mark.parametrize("write", [prefer, stats])
def test_four_kilobytes_are_kept_and_one_byte_more_loses_nothing(world: World, write: Any, character: str) -> None:
    full = object_of(MAX_JSON_BYTES, character)
    assert write(world, full).status == 200
    before = all_items(world.table)
    refused = write(world, object_of(MAX_JSON_BYTES + 1, character))
    assert problem(refused) == (413, "profile-full")
    assert (refused.body["bytes"], refused.body["limit"]) == (4097, 4096)
    assert all_items(world.table) == before
    part = "preferences" if write is prefer else "custom_stats"
    assert get(world, part.replace("_", "-")).body[part] == full
    (item,) = [item for key, item in before.items() if key.sk == "PROFILE"]
    assert len(item[part]["S"].encode()) == MAX_JSON_BYTES, "it takes no more room than it is said to"


def test_of_two_clients_with_the_same_etag_one_writes_and_the_other_merges(world: World) -> None:
    etag = get(world, "preferences").headers["ETag"]
    first = prefer(world, {"hints": True}, **{"if-match": etag})
    assert (first.status, first.headers["ETag"]) == (200, get(world, "preferences").headers["ETag"])
    before = all_items(world.table)
    refused = prefer(world, {"sound": False}, **{"if-match": etag})
    assert problem(refused) == (412, "precondition-failed")
    assert refused.body["etag"] == first.headers["ETag"]
    assert all_items(world.table) == before
    merged = prefer(world, {"hints": True, "sound": False}, **{"if-match": first.headers["ETag"]})
    assert merged.status == 200
    assert get(world, "preferences").body["preferences"] == {"hints": True, "sound": False}


def test_a_write_whose_answer_was_lost_is_not_refused_when_it_is_sent_again(world: World) -> None:
    first = prefer(world, {"a": 1, "b": 2}, **{"if-match": '"0"'})
    before = all_items(world.table)
    again = prefer(world, {"b": 2, "a": 1}, **{"if-match": '"0"'})
    assert (again.status, again.body, again.headers["ETag"]) == (200, first.body, first.headers["ETag"])
    assert all_items(world.table) == before


@pytest.mark.parametrize(("one", "other"), [(1, True), (0, False), (1, 1.0)])
def test_values_that_python_takes_for_the_same_are_different_json(world: World, one: Any, other: Any) -> None:
    prefer(world, {"a": one})
    assert json.dumps(prefer(world, {"a": other}).body["preferences"]) == json.dumps({"a": other})
    assert json.dumps(get(world, "preferences").body["preferences"]) == json.dumps({"a": other})


def test_writing_one_part_is_no_news_to_who_edits_another(world: World) -> None:
    etag = prefer(world, {"hints": True}).headers["ETag"]
    stats(world, {"quests": 15})
    give(world, "compass", 1)
    assert get(world, "preferences").headers["ETag"] == etag
    assert prefer(world, {"hints": False}, **{"if-match": etag}).status == 200
    assert get(world, "custom-stats").body["custom_stats"] == {"quests": 15}
    assert get(world, "inventory").body["global_inventory"] == {"compass": 1}


def test_who_has_read_a_part_is_spared_reading_it_again(world: World) -> None:
    etag = stats(world, {"quests": 15}).headers["ETag"]
    reply = get(world, "custom-stats", **{"if-none-match": etag})
    assert (reply.status, reply.body) == (304, None)
    assert stats(world, {"quests": 16}, **{"if-match": etag}).status == 200
    assert get(world, "custom-stats", **{"if-none-match": etag}).status == 200


def test_items_are_counted_and_forgotten_at_none(world: World) -> None:
    assert give(world, "compass", 2, reason="a gift").body == {
        "player_id": "ada",
        "item_id": "compass",
        "change": 2,
        "held": 2,
        "reason": "a gift",
    }
    assert give(world, "key", 1).body["held"] == 1
    assert give(world, "compass", -1).body["held"] == 1
    assert get(world, "inventory").body == {"player_id": "ada", "global_inventory": {"compass": 1, "key": 1}}
    assert give(world, "compass", -1).body["held"] == 0
    assert get(world, "inventory").body["global_inventory"] == {"key": 1}


def test_no_more_can_be_taken_than_are_held(world: World) -> None:
    give(world, "compass", 2)
    before = all_items(world.table)
    refused = give(world, "compass", -3)
    assert problem(refused) == (409, "too-few-items")
    assert (refused.body["held"], "holds 2 of 'compass'" in refused.body["detail"]) == (2, True)
    assert problem(give(world, "lamp", -1)) == (409, "too-few-items")
    assert all_items(world.table) == before


def test_a_change_that_is_sent_again_counts_once(world: World) -> None:
    first = give(world, "compass", 2, key="once")
    give(world, "compass", -2)
    again = give(world, "compass", 2, key="once")
    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (200, first.body, "true")
    assert get(world, "inventory").body["global_inventory"] == {}
    assert problem(give(world, "compass", 3, key="once")) == (422, "idempotency-key-reused")
    assert problem(give(world, "compass", 1, key="")) == (400, "idempotency-key-missing")


def test_taking_the_last_is_replayed_though_nothing_is_left_to_take(world: World) -> None:
    give(world, "compass", 1)
    first = give(world, "compass", -1, key="once")
    again = give(world, "compass", -1, key="once")
    assert (again.status, again.body) == (200, first.body)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"item_id": "key", "change": 0}, "change"),
        ({"item_id": "key", "change": 1_000_001}, "change"),
        ({"item_id": "key", "change": -1_000_001}, "change"),
        ({"item_id": "key", "change": 1.0}, "change"),
        ({"item_id": "key", "change": True}, "change"),
        ({"item_id": "key", "change": "1"}, "change"),
        ({"item_id": "", "change": 1}, "item_id"),
        ({"item_id": "k" * 129, "change": 1}, "item_id"),
        ({"item_id": "key", "change": 1, "reason": "r" * 201}, "reason"),
        ({"change": 1}, "item_id"),
        ({"item_id": "key"}, "change"),
    ],
)
def test_a_change_that_is_none_is_refused_by_field(world: World, body: dict[str, Any], field: str) -> None:
    before = all_items(world.table)
    reply = world.call("players", "service").send("POST", INVENTORY, body)
    assert (reply.status, [each["field"] for each in reply.body["errors"]]) == (422, [field])
    assert all_items(world.table) == before


def test_a_million_may_be_given_and_taken_at_once(world: World) -> None:
    assert give(world, "coin", 1_000_000).body["held"] == 1_000_000
    assert give(world, "coin", 1_000_000).body["held"] == 2_000_000
    assert give(world, "coin", -1_000_000).body["held"] == 1_000_000


@pytest.mark.parametrize("item", ["lanterne d'été", "語", "😀", "a/b#c", "%2F", "PROFILE", "__proto__", "k" * 128])
def test_an_item_may_be_called_anything(world: World, item: str) -> None:
    assert give(world, item, 3).body["item_id"] == item
    assert give(world, item, -1).body["held"] == 2
    assert get(world, "inventory").body["global_inventory"] == {item: 2}


def test_two_hundred_different_items_are_held_and_one_more_loses_nothing(world: World) -> None:
    for number in range(MAX_ITEM_IDS):
        assert give(world, f"item-{number:03d}", 1).status == 200
    before = all_items(world.table)
    refused = give(world, "one more", 1)
    assert (problem(refused), refused.body["limit"]) == ((413, "profile-full"), 200)
    assert all_items(world.table) == before
    assert give(world, "item-007", 1).body["held"] == 2, "more of what is held is no other item"
    give(world, "item-007", -2)
    assert give(world, "one more", 1).status == 200
    assert len(get(world, "inventory").body["global_inventory"]) == MAX_ITEM_IDS


def test_tenants_have_belongings_of_their_own(world: World) -> None:
    other = World(world.table, world.clock, "other")
    other.call("players").send("PUT", "/players/me", {"name": "Another Ada"})
    give(world, "compass", 1, key="once")
    prefer(world, {"a": 1})
    assert get(other, "inventory").body["global_inventory"] == {}
    assert get(other, "preferences").body["preferences"] == {}
    assert give(other, "compass", 5, key="once").body["held"] == 5
    assert get(world, "inventory").body["global_inventory"] == {"compass": 1}


def test_a_player_who_is_erased_between_reading_and_writing_keeps_nothing(world: World) -> None:
    erasing = Erasing(world)
    slow = World(type(world.table)(erasing, world.table.name, patience=world.table.patience), world.clock)
    assert problem(prefer(slow, {"a": 1})) == (404, "unknown-player")
    assert erasing.done
    assert not [key for key in all_items(world.table) if key.pk == "T#acme#U#ada"]


class Erasing:
    """A client beside which the player is deleted before the first write."""

    def __init__(self, world: World) -> None:
        self._world, self.done = world, False

    def __getattr__(self, operation: str) -> Any:
        return getattr(self._world.table.client, operation)

    def transact_write_items(self, **request: Any) -> Any:
        client: Any = self._world.table.client
        if not self.done:
            self.done = True
            key = {"PK": {"S": "T#acme#U#ada"}, "SK": {"S": "PLAYER"}}
            client.delete_item(TableName=self._world.table.name, Key=key)
        return client.transact_write_items(**request)
