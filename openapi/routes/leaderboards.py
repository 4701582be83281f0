"""Leaderboards."""

from cairn.platform.api.caller import EVERYBODY, READS_PLAYERS, Role
from infra.routes import EXPERIENCE
from openapi.operation import Before, Example, Operation
from openapi.parameters import limit

OPERATIONS = (
    Operation(
        route="GET /leaderboards/{board}",
        id="getLeaderboard",
        summary="A board's best rows, and for a player their own.",
        roles=EVERYBODY,
        parameters=(limit(10),),
        answer="Leaderboard",
        examples=(
            Example(
                "The top, for a player",
                before=(Before(f"POST {EXPERIENCE}/events", player="bob", body={"type": "check_in"}),),
            ),
            Example("The best, for an operator", by=Role.OPERATOR, query={"limit": "1"}),
            Example("No such board", ids={"board": "most_steps"}, refused="unknown-board"),
        ),
    ),
    Operation(
        route="GET /leaderboards/{board}/players/{player_id}",
        id="getRank",
        summary="A player's rank wherever it is, and the share of players behind.",
        roles=READS_PLAYERS,
        answer="Rank",
        refuses=("unknown-board",),
        examples=(
            Example("The own rank"),
            Example("Who has no XP yet", by=Role.SERVICE, player="nobody", refused="not-ranked"),
        ),
    ),
)
