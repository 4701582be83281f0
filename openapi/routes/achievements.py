"""Achievements."""

from typing import Any

from cairn.achievements.bodies import AchievementBody
from cairn.platform.api.caller import EVERYBODY, OPERATES, OVERSEES, READS_PLAYERS
from cairn.platform.api.http import Body
from openapi.operation import Before, Example, Key, Operation, PlayerIn
from openapi.parameters import CURSOR, USER, limit

ACHIEVEMENT = "/achievements/{achievement_id}"
DEFINE = f"PUT {ACHIEVEMENT}"
PAGE = (limit(100, 500), CURSOR)
NIGHT = {"achievement_id": "night_rider"}
FIRST_STEPS = {"achievement_id": "first_steps"}
HIDDEN = {"achievement_id": "hidden_cove"}
LONG_RIDER: dict[str, Any] = {
    "title": "Long Rider",
    "description": "Ride 20 kilometres in a week",
    "category": "rides",
    "type": "engagement",
    "icon": "bicycle",
    "rarity": "rare",
    "xp": 100,
    "criteria": {"metric": "kilometres", "at_least": 20, "within": "week"},
    "repeat": {"every": "week"},
}
OF_PAGES = "A page holds up to `limit`; `next` is the cursor of the page after it."
LISTED = f"The standard achievements first, then the tenant's own by id. {OF_PAGES} A change is in it within a minute."

