"""Completing an experience."""

from cairn.platform.api.caller import PLAYS
from cairn.progress.bodies import CompleteBody
from infra.routes import EXPERIENCE
from openapi.operation import Before, Example, Operation

QUADRANTS = f"POST {EXPERIENCE}/quadrants"

OPERATIONS = (
    Operation(
        route=f"POST {EXPERIENCE}/complete",
        id="completeExperience",
        summary="Finish an experience: one write pays XP and virtues and counts for the streak.",
        description="Completing again pays nothing and says so.",
        roles=PLAYS,
        body=CompleteBody,
        answer="Completed",
        refuses=("unknown-experience", "illegal-move"),
        examples=(
            Example("All that is missing, at once", body={}, refused="incomplete"),
            Example(
                "With the reflection that quadrants ask for",
                before=(Before(QUADRANTS, body={}), Before(QUADRANTS, body={})),
                body={"reflection": "The gulls were louder than the town."},
            ),
            Example("Once more", body={"reflection": "It rained."}),
        ),
    ),
)
