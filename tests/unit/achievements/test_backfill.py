"""Backfills: who would get what, then the same in earnest; resumed, repeated, raced, once."""

from datetime import timedelta
from typing import Any

import pytest

import cairn.achievements.backfill as module
from cairn.achievements.backfill import SETTLES
from cairn.achievements.definitions import Every, Repeat
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Table
from functions.achievements_backfill.handler import worker
from tests.support.achievements import achievement, define
from tests.support.backfilled import ask, budgets, found, message, show, work_off
from tests.support.troubled import Killed, Troubled
from tests.support.world import World, all_items, react, stream_records

WORDS = "words_learned"
NOBODY = list[dict[str, Any]]().extend
TOWN = {"ada": 1, "bob": 3, "cid": 0, "dot": 5, "eve": 4}


def unlocks(world: World, achievement: str = "") -> dict[str, list[str]]:
    held: dict[str, list[str]] = {}
    for key in sorted(all_items(world.table)):
        if key.sk.startswith(f"A#{achievement}"):
            held.setdefault(key.pk.rpartition("#")[2], []).append(key.sk.removeprefix("A#"))
    return held


def pays_once(world: World) -> None:
    """Every total is its ledger's sum, and every unlock has one payment."""
    items = all_items(world.table)
    for key, raw in items.items():
        if key.sk != "PLAYER":
            continue
        entries = [each for at, each in items.items() if at.pk == key.pk and at.sk.startswith("L#")]
        assert int(raw["xp"]["N"]) == sum(int(each["amount"]["N"]) for each in entries), key
        paid = sorted(each["source"]["S"] for each in entries if each["source"]["S"].startswith("achievement."))
        assert paid == [f"achievement.{name}" for name in unlocks(world).get(key.pk.rpartition("#")[2], [])], key


