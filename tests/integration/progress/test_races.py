"""The same request twice at once, many requests at once, conflicts and time-outs: each cause pays once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from cairn.platform.command import Answer
from cairn.platform.table import DynamoDb, Table
from cairn.players import profile
from cairn.progress.progress import Command, Complete, Record
from tests.support.world import World, all_items


def ledger_sum(table: Table) -> int:
    return sum(int(item["amount"]["N"]) for key, item in all_items(table).items() if key.sk.startswith("L#"))


def total_xp(table: Table) -> int:
    return profile.get(table, "acme", "ada").xp


def events(table: Table) -> int:
    return sum(key.sk.startswith("E#") for key in all_items(table))


def worlds(table: Table, client: DynamoDb, count: int) -> list[World]:
    """As many functions as processes would be, each with its own caches, on one table."""
    return [World(Table(client, table.name)) for _ in range(count)]


@pytest.fixture
def world(table: Table) -> World:
    world = World(table)
    world.define()
    return world


def all_at_once(worlds: list[World], command: Command, keys: list[str]) -> list[Answer]:
    """The same command in as many processes, each under its key."""
    with ThreadPoolExecutor(len(worlds)) as pool:
        return list(pool.map(lambda each, key: each.ask(command, key), worlds, keys))


def test_the_same_completion_sent_eight_times_at_once_and_again_a_day_later_pays_once(
    world: World, client: DynamoDb
) -> None:
    world.journey(upto=9)
    before = total_xp(world.table)
    complete = Complete("I would go again.")
    answers = all_at_once(worlds(world.table, client, 8), complete, ["once"] * 8)
    assert len({str(answer.body) for answer in answers}) == 1, "the losers answer what the winner did"
    assert sum(not answer.replayed for answer in answers) == 1
    world.clock.at += timedelta(days=1)
    late = world.ask(complete, "once")
    assert late.replayed
    assert late.body == answers[0].body
    assert total_xp(world.table) == ledger_sum(world.table) == before + answers[0].body["xp"]["gained"]


def test_different_completions_at_once_pay_once(world: World, client: DynamoDb) -> None:
    world.journey(upto=9)
    four = worlds(world.table, client, 4)
    answers = all_at_once(four, Complete("I would go again."), [f"key-{number}" for number in range(4)])
    assert sum(answer.body["xp"]["gained"] > 0 for answer in answers) == 1
    assert total_xp(world.table) == ledger_sum(world.table)


def test_events_of_one_player_at_once_are_all_recorded_and_pay_one_bonus(world: World, client: DynamoDb) -> None:
    six = worlds(world.table, client, 6)
    answers = all_at_once(six, Record("word_learned", "moss"), [f"key-{number}" for number in range(6)])
    assert len({answer.body["event_id"] for answer in answers}) == 6
    assert events(world.table) == 6
    assert profile.get(world.table, "acme", "ada").metrics["words_learned"] == 6
    assert total_xp(world.table) == ledger_sum(world.table) == 5


class Troubled:
    """A client with troubles that no local engine makes: each write meets the next of them, until none is left.

    `conflict`: refused for another transaction. `lost`: done, but the answer never came. `unsent`: never done.
    """

    def __init__(self, client: DynamoDb, *troubles: str) -> None:
        self._client = client
        self._troubles = list(troubles)
        self.tokens: list[str] = []

    def __getattr__(self, operation: str) -> Any:
        return getattr(self._client, operation)

    def transact_write_items(self, **request: Any) -> Any:
        self.tokens.append(request["ClientRequestToken"])
        trouble = self._troubles.pop(0) if self._troubles else None
        if trouble == "conflict":
            reasons = [{"Code": "None"} for _ in request["TransactItems"]]
            reasons[-1] = {"Code": "TransactionConflict"}
            error: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(error, "TransactWriteItems")
        if trouble == "unsent":
            raise ReadTimeoutError(endpoint_url="http://table")
        answer = self._client.transact_write_items(**request)
        if trouble == "lost":
            raise ReadTimeoutError(endpoint_url="http://table")
        return answer


@pytest.mark.parametrize(
    "troubles",
    [
        ("conflict",),
        ("lost",),
        ("unsent",),
        ("conflict", "conflict", "lost"),
        ("unsent", "conflict", "lost"),
        ("lost", "unsent"),
    ],
)
def test_conflicts_and_lost_answers_end_in_one_payment_and_the_same_answer(
    world: World, client: DynamoDb, troubles: tuple[str, ...]
) -> None:
    world.journey(upto=9)
    troubled = Troubled(client, *troubles)
    reply = World(Table(troubled, world.table.name)).play("complete", {"reflection": "Again!"}, key="once")
    assert reply.status == 200
    assert reply.body["state"] == "COMPLETED"
    assert reply.body["xp"]["by_source"]["completion"] == 110
    assert total_xp(world.table) == ledger_sum(world.table)
    assert world.play("complete", {"reflection": "Again!"}, key="once").body == reply.body


def test_a_lost_answer_is_asked_for_again_under_the_same_token(world: World, client: DynamoDb) -> None:
    troubled = Troubled(client, "lost")
    assert World(Table(troubled, world.table.name)).play("start", key="once").status == 200
    assert len(set(troubled.tokens)) == 1
    assert len(troubled.tokens) == 2
