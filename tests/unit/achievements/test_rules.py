"""Achievements as data: thresholds, what crosses them, and how far a player is."""

from collections import Counter
from dataclasses import replace

from cairn.achievements.definitions import ACHIEVEMENTS, HOUR, Achievement
from cairn.achievements.rules import Watch, fraction
from cairn.players.player import Player

WATCH = Watch(ACHIEVEMENTS)


def ids(found: list[Achievement]) -> list[str]:
    return [each.id for each in found]


def test_the_definitions_are_those_of_the_page_that_settles_them() -> None:
    table = {each.id: (each.metric, each.threshold, each.rarity, each.xp) for each in ACHIEVEMENTS}
    assert len(table) == len(ACHIEVEMENTS)
    assert table["first_scenario"] == ("scenarios_completed", 1, "common", 50)
    assert table["scenario_marathoner"] == ("scenarios_completed", 100, "epic", 500)
    assert table["study_legend"] == ("study_seconds", 100 * HOUR, "legendary", 1000)
    assert table["week_warrior"] == ("current_streak", 7, "rare", 100)
    assert table["vocabulary_virtuoso"] == ("words_learned", 1000, "epic", 300)
    assert table["first_steps"] == ("experiences_completed", 1, "common", 50)
    assert table["centurion"] == ("active_days", 100, "epic", 400)
    assert table["night_owl"] == ("late_sessions", 10, "common", 50)
    assert Counter(each.rarity for each in ACHIEVEMENTS)["legendary"] == 2
    assert all(50 <= each.xp <= 1000 and each.title and each.description and each.icon for each in ACHIEVEMENTS)


def test_every_metric_that_is_watched_is_measured_or_counted() -> None:
    counted = {
        "scenarios_completed",
        "experiences_completed",
        "study_seconds",
        "words_learned",
        "conversations_held",
        "early_sessions",
        "late_sessions",
    }
    assert {each.metric for each in ACHIEVEMENTS} <= counted | set(Player("acme", "ada").measured())


def test_only_a_threshold_that_is_passed_by_the_change_is_crossed() -> None:
    assert ids(WATCH.crossed({"words_learned": 99}, {"words_learned": 100})) == ["word_collector"]
    assert ids(WATCH.crossed({"words_learned": 100}, {"words_learned": 101})) == []
    assert ids(WATCH.crossed({"words_learned": 100}, {"words_learned": 100})) == []
    assert ids(WATCH.crossed({}, {"words_learned": 500})) == ["word_collector", "word_hoarder"]
    assert ids(WATCH.crossed({"words_learned": 500}, {"words_learned": 1})) == []
    assert ids(WATCH.crossed({}, {"stones_turned": 10_000})) == []


def test_what_is_met_and_not_held_is_due() -> None:
    measured = {"experiences_completed": 3, "current_streak": 8}
    assert ids(WATCH.met(measured, ())) == ["week_warrior", "first_steps"]
    assert ids(WATCH.met(measured, {"week_warrior"})) == ["first_steps"]


def test_progress_is_a_fraction_up_to_one() -> None:
    hoarder = WATCH.by_id["word_hoarder"]
    shares = [fraction(hoarder, {"words_learned": words}) for words in (0, 1, 250, 499, 500, 900)]
    assert shares == [0, 0.002, 0.5, 0.998, 1, 1]
    assert fraction(replace(hoarder, threshold=3), {"words_learned": 1}) == 0.3333
    assert fraction(hoarder, {}) == 0
