"""Boards on which scores move without an event: windows of days, and streaks."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from cairn.leaderboards import audit, tree
from cairn.leaderboards.agenda import Agenda, Entry, Task, dispatch
from cairn.leaderboards.board import XP_ALL_TIME
from cairn.leaderboards.place import slot_at
from cairn.leaderboards.storage import PositionItem, node_key
from cairn.platform.capacity import Meter
from cairn.platform.table import Table
from cairn.platform.transact import raw_key
from functions.leaderboards_worker.handler import worker
from tests.support.http import Clock
from tests.support.objects import Shelf, nowhere
from tests.support.storm import assert_consistent
from tests.support.world import all_items
from tests.unit.leaderboards.town import Town


@pytest.fixture
def town(table: Table, clock: Clock) -> Town:
    town = Town(table, clock)
    town.define()
    return town


def at(day: int, hour: int = 12, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_xp_counts_for_seven_days_and_for_thirty(town: Town) -> None:
    for day in (20, 22):
        town.until(at(day))
        town.play("events", {"type": "check_in"})
        town.follow()
    assert (town.rows("xp_weekly"), town.rows("xp_monthly")) == ([(1, "ada", 15)], [(1, "ada", 15)])
    town.until(at(26, 23, 59))
    assert town.rows("xp_weekly") == [(1, "ada", 15)], "the seventh day of the first"
    assert town.until(at(27, 0, 3)) == 1
    assert town.rows("xp_weekly") == [(1, "ada", 10)]
    assert town.until(at(29, 0, 3)) >= 1
    assert town.rows("xp_weekly") == []
    assert town.rows("xp_monthly") == [(1, "ada", 15)]
    town.until(at(20, 0, 3, month=12))
    assert town.rows("xp_monthly") == [(1, "ada", 10)]
    town.until(at(22, 0, 3, month=12))
    assert town.rows("xp_monthly") == []
    assert town.rows("xp_all_time") == [(1, "ada", 15)]
    assert_consistent(all_items(town.table))


def test_a_day_ends_when_it_does_in_the_tenants_zone(town: Town) -> None:
    town.show(zone="Asia/Kathmandu")
    town.play("events", {"type": "check_in"})
    town.follow()
    leaves = datetime(2026, 11, 27, tzinfo=ZoneInfo("Asia/Kathmandu"))
    town.until(leaves - timedelta(minutes=1))
    assert town.rows("xp_weekly") == [(1, "ada", 5)]
    town.until(leaves + timedelta(minutes=3))
    assert town.rows("xp_weekly") == []


def test_only_those_who_must_move_are_touched(town: Town, meter: Meter) -> None:
    town.show("xp_weekly")
    for day, players in ((19, ("ada", "bob")), (20, ("cid", "dot", "eve"))):
        town.until(at(day))
        for player in players:
            town.play("events", {"type": "check_in"}, player=player)
        town.follow()
    before = all_items(town.table)
    meter.calls.clear()
    assert town.until(at(26, 0, 3)) == 2
    after = all_items(town.table)
    changed = {key for key in after if after[key] != before.get(key)}
    assert {key.pk for key in changed if key.sk.startswith("POS#")} == {"T#acme#U#ada", "T#acme#U#bob"}
    assert town.rows("xp_weekly") == [(1, "cid", 5), (1, "dot", 5), (1, "eve", 5)]
    assert town.until(at(26, 0, 18)) == 0


def test_a_streak_falls_when_it_breaks_and_not_a_day_later(town: Town) -> None:
    town.show("streak_current", "streak_longest")
    for day in (20, 21, 22):
        town.until(at(day))
        town.play("events", {"type": "check_in"})
        town.follow()
    assert town.rows("streak_current") == [(1, "ada", 3)]
    # Three freezes hold three missed days: the fourth breaks it at its end.
    assert town.until(at(26, 23, 59)) == 0
    assert town.rows("streak_current") == [(1, "ada", 3)]
    assert town.until(at(27, 0, 3)) == 1
    assert town.rows("streak_current") == []
    assert town.rows("streak_longest") == [(1, "ada", 3)]
    assert town.call("streaks").send("GET", "/players/me/streak").body["current"] == 0
    town.play("events", {"type": "check_in"})
    town.follow()
    assert town.rows("streak_current") == [(1, "ada", 1)]
    assert_consistent(all_items(town.table))


def test_a_streak_is_decided_in_the_players_own_zone(town: Town) -> None:
    town.show("streak_current")
    town.call("players").send("PUT", "/players/me", {"zone": "America/Los_Angeles"})
    town.play("events", {"type": "check_in"})
    town.follow()
    breaks = datetime(2026, 11, 25, tzinfo=ZoneInfo("America/Los_Angeles"))
    assert town.until(breaks - timedelta(minutes=1)) == 0
    assert town.rows("streak_current") == [(1, "ada", 1)]
    assert town.until(breaks + timedelta(minutes=3)) == 1
    assert town.rows("streak_current") == []


def test_who_moved_west_since_keeps_the_streak_until_the_day_ends_there(town: Town) -> None:
    town.show("streak_current")
    town.call("players").send("PUT", "/players/me", {"zone": "Asia/Tokyo"})
    town.play("events", {"type": "check_in"})
    town.follow()
    town.clock.at = at(24, 13)
    town.call("players").send("PUT", "/players/me", {"zone": "America/New_York"})
    town.follow()
    ends_in_tokyo = datetime(2026, 11, 25, tzinfo=ZoneInfo("Asia/Tokyo"))
    town.until(ends_in_tokyo + timedelta(minutes=3))
    assert town.rows("streak_current") == [(1, "ada", 1)], "the day goes on in New York"
    town.call("players").send("PUT", "/players/me", {"name": "Ada"})
    town.follow()
    assert town.rows("streak_current") == [(1, "ada", 1)]
    town.until(datetime(2026, 11, 25, 0, 3, tzinfo=ZoneInfo("America/New_York")))
    assert town.rows("streak_current") == []


def test_an_activity_just_before_the_break_leaves_nothing_to_lower(town: Town) -> None:
    town.show("streak_current")
    town.play("events", {"type": "check_in"})
    town.follow()
    town.until(at(24, 23, 50))
    town.play("events", {"type": "check_in"})
    town.follow()
    assert town.until(at(25, 0, 3)) == 0
    assert town.rows("streak_current") == [(1, "ada", 2)]


def test_a_mover_that_is_late_at_midnight_and_the_expiry_agree_in_either_order(town: Town) -> None:
    """A record that a mover takes up before midnight and writes after the expiry was there."""
    town.show("xp_weekly")
    town.play("events", {"type": "check_in"})
    town.follow()
    town.until(at(26, 23, 50))
    town.play("events", {"type": "check_in"})
    late = town.follow(reacting=False)
    town.until(at(27, 0, 3))
    after = all_items(town.table)
    town.clock.at = at(26, 23, 59)
    assert town.move({"Records": late}) == {"batchItemFailures": []}
    assert all_items(town.table) == after
    assert town.rows("xp_weekly") == [(1, "ada", 5)]
    assert_consistent(all_items(town.table))


def test_a_stale_clock_computes_with_the_later_day(town: Town) -> None:
    town.show("xp_weekly")
    town.play("events", {"type": "check_in"})
    town.follow()
    town.until(at(26))
    town.play("events", {"type": "check_in"})
    town.follow()
    town.until(at(27, 0, 3))
    assert town.rows("xp_weekly") == [(1, "ada", 5)]
    town.play("events", {"type": "check_in", "at": "2026-11-25T12:00:00Z"})
    town.clock.at = at(26, 23, 50)
    town.follow(reacting=False)
    item = next(PositionItem.parse(raw) for raw in all_items(town.table).values() if raw["kind"]["S"] == "position")
    assert item.beside == slot_at(at(27, 0, 0)), "the day of the position never goes back"
    assert town.rows("xp_weekly")[0][2] == town.call("xp").send("GET", "/players/me/xp").body["total_xp"] - 5


def test_positions_of_a_player_who_is_gone_leave_when_they_are_due(town: Town) -> None:
    town.show("xp_weekly")
    town.play("events", {"type": "check_in"})
    town.follow()
    client = town.table.client
    client.delete_item(TableName=town.table.name, Key={"PK": {"S": "T#acme#U#ada"}, "SK": {"S": "PLAYER"}})  # type: ignore[attr-defined]
    assert town.until(at(27, 0, 3)) == 1
    assert town.rows("xp_weekly") == []
    assert_consistent(all_items(town.table))


def test_a_board_that_is_shown_no_more_stays_where_it_is(town: Town) -> None:
    town.show("xp_weekly")
    town.play("events", {"type": "check_in"})
    town.follow()
    town.show("xp_all_time")
    assert town.until(at(27, 0, 3)) == 0


def queued(message: dict[str, Any]) -> SQSRecord:
    """A message as the worker gets it."""
    return SQSRecord({"body": json.dumps(message)})


class TestAgenda:
    NOW = at(20)

    def entry(self, minutes: int, tenant: str = "acme") -> Entry:
        return Entry(slot_at(self.NOW) + 60 * minutes, tenant, Task.MOVE)

    def test_what_is_noted_is_handed_out_when_its_time_has_come_and_only_once(self, table: Table) -> None:
        sent: list[dict[str, object]] = []
        Agenda(table).note([self.entry(0), self.entry(15), self.entry(15, "globex")], self.NOW)
        assert dispatch(table, sent.extend, self.NOW + timedelta(minutes=2)) == 16
        assert {each["tenant"] for each in sent} == {"acme"}
        assert sorted(each["shard"] for each in sent) == list(range(16))  # type: ignore[type-var]
        assert dispatch(table, sent.extend, self.NOW + timedelta(minutes=16)) == 0, "a mover may be writing still"
        assert dispatch(table, sent.extend, self.NOW + timedelta(minutes=17)) == 32
        assert dispatch(table, sent.extend, self.NOW + timedelta(minutes=32)) == 0

    def test_what_was_not_sent_is_sent_by_the_next_run(self, table: Table) -> None:
        Agenda(table).note([self.entry(0)], self.NOW)

        def refuse(messages: object) -> None:
            raise RuntimeError("the queue is gone")

        with pytest.raises(RuntimeError):
            dispatch(table, refuse, self.NOW + timedelta(minutes=3))
        assert dispatch(table, nowhere, self.NOW + timedelta(minutes=18)) == 16

    def test_a_schedule_that_was_away_for_days_makes_up_for_them(self, table: Table) -> None:
        assert dispatch(table, nowhere, self.NOW + timedelta(minutes=3)) == 0
        Agenda(table).note([self.entry(15 * n) for n in (1, 96, 300)], self.NOW)
        assert dispatch(table, nowhere, self.NOW + timedelta(days=5)) == 48

    def test_an_entry_is_written_once_by_a_function_that_remembers_it(self, table: Table, meter: Meter) -> None:
        agenda = Agenda(table)
        for _ in range(3):
            agenda.note([self.entry(15)], self.NOW)
        assert meter.calls == ["transact_write_items"]
        agenda.note([self.entry(60)], self.NOW + timedelta(minutes=40))
        agenda.note([self.entry(15)], self.NOW + timedelta(minutes=40))
        assert len(meter.calls) == 3, "what is over is forgotten"


def test_a_board_that_moved_is_audited_the_night_after_and_drift_is_a_metric(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "SETTLES_SECONDS", 0.0)
    town.show("xp_all_time")
    town.play("events", {"type": "check_in"})
    town.follow()
    sent: list[dict[str, Any]] = []
    dispatch(town.table, sent.extend, at(21, 1, 59))
    assert sent == []
    dispatch(town.table, sent.extend, at(21, 6, 3))
    assert sent == [{"task": "audit", "tenant": "acme", "board": "xp_all_time", "period": "all"}]
    client: Any = town.table.client
    client.update_item(
        TableName=town.table.name,
        Key=raw_key(node_key("acme", XP_ALL_TIME, tree.ROOT)),
        UpdateExpression="ADD c9 :three",
        ExpressionAttributeValues={":three": {"N": "3"}},
    )
    work = worker(town.table, Shelf(), nowhere, town.clock)
    assert work(queued(sent[0]), lambda: 300_000) == {"audited": 1, "drift": 3, "unsettled": 0}
    told = next(json.loads(line) for line in capsys.readouterr().out.splitlines() if '"BoardDrift"' in line)
    assert (told["BoardDrift"], told["_aws"]["CloudWatchMetrics"][0]["Namespace"]) == ([3.0], "cairn")


def test_an_audit_without_time_left_goes_on_in_another_message(town: Town) -> None:
    sent: list[dict[str, Any]] = []
    work = worker(town.table, Shelf(), sent.extend, town.clock)
    left = iter([300_000] * 5 + [1000])
    message = {"task": "audit", "tenant": "acme", "board": "xp_all_time", "period": "all", "band": 100}
    work(queued(message), lambda: next(left))
    assert sent == [{**message, "band": 105}]


def test_the_tenants_calendar_and_not_utc_says_which_seven_days(town: Town) -> None:
    town.show("xp_weekly", zone="Pacific/Kiritimati")
    town.play("events", {"type": "check_in"})
    town.follow()
    assert town.clock.at.date() == date(2026, 11, 20)
    body = town.ask("/leaderboards/xp_weekly").body
    assert (body["from"], body["to"], body["rows"][0]["score"]) == ("2026-11-15", "2026-11-21", 5)
    assert XP_ALL_TIME.window == 0
