"""The OpenAPI 3.1 document, from entries and from what the scenario played."""

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from cairn.platform.api.caller import Role
from cairn.platform.api.problems import CONTENT_TYPE, PROBLEMS, TYPE
from infra.routes import PREFIX
from openapi.operation import IDS, PLAYER, Operation, Parameter
from openapi.parameters import HEADERS as SENT_HEADERS
from openapi.parameters import IN_PATHS, headers_of
from openapi.scenario import Played
from openapi.shapes import Form, informed, shape

ROOT = Path(__file__).resolve().parent.parent
JSON = "application/json"
SCHEMA = "#/components/schemas/{model}"

INTRODUCTION = """\
A progression backend: experiences, progress, XP, streaks, achievements, leaderboards, analytics.

Every example is a request that was sent and the answer that it got, in the order of this document.

A refusal is `application/problem+json` (RFC 9457); nothing was written. A path that is no route is answered by
`unknown-route`. What the gateway answers before a function is asked has the gateway's own body."""

TAGS = {
    "catalog": "What can be played, and the tenant's settings.",
    "players": "Profiles, and what belongs to players.",
    "progress": "A player's way through an experience.",
    "repair": "An operator's hand on one player's progress.",
    "completion": "The end of it, what that pays, and practice.",
    "events": "Events outside of any experience, and many at once.",
    "xp": "Level, title, and the ledger.",
    "streaks": "Days in a row.",
    "achievements": "What there is to unlock, and who has.",
    "unlocks": "Achievements on request: checks, grants, revocations, backfills.",
    "leaderboards": "Who is ahead.",
    "lookups": "Who holds what, stands where, was active when; what happened near a place.",
    "analytics": "Figures for operators.",
    "legacy": "The routes of older clients.",
    "health": "Whether the system answers.",
}

# Members of answers that hold no record: their keys are ids, or names of the tenant's.
MAPS = (
    "by_source",
    "choices",
    "collectibles",
    "contents",
    "counters",
    "days",
    "flags",
    "global_inventory",
    "inventory",
    "metrics",
    "player_counters",
    "quadrants",
    "required_virtues",
    "unlocks",
    "virtue_impacts",
    "virtues",
    "virtues_by_quadrant",
    "waived",
    "xp_by_source",
)
# Answers that show the same progress: what a member is in one, it is in all.
OF_PROGRESS = ("Completed", "Discovered", "Played", "Progress", "Recorded", "Repaired")
# Objects that are kept as they are sent.
KEPT = ("content", "criteria", "custom_stats", "data", "evidence", "preferences")
FORMS = dict.fromkeys(MAPS, Form.MAP) | dict.fromkeys(KEPT, Form.FREE)

HEADERS: dict[str, dict[str, Any]] = {
    "Age": {
        "description": "For how many seconds the answer was kept already, as `age_seconds` says too.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Cache-Control": {
        "description": "For how long a client may keep the answer: as long as the tenant's settings allow.",
        "schema": {"type": "string"},
        "example": "private, max-age=5",
    },
    "ETag": {
        "description": "Of what stands now: for If-Match with a write, and for If-None-Match with a GET.",
        "schema": {"type": "string"},
        "example": '"7"',
    },
    "Idempotency-Replayed": {
        "description": "`true` where this is the answer that the first request under the same key got.",
        "schema": {"type": "string", "const": "true"},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    "Vary": {
        "description": "The answer is the token's own.",
        "schema": {"type": "string", "const": "Authorization"},
    },
}

# Answers of the gateway, which has no function to ask.
GATEWAY = {
    "401": ("no-valid-token", "No token, or one that is forged, expired or meant for others. The gateway's answer."),
    "429": ("too-many-requests", "More requests than the stage takes. The gateway's answer."),
}
# What answers a path that is no operation's.
UNROUTED = "unknown-route"


def document(operations: Sequence[Operation], played: Sequence[Played]) -> dict[str, Any]:
    """The whole document.

    Args:
        played: the scenario of these entries.
    """
    paths: dict[str, dict[str, Any]] = {}
    of = {each.route: [one for one in played if one.operation is each] for each in operations}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, of[each.route])
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Cairn", "version": version, "description": INTRODUCTION},
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "parameters": {name: _in_path(name) for name in sorted({name for each in operations for name in each.ids})}
            | {name: _parameter(each) for name, each in SENT_HEADERS.items()},
            "headers": HEADERS,
            "responses": _shared_responses(paths),
            "schemas": _schemas(operations, played),
        },
    }


