"""Parameters that more than one route has, and what the ids in paths are."""

from typing import Any

from cairn.platform.api.caller import MAX_ID_CHARACTERS
from openapi.operation import Key, Operation, Parameter

ID: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": MAX_ID_CHARACTERS}

# The ids that a path may hold: what they are, and the schema.
IN_PATHS: dict[str, tuple[str, dict[str, Any]]] = {
    "player_id": ("The player: `me` in a player's token; a service, an operator or an admin names one.", ID),
    "experience_id": ("The experience.", ID),
    "page_id": ("The page.", ID),
    "block_id": ("The block.", ID),
    "content_id": ("The waypoint, quest, item or other thing that events are about.", ID),
    "achievement_id": ("The achievement.", {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,49}$"}),
    "job_id": ("The backfill.", ID),
    "board": ("The leaderboard.", {"type": "string"}),
    "day": ("A day of the tenant's players, from 1970-01-01 to 2999-12-31.", {"type": "string", "format": "date"}),
}

REPEATED = "Makes it safe to repeat: send the same key with the same request, and the first answer comes again."
KEY: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 255}
ETAGS: dict[str, Any] = {"type": "string"}
IDEMPOTENCY_KEY = Parameter("Idempotency-Key", REPEATED, KEY, where="header", required=True)
OPTIONAL_KEY = Parameter("Idempotency-Key", f"{REPEATED} Without one, each request is another.", KEY, where="header")
IF_MATCH = Parameter(
    "If-Match", "The ETag that was read: the write is done only if it still stands.", ETAGS, where="header"
)
IF_NONE_MATCH = Parameter(
    "If-None-Match", "The ETag that the reader has: if it still stands, 304 without a body.", ETAGS, where="header"
)
UNLESS_THERE = Parameter("If-None-Match", "`*`: the write is done only if nothing stands yet.", ETAGS, where="header")

# Headers that more than one route takes, by their name in the document's components.
HEADERS = {
    "Idempotency-Key": IDEMPOTENCY_KEY,
    "Optional-Idempotency-Key": OPTIONAL_KEY,
    "If-Match": IF_MATCH,
    "If-None-Match": IF_NONE_MATCH,
    "Unless-There": UNLESS_THERE,
}
USER_ID = Parameter("user_id", "The player: a service, an operator or an admin names one, a player none.", ID)
FLAG: dict[str, Any] = {"type": "boolean", "default": False}
CURSOR = Parameter("cursor", "`next` of the page before; left out, the first page.", {"type": "string"})


USER = Parameter("user_id", "The player: a player's own may be left out.", {"type": "string"})


def limit(default: int, most: int = 100) -> Parameter:
    """How many rows a page has."""
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return Parameter("limit", "How many rows at most.", schema)


def headers_of(operation: Operation) -> list[str]:
    """The names in HEADERS of what an operation takes in its header."""
    named = []
    if operation.keyed:
        named.append("Idempotency-Key" if operation.key is Key.NEEDED else "Optional-Idempotency-Key")
    if operation.etag:
        named += ["If-None-Match"] if operation.method == "GET" else ["If-Match", "Unless-There"]
    return named
