"""Players' profiles, and what belongs to players."""

from cairn.platform.api.caller import PLAYS, READS_PLAYERS, SERVES, Role
from cairn.players.bodies import CustomStatsBody, ItemsBody, PlayerBody, PreferencesBody
from infra.routes import EXPERIENCE
from openapi.operation import Before, Example, Operation

PLAYER = "/players/{player_id}"
SET = f"PUT {PLAYER}"
UNCHANGED = Example(
    "What has not changed", headers={"if-none-match": lambda last: str(last.headers["ETag"])}, status=304
)

OPERATIONS = (
    Operation(
        route=SET,
        id="setPlayer",
        summary="Set the name that boards show, and the time zone that the player's days are in.",
        description="What is left out stays. Two changes of zone within 7 days are allowed.",
        roles=PLAYS,
        body=PlayerBody,
        answer="Player",
        etag=True,
        examples=(
            Example("Name and zone", body={"name": "Ada", "zone": "Europe/Lisbon"}),
            Example("By a service", by=Role.SERVICE, player="bob", body={"name": "Bob", "zone": "Europe/Lisbon"}),
            Example(
                "A third zone within a week",
                player="finn",
                before=(
                    Before(SET, player="finn", body={"zone": "Europe/Lisbon"}),
                    Before(SET, player="finn", body={"zone": "Asia/Tokyo"}),
                    Before(SET, player="finn", body={"zone": "Europe/Lisbon"}),
                ),
                body={"zone": "America/Lima"},
                refused="too-many-zone-changes",
            ),
        ),
    ),
    Operation(
        route=f"PUT {PLAYER}/preferences",
        id="setPreferences",
        summary="Put preferences, any JSON object of at most 4 KB, in the place of what stands.",
        roles=PLAYS,
        body=PreferencesBody,
        answer="Preferences",
        refuses=("profile-full",),
        etag=True,
        examples=(
            Example("Chosen by the player", body={"preferences": {"theme": "dark", "hints": True}}),
            Example(
                "From a tablet that knows older ones",
                headers={"if-match": '"0"'},
                body={"preferences": {"theme": "light"}},
                refused="precondition-failed",
            ),
            Example("Who never played", player="nobody", body={"preferences": {}}, refused="unknown-player"),
        ),
    ),
    Operation(
        route=f"GET {PLAYER}/preferences",
        id="getPreferences",
        summary="The player's preferences.",
        roles=READS_PLAYERS,
        answer="Preferences",
        refuses=("unknown-player",),
        etag=True,
        examples=(Example("As they stand"), UNCHANGED),
    ),
    Operation(
        route=f"PUT {PLAYER}/custom-stats",
        id="setCustomStats",
        summary="Put what a service counts or notes, any JSON object of at most 4 KB, in the place of what stands.",
        roles=SERVES,
        body=CustomStatsBody,
        answer="CustomStats",
        refuses=("unknown-player", "profile-full"),
        etag=True,
        examples=(Example("Counted by a service", body={"custom_stats": {"boats_seen": 15}}),),
    ),
    Operation(
        route=f"GET {PLAYER}/custom-stats",
        id="getCustomStats",
        summary="What services count or note about the player.",
        roles=READS_PLAYERS,
        answer="CustomStats",
        refuses=("unknown-player",),
        etag=True,
        examples=(Example("As they stand"), UNCHANGED),
    ),
    Operation(
        route=f"POST {PLAYER}/inventory",
        id="changeItems",
        summary="Give a player so many of an item, or take them away.",
        roles=SERVES,
        body=ItemsBody,
        answer="ItemsChanged",
        refuses=("unknown-player", "profile-full"),
        examples=(
            Example("Two keys more", body={"item_id": "brass-key", "change": 2, "reason": "Welcome."}),
            Example("One fewer", body={"item_id": "brass-key", "change": -1}),
            Example("More than are held", body={"item_id": "brass-key", "change": -3}, refused="too-few-items"),
        ),
    ),
    Operation(
        route=f"GET {PLAYER}/inventory",
        id="getInventory",
        summary="The items that a player holds beside those of experiences.",
        roles=READS_PLAYERS,
        answer="Inventory",
        refuses=("unknown-player",),
        etag=True,
        examples=(Example("What is held"), UNCHANGED),
    ),
    Operation(
        route=f"GET {PLAYER}/session",
        id="getSession",
        summary="The active session; an hour after the last activity there is none.",
        roles=READS_PLAYERS,
        answer="ActiveSession",
        refuses=("unknown-player",),
        examples=(
            Example(
                "Playing now",
                before=(
                    Before(
                        f"POST {EXPERIENCE}/events", body={"type": "waypoint_visited", "content_id": "lighthouse-top"}
                    ),
                ),
            ),
            Example("Who has not played for long", player="dan"),
        ),
    ),
    Operation(
        route=f"GET {PLAYER}",
        id="getPlayer",
        summary="The profile: XP, level, virtues, preferences, items, stats, metrics, and the experiences played last.",
        roles=READS_PLAYERS,
        answer="Player",
        etag=True,
        examples=(
            Example("After two experiences"),
            UNCHANGED,
            Example("Nobody of that id", by=Role.OPERATOR, player="nobody", refused="unknown-player"),
        ),
    ),
)
