"""What items carry so that the index of look-ups lists them: the keys of their entries, and what these say."""

from datetime import UTC, date, datetime
from typing import NamedTuple

from cairn.lookups.cells import cell_of
from cairn.platform import keys

# An entry is written anew when a player's slot changes and not at each event: two units in five minutes, at most.
SLOT_MINUTES = 5


class Entry(NamedTuple):
    """The keys of an item in the index: partition and sort key; None and None keep it out."""

    lp: str | None
    ls: str | None


UNLISTED = Entry(None, None)


class Sighting(NamedTuple):
    """What the sort key of an event with a position says. Degrees."""

    event: str
    player: str
    lat: float
    lng: float


def slot_of(instant: datetime) -> datetime:
    """The beginning of the five minutes that an instant lies in."""
    at = instant.astimezone(UTC)
    return at.replace(minute=at.minute // SLOT_MINUTES * SLOT_MINUTES, second=0, microsecond=0)


def slot_text(instant: datetime) -> str:
    """The slot of an instant, to the minute, such that slots sort as text."""
    return slot_of(instant).replace(tzinfo=None).isoformat(timespec="minutes")


def of_progress(tenant: str, player: str, experience: str, last: datetime | None, shards: int) -> Entry:
    """A player among those of an experience, by the slot of their last progress.

    Args:
        shards: over how many partitions the tenant's players are spread.
    """
    if last is None:
        return UNLISTED
    partition = keys.players_of(tenant, experience, keys.bucket(player, shards))
    return Entry(partition, f"{slot_text(last)}#{keys.encode(player)}")


def of_player(tenant: str, player: str, seen: date | None, shards: int) -> Entry:
    """A player among those of the tenant, by the UTC date on which they were last active."""
    if seen is None:
        return UNLISTED
    partition = keys.players_seen(tenant, keys.bucket(player, shards))
    return Entry(partition, f"{seen.isoformat()}#{keys.encode(player)}")


def of_event(tenant: str, player: str, event: str, position: tuple[float, float] | None) -> Entry:
    """An event among those in the same cell of the ground, in the order of time.

    Args:
        position: latitude and longitude in degrees; None for an event without.
    """
    if position is None:
        return UNLISTED
    lat, lng = position
    return Entry(keys.events_in(tenant, cell_of(lat, lng)), f"{event}#{keys.encode(player)}#{lat!r},{lng!r}")


def day_in(ls: str) -> date:
    """The UTC date of an entry of a player, or of a player in an experience."""
    return date.fromisoformat(ls[:10])


def slot_in(ls: str) -> datetime:
    """The slot of an entry of a player in an experience."""
    return datetime.fromisoformat(ls.partition("#")[0]).replace(tzinfo=UTC)


def sighting_in(ls: str) -> Sighting:
    """The event of an entry of one with a position."""
    event, player, position = ls.split("#")
    lat, lng = map(float, position.split(","))
    return Sighting(event, keys.decode(player), lat, lng)
