"""Places on boards that roll, against counting day by day and quarter of an hour by quarter of an hour."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from cairn.leaderboards.board import of_rule
from cairn.leaderboards.place import SLOT_SECONDS, AsOf, Standing, place, same, slot_at, slot_from
from cairn.tenants.boards import STANDARD

unhurried = settings(deadline=None)

RULES = {rule.id: rule for rule in STANDARD}
WEEKLY, MONTHLY, STREAK = (of_rule(RULES[name]) for name in ("xp_weekly", "xp_monthly", "streak_current"))
FIRST = date(2026, 10, 20)
ZONES = ("UTC", "Pacific/Kiritimati", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago")

numbers = st.lists(st.integers(0, 3).map(lambda number: number * 5), max_size=35)
instants = st.integers(0, 36 * 86400).map(lambda after: datetime(2026, 10, 25, tzinfo=UTC) + timedelta(seconds=after))
zones = st.sampled_from(ZONES)


@dataclass
class Known:
    """Numbers as they are given."""

    daily: list[int] = field(default_factory=list)
    streak: int = 0
    breaks: int | None = None
    decided: tuple[int, datetime | None] = (0, None)
    asked: list[datetime] = field(default_factory=list)

    def number(self, metric: str) -> float:
        return self.streak if metric == "current_streak" else sum(self.daily)

    def stored(self, metric: str) -> object:
        return self.number(metric)

    def reached_at(self, metric: str) -> int:
        return 77

    def days(self, metric: str) -> tuple[int, list[int]] | None:
        return (FIRST.toordinal(), self.daily) if self.daily else None

    def seasons(self, metric: str) -> list[str]:
        return []

    def season(self, metric: str, name: str) -> tuple[int, int]:
        return 0, 0

    def falls_at(self) -> int | None:
        return self.breaks

    def streak_at(self, instant: datetime) -> tuple[int, datetime | None]:
        self.asked.append(instant)
        return self.decided


def standing(totals: Known) -> Standing:
    return Standing("acme", "ada", 1, totals)


def _date(slot: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(slot, zone).date()


def in_window(days: list[int], window: int, slot: int, zone: str) -> dict[date, int]:
    """What was gained on each day of the window."""
    today = datetime.fromtimestamp(slot, ZoneInfo(zone)).date()
    dated = {FIRST + timedelta(days=after): number for after, number in enumerate(days)}
    back = (today - timedelta(days=each) for each in range(window))
    return {day: number for day in back if (number := dated.get(day, 0))}


@unhurried
@given(numbers, instants, zones)
def test_a_window_holds_today_and_the_days_before_it_in_the_tenants_calendar(
    days: list[int], now: datetime, zone: str
) -> None:
    for board in (WEEKLY, MONTHLY):
        found = place(board, standing(Known(days)), AsOf(slot_at(now), zone))
        assert found.score == sum(in_window(days, board.window, slot_at(now), zone).values())
        assert found.reached_at == 77


@unhurried
@given(numbers, instants, zones)
def test_a_score_is_due_at_the_first_quarter_of_an_hour_at_which_it_comes_from_other_days(
    days: list[int], now: datetime, zone: str
) -> None:
    slot = slot_at(now)
    due = place(WEEKLY, standing(Known(days)), AsOf(slot, zone)).due
    now_in = in_window(days, 7, slot, zone)
    later = range(slot + SLOT_SECONDS, slot + 45 * 86400, SLOT_SECONDS)
    tz = ZoneInfo(zone)
    days_begin = (each for each in later if _date(each, tz) != _date(each - SLOT_SECONDS, tz))
    assert due == next((each for each in days_begin if in_window(days, 7, each, zone) != now_in), None)


@unhurried
@given(instants, st.integers(-3 * 86400, 3 * 86400))
def test_a_stored_streak_counts_until_it_breaks_and_is_decided_anew_from_then_on(now: datetime, seconds: int) -> None:
    breaks = now + timedelta(seconds=seconds)
    totals = Known(streak=9, breaks=int(breaks.timestamp() * 1000))
    slot = slot_at(now)
    found = place(STREAK, standing(totals), AsOf(slot, "UTC"))
    if now < breaks and slot < breaks.timestamp():
        assert (found.score, found.due, totals.asked) == (9, slot_from(breaks), [])
        assert place(STREAK, standing(totals), AsOf(slot_from(breaks), "UTC")).score == 0
    elif slot >= breaks.timestamp():
        assert (found.score, found.due, totals.asked) == (0, None, [datetime.fromtimestamp(slot, UTC)])


def test_a_streak_that_goes_on_longer_than_foreseen_is_due_again() -> None:
    now, again = datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 11, 21, 5, 50, tzinfo=UTC)
    totals = Known(streak=9, breaks=1000, decided=(9, again))
    found = place(STREAK, standing(totals), AsOf(slot_at(now), "UTC"))
    assert (found.score, found.due) == (9, slot_at(datetime(2026, 11, 21, 6, tzinfo=UTC)))


@unhurried
@given(numbers, numbers, instants)
def test_what_is_the_same_has_the_same_place(one: list[int], other: list[int], now: datetime) -> None:
    for board in (WEEKLY, MONTHLY):
        if same(board, Known(one), Known(other)):
            as_of = AsOf(slot_at(now), "UTC")
            assert place(board, standing(Known(one)), as_of) == place(board, standing(Known(other)), as_of)
