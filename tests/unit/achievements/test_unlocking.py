"""Unlocking to a fixed point: what waits, what repeats, what is too much for one transaction, what was left behind."""

from collections.abc import Callable
from typing import Any

import pytest

from cairn.achievements.criteria import Threshold
from cairn.achievements.definition_storage import Definitions
from cairn.achievements.definitions import Achievement, Every, Repeat
from cairn.achievements.earning import ACTIONS_EACH, MOST_ACTIONS
from cairn.achievements.unlock import Unlocking
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Table
from cairn.tenants.storage import SettingsCache
from functions.achievements_reactor.handler import reactor
from tests.support.achievements import achievement, define
from tests.support.troubled import interrupted
from tests.support.weather import Killed, Mortal
from tests.support.world import World, all_items, stream_records

AT_ONCE = MOST_ACTIONS // ACTIONS_EACH
WORDS, TALKS = "words_learned", "conversations_held"


def unlocking(world: World, table: Table | None = None) -> Unlocking:
    settings = SettingsCache(table or world.table)
    return Unlocking(table or world.table, settings, Definitions(table or world.table, settings))


def record(world: World, event: str, times: int = 1) -> None:
    for _ in range(times):
        assert world.play("events", {"type": event}).status == 200


def records(before: dict[Key, Raw], after: dict[Key, Raw]) -> list[dict[str, Any]]:
    return [each for each in stream_records(before, after) if each["dynamodb"]["Keys"]["SK"]["S"] == "PLAYER"]


def react(world: World, before: dict[Key, Raw], table: Table | None = None) -> None:
    """The reactor on all that changed since."""
    found = records(before, all_items(world.table))
    answer = reactor(table or world.table, lambda found: None, world.clock)({"Records": found})
    assert answer == {"batchItemFailures": []}


def unlocked(world: World) -> list[str]:
    return sorted(key.sk.removeprefix("A#") for key in all_items(world.table) if key.sk.startswith("A#"))


def pays_once(world: World) -> None:
    items = all_items(world.table)
    paid = [int(item["amount"]["N"]) for key, item in items.items() if key.sk.startswith("L#")]
    assert sum(paid) == int(items[Key("T#acme#U#ada", "PLAYER")]["xp"]["N"])
    sources = [item["source"]["S"] for key, item in items.items() if key.sk.startswith("L#")]
    assert sorted(each for each in sources if each.startswith("achievement.")) == sorted(
        f"achievement.{name}" for name in unlocked(world)
    )


@pytest.fixture
def defined(world: World) -> Callable[..., None]:
    """Defines achievements in the place of the standard ones that these tests would meet."""

    def put(*definitions: Achievement) -> None:
        define(world.table, definitions)

    return put


def test_what_was_met_long_before_unlocks_with_what_it_waited_for(world: World, defined: Callable[..., None]) -> None:
    defined(
        achievement("talker", TALKS, 1, prerequisites=("reader",)),
        achievement("reader", WORDS, 1),
        achievement("both", TALKS, 1, prerequisites=("reader", "talker")),
    )
    record(world, "conversation_held")
    react(world, {})
    assert unlocked(world) == [], "it waits"
    before = all_items(world.table)
    record(world, "word_learned")
    react(world, before)
    assert unlocked(world) == ["both", "reader", "talker"]
    pays_once(world)


def test_what_waits_for_one_that_never_unlocks_waits(world: World, defined: Callable[..., None]) -> None:
    defined(achievement("talker", TALKS, 1, prerequisites=("reader",)), achievement("reader", WORDS, 2))
    record(world, "conversation_held")
    record(world, "word_learned")
    react(world, {})
    assert unlocked(world) == []


