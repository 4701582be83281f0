"""Which leaderboards a tenant shows: the standard ones, those of each experience, and its own. Data, not behaviour."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cairn.tenants.seasons import Calendar

TOTAL_XP = "total_xp"
CURRENT_STREAK = "current_streak"


class Period(StrEnum):
    """What of a metric a board ranks: all of it, that of the last days, or that of a calendar season.

    The last days are today and the six, or twenty-nine, before it in the tenant's calendar.
    """

    ALL_TIME = "all_time"
    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def days(self) -> int:
        """How many days a rolling period has; 0 for the others."""
        return {Period.LAST_7_DAYS: 7, Period.LAST_30_DAYS: 30}.get(self, 0)

    @property
    def calendar(self) -> Calendar | None:
        """The calendar of a period that is a season."""
        return Calendar(self.value) if self.value in set(Calendar) else None


class Shown(StrEnum):
    """How a player appears on boards: by name, under a pseudonym, or not at all."""

    NAME = "name"
    PSEUDONYM = "pseudonym"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class BoardRule:
    """What a board ranks.

    metric: the player's number, by the name that criteria use too. high_first: the highest leads, or the lowest.
    unit: of the metric, for people. step: how much of the metric makes one point; coarser boards are cheaper.
    """

    id: str
    title: str
    metric: str
    unit: str
    high_first: bool = True
    period: Period = Period.ALL_TIME
    step: int = 1


STANDARD = (
    BoardRule("xp_all_time", "XP, all time", TOTAL_XP, "XP"),
    BoardRule("xp_weekly", "XP, last 7 days", TOTAL_XP, "XP", period=Period.LAST_7_DAYS),
    BoardRule("xp_monthly", "XP, last 30 days", TOTAL_XP, "XP", period=Period.LAST_30_DAYS),
    BoardRule("streak_current", "Current streak", CURRENT_STREAK, "days"),
    BoardRule("streak_longest", "Longest streak", "longest_streak", "days"),
    BoardRule("experiences_completed", "Experiences completed", "experiences_completed", "experiences"),
    BoardRule("achievements_unlocked", "Achievements unlocked", "achievements_unlocked", "achievements"),
)
# A board of each for every experience, named `distance:<experience>`. In metres, ranked by ten; in seconds.
DISTANCE = BoardRule("distance", "Distance travelled", "meters", "m", step=10)
COMPLETION_TIME = BoardRule("completion_time", "Time to completion", "completion_seconds", "s", high_first=False)
OF_EXPERIENCES = (DISTANCE, COMPLETION_TIME)
ALWAYS_DAILY = frozenset({TOTAL_XP})


@dataclass(frozen=True, slots=True)
class Spread:
    """From an instant on, a board's moves are spread over so many count trees. A reader sums all there ever were."""

    board: str
    since: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Tracked:
    """What players keep for the boards that their tenant shows.

    zone: IANA name of the tenant's calendar. reached: metrics whose latest change is dated.
    daily: metrics that are kept by day. seasons: calendars by which a metric is summed up.
    """

    zone: str = "UTC"
    reached: frozenset[str] = frozenset()
    daily: frozenset[str] = frozenset()
    seasons: Mapping[str, frozenset[Calendar]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """A tenant's boards.

    shown: ids of those it shows. Each costs about six write units whenever a player's score on it changes.
    defined: the tenant's own. shown_as: how players appear who have not chosen.
    cache_seconds: for how long the top of a board may be answered from memory.
    subtrees: (board, since when, over how many count trees its moves are spread), in order of instants.
    """

    shown: tuple[str, ...] = tuple(rule.id for rule in STANDARD)
    defined: tuple[BoardRule, ...] = ()
    shown_as: Shown = Shown.NAME
    cache_seconds: int = 5
    subtrees: tuple[Spread, ...] = ()

    def redefined(self, after: "BoardSettings") -> list[str]:
        """Ids of own boards that other settings lack, or define otherwise: their ranks would mean something else."""
        return [rule.id for rule in self.defined if rule not in after.defined]

    def respreads(self, after: "BoardSettings", until: datetime) -> bool:
        """Whether other settings would not look where moves were counted, or will be before everybody knows of it."""
        counted, wanted = set(self.subtrees), set(after.subtrees)
        begun = {each for each in counted if each.since <= until}
        return not begun <= wanted or any(each.since <= until for each in wanted - counted)

    def rules(self) -> Iterator[BoardRule]:
        """The boards of players that are shown."""
        return (rule for rule in (*STANDARD, *self.defined) if rule.id in self.shown)

    def of_experiences(self) -> Iterator[BoardRule]:
        """The boards that each experience has."""
        return (rule for rule in OF_EXPERIENCES if rule.id in self.shown)

    def tracked(self, zone: str) -> Tracked:
        """What players keep for them, in a calendar of that zone. XP by day is kept whatever is shown."""
        daily, seasons = set(ALWAYS_DAILY), defaultdict(set)
        for rule in self.rules():
            if rule.period.days:
                daily.add(rule.metric)
            if calendar := rule.period.calendar:
                seasons[rule.metric].add(calendar)
        reached = frozenset(rule.metric for rule in self.rules() if not rule.period.calendar) - {TOTAL_XP}
        by = {metric: frozenset(calendars) for metric, calendars in seasons.items()}
        return Tracked(zone, reached, frozenset(daily), by)
