"""The sweep from end to end: the stream's reader notes, the schedule hands out, the worker looks at players."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from cairn.platform import keys
from cairn.platform.capacity import Meter
from cairn.platform.errors import Busy
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.players import storage
from cairn.players.player import Player
from cairn.players.storage import PlayerItem
from cairn.streaks import sweep as sweeping
from cairn.streaks.agenda import Agenda, Due, dispatch
from cairn.streaks.work import work
from cairn.tenants.storage import SettingsCache
from tests.support.engine import items_of, table_in_memory
from tests.support.world import World, react, stream_records
from tests.unit.streaks_api.asking import be_active, do, events, ledger, logged, streak

HOUR = timedelta(hours=1)


@dataclass
class Line:
    """Functions on a table, its stream, and the sweep's schedule, queue and worker, by one clock."""

    world: World = field(default_factory=lambda: World(table_in_memory()))
    seen: dict[Key, Raw] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    done: list[dict[str, int]] = field(default_factory=list)

    def follow(self) -> None:
        """The stream's reader takes what was written since."""
        now = dict(items_of(self.world.table))
        records = stream_records(self.seen, now)
        of_players = [each for each in records if each["dynamodb"]["Keys"]["SK"]["S"] == "PLAYER"]
        assert react(self.world.table, self.world.clock, of_players) == {"batchItemFailures": []}
        self.seen = now

    def dispatch(self) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []
        dispatch(self.world.table, SettingsCache(self.world.table), lambda some: sent.extend(some), self.world.clock())
        self.sent += sent
        return sent

    def work(self, message: dict[str, Any], in_time: Callable[[], bool] = lambda: True) -> dict[str, int]:
        """The worker does one message; what it sends is queued."""
        settings = SettingsCache(self.world.table)
        done = work(
            self.world.table, settings, lambda some: self.sent.extend(some), message, self.world.clock(), in_time
        )
        self.done.append(done)
        return done

    def hours(self, count: int) -> None:
        """So many hours pass, and all that belongs to each happens some minutes into it."""
        for _ in range(count):
            self.world.clock.at = self.world.clock.at.replace(minute=5) + HOUR
            self.follow()
            self.dispatch()
            while self.sent:
                self.work(self.sent.pop(0))

    @property
    def player(self) -> Player:
        return self.of("ada")

    def of(self, name: str) -> Player:
        return storage.from_item(PlayerItem.parse(items_of(self.world.table)[keys.player("acme", name)]))


def active(line: Line, days: int = 1, player: str = "ada") -> None:
    be_active(line.world, days, player)
    line.world.clock.at -= timedelta(days=1)  # still the last of these days


def test_a_date_that_ends_is_decided_within_the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    active(line)
    assert (line.player.due, line.player.current_streak) == (line.world.clock().replace(day=22, hour=0), 1)
    line.hours(35)  # 23:05 on the 21st
    assert (line.done, events(line.world)) == ([], [])
    line.hours(1)
    assert line.done == [{"players": 1, "written": 1, "failed": 0}]
    assert events(line.world) == ["streak_frozen"]
    (event,) = logged(line.world)
    assert json.loads(event["data"]["S"]) == {
        "date": "2026-11-21",
        "kind": "used_automatically",
        "freezes_available": 2,
    }
    assert event["at"]["N"] == str(int(line.world.clock().replace(minute=0).timestamp() * 1000))
    assert streak(line.world)["freezes_available"] == 2


def test_a_streak_is_followed_until_it_breaks_and_no_longer() -> None:
    line = Line()
    active(line)
    line.hours(36 + 3 * 24)
    assert events(line.world) == ["streak_frozen", "streak_frozen", "streak_frozen", "streak_broken"]
    assert (line.player.current_streak, line.player.longest_streak, line.player.due) == (0, 1, None)
    raw = items_of(line.world.table)[keys.player("acme", "ada")]
    assert not raw.keys() & {"dp", "ds"}
    assert line.player.last is not None and line.player.last.at.day == 20, "nobody did anything"
    line.done.clear()
    line.hours(48)
    assert line.done == []
    assert ledger(line.world) == [5]


