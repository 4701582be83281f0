"""Where a player stands on a board: a function of one version of the player, and of a quarter of an hour.

The second argument matters on boards that roll only: a score there moves when a day leaves the window, or when a
streak breaks. Computed again from the same two, a place is the same, whoever computes it and how often.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

from cairn.leaderboards.board import Board, begins, score_of
from cairn.streaks.days import local_date
from cairn.tenants.boards import CURRENT_STREAK

SLOT_SECONDS = 900


class Place(NamedTuple):
    """A player on a board, or (score 0) off it.

    earned: the score, shown or not. reached_at: when the score was reached, in epoch milliseconds. level: the player's.
    due: the slot (epoch seconds) at which the score moves by itself; None where it stays.
    alias: the pseudonym that is shown in place of id and name; "" for none. hidden: off the board by choice.
    """

    player: str
    earned: int
    reached_at: int
    name: str
    level: int = 1
    due: int | None = None
    alias: str = ""
    hidden: bool = False

    @property
    def score(self) -> int:
        """What the board ranks: 0 for who is not on it."""
        return 0 if self.hidden else self.earned

    @property
    def face(self) -> tuple[str, int, str, bool]:
        """How the player is shown."""
        return self.name, self.level, self.alias, self.hidden


class Totals(Protocol):
    """A player's numbers by metric, as boards ask for them. Instants in milliseconds."""

    def number(self, metric: str) -> float:
        """What it has come to; 0 for one that never changed."""

    def stored(self, metric: str) -> object:
        """The same as it is stored: equal where the number is."""

    def reached_at(self, metric: str) -> int:
        """When it came to that."""

    def days(self, metric: str) -> tuple[int, Sequence[int]] | None:
        """What was gained on each of the last days: the ordinal of the first, and the numbers from it on."""

    def seasons(self, metric: str) -> Iterable[str]:
        """The names of the seasons that it is summed up for."""

    def season(self, metric: str, name: str) -> tuple[int, int]:
        """What was gained in a season, and when that last changed."""

    def falls_at(self) -> int | None:
        """When the streak breaks."""

    def streak_at(self, instant: datetime) -> tuple[int, datetime | None]:
        """The streak as of an instant, decided anew; and when that one breaks."""


class Standing(NamedTuple):
    """What boards need of one version of a player, or of their progress in an experience.

    version: of what this was read from. totals: the numbers.
    experience: whose progress it is; None for a player's totals.
    name, level, alias, hidden: the player's face, as of version `face_version` of the player.
    """

    tenant: str
    player: str
    version: int
    totals: Totals
    name: str = ""
    level: int = 1
    alias: str = ""
    hidden: bool = False
    experience: str | None = None
    face_version: int = 0

    @property
    def face(self) -> tuple[str, int, str, bool]:
        """How the player is shown."""
        return self.name, self.level, self.alias, self.hidden


@dataclass(frozen=True, slots=True)
class AsOf:
    """A quarter of an hour (the epoch seconds of its start), in a tenant's calendar of that zone."""

    slot: int
    zone: str

    @property
    def instant(self) -> datetime:
        return datetime.fromtimestamp(self.slot, UTC)

    @property
    def day(self) -> date:
        return _day(self.slot, self.zone)


@lru_cache(maxsize=1024)
def _day(slot: int, zone: str) -> date:
    return local_date(datetime.fromtimestamp(slot, UTC), zone, 0)


def slot_at(instant: datetime) -> int:
    """The quarter of an hour that an instant lies in."""
    return int(instant.timestamp()) // SLOT_SECONDS * SLOT_SECONDS


def slot_from(instant: datetime) -> int:
    """The first quarter of an hour that begins at an instant or after it."""
    return -(-int(instant.timestamp() + 0.999) // SLOT_SECONDS) * SLOT_SECONDS


def place(board: Board, standing: Standing, as_of: AsOf) -> Place:
    """A player's place on a board."""
    _, player, _, totals, name, level, alias, hidden, _, _ = standing
    number, due = _number(board, totals, as_of)
    metric = board.metric
    reached_at = totals.season(metric, board.period)[1] if board.calendar else totals.reached_at(metric)
    earned = score_of(number, board.step)
    return Place(player, earned, reached_at, name, level, None if hidden else due, alias, hidden)


def score_and_due(board: Board, standing: Standing, as_of: AsOf) -> tuple[int, int | None]:
    """Of a player's place on a board: the score (0: off it), and the slot at which it moves by itself."""
    if standing.hidden:
        return 0, None
    number, due = _number(board, standing.totals, as_of)
    return score_of(number, board.step), due


def _number(board: Board, totals: Totals, as_of: AsOf) -> tuple[float, int | None]:
    """What a board ranks, in its metric; and the slot at which that moves by itself."""
    if board.calendar:
        return totals.season(board.metric, board.period)[0], None
    if board.window:
        return _in_window(totals.days(board.metric), board.window, as_of)
    if board.falls:
        return _streak(totals, as_of)
    return totals.number(board.metric), None


def same(board: Board, one: Totals, other: Totals) -> bool:
    """Whether a board asks for nothing that differs between two versions of the same numbers."""
    metric = board.metric
    if board.calendar:
        return one.season(metric, board.period) == other.season(metric, board.period)
    if board.window:
        return one.days(metric) == other.days(metric)
    if board.falls and one.falls_at() != other.falls_at():
        return False
    return one.stored(metric) == other.stored(metric)


def _in_window(days: tuple[int, Sequence[int]] | None, window: int, as_of: AsOf) -> tuple[int, int | None]:
    """The sum of the window's days, and the slot at which another day makes it another."""
    if not days:
        return 0, None
    first, numbers = days
    today = as_of.day.toordinal()
    opens, closes = max(0, today - window + 1 - first), max(0, today + 1 - first)
    inside = numbers[opens:closes]
    # Every day leaves the window; one ahead of time (a device's clock was) enters it first.
    moves_on = next((first + day + window for day, number in enumerate(inside, opens) if number), None)
    if closes < len(numbers):
        enters = next((first + day for day, number in enumerate(numbers[closes:], closes) if number), None)
        moves_on = enters if moves_on is None else min(moves_on, enters or moves_on)
    return sum(inside), None if moves_on is None else _slot_of_day(moves_on, as_of.zone)


@lru_cache(maxsize=1024)
def _slot_of_day(ordinal: int, zone: str) -> int:
    return slot_from(begins(date.fromordinal(ordinal), zone))


def _streak(totals: Totals, as_of: AsOf) -> tuple[int, int | None]:
    """The streak, and the slot at which it breaks. Stored, it is true until then; later it is decided anew."""
    current, falls_at = int(totals.number(CURRENT_STREAK)), totals.falls_at()
    if current and (falls_at is None or as_of.slot * 1000 >= falls_at):
        current, breaks = totals.streak_at(as_of.instant)
        falls_at = int(breaks.timestamp() * 1000) if breaks else None
    if not current or falls_at is None:
        return current, None
    return current, max(-(-falls_at // (SLOT_SECONDS * 1000)) * SLOT_SECONDS, as_of.slot + SLOT_SECONDS)
