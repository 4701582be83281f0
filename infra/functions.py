"""What every function has: its kind, its time, its memory, and the calls it may make. One row a function."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

type Kind = Literal["http", "stream", "queue", "schedule", "trigger"]


class Call(StrEnum):
    """A call to the table. A transaction is allowed by the calls that it is made of."""

    BATCH_GET = "dynamodb:BatchGetItem"
    QUERY = "dynamodb:Query"
    PUT = "dynamodb:PutItem"
    UPDATE = "dynamodb:UpdateItem"
    DELETE = "dynamodb:DeleteItem"
    CHECK = "dynamodb:ConditionCheckItem"


READS = frozenset({Call.BATCH_GET, Call.QUERY})
COMMANDS = READS | {Call.PUT, Call.UPDATE, Call.CHECK}


@dataclass(frozen=True, slots=True)
class Needs:
    """One function's needs.

    Args:
        calls: to the table.
        indexes: of the table that it queries.
        queue: the queue that it sends to; its URL is in QUEUE_URL.
        archive: what it keeps in the archives' bucket begins with that; the bucket's name is in ARCHIVE_BUCKET.
        seconds, megabytes: its time-out and memory.
    """

    kind: Kind
    calls: frozenset[Call] = frozenset()
    indexes: tuple[str, ...] = ()
    queue: str | None = None
    archive: str | None = None
    seconds: int = 10
    megabytes: int = 512


FUNCTIONS: dict[str, Needs] = {
    "players": Needs("http", COMMANDS),
    "catalog": Needs("http", READS | {Call.PUT, Call.DELETE}, seconds=29, megabytes=1024),
    "progress": Needs("http", COMMANDS, indexes=("of-player",)),
    "completion": Needs("http", COMMANDS),
    "events": Needs("http", COMMANDS),
    "repair": Needs("http", COMMANDS),
    "legacy": Needs("http", COMMANDS),
    "xp": Needs("http", READS | {Call.PUT, Call.UPDATE}, indexes=("of-player",)),
    "streaks": Needs("http", READS),
    "achievements": Needs("http", READS | {Call.PUT, Call.UPDATE}),
    "unlocks": Needs("http", COMMANDS, queue="backfill"),
    "leaderboards": Needs("http", READS | {Call.PUT}, indexes=("boards",)),
    "lookups": Needs("http", READS, indexes=("boards", "lookups")),
    "analytics": Needs("http", READS),
    "health": Needs("http", frozenset({Call.BATCH_GET})),
    "leaderboards_mover": Needs("stream", READS | {Call.PUT, Call.UPDATE}, queue="boards", seconds=60, megabytes=1024),
    "achievements_reactor": Needs("stream", COMMANDS, queue="recheck", seconds=60, megabytes=1024),
    "achievements_recheck": Needs("queue", COMMANDS, seconds=60),
    "achievements_backfill": Needs(
        "queue", COMMANDS, indexes=("lookups",), queue="backfill", seconds=300, megabytes=1024
    ),
    "analytics_dispatch": Needs("schedule", READS | {Call.PUT}, queue="rollup", seconds=60),
    "analytics_rollup": Needs("queue", READS | {Call.PUT}, seconds=300, megabytes=1024),
    "leaderboards_dispatch": Needs("schedule", READS | {Call.PUT}, queue="boards", seconds=60),
    "leaderboards_worker": Needs(
        "queue",
        COMMANDS,
        indexes=("boards", "due"),
        queue="boards",
        archive="boards/",
        seconds=300,
        megabytes=1024,
    ),
    "identity": Needs("trigger", seconds=5),
}
