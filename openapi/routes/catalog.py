"""The catalogue and the tenant's settings."""

from typing import Any

from cairn.catalog.bodies import ExperienceBody, ImportBody
from cairn.catalog.experience import Status
from cairn.platform.api.caller import EVERYBODY, OPERATES, OVERSEES, Role
from cairn.platform.api.http import Body
from cairn.tenants.bodies import SettingsBody
from openapi.operation import Before, Example, Operation, Parameter
from openapi.parameters import CURSOR, FLAG, limit

EXPERIENCE = "/experiences/{experience_id}"
DEFINE = f"PUT {EXPERIENCE}"
VERSION = Parameter(
    "version", "A published version; left out, the latest.", {"type": "integer", "minimum": 1, "maximum": 999_999}
)
DRAFT = Parameter("draft", "`true` for the draft, where there is one. For operators and admins.", FLAG)
CAFE = {"experience_id": "cafe-lisboa"}
NIGHT = {"experience_id": "night-walk"}

# An experience of pages: a film, a quiz that must be passed, and an order to be given.
CAFE_LISBOA: dict[str, Any] = {
    "name": "A café in Lisbon",
    "kind": "scenario",
    "category": "SOCIAL",
    "tags": ["beginners", "portuguese"],
    "language": "pt-PT",
    "difficulty": 2,
    "estimated_duration_minutes": 20,
    "completion_criteria": {"min_time_minutes": 5},
    "pages": [
        {
            "id": "counter",
            "title": "At the counter",
            "blocks": [
                {"id": "welcome", "type": "section_header", "title": "Bom dia!"},
                {"id": "film", "type": "video", "content": {"url": "https://media.example/cafe.mp4", "seconds": 90}},
                {
                    "id": "quiz",
                    "type": "quiz",
                    "title": "What do you say?",
                    "move_on": "Passed",
                    "passing_score": 0.8,
                    "questions": [
                        {"id": "ask", "answers": ["um café, por favor"], "points": 2},
                        {"id": "thank", "answers": ["obrigada", "obrigado"]},
                    ],
                    "content": {"ask": "Ask for a coffee.", "thank": "Say thanks, as a woman and as a man."},
                },
            ],
        },
        {
            "id": "street",
            "title": "In the street",
            "blocks": [{"id": "order", "type": "user_submission", "content": {"text": "Record your order."}}],
        },
    ],
}

