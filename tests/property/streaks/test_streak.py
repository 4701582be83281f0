"""What holds of every history: zones, clock changes, travel, late events, freezes, pauses and repairs."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from cairn.streaks.days import MAX_OFFSET, Day, add_activity, credited, day_end, local_date, zone_skipped
from cairn.streaks.model import Checkpoint, Marks, Streak, StreakRules, StreakSettings
from cairn.streaks.rules import checkpoint_at, falls_at, replay, standing
from tests.support.lives import ZONES as PLACES

ZONES = (*PLACES, "+05:45", "-11:00")
# Each a few days before something odd: Apia's skipped date, clock changes here and there, and nothing at all.
EPOCHS = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in ("2011-12-26", "2026-03-04", "2026-04-01", "2026-09-02", "2026-10-28", "2026-06-10")
)
SPAN = 24 * 40

moderate = settings(max_examples=120, deadline=None)


@dataclass(frozen=True)
class Activity:
    at: datetime
    zone: str
    completions: int
    seconds: int
    late: timedelta = timedelta()


@dataclass(frozen=True)
class History:
    """A player's activities in order, what else bears on the streak, and an instant after all of it."""

    activities: tuple[Activity, ...]
    marks: Marks
    rules: StreakRules
    zone: str
    now: datetime

    def days(self, activities: Iterable[Activity] | None = None) -> dict[date, Day]:
        days: dict[date, Day] = {}
        for each in self.activities if activities is None else activities:
            day, recorded_at = self.rules.local_date(each.at, each.zone), each.at + each.late
            days = add_activity(
                days,
                day=day,
                occurred_at=each.at,
                zone=each.zone,
                completions=each.completions,
                seconds=each.seconds,
                late_at=recorded_at if recorded_at >= self.rules.day_end(day, each.zone) else None,
            )
        return days

    @property
    def over(self) -> date:
        """The last date that is over everywhere."""
        hours = MAX_OFFSET + timedelta(hours=self.rules.latest_start_hours)
        return (self.now - hours).date() - timedelta(1)

    def streak(self, days: dict[date, Day] | None = None, since: Checkpoint | None = None) -> Streak:
        shown = self.days() if days is None else days
        return replay(shown, self.marks, self.rules, self.now, self.zone, since)


@st.composite
def some_settings(draw: st.DrawFn) -> StreakSettings:
    return StreakSettings(
        day_start_hours=draw(st.sampled_from((0, 0, 1, 3, 6))),
        freezes_at_start=draw(st.integers(0, 3)),
        freezes_max=draw(st.integers(0, 3)),
        freeze_every_active_days=draw(st.sampled_from((0, 1, 3, 7))),
        repair_within_hours=draw(st.sampled_from((0, 48, 48, 100))),
        repair_every_days=draw(st.sampled_from((0, 5, 30))),
        rest_weekdays=frozenset(draw(st.sets(st.integers(1, 7), max_size=2))),
    )


@st.composite
def histories(draw: st.DrawFn, most_zones: int = 4, trusted: bool = False) -> History:
    """Some forty days. `trusted`: none was late, so each carries the zone in force when it occurred."""
    epoch = draw(st.sampled_from(EPOCHS))
    moves = draw(st.lists(st.tuples(st.integers(0, SPAN), st.sampled_from(ZONES)), max_size=most_zones - 1))
    home = draw(st.sampled_from(ZONES))
    changes = sorted((epoch + timedelta(hours=hours), zone) for hours, zone in moves)

    def in_force(at: datetime) -> str:
        return next((zone for since, zone in reversed(changes) if since <= at), home)

    # Steps of about a day keep streaks alive often enough to be of interest.
    steps = draw(st.lists(st.integers(1, 60 * 24 * 2), min_size=1, max_size=30))
    at, activities = epoch, []
    for step in steps:
        at += timedelta(minutes=step)
        late = timedelta() if trusted else timedelta(hours=draw(st.sampled_from((0, 0, 0, 30, 71))))
        activities.append(
            Activity(
                at,
                in_force(at + late),
                draw(st.sampled_from((0, 0, 1, 2))),
                draw(st.sampled_from((60, 60, 1800))),
                late,
            )
        )

    def dates() -> st.SearchStrategy[date]:
        return st.integers(-1, 45).map(lambda n: epoch.date() + timedelta(n))

    def ranges(longest: int) -> st.SearchStrategy[tuple[date, date]]:
        return st.tuples(dates(), st.integers(0, longest)).map(lambda r: (r[0], r[0] + timedelta(r[1])))

    marks = Marks(
        zones=tuple(changes),
        freeze_requests=frozenset(draw(st.sets(dates(), max_size=4))),
        pauses=tuple(draw(st.lists(ranges(8), max_size=1))),
        restores=frozenset(draw(st.sets(dates(), max_size=2))),
        reversals=frozenset(draw(st.sets(dates(), max_size=2))),
    )
    later = sorted(draw(st.sets(dates(), max_size=2)))
    rules = StreakRules(
        eras=tuple((first, draw(some_settings())) for first in (date.min, *later)),
        amnesties=tuple(draw(st.lists(ranges(2), max_size=1))),
    )
    now = at + timedelta(minutes=draw(st.integers(0, 60 * 24 * 8)))
    return History(tuple(activities), marks, rules, in_force(now), now)