def test_each_further_threshold_and_each_period_unlocks_and_pays_again(
    world: World, defined: Callable[..., None]
) -> None:
    defined(
        achievement("fives", WORDS, 5, xp=10, repeat=Repeat(Every.THRESHOLD, 100)),
        Achievement("daily", "t", "T", "d", "i", Threshold(TALKS, 1), "common", 5, repeat=Repeat(Every.DAY)),
    )
    record(world, "word_learned", 11)
    record(world, "conversation_held")
    react(world, {})
    assert unlocked(world) == ["daily#2026-11-20", "fives", "fives#2"]
    before = all_items(world.table)
    record(world, "word_learned", 4)
    react(world, before)
    react(world, before)
    assert unlocked(world) == ["daily#2026-11-20", "fives", "fives#2", "fives#3"]
    pays_once(world)


def test_an_achievement_that_is_made_to_repeat_does_not_pay_its_first_again(
    world: World, defined: Callable[..., None]
) -> None:
    defined(achievement("fives", WORDS, 5, xp=10))
    record(world, "word_learned", 5)
    react(world, {})
    defined(achievement("fives", WORDS, 5, xp=10, repeat=Repeat(Every.THRESHOLD, 100), version=2))
    record(world, "word_learned", 5)
    react(world, {})
    assert unlocked(world) == ["fives", "fives#2"]
    pays_once(world)


def test_more_than_a_transaction_holds_is_unlocked_in_several(world: World, defined: Callable[..., None]) -> None:
    many = [achievement(f"a{number:02}", WORDS, 1, xp=1) for number in range(2 * AT_ONCE + 3)]
    late = achievement("late", WORDS, 1, prerequisites=("a00", "a91"))
    defined(*many, late)
    record(world, "word_learned")
    assert world.table.meter
    world.table.meter.calls.clear()
    react(world, {})
    assert unlocked(world) == [*(each.id for each in many), "late"]
    writes = world.table.meter.calls.count("transact_write_items")
    assert writes == 3 + 2, "and the hour of the sweep, and the mark of the day"
    pays_once(world)


def test_who_dies_between_two_transactions_is_followed_by_one_who_unlocks_the_rest(
    world: World, defined: Callable[..., None]
) -> None:
    first = achievement("zero", WORDS, 1, xp=1)
    many = [achievement(f"a{number:02}", TALKS, 1, xp=1, prerequisites=("zero",)) for number in range(AT_ONCE + 5)]
    defined(first, *many)
    record(world, "conversation_held")
    before = all_items(world.table)
    record(world, "word_learned")
    with pytest.raises(Killed):
        react(world, before, Table(Mortal(world.table.client, 1, written=True), world.table.name))
    assert len(unlocked(world)) == AT_ONCE
    found = records(before, all_items(world.table))[:1]
    # The record of the event alone: not that of the unlocks, which follows it.
    found[0]["dynamodb"]["NewImage"]["xp"] = before[Key("T#acme#U#ada", "PLAYER")]["xp"]
    reactor(world.table, lambda found: None, world.clock)({"Records": found})
    assert len(unlocked(world)) == 1 + len(many)
    pays_once(world)


def test_what_waits_is_not_unlocked_where_that_is_revoked_at_the_same_moment(
    world: World, defined: Callable[..., None]
) -> None:
    defined(achievement("reader", WORDS, 1), achievement("talker", TALKS, 1, prerequisites=("reader",)))
    record(world, "word_learned")
    react(world, {})
    before = all_items(world.table)
    record(world, "conversation_held")
    operator = world.call("unlocks", "operator")

    def revoke() -> None:
        reply = operator.send("POST", "/players/ada/achievements/reader/revoke", {"reason": "A mistake."})
        assert reply.status == 200, reply.body

    react(world, before, Table(interrupted(world.table.client, revoke), world.table.name))
    assert unlocked(world) == ["reader"]
    assert "revoked" in all_items(world.table)[Key("T#acme#U#ada", "A#reader")]


def test_tenants_have_their_own_and_what_is_not_active_unlocks_nothing(
    world: World, defined: Callable[..., None]
) -> None:
    defined(achievement("reader", WORDS, 1, is_active=False))
    define(world.table, [achievement("theirs", WORDS, 1)], "other")
    record(world, "word_learned")
    react(world, {})
    assert unlocked(world) == []
