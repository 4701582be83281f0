"""An entry taken back by many at once, and beside what else happens: once, and everything adds up."""

from concurrent.futures import ThreadPoolExecutor

from cairn.platform.command import Answer
from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.table import DynamoDb, Patience, Table
from cairn.progress.progress import Record
from cairn.tenants.settings import TenantSettings
from cairn.xp import change
from cairn.xp.change import Asked
from tests.support.ledger import assert_adds_up, award, history
from tests.support.world import World


def asked(world: World, key: str) -> Asked:
    return Asked("acme", "ada", "By mistake.", "operator", IdempotencyKey("acme", "ada", key, "asked"), world.clock())


def test_of_six_who_take_an_entry_back_beside_events_and_awards_one_does_and_all_adds_up(
    client: DynamoDb, table: Table
) -> None:
    world = World(table)
    world.define()
    world.play("events", {"type": "check_in"})
    entry = award(world, 500).body["entry"]["entry_id"]

    def other(number: int) -> str:
        calm = Table(client, table.name, patience=lambda: Patience(attempts=100, deadline=60))
        try:
            if number % 2:
                if number % 4 == 1:
                    change.award(calm, TenantSettings(), asked(world, f"award {number}"), 10, None)
                else:
                    World(calm).ask(Record("word_learned", "moss"), f"event {number}")
                return "beside"
            answer: Answer = change.reverse(calm, TenantSettings(), asked(world, f"reversal {number}"), entry)
        except DomainError as refusal:
            return refusal.code
        return str(answer.body["entry"]["amount"])

    with ThreadPoolExecutor(12) as pool:
        outcomes = sorted(pool.map(other, range(12)))
    assert outcomes == ["-500", *["already-reversed"] * 5, *["beside"] * 6]
    assert_adds_up(table)
    assert sum(each["amount"] for each in history(world)["entries"]) == 5 + 3 * 10
