"""Two tenants with the same ids never meet. Of every route, tests/contract/test_access.py says so."""

from cairn.platform.table import Table
from tests.support.http import Clock
from tests.support.world import World, all_items


def test_the_same_key_and_the_same_event_in_two_tenants_are_two(table: Table, clock: Clock) -> None:
    replies = []
    for tenant in ("acme", "other"):
        world = World(table, clock, tenant)
        world.define()
        replies.append(world.play("start", key="one"))
    assert [reply.status for reply in replies] == [200, 200]
    assert "Idempotency-Replayed" not in replies[1].headers
    assert replies[0].body["event_id"] != replies[1].body["event_id"]


def test_no_id_reaches_into_another_tenants_keys(table: Table, clock: Clock) -> None:
    victim, evil = World(table, clock, "acme"), World(table, clock, "T#acme")
    victim.define()
    victim.play("start")
    for player in ("../acme", "ada", "acme%23U%23ada", "%", "a&b=c"):
        evil.define()
        before = {key: item for key, item in all_items(table).items() if key.pk.startswith("T#acme#")}
        assert evil.play("start", player=player).status == 200
        assert {key: item for key, item in all_items(table).items() if key.pk.startswith("T#acme#")} == before
