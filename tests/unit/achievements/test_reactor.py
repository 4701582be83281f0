"""The reactor: unlocks from the stream once, to a fixed point, and marks the days that changed."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

import functions.achievements_reactor.handler as module
from cairn.achievements import definition_storage
from cairn.achievements.definitions import Achievement
from cairn.achievements.storage import UnlockItem
from cairn.achievements.unlock import Crossing
from cairn.platform.items import Raw
from cairn.platform.keys import Key, player, unlock
from cairn.platform.table import Patience, Table
from cairn.platform.transact import Put, transact
from cairn.players.player import Player
from cairn.players.storage import PlayerItem, from_item, to_item
from cairn.tenants.settings import TenantSettings
from tests.support.achievements import achievement
from tests.support.world import World, all_items, record, stream_records


def player_records(before: dict[Key, Raw], after: dict[Key, Raw]) -> list[dict[str, Any]]:
    return [each for each in stream_records(before, after) if each["dynamodb"]["Keys"]["SK"]["S"] == "PLAYER"]


def react(world: World, records: list[dict[str, Any]], later: Callable[[Crossing], None] | None = None) -> Any:
    return module.reactor(world.table, later or (lambda found: None), world.clock)({"Records": records})


def unlocks(world: World, name: str = "ada") -> list[str]:
    return sorted(
        key.sk.removeprefix("A#")
        for key in all_items(world.table)
        if key.sk.startswith("A#") and key.pk.endswith(f"#{name}")
    )


def total(world: World, name: str = "ada") -> int:
    key = player("acme", name)
    item = world.table.get_many([key]).get(PlayerItem, key)
    return int(item.xp) if item else 0


def ledger(world: World) -> dict[str, int]:
    return {
        item["source"]["S"]: int(item["amount"]["N"])
        for key, item in all_items(world.table).items()
        if key.sk.startswith("L#")
    }


def dirty(world: World) -> list[tuple[str, str]]:
    return sorted((key.pk, key.sk) for key in all_items(world.table) if key.pk.startswith("DIRTY#"))


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> Callable[[Iterable[Achievement]], None]:
    def watch(definitions: Iterable[Achievement]) -> None:
        monkeypatch.setattr(definition_storage, "ACHIEVEMENTS", tuple(definitions))

    return watch


def test_a_completion_unlocks_what_it_earned_with_evidence_and_pays_it(world: World) -> None:
    done = world.journey()[-1].body
    answer = react(world, player_records({}, all_items(world.table)))
    assert answer == {"batchItemFailures": []}
    assert unlocks(world) == ["first_scenario", "first_steps"]
    item = all_items(world.table)[unlock("acme", "ada", "first_steps")]
    assert done["event_id"] in item["evidence"]["S"]
    assert (item["version"], item["xp"]) == ({"N": "1"}, {"N": "50"})
    assert total(world) == done["xp"]["total"] + 100 == sum(ledger(world).values())
    assert ledger(world)["achievement.first_steps"] == 50
    fact = all_items(world.table)[Key("T#acme#F#2026-11-20#0", "ada#woods#0")]
    assert fact["xp_achievement"] == {"N": "100"}


def test_the_same_records_twice_and_again_later_unlock_once(world: World) -> None:
    world.journey()
    records = player_records({}, all_items(world.table))
    react(world, records)
    after = all_items(world.table)
    react(world, records + records)
    react(world, records)
    assert all_items(world.table) == after


def test_records_of_players_cross_only_what_changed(world: World) -> None:
    world.journey()
    before = all_items(world.table)
    world.play("events", {"type": "check_in"})
    react(world, player_records(before, all_items(world.table)))
    assert unlocks(world) == [], "the completion's own record does that"


def test_records_in_reverse_order_unlock_the_same(world: World) -> None:
    states = [all_items(world.table)]
    for number in range(3):
        world.define(f"e{number}", quadrants={}, completion_criteria={})
        for what in ("start", "complete"):
            world.play(what, experience=f"e{number}")
            states.append(all_items(world.table))
    records = [each for a, b in pairwise(states) for each in player_records(a, b)]
    react(world, records[::-1])
    assert unlocks(world) == ["first_scenario", "first_steps"]


def test_an_unlock_whose_xp_unlocks_more_is_one_transaction(
    world: World, watching: Callable[[Iterable[Achievement]], None]
) -> None:
    watching(
        [
            achievement("begun", "experiences_started", 1, 95),
            achievement("hundred", "total_xp", 100, 120),
            achievement("climber", "level", 3, 10),
            achievement("collector", "achievements_unlocked", 3, 5),
            achievement("far", "total_xp", 10_000, 5),
        ]
    )
    world.play("start")
    assert world.table.meter is not None
    records = player_records({}, all_items(world.table))
    world.table.meter.calls.clear()
    react(world, records)
    assert unlocks(world) == ["begun", "climber", "collector", "hundred"]
    assert total(world) == 5 + 95 + 120 + 10 + 5 == sum(ledger(world).values())
    writes = [call for call in world.table.meter.calls if call == "transact_write_items"]
    assert len(writes) == 3, "the unlocks together, the hour of the sweep, and the mark of the day"


def test_what_the_chain_reaches_may_be_held_already(
    world: World, watching: Callable[[Iterable[Achievement]], None]
) -> None:
    begun, hundred = achievement("begun", "experiences_started", 2, 95), achievement("hundred", "total_xp", 100, 120)
    watching([begun, hundred])
    world.play("start")
    before = all_items(world.table)
    item = UnlockItem(*unlock("acme", "ada", "hundred"), achievement="hundred", version=1, at=0, xp=120, evidence={})
    transact(world.table, [Put("held", item, UnlockItem.absent())])
    world.define("hill")
    world.play("start", experience="hill")
    answer = react(world, player_records(before, all_items(world.table)))
    assert answer == {"batchItemFailures": []}
    assert unlocks(world) == ["begun", "hundred"]
    assert total(world) == 5 + 95, "what is held is not paid again"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_record_that_cannot_be_read_comes_again_with_all_that_follow_it(world: World, place: int) -> None:
    for name in ("ada", "bob"):
        world.journey(name)
    records = player_records({}, all_items(world.table))
    image = {"kind": {"S": "player"}, "PK": {"S": "T#acme#U#x"}, "SK": {"S": "PLAYER"}, "xp": {"S": "many"}}
    poison = record("MODIFY", Key("T#acme#U#x", "PLAYER"), {"NewImage": image}, 0)
    records.insert(place, poison)
    for number, each in enumerate(records, start=1):
        each["dynamodb"]["SequenceNumber"] = f"{number:021d}"
    answer = react(world, records)
    assert answer == {"batchItemFailures": [{"itemIdentifier": f"{place + 1:021d}"}]}
    reached = [name for name in ("ada", "bob") if unlocks(world, name)]
    assert len(reached) == place, "what came before the poison is done"
    assert bool(dirty(world)) == (place > 0)


class BusyPlayer:
    """A client for which one player's transactions always conflict."""

    def __init__(self, client: Any, name: str) -> None:
        self._client, self._name = client, name

    def __getattr__(self, operation: str) -> Any:
        return getattr(self._client, operation)

    def transact_write_items(self, **request: Any) -> Any:
        if any(f"#U#{self._name}" in str(each) for each in request["TransactItems"]):
            reasons = [{"Code": "TransactionConflict"} for _ in request["TransactItems"]]
            error: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(error, "TransactWriteItems")
        return self._client.transact_write_items(**request)


