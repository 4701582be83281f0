"""Events beside an experience's own route."""

from cairn.platform.api.caller import PLAYS, Role
from cairn.progress.bodies import BulkBody, PlayerEventBody
from openapi.operation import Example, Key, Operation, PlayerIn
from openapi.routes.progress import CHECKS

OFFLINE = [
    {"id": "phone-1", "at": "2026-11-20T07:30:00Z", "type": "check_in"},
    {
        "id": "phone-2",
        "at": "2026-11-20T07:35:00Z",
        "type": "waypoint_visited",
        "content_id": "rock-arch",
        "experience_id": "tide-pools",
    },
    {"id": "phone-3", "at": "2026-11-20T07:40:00Z", "type": "badge_forged"},
]

OPERATIONS = (
    Operation(
        route="POST /players/{player_id}/events",
        id="recordPlayerEvent",
        summary="Record something that the player did, outside of any experience or in one that the body names.",
        description="`experience_id` may also be called `mission_id`, `wod_id` or `scenario_id`.",
        roles=PLAYS,
        body=PlayerEventBody,
        answer="Recorded",
        refuses=(*CHECKS, "state-full", "too-few-items", "too-many-counters", "percentage-is-counted"),
        examples=(
            Example("Outside of any experience", body={"type": "check_in"}),
            Example(
                "With counters of the tenant's own, from a service",
                by=Role.SERVICE,
                body={"type": "ride_finished", "counters": {"kilometres": 12, "climbs": 1}},
            ),
            Example(
                "More of a counter than players may count",
                body={"type": "check_in", "counters": {"kilometres": 80}},
                refused="counter-not-allowed",
            ),
            Example(
                "In an experience, as older clients call it",
                body={"type": "waypoint_visited", "content_id": "rock-arch", "mission_id": "tide-pools"},
            ),
            Example("A type that is the system's own", body={"type": "level_up"}, refused="event-type-not-allowed"),
        ),
    ),
    Operation(
        route="POST /events",
        id="recordEvents",
        summary="Record up to 100 events, each checked for itself.",
        description="Each of `events` is an event with an `id` of its own, by which it is recorded once, and `at`."
        " A service says `player_id` in each. The answer has a result for each in its place: one that is refused"
        " holds up no other. After `busy`, send all again.",
        roles=PLAYS,
        body=BulkBody,
        answer="RecordedMany",
        key=Key.NONE,
        named=PlayerIn.EACH_EVENT,
        examples=(
            Example("What a phone kept while it was offline, one of it refused", body={"events": OFFLINE}),
            Example("The same again: nothing is recorded twice", body={"events": OFFLINE}),
            Example(
                "Of several players, by a service",
                by=Role.SERVICE,
                body={
                    "events": [
                        {"id": "s-1", "player_id": "bob", "at": "2026-11-20T08:00:00Z", "type": "check_in"},
                        {"id": "s-2", "player_id": "cleo", "at": "2026-11-20T08:00:00Z", "type": "check_in"},
                    ]
                },
            ),
            Example("None at all", body={"events": []}, refused="invalid-body"),
        ),
    ),
)