def text_of(content: dict[str, Any]) -> str:
    """The document as its file holds it."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _operation(operation: Operation, played: Sequence[Played]) -> dict[str, Any]:
    parameters = [_reference("parameters", name) for name in operation.ids]
    parameters += [_reference("parameters", name) for name in headers_of(operation)]
    parameters += [_parameter(each) for each in operation.parameters]
    return {
        "operationId": operation.id,
        "tags": [operation.function],
        "summary": operation.summary,
        **({"description": operation.description} if operation.description else {}),
        **({"security": []} if operation.open else {}),
        "x-roles": [role.value for role in Role if role in operation.roles],
        **({"x-player-in": operation.player_in.value} if operation.player_in else {}),
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": _body(operation, played)} if operation.body else {}),
        "responses": _successes(operation, played) | _refusals(operation, played),
    }


def _reference(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.where,
        **({"required": True} if parameter.required else {}),
        "description": parameter.meaning,
        "schema": dict(parameter.schema),
    }


def _in_path(name: str) -> dict[str, Any]:
    meaning, schema = IN_PATHS[name]
    example = {**IDS, "player_id": PLAYER}[name]
    return _parameter(Parameter(name, meaning, schema, where="path", required=True)) | {"example": example}


def _body(operation: Operation, played: Sequence[Played]) -> dict[str, Any]:
    assert operation.body
    model = operation.body
    shown = [each for each in played if each.example and each.succeeded]
    return {
        "required": any(field.is_required() for field in model.model_fields.values()),
        "content": {
            JSON: {
                "schema": {"$ref": SCHEMA.format(model=model.__name__)},
                "examples": {
                    slug(each.example.title): {"summary": each.example.title, "value": each.body}
                    for each in shown
                    if each.example and each.body is not None
                },
            }
        },
    }


def _successes(operation: Operation, played: Sequence[Played]) -> dict[str, Any]:
    by_status: dict[int, list[Played]] = defaultdict(list)
    for each in played:
        if each.succeeded:
            by_status[each.reply.status].append(each)
    found: dict[str, Any] = {}
    for status, answers in sorted(by_status.items()):
        headers = {name for each in answers for name in each.reply.headers} - {"Content-Type"}
        headers |= {"Idempotency-Replayed"} if operation.keyed else set()
        found[str(status)] = {
            "description": "As asked." if status < 300 else "Not modified.",
            **({"headers": {name: _reference("headers", name) for name in sorted(headers)}} if headers else {}),
        }
        if any(each.reply.body is not None for each in answers):
            schema = {"$ref": SCHEMA.format(model=operation.answer)}
            found[str(status)]["content"] = {JSON: {"schema": schema, "examples": _examples(answers)}}
    return found


def _refusals(operation: Operation, played: Sequence[Played]) -> dict[str, Any]:
    shown = [each for each in played if each.example and not each.succeeded]
    found: dict[str, Any] = {}
    if not operation.open:
        found |= {status: _reference("responses", name) for status, (name, _) in GATEWAY.items()}
    for status, codes in _by_status(operation.codes).items():
        examples = [each for each in shown if each.reply.status == status]
        if examples:
            found[str(status)] = _problems(codes, examples)
        else:
            found[str(status)] = _reference("responses", ".".join(codes))
    return dict(sorted(found.items()))


def _by_status(codes: Iterable[str]) -> dict[int, list[str]]:
    """Problems by their status, both in order. Raises KeyError for one that is none."""
    found: dict[int, list[str]] = defaultdict(list)
    for code in sorted(codes):
        found[PROBLEMS[code][0]].append(code)
    return dict(sorted(found.items()))


def _problems(codes: Sequence[str], played: Sequence[Played] = ()) -> dict[str, Any]:
    """The response of one status: which problems it may be, and those that were seen."""
    types = [TYPE + code for code in codes]
    content: dict[str, Any] = {
        "schema": {"allOf": [_reference("schemas", "Problem"), {"properties": {"type": {"enum": types}}}]}
    }
    if played:
        content["examples"] = _examples(played)
    return {
        "description": "\n".join(f"- `{code}`: {PROBLEMS[code][1]}." for code in codes),
        **({"headers": {"Retry-After": _reference("headers", "Retry-After")}} if "busy" in codes else {}),
        "content": {CONTENT_TYPE: content},
    }


def _shared_responses(paths: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The refusals that paths refer to (their names are their codes), and what no path answers."""
    responses = [
        each for path in paths.values() for operation in path.values() for each in operation["responses"].values()
    ]
    named = {each["$ref"].rpartition("/")[2] for each in responses if "$ref" in each} | {UNROUTED}
    message = {"type": "object", "properties": {"message": {"type": "string"}}, "required": ["message"]}
    gateway = {name: {"description": text, "content": {JSON: {"schema": message}}} for name, text in GATEWAY.values()}
    return {name: _problems(name.split(".")) for name in sorted(named - gateway.keys())} | gateway


def _examples(played: Sequence[Played]) -> dict[str, Any]:
    return {
        slug(each.example.title): {
            "summary": each.example.title,
            "description": _asked(each),
            "value": each.reply.body,
        }
        for each in played
        if each.example
    }


def _asked(played: Played) -> str:
    """The request in a line: method, path, query, a body that was refused, and who sent it."""
    event = played.event
    query = f"?{event['rawQueryString']}" if event["rawQueryString"] else ""
    body = "" if played.succeeded or "body" not in event else f" with `{event['body']}`"
    authorizer = event["requestContext"].get("authorizer")
    sender = f", role {authorizer['jwt']['claims']['cairn_role']}" if authorizer else ""
    return f"`{event['routeKey']}{query}`{body}{sender}"


def _schemas(operations: Sequence[Operation], played: Sequence[Played]) -> dict[str, Any]:
    bodies = sorted({each.body for each in operations if each.body}, key=lambda model: model.__name__)
    _, defined = models_json_schema([(model, "validation") for model in bodies], ref_template=SCHEMA)
    seen: dict[str, list[Any]] = defaultdict(list)
    for each in played:
        if each.reply.body is not None:
            seen[each.operation.answer if each.succeeded else "Problem"].append(each.reply.body)
    answers = {name: shape(values, FORMS) for name, values in seen.items()}
    pooled = shape([value for name in OF_PROGRESS for value in seen[name]], FORMS)
    answers |= {name: informed(answers[name], pooled) for name in OF_PROGRESS if name in answers}
    if twice := answers.keys() & defined["$defs"].keys():
        raise ValueError(f"{sorted(twice)} are names of bodies: name the answers otherwise")
    return dict(sorted((defined["$defs"] | answers).items()))


def slug(title: str) -> str:
    """A title as the key of an example: `Out of turn` is `out-of-turn`."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
