"""Streaks."""

from cairn.platform.api.caller import READS_PLAYERS
from infra.routes import EXPERIENCE
from openapi.operation import Before, Example, Operation

EVENTS = f"POST {EXPERIENCE}/events"

OPERATIONS = (
    Operation(
        route="GET /players/{player_id}/streak",
        id="getStreak",
        summary="The streak as of now: days, freezes, and until when today must be active.",
        roles=READS_PLAYERS,
        answer="Streak",
        examples=(
            Example("On the first day"),
            Example(
                "A missed day that a freeze saved",
                player="bob",
                before=(Before(EVENTS, player="bob", body={"type": "check_in", "at": "2026-11-18T18:30:00Z"}),),
            ),
            Example("A return after weeks", player="dan"),
            Example("Who never played", player="nobody"),
        ),
    ),
)
