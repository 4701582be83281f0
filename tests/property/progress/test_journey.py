"""Random commands: no illegal state, XP that equals its ledger, and batches that equal single steps."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cairn.achievements.definitions import ACHIEVEMENTS
from cairn.achievements.rules import Watch
from cairn.analytics.facts import VISITS
from cairn.catalog.experience import Criteria, Experience
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.players.player import Player
from cairn.players.storage import PlayerItem, from_item, to_item
from cairn.progress.journey import Journey, Loaded
from cairn.progress.progress import (
    DONE,
    Abandon,
    Advance,
    Command,
    Complete,
    Discover,
    Moment,
    Practise,
    Progress,
    Record,
    Repair,
    Resume,
    Session,
    Start,
    State,
    Waive,
    WorkOnBlock,
)
from cairn.streaks.days import local_date
from cairn.streaks.rules import replay
from cairn.tenants.settings import TenantSettings
from tests.support.legal import faults
from tests.support.memory import Memory
from tests.support.published import LESSON

SETTINGS = TenantSettings()
BEGIN = datetime(2026, 11, 2, 9, tzinfo=UTC)
QUADRANTS = dict.fromkeys(("SO", "BO", "SI", "BI"), "text")
EXPERIENCES = {
    "woods": Experience(
        "woods",
        1,
        "Woods",
        kind="scenario",
        quadrants=QUADRANTS,
        virtue_impacts={"wisdom": 60, "justice": -5},
        buckets=2,
    ),
    "walk": Experience("walk", 1, "Walk", virtue_impacts={"wisdom": 60.5}),
    "desk": Experience("desk", 1, "Desk", xp_reward=0, criteria=Criteria(min_time_minutes=5, reflection=True)),
    "lesson": replace(LESSON, buckets=3),
}
CONTENTS = st.sampled_from(["gate", "lamp", "well", "a[0]"])

COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.just(Start()),
    st.builds(
        Record,
        st.sampled_from(["waypoint_visited", "quest_started", "quest_completed", "word_learned"]),
        st.one_of(st.none(), CONTENTS),
        st.integers(0, 300),
    ),
    st.builds(
        Record,
        st.sampled_from(["item_collected", "item_used"]),
        CONTENTS,
        st.just(0),
        st.builds(lambda quantity: {"quantity": quantity}, st.integers(1, 4)),
    ),
    st.builds(Advance, st.sampled_from([None, "SO", "BO", "SI", "BI"])),
    st.just(Advance()),
    st.builds(Session, st.integers(0, 4000)),
    st.builds(Complete, st.sampled_from(["", "Yes."])),
    st.sampled_from([Discover(), Resume(), Abandon(), Repair()]),
    st.builds(Practise, st.just(b"secret"), st.sampled_from([0.0, 1.0, 2.0])),
    st.builds(Waive, st.just("why"), criterion=st.sampled_from(["quadrants", "reflection", "blocks"])),
    st.builds(
        WorkOnBlock,
        st.sampled_from(["film", "quiz", "essay", "menu", "head"]),
        completed=st.booleans(),
        seconds=st.integers(0, 300),
        interactions=st.integers(0, 2),
        score=st.one_of(st.none(), st.sampled_from([0.5, 1.0])),
    ),
)
# Those of the player, which alone are in the facts.
PLAYERS = Discover | Resume | Abandon | Start | Record | Advance | Session | Complete | Practise | WorkOnBlock


@dataclass(frozen=True)
class Step:
    experience: str
    command: Command
    later: timedelta
    late: timedelta
    """How long after it happened it was recorded."""


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(sorted(EXPERIENCES)),
        COMMANDS,
        st.sampled_from([timedelta(minutes=7), timedelta(hours=9), timedelta(hours=25), timedelta(days=3)]),
        st.sampled_from([timedelta(0)] * 4 + [timedelta(hours=20), timedelta(hours=50), timedelta(days=9)]),
    ),
    max_size=25,
)


def play(steps: list[Step], *, at_once: int, watch: Watch | None = None) -> Memory:
    """Plays the steps, so many in one journey; refusals leave no trace."""
    outcome = Memory(Loaded(Player("acme", "ada")))
    now = BEGIN
    moments = []
    for number, step in enumerate(steps):
        now += step.later
        moments.append((number, step, now))
    for start in range(0, len(moments), at_once):
        some = moments[start : start + at_once]
        journey = Journey(outcome.loaded, SETTINGS, some[-1][2], watch, held={each[2:] for each in outcome.unlocks})
        for number, step, recorded_at in some:
            occurred_at = recorded_at - step.late
            moment = Moment(occurred_at, recorded_at, "UTC", local_date(occurred_at, "UTC", 0))
            try:
                journey.play(EXPERIENCES[step.experience], step.command, moment, f"step {number}", now=recorded_at)
            except DomainError as refusal:
                outcome.refused.append(f"{number} {refusal.code}")
        outcome.write(journey)
    return outcome


@settings(deadline=None)
@given(STEPS)
def test_no_sequence_of_commands_reaches_an_illegal_state(steps: list[Step]) -> None:
    outcome = play(steps, at_once=1)
    done = {name for name, head in outcome.loaded.progress.items() if head.state in DONE}
    for name, head in outcome.loaded.progress.items():
        buckets = [bucket for (each, _), bucket in outcome.loaded.contents.items() if each == name]
        contents = {content: each for bucket in buckets for content, each in bucket.contents.items()}
        assert faults(EXPERIENCES[name], head, contents) == []
    every = [each for bucket in outcome.loaded.contents.values() for each in bucket.contents.values()]
    assert all(each.items >= 0 and each.visits > 0 for each in every)
    player = outcome.loaded.player
    assert all(0 <= value <= 100 for value in player.virtues.values())
    assert player.metrics.get("experiences_completed", 0) == len(done)
    assert player.longest_streak >= player.current_streak >= 0


@settings(deadline=None)
@given(STEPS, st.sampled_from([1, 3, 25]))
def test_total_xp_is_the_sum_of_the_ledger_and_of_the_facts(steps: list[Step], at_once: int) -> None:
    outcome = play(steps, at_once=at_once, watch=Watch(ACHIEVEMENTS))
    player = outcome.loaded.player
    assert player.xp == sum(outcome.ledger.values())
    facts = Counter[str]()
    for numbers in outcome.facts.values():
        facts.update({name: amount for name, amount in numbers.items() if name.startswith("xp_")})
    assert player.xp == sum(facts.values())
    assert facts["xp_achievement"] == sum(
        each.xp for each in ACHIEVEMENTS if f"A#{keys.encode(each.id)}" in outcome.unlocks
    )


@settings(deadline=None)
@given(STEPS)
def test_every_event_that_was_accepted_stands_once_in_log_and_facts(steps: list[Step]) -> None:
    outcome = play(steps, at_once=1)
    refused = {int(each.split()[0]) for each in outcome.refused}
    accepted = [step.command for number, step in enumerate(steps) if number not in refused]
    assert len(set(outcome.events)) == len(outcome.events) == len(accepted)
    assert len(set(outcome.level_ups)) == len(outcome.level_ups) == outcome.loaded.player.level_announced - 1
    players = sum(isinstance(command, PLAYERS) for command in accepted)
    assert sum(numbers["events"] for numbers in outcome.facts.values()) == players
    visits = sum(each.visits for bucket in outcome.loaded.contents.values() for each in bucket.contents.values())
    counted = sum(
        amount for numbers in outcome.facts.values() for name, amount in numbers.items() if name.startswith(VISITS)
    )
    assert visits == counted


@settings(deadline=None)
@given(STEPS)
def test_the_bonus_that_was_paid_is_that_of_the_streak_replayed(steps: list[Step]) -> None:
    outcome = play(steps, at_once=1)
    player = outcome.loaded.player
    now = BEGIN + sum((step.later for step in steps), timedelta())
    streak = replay(player.days, player.marks, SETTINGS.streak, now, "UTC", since=player.checkpoint)
    assert dict(player.paid) == {day: bonus for day, bonus in streak.bonuses.items() if day in player.paid}
    assert set(player.paid) >= set(streak.bonuses)
    paid = sum(amount for key, amount in outcome.ledger.items() if key.endswith("#streak_bonus"))
    if player.checkpoint is None:
        assert paid == sum(streak.bonuses.values())


WAYPOINT, AT_ONCE = Record("waypoint_visited", "gate"), timedelta(0)
LATE_FOR_THE_DAY_THAT_THE_HEAD_HAD = [
    Step("walk", WAYPOINT, timedelta(minutes=7), AT_ONCE),
    Step("walk", WAYPOINT, timedelta(minutes=7), AT_ONCE),
    Step("walk", WAYPOINT, timedelta(hours=25), AT_ONCE),
    Step("walk", WAYPOINT, timedelta(minutes=7), timedelta(hours=20)),
]


@settings(deadline=None)
@example(LATE_FOR_THE_DAY_THAT_THE_HEAD_HAD, 2, False)
@given(STEPS, st.integers(2, 25), st.booleans())
def test_many_commands_in_one_journey_end_where_one_at_a_time_do(
    steps: list[Step], at_once: int, unlocking: bool
) -> None:
    watch = Watch(ACHIEVEMENTS) if unlocking else None
    single, batch = play(steps, at_once=1, watch=watch), play(steps, at_once=at_once, watch=watch)
    assert batch.refused == single.refused
    assert unversioned(batch.loaded) == unversioned(single.loaded)
    assert batch.ledger == single.ledger
    assert batch.facts == single.facts
    assert batch.bounds == single.bounds
    assert sorted(batch.events) == sorted(single.events)
    assert sorted(batch.level_ups) == sorted(single.level_ups)
    assert batch.unlocks == single.unlocks


def unversioned(loaded: Loaded) -> Any:
    """What stands, but for how often it was written, which days that touched, and where the streak's window begins."""
    player = loaded.player
    return (
        replace(player, ver=0, touched=(), checkpoint=None, days={}, paid={}),
        {name: replace(head, ver=0) for name, head in loaded.progress.items()},
        {at: dict(bucket.contents) for at, bucket in loaded.contents.items() if bucket.contents},
    )


