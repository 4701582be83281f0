"""One row of an activity log: read, checked, and turned into a command. Pure, and quick: files are long."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from cairn.catalog.experience import Place
from cairn.platform.instants import from_ms, iso, to_ms
from cairn.players.metrics import COUNTER_NAME, COUNTERS_OF_AN_EVENT, MAX_COUNTED, own_counters
from cairn.players.virtues import QUADRANTS
from cairn.progress.progress import (
    DAY_SECONDS,
    EARLIEST,
    MAX_DATA_BYTES,
    MAX_DISTANCE_METERS,
    Abandon,
    Advance,
    Command,
    Complete,
    Discover,
    Record,
    Session,
    Start,
    WorkOnBlock,
)
from cairn.streaks.days import UnknownZone, time_zone
from cairn.tenants.settings import SYSTEM_EVENTS

WAIVED = "imported"
DISCOVERED, STARTED, SESSION, ADVANCED, COMPLETED, ABANDONED = (
    "experience_discovered",
    "experience_started",
    "session_recorded",
    "quadrant_advanced",
    "experience_completed",
    "experience_abandoned",
)
BLOCK_INTERACTED, BLOCK_COMPLETED = "block_interacted", "block_completed"
BLOCK_WORK = frozenset({BLOCK_INTERACTED, BLOCK_COMPLETED})
# Those of the experience as a whole, whatever content they name.
COMMANDS = frozenset({DISCOVERED, STARTED, SESSION, ADVANCED, COMPLETED, ABANDONED})
CLOCK_SKEW = timedelta(minutes=5)
MAX_ID = 128
MAX_INTERACTIONS = 1_000_000

# What a row may call each of its fields; of several names for one field, at most one may be given.
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "event_id"),
    "player": ("player", "player_id", "user_id"),
    "experience": ("experience", "experience_id", "mission_id", "wod_id", "scenario_id"),
    "content": ("content", "content_id"),
    "type": ("type", "event_type"),
    "at": ("at", "timestamp", "occurred_at"),
    "zone": ("zone", "timezone"),
    "duration_seconds": ("duration_seconds",),
    "lat": ("lat", "location_lat"),
    "lng": ("lng", "location_lng"),
    "distance_meters": ("distance_meters",),
    "score": ("score",),
    "interactions": ("interactions",),
    "difficulty": ("difficulty",),
    "confidence": ("confidence",),
    "counters": ("counters",),
    "data": ("data",),
}
FIELDS = {name: field for field, names in NAMES.items() for name in names}

# From and to, of the fields that an event may have beside the usual ones.
_PLACE = {"lat": (-90, 90), "lng": (-180, 180), "distance_meters": (0, MAX_DISTANCE_METERS)}
_WORK = {"score": (0, 1), "interactions": (0, MAX_INTERACTIONS), "difficulty": (1, 5), "confidence": (1, 5)}

_COUNTER = re.compile(COUNTER_NAME)
_TYPE = re.compile(r"[a-z][a-z0-9_]{0,49}")
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be loaded: its line in the file (from 1), what to write instead, and of which table it is."""

    line: int
    reason: str
    table: str = ""


class Unusable(ValueError):
    """What is wrong with a row, and what to write instead."""


