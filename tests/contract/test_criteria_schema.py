"""docs/achievement-criteria.schema.json: what the code makes, and what it takes."""

import json
from typing import Any

import pytest
from hypothesis import given
from openapi_schema_validator import OAS31Validator

from cairn.achievements.bodies import criteria_schema
from cairn.achievements.criteria import Criteria
from cairn.achievements.document import criteria_to_json
from openapi.document import text_of
from openapi.files import CRITERIA
from tests.support.criteria import trees

VALIDATOR = OAS31Validator(criteria_schema())
KM: dict[str, Any] = {"metric": "kilometres", "at_least": 20}


def test_the_committed_schema_is_what_the_code_makes() -> None:
    assert CRITERIA.read_text(encoding="utf-8") == text_of(criteria_schema()), "run make openapi"
    OAS31Validator.check_schema(json.loads(CRITERIA.read_text(encoding="utf-8")))


@given(trees())
def test_criteria_in_their_language_fit_it(criteria: Criteria) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(criteria_to_json(criteria))] == []


@pytest.mark.parametrize("within", ["week", "month", "last_1_days", "last_31_days", None])
def test_a_period_is_one_of_those(within: str | None) -> None:
    assert VALIDATOR.is_valid({**KM, "within": within})


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"metric": "kilometres"},
        {**KM, "at_most": 30},
        {**KM, "at_least": 0},
        {**KM, "at_least": "20"},
        {**KM, "metric": "Kilometres"},
        {**KM, "within": "year"},
        {**KM, "within": "last_32_days"},
        {"all": []},
        {"any": [KM] * 21},
        {"not": [KM]},
        {"all": [KM], "any": [KM]},
        {"some": [KM]},
    ],
)
def test_what_is_not_in_the_language_does_not(said: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(said)
