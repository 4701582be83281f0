"""Every payload in events/ through its handler."""

import json
from pathlib import Path
from typing import Any

import pytest

from cairn.platform.table import Table
from functions.leaderboards.handler import routes
from functions.leaderboards_mover.handler import Consume
from tests.support.http import CONFIG, CONTEXT

EVENTS = Path(__file__).resolve().parents[3] / "events"
STATUS = {
    "boards.json": 200,
    "friends.json": 200,
    "friends_without_names.json": 422,
    "hide.json": 200,
    "hide_another.json": 403,
    "neighbours.json": 200,
    "older_rank.json": 200,
    "older_rank_of_another.json": 403,
    "older_top.json": 200,
    "own_rank.json": 200,
    "page.json": 200,
    "ranks.json": 200,
    "seasons_of_none.json": 404,
    "top.json": 200,
    "top_for_operator.json": 200,
    "unknown_board.json": 404,
    "visibility.json": 200,
}
FAILURES: dict[str, list[dict[str, str]]] = {
    "erased.json": [],
    "progress.json": [],
    "first_xp.json": [],
    "more_xp_and_a_name.json": [],
    "removed_and_other_items.json": [],
    "unreadable.json": [{"itemIdentifier": "400000000000000000000000001"}],
}


def payloads(function: str) -> dict[str, Any]:
    return {path.name: json.loads(path.read_text()) for path in (EVENTS / function).glob("*.json")}


def test_every_payload_has_an_expected_answer() -> None:
    assert set(payloads("leaderboards")) == set(STATUS)
    assert set(payloads("leaderboards_mover")) == set(FAILURES)


@pytest.mark.parametrize("name", FAILURES)
def test_the_mover_answers_every_batch(move: Consume, name: str) -> None:
    assert move(payloads("leaderboards_mover")[name]) == {"batchItemFailures": FAILURES[name]}


@pytest.mark.parametrize("name", STATUS)
def test_the_api_answers_every_request(table: Table, move: Consume, name: str) -> None:
    move(payloads("leaderboards_mover")["first_xp.json"])
    assert routes(CONFIG, table).handle(payloads("leaderboards")[name], CONTEXT)["statusCode"] == STATUS[name]


def test_what_the_batches_tell_is_what_the_api_shows(table: Table, move: Consume) -> None:
    batches = payloads("leaderboards_mover")
    for name in ("first_xp.json", "more_xp_and_a_name.json"):
        move(batches[name])
    answer = routes(CONFIG, table).handle(payloads("leaderboards")["top.json"], CONTEXT)
    rows = json.loads(answer["body"])["rows"]
    assert [(row["rank"], row["player_id"], row["name"], row["score"]) for row in rows] == [
        (1, "bob", "Bob", 150),
        (2, "ada", "Ada Lovelace", 105),
    ]
