"""Progress through an experience."""

from cairn.platform.api.caller import PLAYS, READS_PLAYERS, Role
from cairn.progress.bodies import EventBody, QuadrantBody, SessionBody, StartBody
from infra.routes import EXPERIENCE
from openapi.operation import Before, Example, Operation
from openapi.parameters import CURSOR, limit

START = f"POST {EXPERIENCE}/start"
CHECKS = ("unknown-experience", "requirements-not-met", "illegal-move")
FIRST_KEY = "7d0d2b0e-9c0b-4a39-8d60-5f6f0f3f2a11"

OPERATIONS = (
    Operation(
        route=START,
        id="startExperience",
        summary="Begin an experience.",
        description="Checks the level, virtues, prerequisites and place that it requires.",
        roles=PLAYS,
        body=StartBody,
        answer="Played",
        refuses=CHECKS,
        examples=(
            Example("From the beginning", headers={"idempotency-key": FIRST_KEY}, body={}),
            Example("The same request again", headers={"idempotency-key": FIRST_KEY}, body={}),
            Example(
                "Another request under the same key",
                headers={"idempotency-key": FIRST_KEY},
                body={"at": "2026-11-20T09:00:00Z"},
                refused="idempotency-key-reused",
            ),
            Example("What has begun already", body={}, refused="illegal-move"),
            Example(
                "All that is not met, at once",
                ids={"experience_id": "lighthouse"},
                body={"location": {"lat": 38.72, "lng": -9.14}},
                refused="requirements-not-met",
            ),
        ),
    ),
    Operation(
        route=f"POST {EXPERIENCE}/events",
        id="recordEvent",
        summary="Record something that the player did.",
        description="The first event starts the experience, with the same checks as start. What an event of each"
        " type changes is in http-api.md. Amounts in `data` are kept and pay nothing.",
        roles=PLAYS,
        body=EventBody,
        answer="Played",
        refuses=(*CHECKS, "page-full"),
        examples=(
            Example(
                "A waypoint, with where and how long",
                body={
                    "type": "waypoint_visited",
                    "content_id": "fish-market",
                    "duration_seconds": 240,
                    "location": {"lat": 38.6953, "lng": -9.4205},
                },
            ),
            Example("A quest begins", body={"type": "quest_started", "content_id": "find-the-net-mender"}),
            Example("Another quest begins", body={"type": "quest_started", "content_id": "count-the-boats"}),
            Example(
                "Items found, by a service",
                by=Role.SERVICE,
                body={"type": "item_collected", "content_id": "sea-glass", "data": {"quantity": 3}},
            ),
            Example(
                "A quest is done",
                by=Role.SERVICE,
                body={"type": "quest_completed", "content_id": "find-the-net-mender"},
            ),
            Example(
                "A type that players may not send",
                body={"type": "quest_completed", "content_id": "find-the-net-mender"},
                refused="event-type-not-allowed",
            ),
        ),
    ),
    Operation(
        route=f"POST {EXPERIENCE}/quadrants",
        id="advanceQuadrant",
        summary="The next quadrant is done: SO, BO, SI, BI in turn.",
        roles=PLAYS,
        body=QuadrantBody,
        answer="Played",
        refuses=CHECKS,
        examples=(
            Example("The first, by name", body={"quadrant": "SO"}),
            Example("The one that is due", body={}),
            Example("Out of turn", body={"quadrant": "BI"}, refused="illegal-move"),
        ),
    ),
    Operation(
        route=f"POST {EXPERIENCE}/sessions",
        id="recordSession",
        summary="Record a session's time, and what came out of it.",
        roles=PLAYS,
        body=SessionBody,
        answer="Played",
        refuses=CHECKS,
        examples=(
            Example(
                "Fifteen minutes that end now",
                body={"duration_seconds": 900, "outputs": {"photo": "s3://photos/lighthouse.jpg"}},
            ),
            Example(
                "A session that is not over",
                body={"at": "2026-11-20T09:00:00Z", "duration_seconds": 36000},
                refused="invalid-body",
            ),
        ),
    ),
    Operation(
        route=f"GET {EXPERIENCE}",
        id="getProgress",
        summary="Where a player stands in an experience: state, time, contents, inventory, quests.",
        roles=READS_PLAYERS,
        answer="Progress",
        refuses=("unknown-experience",),
        examples=(
            Example("Half-way"),
            Example("What was never begun", ids={"experience_id": "lighthouse"}, refused="no-progress"),
        ),
    ),
    Operation(
        route="GET /players/{player_id}/experiences",
        id="listProgress",
        summary="A player's experiences, by id.",
        roles=READS_PLAYERS,
        parameters=(limit(20), CURSOR),
        answer="ProgressPage",
        examples=(
            Example("All of them", before=(Before(START, ids={"experience_id": "tide-pools"}, body={}),)),
            Example("As an operator sees the first", by=Role.OPERATOR, query={"limit": "1"}),
        ),
    ),
    Operation(
        route="GET /players/{player_id}/events",
        id="listEvents",
        summary="A player's events, the latest first.",
        roles=READS_PLAYERS,
        parameters=(limit(20), CURSOR),
        answer="EventPage",
        examples=(
            Example("The latest two", query={"limit": "2"}),
            Example("The next two", query={"limit": "2", "cursor": lambda page: page.body["next"]}),
            Example("More than a page holds", query={"limit": "1000"}, refused="invalid-parameter"),
        ),
    ),
)
