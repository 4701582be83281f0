"""Who may do what: every cell of docs/access-matrix.md is asked, and other tenants see and change nothing.

The requests are the document's examples, in the world that the scenario leaves.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from cairn.platform.api.caller import Role
from cairn.platform.api.problems import CONTENT_TYPE, TYPE
from cairn.platform.table import DynamoDb, Table
from infra.routes import PREFIX
from openapi.access import Caller, Verdict, rows
from openapi.document import document
from openapi.operation import Operation, PlayerIn
from openapi.routes import OPERATIONS
from openapi.scenario import BEGINS, Played, Scenario, address, empty_tables
from tests.support.http import CONFIG, Clock, Reply, claims, reply
from tests.support.world import ROUTES, all_items

STRANGER = "mallory"
BAD_TOKENS: dict[str, dict[str, str]] = {
    "an ID token": claims("player", "ada", token_use="id"),
    "no tenant": claims("player", "ada", tenant=""),
    "no role": claims("", "ada"),
    "an unknown role": claims("root", "ada"),
    "a player without a name": claims("player"),
}
CELLS = [
    (each, caller) for each in OPERATIONS for caller in Caller if each.player_in or caller is not Caller.OTHER_PLAYER
]
EACH_CELL = pytest.mark.parametrize(
    ("operation", "caller"), CELLS, ids=[f"{each.route} as {caller}" for each, caller in CELLS]
)
EACH = pytest.mark.parametrize("operation", OPERATIONS, ids=[each.route for each in OPERATIONS])


class Dry:
    """A client that reads a table and writes nothing. `written`: the actions that were sent."""

    def __init__(self, client: DynamoDb) -> None:
        self._client = client
        self.written: list[Any] = []

    def batch_get_item(self, **asked: Any) -> Any:
        return self._client.batch_get_item(**asked)

    def query(self, **asked: Any) -> Any:
        return self._client.query(**asked)

    def transact_write_items(self, **asked: Any) -> Any:
        self.written += [
            {name: value for name, value in content.items() if name != "TableName"}
            for action in asked["TransactItems"]
            for content in action.values()
        ]
        return {}


@dataclass(frozen=True)
class Left:
    """What the scenario leaves: a table, and the requests that were sent."""

    client: DynamoDb
    clock: Clock
    played: list[Played]

    def example(self, operation: Operation) -> Played:
        """The first request of an entry that succeeded."""
        return next(each for each in self.played if each.operation is operation and each.example and each.succeeded)

    def ask(self, operation: Operation, event: Mapping[str, Any], table_name: str = "left") -> tuple[Reply, list[Any]]:
        """An answer, and what would have been written."""
        dry = Dry(self.client)
        http = ROUTES[operation.function](CONFIG, Table(dry, table_name), self.clock)
        return reply(http, copy.deepcopy(dict(event))), dry.written


@pytest.fixture(scope="module")
def left() -> Iterator[Left]:
    with empty_tables("left", "empty") as client:
        scenario = Scenario(client, "left")
        played = scenario.play(OPERATIONS)
        for table_name in ("left", "empty"):
            Scenario(client, table_name, "other")  # a tenant that has its secret, and nothing else
        yield Left(client, scenario.clock, played)


@pytest.fixture(scope="module")
def verdicts(left: Left) -> dict[str, Mapping[Caller, Verdict]]:
    return {row.route: row.verdicts for row in rows(document(OPERATIONS, left.played))}


def sent(
    asked: Played, caller_claims: Mapping[str, str] | None, path: str | None = None, key: str = "another"
) -> dict[str, Any]:
    """A request of the scenario, sent by somebody else, perhaps to another path."""
    event = copy.deepcopy(dict(asked.event))
    context = event["requestContext"]
    context.pop("authorizer", None)
    if caller_claims is not None:
        context["authorizer"] = {"jwt": {"claims": dict(caller_claims), "scopes": None}}
    if path is not None:
        event["rawPath"] = context["http"]["path"] = PREFIX + path
    if "idempotency-key" in event["headers"]:
        event["headers"]["idempotency-key"] = key
    return event


def code_of(answer: Reply) -> str | None:
    return answer.body["type"].removeprefix(TYPE) if answer.status >= 400 else None


def asked_by(caller: Caller, asked: Played) -> dict[str, Any]:
    """An example's request as one kind of caller sends it."""
    assert asked.example
    example = asked.example
    if caller is Caller.NOBODY:
        return sent(asked, None)
    role = Role.PLAYER if caller is Caller.OTHER_PLAYER else Role(caller.value)
    if caller is Caller.OTHER_PLAYER:
        example = replace(example, ids={**example.ids, "player_id": STRANGER})
    player = example.player if role is Role.PLAYER else None
    event = sent(asked, claims(role, player), address(asked.operation, example, role))
    if asked.operation.player_in is PlayerIn.QUERY:
        named = STRANGER if caller is Caller.OTHER_PLAYER else None if role is Role.PLAYER else example.player
        event["queryStringParameters"] = query_with(event.get("queryStringParameters"), named)
    if caller is Caller.OTHER_PLAYER:
        match asked.operation.player_in:
            case PlayerIn.QUERY:
                event["queryStringParameters"] = {"user_id": STRANGER}
            case PlayerIn.BODY:
                event["body"] = json.dumps({**asked.body, "user_id": STRANGER})
            case PlayerIn.EACH_EVENT:
                others = [{**each, "player_id": STRANGER} for each in asked.body["events"]]
                event["body"] = json.dumps({"events": others})
    return event


