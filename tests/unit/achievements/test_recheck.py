"""Players who were busy are unlocked from the queue, once."""

import json
from typing import Any

import pytest

import functions.achievements_recheck.handler as module
from cairn.achievements.definitions import ACHIEVEMENTS
from cairn.achievements.rules import Watch
from cairn.achievements.unlock import Crossing, crossing
from cairn.platform.keys import player
from cairn.players.storage import PlayerItem, from_item
from tests.support.http import CONTEXT
from tests.support.world import World, all_items


def found(world: World) -> Crossing:
    key = player("acme", "ada")
    item = world.table.get_many([key]).get(PlayerItem, key)
    assert item is not None
    crossed = crossing(Watch(ACHIEVEMENTS), None, from_item(item))
    assert crossed is not None
    return crossed


def batch(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": f"m{number}", "receiptHandle": "r", "body": body, "eventSource": "aws:sqs"}
            for number, body in enumerate(bodies)
        ]
    }


@pytest.fixture
def handle(world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(module, "bootstrap", lambda: module.recheck(world.table, world.clock))
    return lambda event: module.handler(event, CONTEXT)


def test_a_message_unlocks_what_was_due_and_again_changes_nothing(world: World, handle: Any) -> None:
    world.journey()
    message = json.dumps(found(world).to_json())
    assert handle(batch(message)) == {"batchItemFailures": []}
    after = all_items(world.table)
    assert {key.sk for key in after if key.sk.startswith("A#")} == {"A#first_steps", "A#first_scenario"}
    assert handle(batch(message, message)) == {"batchItemFailures": []}
    assert all_items(world.table) == after


def test_only_the_message_that_failed_comes_again(world: World, handle: Any) -> None:
    world.journey()
    answer = handle(batch("not json", json.dumps(found(world).to_json()), '{"tenant": "acme"}'))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}, {"itemIdentifier": "m2"}]}
    assert any(key.sk == "A#first_steps" for key in all_items(world.table))


def test_a_batch_that_fails_whole_is_answered_and_not_raised(handle: Any) -> None:
    assert handle(batch("x", "y")) == {"batchItemFailures": [{"itemIdentifier": "m0"}, {"itemIdentifier": "m1"}]}
