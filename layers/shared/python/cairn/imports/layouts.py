"""The older systems' tables that can be imported, and their columns."""

from collections.abc import Mapping
from dataclasses import dataclass

PROFILES = "player_profiles"
PROGRESS = "experience_progress"
EVENTS = "player_progress_events"
ACTIVITIES = "user_activities"
USER_PROGRESS = "user_progress"
BLOCKS = "block_completions"

WOD_COLUMNS = ("wod_id", "mission_id")


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table. needed: what a row makes no sense without; of several, one of them."""

    needed: tuple[tuple[str, ...], ...]
    columns: frozenset[str]


def _layout(needed: str, others: str) -> Layout:
    """Columns from their names; with a bar between those of which one will do."""
    wanted = tuple(tuple(each.split("|")) for each in needed.split())
    return Layout(wanted, frozenset(others.split()).union(*wanted))


_DATES = "started_at completed_at created_at updated_at"
_WORK = f"community_id course_id page_id completion_percentage time_spent_seconds {_DATES}"

LAYOUTS: Mapping[str, Layout] = {
    PROFILES: _layout(
        "id user_id",
        "total_experiences_played total_playtime_seconds total_distance_meters account_level stats"
        " created_at updated_at",
    ),
    PROGRESS: _layout(
        "id player_id experience_id",
        f"last_played_at playtime_seconds completion_percentage current_location state {_DATES}",
    ),
    EVENTS: _layout(
        "experience_progress_id event_type timestamp",
        "id content_id data location_lat location_lng",
    ),
    ACTIVITIES: _layout(
        "user_id activity_type created_at",
        "id community_id activity_data content_item_id",
    ),
    USER_PROGRESS: _layout(
        "user_id wod_id|mission_id",
        "id block_id progress_type progress_data time_spent status score notes session_data interaction_count"
        f" last_interaction_at difficulty_rating confidence_level learning_velocity retry_count {_WORK}",
    ),
    BLOCKS: _layout(
        "user_id block_id",
        f"id wod_id mission_id completion_status interaction_data mastery_score {_WORK}",
    ),
}
"""In the order in which they are read: a row is placed by what was read before."""
