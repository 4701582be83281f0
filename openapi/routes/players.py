"""Players' profiles."""

from cairn.platform.api.caller import PLAYS, READS_PLAYERS, Role
from cairn.players.bodies import PlayerBody
from openapi.operation import Before, Example, Operation

SET = "PUT /players/{player_id}"

OPERATIONS = (
    Operation(
        route=SET,
        id="setPlayer",
        summary="Set the name that boards show, and the time zone that the player's days are in.",
        description="What is left out stays. Two changes of zone within 7 days are allowed.",
        roles=PLAYS,
        body=PlayerBody,
        answer="Player",
        examples=(
            Example("Name and zone", body={"name": "Ada", "zone": "Europe/Lisbon"}),
            Example("By a service", by=Role.SERVICE, player="bob", body={"name": "Bob", "zone": "Europe/Lisbon"}),
            Example(
                "A third zone within a week",
                player="bob",
                before=(
                    Before(SET, player="bob", body={"zone": "Asia/Tokyo"}),
                    Before(SET, player="bob", body={"zone": "Europe/Lisbon"}),
                ),
                body={"zone": "America/Lima"},
                refused="too-many-zone-changes",
            ),
        ),
    ),
    Operation(
        route="GET /players/{player_id}",
        id="getPlayer",
        summary="The profile: XP, level, virtues, metrics, and the experiences played last.",
        roles=READS_PLAYERS,
        answer="Player",
        examples=(
            Example("After one experience"),
            Example("Nobody of that id", by=Role.OPERATOR, player="nobody", refused="unknown-player"),
        ),
    ),
)
