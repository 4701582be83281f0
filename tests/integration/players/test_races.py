"""Many who change one player's belongings at once: items add up, and of those who read the same, one writes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from cairn.platform.command import Answer
from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.preconditions import demand
from cairn.platform.table import DynamoDb, Table
from cairn.players import keep
from cairn.players.belongings import Part
from cairn.tenants.change import change
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import read
from tests.support.http import Clock
from tests.support.world import World

NOW = Clock()()
SIX = range(6)


@pytest.fixture
def tables(table: Table, client: DynamoDb) -> list[Table]:
    """As many functions as processes would be, on one table on which ada has a name."""
    assert World(table).call("players").send("PUT", "/players/me", {"name": "Ada"}).status == 200
    return [Table(client, table.name) for _ in SIX]


def give(table: Table, item: str, count: int, key: str) -> Answer:
    asked = IdempotencyKey("acme", "ada", key, f"{item} {count}")
    return keep.change_items(table, "acme", "ada", item, count, None, asked, NOW)


def at_once[T](work: Callable[[Table, int], T], tables: list[Table]) -> list[T | str]:
    """What each answers who does the work at the same time, or the code of its refusal."""

    def answer(table: Table, number: int) -> T | str:
        try:
            return work(table, number)
        except DomainError as error:
            return error.code

    with ThreadPoolExecutor(len(tables)) as pool:
        return list(pool.map(answer, tables, range(len(tables))))


def part(table: Table, which: Part) -> Any:
    return keep.read(table, "acme", "ada", which)[0][which]


def test_items_given_at_once_add_up(table: Table, tables: list[Table]) -> None:
    answers = at_once(lambda each, number: give(each, "coin", number + 1, f"key-{number}"), tables)
    assert part(table, Part.INVENTORY) == {"coin": sum(number + 1 for number in SIX)}
    assert sorted(answer.body["held"] for answer in answers if isinstance(answer, Answer))[-1] == 21


def test_the_same_gift_sent_six_times_at_once_is_given_once(table: Table, tables: list[Table]) -> None:
    answers = at_once(lambda each, _: give(each, "coin", 5, "once"), tables)
    assert part(table, Part.INVENTORY) == {"coin": 5}
    bodies = [answer.body for answer in answers if isinstance(answer, Answer)]
    assert len(bodies) == 6
    assert all(body == bodies[0] for body in bodies), "the losers answer what the winner did"


def test_of_six_who_take_the_last_three_three_get_one(table: Table, tables: list[Table]) -> None:
    give(table, "coin", 3, "first")
    answers = at_once(lambda each, number: give(each, "coin", -1, f"key-{number}"), tables)
    assert part(table, Part.INVENTORY) == {}
    assert answers.count("too-few-items") == 3


def test_of_six_with_the_same_etag_one_writes(table: Table, tables: list[Table]) -> None:
    condition = partial(demand, if_match='"0"')
    answers = at_once(
        lambda each, number: keep.put(each, "acme", "ada", Part.PREFERENCES, {"by": number}, condition, NOW), tables
    )
    (winner,) = (answer for answer in answers if isinstance(answer, Answer))
    assert answers.count("precondition-failed") == 5
    assert part(table, Part.PREFERENCES) == winner.body["preferences"]


def test_writers_of_different_parts_lose_nothing_of_each_other(table: Table, tables: list[Table]) -> None:
    condition = partial(demand, if_match='"0"')

    def work(each: Table, number: int) -> Answer:
        if number == 0:
            return keep.put(each, "acme", "ada", Part.PREFERENCES, {"hints": True}, condition, NOW)
        if number == 1:
            return keep.put(each, "acme", "ada", Part.CUSTOM_STATS, {"quests": 15}, condition, NOW)
        return give(each, "coin", 1, f"key-{number}")

    answers = at_once(work, tables)
    assert all(isinstance(answer, Answer) for answer in answers), answers
    assert [part(table, each) for each in Part] == [{"hints": True}, {"quests": 15}, {"coin": 4}]


def test_of_six_operators_who_read_the_same_settings_one_writes(table: Table, tables: list[Table]) -> None:
    condition = partial(demand, if_match='"0"')
    answers = at_once(
        lambda each, number: change(each, "acme", TenantSettings(player_event_types=(f"by_{number}",)), condition, NOW),
        tables,
    )
    (winner,) = (answer for answer in answers if isinstance(answer, Answer))
    assert answers.count("precondition-failed") == 5
    settings, ver = read(table, "acme")
    assert (list(settings.player_event_types), ver) == (winner.body["player_event_types"], 1)
