"""The catalogue and the tenant's settings."""

from cairn.catalog.bodies import ExperienceBody
from cairn.platform.api.caller import EVERYBODY, OPERATES
from cairn.tenants.bodies import SettingsBody
from openapi.operation import Example, Operation

OPERATIONS = (
    Operation(
        route="PUT /experiences/{experience_id}",
        id="defineExperience",
        summary="Define an experience; a change is a new version.",
        description="Players go on with the version that they started. The same definition again changes nothing.",
        roles=OPERATES,
        body=ExperienceBody,
        answer="Experience",
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
            Example(
                "A prerequisite that is not defined",
                ids={"experience_id": "night-walk"},
                body={"name": "Night walk", "prerequisites": ["lantern-making"]},
                refused="unknown-experience",
            ),
            Example(
                "Three quadrants of four",
                ids={"experience_id": "night-walk"},
                body={"name": "Night walk", "quadrants": {"SO": "Call a friend.", "BO": "Walk.", "SI": "Listen."}},
                refused="invalid-body",
            ),
        ),
    ),
    Operation(
        route="GET /experiences/{experience_id}",
        id="getExperience",
        summary="The latest version of an experience.",
        roles=EVERYBODY,
        answer="Experience",
        examples=(
            Example("The walk"),
            Example("None of that id", ids={"experience_id": "moon-walk"}, refused="unknown-experience"),
        ),
    ),
    Operation(
        route="PUT /settings",
        id="setSettings",
        summary="Set the tenant's calendar, its streak rules, and the event types that players may send.",
        description="What is left out has its default. Functions that run take settings up within a minute.",
        roles=OPERATES,
        body=SettingsBody,
        answer="Settings",
        examples=(
            Example(
                "A zone, a rest day, and the types that players send",
                body={
                    "zone": "Europe/Lisbon",
                    "player_event_types": ["check_in", "item_collected", "quest_started", "waypoint_visited"],
                    "streak": {"rest_weekdays": [7], "day_start_hours": 3},
                    "fact_shards": [["2027-01-01", 4]],
                },
            ),
            Example("A zone that is none", body={"zone": "Europe/Atlantis"}, refused="invalid-body"),
        ),
    ),
    Operation(
        route="GET /settings",
        id="getSettings",
        summary="The tenant's settings.",
        roles=OPERATES,
        answer="Settings",
        examples=(Example("As they stand"),),
    ),
)
