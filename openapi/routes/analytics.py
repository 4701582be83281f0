"""Analytics."""

from cairn.platform.api.caller import OPERATES
from openapi.operation import Example, Operation, Parameter
from openapi.parameters import ID

OPERATIONS = (
    Operation(
        route="GET /analytics/days/{day}",
        id="getDay",
        summary="A day's figures of the tenant, or of one experience.",
        description="`status` says whether late events can still change them. Each figure is defined in analytics.md.",
        roles=OPERATES,
        parameters=(Parameter("experience_id", "The experience; left out, all of the tenant.", ID),),
        answer="DayFigures",
        examples=(
            Example("Of the tenant"),
            Example("Of one experience", query={"experience_id": "harbour-walk"}),
            Example("A day on which nothing happened", ids={"day": "2026-11-02"}),
            Example("What is no day", ids={"day": "yesterday"}, refused="invalid-parameter"),
        ),
    ),
)
