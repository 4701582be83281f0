"""What is earned by period is the same in whatever order events are recorded, and whatever else happens in between."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cairn.achievements.criteria import AllOf, Comparison, Threshold, first_day
from cairn.achievements.definitions import Every, Repeat
from cairn.achievements.rules import Watch
from cairn.players.player import Last, Player
from cairn.players.tally import Tally, tallied
from cairn.tenants.boards import Tracked
from cairn.tenants.seasons import Calendar, season_of
from tests.support.achievements import achievement

BEGIN = datetime(2026, 11, 2, 12, tzinfo=UTC)
TRACKED = Tracked("UTC", daily=frozenset({"km"}))
# On which day, and how many kilometres; 0 for something else that the player did.
EVENTS = st.lists(st.tuples(st.integers(0, 24), st.integers(0, 12)), max_size=15)
WITHIN = st.sampled_from(["week", "month", "last_1_days", "last_3_days", "last_7_days", "last_31_days"])
REPEATS = st.sampled_from([None, Repeat(Every.DAY), Repeat(Every.WEEK), Repeat(Every.MONTH)])


def occasion(day: date, repeat: Repeat | None) -> str:
    if repeat is None:
        return ""
    return day.isoformat() if repeat.every is Every.DAY else season_of(day, Calendar(repeat.every.value))


@settings(deadline=None)
@example([(0, 12), (1, 0), (1, 1)], "last_7_days", Repeat(Every.DAY), 10)
@given(EVENTS, WITHIN, REPEATS, st.integers(1, 40))
def test_every_day_that_completes_a_period_earns_it_once_all_is_recorded(
    events: list[tuple[int, int]], within: str, repeat: Repeat | None, value: int
) -> None:
    watch = Watch([achievement("it", criteria=Threshold("km", value, within=within), repeat=repeat)])
    player, earned = Player("acme", "ada"), set[str]()
    by_day: dict[date, int] = {}
    for day, km in events:
        at = BEGIN + timedelta(days=day)
        before = player
        metrics = {"km": before.metrics.get("km", 0) + km}
        tally = tallied(before.tally, before.metrics, metrics, at, TRACKED)
        player = Player("acme", "ada", metrics=metrics, tally=tally, last=Last("e", "", at.date(), at))
        earned |= {each.occasion for each in watch.crossed(before if before.last else None, player)}
        by_day[at.date()] = by_day.get(at.date(), 0) + km
    ridden = {day: km for day, km in by_day.items() if km}
    completed = {
        occasion(day, repeat)
        for day in ridden
        if sum(km for other, km in ridden.items() if first_day(within, day) <= other <= day) >= value
    }
    assert earned == completed


def test_what_time_alone_brings_about_is_earned_with_the_next_change() -> None:
    """Falls of Friday are over on Saturday: nothing looks until something that is watched changes."""
    rested = AllOf((Threshold("rides", 5), Threshold("falls", 1, Comparison.AT_MOST, "last_1_days")))
    watch = Watch([achievement("rested", criteria=rested)])

    def of(day: int, rides: int, **falls: int) -> Player:
        at = BEGIN + timedelta(days=day)
        by_day = {"falls": {(BEGIN + timedelta(days=int(each[1:]))).date(): number for each, number in falls.items()}}
        metrics = {"rides": rides, "falls": sum(falls.values())}
        return Player("acme", "ada", metrics=metrics, tally=Tally(daily=by_day), last=Last("e", "", at.date(), at))

    friday, saturday, fallen_again = of(4, 5, d4=3), of(5, 5, d4=3), of(5, 5, d4=3, d5=1)
    assert watch.crossed(of(4, 5, d4=2), friday) == []
    assert watch.crossed(friday, saturday) == []
    assert [each.name for each in watch.crossed(saturday, fallen_again)] == ["rested"]
    assert watch.crossed(fallen_again, of(5, 6, d4=3, d5=1)) == []
