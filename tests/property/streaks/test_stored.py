"""What is stored of a streak is a cache of the pure function: it never says anything else, whoever looks when."""

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cairn.platform import keys
from cairn.platform.capacity import item_size
from cairn.players.player import Player
from cairn.streaks.read import calendar, find, freezes, show
from cairn.streaks.rules import outdated
from tests.support.engine import items_of
from tests.support.lives import Life, Step, core, steps

moderate = settings(max_examples=80, deadline=None)


def assert_paid(life: Life, player: Player) -> None:
    assert {day: paid for day, paid in player.paid.items() if paid} == life.streak(player).bonuses


@moderate
@given(steps())
def test_after_any_life_what_is_stored_is_what_a_replay_from_the_first_day_gives(steps: list[Step]) -> None:
    life = Life()
    for step in steps:
        life.live(step)
        stored, whole = life.stored, life.whole()
        if not outdated(stored.checkpoint, life.settings.streak):
            assert core(life.streak(stored)) == core(life.streak(whole))
        assert stored.xp == sum(life.ledger().values())
    life.live(Step(1, ("days", (18,))))  # by now the calendar has all of it
    life.look()
    stored, whole = life.stored, life.whole()
    assert core(life.streak(stored)) == core(life.streak(whole))
    assert_paid(life, stored)
    assert_paid(life, whole)
    counted = life.streak(whole)
    assert (stored.current_streak, stored.xp) == (counted.current, sum(life.ledger().values()))
    assert (stored.longest_streak, stored.active_days) >= (counted.longest, counted.active_days)


@moderate
@given(steps())
def test_records_shrink_only_where_an_operator_strikes_a_date(steps: list[Step]) -> None:
    life, longest, active = Life(), 0, 0
    for step in steps:
        life.live(step)
        stored = life.stored
        if step.deed[0] not in ("strike", "withdraw_strike"):
            assert (stored.longest_streak >= longest, stored.active_days >= active) == (True, True)
        longest, active = stored.longest_streak, stored.active_days


@moderate
@given(steps())
def test_a_late_look_finds_what_a_read_shows(steps: list[Step]) -> None:
    life = Life()
    for step in steps:
        life.live(step)
    shown = show(find(life.table, life.tenant, life.player, life.settings), life.settings, life.now)
    life.look()
    again = show(find(life.table, life.tenant, life.player, life.settings), life.settings, life.now)
    assert shown == again


def answers(life: Life) -> dict[str, Any]:
    """Everything that can be asked about a life, but for the log of its events."""
    table, tenant, player, rules, now = life.table, life.tenant, life.player, life.settings, life.now
    entries = Counter[str]()
    for at, amount in life.ledger().items():
        entries[at.split("#")[2]] += amount
    stored = life.stored
    return {
        "streak": show(find(table, tenant, player, rules), rules, now),
        "freezes": freezes(table, tenant, player, rules, now, 100, ""),
        "months": [calendar(table, tenant, player, rules, now, now.date().replace(day=1, month=m)) for m in (2, 3, 4)],
        "paid": life.whole().paid,
        "xp": entries,
        "measured": {name: value for name, value in stored.measured().items() if name != "current_streak"},
        "tally": replace(stored.tally, falls_at=None),
        "last": stored.last,
        "level": stored.level_announced,
        "refused": life.refused,
    }


@moderate
@given(steps(), st.sets(st.integers(0, 19)))
def test_whoever_sweeps_when_or_never_all_later_answers_are_the_same(steps: list[Step], sweeps: set[int]) -> None:
    left_alone, swept, often = Life(), Life(), Life()
    for number, step in enumerate(steps):
        for life in (left_alone, swept, often):
            life.live(step)
        if number in sweeps:
            swept.sweep()
        often.sweep()
        assert answers(left_alone) == answers(often)
    assert answers(left_alone) == answers(swept) == answers(often)
    for life in (left_alone, swept, often):
        life.look()
    assert left_alone.stored.measured() == swept.stored.measured() == often.stored.measured()
    assert left_alone.stored.tally == swept.stored.tally == often.stored.tally


@moderate
@given(steps())
def test_each_freeze_and_each_break_is_told_of_once(steps: list[Step]) -> None:
    life = Life()
    for step in steps:
        life.live(step)
        life.sweep()
    told = Counter(
        (raw["type"]["S"], raw["data"]["S"])
        for key, raw in items_of(life.table).items()
        if key.sk.startswith(keys.EVENT_PREFIX) and raw["type"]["S"] in ("streak_frozen", "streak_broken")
    )
    assert set(told.values()) <= {1}


@moderate
@given(steps())
def test_the_players_item_stays_small(steps: list[Step]) -> None:
    life = Life()
    for step in steps:
        life.live(step)
        if raw := life.raw(keys.player(life.tenant, life.player)):
            assert item_size({"streak": raw["streak"], "zones": raw.get("zones", {"S": ""})}) < 1200
