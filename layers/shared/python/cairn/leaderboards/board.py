"""Boards as data: what they rank, in which unit and direction."""

from dataclasses import dataclass

from cairn.leaderboards.tree import LIMIT
from cairn.platform.errors import DomainError

ALL_TIME = "all"  # the period of a board that never ends


@dataclass(frozen=True, slots=True)
class Board:
    """One leaderboard.

    high_first: whether the highest score leads, or the lowest.
    unit: of the scores. metric: the player's number that is ranked, by the name that criteria use too.
    """

    id: str
    high_first: bool
    unit: str
    metric: str
    period: str = ALL_TIME


XP_ALL_TIME = Board("xp_all_time", high_first=True, unit="XP", metric="total_xp")

BOARDS = {board.id: board for board in (XP_ALL_TIME,)}


def named(board_id: str) -> Board:
    """The board of that id.

    Raises:
        DomainError: `unknown-board`, naming those there are.
    """
    if board_id not in BOARDS:
        there_are = ", ".join(BOARDS)
        raise DomainError(
            "unknown-board", f"There is no board {board_id!r}. Use one of: {there_are}.", boards=[*BOARDS]
        )
    return BOARDS[board_id]


def score_of(number: int) -> int:
    """The score of a metric's number: 0 (not on the board) at 0 and below, and never 2^33 or more."""
    return max(0, min(number, LIMIT - 1))
