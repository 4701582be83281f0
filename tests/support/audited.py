"""A tenant with some hundred players, copied from three who really played; and ways to do them wrong, item by item."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import batched
from typing import Any

from cairn.lookups import entries
from cairn.platform import keys
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Table
from cairn.platform.transact import raw_key, transact
from cairn.tenants import storage as tenants
from cairn.tenants.settings import TenantSettings
from tests.support.definitions import CAFE
from tests.support.world import World, all_items

TENANT = "acme"
SHARDS = 3
COPIED = ("ada", "bea", "cleo")
KNOW_FEN = 10


def heads(copies: int) -> dict[str, int]:
    """How many players have a head in each experience."""
    return {"woods": 2 * (copies + 1), "cafe": 2 * (copies + 1), "fen": 2 * (min(copies, KNOW_FEN) + 1)}


def played(table: Table) -> World:
    """Three players: ada completed the woods; bea is in the middle of woods, cafe and fen; cleo has found the cafe."""
    spread = TenantSettings(fact_shards=((date(2020, 1, 1), SHARDS),))
    transact(table, [tenants.write(TENANT, spread, 0)])
    world = World(table, tenant=TENANT)
    world.define("woods")
    world.define("cafe", **CAFE)
    world.define("fen")
    steps: list[tuple[str, str, list[tuple[str, dict[str, Any]]]]] = [
        ("cleo", "cafe", [("discover", {})]),
        ("ada", "fen", [("start", {})]),
        ("bea", "fen", [("start", {}), ("events", {"type": "item_collected", "content_id": "reed"})]),
        ("bea", "cafe", [("blocks/film", {"completed": True}), ("blocks/quiz", {"answers": {"q1": ["um café"]}})]),
    ]
    for player, experience, commands in steps:
        for what, body in commands:
            reply = world.play(what, body, player=player, experience=experience)
            assert reply.status == 200, reply.body
        world.clock.at += timedelta(days=1)
    world.journey("ada")
    world.journey("bea", upto=6)
    world.define("cafe", **CAFE, description="Since then it has another version.")
    return world


def crowd(table: Table, copies: int) -> World:
    """So many copies of each of the three, beside them; only the first ten of each know the fen."""
    world = played(table)
    items = all_items(table)
    made = (
        copied(raw, player, f"{player}-{number:03d}")
        for player in COPIED
        for key, raw in items.items()
        if key.pk == keys.player_partition(TENANT, player)
        for number in range(copies)
        if number < KNOW_FEN or "fen" not in key.sk
    )
    write(table, made)
    return world


def write(table: Table, items: Iterator[Raw]) -> None:
    """Puts items as they are, whatever stands there."""
    client: Any = table.client
    for batch in batched(items, 25, strict=False):
        requests = [{"PutRequest": {"Item": each}} for each in batch]
        assert not client.batch_write_item(RequestItems={table.name: requests})["UnprocessedItems"]


def copied(raw: Raw, player: str, name: str) -> Raw:
    """An item of one player as another's."""
    copy = {**raw, "PK": {"S": keys.player_partition(TENANT, name)}}
    kind = raw["kind"]["S"]
    if kind == "player":
        copy["player"] = {"S": name}
        return {**copy, **_listed(entries.of_player(TENANT, name, entries.day_in(raw["ls"]["S"]), SHARDS))}
    if kind == "progress":
        last = entries.slot_in(raw["ls"]["S"])
        return {**copy, **_listed(entries.of_progress(TENANT, name, raw["experience"]["S"], last, SHARDS))}
    return {each: value for each, value in copy.items() if each not in ("fp", "fs", "lp", "ls")}


def _listed(entry: entries.Entry) -> Raw:
    assert entry.lp and entry.ls
    return {"lp": {"S": entry.lp}, "ls": {"S": entry.ls}}


def change(table: Table, key: Key, **attributes: dict[str, Any] | None) -> None:
    """Sets attributes of an item past all rules, in DynamoDB's JSON; None removes one."""
    client: Any = table.client
    item = client.get_item(TableName=table.name, Key=raw_key(key), ConsistentRead=True)["Item"]
    changed = {**item, **attributes}
    client.put_item(TableName=table.name, Item={name: value for name, value in changed.items() if value is not None})


def delete(table: Table, *doomed: Key) -> None:
    """Deletes items past all rules."""
    client: Any = table.client
    for key in doomed:
        client.delete_item(TableName=table.name, Key=raw_key(key))


def delete_experience(table: Table, experience: str) -> None:
    """Deletes all that the catalogue has of an experience."""
    partition = keys.catalog_partition(TENANT, "experience", experience)
    doomed = [key for key in all_items(table) if key.pk == partition or key.pk.startswith(f"{partition}#")]
    delete(table, keys.catalog_entry(TENANT, "experience", experience), *doomed)