def core(streak: Streak) -> Streak:
    """What does not depend on where the replay began."""
    return replace(streak, bonuses={}, frozen=(), repaired=(), freeze_ledger=(), breaks=(), kinds={})


@moderate
@given(
    st.sampled_from(ZONES),
    st.dates(date(2005, 1, 1), date(2030, 12, 31)) | st.sampled_from([epoch.date() for epoch in EPOCHS]),
    st.integers(0, 9),
    st.integers(0, 6),
)
def test_a_date_runs_until_its_end_and_never_after(zone: str, day: date, plus: int, starts: int) -> None:
    day += timedelta(plus)
    end = day_end(day, zone, starts)
    assert local_date(end - timedelta(microseconds=1), zone, starts) <= day < local_date(end, zone, starts)
    length = end - day_end(day - timedelta(1), zone, starts)
    if zone_skipped(day, zone):
        assert length == timedelta()
    else:
        assert timedelta(hours=23) <= length <= timedelta(hours=25)


@moderate
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_of_the_same_activities_gives_the_same_streak(history: History, chance: random.Random) -> None:
    shuffled = list(history.activities)
    chance.shuffle(shuffled)
    assert history.streak(history.days(shuffled)) == history.streak()
    repeated = credited(history.days(shuffled + shuffled))
    assert {day: (each.first_at, each.zone) for day, each in repeated.items()} == {
        day: (each.first_at, each.zone) for day, each in credited(history.days()).items()
    }


@moderate
@given(histories(), st.integers(0, 60))
def test_a_replay_from_any_checkpoint_equals_the_replay_from_the_start(history: History, after: int) -> None:
    days = history.days()
    day = min(min(days) + timedelta(after), history.over)
    kept = checkpoint_at(days, history.marks, history.rules, day)
    assert kept.through is None or kept.through <= day
    later = {date: content for date, content in days.items() if not kept.through or date > kept.through}
    whole, resumed = history.streak(), history.streak(later, kept)
    assert core(resumed) == core(whole)
    ended = kept.through or date.min
    assert resumed.bonuses == {day: bonus for day, bonus in whole.bonuses.items() if day > ended}
    assert resumed.freeze_ledger == tuple(entry for entry in whole.freeze_ledger if entry.date > ended)
    assert resumed.frozen == tuple(day for day in whole.frozen if day > ended)
    assert resumed.repaired == tuple(day for day in whole.repaired if day > ended)
    assert resumed.breaks == tuple(each for each in whole.breaks if each.missed > ended)
    assert resumed.kinds == {day: kind for day, kind in whole.kinds.items() if day > ended}


@moderate
@given(histories(), st.lists(st.integers(0, 50), min_size=1, max_size=5))
def test_a_checkpoint_of_checkpoints_is_the_checkpoint(history: History, steps: list[int]) -> None:
    days = history.days()
    kept = None
    for step in sorted(steps):
        day = min(min(days) + timedelta(step), history.over)
        if kept and kept.through and day < kept.through:
            continue
        kept = checkpoint_at(days, history.marks, history.rules, day, kept)
        assert kept == checkpoint_at(days, history.marks, history.rules, day)


@moderate
@given(histories(trusted=True), st.lists(st.integers(0, SPAN), max_size=12))
def test_looking_often_gives_the_same_as_looking_once(history: History, looks: list[int]) -> None:
    """An hourly sweep that stores each checkpoint sees in the end what a player sees who was left alone."""
    first, kept = history.activities[0].at, None
    for look in sorted(looks):
        now = first + timedelta(hours=look)
        if now >= history.now:
            break
        seen = [each for each in history.activities if each.at <= now]
        zones = tuple(change for change in history.marks.zones if change[0] <= now)
        # The player's own view: changes to come are not known yet, and the zone is the one in force.
        zone = zones[-1][1] if zones else seen[-1].zone
        then = replace(history, marks=replace(history.marks, zones=zones), zone=zone, now=now)
        kept = then.streak(then.days(seen), kept).checkpoint
    assert core(history.streak(since=kept)) == core(history.streak())


