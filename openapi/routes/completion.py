"""Completing an experience, and practice of it."""

from cairn.platform.api.caller import PLAYS, Role
from cairn.progress.bodies import CompleteBody, PracticeBody
from infra.routes import EXPERIENCE
from openapi.operation import Before, Example, Operation
from openapi.routes.catalog import CAFE

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
            Example("What an operator waived is not asked for", ids=CAFE, body={}),
        ),
    ),
    Operation(
        route=f"POST {EXPERIENCE}/practice",
        id="practise",
        summary="Practise what is completed: a level of mastery may be gained.",
        description="The chance is `chance`; whether it is gained is drawn so that nobody can choose it.",
        roles=PLAYS,
        body=PracticeBody,
        answer="Played",
        refuses=("unknown-experience",),
        examples=(
            Example("By the player", body={}),
            Example("A performance that a service rated", by=Role.SERVICE, body={"performance_factor": 2}),
            Example("Rated by the player", body={"performance_factor": 2}, refused="role-not-allowed"),
            Example("Before completion", ids={"experience_id": "tide-pools"}, body={}, refused="illegal-move"),
        ),
    ),
)
