"""Days are marked, dispatched and recomputed; run twice, late or half-way, nothing comes out differently."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

import functions.analytics_dispatch.handler as dispatch_handler
import functions.analytics_rollup.handler as rollup_handler
from cairn.analytics import storage
from cairn.analytics.rollup import roll_up
from cairn.analytics.storage import RollupItem
from cairn.analytics.work import DirtyDays, dispatch, recompute
from cairn.platform.slots import slot_of
from cairn.platform.table import Table
from cairn.platform.transact import ConditionsFailed, transact
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import SettingsCache, write
from tests.support.http import CONTEXT
from tests.support.world import World, all_items

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Outbox:
    """What was sent; refuses after so many messages."""

    def __init__(self, most: int = 1000) -> None:
        self.sent: list[dict[str, Any]] = []
        self._most = most

    def __call__(self, messages: Sequence[dict[str, Any]]) -> None:
        for message in messages:
            if len(self.sent) >= self._most:
                raise RuntimeError("the queue refused")
            self.sent.append(message)


def run(table: Table, now: datetime, outbox: Outbox | None = None) -> list[dict[str, Any]]:
    outbox = outbox or Outbox()
    dispatch(table, SettingsCache(table), outbox, now)
    return outbox.sent


def test_a_slot_is_a_quarter_of_an_hour() -> None:
    assert [slot_of(NOON + timedelta(minutes=each)).minute for each in (0, 14, 15, 44, 59)] == [0, 0, 15, 30, 45]
    assert slot_of(NOON + timedelta(minutes=14, seconds=59, microseconds=999_999)) == NOON


def test_a_mark_is_dispatched_once_its_quarter_of_an_hour_is_over_for_a_minute(table: Table) -> None:
    DirtyDays(table).mark([("acme", DAY), ("other", DAY)], NOON)
    assert run(table, NOON + timedelta(minutes=15, seconds=59)) == []
    assert run(table, NOON + timedelta(minutes=16)) == [
        {"tenant": "acme", "day": "2026-11-20", "shard": 0},
        {"tenant": "other", "day": "2026-11-20", "shard": 0},
    ]


def test_a_slot_that_was_dispatched_is_not_again(table: Table) -> None:
    DirtyDays(table).mark([("acme", DAY)], NOON)
    assert len(run(table, NOON + timedelta(minutes=16))) == 1
    assert run(table, NOON + timedelta(minutes=16)) == []
    assert run(table, NOON + timedelta(minutes=40)) == []
    DirtyDays(table).mark([("acme", DAY)], NOON + timedelta(minutes=41))
    assert len(run(table, NOON + timedelta(hours=1))) == 1


def test_a_day_marked_in_many_slots_is_sent_once(table: Table) -> None:
    for minutes in (0, 15, 30):
        DirtyDays(table).mark([("acme", DAY)], NOON + timedelta(minutes=minutes))
    assert len(run(table, NOON + timedelta(hours=1))) == 1


def test_each_shard_of_a_day_is_a_message(table: Table) -> None:
    transact(table, [write("acme", TenantSettings(fact_shards=((date(2026, 11, 20), 3),)), 0)])
    DirtyDays(table).mark([("acme", DAY), ("acme", date(2026, 11, 19))], NOON)
    sent = run(table, NOON + timedelta(minutes=16))
    assert [(each["day"][-2:], each["shard"]) for each in sent] == [("19", 0), ("20", 0), ("20", 1), ("20", 2)]


def test_a_dispatch_that_died_half_way_sends_everything_again(table: Table) -> None:
    DirtyDays(table).mark([("acme", DAY), ("other", DAY)], NOON)
    half = Outbox(most=1)
    with pytest.raises(RuntimeError):
        run(table, NOON + timedelta(minutes=16), half)
    assert len(half.sent) == 1
    assert len(run(table, NOON + timedelta(minutes=16))) == 2


def test_two_dispatches_at_once_send_twice_and_lose_nothing(table: Table) -> None:
    DirtyDays(table).mark([("acme", DAY)], NOON)
    inner = Outbox()

    class Meanwhile(Outbox):
        def __call__(self, messages: Sequence[dict[str, Any]]) -> None:
            super().__call__(messages)
            run(table, NOON + timedelta(minutes=31), inner)

    outer = Meanwhile()
    run(table, NOON + timedelta(minutes=16), outer)
    assert outer.sent == inner.sent
    DirtyDays(table).mark([("acme", DAY)], NOON + timedelta(minutes=31))
    assert len(run(table, NOON + timedelta(minutes=47))) == 1, "the cursor went on from the later run"


def test_marks_older_than_two_days_are_given_up(table: Table) -> None:
    DirtyDays(table).mark([("acme", DAY)], NOON)
    DirtyDays(table).mark([("acme", DAY)], NOON + timedelta(days=1))
    sent = run(table, NOON + timedelta(days=2, hours=5))
    assert len(sent) == 1


def rollups(table: Table) -> dict[str, Any]:
    return {
        key.pk.removeprefix("T#acme#R#"): item
        for key, item in all_items(table).items()
        if key.pk.startswith("T#acme#R#")
    }


def test_a_day_is_recomputed_from_its_facts_and_a_second_time_writes_nothing(world: World) -> None:
    world.journey()
    assert recompute(world.table, "acme", DAY, 0, world.clock()) == 2
    assert set(rollups(world.table)) == {"tenant", "experience#woods"}
    before = all_items(world.table)
    assert recompute(world.table, "acme", DAY, 0, world.clock() + timedelta(hours=1)) == 0
    assert all_items(world.table) == before
    world.play("events", {"type": "check_in"})
    assert recompute(world.table, "acme", DAY, 0, world.clock() + timedelta(hours=2)) == 2


def test_an_older_run_never_overwrites_a_newer(world: World) -> None:
    world.journey()
    key = storage.rollup_key("acme", "tenant", DAY, 0)
    recompute(world.table, "acme", DAY, 0, NOON + timedelta(hours=1))
    standing = all_items(world.table)[key]
    stale = storage.from_item(RollupItem.parse(standing))
    stale.players = 99
    for earlier in (timedelta(0), timedelta(minutes=59), timedelta(hours=1)):
        with pytest.raises(ConditionsFailed):
            transact(world.table, [storage.write_rollup(key, stale, NOON + earlier)])
    world.play("events", {"type": "check_in"})
    assert recompute(world.table, "acme", DAY, 0, NOON) == 0, "it began before the other did"
    assert all_items(world.table)[key] == standing


def test_a_roll_up_reads_back_as_it_was_computed(world: World) -> None:
    world.journey()
    recompute(world.table, "acme", DAY, 0, NOON)
    computed = roll_up(storage.facts_of(world.table, "acme", DAY, 0))
    for scope, rollup in computed.items():
        key = storage.rollup_key("acme", scope, DAY, 0)
        assert storage.from_item(RollupItem.parse(all_items(world.table)[key])) == rollup


def test_facts_go_on_over_sixteen_contents_a_day_and_the_roll_up_sees_one_player(world: World) -> None:
    for number in range(20):
        world.clock.at += timedelta(minutes=1)
        content = f"stone {number}[{number % 3}]"
        world.play("events", {"type": "waypoint_visited", "content_id": content, "duration_seconds": 2})
    world.play("events", {"type": "waypoint_visited", "content_id": "stone 0[0]"})
    pages = {key.sk: item for key, item in all_items(world.table).items() if key.pk.startswith("T#acme#F#")}
    assert set(pages) == {"ada#woods#0", "ada#woods#1"}
    contents = {page: sum(name.startswith("n~") for name in item) for page, item in pages.items()}
    assert contents["ada#woods#0"] == 16
    assert contents["ada#woods#1"] == 5
    recompute(world.table, "acme", DAY, 0, NOON)
    shown = world.call("analytics", "operator").send("GET", "/analytics/days/2026-11-20").body
    assert (shown["players"], shown["events"], len(shown["contents"])) == (1, 21, 20)
    assert shown["contents"]["stone 0[0]"] == {"visits": 2, "seconds": 2, "players": 1}


def test_a_late_event_widens_the_bounds_of_its_own_day(world: World) -> None:
    for hour in (10, 14):
        world.clock.at = NOON.replace(day=19, hour=hour)
        world.play("events", {"type": "check_in"})
    world.clock.at = NOON
    world.play("events", {"type": "check_in"})
    for at in ("2026-11-19T12:00:00Z", "2026-11-19T15:30:00Z", "2026-11-19T09:15:00Z"):
        world.play("events", {"type": "check_in", "at": at})
    recompute(world.table, "acme", date(2026, 11, 19), 0, NOON)
    shown = world.call("analytics", "operator").send("GET", "/analytics/days/2026-11-19").body
    assert (shown["first_at"], shown["last_at"]) == ("2026-11-19T09:15:00.000Z", "2026-11-19T15:30:00.000Z")
    assert shown["events"] == 5
    today = world.call("progress").send("GET", "/players/me/experiences/woods").body
    assert today["last_progress_at"] == "2026-11-20T12:00:00.000Z"
    assert today["started_at"] == "2026-11-19T09:15:00.000Z"


def test_facts_of_players_are_spread_over_the_shards_that_the_tenant_set(table: Table, clock: Any) -> None:
    transact(table, [write("acme", TenantSettings(fact_shards=((date(2026, 11, 20), 4),)), 0)])
    world = World(table, clock)
    world.define()
    for number in range(8):
        world.play("start", player=f"p{number}")
    shards = {key.pk for key in all_items(table) if key.pk.startswith("T#acme#F#")}
    assert len(shards) > 1
    assert sum(recompute(table, "acme", DAY, shard, NOON) for shard in range(4)) == 2 * len(shards)
    shown = world.call("analytics", "operator").send("GET", "/analytics/days/2026-11-20").body
    assert (shown["players"], shown["starts"], shown["xp_by_source"]) == (8, 8, {"streak_bonus": 40})


def test_the_worker_answers_with_the_messages_that_failed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.journey()
    monkeypatch.setattr(rollup_handler, "bootstrap", lambda: rollup_handler.worker(world.table, world.clock))
    bodies = [{"tenant": "acme", "day": "2026-11-20", "shard": 0}, {"tenant": "acme", "day": "never", "shard": 0}]
    records = [
        {"messageId": f"m{number}", "body": json.dumps(body), "eventSource": "aws:sqs"}
        for number, body in enumerate(bodies)
    ]
    answer = rollup_handler.handler({"Records": records}, CONTEXT)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert "tenant" in rollups(world.table)


def test_the_schedules_moment_is_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    moments: list[datetime] = []

    def sent(now: datetime) -> int:
        moments.append(now)
        return 7

    monkeypatch.setattr(dispatch_handler, "bootstrap", lambda: sent)
    assert dispatch_handler.handler({"time": "2026-11-20T12:16:00Z"}, CONTEXT) == {"messages": 7}
    dispatch_handler.handler({}, CONTEXT)
    assert moments[0] == NOON + timedelta(minutes=16)
    assert abs(moments[1] - datetime.now(UTC)) < timedelta(minutes=1)
