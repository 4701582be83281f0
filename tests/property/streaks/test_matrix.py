"""Every zone that is odd, against everything that can befall a streak: the order of arrival never matters."""

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cairn.platform import keys
from cairn.platform.table import Table
from cairn.platform.transact import ConditionsFailed, transact
from cairn.players import storage
from cairn.players.player import Player
from cairn.players.storage import PlayerItem
from cairn.players.streak import streak_of
from cairn.progress.journey import Journey, Loaded
from cairn.progress.progress import Moment, Record, Session
from cairn.streaks.days import Day, add_activity
from cairn.streaks.model import Marks, StreakRules, StreakSettings
from cairn.streaks.rules import reaches, replay
from cairn.tenants.settings import TenantSettings
from tests.support.engine import items_of, table_in_memory
from tests.support.lives import core
from tests.support.published import LESSON

DAYS = 18
# A place, and the first of so many days, of which one in the middle is odd.
PLACES = {
    "Apia skips a date": ("Pacific/Apia", date(2011, 12, 21)),
    "Santiago springs over midnight": ("America/Santiago", date(2026, 8, 28)),
    "New York springs forward": ("America/New_York", date(2026, 2, 27)),
    "New York falls back": ("America/New_York", date(2026, 10, 23)),
    "Kolkata is half an hour off": ("Asia/Kolkata", date(2026, 6, 1)),
    "Kathmandu is a quarter off": ("Asia/Kathmandu", date(2026, 6, 1)),
    "Chatham falls back": ("Pacific/Chatham", date(2026, 3, 27)),
    "Kiritimati is first": ("Pacific/Kiritimati", date(2026, 6, 1)),
}
EVENTS = ("freeze", "pause", "repair", "late event", "travel east", "travel west")
EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"

every_cell = pytest.mark.parametrize("place", PLACES)
every_event = pytest.mark.parametrize("event", EVENTS)


@dataclass(frozen=True)
class Activity:
    """Something done at an instant, and known at another. long: for an hour, which repairs."""

    at: datetime
    recorded_at: datetime
    zone: str
    long: bool

    @property
    def cause(self) -> str:
        return f"{self.at.isoformat()} {self.long}"


@dataclass(frozen=True)
class Story:
    activities: tuple[Activity, ...]
    marks: Marks
    rules: StreakRules
    zone: str
    now: datetime

    def days(self, activities: Sequence[Activity]) -> dict[date, Day]:
        days: dict[date, Day] = {}
        for each in activities:
            day = self.rules.local_date(each.at, each.zone)
            late = each.recorded_at >= self.rules.day_end(day, each.zone)
            days = add_activity(
                days,
                day=day,
                occurred_at=each.at,
                zone=each.zone,
                seconds=3600 if each.long else 0,
                late_at=each.recorded_at if late else None,
            )
        return days


