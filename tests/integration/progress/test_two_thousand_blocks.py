"""An experience with 2,000 blocks, all of them done: what a step, a resumption and the completion cost then."""

from datetime import timedelta

import pytest

from cairn.catalog.experience import BLOCKS_PER_BUCKET, Block, Experience, Page
from cairn.platform.capacity import Meter
from cairn.platform.table import Table
from cairn.platform.transact import transact
from cairn.players.player import Player
from cairn.progress.journey import Journey, Loaded
from cairn.progress.progress import Moment, WorkOnBlock
from cairn.tenants.settings import TenantSettings
from tests.support.costs import cost_of
from tests.support.published import publish
from tests.support.world import World

BLOCKS, BLOCKS_TO_A_PAGE, BY_HAND = 2_000, 25, 4
IDS = [f"3f251ff6-f0c6-41c1-9d0f-{number:012d}" for number in range(BLOCKS)]
PAGES = tuple(
    Page(f"page-{start}", blocks=tuple(Block(each, "video") for each in IDS[start : start + BLOCKS_TO_A_PAGE]))
    for start in range(0, BLOCKS, BLOCKS_TO_A_PAGE)
)
EPIC = Experience("epic", 1, "Epic", pages=PAGES, buckets=BLOCKS // BLOCKS_PER_BUCKET)
TO_A_TRANSACTION = 40
IDEMPOTENCY_KEY = 2
NEW_SLOT = 2
READS_STATED = 52  # in docs/progress.md
DONE = {"completed": True}


@pytest.fixture
def world(table: Table) -> World:
    """All blocks done but for the last few, written as commands write them, many to a transaction."""
    world = World(table)
    published = publish(table, "acme", EPIC)
    loaded = Loaded(Player("acme", "ada"))
    now = world.clock.at - timedelta(days=1)
    for start in range(0, BLOCKS - BY_HAND, TO_A_TRANSACTION):
        journey = Journey(loaded, TenantSettings(), now)
        for block in IDS[start : min(start + TO_A_TRANSACTION, BLOCKS - BY_HAND)]:
            now += timedelta(seconds=10)
            moment = Moment(now, now, "UTC", now.date())
            journey.play(published, WorkOnBlock(block, completed=True, seconds=8), moment, block)
        transact(table, journey.actions())
        loaded = journey.after()
    return world


def test_every_step_costs_what_the_first_did_and_resuming_reads_all_in_one_trip(world: World, meter: Meter) -> None:
    client = world.call("progress")
    path = "/players/me/experiences/epic"
    stands = client.send("GET", path).body
    assert (stands["blocks_done"], stands["blocks_left"]) == (BLOCKS - BY_HAND, IDS[-BY_HAND:])
    assert stands["completion_percentage"] == 99.8
    refused = world.play("complete", experience="epic")
    assert refused.body["missing"][0]["left"] == IDS[-BY_HAND:]
    for number, block in enumerate(IDS[-BY_HAND:]):
        cost = cost_of(meter, lambda block=block: world.play(f"blocks/{block}", DONE, experience="epic"))  # type: ignore[misc]
        if number > 0:  # the first is also the function's first, and the first of the day
            assert (cost.trips, cost.reads) == (2, 3)
            assert cost.writes <= 12 + IDEMPOTENCY_KEY + NEW_SLOT
    cost = cost_of(meter, lambda: client.send("GET", path))
    assert cost.trips == 1
    assert cost.reads <= READS_STATED
    stands = client.send("GET", path).body
    assert (stands["completion_percentage"], stands["blocks_left"]) == (100.0, [])
    assert all(page["completion_percentage"] == 100.0 for page in stands["pages"])
    cost = cost_of(meter, lambda: world.play("complete", experience="epic"))
    assert (cost.trips, cost.reads) == (2, 2), "the sums in the head suffice"
    assert client.send("GET", path).body["state"] == "COMPLETED"
    assert world.call("repair", "operator").send("GET", "/players/ada/experiences/epic/repair").body["changes"] == []