def test_who_is_active_every_day_is_never_looked_at() -> None:
    line = Line()
    for _ in range(5):
        line.world.call("events").send("POST", "/players/me/events", {"type": "check_in"})
        line.hours(24)
    assert sum(done["players"] for done in line.done) == 0
    assert line.player.current_streak == 5


def test_a_paused_player_is_looked_at_when_the_pause_is_over() -> None:
    line = Line()
    active(line)
    do(line.world, "pauses", first="2026-11-21", last="2026-12-05")
    assert line.player.due == line.world.clock().replace(month=12, day=7, hour=0)
    line.hours(16 * 24)
    assert line.done == []
    line.hours(12)
    assert events(line.world) == ["streak_paused", "streak_frozen"]


def test_a_player_who_flew_west_is_looked_at_again_when_the_date_ends_there() -> None:
    line = Line()
    active(line)
    line.hours(30)
    line.world.call("players").send("PUT", "/players/me", {"zone": "Pacific/Pago_Pago"})
    line.hours(6)
    assert line.done == [{"players": 0, "written": 0, "failed": 0}], "filed under another hour by now"
    assert (events(line.world), line.player.due) == ([], line.world.clock().replace(hour=11, minute=0))
    line.hours(11)
    assert events(line.world) == ["streak_frozen"]


def test_what_was_noted_stays_noted_though_the_stream_is_hours_late() -> None:
    line = Line()
    active(line)
    line.world.clock.at += timedelta(days=2, minutes=20)
    line.dispatch()
    line.follow()
    line.hours(1)
    assert events(line.world) == ["streak_frozen"]


def test_a_schedule_that_stood_still_makes_up_for_it() -> None:
    line = Line()
    active(line)
    line.follow()
    line.world.clock.at += timedelta(days=9)
    sent = line.dispatch()
    assert len(sent) == 1
    line.work(sent[0])
    assert events(line.world) == ["streak_frozen", "streak_frozen", "streak_frozen", "streak_broken"]


def test_a_message_that_comes_twice_or_after_an_activity_changes_nothing() -> None:
    line = Line()
    active(line)
    line.follow()
    line.world.clock.at = line.world.clock.at.replace(day=22, hour=0, minute=5)
    (message,) = line.dispatch()
    line.work(message)
    before = dict(items_of(line.world.table))
    assert line.work(message) == {"players": 0, "written": 0, "failed": 0}
    assert items_of(line.world.table) == before
    assert line.dispatch() == [], "what was handed out is handed out once, where the cursor moved"


def test_a_player_who_is_quicker_than_the_sweep_is_left_alone() -> None:
    line = Line()
    active(line)
    line.follow()
    partition = items_of(line.world.table)[keys.player("acme", "ada")]["dp"]["S"]
    line.world.clock.at = line.world.clock.at.replace(day=22, hour=0, minute=4)
    be_active(line.world)
    before = dict(items_of(line.world.table))
    settings = SettingsCache(line.world.table)
    assert not sweeping.look_at(line.world.table, settings, "acme", "ada", line.world.clock(), partition)
    assert items_of(line.world.table) == before
    assert streak(line.world)["current"] == 2


def test_nothing_is_handed_out_for_a_tenant_that_sleeps() -> None:
    line = Line()
    line.world.clock.at += timedelta(days=1)
    line.follow()
    assert line.dispatch() == []


def test_a_partition_is_noted_once_by_one_process_and_again_by_another() -> None:
    line = Line()
    active(line)
    (partition,) = {raw["dp"]["S"] for raw in items_of(line.world.table).values() if "dp" in raw}
    due, agenda = Due("acme", partition), Agenda(line.world.table)
    meter = line.world.table.meter = Meter()
    for _ in range(3):
        agenda.note([due], line.world.clock())
    assert meter.calls == ["transact_write_items"]
    Agenda(line.world.table).note([due], line.world.clock())
    assert len(meter.calls) == 2
    notes = [key for key in items_of(line.world.table) if key.pk.startswith("SWEEP#")]
    assert notes == [Key("SWEEP#2026-11-22T00:00", partition)]


@dataclass
class Trouble:
    """One player whose look fails, so often."""

    player: str
    times: int
    error: type[Exception] = Busy
    original: Callable[..., bool] = sweeping.look_at

    def __call__(self, table: Any, settings: Any, tenant: str, player: str, *rest: Any) -> bool:
        if player == self.player and self.times:
            self.times -= 1
            raise self.error
        return self.original(table, settings, tenant, player, *rest)


