"""Leaderboards."""

from typing import Any

from cairn.leaderboards.bodies import VisibilityBody
from cairn.leaderboards.friends import MOST
from cairn.platform.api.caller import EVERYBODY, PLAYS, READS_PLAYERS, Role
from infra.routes import EXPERIENCE
from openapi.operation import Before, Example, Operation, Parameter, PlayerIn
from openapi.parameters import CURSOR, USER_ID, limit
from tests.support.http import Reply

SEASON = Parameter(
    "season",
    "Of a board with seasons, which one, such as 2026-Q4; left out, the present one.",
    {"type": "string"},
)
CUP = {"board": "quarter_cup"}
UNKNOWN = ("unknown-board", "unknown-season")
GONE = (*UNKNOWN, "season-closed")
CHECK_IN = Before(f"POST {EXPERIENCE}/events", player="bob", body={"type": "check_in"})


def unchanged(last: Reply) -> str:
    """The ETag of the answer before."""
    return str(last.headers["ETag"])


NOT_CHANGED: dict[str, Any] = {"headers": {"if-none-match": unchanged}, "status": 304}

OPERATIONS = (
    Operation(
        route="GET /leaderboards",
        id="listLeaderboards",
        summary="The boards that the tenant shows, and the days that they rank now.",
        roles=EVERYBODY,
        answer="Leaderboards",
        etag=True,
        examples=(Example("All"), Example("What has not changed", **NOT_CHANGED)),
    ),
    Operation(
        route="GET /leaderboards/{board}",
        id="getLeaderboard",
        summary="A board's best rows, and for a player their own.",
        description="A page may be some seconds old: `as_of` says of when it is, `age_seconds` and the header Age how"
        " old.",
        roles=EVERYBODY,
        parameters=(limit(10), CURSOR, SEASON),
        answer="Leaderboard",
        refuses=UNKNOWN,
        etag=True,
        examples=(
            Example("The top, for a player", before=(CHECK_IN,)),
            Example("What has not changed", **NOT_CHANGED),
            Example("The best, for an operator", by=Role.OPERATOR, query={"limit": "1"}),
            Example("The page below", by=Role.OPERATOR, query={"limit": "1", "cursor": lambda last: last.body["next"]}),
            Example("This season's", ids=CUP),
            Example("No such board", ids={"board": "most_steps"}, refused="unknown-board"),
            Example("No such season", ids=CUP, query={"season": "2026-11"}, refused="unknown-season"),
        ),
    ),
    Operation(
        route="GET /leaderboards/{board}/seasons",
        id="listSeasons",
        summary="A board's present season, and those that are closed, the latest first.",
        roles=EVERYBODY,
        answer="Seasons",
        etag=True,
        examples=(
            Example("Of the cup", ids=CUP),
            Example("What has not changed", ids=CUP, **NOT_CHANGED),
            Example("Of a board that has none", refused="unknown-season"),
            Example("Of no board", ids={"board": "most_steps"}, refused="unknown-board"),
        ),
    ),
    Operation(
        route="GET /leaderboards/{board}/players/{player_id}",
        id="getRank",
        summary="A player's rank wherever it is, and the share of players behind.",
        roles=READS_PLAYERS,
        parameters=(SEASON,),
        answer="Rank",
        refuses=UNKNOWN,
        etag=True,
        examples=(
            Example("The own rank"),
            Example("What has not changed", **NOT_CHANGED),
            Example("Who has no XP yet", by=Role.SERVICE, player="nobody", refused="not-ranked"),
            Example("A season of long ago", ids=CUP, query={"season": "2025-Q4"}, refused="season-closed"),
        ),
    ),
    Operation(
        route="GET /leaderboards/{board}/players/{player_id}/neighbours",
        id="getNeighbours",
        summary="The rows around a player.",
        roles=READS_PLAYERS,
        parameters=(
            Parameter(
                "radius",
                "How many rows on either side.",
                {"type": "integer", "minimum": 1, "maximum": 50, "default": 5},
            ),
            SEASON,
        ),
        answer="Neighbours",
        refuses=(*GONE, "not-ranked"),
        etag=True,
        examples=(
            Example("Around the player", query={"radius": "2"}),
            Example("What has not changed", **NOT_CHANGED, query={"radius": "2"}),
        ),
    ),
    Operation(
        route="GET /leaderboards/{board}/friends",
        id="rankFriends",
        summary="Players ranked among themselves.",
        description="Who plays under a pseudonym is not found by their id.",
        roles=EVERYBODY,
        parameters=(
            Parameter(
                "players",
                f"1 to {MOST} players, with commas between them; `me` is the token's.",
                {"type": "string"},
                required=True,
            ),
            SEASON,
        ),
        answer="Friends",
        refuses=GONE,
        etag=True,
        examples=(
            Example("Three friends", query={"players": "me,bob,nobody"}),
            Example("What has not changed", **NOT_CHANGED, query={"players": "me,bob,nobody"}),
            Example("No friends", refused="invalid-parameter"),
        ),
    ),
    Operation(
        route="GET /gamification/leaderboard/{board}",
        id="olderLeaderboard",
        summary="The same as a leaderboard, for older clients.",
        description="`scenarios_completed` is understood for `experiences_completed`.",
        roles=EVERYBODY,
        parameters=(limit(10), CURSOR, SEASON),
        answer="Leaderboard",
        refuses=UNKNOWN,
        etag=True,
        examples=(Example("The top"), Example("What has not changed", **NOT_CHANGED)),
    ),
    Operation(
        route="GET /gamification/leaderboard/{board}/rank",
        id="olderRank",
        summary="The same as a player's rank, for older clients.",
        roles=READS_PLAYERS,
        named=PlayerIn.QUERY,
        parameters=(USER_ID, SEASON),
        answer="Rank",
        refuses=(*GONE, "not-ranked"),
        etag=True,
        examples=(
            Example("The own rank"),
            Example("What has not changed", **NOT_CHANGED),
            Example("Bob's, for a service", by=Role.SERVICE, query={"user_id": "bob"}),
        ),
    ),
    Operation(
        route="GET /players/{player_id}/ranks",
        id="getRanks",
        summary="A player's ranks on several boards.",
        roles=READS_PLAYERS,
        parameters=(
            Parameter(
                "boards",
                "Up to 10 boards, with commas between them; left out, the first that rank players by their totals.",
                {"type": "string"},
            ),
            SEASON,
        ),
        answer="Ranks",
        refuses=GONE,
        etag=True,
        examples=(
            Example("On three boards", query={"boards": "xp_weekly,streak_current,distance:harbour-walk"}),
            Example(
                "What has not changed",
                **NOT_CHANGED,
                query={"boards": "xp_weekly,streak_current,distance:harbour-walk"},
            ),
        ),
    ),
    Operation(
        route="PUT /players/{player_id}/visibility",
        id="setVisibility",
        summary="Choose how a player appears on boards: `name`, `pseudonym`, `hidden`; null for as the tenant has it.",
        description="The boards follow within seconds.",
        roles=PLAYS,
        body=VisibilityBody,
        answer="Visibility",
        examples=(
            Example("Under a pseudonym", player="bob", body={"shown_as": "pseudonym"}),
            Example("As a ghost", body={"shown_as": "ghost"}, refused="invalid-body"),
        ),
    ),
    Operation(
        route="GET /players/{player_id}/visibility",
        id="getVisibility",
        summary="How a player appears on boards.",
        roles=READS_PLAYERS,
        answer="Visibility",
        examples=(
            Example("One who chose", by=Role.SERVICE, player="bob"),
            Example("One who did not"),
        ),
    ),
)
