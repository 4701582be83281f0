"""A definition comes back as it went in: from JSON, from the table's form, from the form that is exported."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cairn.catalog.bodies import MAX_BLOCKS, ExperienceBody
from cairn.catalog.document import from_json, to_json, weigh
from cairn.catalog.experience import Definition, Experience, buckets_for
from cairn.catalog.read import form
from cairn.platform.text import compact
from tests.support.definitions import bodies

# A definition has thirty fields: on a busy machine drawing one takes its time.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
AT = datetime(2026, 11, 20, 12, 0, 0, 123_000, tzinfo=UTC)


def definition(body: dict[str, Any]) -> Definition:
    return ExperienceBody.model_validate(body).definition("it")


def known(experience: Experience, days: int) -> Experience:
    """The experience with what Cairn adds to it."""
    return replace(
        experience, version=days, created_at=AT, updated_at=AT + timedelta(days=days), created_by="op", revision=days
    )


@patient
@given(bodies(), st.integers(0, 400))
def test_an_experience_comes_back_from_what_is_stored(body: dict[str, Any], days: int) -> None:
    experience = known(definition(body).experience, days)
    assert from_json(to_json(experience)) == experience
    assert from_json(json.loads(compact(to_json(experience)))) == experience


@patient
@given(bodies())
def test_what_is_exported_defines_the_same_again(body: dict[str, Any]) -> None:
    once = definition(body)
    sent = json.loads(json.dumps(form(once.experience, once.contents)))
    again = definition(sent)
    assert again == once
    assert weigh(again) == weigh(once)
    assert form(again.experience, again.contents) == sent


@patient
@given(bodies(), bodies(), st.integers(1, 400))
def test_two_definitions_have_one_digest_exactly_if_an_operator_wrote_the_same(
    one: dict[str, Any], other: dict[str, Any], days: int
) -> None:
    first, second = definition(one), definition(other)
    written = [{**form(each.experience, each.contents), "status": None} for each in (first, second)]
    texts = [json.dumps(each, sort_keys=True) for each in written]
    assert (weigh(first)[0] == weigh(second)[0]) == (texts[0] == texts[1])
    assert weigh(Definition(known(first.experience, days), first.contents)) == weigh(first)


@patient
@given(bodies())
def test_the_order_of_a_bodys_members_makes_no_other_definition(body: dict[str, Any]) -> None:
    turned = json.loads(json.dumps(body), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert weigh(definition(turned)) == weigh(definition(body))


@patient
@given(bodies())
def test_players_are_shown_no_answers_and_everything_else(body: dict[str, Any]) -> None:
    whole = definition(body)
    told = form(whole.experience, whole.contents)
    shown = form(whole.experience, whole.contents, answers=False)
    for page, bare in zip(told["pages"], shown["pages"], strict=True):
        for block, seen in zip(page["blocks"], bare["blocks"], strict=True):
            asked = [{"id": each["id"], "points": each["points"]} for each in block["questions"]]
            assert seen == {**block, "questions": asked}
    assert {**told, "pages": None} == {**shown, "pages": None}


@given(st.integers(0, 10_000), st.integers(0, MAX_BLOCKS))
def test_contents_fill_an_item_by_sixteen_and_blocks_by_eight(contents: int, blocks: int) -> None:
    buckets = buckets_for(contents, blocks)
    assert buckets >= 1
    assert 16 * buckets >= contents + 2 * blocks
    assert buckets == 1 or 16 * (buckets - 1) < contents + 2 * blocks