def query_with(query: Mapping[str, str] | None, user_id: str | None) -> dict[str, str]:
    """A query that names that player, or none."""
    others = {name: value for name, value in (query or {}).items() if name != "user_id"}
    return others | ({"user_id": user_id} if user_id else {})


@EACH_CELL
def test_each_caller_gets_what_the_matrix_says(
    operation: Operation, caller: Caller, left: Left, verdicts: dict[str, Mapping[Caller, Verdict]]
) -> None:
    answer, written = left.ask(operation, asked_by(caller, left.example(operation)))
    code = code_of(answer)
    match verdicts[operation.route][caller]:
        case Verdict.LET_IN:
            assert answer.status not in (401, 403, 500), answer.body
        case Verdict.GATEWAY:
            assert (answer.status, code, written) == (403, "not-an-access-token", [])
        case Verdict.EACH:
            refused = {each["type"].removeprefix(TYPE) for each in answer.body["results"]}
            assert (answer.status, refused, written) == (200, {"other-player"}, [])
        case refusal:
            assert (answer.status, code, written) == (403, refusal.value, [])
            assert answer.headers["Content-Type"] == CONTENT_TYPE
            assert (answer.body["status"], answer.body["request_id"]) == (403, "request-1")
    assert code is None or code in operation.codes, f"{operation.route} does not say that it answers {code}"


@EACH
@pytest.mark.parametrize("token", BAD_TOKENS)
def test_a_token_that_does_not_say_who_it_is_lets_nobody_in(operation: Operation, token: str, left: Left) -> None:
    answer, written = left.ask(operation, sent(left.example(operation), BAD_TOKENS[token]))
    if operation.open:
        assert answer.status == 200
    else:
        assert answer.status == 403
        assert code_of(answer) in ("not-an-access-token", "incomplete-token")
        assert written == []


@pytest.mark.parametrize(
    "operation",
    [each for each in OPERATIONS if "player_id" in each.ids and Role.PLAYER in each.roles],
    ids=lambda each: each.route,
)
def test_a_player_may_use_their_own_id_in_place_of_me(operation: Operation, left: Left) -> None:
    asked = left.example(operation)
    assert asked.example
    named = address(operation, asked.example, Role.SERVICE)
    answer, _ = left.ask(operation, sent(asked, claims("player", asked.example.player), named))
    assert answer.status not in (403, 500), answer.body


@EACH
def test_another_tenant_is_answered_as_if_this_one_had_nothing(operation: Operation, left: Left) -> None:
    for asked in (each for each in left.played if each.operation is operation):
        authorizer = asked.event["requestContext"].get("authorizer")
        others = {**authorizer["jwt"]["claims"], "cairn_tenant": "other"} if authorizer else None
        event = sent(asked, others, key="one")
        assert left.ask(operation, event) == left.ask(operation, event, "empty")


def test_another_tenants_story_goes_as_if_it_were_alone_and_changes_nothing_here() -> None:
    with empty_tables("alone") as client:
        alone = Scenario(client, "alone", "other").play(OPERATIONS)
    with empty_tables("shared") as client:
        # At another time, so that whatever is taken for the other tenant's shows.
        Scenario(client, "shared", begins=BEGINS + timedelta(hours=1)).play(OPERATIONS)
        here = all_items(Table(client, "shared"))
        beside = Scenario(client, "shared", "other").play(OPERATIONS)
        after = all_items(Table(client, "shared"))
    for with_us, without_us in zip(beside, alone, strict=True):
        assert with_us.reply == without_us.reply, with_us.operation.route
    assert {key: after.get(key) for key in here} == here
    assert len(after) > len(here)
