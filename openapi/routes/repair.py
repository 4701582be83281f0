"""An operator's hand on one player's progress: waivers, the move to another version, repair."""

from cairn.platform.api.caller import OPERATES, OVERSEES
from cairn.progress.bodies import MomentBody, WaiverBody
from infra.routes import EXPERIENCE
from openapi.operation import Before, Example, Operation
from openapi.routes.catalog import CAFE, CAFE_LISBOA, DEFINE
from openapi.routes.progress import START

WITH_A_TIP = {
    **CAFE_LISBOA,
    "pages": [
        *CAFE_LISBOA["pages"],
        {"id": "tip", "blocks": [{"id": "tipping", "type": "rich_text", "required": False}]},
    ],
}
SPOILT = {"quadrants": ("SO", "SI"), "percent": 50.0, "seconds": -900}

OPERATIONS = (
    Operation(
        route=f"POST {EXPERIENCE}/waivers",
        id="waive",
        summary="Count a criterion, or one block, as met; and say why.",
        roles=OPERATES,
        body=WaiverBody,
        answer="Played",
        refuses=("unknown-experience", "not-completable"),
        examples=(
            Example("A block", ids=CAFE, body={"block_id": "order", "reason": "The microphone broke."}),
            Example("A criterion", ids=CAFE, body={"criterion": "min_time_minutes", "reason": "Played on paper."}),
            Example(
                "No such block", ids=CAFE, body={"block_id": "exam", "reason": "Was ill."}, refused="unknown-block"
            ),
            Example(
                "What was never begun",
                ids={"experience_id": "lighthouse"},
                body={"criterion": "reflection", "reason": "Was ill."},
                refused="illegal-move",
            ),
        ),
    ),
    Operation(
        route=f"POST {EXPERIENCE}/migrate",
        id="migrate",
        summary="Move a player to the latest version; what they did is kept, and what counts is counted anew.",
        roles=OPERATES,
        body=MomentBody,
        answer="Played",
        refuses=("unknown-experience",),
        examples=(
            Example(
                "To the version with a tip",
                ids=CAFE,
                before=(Before(DEFINE, ids=CAFE, body=WITH_A_TIP),),
                body={},
            ),
            Example("Who never began", ids={"experience_id": "lighthouse"}, body={}, refused="illegal-move"),
        ),
    ),
    Operation(
        route=f"GET {EXPERIENCE}/repair",
        id="examineProgress",
        summary="What a repair would change in progress that contradicts itself; nothing is written.",
        roles=OVERSEES,
        answer="Contradictions",
        refuses=("unknown-experience",),
        examples=(
            Example(
                "A progress that was spoilt in the table",
                player="eve",
                before=(Before(START, player="eve", body={}),),
                spoilt=SPOILT,
            ),
            Example("Nothing to mend"),
            Example("Who never began", ids={"experience_id": "lighthouse"}, refused="no-progress"),
        ),
    ),
    Operation(
        route=f"POST {EXPERIENCE}/repair",
        id="repairProgress",
        summary="Mend progress that contradicts itself.",
        roles=OPERATES,
        body=MomentBody,
        answer="Repaired",
        refuses=("unknown-experience", "illegal-move"),
        examples=(
            Example("What was found", player="eve", body={}),
            Example("Nothing to mend", body={}),
        ),
    ),
)
