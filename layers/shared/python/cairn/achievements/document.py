"""Achievements as JSON: how the table has them, and how the API shows their criteria."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from cairn.achievements.criteria import AllOf, AnyOf, Comparison, Criteria, Not, Threshold
from cairn.achievements.definitions import Achievement, Every, Repeat
from cairn.platform.text import compact

DEFAULTS = {each.name: each.default for each in fields(Achievement)}


def criteria_to_json(criteria: Criteria) -> dict[str, Any]:
    """Criteria in their language."""
    match criteria:
        case Threshold():
            within = {"within": criteria.within} if criteria.within else {}
            return {"metric": criteria.metric, criteria.comparison.value: criteria.value, **within}
        case AllOf():
            return {"all": [criteria_to_json(part) for part in criteria.parts]}
        case AnyOf():
            return {"any": [criteria_to_json(part) for part in criteria.parts]}
        case Not():
            return {"not": criteria_to_json(criteria.part)}


def criteria_from_json(stored: Mapping[str, Any]) -> Criteria:
    """The criteria that `criteria_to_json` was given."""
    if "all" in stored:
        return AllOf(tuple(map(criteria_from_json, stored["all"])))
    if "any" in stored:
        return AnyOf(tuple(map(criteria_from_json, stored["any"])))
    if "not" in stored:
        return Not(criteria_from_json(stored["not"]))
    comparison = next(each for each in Comparison if each in stored)
    return Threshold(stored["metric"], stored[comparison], comparison, stored.get("within"))


def repeat_to_json(repeat: Repeat | None) -> dict[str, Any] | None:
    """How an achievement repeats, in the language of criteria."""
    if repeat is None:
        return None
    most = {"at_most": repeat.at_most} if repeat.every is Every.THRESHOLD else {}
    return {"every": repeat.every.value, **most}


def to_json(achievement: Achievement) -> dict[str, Any]:
    """An achievement as the table has it: what is as ever is left out."""
    plain = {
        name: value
        for name, default in DEFAULTS.items()
        if (value := getattr(achievement, name)) != default and name not in ("criteria", "prerequisites", "repeat")
    }
    plain["criteria"] = criteria_to_json(achievement.criteria)
    if achievement.prerequisites:
        plain["prerequisites"] = list(achievement.prerequisites)
    if achievement.repeat:
        plain["repeat"] = repeat_to_json(achievement.repeat)
    return plain


def weigh(achievement: Achievement) -> int:
    """How many bytes a definition has in the table, before it is compressed."""
    return len(compact(to_json(achievement)).encode())


def from_json(stored: Mapping[str, Any]) -> Achievement:
    """The achievement that `to_json` was given."""
    repeat = stored.get("repeat")
    more = {
        "criteria": criteria_from_json(stored["criteria"]),
        "prerequisites": tuple(stored.get("prerequisites", ())),
        "repeat": Repeat(Every(repeat["every"]), repeat.get("at_most", 1)) if repeat else None,
    }
    return Achievement(**{**stored, **more})
