"""Progress through an experience."""

from cairn.platform.api.caller import PLAYS, READS_PLAYERS, Role
from cairn.progress.bodies import (
    BlockWorkBody,
    EventBody,
    MomentBody,
    NotesBody,
    QuadrantBody,
    ReflectionBody,
    SessionBody,
    StartBody,
)
from infra.routes import EXPERIENCE
from openapi.operation import Before, Example, Operation, Parameter
from openapi.parameters import CURSOR, limit
from openapi.routes.catalog import CAFE

START = f"POST {EXPERIENCE}/start"
EVENTS = f"POST {EXPERIENCE}/events"
NOTES = f"{EXPERIENCE}/notes"
CHECKS = ("unknown-experience", "requirements-not-met", "illegal-move")
FIRST_KEY = "7d0d2b0e-9c0b-4a39-8d60-5f6f0f3f2a11"

OPERATIONS = (
    Operation(
        route=f"POST {EXPERIENCE}/discover",
        id="discoverExperience",
        summary="Note that a player came to know of an experience. Nothing begins yet.",
        roles=PLAYS,
        body=MomentBody,
        answer="Discovered",
        refuses=("unknown-experience",),
        examples=(
            Example("On a poster", ids=CAFE, body={}),
            Example("Once more: it is known", ids=CAFE, body={}),
        ),
    ),
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
        route=EVENTS,
        id="recordEvent",
        summary="Record something that the player did.",
        description="The first event starts the experience, with the same checks as start. What an event of each"
        " type changes is in the documentation. Amounts in `data` are kept and pay nothing.",
        roles=PLAYS,
        body=EventBody,
        answer="Played",
        refuses=(*CHECKS, "state-full", "counter-not-allowed", "too-many-counters"),
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
                "A collectible, by a service",
                by=Role.SERVICE,
                body={"type": "collectible_found", "content_id": "blue-tile"},
            ),
            Example(
                "A choice, by a service",
                by=Role.SERVICE,
                body={"type": "choice_made", "content_id": "boat", "data": {"choice": "stay ashore"}},
            ),
            Example(
                "A type that players may not send",
                body={"type": "quest_completed", "content_id": "find-the-net-mender"},
                refused="event-type-not-allowed",
            ),
            Example(
                "More used than is held",
                by=Role.SERVICE,
                body={"type": "item_used", "content_id": "sea-glass", "data": {"quantity": 5}},
                refused="too-few-items",
            ),
            Example(
                "A percentage of what Cairn counts itself",
                by=Role.SERVICE,
                body={"type": "percentage_reported", "data": {"percentage": 60}},
                refused="percentage-is-counted",
            ),
        ),
    ),
    Operation(
        route=f"POST {EXPERIENCE}/blocks/{{block_id}}",
        id="workOnBlock",
        summary="Record work on a block: time, completion, or answers that Cairn assesses.",
        description="The first work starts the experience, with the same checks as start. The best score stands."
        " A service may send a `score` of its own in place of answers.",
        roles=PLAYS,
        body=BlockWorkBody,
        answer="Played",
        refuses=(*CHECKS, "state-full"),
        examples=(
            Example(
                "A film that was watched to its end",
                ids={**CAFE, "block_id": "film"},
                body={"completed": True, "duration_seconds": 95, "interactions": 2},
            ),
            Example(
                "A quiz, one answer of two wrong",
                ids=CAFE,
                body={"answers": {"ask": "um café", "thank": ["obrigada", "obrigado"]}, "duration_seconds": 40},
            ),
            Example(
                "All of it right",
                ids=CAFE,
                body={
                    "answers": {"ask": "um café, por favor", "thank": ["obrigado", "obrigada"]},
                    "duration_seconds": 30,
                    "difficulty": 2,
                    "confidence": 4,
                },
            ),
            Example(
                "A question that there is not", ids=CAFE, body={"answers": {"pay": "a conta"}}, refused="invalid-body"
            ),
            Example("A score by the player", ids=CAFE, body={"score": 1}, refused="role-not-allowed"),
            Example(
                "What only decorates",
                ids={**CAFE, "block_id": "welcome"},
                body={"completed": True},
                refused="not-completable",
            ),
            Example(
                "No such block", ids={**CAFE, "block_id": "exam"}, body={"completed": True}, refused="unknown-block"
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
        route=f"POST {EXPERIENCE}/abandon",
        id="abandonExperience",
        summary="Give an experience up, for now: everything is kept.",
        roles=PLAYS,
        body=MomentBody,
        answer="Played",
        refuses=("unknown-experience",),
        examples=(
            Example("For now", ids=CAFE, body={}),
            Example("What is abandoned already", ids=CAFE, body={}, refused="illegal-move"),
        ),
    ),
    Operation(
        route=f"POST {EXPERIENCE}/resume",
        id="resumeExperience",
        summary="Take up again what was left or abandoned.",
        description="After more than 30 days without progress the quadrants begin anew: start to go on.",
        roles=PLAYS,
        body=MomentBody,
        answer="Played",
        refuses=("unknown-experience",),
        examples=(
            Example("From where it was left", ids=CAFE, body={}),
            Example(
                "After more than 30 days",
                player="dan",
                before=(Before(START, player="dan", body={"at": "2026-10-10T09:00:00Z"}),),
                body={},
            ),
            Example("What was never begun", ids={"experience_id": "boat-trip"}, body={}, refused="illegal-move"),
        ),
    ),
    Operation(
        route=f"GET {EXPERIENCE}",
        id="getProgress",
        summary="Where a player stands in an experience: state, time, pages and blocks, inventory, quests.",
        roles=READS_PLAYERS,
        answer="Progress",
        refuses=("unknown-experience",),
        examples=(
            Example(
                "Half-way",
                before=(
                    Before(EVENTS, by=Role.SERVICE, body={"type": "area_unlocked", "content_id": "pier"}),
                    Before(EVENTS, by=Role.SERVICE, body={"type": "flag_set", "content_id": "met-the-net-mender"}),
                ),
            ),
            Example("Through pages of blocks", ids=CAFE),
            Example(
                "A block that an operator waived",
                player="eve",
                ids=CAFE,
                before=(
                    Before(START, player="eve", ids=CAFE, body={}),
                    Before(
                        f"POST {EXPERIENCE}/waivers",
                        player="eve",
                        ids=CAFE,
                        body={"block_id": "film", "reason": "Cannot hear."},
                    ),
                ),
            ),
            Example("What was never begun", ids={"experience_id": "lighthouse"}, refused="no-progress"),
        ),
    ),
    Operation(
        route=f"GET {EXPERIENCE}/inventory",
        id="getExperienceInventory",
        summary="What a player holds in an experience: items and collectibles.",
        roles=READS_PLAYERS,
        answer="ExperienceInventory",
        refuses=("unknown-experience", "no-progress"),
        examples=(Example("What was found on the walk"),),
    ),
    Operation(
        route=f"GET {EXPERIENCE}/visits/{{content_id}}",
        id="getVisits",
        summary="Whether a player has visited a waypoint or other thing, and how often.",
        roles=READS_PLAYERS,
        answer="Visits",
        refuses=("unknown-experience",),
        examples=(Example("The fish market"), Example("Where nobody was yet", ids={"content_id": "lighthouse-top"})),
    ),
    Operation(
        route=f"PUT {NOTES}",
        id="writeNotes",
        summary="Replace the player's notes about an experience.",
        roles=PLAYS,
        body=NotesBody,
        answer="Notes",
        refuses=("unknown-experience",),
        etag=True,
        examples=(
            Example("The first", headers={"if-none-match": "*"}, body={"notes": "Bring a thermos."}),
            Example(
                "From where they were read",
                headers={"if-match": lambda last: str(last.headers["ETag"])},
                body={"notes": "Bring a thermos. The market closes at noon."},
            ),
            Example(
                "From another device, which read before that",
                headers={"if-match": '"1"'},
                body={"notes": "Bring a thermos and a hat."},
                refused="precondition-failed",
            ),
        ),
    ),
    Operation(
        route=f"PUT {EXPERIENCE}/reflection",
        id="writeReflection",
        summary="Replace the player's reflection, which completion may ask for.",
        roles=PLAYS,
        body=ReflectionBody,
        answer="Notes",
        etag=True,
        examples=(
            Example("On the café", ids=CAFE, body={"reflection": "I said please, and she smiled."}),
            Example(
                "On what was never begun",
                ids={"experience_id": "boat-trip"},
                body={"reflection": "Some day."},
                refused="no-progress",
            ),
        ),
    ),
    Operation(
        route=f"GET {NOTES}",
        id="getNotes",
        summary="The player's notes and reflection about an experience.",
        roles=READS_PLAYERS,
        answer="Notes",
        refuses=("unknown-experience",),
        etag=True,
        examples=(
            Example("As they stand"),
            Example(
                "What has not changed",
                headers={"if-none-match": lambda last: str(last.headers["ETag"])},
                status=304,
            ),
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
        summary="A player's events, the latest first; all, or of one type.",
        roles=READS_PLAYERS,
        parameters=(Parameter("type", "Of one type.", {"type": "string"}), limit(20), CURSOR),
        answer="EventPage",
        examples=(
            Example("The latest two", query={"limit": "2"}),
            Example("The next two", query={"limit": "2", "cursor": lambda page: page.body["next"]}),
            Example("Of one type", query={"type": "block_completed"}),
            Example("More than a page holds", query={"limit": "1000"}, refused="invalid-parameter"),
        ),
    ),
)
