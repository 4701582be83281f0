"""Two tenants with the same ids never see each other."""

from cairn.platform.table import Table
from tests.support.http import Clock
from tests.support.world import World, all_items

READS = [
    ("players", "/players/ada"),
    ("players", "/players/ada/preferences"),
    ("players", "/players/ada/custom-stats"),
    ("players", "/players/ada/inventory"),
    ("players", "/players/ada/session"),
    ("progress", "/players/ada/experiences"),
    ("progress", "/players/ada/experiences/woods"),
    ("progress", "/players/ada/events"),
    ("xp", "/players/ada/xp"),
    ("xp", "/players/ada/xp/history"),
    ("streaks", "/players/ada/streak"),
    ("achievements", "/players/ada/achievements"),
    ("analytics", "/analytics/days/2026-11-20"),
    ("catalog", "/experiences/woods"),
    ("catalog", "/settings"),
]


def everything(world: World) -> list[object]:
    return [world.call(function, "operator").send("GET", path).body for function, path in READS]


def test_what_one_tenant_does_changes_nothing_that_another_reads(table: Table, clock: Clock) -> None:
    acme, other = World(table, clock, "acme"), World(table, clock, "acme-2")
    other.define(xp_reward=1)
    other.play("start")
    before, items = everything(other), all_items(table)
    acme.define()
    acme.journey()
    acme.call("catalog", "operator").send("PUT", "/settings", {"zone": "Asia/Tokyo"})
    assert everything(World(table, clock, "acme-2")) == before
    after = all_items(table)
    assert {key: after[key] for key in items} == items


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
