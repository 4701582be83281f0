"""Achievements."""

from cairn.platform.api.caller import EVERYBODY, READS_PLAYERS
from openapi.operation import Example, Operation

OPERATIONS = (
    Operation(
        route="GET /achievements",
        id="listAchievements",
        summary="What there is to unlock.",
        roles=EVERYBODY,
        answer="AchievementDefinitions",
        examples=(Example("All of them"),),
    ),
    Operation(
        route="GET /players/{player_id}/achievements",
        id="getAchievements",
        summary="Each achievement with the player's unlock and its evidence, or how far they are: 0 to 1.",
        roles=READS_PLAYERS,
        answer="Achievements",
        examples=(Example("After two experiences"),),
    ),
)
