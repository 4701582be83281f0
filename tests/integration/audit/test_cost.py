"""What auditing a player costs, that nothing is kept of it, and that nobody who plays meanwhile is accused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

import pytest

from cairn.platform import keys
from cairn.platform.capacity import READ_UNIT_BYTES, Meter, item_size
from cairn.platform.keys import Key
from cairn.platform.table import DynamoDb, Patience, Table
from cairn.progress.audit import ENTRIES_AT_ONCE, PLAYERS_AT_ONCE, Audit, Kind, mend
from cairn.progress.play import Play
from tests.support.audited import SHARDS, TENANT, change, crowd, delete, heads
from tests.support.world import World, all_items

INDEX_ROW_BYTES = 160


def audit(world: World) -> Audit:
    """One player at a time, as trips of several at once cannot be counted."""
    return Audit(world.parts, TENANT, concurrency=1)


def spent(meter: Meter, work: Callable[[], Any]) -> tuple[int, float]:
    before = meter.trips, meter.reads
    work()
    return meter.trips - before[0], meter.reads - before[1]


def test_a_player_costs_three_queries_of_half_a_unit_for_each_started_4_kb(table: Table, meter: Meter) -> None:
    world = crowd(table, 1)
    audit(world).examine("bea")  # the catalogue is known from then on
    assert spent(meter, lambda: audit(world).examine("bea")) == (3, 1.5)
    for _ in range(40):
        world.clock.at += timedelta(days=1)
        assert world.play("events", {"type": "word_learned", "content_id": "moss"}, player="bea").status == 200
    ledger = [raw for key, raw in all_items(table).items() if key.pk.endswith("#U#bea") and key.sk.startswith("L#")]
    units = ceil(sum(map(item_size, ledger)) / READ_UNIT_BYTES)
    assert units > 1
    assert spent(meter, lambda: audit(world).examine("bea")) == (3, 1 + units / 2)


def test_a_walk_costs_that_much_for_each_player_half_a_unit_for_each_head_and_the_index(
    table: Table, meter: Meter
) -> None:
    copies = 30
    world = crowd(table, copies)
    audit(world).examine("bea")
    players, entries, experiences = 3 * (copies + 1), sum(heads(copies).values()), 3
    trips, reads = spent(meter, lambda: list(audit(world).walk()))
    pages = ceil(players / PLAYERS_AT_ONCE) + sum(ceil(each / ENTRIES_AT_ONCE) for each in heads(copies).values())
    # A page of the index reads what it may need of each partition, and an unfilled one two rows more.
    index = SHARDS * (players + entries + 4 * pages) * INDEX_ROW_BYTES / READ_UNIT_BYTES / 2 + SHARDS * pages / 2
    assert reads <= 1.5 * players + 0.5 * entries + index + 0.5 * (experiences + 1)
    assert trips <= 3 * players + 2 * pages + experiences + 1


def test_a_leg_reads_its_own_players_and_no_further(table: Table, meter: Meter) -> None:
    world = crowd(table, 30)
    audit(world).examine("bea")
    walk = audit(world).walk()
    trips, _ = spent(meter, lambda: next(walk))
    assert trips == 1 + 3 * PLAYERS_AT_ONCE


@dataclass
class Meanwhile:
    """A client on which something else happens before the queries of these numbers, from 1."""

    client: DynamoDb
    numbers: tuple[int, ...]
    happens: Callable[[int], object]
    queries: int = 0

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            if operation == "query":
                self.queries += 1
                if self.queries in self.numbers:
                    self.happens(self.queries)
            return getattr(self.client, operation)(**request)

        return call


def watched(world: World, client: Meanwhile) -> Audit:
    away = Table(client, world.table.name, patience=lambda: Patience(sleep=lambda _: None))
    return Audit(Play(away, world.parts.catalog, world.parts.settings), TENANT, concurrency=1)


# A look takes three queries; where it finds something, another follows, and a fourth query that nothing moved.
@pytest.mark.parametrize(
    ("numbers", "queries"),
    [
        ((1,), 3),
        ((2,), 7),
        ((3,), 7),
        ((3, 4), 7),
        ((2, 5), 11),
        ((3, 6), 11),
        ((2, 7), 11),
        ((3, 7, 8), 11),
        ((3, 7, 11), 15),
    ],
)
def test_who_plays_between_two_looks_is_not_accused(table: Table, numbers: tuple[int, ...], queries: int) -> None:
    """What the player earns, and the block that they do, are in what is read after it and not in what was before."""
    world = crowd(table, 0)
    blocks = iter(["talk", "words", "think"])

    def plays(number: int) -> None:
        world.clock.at += timedelta(days=1)
        reply = world.play(f"blocks/{next(blocks)}", {"completed": True}, player="bea", experience="cafe")
        assert reply.status == 200 and reply.body["xp"]["gained"] > 0

    client = Meanwhile(table.client, numbers, plays)
    assert not watched(world, client).examine("bea").findings
    assert client.queries == queries


def test_a_real_contradiction_of_somebody_who_plays_on_is_found_as_it_stands(table: Table) -> None:
    world = crowd(table, 0)
    change(table, keys.progress(TENANT, "bea", "woods"), mastery={"N": "7"})
    before = int(all_items(table)[keys.progress(TENANT, "bea", "woods")]["ver"]["N"])
    client = Meanwhile(
        table.client, (6,), lambda _: world.play("quadrants", {"quadrant": "SI"}, player="bea", experience="woods")
    )
    (found,) = watched(world, client).examine("bea").findings
    assert found.kind is Kind.CONTRADICTION
    standing = all_items(table)[keys.progress(TENANT, "bea", "woods")]
    assert client.queries == 3 + 4 + 4
    assert found.told["ver"] == int(standing["ver"]["N"]) == before + 1
    assert mend(world.parts, TENANT, found, world.clock())


@dataclass
class Behind:
    """A client whose eventually consistent BatchGet of players lacks one, or comes after something else happened."""

    client: DynamoDb
    lacks: Key | None = None
    late: Callable[[], object] = lambda: None

    def __getattr__(self, operation: str) -> Any:
        return getattr(self.client, operation)

    def batch_get_item(self, **request: Any) -> Any:
        (asked,) = request["RequestItems"].values()
        eventual = not asked["ConsistentRead"] and asked["Keys"][0]["SK"]["S"] == "PLAYER"
        if eventual:
            self.late()
        answer = self.client.batch_get_item(**request)
        if eventual and self.lacks:
            (found,) = answer["Responses"].values()
            found[:] = [raw for raw in found if (raw["PK"]["S"], raw["SK"]["S"]) != self.lacks]
        return answer


def test_a_player_whom_an_eventual_read_does_not_show_yet_is_not_called_gone(table: Table) -> None:
    crowd(table, 0)
    behind = World(Table(Behind(table.client, lacks=keys.player(TENANT, "bea")), table.name))
    assert [each.kind for leg in audit(behind).walk() for each in leg.findings] == []
    delete(table, keys.player(TENANT, "bea"))
    assert {each.kind for leg in audit(behind).walk() for each in leg.findings} == {Kind.PLAYER_GONE}


def test_a_player_who_is_erased_with_all_they_had_while_the_audit_walks_leaves_no_orphan(table: Table) -> None:
    crowd(table, 0)
    partition = keys.player_partition(TENANT, "bea")
    mine = [key for key in all_items(table) if key.pk == partition]
    behind = World(Table(Behind(table.client, late=lambda: delete(table, *mine)), table.name))
    legs = list(audit(behind).walk())
    assert legs[-1].place.counts["players"] == 3
    assert not any(key.pk == partition for key in all_items(table))
    assert [each for leg in legs for each in leg.findings] == []


def test_two_who_repair_the_same_at_once_change_it_once(table: Table) -> None:
    world = crowd(table, 0)
    change(table, keys.progress(TENANT, "bea", "woods"), mastery={"N": "7"}, seconds={"N": "-9"})
    (found,) = audit(world).examine("bea").findings
    processes = [World(Table(table.client, table.name), world.clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        changed = list(pool.map(lambda each: mend(each.parts, TENANT, found, world.clock()), processes))
    assert sorted(changed) == [False, False, False, True]
    after = all_items(table)
    repaired = [raw for raw in after.values() if raw.get("type") == {"S": "progress_repaired"}]
    assert len(repaired) == 1
    assert not mend(world.parts, TENANT, found, world.clock() + timedelta(days=3))
    assert all_items(table) == after


def test_a_player_who_is_gone_by_then_is_not_brought_back_by_a_repair(table: Table) -> None:
    world = crowd(table, 0)
    change(table, keys.progress(TENANT, "bea", "woods"), mastery={"N": "7"})
    (found,) = audit(world).examine("bea").findings
    partition = keys.player_partition(TENANT, "bea")
    delete(table, *(key for key in all_items(table) if key.pk == partition))
    with pytest.raises(Exception, match="not been started"):
        mend(world.parts, TENANT, found, world.clock())
    assert not any(key.pk == partition for key in all_items(table))
