"""A tenant's settings: its calendar, streak rules, and what players may send themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from cairn.streaks.rules import StreakSettings
from cairn.tenants.boards import BoardSettings, Tracked
from cairn.tenants.multipliers import XpSettings

SYSTEM_EVENTS = frozenset(
    {
        "achievement_granted",
        "achievement_revoked",
        "achievement_unlocked",
        "block_completed",
        "block_interacted",
        "experience_abandoned",
        "experience_completed",
        "experience_discovered",
        "experience_resumed",
        "experience_started",
        "level_up",
        "mastery_practised",
        "progress_migrated",
        "progress_repaired",
        "quadrant_advanced",
        "requirement_waived",
        "session_recorded",
        "xp_awarded",
        "xp_reversed",
    }
)
PLAYER_EVENTS = (
    "area_unlocked",
    "check_in",
    "choice_made",
    "collectible_found",
    "conversation_held",
    "flag_cleared",
    "flag_set",
    "interaction_performed",
    "item_collected",
    "item_used",
    "location_reached",
    "npc_dialogue",
    "percentage_reported",
    "player_death",
    "quest_completed",
    "quest_started",
    "waypoint_visited",
    "word_learned",
)


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """What a tenant may set.

    zone: IANA name of the tenant's calendar, and of a player who set none.
    player_event_types: event types that players may send themselves; services may send any.
    fact_shards: (first day, shards) in order of days: over how many partitions a day's facts are spread, and
    the players who were last active then in the index of look-ups.
    boards: the leaderboards that it shows. xp: for how long completions pay more, and how much.
    player_counters: counters that players may send themselves, each with the most of it for one event.
    watched_by_day: metrics that achievements watch by period; said by their definitions, and not by the settings.
    """

    zone: str = "UTC"
    player_event_types: tuple[str, ...] = PLAYER_EVENTS
    streak: StreakSettings = field(default_factory=StreakSettings)
    fact_shards: tuple[tuple[date, int], ...] = ()
    boards: BoardSettings = field(default_factory=BoardSettings)
    player_counters: Mapping[str, int] = field(default_factory=dict)
    watched_by_day: frozenset[str] = frozenset()
    xp: XpSettings = field(default_factory=XpSettings)

    @property
    def tracked(self) -> Tracked:
        """What players keep for boards and achievements."""
        tracked = self.boards.tracked(self.zone)
        return replace(tracked, daily=tracked.daily | self.watched_by_day)

    def respreads(self, after: "TenantSettings", until: date) -> bool:
        """Whether other settings would look for the facts of a day up to `until` where they are not."""
        starts = {first for first, _ in (*self.fact_shards, *after.fact_shards) if first <= until}
        return any(self.shards_on(day) != after.shards_on(day) for day in {date.min, until, *starts})

    def shards_on(self, day: date) -> int:
        """Over how many partitions the facts of a day are spread."""
        return next((shards for first, shards in reversed(self.fact_shards) if first <= day), 1)

    @property
    def most_shards(self) -> int:
        """The most partitions that a day's data is spread over: whoever looks for any day looks in all of them."""
        return max((shards for _, shards in self.fact_shards), default=1)