OPERATIONS = (
    Operation(
        route=DEFINE,
        id="defineAchievement",
        summary="Define an achievement, or say a standard one otherwise.",
        description="What it takes or pays makes a new version. Functions that run take it up within a minute: what"
        " players came to before is unlocked by a backfill.",
        roles=OPERATES,
        body=AchievementBody,
        answer="Achievement",
        refuses=("definition-too-large",),
        etag=True,
        examples=(
            Example("So much of a counter in a week, each week", body=LONG_RIDER),
            Example(
                "Several metrics, after another achievement",
                ids=NIGHT,
                body={
                    "title": "Night Rider",
                    "description": "Ten late sessions and 100 kilometres, or a streak of 30 days; without a fall",
                    "criteria": {
                        "all": [
                            {
                                "any": [
                                    {
                                        "all": [
                                            {"metric": "late_sessions", "at_least": 10},
                                            {"metric": "kilometres", "at_least": 100},
                                        ]
                                    },
                                    {"metric": "current_streak", "at_least": 30},
                                ]
                            },
                            {"not": {"metric": "falls", "at_least": 1}},
                        ]
                    },
                    "prerequisites": ["first_steps"],
                },
            ),
            Example(
                "At each thousand metres again, kept secret until then",
                ids=HIDDEN,
                body={
                    "title": "Hidden Cove",
                    "secret": True,
                    "criteria": {"metric": "distance_meters", "at_least": 1000},
                    "repeat": {"every": "threshold", "at_most": 50},
                },
            ),
            Example(
                "A standard one pays otherwise, and is called otherwise",
                ids=FIRST_STEPS,
                body={"title": "Go!", "xp": 75},
            ),
            Example(
                "Another operator was faster",
                headers={"if-match": '"0"'},
                body={**LONG_RIDER, "xp": 150},
                refused="precondition-failed",
            ),
            Example(
                "What a standard one takes",
                ids=FIRST_STEPS,
                body={"criteria": {"metric": "sessions", "at_least": 1}},
                refused="invalid-body",
            ),
            Example(
                "Prerequisites that lead back to it",
                ids=NIGHT,
                before=(
                    Before(
                        DEFINE,
                        ids={"achievement_id": "day_rider"},
                        body={
                            "title": "Day Rider",
                            "criteria": {"metric": "kilometres", "at_least": 500},
                            "prerequisites": ["night_rider"],
                        },
                    ),
                ),
                body={
                    "title": "Night Rider",
                    "criteria": {"metric": "late_sessions", "at_least": 10},
                    "prerequisites": ["day_rider"],
                },
                refused="circular-prerequisites",
            ),
        ),
    ),
    Operation(
        route=f"GET {ACHIEVEMENT}",
        id="getAchievement",
        summary="One achievement as it stands.",
        description="A secret one shows a player what it is once they have unlocked it.",
        roles=EVERYBODY,
        answer="Achievement",
        etag=True,
        examples=(
            Example("One of the tenant's own"),
            Example("A secret one", ids=HIDDEN),
            Example("What has not changed", headers={"if-none-match": '"1"'}, status=304),
            Example("None of that id", ids={"achievement_id": "moon_rider"}, refused="unknown-achievement"),
        ),
    ),
    Operation(
        route=f"POST {ACHIEVEMENT}/archive",
        id="archiveAchievement",
        summary="Switch an achievement off: nobody unlocks it any more, and who holds it keeps it.",
        description="A `PUT` with `is_active` true switches it on again.",
        roles=OPERATES,
        body=Body,
        answer="Achievement",
        refuses=("unknown-achievement",),
        etag=True,
        examples=(Example("A standard one", ids={"achievement_id": "night_owl"}, body={}),),
    ),
    Operation(
        route=f"GET {ACHIEVEMENT}/versions",
        id="listAchievementVersions",
        summary="The versions of an achievement, newest first: what each took and paid, since when, by whom.",
        description=OF_PAGES,
        roles=OVERSEES,
        parameters=PAGE,
        answer="AchievementVersions",
        refuses=("unknown-achievement",),
        examples=(
            Example("A standard one that the tenant said otherwise", ids=FIRST_STEPS),
            Example(
                "The newest of two",
                before=(Before(DEFINE, body={**LONG_RIDER, "xp": 150, "prerequisites": ["first_steps"]}),),
                query={"limit": "1"},
            ),
        ),
    ),
    Operation(
        route="GET /achievements",
        id="listAchievements",
        summary="What there is to unlock.",
        description=f"{LISTED} Operators and admins see what is switched off too.",
        roles=EVERYBODY,
        parameters=PAGE,
        answer="AchievementDefinitions",
        examples=(
            Example("All of them"),
            Example("The first two", query={"limit": "2"}),
            Example("A cursor that is none", query={"cursor": "page-2"}, refused="invalid-parameter"),
        ),
    ),
    Operation(
        route="GET /players/{player_id}/achievements",
        id="getAchievements",
        summary="Each achievement with the player's unlock and its evidence, or how far they are: 0 to 1.",
        description=OF_PAGES,
        roles=READS_PLAYERS,
        parameters=PAGE,
        answer="Achievements",
        examples=(Example("After two experiences"), Example("The first two", query={"limit": "2"})),
    ),
    Operation(
        route="GET /players/{player_id}/achievements/progress",
        id="getAchievementProgress",
        summary="What the player does not hold yet, the nearest first.",
        description=f"Secret ones are shown to services, operators and admins. {OF_PAGES}",
        roles=READS_PLAYERS,
        parameters=PAGE,
        answer="AchievementProgress",
        examples=(
            Example("All of them"),
            Example("The nearest three", query={"limit": "3"}),
            Example("The next", query={"limit": "3", "cursor": lambda page: page.body["next"]}),
        ),
    ),
    Operation(
        route="GET /gamification/achievements",
        id="listAchievementsOlder",
        summary="`GET /achievements`, as older clients call it.",
        description=LISTED,
        roles=EVERYBODY,
        parameters=PAGE,
        answer="AchievementDefinitions",
        examples=(Example("The first of them", query={"limit": "1"}),),
    ),
    Operation(
        route="GET /gamification/achievements/user",
        id="getUserAchievements",
        summary="`GET /players/{player_id}/achievements`, as older clients call it.",
        description=OF_PAGES,
        roles=READS_PLAYERS,
        parameters=(USER, *PAGE),
        answer="Achievements",
        named=PlayerIn.QUERY,
        examples=(Example("The first of them", query={"user_id": "ada", "limit": "1"}),),
    ),
    Operation(
        route="GET /gamification/achievements/progress",
        id="getUserAchievementProgress",
        summary="`GET /players/{player_id}/achievements/progress`, as older clients call it.",
        description=OF_PAGES,
        roles=READS_PLAYERS,
        parameters=(USER, *PAGE),
        answer="AchievementProgress",
        named=PlayerIn.QUERY,
        examples=(Example("The nearest", query={"user_id": "ada", "limit": "1"}),),
    ),
    Operation(
        route="POST /gamification/achievements/initialize",
        id="initializeAchievements",
        summary="What there is to unlock. Nothing has to be done first: the standard achievements are every tenant's.",
        description="It changes nothing, however often it is asked.",
        roles=OPERATES,
        parameters=PAGE,
        body=Body,
        answer="AchievementsInitialized",
        key=Key.NONE,
        examples=(Example("All of them", body={}), Example("The first two", body={}, query={"limit": "2"})),
    ),
)
