"""Any value is as its schema says."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator

from openapi.shapes import Form, shape

NAMES = st.sampled_from(["a", "b", "map", "free"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(VALUES, min_size=1, max_size=5))
def test_every_value_that_was_seen_satisfies_the_schema(values: list[Any]) -> None:
    schema = shape(values, {"map": Form.MAP, "free": Form.FREE})
    OAS31Validator.check_schema(schema)
    validator = OAS31Validator(schema)
    assert all(validator.is_valid(value) for value in values)
