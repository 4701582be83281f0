"""The indexes of the table: their keys, and what they hold beside them. An attribute in an index is paid for again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Index:
    """One global index; all keys are strings. included: attributes beside the keys of index and table."""

    name: str
    partition: str
    sort: str
    included: tuple[str, ...]


INDEXES = (
    # One band of a leaderboard, best score first.
    Index("boards", "bp", "bs", ("name", "level", "alias")),
    # What moves on by itself, by the slot at which it does.
    Index("due", "dp", "ds", ()),
    # A player's facts by day, with their XP by source, and their events by type: with what the answer to an event
    # shows. A fact that is added to without paying has none of these attributes, and costs no index write.
    Index(
        "of-player",
        "fp",
        "fs",
        (
            "kind",
            "sv",
            "type",
            "experience",
            "content",
            "at",
            "recorded_at",
            "zone",
            "day",
            "seconds",
            "data",
            "gps",
            "refused",
            "xp_completion",
            "xp_perfect_bonus",
            "xp_streak_bonus",
            "xp_achievement",
            "xp_operator_award",
        ),
    ),
    # Players of an experience, players of a tenant, events in a cell of the ground.
    Index("lookups", "lp", "ls", ("state", "percent", "buckets", "type", "experience", "content")),
)
