"""If-Match and If-None-Match, as RFC 9110 has them (13.1.1 and 13.1.2), and how they are refused."""

from typing import Any

import pytest

from cairn.platform.api.http import Http
from cairn.platform.command import Answer
from cairn.platform.errors import DomainError
from cairn.platform.preconditions import demand, etag_of, names
from tests.support.http import CONFIG, CONTEXT, claims, request

SEVEN = '"7"'


def refused(etag: str | None, if_match: str | None = None, if_none_match: str | None = None) -> DomainError:
    with pytest.raises(DomainError) as caught:
        demand(etag, if_match, if_none_match)
    return caught.value


def test_an_etag_is_made_of_the_versions_that_it_stands_for() -> None:
    assert etag_of(7) == '"7"'
    assert etag_of(7, 2, "UTC") == '"7.2.UTC"'


@pytest.mark.parametrize("held", ['"7"', '"6", "7"', '"6","7"', '  "7" , ', ',, "6" ,, "7"', "*", " * ", 'W/"6", "7"'])
def test_a_write_goes_through_where_if_match_names_what_stands(held: str) -> None:
    demand(SEVEN, held)


@pytest.mark.parametrize("other", ['"6"', '"77"', '""', 'W/"7"', '"7!"', '"6", W/"7"'])
def test_a_write_is_refused_where_if_match_names_something_else(other: str) -> None:
    error = refused(SEVEN, other)
    assert (error.code, error.extra) == ("precondition-failed", {"etag": SEVEN})
    assert SEVEN in error.detail
    assert "Read again, merge" in error.detail
    assert "If-Match" in error.detail


@pytest.mark.parametrize("wanted", ["*", '"7"'])
def test_if_match_cannot_hold_where_nothing_stands(wanted: str) -> None:
    error = refused(None, wanted)
    assert (error.code, error.extra) == ("precondition-failed", {"etag": None})
    assert "Nothing stands here" in error.detail


def test_a_weak_etag_never_matches_strongly_whichever_side_it_is_on() -> None:
    assert refused('W/"7"', 'W/"7"').code == "precondition-failed"
    assert refused('W/"7"', '"7"').code == "precondition-failed"
    demand('W/"7"', "*")


def test_a_tag_may_hold_commas_and_anything_but_quotes_and_spaces() -> None:
    demand('"a,b"', '"a,b"')
    demand('"a,b"', '"x", "a,b"')
    assert refused('"a"', '"a,b"').code == "precondition-failed"
    demand('"é"', '"é"')


def test_a_write_may_demand_that_nothing_stands() -> None:
    demand(None, if_none_match="*")
    demand(None, if_none_match=SEVEN)
    demand(SEVEN, if_none_match='"6"')
    assert refused(SEVEN, if_none_match="*").code == "precondition-failed"
    assert refused(SEVEN, if_none_match='"6", W/"7"').code == "precondition-failed"


def test_both_conditions_must_hold() -> None:
    demand(SEVEN, SEVEN, '"6"')
    assert refused(SEVEN, '"6"', '"6"').code == "precondition-failed"
    assert refused(SEVEN, SEVEN, SEVEN).code == "precondition-failed"


def test_without_conditions_everything_goes() -> None:
    demand(SEVEN)
    demand(None)


@pytest.mark.parametrize(
    "malformed", ["7", "", '"7', '7"', '"7" "8"', "W/7", 'w/"7"', '*, "7"', '"a b"', "null", '"7"; "8"']
)
def test_what_is_no_list_of_etags_is_said_to_be_none(malformed: str) -> None:
    for error in (refused(SEVEN, malformed), refused(SEVEN, None, malformed)):
        assert error.code == "invalid-parameter"
        assert 'in quotes, as an answer gave them: "7"' in error.detail


def test_a_reader_has_what_if_none_match_names_weakly_compared() -> None:
    assert names(SEVEN, 'W/"7"')
    assert names('W/"7"', SEVEN)
    assert names(SEVEN, "*")
    assert not names(SEVEN, '"8", "9"')
    assert not names(None, "*")


def answering(respond: Any) -> Any:
    """What a function with one route answers to a request with headers."""
    http = Http(CONFIG)
    http.app.get("/api/v1/thing")(lambda: respond(http))
    http.app.put("/api/v1/thing")(lambda: respond(http))

    def send(method: str = "GET", **headers: str) -> dict[str, Any]:
        event = request(method, "/api/v1/thing", claims=claims("operator"), headers=headers)
        return http.handle(event, CONTEXT)

    return send


def test_what_is_read_carries_its_etag_and_is_not_sent_to_who_has_it() -> None:
    send = answering(lambda http: http.show({"a": 1}, etag=SEVEN))
    full = send()
    assert (full["statusCode"], full["headers"]["ETag"], full["body"]) == (200, SEVEN, '{"a": 1}')
    assert send(**{"if-none-match": '"6"'})["body"] == full["body"]
    for held in ('"7"', 'W/"7"', "*", '"6", "7"'):
        spared = send(**{"if-none-match": held})
        assert (spared["statusCode"], spared["body"], spared["headers"]) == (304, "", {"ETag": SEVEN})
        assert spared["isBase64Encoded"] is False


def test_only_reading_is_answered_with_304() -> None:
    send = answering(lambda http: http.show({}, etag=SEVEN))
    assert send("PUT", **{"if-none-match": SEVEN})["statusCode"] == 200


def test_what_has_no_etag_is_always_sent() -> None:
    answer = answering(lambda http: http.show({}))(**{"if-none-match": "*"})
    assert (answer["statusCode"], "ETag" in answer["headers"]) == (200, False)


def test_an_if_none_match_that_is_none_is_refused() -> None:
    answer = answering(lambda http: http.show({}, etag=SEVEN))(**{"if-none-match": "7"})
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (422, "application/problem+json")


def test_the_answer_to_a_command_carries_its_etag_beside_its_other_headers() -> None:
    own = answering(lambda http: http.answer(Answer({}, replayed=True, etag=SEVEN)))()
    assert own["headers"] == {"ETag": SEVEN, "Idempotency-Replayed": "true", "Content-Type": "application/json"}
    given = answering(lambda http: http.answer(Answer({}), 201, etag=SEVEN))()
    assert (given["statusCode"], given["headers"]["ETag"]) == (201, SEVEN)


def test_the_headers_of_the_request_are_what_is_demanded() -> None:
    def respond(http: Http) -> Any:
        http.demand(SEVEN)
        return http.show({"if_match": http.if_match, "if_none_match": http.if_none_match})

    send = answering(respond)
    assert send("PUT")["body"] == '{"if_match": null, "if_none_match": null}'
    held = send("PUT", **{"if-match": SEVEN, "if-none-match": '"6"'})
    assert held["statusCode"] == 200
    refusal = send("PUT", **{"if-match": '"6"'})
    assert (refusal["statusCode"], refusal["headers"]["Content-Type"]) == (412, "application/problem+json")
    assert send("PUT", **{"if-none-match": "*"})["statusCode"] == 412
