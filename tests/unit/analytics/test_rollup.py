"""Rolling a day up from facts, and the sketch of its times. Pure."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from cairn.analytics.facts import FactChange, of_happening, page_of
from cairn.analytics.rollup import Fact, Rollup, roll_up, status
from cairn.analytics.sketch import bin_of, quantile
from cairn.progress.progress import Happening


def fact(player: str, experience: str, first: int | None = 10, last: int | None = 20, **numbers: int) -> Fact:
    return Fact(player, experience, {name.replace("__", "~"): each for name, each in numbers.items()}, first, last)


def test_a_player_counts_once_in_each_scope() -> None:
    scopes = roll_up(
        [
            fact("ada", "hill", events=2),
            fact("ada", "woods", events=1),
            fact("ada", "woods", events=3),  # a continuation page
            fact("bob", "woods", events=1),
        ]
    )
    assert {scope: rollup.players for scope, rollup in scopes.items()} == {
        "tenant": 2,
        "experience#hill": 1,
        "experience#woods": 2,
    }
    assert scopes["tenant"].numbers["events"] == 7
    assert scopes["experience#woods"].numbers["events"] == 5


def test_a_player_who_was_only_paid_for_the_day_is_not_counted_as_active() -> None:
    scopes = roll_up([fact("ada", "woods", None, None, xp_streak_bonus=5)])
    assert (scopes["tenant"].players, scopes["tenant"].numbers["xp_streak_bonus"]) == (0, 5)
    assert scopes["tenant"].first is None


def test_content_is_counted_by_visits_seconds_and_distinct_players() -> None:
    scopes = roll_up(
        [
            fact("ada", "hill", events=1, n__gate=2, s__gate=30),
            fact("ada", "woods", events=1, n__gate=1),
            fact("bob", "woods", events=1, n__gate=1, s__gate=5, n__well=1),
        ]
    )
    gate = scopes["tenant"].contents["gate"]
    assert (gate.visits, gate.seconds, gate.players) == (4, 35, 2)
    assert scopes["experience#woods"].contents["gate"].players == 2
    assert scopes["tenant"].contents["well"].players == 1


def test_the_first_and_last_instant_are_those_of_all() -> None:
    scopes = roll_up([fact("ada", "woods", 50, 60, events=1), fact("bob", "woods", 40, 55, events=1)])
    assert (scopes["tenant"].first, scopes["tenant"].last) == (40, 60)


def test_shards_of_a_day_merge_into_what_one_shard_would_have_been() -> None:
    facts = [
        fact(
            f"p{number}",
            f"e{number % 3}",
            number,
            number + 9,
            events=1 + number,
            sessions=1,
            session_seconds=number * 7,
        )
        for number in range(10)
    ]
    merged = Rollup()
    merged.merge(roll_up(facts[:4])["tenant"])
    merged.merge(roll_up(facts[4:])["tenant"])
    assert merged == roll_up(facts)["tenant"]


def test_nothing_rolls_up_to_nothing() -> None:
    assert roll_up([]) == {}


@pytest.mark.parametrize(
    ("happening", "numbers"),
    [
        (Happening("experience_started", started=True), {"events": 1, "starts": 1}),
        (Happening("x", content="a", seconds=3), {"events": 1, "n~a": 1, "s~a": 3}),
        (Happening("x", content="a"), {"events": 1, "n~a": 1}),
        (Happening("s", session_seconds=0), {"events": 1, "sessions": 1, "session_count": 1}),
        (
            Happening("s", session_seconds=60),
            {"events": 1, "sessions": 1, "session_seconds": 60, "session_count": 1},
        ),
        (
            Happening("q", content="SO", quadrant="SO", step_seconds=9),
            {"events": 1, "quadrant_steps": 1, "quadrant_seconds": 9},
        ),
        (Happening("c", completed=True, elapsed_seconds=70), {"events": 1, "completions": 1, "completion_seconds": 70}),
    ],
)
def test_a_happening_adds_its_numbers_to_the_fact(happening: Happening, numbers: dict[str, int]) -> None:
    assert of_happening(happening) == Counter(numbers)


def test_sixteen_contents_fill_a_page_of_a_fact() -> None:
    assert [page_of(contents) for contents in (0, 1, 16, 17, 32, 33)] == [0, 0, 0, 1, 1, 2]


def test_changes_of_one_fact_add_up() -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    change = FactChange(Counter(events=1), noon, noon)
    change.add(FactChange(Counter(events=2, starts=1), noon - timedelta(hours=1), noon + timedelta(hours=1)))
    change.add(FactChange(Counter(xp_completion=5)))
    assert change.numbers == Counter(events=3, starts=1, xp_completion=5)
    assert (change.first, change.last) == (noon - timedelta(hours=1), noon + timedelta(hours=1))


def test_a_day_is_open_then_provisional_then_final() -> None:
    day = date(2026, 11, 20)
    closes, final = datetime(2026, 11, 21, 18, tzinfo=UTC), datetime(2026, 11, 24, 18, tzinfo=UTC)
    moment = timedelta(seconds=1)
    moments = [closes - moment, closes, final - moment, final]
    assert [status(day, each) for each in moments] == ["open", "provisional", "provisional", "final"]


def test_quantiles_are_right_to_two_percent() -> None:
    times = random.Random(7)
    for scale in (10, 1_000, 100_000):
        seconds = sorted(int(times.expovariate(1 / scale)) + 2 for _ in range(2_000))
        sketch = Counter(bin_of(each) for each in seconds)
        for share in (0, 0.1, 0.5, 0.9, 0.99, 1):
            exact = seconds[int(share * (len(seconds) - 1))]
            assert quantile(sketch, share) == pytest.approx(exact, rel=0.0201)


def test_zero_has_a_bin_of_its_own_and_an_empty_sketch_no_quantile() -> None:
    assert quantile(Counter({bin_of(0): 3, bin_of(50): 1}), 0.5) == 0.0
    assert quantile(Counter(), 0.5) is None
