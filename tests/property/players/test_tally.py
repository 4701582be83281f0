"""What boards need of a player, whatever the order in which it happened to be recorded."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from cairn.players.storage import pack_tally, unpack_tally
from cairn.players.tally import DAYS_KEPT, Tally, tallied, within
from cairn.tenants.boards import Tracked
from cairn.tenants.seasons import Calendar, season_of

unhurried = settings(deadline=None)

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
ZONES = ("UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu")
TRACKED = Tracked(
    reached=frozenset({"words_learned"}),
    daily=frozenset({"total_xp"}),
    seasons={"total_xp": frozenset({Calendar.MONTH, Calendar.QUARTER})},
)

gains = st.lists(
    st.tuples(
        st.integers(0, 34 * 24 * 60), st.sampled_from(("total_xp", "words_learned", "other")), st.integers(-50, 99)
    ),
    max_size=30,
)


def played(happened: list[tuple[int, str, int]], tracked: Tracked = TRACKED) -> Tally:
    tally, numbers = Tally(), Counter[str]()
    for minutes, metric, by in happened:
        after = numbers.copy()
        after[metric] += by
        tally = tallied(tally, numbers, after, BEGIN + timedelta(minutes=minutes), tracked)
        numbers = after
    return tally


@unhurried
@given(gains, st.sampled_from(ZONES))
def test_days_and_seasons_hold_what_was_gained_in_them_by_the_tenants_calendar(
    happened: list[tuple[int, str, int]], zone: str
) -> None:
    tracked = Tracked(zone, TRACKED.reached, TRACKED.daily, TRACKED.seasons)
    tally = played(happened, tracked)
    by_day, by_season = Counter[date](), Counter[str]()
    for minutes, metric, by in happened:
        if metric == "total_xp":
            day = (BEGIN + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone)).date()
            by_day[day] += by
            for calendar in (Calendar.MONTH, Calendar.QUARTER):
                by_season[season_of(day, calendar)] += by
    latest = max((day for day in by_day if by_day[day]), default=date.min)
    recent = {day: by for day, by in by_day.items() if by and (latest - day).days < 30}
    assert {day: by for day, by in tally.daily.get("total_xp", {}).items() if (latest - day).days < 30} == recent
    kept = {name: season.total for name, season in tally.seasons.get("total_xp", {}).items()}
    for names in ([name for name in by_season if "Q" in name], [name for name in by_season if "Q" not in name]):
        for name in sorted(names)[-2:]:
            assert kept.get(name, 0) == by_season[name]
    assert len(kept) <= 4


@unhurried
@given(gains, st.randoms(use_true_random=False))
def test_the_order_of_recording_changes_nothing_within_the_windows(
    happened: list[tuple[int, str, int]], chance: object
) -> None:
    shuffled = list(happened)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = played(happened), played(shuffled)
    assert one.reached == other.reached
    assert one.seasons == other.seasons
    assert one.daily == other.daily


@unhurried
@given(gains, st.integers(0, 34 * 24 * 60))
def test_a_season_that_is_asked_for_when_it_has_begun_comes_to_the_same(
    happened: list[tuple[int, str, int]], since: int
) -> None:
    """However much of it happened before a board asked; only a player without a change since has no sum yet."""
    in_order = sorted(happened)
    by_day_alone = Tracked(TRACKED.zone, TRACKED.reached, TRACKED.daily)
    before = [each for each in in_order if each[0] < since]
    tally, numbers = played(before, by_day_alone), Counter[str]()
    for _, metric, by in before:
        numbers[metric] += by
    for minutes, metric, by in in_order[len(before) :]:
        after = numbers.copy()
        after[metric] += by
        tally = tallied(tally, numbers, after, BEGIN + timedelta(minutes=minutes), TRACKED)
        numbers = after
    always = {name: season.total for name, season in played(in_order).seasons.get("total_xp", {}).items()}
    asked_late = {name: season.total for name, season in tally.seasons.get("total_xp", {}).items()}
    assert asked_late.items() <= always.items()
    days = tally.daily.get("total_xp", {})
    assert all(within(days, name) == always[name] for name in always.keys() - asked_late.keys())


@unhurried
@given(gains)
def test_a_total_is_reached_when_the_latest_of_what_changed_it_happened(happened: list[tuple[int, str, int]]) -> None:
    at = [minutes for minutes, metric, by in happened if metric == "words_learned" and by]
    reached = played(happened).reached.get("words_learned")
    assert reached == (BEGIN + timedelta(minutes=max(at)) if at else None)


@unhurried
@given(gains, st.none() | st.integers(0, 10**12))
def test_what_is_stored_comes_back(happened: list[tuple[int, str, int]], milliseconds: int | None) -> None:
    tally = played(happened)
    falls_at = None if milliseconds is None else BEGIN + timedelta(milliseconds=milliseconds)
    tally = Tally(tally.reached, {name: days for name, days in tally.daily.items() if days}, tally.seasons, falls_at)
    assert unpack_tally(pack_tally(tally)) == tally


def test_only_the_days_of_the_windows_are_kept() -> None:
    year = [(day * 24 * 60, "total_xp", 5) for day in range(365)]
    days = played(year).daily["total_xp"]
    assert len(days) == DAYS_KEPT
    assert min(days) == max(days) - timedelta(days=DAYS_KEPT - 1)
