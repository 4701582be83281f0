"""What the older systems' tables say of one player, as rows of an import: what all tables have in common. Pure.

Two of the tables are logs: their rows become events as they stand. The others hold what stands now, in rows that
the older system kept changing: these become rows that assert it, each of which adds only what is still lacking
when its turn comes (see `assertions`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from cairn.imports.columns import Dumped
from cairn.imports.rows import MAX_ID, SESSION, BadRow, Row, Unusable, number_of, parse
from cairn.platform.instants import iso
from cairn.progress.progress import DAY_SECONDS

LEFT_OUT, CLAIMED, DIFFERENCE = "left_out", "claimed", "difference"
# More than these is no sum of time spent, and no count.
MAX_SECONDS = 100 * 366 * DAY_SECONDS
MAX_COUNT = 1_000_000

PERCENTAGE = "percentage_reported"
SPENT = ("duration_seconds", "time_spent_seconds", "time_spent")


@dataclass(frozen=True, slots=True)
class Reading:
    """How tables are read.

    zone: of timestamps that have none. calendar: the zone on whose days rows count. full_score: what their
    scores call full.
    """

    now: datetime
    zone: str = "UTC"
    calendar: str = "UTC"
    full_score: float = 100


@dataclass(frozen=True, slots=True)
class Note:
    """What is said of a row beside what was made of it. kind: LEFT_OUT, CLAIMED or DIFFERENCE."""

    kind: str
    table: str
    line: int
    reason: str


class Profile(NamedTuple):
    """What `player_profiles` says of a player and no experience holds. Plain JSON."""

    player: str
    line: int
    preferences: Mapping[str, Any]
    custom_stats: Mapping[str, Any]
    global_inventory: Mapping[str, int]
    level: int | None


@dataclass(slots=True)
class History:
    """What the tables say of one player."""

    player: str
    reading: Reading
    rows: list[Row] = field(default_factory=list)
    bad: dict[BadRow, None] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    profile: Profile | None = None
    totals: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    def add(
        self,
        source: Dumped,
        cause: str,
        fields: Mapping[str, Any],
        at: datetime,
        *,
        asserted: bool = True,
        seconds: int | None = None,
        attempts: int | None = None,
    ) -> None:
        """One row, or what is wrong with it.

        Args:
            cause: what tells it from every other row.
            fields: as a log has them.
            seconds: of an asserted row, in all until then; more than a day, perhaps.
            attempts: at a block, with this one.
        """
        given = {"player": self.player, "zone": self.reading.calendar, **fields, "at": iso(at), "id": _short(cause)}
        row = parse(given, source.line, self.reading.now, anywhere=True)
        if isinstance(row, BadRow):
            self.reject(source, row.reason)
            return
        more = row.more if attempts is None else {**row.more, "attempts": attempts}
        self.rows.append(row._replace(asserted=asserted, seconds=seconds or row.seconds, more=more, table=source.table))

    def reject(self, source: Dumped, reason: str) -> None:
        """What of a row cannot be loaded, said once."""
        self.bad[BadRow(source.line, reason, source.table)] = None

    def note(self, kind: str, source: Dumped, reason: str) -> None:
        self.notes.append(Note(kind, source.table, source.line, reason))

    def of(self, experience: str) -> Iterator[Row]:
        """The rows of an experience so far."""
        return (row for row in self.rows if row.experience == experience)

    def total(self, table: str, of: str, experience: str, content: str, amount: int) -> int:
        """What the rows of one table come to with this one: it may have several of one thing."""
        self.totals[table, of, experience, content] += amount
        return self.totals[table, of, experience, content]

    def sessions(self, source: Dumped, cause: str, experience: str, at: datetime, seconds: int) -> None:
        """Sessions that add so many seconds to what the table's rows before come to."""
        total = self.total(source.table, "seconds", experience, "", seconds)
        for reached in by_days(total - seconds, total):
            fields = {"experience": experience, "type": SESSION, "duration_seconds": 0}
            self.add(source, f"{cause}:playtime:{reached}", fields, at, seconds=reached)

    def percentage(self, source: Dumped, cause: str, experience: str, at: datetime, percentage: float) -> None:
        """How much of an experience is done, where nothing says that it is completed."""
        fields = {"experience": experience, "type": PERCENTAGE, "data": {"percentage": percentage}}
        self.add(source, f"{cause}:percentage:{percentage:g}", fields, at)


def by_days(before: int, after: int) -> list[int]:
    """The way from one total to another, in steps of at most a day."""
    return [*range(before + DAY_SECONDS, after, DAY_SECONDS), *([after] if after > before else [])]


def dated(source: Dumped, reading: Reading, *columns: str) -> datetime:
    """The first of these timestamps that a row has.

    Raises:
        Unusable: it has none, or no good one.
    """
    at = source.instant(reading.zone, *columns)
    if at is None:
        raise Unusable(f"it has no timestamp: one of {', '.join(columns)} must say when it happened")
    return at


def amount(data: Mapping[str, Any], most: float, *names: str) -> float | None:
    """The first of these numbers in an event's data that makes sense."""
    found = (number_of(data.get(each)) for each in names)
    return next((each for each in found if each is not None and 0 <= each <= most), None)


def cause_of(source: Dumped, *identity: str) -> str:
    """What identifies a row: its id, else what its table tells rows apart by."""
    if identifier := source.text("id"):
        return f"{source.table}:{identifier}"
    said = identity or sorted(source.cells.items())
    return f"{source.table}:{sha256(repr(said).encode()).hexdigest()[:32]}"


def _short(cause: str) -> str:
    """A cause as a row's id."""
    return cause if len(cause) <= MAX_ID else f"{cause[:64]}:{sha256(cause.encode()).hexdigest()[:32]}"
