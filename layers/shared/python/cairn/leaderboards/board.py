"""Boards as data: what they rank, in which unit and direction, and when a score moves by itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from cairn.leaderboards.tree import LIMIT
from cairn.platform.errors import DomainError
from cairn.platform.instants import from_ms
from cairn.streaks.days import day_end, local_date
from cairn.tenants.boards import CURRENT_STREAK, BoardRule, BoardSettings, Period, Spread
from cairn.tenants.seasons import Calendar, calendar_of, season_days, season_of

ALL_TIME = "all"  # the period of a board that never ends
LASTING = (ALL_TIME, *(f"{period.days}d" for period in Period if period.days))
OF = ":"  # between the kind and the experience of a board that each experience has
# What older systems call a board. An experience of theirs is a scenario: that board counts experiences of any kind.
ALSO_CALLED = {"scenarios_completed": "experiences_completed"}
SEASON_STAYS_OPEN = timedelta(hours=72)
"""After its end, so that events that come late count."""
POSITIONS_KEPT = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Board:
    """One leaderboard, in one of its periods.

    metric: the player's number that is ranked, by the name that criteria use too. unit: of the metric.
    high_first: whether the highest leads, or the lowest. step: how much of the metric makes a point.
    window: how many days it looks back, today included; 0 for none. calendar: of its seasons, where it has any.
    period: `all`, `7d`, `30d`, or the season's name. experience: whose board it is, where each has one.
    subtrees: (since when in epoch seconds, over how many count trees moves are spread), in order of instants.
    """

    id: str
    high_first: bool
    unit: str
    metric: str
    title: str = ""
    step: int = 1
    window: int = 0
    calendar: Calendar | None = None
    period: str = ALL_TIME
    experience: str | None = None
    subtrees: tuple[tuple[int, int], ...] = ()

    @property
    def trees(self) -> int:
        """Over how many count trees its players are spread, or may be soon."""
        return max((count for _, count in self.subtrees), default=1)

    def trees_at(self, seconds: int) -> int:
        """Over how many moves are spread at an instant (epoch seconds)."""
        return next((count for since, count in reversed(self.subtrees) if since <= seconds), 1)

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from every other: id and period."""
        return self.id, self.period

    @property
    def falls(self) -> bool:
        """Whether its scores are streaks, which fall when a day is missed."""
        return self.metric == CURRENT_STREAK

    @property
    def rolls(self) -> bool:
        """Whether a score changes without an event, as time goes on."""
        return self.window > 0 or self.falls


@lru_cache(maxsize=4096)
def in_season(board: Board, season: str) -> Board:
    """A board in a season of its calendar.

    Raises:
        DomainError: `unknown-season`.
    """
    try:
        fits = calendar_of(season) is board.calendar and season_days(season) is not None
    except ValueError:
        fits = False
    if not fits:
        raise DomainError("unknown-season", _seasons_of(board))
    return replace(board, period=season)


def season_at(board: Board, zone: str, instant: datetime) -> str:
    """The season of a board's calendar that an instant lies in."""
    assert board.calendar is not None
    return season_of(local_date(instant, zone, 0), board.calendar)


@lru_cache(maxsize=1024)
def seasons_open(board: Board, zone: str, slot: int) -> tuple[str, ...]:
    """The seasons of a board's calendar that run or are not closed yet, at a slot (epoch seconds)."""
    now = datetime.fromtimestamp(slot, UTC)
    return tuple({season_at(board, zone, instant): None for instant in (now - SEASON_STAYS_OPEN, now)})


def must_have_seasons(board: Board) -> Calendar:
    """The calendar of a board's seasons.

    Raises:
        DomainError: `unknown-season`.
    """
    if board.calendar is None:
        raise DomainError("unknown-season", _seasons_of(board))
    return board.calendar


def is_over(board: Board, zone: str, now: datetime) -> bool:
    """Whether nobody comes on the board any more: its season has closed, or is about to."""
    return board.calendar is not None and now >= closes_at(board.period, zone)


def is_kept(board: Board, now: datetime) -> bool:
    """Whether everybody's position is still there: a hundred days after a season has ended it is not."""
    return board.calendar is None or now.timestamp() < gone_at(board)


def must_be_kept(board: Board, now: datetime) -> None:
    """Refuses where positions are gone.

    Raises:
        DomainError: `season-closed`.
    """
    if not is_kept(board, now):
        raise DomainError(
            "season-closed",
            f"Everybody's rank in the season {board.period} was kept until {from_ms(1000 * gone_at(board)):%Y-%m-%d}."
            f" Its best thousand are at GET /api/v1/leaderboards/{board.id}?season={board.period}, all in its archive.",
        )


