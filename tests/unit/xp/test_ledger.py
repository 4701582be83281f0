"""The ledger: its sum is the total, newest first, page by page; levels are announced once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cairn.platform.table import Table
from cairn.platform.transact import ConditionsFailed, transact
from cairn.players.player import Player
from cairn.players.settlement import pay
from cairn.players.storage import from_item, to_item
from cairn.tenants.settings import TenantSettings
from cairn.xp.ledger import FAMILIES, Entry
from cairn.xp.storage import append
from tests.support.world import World

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def entry(amount: int, source: str = "operator_award", at: datetime = NOON) -> Entry:
    return Entry("e", source, amount, at, "why")


def history(world: World, **query: str) -> Any:
    return world.call("xp").send("GET", "/players/me/xp/history", **query)


def five_days(world: World) -> None:
    for _ in range(5):
        world.play("events", {"type": "check_in"})
        world.clock.at += timedelta(days=1)


def test_a_player_without_xp_is_a_novice_of_level_1(world: World) -> None:
    body = world.call("xp").send("GET", "/players/me/xp").body
    assert (body["total_xp"], body["level"], body["title"], body["xp_to_next"]) == (0, 1, "Novice", 100)
    assert history(world).body == {"player_id": "ada", "entries": [], "next": None}


def test_the_total_is_the_sum_of_the_ledger(world: World) -> None:
    five_days(world)
    entries = history(world).body["entries"]
    assert [each["amount"] for each in entries] == [25, 20, 15, 10, 5]
    assert {each["source"] for each in entries} == {"streak_bonus"}
    assert world.call("xp").send("GET", "/players/me/xp").body["total_xp"] == 75


def test_the_ledger_is_read_page_by_page_newest_first(world: World) -> None:
    five_days(world)
    seen: list[str] = []
    cursor, pages = "", 0
    while True:
        page = history(world, limit="2", **({"cursor": cursor} if cursor else {})).body
        seen += [each["at"] for each in page["entries"]]
        pages += 1
        if not page["next"]:
            break
        cursor = page["next"]
    assert seen == sorted(seen, reverse=True)
    assert (len(seen), pages) == (5, 3)


def test_a_late_event_adjusts_the_bonus_by_date(world: World) -> None:
    world.play("events", {"type": "check_in"})
    world.clock.at += timedelta(days=2)
    world.play("events", {"type": "check_in"})
    late = (world.clock.at - timedelta(days=1)).isoformat()
    body = world.play("events", {"type": "check_in", "at": late}).body
    assert body["streak"]["action"] == "increased"
    assert body["xp"]["by_source"] == {"streak_bonus": 15}, "10 for the date itself, and 5 more for the one after it"
    (entry,) = [each for each in history(world).body["entries"] if each["event_id"] == body["event_id"]]
    assert entry["days"] == {"2026-11-21": 10, "2026-11-22": 5}
    assert world.call("xp").send("GET", "/players/me/xp").body["total_xp"] == 30


def test_an_event_later_than_72_hours_pays_no_bonus(world: World) -> None:
    body = {"type": "check_in", "at": (NOON - timedelta(hours=72, seconds=1)).isoformat()}
    reply = world.play("events", body)
    assert (reply.status, reply.body["xp"]["gained"]) == (200, 0)
    body["at"] = (NOON - timedelta(hours=72)).isoformat()
    assert world.play("events", body).body["xp"]["gained"] == 5


def test_the_bonus_of_a_day_is_at_most_50(world: World) -> None:
    gained = []
    for _ in range(12):
        gained.append(world.play("events", {"type": "check_in"}).body["xp"]["gained"])
        world.clock.at += timedelta(days=1)
    assert gained == [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 50, 50]


def test_a_level_is_announced_once_ever_though_the_total_goes_down_and_up_again() -> None:
    player, levels = pay(Player("acme", "ada"), [entry(250)], NOON)
    assert levels == (2, 3)
    player, levels = pay(player, [entry(-200)], NOON)
    assert (player.level, levels) == (1, ())
    player, levels = pay(player, [entry(400)], NOON)
    assert (player.level, levels) == (4, (4,))


def test_paying_nothing_changes_nothing() -> None:
    player = Player("acme", "ada", xp=5, xp_at=NOON)
    later = NOON + timedelta(days=1)
    assert pay(player, [], later) == pay(player, [entry(0)], later) == (player, ())


def test_xp_is_summed_by_family_of_source() -> None:
    player, _ = pay(Player("acme", "ada"), [entry(110, "completion"), entry(50, "achievement.a")], NOON)
    player, _ = pay(player, [entry(100, "achievement.b"), entry(-110, "completion.reversal")], NOON)
    assert (player.xp, player.xp_by_source) == (150, {"completion": 0, "achievement": 150})


def test_xp_by_source_is_kept_with_the_player_whatever_pays() -> None:
    sources = {**dict.fromkeys(FAMILIES, 7), "milestone": 3, "streak_bonus": -2, "completion": 0}
    kept = from_item(to_item(Player("acme", "ada", xp_by_source=sources), TenantSettings())).xp_by_source
    assert kept == {name: amount for name, amount in sources.items() if amount}


def test_a_cause_that_was_paid_is_not_paid_again(table: Table) -> None:
    transact(table, [append("acme", "ada", entry(5))])
    with pytest.raises(ConditionsFailed):
        transact(table, [append("acme", "ada", entry(7))])
    transact(table, [append("acme", "ada", entry(7, "completion"))])


def test_what_one_source_gives_and_another_takes_leaves_the_total_and_its_instant() -> None:
    player, _ = pay(Player("acme", "ada"), [entry(40)], NOON)
    later = NOON + timedelta(days=1)
    paid, levels = pay(player, [entry(30, "completion"), entry(-30, "streak_bonus")], later)
    assert (paid.xp, paid.xp_at, levels) == (40, NOON, ())
    assert paid.xp_by_source == {"operator_award": 40, "completion": 30, "streak_bonus": -30}