@moderate
@given(histories())
def test_credited_dates_begin_one_after_the_other(history: History) -> None:
    history = replace(history, marks=replace(history.marks, reversals=frozenset()))
    days = history.days()
    taken = sorted(credited(days).items())
    assert all(one.first_at < other.first_at for (_, one), (_, other) in pairwise(taken))
    instants = {each.at for each in history.activities}
    assert history.streak().active_days == len(taken) <= len(instants)
    walk, reached = set(), date.min
    for each in sorted(history.activities, key=lambda each: each.at):
        reached = max(reached, history.rules.local_date(each.at, each.zone))
        walk.add(reached)
    assert {day for day, _ in taken} == walk


@moderate
@given(histories())
def test_a_struck_date_is_as_if_nothing_had_happened_on_it(history: History) -> None:
    left = {day: each for day, each in history.days().items() if day not in history.marks.reversals}
    assert history.streak() == replace(history, marks=replace(history.marks, reversals=frozenset())).streak(left)


@moderate
@given(histories(), some_settings(), st.integers(1, 9))
def test_settings_that_change_from_tomorrow_on_change_nothing_until_then(
    history: History, other: StreakSettings, after: int
) -> None:
    # A date to come for which a freeze is set aside may become one of rest.
    history = replace(history, marks=replace(history.marks, freeze_requests=frozenset()))
    tomorrow = history.now.date() + timedelta(1 + after)
    changed = replace(history, rules=history.rules.changed(other, tomorrow))
    before = replace(history, rules=history.rules.before(tomorrow))
    one, two = before.streak(), changed.streak()
    # These two look ahead.
    assert replace(one, recheck_at=two.recheck_at, repairable_until=two.repairable_until) == replace(
        two, checkpoint=one.checkpoint
    )


@moderate
@given(histories())
def test_the_figures_of_a_streak_agree_with_each_other(history: History) -> None:
    answer = history.streak()
    most = max(settings.freezes_max for _, settings in history.rules.eras)
    assert 0 <= answer.current <= answer.longest <= answer.active_days
    assert 0 <= answer.freezes_available <= most
    first = history.rules.on(min(answer.bonuses, default=history.rules.local_date(history.now, history.zone)))
    held = min(first.freezes_at_start, first.freezes_max)
    for entry in answer.freeze_ledger:
        held += entry.change
        assert (entry.held, abs(entry.change)) == (held, 1)
        assert 0 <= held <= most
    assert held == answer.freezes_available
    given_back = [entry.date for entry in answer.freeze_ledger if entry.kind == "given_back"]
    used = [entry.date for entry in answer.freeze_ledger if entry.change < 0]
    assert set(given_back) <= set(answer.bonuses)
    assert [day for day in used if day not in given_back] == list(answer.frozen)
    assert not set(answer.frozen) & set(answer.bonuses)
    assert {day for day, kind in answer.kinds.items() if kind == "active"} == set(answer.bonuses)
    assert {day for day, kind in answer.kinds.items() if kind == "frozen"} == set(answer.frozen)
    assert len(answer.bonuses) == answer.active_days
    assert all(5 <= bonus <= 50 for bonus in answer.bonuses.values())
    assert (answer.current > 0) == (answer.started_on is not None) == (answer.recheck_at is not None)
    assert answer.recheck_at is None or answer.recheck_at > history.now
    assert (standing(answer) == "broken") == (answer.current == 0 and answer.active_days > 0)
    for one, other in pairwise(answer.repaired):
        assert (other - one).days >= history.rules.on(other).repair_every_days


@moderate
@given(histories(trusted=True), st.integers(0, 48))
def test_nothing_changes_between_now_and_the_recheck(history: History, hours: int) -> None:
    """The sweep need not look before."""
    answer = history.streak()
    later = history.now + timedelta(hours=hours)
    if answer.recheck_at:
        later = min(later, answer.recheck_at - timedelta(microseconds=1))
    again = replace(history, now=later).streak()
    assert (again.current, again.freezes_available, again.recheck_at) == (
        answer.current,
        answer.freezes_available,
        answer.recheck_at,
    )


@moderate
@given(histories(), st.integers(1, 400))
def test_the_longest_streak_and_the_active_days_outlast_any_absence(history: History, days: int) -> None:
    now, later = history.streak(), replace(history, now=history.now + timedelta(days=days)).streak()
    assert (later.longest, later.active_days) == (now.longest, now.active_days)
    assert later.current in (0, now.current)


@moderate
@given(histories(most_zones=1), st.integers(0, 40))
def test_at_home_one_more_active_date_never_shortens_anything(history: History, place: int) -> None:
    # A freeze earned on another date can save another streak, so this holds without freezes and repairs.
    plain = [
        (first, replace(each, freezes_max=0, repair_within_hours=0, day_start_hours=0))
        for first, each in history.rules.eras
    ]
    home = replace(history, rules=replace(history.rules, eras=tuple(plain)))
    first = history.activities[0].at
    at = first + (history.now - first) * place / 40
    extra = Activity(at, history.activities[0].zone, 0, 60)
    before, after = home.streak(), home.streak(home.days((*home.activities, extra)))
    assert after.current >= before.current
    assert after.longest >= before.longest
    assert after.active_days >= before.active_days


