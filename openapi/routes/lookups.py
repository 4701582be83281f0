"""Look-ups."""

from typing import Any

from cairn.platform.api.caller import OVERSEES, SEES_ACTIVITY, Role
from openapi.operation import Before, Example, Operation, Parameter
from openapi.parameters import CURSOR, ID, limit
from openapi.routes.progress import EVENTS

LEVEL: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 100}
PERCENT: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 100}
DAY: dict[str, Any] = {"type": "string", "format": "date"}
INSTANT: dict[str, Any] = {"type": "string", "format": "date-time"}
IN_EXPERIENCE = Parameter(
    "experience_id", "The experience; also as `mission_id`, `wod_id` or `scenario_id`.", ID, required=True
)
OF_EXPERIENCE = Parameter("experience_id", "In an experience; left out, in any and outside.", ID)
LOOKED_AT = "A page looks at `limit` of its players and shows those that fit: it may be empty and have a `next`."
HARBOUR = {"experience_id": "harbour-walk"}
MARKET = {"lat": "38.6950", "lng": "-9.4200"}

OPERATIONS = (
    Operation(
        route="GET /lookups/holders",
        id="findHolders",
        summary="Who holds an item in an experience.",
        description=LOOKED_AT,
        roles=OVERSEES,
        parameters=(
            IN_EXPERIENCE,
            Parameter("item_id", "The item or collectible.", ID, required=True),
            limit(100),
            CURSOR,
        ),
        answer="Holders",
        examples=(
            Example("Sea glass", query={**HARBOUR, "item_id": "sea-glass"}),
            Example("The first player looked at", query={**HARBOUR, "item_id": "sea-glass", "limit": "1"}),
            Example("Without an item", query=HARBOUR, refused="invalid-parameter"),
            Example(
                "An experience that is none",
                query={"experience_id": "moon-walk", "item_id": "sea-glass"},
                refused="unknown-experience",
            ),
        ),
    ),
    Operation(
        route="GET /lookups/levels",
        id="findLevels",
        summary="Who is at a level, or between two; most XP first.",
        roles=OVERSEES,
        parameters=(
            Parameter("min", "The lowest level.", {**LEVEL, "default": 1}),
            Parameter("max", "The highest level.", {**LEVEL, "default": 100}),
            limit(20),
            CURSOR,
        ),
        answer="Levels",
        examples=(
            Example("Up to level 10", query={"max": "10"}),
            Example("The first of all", query={"limit": "1"}),
            Example("The wrong way round", query={"min": "9", "max": "3"}, refused="invalid-parameter"),
        ),
    ),
    Operation(
        route="GET /lookups/percentages",
        id="findPercentages",
        summary="Who has done so many percent of an experience.",
        description=LOOKED_AT,
        roles=OVERSEES,
        parameters=(
            IN_EXPERIENCE,
            Parameter("min", "At least.", {**PERCENT, "default": 0}),
            Parameter("max", "At most.", {**PERCENT, "default": 100}),
            limit(100, 1000),
            CURSOR,
        ),
        answer="Percentages",
        refuses=("unknown-experience",),
        examples=(
            Example("All who are done", query={**HARBOUR, "min": "100"}),
            Example("The first who is not", query={**HARBOUR, "max": "99.9", "limit": "1"}),
        ),
    ),
    Operation(
        route="GET /lookups/last-active",
        id="findLastActive",
        summary="Who was last active on which days (UTC), newest first.",
        roles=OVERSEES,
        parameters=(
            Parameter("from", "The first day.", DAY),
            Parameter("to", "The last day.", DAY),
            OF_EXPERIENCE,
            limit(20),
            CURSOR,
        ),
        answer="LastActive",
        refuses=("unknown-experience",),
        examples=(
            Example("On a day, in an experience", query={"from": "2026-11-20", "to": "2026-11-20", **HARBOUR}),
            Example("The first", query={"limit": "1"}),
            Example("A day that is none", query={"from": "yesterday"}, refused="invalid-parameter"),
        ),
    ),
    Operation(
        route="GET /lookups/events-near",
        id="findEventsNear",
        summary="Events near a place, newest first.",
        roles=OVERSEES,
        parameters=(
            Parameter("lat", "Degrees north.", {"type": "number", "minimum": -90, "maximum": 90}, required=True),
            Parameter("lng", "Degrees east.", {"type": "number", "minimum": -180, "maximum": 180}, required=True),
            Parameter("radius_meters", "How near.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
            Parameter("from", "Not before. In a URL `+` is `%2B`.", INSTANT),
            Parameter("to", "Not after.", INSTANT),
            Parameter("type", "Of one type.", {"type": "string"}),
            OF_EXPERIENCE,
            limit(20),
            CURSOR,
        ),
        answer="EventsNear",
        examples=(
            Example(
                "About the fish market",
                before=(
                    Before(
                        EVENTS,
                        player="bob",
                        body={"type": "check_in", "location": {"lat": 38.6951, "lng": -9.4202}},
                    ),
                ),
                query={**MARKET, "radius_meters": "200"},
            ),
            Example("The latest", query={**MARKET, "limit": "1"}),
            Example("Nowhere", query={"lat": "38.695"}, refused="invalid-parameter"),
        ),
    ),
    Operation(
        route="GET /experiences/{experience_id}/active-players",
        id="findActivePlayers",
        summary="Who has played an experience within half an hour, newest first.",
        description="Up to 1,000 are counted; `count_is_exact` says whether these were all.",
        roles=SEES_ACTIVITY,
        parameters=(limit(20), CURSOR),
        answer="ActivePlayers",
        examples=(
            Example(
                "On the walk, for a service",
                before=(
                    Before(EVENTS, body={"type": "check_in"}),
                    Before(EVENTS, player="bob", body={"type": "check_in"}),
                ),
            ),
            Example("The newest, for an operator", by=Role.OPERATOR, query={"limit": "1"}),
            Example("None of that id", ids={"experience_id": "moon-walk"}, refused="unknown-experience"),
        ),
    ),
)
