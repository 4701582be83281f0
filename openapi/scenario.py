"""The scenario: plays every entry's examples in their order, and keeps what was asked and answered."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from threading import Lock
from typing import Any
from unittest.mock import patch
from uuid import NAMESPACE_URL, uuid5

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from moto import mock_aws

from cairn.analytics.storage import DirtyItem
from cairn.analytics.work import recompute
from cairn.platform import keys
from cairn.platform.api.caller import Role
from cairn.platform.api.problems import TYPE
from cairn.platform.keys import Key
from cairn.platform.table import DynamoDb, Table, connect
from cairn.platform.transact import Put, transact
from cairn.progress.storage import ProgressItem, from_item, write_progress
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import SecretItem
from functions.achievements_backfill.handler import worker as backfills
from functions.achievements_reactor.handler import reactor
from functions.leaderboards_mover.handler import mover
from infra.routes import PREFIX
from openapi.operation import IDS, Before, Example, Given, Operation, Request
from tests.support.http import CONFIG, Clock, Reply, claims, reply, request
from tests.support.stream import Mapping as Delivery
from tests.support.stream import Record
from tests.support.tables import TABLE_NAME, create_table
from tests.support.world import ROUTES, stream_records

TENANT = "acme"
BEGINS = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
BETWEEN = timedelta(minutes=1)
SECRET = bytes(32)
MILLISECONDS = 300_000  # a worker's time
# A region and keys for a client that reaches nobody.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-west-1",
}


@dataclass(frozen=True, slots=True)
class Played:
    """A request as a function got it (an HTTP API event) and its answer. example: None where none shows it."""

    operation: Operation
    example: Example | None
    event: Mapping[str, Any]
    reply: Reply

    @property
    def succeeded(self) -> bool:
        return self.reply.status < 400

    @property
    def body(self) -> Any:
        """The body that was sent; None where none was."""
        return json.loads(self.event["body"]) if "body" in self.event else None


class Unexpected(Exception):
    """An example was answered otherwise than its entry says."""


class Streamed:
    """A client that keeps what the table's stream would carry."""

    def __init__(self, client: DynamoDb, name: str) -> None:
        self._client = client
        self._table = Table(client, name)
        self._one_at_a_time = Lock()  # moto copies its tables for a transaction
        self.records: list[Record] = []

    def transact_write_items(self, **asked: Any) -> Any:
        keys = [key_of(action) for action in asked["TransactItems"]]
        with self._one_at_a_time:
            before = dict(self._table.get_many(keys).raw)
            answer = self._client.transact_write_items(**asked)
            self.records += stream_records(before, dict(self._table.get_many(keys).raw))
        return answer

    def __getattr__(self, operation: str) -> Any:
        return getattr(self._client, operation)


def key_of(action: Mapping[str, Any]) -> Key:
    """The key that an action of a transaction is about."""
    (content,) = action.values()
    named = content.get("Key") or content["Item"]
    return Key(named["PK"]["S"], named["SK"]["S"])


