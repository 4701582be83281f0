"""docs/openapi.json: every route is in it, every example was answered so, and the file is what the code makes."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from cairn.platform.api.problems import PROBLEMS
from infra.routes import ROUTES
from openapi.access import matrix
from openapi.document import TAGS, UNROUTED, document, text_of
from openapi.files import DOCS
from openapi.operation import Operation
from openapi.routes import OPERATIONS
from openapi.scenario import Played, record

EACH = pytest.mark.parametrize("operation", OPERATIONS, ids=[each.route for each in OPERATIONS])

# Members of answers that no example has a value for, so that their schema says nothing. Better none.
UNSEEN = {
    "Achievements.achievements[].revoked_at",
    "Checked.unlocked[].occasion",
    "Checked.xp.levels_reached[]",
    "Export.next",
    "Seasons.closed[]",
    # A streak that broke lately: the scenario has three freezes, and no four days to miss.
    "OlderStreak.broken_on",
    "OlderStreak.repairable_until",
    "OlderStreakStatus.broken_on",
    "OlderStreakStatus.repairable_until",
    "Streak.broken_on",
    "Streak.repairable_until",
    "StreakChanged.broken_on",
    "StreakChanged.repairable_until",
}


@pytest.fixture(scope="module")
def played() -> list[Played]:
    return record(OPERATIONS)


@pytest.fixture(scope="module")
def described(played: list[Played]) -> dict[str, Any]:
    return document(OPERATIONS, played)


def test_every_route_has_one_entry_and_every_entry_a_route() -> None:
    routes = [f"{method} {path}" for of_function in ROUTES.values() for method, path in of_function]
    assert Counter(each.route for each in OPERATIONS) == Counter(routes)


def test_every_function_has_a_tag() -> None:
    assert set(TAGS) == set(ROUTES)


def test_the_ids_and_the_names_of_examples_are_unlike() -> None:
    assert max(Counter(each.id for each in OPERATIONS).values()) == 1
    for each in OPERATIONS:
        assert max(Counter(example.title for example in each.examples).values()) == 1, each.route


@EACH
def test_an_entry_shows_a_success(operation: Operation) -> None:
    assert any(example.refused is None for example in operation.examples)


@EACH
def test_a_summary_is_a_sentence(operation: Operation) -> None:
    assert operation.summary.endswith(".")
    assert not operation.description or operation.description.endswith(".")


def test_every_problem_is_some_routes() -> None:
    assert {code for each in OPERATIONS for code in each.codes} | {UNROUTED} == set(PROBLEMS)


def test_the_document_is_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1.")
    validate(described)


def test_the_committed_document_is_what_the_code_makes(described: dict[str, Any]) -> None:
    assert (DOCS / "openapi.json").read_text(encoding="utf-8") == text_of(described), "run make openapi"


def test_the_committed_matrix_is_what_the_document_says(described: dict[str, Any]) -> None:
    page = (DOCS / "access-matrix.md").read_text(encoding="utf-8")
    assert page == matrix(described), "run make openapi"
    for each in OPERATIONS:
        assert f"\n| `{each.route}` | " in page


@EACH
def test_an_entry_says_whether_its_route_is_conditional(operation: Operation, played: list[Played]) -> None:
    answers = [each.reply for each in played if each.operation is operation and each.succeeded]
    assert all(("ETag" in each.headers) == operation.etag for each in answers)
    statuses = {each.status for each in answers}
    assert (304 in statuses) == (operation.etag and operation.method == "GET"), "show what has not changed"


def test_the_story_is_the_same_every_time(played: list[Played]) -> None:
    again = record(OPERATIONS)
    assert [(each.event, each.reply) for each in again] == [(each.event, each.reply) for each in played]


def resolved(described: Mapping[str, Any], response: Mapping[str, Any]) -> Mapping[str, Any]:
    name = response.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = described["components"]["responses"][name] if name else response
    return found


def fits(described: Mapping[str, Any], schema: Mapping[str, Any], value: Any) -> list[str]:
    """What of a value its schema does not allow."""
    validator = OAS31Validator({**schema, "components": described["components"]})
    return [error.message for error in validator.iter_errors(value)]


def test_every_answer_is_described(described: dict[str, Any], played: list[Played]) -> None:
    for each in played:
        path = described["paths"][each.operation.path]
        response = resolved(described, path[each.operation.method.lower()]["responses"][str(each.reply.status)])
        headers = {name for name in each.reply.headers if name != "Content-Type"}
        assert headers <= set(response.get("headers", {})), each.operation.route
        if each.reply.body is not None:
            schema = response["content"][each.reply.headers["Content-Type"]]["schema"]
            assert not fits(described, schema, each.reply.body), each.operation.route


def test_every_body_that_was_taken_is_described(described: dict[str, Any], played: list[Played]) -> None:
    for each in played:
        operation = described["paths"][each.operation.path][each.operation.method.lower()]
        asked = each.body if each.example else None
        if asked is not None and each.succeeded:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            assert not fits(described, schema, asked), each.operation.route


def members(schema: Mapping[str, Any], at: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every member of a schema: where it is, its name, its schema."""
    for name, of_member in schema.get("properties", {}).items():
        yield f"{at}.{name}", name, of_member
        yield from members(of_member, f"{at}.{name}")
    for key, sign in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(inner := schema.get(key), dict):
            yield at + sign, sign, inner
            yield from members(inner, at + sign)


@pytest.mark.parametrize("name", sorted({each.answer for each in OPERATIONS}))
def test_the_members_of_an_answer_have_names_and_types(name: str, described: dict[str, Any]) -> None:
    found = list(members(described["components"]["schemas"][name], name))
    ids = [at for at, member, _ in found if not re.fullmatch(r"[a-z][a-z0-9_]*|\[\]|{}", member)]
    assert not ids, "ids for names: list the member around them in openapi/document.py's MAPS"
    unseen = {at for at, _, schema in found if not schema}
    expected = {at for at in UNSEEN if at.startswith(f"{name}.")}
    assert unseen == expected, "show a value in an example (or say here that none does)"
