"""What is counted of a player: Cairn's own metrics, and the counters that a tenant names itself."""

from collections import Counter
from collections.abc import Mapping

from cairn.platform.errors import DomainError

# Cairn's own, each with what it counts. docs/achievements.md shows the same table.
METRICS: Mapping[str, str] = {
    "achievements_unlocked": "unlocks of achievements, each time",
    "active_days": "days on which something counted for the streak",
    "conversations_held": "events of type `conversation_held`",
    "current_streak": "days of the streak that runs",
    "distance_meters": "metres travelled",
    "early_sessions": "sessions begun before 07:00 local time",
    "experiences_completed": "experiences completed",
    "experiences_mastered": "experiences at their highest mastery level",
    "experiences_started": "experiences begun, each once",
    "late_sessions": "sessions begun at or after 22:00 local time",
    "level": "the level that the XP come to",
    "longest_streak": "days of the longest streak",
    "perfect_completions": "experiences completed with full score at the first attempt",
    "practices": "times that something completed was practised",
    "scenario_languages": "languages of the scenarios completed, at most 20",
    "scenarios_completed": "experiences of kind `scenario` completed",
    "sessions": "sessions",
    "study_seconds": "seconds of sessions",
    "total_xp": "the sum of the ledger",
    "words_learned": "events of type `word_learned`",
}
# A streak and a level stand or fall; they are no sum of what days brought.
NOT_BY_DAY = frozenset({"current_streak", "longest_streak", "level"})
# Numbers of one experience, which boards rank; a counter of that name would be taken for them.
OF_EXPERIENCES = frozenset({"completion_seconds", "meters"})
RESERVED = METRICS.keys() | OF_EXPERIENCES

# A tenant's own, as events bring them.
COUNTER_NAME = r"^[a-z][a-z0-9_]{0,49}$"
MAX_COUNTED = 1_000_000
COUNTERS_OF_AN_EVENT = 8
MAX_METRICS = 64
MAX_COUNTERS = MAX_METRICS - len(METRICS)


def own_counters(counters: dict[str, int]) -> dict[str, int]:
    """Counters that a tenant may name itself. Raises ValueError where one is Cairn's own."""
    if taken := sorted(counters.keys() & RESERVED):
        raise ValueError(
            f"{', '.join(taken)}: counted by Cairn itself. Send what causes it, or take a name of your own"
        )
    return counters


def counted(metrics: Mapping[str, int], by: Mapping[str, int]) -> Counter[str]:
    """A player's metrics after they were counted on.

    Raises:
        DomainError: `too-many-counters` for a tenant's own counter beyond those that a player can have.
    """
    after = Counter(metrics)
    after.update(by)
    own = after.keys() - METRICS.keys()
    if len(own) > MAX_COUNTERS and (new := sorted(own - metrics.keys())):
        raise DomainError(
            "too-many-counters",
            f"{', '.join(new)} would be counters {len(own) - len(new) + 1} to {len(own)} of this player; {MAX_COUNTERS}"
            " are kept. Send one of those that there are.",
            counters=sorted(own - set(new)),
        )
    return after