def test_a_busy_player_is_queued_and_holds_up_nobody(world: World) -> None:
    for name in ("ada", "bob"):
        world.journey(name)
    records = player_records({}, all_items(world.table))
    queued: list[Crossing] = []
    busy = Table(
        BusyPlayer(world.table.client, "ada"), world.table.name, patience=lambda: Patience(sleep=lambda _: None)
    )
    answer = module.reactor(busy, queued.append, world.clock)({"Records": records})
    assert answer == {"batchItemFailures": []}
    assert (unlocks(world, "ada"), unlocks(world, "bob")) == ([], ["first_scenario", "first_steps"])
    (found,) = queued
    assert (found.tenant, found.player) == ("acme", "ada")
    assert set(found.earned) == {"first_scenario", "first_steps"}
    assert Crossing.from_json(found.to_json()) == found


def test_the_days_that_changed_are_marked_once_in_a_quarter_of_an_hour(world: World) -> None:
    world.play("start")
    records = player_records({}, all_items(world.table))
    reactor = module.reactor(world.table, lambda found: None, world.clock)
    reactor({"Records": records})
    assert dirty(world) == [("DIRTY#2026-11-20T12:00", "acme#2026-11-20")]
    assert world.table.meter is not None
    trips = world.table.meter.trips
    reactor({"Records": records})
    assert world.table.meter.trips == trips, "the function remembers"
    world.clock.at = world.clock.at.replace(minute=15)
    reactor({"Records": records})
    assert len(dirty(world)) == 2


def test_a_late_event_marks_its_own_day_and_those_whose_bonus_it_changed(world: World) -> None:
    for day in (18, 20):
        world.clock.at = world.clock.at.replace(day=day)
        world.play("events", {"type": "check_in"})
    before = all_items(world.table)
    world.play("events", {"type": "check_in", "at": "2026-11-19T12:00:00Z"})
    react(world, player_records(before, all_items(world.table)))
    assert [sk for _, sk in dirty(world)] == ["acme#2026-11-19", "acme#2026-11-20"]


def test_removals_and_items_of_other_types_are_left_out(world: World) -> None:
    world.journey()
    items = all_items(world.table)
    others = [each for each in stream_records({}, items) if each["dynamodb"]["Keys"]["SK"]["S"] != "PLAYER"]
    key = player("acme", "ada")
    removed = record("REMOVE", key, {"OldImage": items[key]}, 99)
    removed["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    before = all_items(world.table)
    assert react(world, [*others, removed]) == {"batchItemFailures": []}
    assert all_items(world.table) == before


def test_an_erased_player_unlocks_nothing_and_stays_erased(world: World) -> None:
    world.journey()
    records = player_records({}, all_items(world.table))
    client: Any = world.table.client
    key = player("acme", "ada")
    del client.items[key]
    react(world, records)
    assert unlocks(world) == []
    assert key not in all_items(world.table)


def test_a_player_without_an_event_crosses_nothing(world: World) -> None:
    item = to_item(Player("acme", "ada", metrics={"words_learned": 100}), TenantSettings()).serialize()
    records = [record("INSERT", player("acme", "ada"), {"NewImage": item}, 1)]
    assert react(world, records) == {"batchItemFailures": []}
    assert from_item(PlayerItem.parse(item)).last is None
    assert unlocks(world) == []