@settings(deadline=None)
@given(STEPS)
def test_a_player_reads_back_from_the_table_as_written(steps: list[Step]) -> None:
    player = play(steps, at_once=1).loaded.player
    back = from_item(PlayerItem.parse(to_item(player, SETTINGS).serialize()))
    assert back == replace(
        player,
        ver=player.ver + 1,
        virtues={name: value for name, value in player.virtues.items() if value},
        metrics={name: value for name, value in player.metrics.items() if value},
        paid={day: bonus for day, bonus in player.paid.items() if bonus},
    )


@settings(deadline=None)
@given(STEPS, st.randoms(use_true_random=False))
def test_a_retry_of_a_command_means_the_same_event_whoever_comes_first(steps: list[Step], shuffle: Any) -> None:
    """Two commands that race: whichever is decided first, and decided again, has the id that it had."""
    outcome = play(steps, at_once=1)
    order = list(range(2))
    shuffle.shuffle(order)
    moment = Moment(BEGIN, BEGIN, "UTC", BEGIN.date())
    commands = [Record("word_learned", "gate"), Record("waypoint_visited", "well")]

    def race(order: list[int]) -> tuple[set[str], dict[str, int]]:
        journey = Journey(Loaded(outcome.loaded.player), SETTINGS, BEGIN)
        walk = replace(EXPERIENCES["walk"], id="race")
        ids = {journey.play(walk, commands[each], moment, f"key {each}").event for each in order}
        return ids, dict(journey.player.metrics)

    assert race([0, 1]) == race([1, 0])


def test_the_progress_of_a_journey_is_a_head(  # a guard of the helpers above: they must play something
) -> None:
    steps = [Step("walk", command, timedelta(minutes=7), timedelta(0)) for command in (Start(), Complete())]
    outcome = play(steps, at_once=2)
    assert isinstance(outcome.loaded.progress["walk"], Progress)
    assert outcome.loaded.progress["walk"].state is State.COMPLETED
    assert sum(outcome.ledger.values()) == 105
    assert outcome.refused == []
