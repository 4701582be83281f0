"""The JSON Schema of values that were seen."""

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

# Formats that a text is said to have where every text that was seen has it.
FORMATS = {
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
}
TYPES = ("boolean", "integer", "number", "string", "array", "object", "null")


class Form(Enum):
    """Objects that are no records of named members: a map from ids to values of one shape, or whatever is sent."""

    MAP = "map"
    FREE = "free"


def shape(values: Sequence[Any], forms: Mapping[str, Form] | None = None, name: str = "") -> dict[str, Any]:
    """The schema that all of some JSON values satisfy.

    A member is required if every object has it. What was never seen with a value (null alone, or no element of
    a list) may be anything.

    Args:
        forms: of objects that are no records, by the name of the member that holds them.
        name: of the member that holds the values.
    """
    forms = forms or {}
    found = {_type(value) for value in values}
    if "number" in found:
        found.discard("integer")
    if found <= {"null"}:
        return {}
    types = [each for each in TYPES if each in found]
    schema: dict[str, Any] = {"type": types[0] if len(types) == 1 else types}
    if "string" in found:
        texts = [value for value in values if isinstance(value, str)]
        if known := next((name for name, form in FORMATS.items() if all(map(form.fullmatch, texts))), None):
            schema["format"] = known
    if "array" in found:
        elements = [element for value in values if isinstance(value, list) for element in value]
        schema["items"] = shape(elements, forms, name)
    if "object" in found:
        objects = [value for value in values if isinstance(value, Mapping)]
        schema |= _content(objects, forms, forms.get(name))
    return schema


def _type(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _content(objects: Sequence[Mapping[str, Any]], forms: Mapping[str, Form], form: Form | None) -> dict[str, Any]:
    if form is Form.FREE:
        return {}
    if form is Form.MAP:
        return {"additionalProperties": shape([value for each in objects for value in each.values()], forms)}
    names = dict.fromkeys(name for each in objects for name in each)
    required = [name for name in names if all(name in each for each in objects)]
    return {
        "properties": {name: shape([each[name] for each in objects if name in each], forms, name) for name in names},
        **({"required": required} if required else {}),
    }


def informed(own: Mapping[str, Any], pooled: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of some values, with what is known of more values like them: their types, and no members more.

    Args:
        own: of the values. pooled: of the values and others.
    """
    schema = dict(pooled)
    if "properties" in own:
        schema["properties"] = {
            name: informed(member, pooled["properties"][name]) for name, member in own["properties"].items()
        }
        schema.pop("required", None)
        schema |= {"required": own["required"]} if "required" in own else {}
    for inner in ("items", "additionalProperties"):
        if own.get(inner):
            schema[inner] = informed(own[inner], pooled[inner])
    return schema