class Row(NamedTuple):
    """One row that can be loaded. Its fields are plain JSON, so that it can be put aside in a file.

    line: in the file, from 1. at: epoch milliseconds. zone: IANA name or offset. cause: the row's id, or a
    hash of what it says. more: what few rows have, by field.
    experience: "" for an event outside of any.
    asserted: it says what stood at that instant, not what was done then; its amounts are totals.
    table: of which of several files it is.
    """

    line: int
    player: str
    experience: str
    type: str
    content: str | None
    at: int
    zone: str
    seconds: int
    data: Mapping[str, Any]
    cause: str
    more: Mapping[str, Any] = _NOTHING
    asserted: bool = False
    table: str = ""

    @property
    def occurred_at(self) -> datetime:
        return from_ms(self.at)

    @property
    def command(self) -> Command:
        """The command that this row means. What history completed counts as complete."""
        match self.type:
            case "experience_discovered":
                return Discover()
            case "experience_started":
                return Start(self.position)
            case "experience_abandoned":
                return Abandon()
            case "session_recorded":
                return Session(self.seconds)
            case "quadrant_advanced":
                return Advance(self.content)
            case "experience_completed":
                reflection = self.data.get("reflection")
                return Complete(reflection if isinstance(reflection, str) else "", WAIVED)
            case "block_interacted" | "block_completed":
                return WorkOnBlock(
                    self.content or "",
                    completed=self.type == BLOCK_COMPLETED,
                    seconds=self.seconds,
                    interactions=self.more.get("interactions", 0),
                    score=self.more.get("score"),
                    difficulty=self.more.get("difficulty"),
                    confidence=self.more.get("confidence"),
                    data=self.data,
                )
        meters = self.more.get("distance_meters", 0)
        counters = self.more.get("counters", _NOTHING)
        return Record(self.type, self.content, self.seconds, self.data, self.position, meters, counters)

    @property
    def position(self) -> Place | None:
        return Place(self.more["lat"], self.more["lng"]) if "lat" in self.more else None

    def bad(self, reason: str) -> BadRow:
        """This row as one that was not loaded."""
        return BadRow(self.line, reason, self.table)


def parse(fields: Mapping[str, Any], line: int, now: datetime, *, anywhere: bool = False) -> Row | BadRow:
    """One row from its fields by name; names that no field has are ignored.

    Args:
        fields: as JSON has them, or all text, as CSV has them. None and "" count as left out.
        now: nothing may have happened later than this (but for five minutes of clock skew).
        anywhere: an event may belong to no experience.
    """
    try:
        return _parse(fields, line, now, anywhere=anywhere)
    except Unusable as reason:
        return BadRow(line, str(reason))


def _parse(fields: Mapping[str, Any], line: int, now: datetime, *, anywhere: bool) -> Row:
    given: dict[str, Any] = {}
    for name, value in fields.items():
        if value is None or value == "" or (field := FIELDS.get(name)) is None:
            continue
        if field in given and given[field] != value:
            raise Unusable(f"{' and '.join(n for n in NAMES[field] if n in fields)} differ: give one of them")
        given[field] = value
    player = _identifier(given, "player", required=True)
    event_type = _type(given.get("type"))
    outside = anywhere and event_type not in COMMANDS | BLOCK_WORK
    experience = _identifier(given, "experience", required=not outside) or ""
    at, zone = _moment(given.get("at"), given.get("zone"), now)
    content = _identifier(given, "content")
    seconds = _seconds(given.get("duration_seconds"))
    more = _more(given, event_type)
    if counters := given.get("counters"):
        more = {**more, "counters": _counters(counters, event_type)}
    data = _data(given.get("data"), {name: given[name] for name in _WORK if name in given and name not in more})
    if event_type in BLOCK_WORK and content is None:
        raise Unusable(f"{event_type} needs content: the id of the block")
    if event_type == SESSION and seconds is None:
        raise Unusable("a session needs duration_seconds, from 0 to 86400")
    if event_type == ADVANCED and content not in (None, *QUADRANTS):
        raise Unusable(f"content is {shown(content)}: a quadrant is SO, BO, SI or BI; leave it out for the next one")
    row = Row(line, player, experience, event_type, content, at, zone, seconds or 0, data, "", more)
    return row._replace(cause=_identifier(given, "id") or _hash_of(row))


def _hash_of(row: Row) -> str:
    """What identifies a row without an id: all it says, however it was written down."""
    fields = row[1 : Row._fields.index("cause")]
    said = json.dumps((*fields, row.more) if row.more else fields, sort_keys=True, separators=(",", ":"), default=dict)
    return f"row:{sha256(said.encode()).hexdigest()[:32]}"


