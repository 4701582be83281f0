"""Instants and identifiers: aware UTC datetimes in the domain, epoch milliseconds in the table."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from ulid import ULID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def to_ms(instant: datetime) -> int:
    """Epoch milliseconds of an aware datetime, rounded down."""
    return (instant - EPOCH) // MILLISECOND


def from_ms(ms: int) -> datetime:
    """The UTC datetime of epoch milliseconds."""
    return EPOCH + ms * MILLISECOND


def iso(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds and a `Z`, as every answer shows instants."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def duration(seconds: int) -> str:
    """Seconds as people read them: `1h 2m 3s`, `2m 3s`, `3s`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h {minutes}m {rest}s"
    return f"{minutes}m {rest}s" if minutes else f"{rest}s"


def event_id(occurred_at: datetime, *cause: str) -> str:
    """The ULID of a fact: its time is when it happened, its 80 other bits hash what caused it.

    The same cause at the same instant always has the same id, so a retry meets the same key.
    """
    digest = sha256("\x00".join(cause).encode()).digest()
    return str(ULID(to_ms(occurred_at).to_bytes(6) + digest[:10]))


def id_prefix(instant: datetime) -> str:
    """What the ids of all events of an instant begin with: ten characters, in the order of the instants."""
    return str(ULID(to_ms(instant).to_bytes(6) + bytes(10)))[:10]


def instant_of(event: str) -> datetime:
    """When the event of an id happened."""
    return from_ms(ULID.from_str(event).milliseconds)
