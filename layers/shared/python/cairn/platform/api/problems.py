"""Domain errors as problem+json (RFC 9457): one table from code to status and title."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response

from cairn.platform.errors import DomainError

TYPE = "urn:cairn:problem:"
CONTENT_TYPE = "application/problem+json"

PROBLEMS: dict[str, tuple[int, str]] = {
    "malformed-json": (400, "The body is not JSON"),
    "idempotency-key-missing": (400, "An Idempotency-Key is missing"),
    "not-an-access-token": (403, "Not an access token"),
    "incomplete-token": (403, "The token lacks claims"),
    "role-not-allowed": (403, "The role does not allow this"),
    "other-player": (403, "Not your player"),
    "other-tenant": (403, "Not your tenant"),
    "name-the-player": (403, "No player is named"),
    "event-type-not-allowed": (403, "Players may not send this event type"),
    "unknown-route": (404, "No such route"),
    "unknown-experience": (404, "No such experience"),
    "unknown-page": (404, "No such page"),
    "unknown-achievement": (404, "No such achievement"),
    "unknown-backfill": (404, "No such backfill"),
    "unknown-player": (404, "No such player"),
    "unknown-board": (404, "No such leaderboard"),
    "unknown-season": (404, "No such season"),
    "season-closed": (410, "The season is closed"),
    "not-ranked": (404, "The player is not on this leaderboard"),
    "no-progress": (404, "The player has not started this experience"),
    "unknown-block": (404, "No such block"),
    "illegal-move": (409, "The progress does not allow this now"),
    "incomplete": (409, "The experience is not complete yet"),
    "requirements-not-met": (409, "The requirements are not met"),
    "not-unlocked": (409, "The player does not hold this achievement"),
    "too-few-items": (409, "The player holds too few of the item"),
    "too-many-zone-changes": (409, "The zone was changed too often"),
    "unknown-entry": (404, "No such entry in the ledger"),
    "already-reversed": (409, "The entry was reversed before"),
    "not-reversible": (422, "The entry cannot be reversed by itself"),
    "no-draft": (409, "There is no draft"),
    "not-published": (409, "The experience is not published"),
    "circular-prerequisites": (409, "Prerequisites go in a circle"),
    "precondition-failed": (412, "What stands is not what the request names"),
    "body-too-large": (413, "The body is too large"),
    "definition-too-large": (413, "The definition is too large"),
    "state-full": (413, "The progress holds no more content"),
    "not-completable": (422, "The block cannot be completed"),
    "percentage-is-counted": (409, "The percentage is counted"),
    "profile-full": (413, "The profile holds no more"),
    "too-many-counters": (422, "The player has too many counters"),
    "counter-not-allowed": (403, "Players may not send this counter"),
    "invalid-body": (422, "The body is not valid"),
    "invalid-parameter": (422, "A parameter is not valid"),
    "idempotency-key-reused": (422, "The Idempotency-Key belongs to another request"),
    "busy": (503, "The table is busy"),
    "internal-error": (500, "Something went wrong on our side"),
}


def problem(error: DomainError, request_id: str) -> Response[str]:
    """The answer to a refused request.

    Args:
        error: what was refused, and what to send instead.
        request_id: under which the logs show this request.
    """
    told = document(error)
    headers: dict[str, str | list[str]] = {}
    if "retry_after" in error.extra:
        headers["Retry-After"] = str(error.extra["retry_after"])
    text = json.dumps({**told, "request_id": request_id}, ensure_ascii=False)
    return Response(told["status"], CONTENT_TYPE, text, headers=headers)


def document(error: DomainError) -> dict[str, Any]:
    """A refusal as the members of a problem document."""
    status, title = PROBLEMS[error.code]
    extra = {name: value for name, value in error.extra.items() if name != "retry_after"}
    return {"type": TYPE + error.code, "title": title, "status": status, "detail": error.detail, **extra}