def _identifier(given: Mapping[str, Any], field: str, *, required: bool = False) -> str:
    value = given.get(field)
    if value is None:
        if required:
            raise Unusable(f"{field} is missing: give it as {', '.join(NAMES[field])}")
        return None  # type: ignore[return-value]  # what is required is never None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise Unusable(f"{field} is {shown(value)}: it must be text")
    value = value.strip()
    if not 0 < len(value) <= MAX_ID:
        raise Unusable(f"{field} has {len(value)} characters: from 1 to {MAX_ID} are possible")
    if not value.isascii():
        _encodable(field, value)
    return value


def _encodable(field: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Unusable(f"{field} is not valid Unicode: save the file as UTF-8") from error


def _type(value: Any) -> str:
    if value is None:
        raise Unusable("type is missing: give the event's type, such as waypoint_visited or session_recorded")
    if not isinstance(value, str) or not _TYPE.fullmatch(value):
        raise Unusable(
            f"type is {shown(value)}: write it in lower case with underscores, such as waypoint_visited,"
            " in at most 50 characters"
        )
    if value == "session":
        return SESSION
    if is_decided(value):
        raise Unusable(
            f"{value} is decided by the system itself, from the rows that caused it: leave this row out,"
            f" and send those. Of the system's types {', '.join(sorted(COMMANDS | BLOCK_WORK))} can be imported"
        )
    return value


def is_decided(event_type: str) -> bool:
    """Whether events of a type are the outcome of others, so that history cannot claim them."""
    return event_type in SYSTEM_EVENTS and event_type not in COMMANDS | BLOCK_WORK


def _moment(at: Any, zone: Any, now: datetime) -> tuple[int, str]:
    """Epoch milliseconds and zone. An offset without a zone is the zone; a local time needs one."""
    if at is None:
        raise Unusable("at is missing: give when it happened, such as 2026-03-01T08:30:00+01:00")
    if not isinstance(at, str) or len(at := at.strip()) < len("20260301T08"):
        raise Unusable(f"at is {shown(at)}: give date, time and offset, such as 2026-03-01T08:30:00+01:00")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError as error:
        raise Unusable(f"at is {shown(at)} ({error}): write it like 2026-03-01T08:30:00+01:00") from error
    if zone is not None:
        zone = zone.strip() if isinstance(zone, str) else zone
        if not isinstance(zone, str) or not _is_zone(zone):
            raise Unusable(
                f"zone is {shown(zone)}, which is unknown: give an IANA name such as America/Santiago,"
                " or an offset from -14:00 to +14:00 such as +05:45"
            )
    if instant.tzinfo is None:
        if zone is None:
            raise Unusable(f"at is {shown(at)}, which has no offset: add one, as in {at}+01:00, or give zone")
        instant = local_instant(instant, zone, f"at is {shown(at)}")
    elif zone is None:
        zone = _zone_of(instant.utcoffset() or timedelta(0))
    try:
        instant = instant.astimezone(UTC)
    except OverflowError as error:
        raise Unusable(f"at is {shown(at)}: the year is out of range") from error
    if instant < EARLIEST:
        raise Unusable(f"at is {shown(at)}: nothing before 1970 can be loaded")
    if instant > now + CLOCK_SKEW:
        raise Unusable(f"at is {shown(at)}, which is to come: it is {iso(now)}. Load the row once it has happened")
    return to_ms(instant), zone


@lru_cache(maxsize=2048)
def _is_zone(zone: str) -> bool:
    try:
        time_zone(zone)
    except UnknownZone:
        return False
    return True


@lru_cache(maxsize=256)
def _zone_of(offset: timedelta) -> str:
    """An offset as a zone."""
    minutes, rest = divmod(abs(offset), timedelta(minutes=1))
    if rest or abs(offset) > timedelta(hours=14):
        raise Unusable("the offset of at must be whole minutes, from -14:00 to +14:00")
    if not minutes:
        return "UTC"
    return f"{'-' if offset < timedelta(0) else '+'}{minutes // 60:02}:{minutes % 60:02}"


def local_instant(naive: datetime, zone: str, said: str) -> datetime:
    """The instant of a local time: of one that came twice, the first.

    Args:
        said: what the row says, as a message begins.

    Raises:
        Unusable: a clock change skipped it.
    """
    tz = time_zone(zone)
    local = naive.replace(tzinfo=tz)
    try:
        exists = local.astimezone(UTC).astimezone(tz).replace(tzinfo=None) == naive
    except OverflowError as error:
        raise Unusable(f"{said}: the year is out of range") from error
    if not exists:
        raise Unusable(f"{said}, a time that a clock change skipped in {zone}: give its offset")
    return local


def _seconds(value: Any) -> int | None:
    if value is None:
        return None
    seconds = number_of(value)
    if seconds is None or not 0 <= seconds <= DAY_SECONDS:
        raise Unusable(f"duration_seconds is {shown(value)}: give seconds, from 0 to {DAY_SECONDS}")
    return int(seconds)


def number_of(value: Any) -> float | None:
    """A finite number, also written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if number.is_integer():
        return int(number)
    return number if number - number == 0 else None


def _more(given: Mapping[str, Any], event_type: str) -> Mapping[str, Any]:
    """Place and distance; of a block also score, interactions and ratings, which of other rows are data."""
    ranges = {**_PLACE, **_WORK} if event_type in BLOCK_WORK else _PLACE
    if given.keys().isdisjoint(ranges):
        return _NOTHING
    more = {}
    for name, (least, most) in ranges.items():
        if name not in given:
            continue
        number = number_of(given[name])
        if number is None or not least <= number <= most:
            raise Unusable(f"{name} is {shown(given[name])}: give a number from {least} to {most}")
        if name in ("interactions", "difficulty", "confidence") and not isinstance(number, int):
            raise Unusable(f"{name} is {shown(given[name])}: give a whole number from {least} to {most}")
        more[name] = number
    if ("lat" in more) != ("lng" in more):
        raise Unusable("a position needs lat and lng: give both, or neither")
    return more


def _counters(value: Any, event_type: str) -> Mapping[str, int]:
    """By how much an event brings the tenant's own counters on."""
    if event_type in COMMANDS | BLOCK_WORK:
        raise Unusable(f"{event_type} brings no counters on: give a row of its own, of another type, for them")
    if isinstance(value, str):
        with suppress(ValueError):
            value = loads(value)
    if not isinstance(value, dict) or len(value) > COUNTERS_OF_AN_EVENT:
        raise Unusable(
            f"counters is {shown(value)}: write an object of at most {COUNTERS_OF_AN_EVENT} numbers,"
            ' such as {"kilometres": 3}'
        )
    for name, number in value.items():
        if not _COUNTER.fullmatch(name):
            raise Unusable(f"counters: {shown(name)} must be lower case with underscores, in at most 50 characters")
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= MAX_COUNTED:
            raise Unusable(f"counters.{name} is {shown(number)}: give a whole number from 1 to {MAX_COUNTED}")
    try:
        return own_counters(value)
    except ValueError as error:
        raise Unusable(f"counters: {error}") from error


def _data(value: Any, numbers: Mapping[str, Any]) -> Mapping[str, Any]:
    if value is None and not numbers:
        return _NOTHING
    if isinstance(value, str):
        try:
            value = loads(value)
        except ValueError as error:
            raise Unusable(f'data is not JSON ({error}): write an object such as {{"word": "sol"}}') from error
    if value is not None and not isinstance(value, dict):
        raise Unusable(f'data is {shown(value)}: write an object such as {{"word": "sol"}}')
    data = dict(value or {})
    for name, each in numbers.items():
        number = number_of(each)
        if number is None:
            raise Unusable(f"{name} is {shown(each)}: give a number")
        data[name] = number
    if (size := len(json.dumps(data))) > MAX_DATA_BYTES:
        raise Unusable(f"data has {size} bytes; at most {MAX_DATA_BYTES} are kept")
    return data


def loads(text: str | bytes) -> Any:
    """JSON as the standard has it.

    Raises:
        ValueError: it is not, or is nested too deeply.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def shown(value: Any) -> str:
    """A value as a message shows it, cut short."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
