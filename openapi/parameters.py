"""Parameters that more than one route has, and what the ids in paths are."""

from typing import Any

from cairn.platform.api.caller import MAX_ID_CHARACTERS
from openapi.operation import Parameter

ID: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": MAX_ID_CHARACTERS}

# The ids that a path may hold: what they are, and the schema.
IN_PATHS: dict[str, tuple[str, dict[str, Any]]] = {
    "player_id": ("The player: `me` in a player's token; a service, an operator or an admin names one.", ID),
    "experience_id": ("The experience.", ID),
    "board": ("The leaderboard.", {"type": "string"}),
    "day": ("A day of the tenant's players, from 1970-01-01 to 2999-12-31.", {"type": "string", "format": "date"}),
}

IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "Makes the request safe to repeat: send the same key with the same request, and the first answer comes again.",
    {"type": "string", "minLength": 1, "maxLength": 255},
    where="header",
    required=True,
)
CURSOR = Parameter("cursor", "`next` of the page before; left out, the first page.", {"type": "string"})


def limit(default: int, most: int = 100) -> Parameter:
    """How many rows a page has."""
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return Parameter("limit", "How many rows at most.", schema)
