"""The schema of values that were seen."""

from typing import Any

import pytest

from openapi.shapes import Form, informed, shape


@pytest.mark.parametrize(
    ("values", "schema"),
    [
        ([], {}),
        ([None], {}),
        ([True, False], {"type": "boolean"}),
        ([1, 2], {"type": "integer"}),
        ([1, 2.5], {"type": "number"}),
        (["a", None], {"type": ["string", "null"]}),
        (["a", 1, None], {"type": ["integer", "string", "null"]}),
        (["2026-11-20"], {"type": "string", "format": "date"}),
        (["2026-11-20T09:00:00.000Z", "2026-11-20T09:00:00+05:45"], {"type": "string", "format": "date-time"}),
        (["2026-11-20", "soon"], {"type": "string"}),
        ([[]], {"type": "array", "items": {}}),
        ([[], [1], [None]], {"type": "array", "items": {"type": ["integer", "null"]}}),
        ([{}], {"type": "object", "properties": {}}),
    ],
)
def test_values_have_the_types_that_were_seen(values: list[Any], schema: dict[str, Any]) -> None:
    assert shape(values) == schema


def test_a_member_is_required_if_every_object_has_it() -> None:
    assert shape([{"a": 1, "b": None}, {"a": 2}]) == {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {}},
        "required": ["a"],
    }


def test_a_map_has_one_shape_for_all_its_values() -> None:
    seen = [{"inventory": {"lamp": 1}}, {"inventory": {"rope": 2, "coin": None}}]
    assert shape(seen, {"inventory": Form.MAP})["properties"]["inventory"] == {
        "type": "object",
        "additionalProperties": {"type": ["integer", "null"]},
    }


def test_of_what_is_kept_as_it_is_sent_nothing_is_said() -> None:
    seen = [{"data": {"quantity": 3}}, {"data": {"words": ["a"]}}]
    assert shape(seen, {"data": Form.FREE})["properties"]["data"] == {"type": "object"}


def test_what_others_have_a_value_for_is_known_and_no_member_is_added() -> None:
    seen: list[dict[str, object]] = [{"at": None, "rows": [], "of": {"a": None}}]
    others = [{"at": "2026-11-20", "rows": [{"n": 1}], "of": {"a": 2, "b": 3}, "more": True}]
    assert informed(shape(seen), shape(seen + others)) == {
        "type": "object",
        "properties": {
            "at": {"type": ["string", "null"], "format": "date"},
            "rows": {
                "type": "array",
                "items": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
            },
            "of": {"type": "object", "properties": {"a": {"type": ["integer", "null"]}}, "required": ["a"]},
        },
        "required": ["at", "rows", "of"],
    }