@pytest.fixture
def town(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Five players who learned words before anybody counted them, on pages of two."""
    monkeypatch.setattr(module, "PLAYERS_AT_ONCE", 2)
    monkeypatch.setattr(module, "WORKERS", 1)  # the interpreter takes one request at a time
    for player, words in TOWN.items():
        world.play("start", player=player)
        for _ in range(words):
            world.play("events", {"type": "word_learned"}, player=player)
    world.clock.at += timedelta(days=1)
    define(
        world.table,
        [
            achievement("reader", WORDS, 3, xp=60),
            achievement("rich", "total_xp", 60, xp=10),
            achievement("starter", "experiences_started", 1, xp=1),
        ],
    )
    return world


def test_a_dry_run_names_who_would_get_what_and_changes_no_player(town: World) -> None:
    before = {key: raw for key, raw in all_items(town.table).items() if "#U#" in key.pk}
    asked = ask(town, achievements=["reader"], reason="Words count now.")
    assert asked.status == 202
    assert show(town, asked.body["job_id"])["state"] == "running"
    work_off(town)
    body = show(town, asked.body["job_id"])
    assert found(town, body["job_id"]) == {
        "bob": ["reader", "rich"],
        "dot": ["reader", "rich"],
        "eve": ["reader", "rich"],
    }, "what follows from it is named too"
    assert {name: body[name] for name in ("state", "dry_run", "achievements", "reason", "shards", "shards_done")} == {
        "state": "done",
        "dry_run": True,
        "achievements": ["reader"],
        "reason": "Words count now.",
        "shards": 1,
        "shards_done": 1,
    }
    assert body["players"][0] == {"player_id": "bob", "achievements": ["reader", "rich"], "xp": 70}
    assert (body["players_looked_at"], body["players_found"], body["players_failed"]) == (5, 3, 0)
    assert body["unlocks"] == {"reader": 3, "rich": 3}
    assert {key: raw for key, raw in all_items(town.table).items() if "#U#" in key.pk} == before


def test_a_run_unlocks_what_its_dry_run_named_and_once(town: World) -> None:
    dry = ask(town).body["job_id"]
    work_off(town)
    run = ask(town, dry_run=False).body["job_id"]
    assert show(town, run)["state"] == "waiting"
    work_off(town)
    assert found(town, run) == found(town, dry)
    held = {player: sorted(names) for player, names in unlocks(town).items()}
    assert (
        held
        == found(town, run)
        == {
            "ada": ["starter"],
            "bob": ["reader", "rich", "starter"],
            "cid": ["starter"],
            "dot": ["reader", "rich", "starter"],
            "eve": ["reader", "rich", "starter"],
        }
    )
    assert show(town, run)["unlocks"] == show(town, dry)["unlocks"] == {"reader": 3, "rich": 3, "starter": 5}
    pays_once(town)
    item = all_items(town.table)[Key("T#acme#U#bob", "A#reader")]
    assert all(each in item["evidence"]["S"] for each in (run, "backfill", WORDS))
    again = ask(town, dry_run=False).body["job_id"]
    before = unlocks(town)
    work_off(town)
    assert found(town, again) == {}
    assert unlocks(town) == before


def test_unlocks_are_dated_when_the_backfill_ran_and_count_on_that_day(town: World) -> None:
    run = ask(town, achievements=["reader"], dry_run=False).body
    work_off(town)
    shown = town.call("achievements", player="bob").send("GET", "/players/me/achievements").body["achievements"]
    (reader,) = [each for each in shown if each["achievement_id"] == "reader"]
    assert reader["unlocked_at"] == run["begins_at"]
    facts = {key: raw for key, raw in all_items(town.table).items() if key.pk.startswith("T#acme#F#2026-11-21")}
    assert {key.sk: raw["xp_achievement"]["N"] for key, raw in facts.items()} == {
        "bob##0": "70",
        "dot##0": "70",
        "eve##0": "70",
    }


def test_it_begins_once_everybody_knows_the_definitions_and_a_dry_run_at_once(town: World) -> None:
    early: list[Any] = []
    work = worker(town.table, town.queued.extend, early.extend, town.clock)
    ask(town, dry_run=False)
    sent = town.queued.pop()
    assert work(message(sent), lambda: 300_000).early
    assert early == [sent]
    town.clock.at += SETTLES - timedelta(milliseconds=1)
    assert work(message(sent), lambda: 300_000).early
    town.clock.at += timedelta(milliseconds=1)
    assert not work(message(sent), lambda: 300_000).goes_on
    assert len(unlocks(town, "starter")) == 5


def test_what_there_is_no_time_for_goes_on_in_another_message(town: World) -> None:
    job = ask(town).body["job_id"]
    left = budgets(1, 1, 2)
    assert work_off(town, milliseconds_left=lambda: next(left)) == 3
    assert len(found(town, job)) == 5


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("dry_run", [True, False])
def test_wherever_a_worker_is_killed_the_next_one_ends_as_if_nothing_had_happened(
    town: World, dry_run: bool, after: bool
) -> None:
    job = ask(town, dry_run=dry_run).body["job_id"]
    (sent,) = town.queued
    town.clock.at += SETTLES

    deaths = 0
    for dies_at in range(1, 12):
        left = dies_at

        def counting(number: int, operation: str) -> None:
            nonlocal left
            if operation == "transact_write_items":
                left -= 1
                if not left:
                    raise Killed

        mortal = Troubled(town.table.client, **{"after" if after else "before": counting})  # type: ignore[arg-type]
        try:
            worker(Table(mortal, town.table.name), town.queued.extend, NOBODY, town.clock)(
                message(sent), lambda: 300_000
            )
        except Killed:
            deaths += 1
    work_off(town)
    assert deaths >= 2
    body = show(town, job)
    assert (body["state"], body["players_looked_at"], body["players_found"]) == ("done", 5, 5)
    assert body["unlocks"] == {"reader": 3, "rich": 3, "starter": 5}
    assert sum(map(len, found(town, job).values())) == 11
    if not dry_run:
        assert {player: sorted(names) for player, names in unlocks(town).items()} == found(town, job)
        pays_once(town)


def test_two_workers_on_one_shard_list_and_unlock_everybody_once(town: World) -> None:
    job = ask(town, dry_run=False).body["job_id"]
    (sent,) = town.queued
    town.clock.at += SETTLES

    def other(number: int, operation: str) -> None:
        if operation == "transact_write_items" and number % 3 == 0:
            worker(town.table, NOBODY, NOBODY, town.clock)(message(sent), lambda: next(left))

    left = budgets(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
    slow = Troubled(town.table.client, before=other)
    worker(Table(slow, town.table.name), town.queued.extend, NOBODY, town.clock)(message(sent), lambda: 300_000)
    body = show(town, job)
    assert (body["state"], body["players_looked_at"], body["players_found"]) == ("done", 5, 5)
    assert body["unlocks"] == {"reader": 3, "rich": 3, "starter": 5}
    pays_once(town)


def test_who_plays_meanwhile_is_met_twice_and_listed_once(town: World) -> None:
    job = ask(town, dry_run=False, achievements=["reader"]).body["job_id"]
    town.clock.at += SETTLES
    left = budgets(1)
    worker(town.table, town.queued.extend, NOBODY, town.clock)(message(town.queued.pop()), lambda: next(left))
    town.play("events", {"type": "word_learned"}, player="bob")  # moves to the end of the index
    work_off(town)
    body = show(town, job)
    assert (body["players_looked_at"], body["players_found"], body["unlocks"]["reader"]) == (6, 3, 3)
    assert sorted(found(town, job)) == ["bob", "dot", "eve"]
    pays_once(town)


def test_who_crosses_during_the_walk_is_unlocked_once_by_whoever_comes_first(town: World) -> None:
    job = ask(town, dry_run=False, achievements=["reader"]).body["job_id"]
    town.clock.at += SETTLES
    for _ in range(2):
        town.play("events", {"type": "word_learned"}, player="ada")
    records = [
        each for each in stream_records({}, all_items(town.table)) if each["dynamodb"]["Keys"]["SK"]["S"] == "PLAYER"
    ]

    def reacting(number: int, operation: str) -> None:
        if operation == "transact_write_items" and number < 8:
            react(town.table, town.clock, records)

    work_off(town, Table(Troubled(town.table.client, before=reacting), town.table.name, patience=town.table.patience))
    assert set(unlocks(town, "reader")) == {"ada", "bob", "dot", "eve"}
    assert set(found(town, job)) <= {"ada", "bob", "dot", "eve"}
    pays_once(town)


def test_a_player_who_changes_between_page_and_unlock_is_decided_anew(town: World) -> None:
    ask(town, dry_run=False, achievements=["reader"])
    town.clock.at += SETTLES
    played: list[str] = []

    def play(number: int, operation: str) -> None:
        if operation == "transact_write_items" and not played:
            played.append("dot")
            town.play("events", {"type": "word_learned"}, player="dot")
            town.play("events", {"type": "word_learned"}, player="bob")

    table = Table(Troubled(town.table.client, before=play), town.table.name, patience=town.table.patience)
    work_off(town, table)
    assert set(unlocks(town, "reader")) == {"bob", "dot", "eve"}
    pays_once(town)


def test_nobody_loses_a_badge_by_changed_criteria(town: World) -> None:
    ask(town, dry_run=False, achievements=["reader"])
    work_off(town)
    define(town.table, [achievement("reader", WORDS, 4, xp=500, version=2)])
    before = unlocks(town)
    job = ask(town, dry_run=False, achievements=["reader"]).body["job_id"]
    work_off(town)
    assert found(town, job) == {}
    assert unlocks(town) == before
    define(town.table, [achievement("reader", WORDS, 1, xp=500, version=3)])
    job = ask(town, dry_run=False, achievements=["reader"]).body["job_id"]
    work_off(town)
    assert found(town, job) == {"ada": ["reader", "rich"]}
    pays_once(town)


def test_what_was_revoked_is_not_named_and_not_unlocked(town: World) -> None:
    ask(town, dry_run=False, achievements=["reader"])
    work_off(town)
    town.call("unlocks", "operator").send("POST", "/players/bob/achievements/reader/revoke", {"reason": "Cheated."})
    for dry_run in (True, False):
        job = ask(town, dry_run=dry_run, achievements=["reader"]).body["job_id"]
        work_off(town)
        assert found(town, job) == {}
    assert "revoked" in all_items(town.table)[Key("T#acme#U#bob", "A#reader")]


def test_repeats_and_what_waits_are_named_and_unlocked(town: World) -> None:
    define(
        town.table,
        [
            achievement("twos", WORDS, 2, xp=1, repeat=Repeat(Every.THRESHOLD, 9)),
            achievement("later", WORDS, 1, xp=1, prerequisites=("twos",)),
        ],
    )
    dry = ask(town, achievements=["twos", "later"]).body["job_id"]
    run = ask(town, achievements=["twos", "later"], dry_run=False).body["job_id"]
    work_off(town)
    assert found(town, dry)["dot"] == ["later", "twos", "twos#2"]
    assert found(town, run) == found(town, dry)
    assert show(town, run)["unlocks"]["twos"] == 5, "by achievement, not by occasion"
    pays_once(town)


def test_a_player_who_cannot_be_read_is_listed_and_holds_up_nobody(town: World) -> None:
    client: Any = town.table.client
    spoilt: Raw = {**all_items(town.table)[Key("T#acme#U#bob", "PLAYER")], "xp": {"S": "many"}}
    client.items[Key("T#acme#U#bob", "PLAYER")] = spoilt
    job = ask(town, achievements=["reader"]).body["job_id"]
    work_off(town)
    body = show(town, job)
    assert (body["state"], body["players_found"], body["players_failed"]) == ("done", 2, 1)
    (bob,) = [each for each in body["players"] if each["player_id"] == "bob"]
    assert bob["achievements"] == []
    assert bob["failed"]


def test_the_same_request_is_one_job_whose_messages_are_sent_again(town: World) -> None:
    first, again = ask(town, key="once"), ask(town, key="once")
    assert first.body == again.body
    assert len(town.queued) == 2, "the first may have died before it sent them"
    work_off(town)
    assert show(town, first.body["job_id"])["players_found"] == 5
    assert show(town, first.body["job_id"])["players_looked_at"] == 5


def test_jobs_are_listed_newest_first_and_whom_they_found_is_forgotten_after_a_month(town: World) -> None:
    jobs = [ask(town).body["job_id"]]
    town.clock.at += timedelta(hours=1)
    jobs.append(ask(town, dry_run=False).body["job_id"])
    listed = town.call("unlocks", "admin").walk("/achievements/backfills", "backfills", limit="1")
    assert [each["job_id"] for each in listed] == jobs[::-1]
    work_off(town)
    results = [raw for key, raw in all_items(town.table).items() if key.sk.startswith("P#")]
    town.clock.at += timedelta(days=30)
    assert all(int(raw["ttl"]["N"]) <= town.clock.at.timestamp() for raw in results)
    old = show(town, jobs[0])
    assert (old["players"], old["players_found"]) == ([], 5)


@pytest.mark.parametrize(
    ("role", "body", "code"),
    [
        ("operator", {"achievements": ["no_such"]}, "unknown-achievement"),
        ("operator", {"achievements": ["asleep"]}, "invalid-body"),
        ("operator", {"achievements": []}, "invalid-body"),
        ("operator", {"dry": True}, "invalid-body"),
        ("admin", {}, "role-not-allowed"),
        ("service", {}, "role-not-allowed"),
        ("player", {}, "role-not-allowed"),
    ],
)
def test_what_cannot_be_backfilled_is_refused(town: World, role: str, body: dict[str, Any], code: str) -> None:
    define(town.table, [achievement("asleep", WORDS, 1, is_active=False)])
    before = all_items(town.table)
    refused = town.call("unlocks", role).send("POST", "/achievements/backfills", body)
    assert refused.body["type"] == f"urn:cairn:problem:{code}"
    assert (all_items(town.table), town.queued) == (before, [])


def test_a_job_that_is_not_there_and_another_tenants_are_unknown(town: World) -> None:
    job = ask(town).body["job_id"]
    stranger = World(town.table, town.clock, tenant="globex")
    for each, world in (("01NOSUCHJOB", town), (job, stranger)):
        refused = world.call("unlocks", "operator").send("GET", f"/achievements/backfills/{each}")
        assert (refused.status, refused.body["type"]) == (404, "urn:cairn:problem:unknown-backfill")