def _seasons_of(board: Board) -> str:
    if board.calendar is None:
        return f"The board {board.id} has no seasons: ask for it without `season`."
    named = {Calendar.WEEK: "2026-W47", Calendar.MONTH: "2026-11", Calendar.QUARTER: "2026-Q4", Calendar.YEAR: "2026"}
    return f"The seasons of {board.id} are those of the calendar {board.calendar}: {named[board.calendar]}."


def of_rule(rule: BoardRule, experience: str | None = None, subtrees: Iterable[Spread] = ()) -> Board:
    """The board of a rule; for one that each experience has, that of one experience.

    Args:
        subtrees: of every board.
    """
    board_id = rule.id if experience is None else f"{rule.id}{OF}{experience}"
    return Board(
        id=board_id,
        high_first=rule.high_first,
        unit=rule.unit,
        metric=rule.metric,
        title=rule.title,
        step=rule.step,
        window=rule.period.days,
        calendar=rule.period.calendar,
        period=f"{rule.period.days}d" if rule.period.days else ALL_TIME,
        experience=experience,
        subtrees=tuple((int(each.since.timestamp()), each.count) for each in subtrees if each.board == board_id),
    )


XP_ALL_TIME = of_rule(next(BoardSettings().rules()))


@lru_cache(maxsize=256)
def of_players(settings: BoardSettings) -> tuple[Board, ...]:
    """The shown boards that rank players by their totals."""
    return tuple(of_rule(rule, None, settings.subtrees) for rule in settings.rules())


@lru_cache(maxsize=4096)
def of_experience(settings: BoardSettings, experience: str) -> tuple[Board, ...]:
    """The shown boards of one experience."""
    return tuple(of_rule(rule, experience, settings.subtrees) for rule in settings.of_experiences())


def named(settings: BoardSettings, board_id: str) -> Board:
    """The board of that id, if the tenant shows it; one of the tenant's own comes before what another is also called.

    Raises:
        DomainError: `unknown-board`, naming those there are.
    """
    if board_id not in settings.shown:
        board_id = ALSO_CALLED.get(board_id, board_id)
    kind, colon, experience = board_id.partition(OF)
    if colon and experience:
        found = next((rule for rule in settings.of_experiences() if rule.id == kind), None)
        if found:
            return of_rule(found, experience, settings.subtrees)
    for board in of_players(settings):
        if board.id == board_id:
            return board
    there_are = [*(board.id for board in of_players(settings)), *_patterns(settings)]
    raise DomainError(
        "unknown-board",
        f"There is no board {board_id!r}. Use one of: {', '.join(there_are)}. An operator switches boards on with"
        " PUT /api/v1/settings, boards.shown.",
        boards=there_are,
    )


def _patterns(settings: BoardSettings) -> Iterator[str]:
    return (f"{rule.id}{OF}{{experience_id}}" for rule in settings.of_experiences())


def of_key(settings: BoardSettings, board_id: str, period: str) -> Board | None:
    """The board of a stored position; None where the tenant does not show it any more."""
    try:
        board = named(settings, board_id)
        return in_season(board, period) if board.calendar else board
    except DomainError:
        return None


def of_season(settings: BoardSettings, board_id: str, season: str) -> Board | None:
    """A season's board, shown or not: what was begun is closed. None where there never was such a board."""
    rule = next((rule for rule in settings.defined if rule.id == board_id), None)
    return in_season(of_rule(rule, None, settings.subtrees), season) if rule else None


def score_of(number: float, step: int = 1) -> int:
    """The score of a metric's number: 0 (not on the board) below one step, and never 2^33 or more."""
    points = int(number if step == 1 else number // step)
    return points if 0 <= points < LIMIT else 0 if points < 0 else LIMIT - 1


@lru_cache(maxsize=1024)
def begins(day: date, zone: str) -> datetime:
    """The instant (UTC) at which a day of a calendar begins."""
    return day_end(day - timedelta(days=1), zone, 0)


@lru_cache(maxsize=1024)
def gone_at(board: Board) -> int:
    """When the positions of a season go (epoch seconds), a hundred days after its end. Its archive stays."""
    end = datetime.combine(season_days(board.period)[1], time(0), UTC)
    return int((end + POSITIONS_KEPT).timestamp())


@lru_cache(maxsize=1024)
def closes_at(season: str, zone: str) -> datetime:
    """When a season closes for good: 72 hours after its end, so that events that come late count."""
    return day_end(season_days(season)[1], zone, 0) + SEASON_STAYS_OPEN