class Scenario:
    """One tenant's story on a table. Time stands but between requests; ids, keys and what is drawn are the same
    every time.
    """

    def __init__(self, client: DynamoDb, table_name: str, tenant: str = TENANT, begins: datetime = BEGINS) -> None:
        self.tenant = tenant
        self.clock = Clock(begins)
        secret = SecretItem(*keys.secret(tenant), secret=SECRET)
        transact(Table(client, table_name), [Put("secret", secret, SecretItem.absent())])
        self._client = Streamed(client, table_name)
        self._table = Table(self._client, table_name)
        self._messages: list[dict[str, Any]] = []

    def play(self, operations: Sequence[Operation]) -> list[Played]:
        """Plays every example of some entries.

        Raises:
            Unexpected: one was answered otherwise than its entry says.
            KeyError: an entry, or what comes before an example, has a route that is none.
        """
        by_route = {each.route: each for each in operations}
        played: list[Played] = []
        last = Reply(200, {}, {})
        for _, of_one_function in groupby(operations, key=lambda each: each.function):
            self.clock.at = next_hour(self.clock.at)  # one example more shifts no other function
            for operation in of_one_function:
                for example in operation.examples:
                    asked: list[tuple[Operation, Example | Before]]
                    asked = [*((by_route[each.route], each) for each in example.before), (operation, example)]
                    for number, (asked_of, each) in enumerate(asked):
                        key = uuid5(NAMESPACE_URL, f"{operation.route} {example.title} {number}")
                        played.append(self._send(asked_of, each, str(key), last))
                        last = played[-1].reply
        return played

    def _send(self, operation: Operation, asked: Example | Before, key: str, last: Reply) -> Played:
        self.clock.at += BETWEEN + asked.later
        asked = replace(asked, ids=_given(asked.ids, last))
        if isinstance(asked, Example) and asked.spoilt:
            self._spoil(asked)
        if operation.method == "GET":
            self._catch_up()
        role = asked.by or next((role for role in Role if role in operation.roles), None)
        event = request(
            operation.method,
            PREFIX + address(operation, asked, role),
            body=asked.body(last) if callable(asked.body) else asked.body,
            claims=self._token(role, asked.player) if role else None,
            headers={**({"idempotency-key": key} if operation.keyed else {}), **_given(asked.headers, last)},
            query=_given(asked.query, last) or None,
        )
        # A process that has just started: what others keep in memory has passed.
        queue = {"send": self._messages.extend} if operation.function == "unlocks" else {}
        answer = reply(ROUTES[operation.function](CONFIG, self._table, self.clock, **queue), event)
        example = asked if isinstance(asked, Example) else None
        _check(operation, example, answer)
        return Played(operation, example, event, answer)

    def _token(self, role: Role, player: str) -> dict[str, str]:
        named = player if role is Role.PLAYER else None
        return claims(role, named, self.tenant, sub=f"{named or role}-of-{self.tenant}")

    def _spoil(self, example: Example) -> None:
        """Writes progress that Cairn would not: what an older version, or a hand in the table, may have left."""
        key = keys.progress(self.tenant, example.player, str({**IDS, **example.ids}["experience_id"]))
        head = from_item(ProgressItem.parse(self._table.get_many([key]).raw[key]))
        write = write_progress(self.tenant, example.player, replace(head, **example.spoilt), TenantSettings())
        transact(self._table, [write])

    def _catch_up(self) -> None:
        """What the backfills' workers, the stream and the roll-up's schedule do before somebody looks."""
        work = backfills(self._table, lambda messages: None, lambda messages: None, self.clock)
        while self._messages:
            work(SQSRecord({"body": json.dumps(self._messages.pop(0))}), lambda: MILLISECONDS)
        days: set[date] = set()
        while records := self._client.records:
            self._client.records = []
            for record in records:
                if record["dynamodb"]["NewImage"]["kind"]["S"] == DirtyItem.kind.get_discriminator(DirtyItem):
                    days.add(date.fromisoformat(DirtyItem.parse(record["dynamodb"]["NewImage"]).day))
            for consumer in (reactor(self._table, lambda found: None, self.clock), mover(self._table, self.clock)):
                Delivery(consumer).deliver(records)
        for day in sorted(days):
            recompute(self._table, self.tenant, day, 0, self.clock())


def next_hour(instant: datetime) -> datetime:
    """The next whole hour after an instant."""
    return instant.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def address(operation: Operation, asked: Request, role: Role | None) -> str:
    """A request's path: its ids filled in, a player's own as `me`."""
    player = "me" if role is Role.PLAYER else asked.player
    return operation.path.format_map({**IDS, "player_id": player, **asked.ids})


def _given(values: Mapping[str, Given], last: Reply) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value(last) for name, value in values.items()}


def _check(operation: Operation, example: Example | None, answer: Reply) -> None:
    refused = example.refused if example else None
    expected = (example.status if example else None) or operation.status
    code = answer.body["type"].removeprefix(TYPE) if answer.status >= 400 else None
    if code != refused or (code is None and answer.status != expected):
        title = example.title if example else "(before an example)"
        raise Unexpected(
            f"{operation.route}, {title}: expected {refused or expected}, not {answer.status} {answer.body}"
        )


@contextmanager
def empty_tables(*names: str) -> Iterator[DynamoDb]:
    """A client of moto's DynamoDB with some empty tables."""
    with patch.dict(os.environ, ENVIRONMENT), mock_aws():
        client = connect()
        for name in names:
            create_table(client, name, stream=False)  # moto copies a table and its stream at each transaction
        yield client


def record(operations: Iterable[Operation]) -> list[Played]:
    """The whole scenario in a world of its own."""
    with empty_tables(TABLE_NAME) as client:
        return Scenario(client, TABLE_NAME).play(list(operations))
