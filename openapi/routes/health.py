"""Health."""

from openapi.operation import Example, Operation

OPERATIONS = (
    Operation(
        route="GET /health",
        id="getHealth",
        summary="Whether the table answers. Needs no token.",
        answer="Health",
        examples=(Example("All is well"),),
    ),
)
