"""What a ledger comes to, and how an operator changes it in a test."""

import json
from collections import Counter
from typing import Any

from cairn.platform.table import Table
from cairn.players import profile
from cairn.xp.ledger import family_of
from cairn.xp.levels import level_of
from tests.support.http import Reply
from tests.support.world import World, all_items


def award(world: World, amount: int = 200, *, player: str = "ada", reason: str = "Helped out.", **more: Any) -> Reply:
    """XP from an operator. `key` may be given, and further members of the body as `reference`."""
    key = more.pop("key", None)
    body = {"amount": amount, "reason": reason, **more}
    return world.call("xp", "operator").send("POST", f"/players/{player}/xp/awards", body, key=key)


def reverse(world: World, entry_id: str, *, player: str = "ada", reason: str = "By mistake.", **more: Any) -> Reply:
    """An entry taken back by an operator."""
    body = {"entry_id": entry_id, "reason": reason}
    return world.call("xp", "operator").send("POST", f"/players/{player}/xp/reversals", body, **more)


def history(world: World, player: str = "ada", **query: str) -> Any:
    """A page of a player's history."""
    return world.call("xp", "operator").send("GET", f"/players/{player}/xp/history", **query).body


def assert_adds_up(table: Table, player: str = "ada") -> None:
    """A player's total is the sum of the ledger, by source too, and so are the facts; the level is the total's."""
    items = all_items(table)
    ledger: Counter[str] = Counter()
    facts: Counter[str] = Counter()
    levels: list[int] = []
    for key, item in items.items():
        if key.pk.endswith(f"#U#{player}") and key.sk.startswith("L#"):
            ledger[family_of(item["source"]["S"])] += int(item["amount"]["N"])
        elif item["kind"]["S"] == "fact" and key.sk.startswith(f"{player}#"):
            facts.update(
                {name.removeprefix("xp_"): int(of["N"]) for name, of in item.items() if name.startswith("xp_")}
            )
        elif item["kind"]["S"] == "event" and key.pk.endswith(f"#U#{player}") and item["type"]["S"] == "level_up":
            levels.append(level_in(item))
    stored = profile.get(table, "acme", player)
    assert stored.xp == ledger.total()
    by_source = {source: amount for source, amount in ledger.items() if amount}
    assert dict(stored.xp_by_source) == by_source
    assert {source: amount for source, amount in facts.items() if amount} == by_source
    assert sorted(levels) == list(range(2, stored.level_announced + 1))
    assert level_of(stored.xp) == stored.level <= stored.level_announced


def level_in(event: dict[str, Any]) -> int:
    """The level that a stored level-up is of."""
    return int(json.loads(event["data"]["S"])["level"])