@st.composite
def stories(draw: st.DrawFn, place: str, event: str) -> Story:
    """Some days at a place: a few of them missed, hours of any kind, and one thing that befalls the streak."""
    home, first = PLACES[place]
    missed = draw(st.sets(st.integers(1, DAYS - 1), max_size=4))
    moved_on = draw(st.integers(3, DAYS - 3)) if event.startswith("travel") else DAYS + 9
    away = EAST if event == "travel east" else WEST
    since = datetime.combine(first + timedelta(moved_on), time(draw(st.integers(0, 23))), ZoneInfo(home))
    since = since.astimezone(UTC)
    activities = []
    for number in set(range(DAYS)) - missed:
        for _ in range(draw(st.integers(1, 2))):
            minutes = draw(st.sampled_from((0, 1, 59, 60, 119, 150, 720, 1380, 1439)))
            zone = away if number >= moved_on else home
            local = datetime.combine(first + timedelta(number), time(minutes // 60, minutes % 60), ZoneInfo(zone))
            at = local.astimezone(UTC)
            late = timedelta(hours=draw(st.sampled_from((0, 0, 30, 71)))) if event == "late event" else timedelta()
            recorded_at = at + late
            in_force = away if event.startswith("travel") and recorded_at >= since else home
            long = event == "repair" and draw(st.booleans())
            activities.append(Activity(at, recorded_at, in_force, long))
    dates = st.integers(1, DAYS).map(lambda number: first + timedelta(number))
    marks = Marks(zones=((activities[0].at - timedelta(days=9), home),))
    if event.startswith("travel"):
        marks = replace(marks, zones=(*marks.zones, (since, away)))
    if event == "freeze":
        marks = replace(marks, freeze_requests=frozenset(draw(st.sets(dates, max_size=3))))
    if event == "pause":
        begins = draw(dates)
        marks = replace(marks, pauses=((begins, begins + timedelta(draw(st.integers(0, 5)))),))
    plain = StreakSettings(day_start_hours=draw(st.sampled_from((0, 0, 2))), repair_every_days=5)
    without = replace(plain, freezes_at_start=0, freezes_max=0)
    now = max(each.recorded_at for each in activities) + timedelta(hours=draw(st.integers(0, 60)))
    zone = away if event.startswith("travel") and now >= since else home
    return Story(
        tuple({each.cause: each for each in activities}.values()),
        marks,
        StreakRules.always(without if event == "repair" else plain),
        zone,
        now,
    )


@every_cell
@every_event
def test_any_order_and_any_repetition_is_the_same_streak(place: str, event: str) -> None:
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(stories(place, event), st.randoms(use_true_random=False))
    def holds(story: Story, chance: random.Random) -> None:
        arrivals = list(story.activities)
        chance.shuffle(arrivals)
        twice = story.days([*arrivals, *arrivals])
        once = story.days(arrivals)
        # What is added twice is twice as long; that it is added once is the event id's doing.
        repeated = {day: replace(each, seconds=once[day].seconds) for day, each in twice.items()}
        streaks = [
            replay(days, story.marks, story.rules, story.now, story.zone)
            for days in (story.days(story.activities), once, repeated)
        ]
        assert streaks[0] == streaks[1] == streaks[2]

    holds()


def arrive(table: Table, story: Story, tenant: TenantSettings, activity: Activity) -> None:
    """Records an activity as commands do: on what is stored, reading the calendar where it reaches that far back."""
    player = stored(table)
    day = story.rules.local_date(activity.at, activity.zone)
    filed = None
    if reaches(player.checkpoint, day):
        player, filed = storage.with_calendar(table, player)
    journey = Journey(Loaded(player, filed=filed), tenant, story.now)
    moment = Moment(activity.at, activity.recorded_at, activity.zone, day)
    if activity.long:
        journey.play(replace(LESSON, id=activity.cause), Session(3600), moment, activity.cause)
    else:
        journey.play(None, Record("check_in"), moment, activity.cause)
    with suppress(ConditionsFailed):
        transact(table, journey.actions())


def stored(table: Table) -> Player:
    return storage.from_item(PlayerItem.parse(items_of(table)[keys.player("acme", "ada")]))


@every_cell
@every_event
def test_through_the_table_too_where_windows_slide(place: str, event: str) -> None:
    @settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
    @given(stories(place, event), st.randoms(use_true_random=False))
    def holds(story: Story, chance: random.Random) -> None:
        tenant = TenantSettings(streak=story.rules)
        expected = replay(story.days(story.activities), story.marks, story.rules, story.now, story.zone)
        arrivals = [*story.activities, *chance.sample(story.activities, 3)]
        chance.shuffle(arrivals)
        for order in (sorted(arrivals, key=lambda each: each.recorded_at), arrivals):
            table = table_in_memory()
            begun = Player("acme", "ada", zone=story.zone, marks=story.marks)
            transact(table, [storage.write(begun, tenant)])
            for activity in order:
                arrive(table, story, tenant, activity)
            window = stored(table)
            whole, _ = storage.with_calendar(table, window)
            assert core(streak_of(window, story.rules, "UTC", story.now)) == core(expected)
            assert streak_of(whole, story.rules, "UTC", story.now) == expected
            assert {day: paid for day, paid in whole.paid.items() if paid} == expected.bonuses
            ledger = [raw for key, raw in items_of(table).items() if key.sk.startswith(keys.LEDGER_PREFIX)]
            assert window.xp == sum(int(raw["amount"]["N"]) for raw in ledger) == sum(expected.bonuses.values())
            assert window.current_streak == expected.current
            if len(whole.days) > 12:
                assert window.checkpoint is not None, "the window has slid"

    holds()