def test_a_busy_player_comes_again_and_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    for name in ("ada", "bob", "cy"):
        be_active(line.world, player=name)
        line.world.clock.at -= timedelta(days=1)
    monkeypatch.setattr(sweeping, "look_at", Trouble("bob", 1))
    line.hours(36)
    assert line.done == [{"players": 3, "written": 2, "failed": 1}, {"players": 1, "written": 1, "failed": 0}]
    assert [storage_of.current_streak for storage_of in map(line.of, ("ada", "bob", "cy"))] == [1, 1, 1]
    assert len(events(line.world)) == 3


def test_a_player_who_can_never_be_looked_at_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    for name in ("ada", "bob"):
        be_active(line.world, player=name)
        line.world.clock.at -= timedelta(days=1)
    line.follow()
    del items_of(line.world.table)[keys.player("acme", "bob")]["streak"]
    line.world.clock.at = line.world.clock.at.replace(day=22, hour=0, minute=5)
    (message,) = line.dispatch()
    line.sent.clear()
    assert line.work(message) == {"players": 2, "written": 1, "failed": 1}
    assert line.sent == [{"tenant": "acme", "player": "bob"}]
    with pytest.raises(TypeError):
        line.work(line.sent[0])


def test_what_there_is_no_time_for_goes_on_in_another_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "PAGE", 2)
    line = Line()
    names = [f"player-{number}" for number in range(5)]
    for name in names:
        be_active(line.world, player=name)
        line.world.clock.at -= timedelta(days=1)
    line.follow()
    line.world.clock.at = line.world.clock.at.replace(day=22, hour=0, minute=5)
    sent = line.dispatch()
    assert line.work(sent[0], in_time=lambda: False) == {"players": 2, "written": 2, "failed": 0}
    line.sent.remove(sent[0])
    assert line.sent == sent, "from where it stands: who was looked at has left"
    while line.sent:
        line.work(line.sent.pop(0), in_time=lambda: False)
    assert len(events(line.world)) == 5


def test_an_outage_is_followed_by_a_look_at_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "PAGE", 2)
    line = Line()
    names = [f"player-{number}" for number in range(5)]
    for name in names:
        be_active(line.world, 3, name)
        line.world.clock.at -= timedelta(days=3)
    line.world.clock.at += timedelta(days=2)
    line.hours(24 * 7)  # three freezes, and the 26th is missed
    assert {line.of(name).current_streak for name in names} == {0}
    declared = {"first": "2026-11-26", "last": "2026-11-30", "reason": "Outage."}
    reply = line.world.call("streaks", "operator").send("POST", "/streaks/amnesties", declared)
    assert reply.status == 200
    line.done.clear()
    line.world.clock.at += timedelta(minutes=58)
    line.follow()
    (message,) = line.dispatch()
    line.sent.clear()
    assert message == {"tenant": "acme", "shard": 0}
    assert line.work(message, in_time=lambda: False) == {"players": 2, "written": 2, "failed": 0}
    while line.sent:
        line.work(line.sent.pop(0), in_time=lambda: False)
    assert {line.of(name).current_streak for name in names} == {3}
    assert sum(done["written"] for done in line.done) == 5
    assert events(line.world).count("streak_counted_anew") == 5
    line.hours(6)
    assert {line.of(name).due for name in names} != {None}, "they are followed again"


def test_an_event_that_stands_already_is_not_told_again() -> None:
    """The date was frozen, then active by a late event, then struck: it is frozen again."""
    line = Line()
    active(line)
    line.hours(36)
    late = {"type": "check_in", "at": "2026-11-21T20:00:00Z"}
    line.world.call("events").send("POST", "/players/me/events", late)
    assert streak(line.world)["freezes_available"] == 3
    do(line.world, "reversals", "operator", date="2026-11-21", reason="A script.")
    line.hours(24)
    assert sorted(events(line.world)) == ["streak_day_struck", "streak_frozen", "streak_frozen"]
    assert (line.player.due is not None, streak(line.world)["freezes_available"]) == (True, 1)
