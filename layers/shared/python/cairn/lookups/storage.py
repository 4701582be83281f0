"""The index of look-ups: its partitions, and its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cairn.catalog.experience import Place
from cairn.lookups import entries
from cairn.lookups.cells import covering
from cairn.platform import keys
from cairn.platform.instants import instant_of
from cairn.platform.items import Raw

INDEX = ("lookups", "lp", "ls")
# Every sort key lies between these: it begins with a digit of a date or of a ULID.
FIRST, LAST = "0", "~"


@dataclass(frozen=True, slots=True)
class Playing:
    """A player of an experience. active_at: the beginning of the five minutes in which they last made progress."""

    player: str
    state: str
    percent: float
    buckets: int
    active_at: datetime


@dataclass(frozen=True, slots=True)
class Located:
    """An event with its position."""

    event: str
    player: str
    type: str
    experience: str
    content: str | None
    at: datetime
    place: Place


def partitions_of(tenant: str, experience: str | None, shards: int) -> Sequence[str]:
    """Where the players of an experience are, or those of the tenant."""
    if experience is None:
        return [keys.players_seen(tenant, shard) for shard in range(shards)]
    return [keys.players_of(tenant, experience, shard) for shard in range(shards)]


def partitions_near(tenant: str, center: Place, reach: float) -> Sequence[str]:
    """Where the events within reach of a place are. `reach`: degrees of a great circle."""
    return [keys.events_in(tenant, cell) for cell in covering(center.lat, center.lng, reach)]


def playing(row: Raw) -> Playing:
    """The player of a row of `players_of`."""
    return Playing(
        player=player_of(row),
        state=row["state"]["S"],
        percent=float(row["percent"]["N"]) if "percent" in row else 0.0,
        buckets=int(row["buckets"]["N"]) if "buckets" in row else 1,
        active_at=entries.slot_in(row["ls"]["S"]),
    )


def seen(row: Raw) -> tuple[str, date]:
    """The player of a row of `players_seen`, and the date."""
    return player_of(row), entries.day_in(row["ls"]["S"])


def located(row: Raw) -> Located:
    """The event of a row of `events_in`."""
    event, player, lat, lng = entries.sighting_in(row["ls"]["S"])
    return Located(
        event=event,
        player=player,
        type=row["type"]["S"],
        experience=row["experience"]["S"],
        content=row["content"]["S"] if "content" in row else None,
        at=instant_of(event),
        place=Place(lat, lng),
    )


def player_of(row: Raw) -> str:
    """The player of a row of the index."""
    return keys.decode(row["PK"]["S"].rpartition("#")[2])
