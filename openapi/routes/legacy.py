"""The routes of older clients."""

from cairn.platform.api.caller import PLAYS, Role
from cairn.progress.bodies import TrackActivityBody, TrackProgressBody
from openapi.operation import Example, Key, Operation, PlayerIn
from openapi.routes.progress import CHECKS

NAMED = "`user_id` names the player: a player's own may be left out. Fields that Cairn has no use for are passed over."

OPERATIONS = (
    Operation(
        route="POST /track-user-progress",
        id="trackProgress",
        summary="Track progress of a block, a page, or a whole experience.",
        description=f"{NAMED} `wod_id` may also be called `mission_id`, `scenario_id` or `experience_id`.",
        roles=PLAYS,
        body=TrackProgressBody,
        answer="Tracked",
        refuses=(*CHECKS, "incomplete", "state-full"),
        key=Key.OPTIONAL,
        named=PlayerIn.BODY,
        examples=(
            Example(
                "A block",
                body={
                    "user_id": "ada",
                    "wod_id": "cafe-lisboa",
                    "page_id": "counter",
                    "block_id": "film",
                    "progress_type": "block_completed",
                    "time_spent_seconds": 90,
                },
            ),
            Example(
                "A page, with notes",
                body={
                    "mission_id": "tide-pools",
                    "page_id": "rock-arch",
                    "progress_type": "page_viewed",
                    "time_spent_seconds": 30,
                    "notes": "Come back at low tide.",
                },
            ),
            Example(
                "How far a whole experience has come, by a service",
                by=Role.SERVICE,
                body={
                    "user_id": "cleo",
                    "wod_id": "tide-pools",
                    "completion_percentage": 40,
                    "time_spent_seconds": 240,
                },
            ),
            Example("Of another player", body={"user_id": "bob", "wod_id": "tide-pools"}, refused="other-player"),
            Example("Of nothing", body={"progress_type": "page_viewed"}, refused="invalid-body"),
            Example("Of nobody", by=Role.SERVICE, body={"wod_id": "tide-pools"}, refused="name-the-player"),
        ),
    ),
    Operation(
        route="POST /track-user-activity",
        id="trackActivity",
        summary="Log an activity: an event of its own type where players may send that, else `activity_tracked`.",
        description=NAMED,
        roles=PLAYS,
        body=TrackActivityBody,
        answer="Tracked",
        refuses=(*CHECKS, "state-full", "counter-not-allowed", "too-many-counters"),
        key=Key.OPTIONAL,
        named=PlayerIn.BODY,
        examples=(
            Example(
                "A conversation in an experience",
                body={
                    "user_id": "ada",
                    "wod_id": "tide-pools",
                    "activity_type": "agent_conversation",
                    "content_item_id": "harbour-master",
                    "activity_data": {"turns": 6},
                },
            ),
            Example("Outside of any", body={"activity_type": "Content viewed", "activity_data": {"screen": "home"}}),
            Example("A type without a letter", body={"activity_type": "42"}, refused="invalid-body"),
        ),
    ),
)
