"""XP: the standing and the ledger."""

from cairn.platform.api.caller import READS_PLAYERS
from openapi.operation import Example, Operation
from openapi.parameters import CURSOR, limit

OPERATIONS = (
    Operation(
        route="GET /players/{player_id}/xp",
        id="getXp",
        summary="Total XP, level and title, and what the next level takes.",
        roles=READS_PLAYERS,
        answer="XpStanding",
        examples=(Example("After two experiences"),),
    ),
    Operation(
        route="GET /players/{player_id}/xp/history",
        id="listXp",
        summary="The ledger, newest first: its entries add up to the total.",
        roles=READS_PLAYERS,
        parameters=(limit(20), CURSOR),
        answer="LedgerPage",
        examples=(
            Example("The latest two", query={"limit": "2"}),
            Example("The next", query={"limit": "2", "cursor": lambda page: page.body["next"]}),
            Example("A cursor that is none", query={"cursor": "page-2"}, refused="invalid-parameter"),
        ),
    ),
)
