"""A reactor that dies at any of its calls to the table unlocks once all the same, when the record comes again."""

from typing import Any

from cairn.platform.table import DynamoDb, Table
from tests.support.tables import create_table
from tests.support.world import World, all_items, react, stream_records


class Died(BaseException):
    """As final for the reactor as SIGKILL: nothing in it catches this."""


class Mortal:
    """A client whose n-th call is its last: before it is sent, or once it has been answered."""

    def __init__(self, client: DynamoDb, dies_at: int, *, answered: bool) -> None:
        self._client = client
        self._left = dies_at
        self._answered = answered

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._answered:
                raise Died
            answer = getattr(self._client, operation)(**request)
            if self._left == 0:
                raise Died
            return answer

        return call


def played(client: DynamoDb, name: str) -> tuple[World, list[dict[str, Any]]]:
    """A player who has just completed an experience, and the record that says so."""
    create_table(client, name)
    world = World(Table(client, name))
    world.define()
    world.journey(upto=9)
    before = all_items(world.table)
    assert world.play("complete", {"reflection": "Again!"}, key="once").status == 200
    changed = stream_records(before, all_items(world.table))
    return world, [each for each in changed if each["dynamodb"]["NewImage"]["kind"]["S"] == "player"]


def test_wherever_a_reactor_dies_the_record_that_comes_again_unlocks_and_pays_once(client: DynamoDb) -> None:
    deaths = 0
    for dies_at in range(1, 8):
        for answered in (False, True):
            world, records = played(client, f"killed-{dies_at}-{answered}")
            mortal = Table(Mortal(client, dies_at, answered=answered), world.table.name)
            try:
                react(mortal, world.clock, records)
            except Died:
                deaths += 1
            assert react(world.table, world.clock, records) == {"batchItemFailures": []}
            items = all_items(world.table)
            unlocked = sorted(key.sk for key in items if key.sk.startswith("A#"))
            assert unlocked == ["A#first_scenario", "A#first_steps"]
            paid = sum(int(item["amount"]["N"]) for key, item in items.items() if key.sk.startswith("L#"))
            (total,) = (int(item["xp"]["N"]) for key, item in items.items() if key.sk == "PLAYER")
            assert total == paid == 110 + 5 + 50 + 50
            assert sum(key.pk.startswith("DIRTY#") for key in items) == 1
    assert deaths >= 2 * 4, "the reactor reads player, settings, and writes unlocks and the mark"