@dataclass
class Player:
    """A second telling of the rules, for one zone."""

    held: int
    streak: int = 0
    longest: int = 0
    played: int = 0
    towards: int = 0
    lost: int = 0
    lost_at: datetime | None = None
    since: int = 0
    repaired: date | None = None


def live(history: History) -> Player:
    """Every date from the first to the last, without skipping any, and without looking ahead."""
    marks, zone = history.marks, history.zone

    def in_force(day: date) -> StreakSettings:
        return [settings for first, settings in history.rules.eras if first <= day][-1]

    def end_of(day: date) -> datetime:
        return day_end(day, zone, in_force(day + timedelta(1)).day_start_hours)

    by_date: dict[date, list[Activity]] = {}
    for each in history.activities:
        day = local_date(each.at, zone, 0)
        day = local_date(each.at, zone, in_force(day).day_start_hours)
        if day not in marks.reversals:
            by_date.setdefault(day, []).append(each)
    if not by_date:
        begin = in_force(history.rules.local_date(history.now, zone))
        return Player(held=min(begin.freezes_at_start, begin.freezes_max))
    day = min(by_date)
    begin = in_force(day)
    player = Player(held=min(begin.freezes_at_start, begin.freezes_max))
    window = timedelta()
    while day <= max(by_date) or end_of(day) <= history.now:
        end, rules = end_of(day), in_force(day)
        if done := by_date.get(day):
            player.streak += 1
            player.played += 1
            player.towards += 1
            player.since += 1
            if player.lost_at and window and min(each.at for each in done) - player.lost_at <= window:
                enough = (
                    sum(each.completions for each in done) >= rules.repair_completions
                    or sum(each.seconds for each in done) >= rules.repair_seconds
                )
                rested = not player.repaired or (day - player.repaired).days >= rules.repair_every_days
                if enough and rested:
                    player.streak = player.lost + player.since
                    player.repaired, player.lost_at = day, None
            else:
                player.lost_at = None
            player.longest = max(player.longest, player.streak)
            every = rules.freeze_every_active_days
            if every and player.towards >= every:
                player.towards = 0
                player.held = max(player.held, min(player.held + 1, rules.freezes_max))
        elif player.streak:
            off = (
                zone_skipped(day, zone)
                or day.isoweekday() in rules.rest_weekdays
                or day in marks.restores
                or any(first <= day <= last for first, last in marks.pauses + history.rules.amnesties)
            )
            if not off and player.held:
                player.held -= 1
            elif not off:
                if not player.lost_at or not window or end - player.lost_at >= window:
                    player.lost, player.lost_at, player.since = player.streak, end, 0
                    window = timedelta(hours=rules.repair_within_hours)
                player.streak = 0
        day += timedelta(1)
    return player


@settings(max_examples=300, deadline=None)
@given(histories(most_zones=1))
def test_a_streak_is_what_living_day_by_day_in_one_zone_gives(history: History) -> None:
    history = replace(history, marks=replace(history.marks, freeze_requests=frozenset()))
    expected, answer = live(history), history.streak()
    assert (answer.current, answer.longest, answer.active_days, answer.freezes_available) == (
        expected.streak,
        expected.longest,
        expected.played,
        expected.held,
    )


@settings(max_examples=200, deadline=None)
@given(histories())
def test_a_streak_lasts_at_least_until_it_is_foretold_to_break_and_no_day_longer(history: History) -> None:
    answer = history.streak()
    end = falls_at(history.days(), history.marks, history.rules, history.now, history.zone)
    if not answer.current:
        assert end is None
        return
    assert end is not None and end > history.now
    assert replace(history, now=end - timedelta(milliseconds=1)).streak().current == answer.current
    assert replace(history, now=end + timedelta(days=2)).streak().current == 0


@settings(max_examples=200, deadline=None)
@given(histories(most_zones=1))
def test_at_home_a_streak_breaks_when_it_is_foretold_to(history: History) -> None:
    end = falls_at(history.days(), history.marks, history.rules, history.now, history.zone)
    if end:
        assert replace(history, now=end).streak().current == 0


def test_where_every_day_is_one_of_rest_no_end_is_foretold() -> None:
    at_rest = StreakSettings(rest_weekdays=frozenset(range(1, 8)))
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    days = add_activity({}, day=noon.date(), occurred_at=noon, zone="UTC")
    assert falls_at(days, Marks(), StreakRules.always(at_rest), noon, "UTC") is None