OPERATIONS = (
    Operation(
        route=DEFINE,
        id="defineExperience",
        summary="Define an experience; a change is a new version.",
        description="Players go on with the version that they started. The same definition again changes nothing."
        " With `status: draft` it is kept beside what is published.",
        roles=OPERATES,
        body=ExperienceBody,
        answer="Experience",
        refuses=("definition-too-large",),
        etag=True,
        examples=(
            Example(
                "A walk with the four quadrants",
                body={
                    "name": "Harbour walk",
                    "kind": "scenario",
                    "description": "From the fish market to the lighthouse, with all senses.",
                    "category": "PHYSICAL",
                    "tags": ["outdoors", "beginners"],
                    "language": "en",
                    "difficulty": 2,
                    "estimated_duration_minutes": 45,
                    "xp_reward": 120,
                    "quadrants": {
                        "SO": "Say good morning to three people.",
                        "BO": "Walk to the lighthouse.",
                        "SI": "Sit, and name what you hear.",
                        "BI": "Drink a glass of water.",
                    },
                    "virtue_impacts": {"courage": 3, "endurance": 5},
                    "completion_criteria": {"min_time_minutes": 10, "required_outputs": ["photo"]},
                    "expected_contents": 20,
                },
            ),
            Example(
                "One that another must come before, at a place",
                ids={"experience_id": "lighthouse"},
                body={
                    "name": "Up the lighthouse",
                    "required_virtues": {"courage": 2},
                    "prerequisites": ["harbour-walk"],
                    "xp_reward": 150,
                    "location": {"lat": 38.6916, "lng": -9.4215, "radius_meters": 150},
                },
            ),
            Example("The least that it takes", ids={"experience_id": "tide-pools"}, body={"name": "Tide pools"}),
            Example("Pages of blocks, one of them a quiz", ids=CAFE, body=CAFE_LISBOA),
            Example(
                "A draft, unless there is something already",
                ids=NIGHT,
                headers={"if-none-match": "*"},
                body={"name": "Night walk", "status": "draft"},
            ),
            Example(
                "The draft goes on, where nobody else wrote meanwhile",
                ids=NIGHT,
                headers={"if-match": lambda last: str(last.headers["ETag"])},
                body={"name": "Night walk", "status": "draft", "prerequisites": ["harbour-walk"]},
            ),
            Example(
                "Somebody else wrote meanwhile",
                ids=NIGHT,
                headers={"if-match": '"1"'},
                body={"name": "A walk at night", "status": "draft"},
                refused="precondition-failed",
            ),
            Example(
                "A prerequisite that is not defined",
                ids={"experience_id": "lantern-walk"},
                body={"name": "Lantern walk", "prerequisites": ["lantern-making"]},
                refused="unknown-experience",
            ),
            Example(
                "Prerequisites that lead back to it",
                body={"name": "Harbour walk", "prerequisites": ["lighthouse"]},
                refused="circular-prerequisites",
            ),
            Example(
                "Three quadrants of four",
                ids={"experience_id": "lantern-walk"},
                body={"name": "Lantern walk", "quadrants": {"SO": "Call a friend.", "BO": "Walk.", "SI": "Listen."}},
                refused="invalid-body",
            ),
        ),
    ),
    Operation(
        route=f"GET {EXPERIENCE}",
        id="getExperience",
        summary="The latest version of an experience, or another; without what its blocks show.",
        roles=EVERYBODY,
        parameters=(VERSION, DRAFT),
        answer="Experience",
        etag=True,
        examples=(
            Example("The walk"),
            Example("What has not changed", headers={"if-none-match": '"1"'}, status=304),
            Example("A quiz, for a player: without the answers", ids=CAFE),
            Example("A draft, for an operator", by=Role.OPERATOR, ids=NIGHT, query={"draft": "true"}),
            Example("A draft, for a player", ids=NIGHT, query={"draft": "true"}, refused="role-not-allowed"),
            Example("None of that id", ids={"experience_id": "moon-walk"}, refused="unknown-experience"),
        ),
    ),
    Operation(
        route=f"GET {EXPERIENCE}/pages/{{page_id}}",
        id="getPage",
        summary="One page with all that its blocks show.",
        roles=EVERYBODY,
        parameters=(VERSION, DRAFT),
        answer="Page",
        refuses=("unknown-experience", "role-not-allowed"),
        etag=True,
        examples=(
            Example("For a player: without the answers", ids=CAFE),
            Example("For an operator", by=Role.OPERATOR, ids=CAFE),
            Example("What has not changed", ids=CAFE, headers={"if-none-match": '"1"'}, status=304),
            Example("No such page", ids={**CAFE, "page_id": "cellar"}, refused="unknown-page"),
        ),
    ),
    Operation(
        route=f"POST {EXPERIENCE}/publish",
        id="publishExperience",
        summary="Publish the draft: it is the next version, and holds from now on.",
        description="Without a draft, an archived experience is published again.",
        roles=OPERATES,
        body=Body,
        answer="Changed",
        refuses=("unknown-experience", "circular-prerequisites"),
        etag=True,
        examples=(
            Example("The draft", ids=NIGHT, body={}),
            Example("Where there is none", ids=NIGHT, body={}, refused="no-draft"),
        ),
    ),
    Operation(
        route=f"POST {EXPERIENCE}/archive",
        id="archiveExperience",
        summary="Archive an experience: nobody new can start it; who has started goes on.",
        roles=OPERATES,
        body=Body,
        answer="Changed",
        refuses=("unknown-experience",),
        etag=True,
        examples=(
            Example("What is published", ids=NIGHT, body={}),
            Example(
                "A draft that was never published",
                ids={"experience_id": "dawn-chorus"},
                before=(
                    Before(
                        DEFINE,
                        ids={"experience_id": "dawn-chorus"},
                        body={"name": "Dawn chorus", "status": "draft"},
                    ),
                ),
                body={},
                refused="not-published",
            ),
        ),
    ),
    Operation(
        route=f"GET {EXPERIENCE}/versions",
        id="listVersions",
        summary="The published versions of an experience, newest first.",
        roles=OVERSEES,
        parameters=(limit(20), CURSOR),
        answer="VersionPage",
        refuses=("unknown-experience",),
        examples=(
            Example(
                "Two",
                ids={"experience_id": "tide-pools"},
                before=(
                    Before(
                        DEFINE,
                        ids={"experience_id": "tide-pools"},
                        body={"name": "Tide pools", "description": "What the sea leaves.", "migrates": True},
                    ),
                ),
            ),
            Example("The newest", ids={"experience_id": "tide-pools"}, query={"limit": "1"}),
        ),
    ),
    Operation(
        route="GET /experiences",
        id="listExperiences",
        summary="What can be played, by id.",
        description="A page may hold fewer than `limit` and still have a `next`. The list may be a second behind.",
        roles=EVERYBODY,
        parameters=(
            Parameter("kind", "Of one kind.", {"type": "string"}),
            Parameter("category", "Of one category.", {"type": "string"}),
            Parameter("tag", "With a tag.", {"type": "string"}),
            Parameter("language", "In a language; `pt` finds `pt-BR` too.", {"type": "string"}),
            Parameter("difficulty", "Of one difficulty.", {"type": "integer", "minimum": 1, "maximum": 5}),
            Parameter(
                "min_level_at_most",
                "Open at this level.",
                {"type": "integer", "minimum": 1, "maximum": 100},
            ),
            Parameter(
                "status",
                "Other than `published`: for operators and admins. `draft` finds those with a draft.",
                {"type": "string", "enum": [*map(str, Status), "any"], "default": "published"},
            ),
            limit(20),
            CURSOR,
        ),
        answer="ExperiencePage",
        examples=(
            Example("Scenarios for beginners", query={"kind": "scenario", "tag": "beginners"}),
            Example("Of no particular kind", query={"kind": "experience"}),
            Example("The first of all, for an operator", by=Role.OPERATOR, query={"status": "any", "limit": "1"}),
            Example(
                "The next",
                by=Role.OPERATOR,
                query={"status": "any", "limit": "1", "cursor": lambda last: str(last.body["next"])},
            ),
            Example("Drafts, for a player", query={"status": "draft"}, refused="role-not-allowed"),
            Example("A status that is none", query={"status": "secret"}, refused="invalid-parameter"),
        ),
    ),
    Operation(
        route="GET /experiences/export",
        id="exportExperiences",
        summary="Whole definitions, contents and answers included, in the form that import takes.",
        description="A page holds up to 25 definitions, or about 1 MB.",
        roles=OVERSEES,
        parameters=(Parameter("draft", "`true` for the drafts in place of what is published.", FLAG), CURSOR),
        answer="Export",
        examples=(Example("All that is published or archived"), Example("The drafts", query={"draft": "true"})),
    ),
    Operation(
        route="POST /experiences/import",
        id="importExperiences",
        summary="Define up to 25 experiences, each for itself.",
        description="Each of `experiences` is a definition as `PUT` takes it, with its `id`. Their order says nothing:"
        " a prerequisite may be in the same import. The answer has a result for each.",
        roles=OPERATES,
        body=ImportBody,
        answer="Imported",
        examples=(
            Example(
                "One that is new, one that stands, and one that cannot be",
                body={
                    "experiences": [
                        {"id": "boat-trip", "name": "Boat trip", "kind": "wod", "prerequisites": ["tide-pools"]},
                        {"id": "cafe-lisboa", **CAFE_LISBOA},
                        {"id": "diving", "name": "Diving", "difficulty": 6},
                    ]
                },
            ),
            Example("None at all", body={"experiences": []}, refused="invalid-body"),
        ),
    ),
    Operation(
        route="PUT /settings",
        id="setSettings",
        summary="Set the tenant's calendar, its streak rules, its boards, and the event types that players may send.",
        description="What is left out has its default. Functions that run take settings up within a minute.",
        roles=OPERATES,
        body=SettingsBody,
        answer="Settings",
        etag=True,
        examples=(
            Example(
                "A zone, a rest day, the types that players send, and the boards",
                body={
                    "zone": "Europe/Lisbon",
                    "player_event_types": ["check_in", "item_collected", "quest_started", "waypoint_visited"],
                    "player_counters": {"kilometres": 50},
                    "streak": {"rest_weekdays": [7], "day_start_hours": 3},
                    "fact_shards": [["2027-01-01", 4]],
                    "boards": {
                        "shown": ["xp_all_time", "xp_weekly", "streak_current", "distance", "quarter_cup"],
                        "defined": [
                            {
                                "id": "quarter_cup",
                                "title": "Cup of the quarter",
                                "metric": "total_xp",
                                "unit": "XP",
                                "period": "quarter",
                            }
                        ],
                        "subtrees": [["xp_all_time", "2027-01-01T00:00:00Z", 4]],
                    },
                    "xp": {
                        "multipliers": [
                            {
                                "name": "Days between the years",
                                "from": "2026-12-24T00:00:00Z",
                                "until": "2027-01-02T00:00:00Z",
                                "percent": 150,
                                "kinds": ["scenario"],
                                "experiences": ["harbour-walk"],
                            }
                        ]
                    },
                },
            ),
            Example("A zone that is none", body={"zone": "Europe/Atlantis"}, refused="invalid-body"),
            Example(
                "Another operator was faster",
                headers={"if-match": '"0"'},
                body={"zone": "Europe/Madrid"},
                refused="precondition-failed",
            ),
        ),
    ),
    Operation(
        route="GET /settings",
        id="getSettings",
        summary="The tenant's settings.",
        roles=OPERATES,
        answer="Settings",
        etag=True,
        examples=(
            Example("As they stand"),
            Example("What has not changed", headers={"if-none-match": '"1"'}, status=304),
        ),
    ),
)
