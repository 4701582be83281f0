"""What is counted of a player, as criteria see it."""

from cairn.achievements.definitions import ACHIEVEMENTS
from cairn.players.metrics import METRICS, NOT_BY_DAY, RESERVED
from cairn.players.player import MAX_LANGUAGES, Player, with_language
from tests.support.world import World, all_items, react, stream_records


def metrics(world: World) -> dict[str, int]:
    shown: dict[str, int] = world.call("players").send("GET", "/players/me").body["metrics"]
    return shown


def complete(world: World, name: str, **more: object) -> None:
    world.define(name, quadrants={}, completion_criteria={}, **more)
    for what in ("start", "complete"):
        assert world.play(what, experience=name).status == 200


def test_every_metric_that_a_standard_achievement_watches_is_one_of_cairns_own() -> None:
    watched = {threshold.metric for each in ACHIEVEMENTS for threshold in each.thresholds}
    assert watched <= METRICS.keys()
    assert set(Player("acme", "ada").measured()) <= METRICS.keys()
    assert NOT_BY_DAY <= METRICS.keys() <= RESERVED


def test_a_scenario_counts_for_its_language_whatever_its_country(world: World) -> None:
    languages = ("pt-PT", "pt-BR", "EN", None, "fr")
    for number, language in enumerate(languages):
        complete(world, f"scenario-{number}", language=language)
    complete(world, "walk", kind="experience", language="de")
    assert metrics(world)["scenario_languages"] == 3
    react(world.table, world.clock, stream_records({}, all_items(world.table)))
    shown = world.call("achievements").send("GET", "/players/me/achievements").body["achievements"]
    (polyglot,) = (each for each in shown if each["achievement_id"] == "polyglot")
    assert polyglot["unlocked"] and polyglot["evidence"]["scenario_languages"] == 3


def test_so_many_languages_are_kept_and_no_more() -> None:
    kept: tuple[str, ...] = ()
    for number in range(30):
        kept = with_language(with_language(kept, f"l{number}"), f"l{number}")
    assert kept == tuple(f"l{number}" for number in range(MAX_LANGUAGES))
