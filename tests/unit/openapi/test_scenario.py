"""An entry that does not say what its route answers is found out."""

import pytest

from cairn.catalog.bodies import ExperienceBody
from cairn.platform.api.caller import EVERYBODY, OPERATES
from openapi.operation import Before, Example, Operation
from openapi.scenario import Unexpected, record

SHOW = "GET /experiences/{experience_id}"
DEFINE = Operation(
    route="PUT /experiences/{experience_id}",
    id="define",
    summary="Define.",
    roles=OPERATES,
    body=ExperienceBody,
    answer="Experience",
    examples=(Example("One", body={"name": "Walk"}),),
)


def show(example: Example) -> Operation:
    return Operation(route=SHOW, id="show", summary="Show.", roles=EVERYBODY, answer="Experience", examples=(example,))


def test_a_refusal_that_the_entry_does_not_expect() -> None:
    with pytest.raises(Unexpected, match=r"GET .*, It: expected 200, not 404 .*unknown-experience"):
        record([show(Example("It"))])


def test_a_success_that_the_entry_does_not_expect() -> None:
    with pytest.raises(Unexpected, match="expected unknown-experience, not 200"):
        record([DEFINE, show(Example("It", refused="unknown-experience"))])


def test_another_refusal_than_the_expected() -> None:
    with pytest.raises(Unexpected, match="expected unknown-player, not 404"):
        record([show(Example("It", refused="unknown-player"))])


def test_another_status_than_the_expected() -> None:
    with pytest.raises(Unexpected, match="expected 201, not 200"):
        record([DEFINE, show(Example("It", status=201))])


def test_what_comes_before_an_example_must_succeed() -> None:
    before = Before(DEFINE.route, body={"name": ""})
    with pytest.raises(Unexpected, match="before an example"):
        record([DEFINE, show(Example("It", before=(before,)))])


def test_what_comes_before_an_example_is_sent_as_who_may_send_it() -> None:
    before = Before(DEFINE.route, ids={"experience_id": "cave"}, body={"name": "Cave"})
    played = record([DEFINE, show(Example("It", ids={"experience_id": "cave"}, before=(before,)))])
    assert [each.operation.route for each in played] == [DEFINE.route, DEFINE.route, SHOW]
    assert [each.example is None for each in played] == [False, True, False]
    assert played[-1].reply.body["name"] == "Cave"


def test_a_value_may_come_from_the_answer_before() -> None:
    def previous(reply: object) -> str:
        return str(getattr(reply, "body")["id"])  # noqa: B009

    played = record([DEFINE, show(Example("It", query={"of": previous}))])
    assert played[-1].event["queryStringParameters"] == {"of": "harbour-walk"}


def test_an_entry_of_no_route_is_refused() -> None:
    unknown = Operation(route="GET /nothing", id="nothing", summary="No.", answer="None", examples=(Example("It"),))
    with pytest.raises(KeyError, match="GET /nothing"):
        record([unknown])
