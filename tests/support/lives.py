"""Players' lives as random sequences of what can bear on a streak, lived on a table in memory."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st

from cairn.catalog.storage import Catalog
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.items import Raw
from cairn.platform.preconditions import demand
from cairn.platform.table import Table
from cairn.players import profile, storage
from cairn.players.player import Player
from cairn.players.storage import PlayerItem
from cairn.players.streak import streak_of
from cairn.progress.play import Play, Request, play
from cairn.progress.progress import Command, Record, Session
from cairn.streaks import amnesties, marks
from cairn.streaks.change import Wish, change
from cairn.streaks.model import Checkpoint, Streak, StreakRules, StreakSettings
from cairn.streaks.sweep import look_at, sweep
from cairn.tenants.change import change as change_settings
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import SettingsCache
from tests.support.engine import items_of, table_in_memory
from tests.support.world import World

WHY = {"reason": "told so", "by": "op-1"}
ZONES = (
    "Pacific/Apia",
    "America/Santiago",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
BEGIN = datetime(2026, 2, 20, 9, tzinfo=UTC)

type Deed = tuple[str, tuple[Any, ...]]


def core(streak: Streak) -> Streak:
    """What of a streak does not depend on where the replay began."""
    return replace(
        streak,
        checkpoint=Checkpoint.start(StreakSettings()),
        bonuses={},
        frozen=(),
        repaired=(),
        freeze_ledger=(),
        breaks=(),
        kinds={},
    )


@dataclass(frozen=True)
class Step:
    """Something that is done after so many hours."""

    after: int
    deed: Deed


def deeds() -> st.SearchStrategy[Deed]:
    def named(name: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Deed]:
        return st.tuples(st.just(name), st.tuples(*arguments))

    late = st.sampled_from((0, 0, 0, 0, 26, 50, 71, 90))
    back, ahead = st.integers(0, 35), st.integers(0, 5)
    return st.one_of(
        named("check_in", late),
        named("session", late),
        named("days", st.integers(1, 9)),
        named("days", st.integers(1, 9)),
        named("days", st.integers(1, 9)),
        named("gap", st.integers(1, 4)),
        named("move", st.sampled_from(ZONES)),
        named("request_freeze", ahead),
        named("withdraw_freeze", back),
        named("pause", ahead, st.integers(0, 4)),
        named("end_pause", back),
        named("restore", back),
        named("withdraw_restore", back),
        named("strike", back),
        named("withdraw_strike", back),
        named("amnesty", back, st.integers(0, 2)),
        named("set_rules", st.integers(0, 3), st.sampled_from((0, 1, 7)), st.sampled_from((0, 48)), st.integers(0, 6)),
    )


def steps(least: int = 6, most: int = 20) -> st.SearchStrategy[list[Step]]:
    # Often within a day, so that streaks live often enough to be of interest.
    return st.lists(st.builds(Step, st.sampled_from((0, 1, 5, 10, 20, 24)), deeds()), min_size=least, max_size=most)


@dataclass
class Life:
    """One player's life. refused: codes of what was not allowed, in order."""

    table: Table = field(default_factory=table_in_memory)
    now: datetime = BEGIN
    tenant: str = "acme"
    player: str = "ada"
    refused: list[str] = field(default_factory=list)
    number: int = 0

    def __post_init__(self) -> None:
        cache = SettingsCache(self.table, monotonic=lambda: self.now.timestamp())
        self.parts = Play(self.table, Catalog(self.table), cache)
        World(self.table).define(quadrants={}, completion_criteria={})

    @property
    def settings(self) -> TenantSettings:
        return self.parts.settings.of(self.tenant)

    @property
    def stored(self) -> Player:
        """The player as they are stored; a new one where nothing is."""
        item = self.raw(keys.player(self.tenant, self.player))
        return storage.from_item(PlayerItem.parse(item)) if item else Player(self.tenant, self.player)

    @property
    def today(self) -> date:
        return self.settings.streak.local_date(self.now, self.stored.zone or self.settings.zone)

    def raw(self, key: keys.Key) -> Raw | None:
        return items_of(self.table).get(key)

    def live(self, step: Step) -> None:
        """Does what a step says, when it says; what is refused leaves no trace but its code."""
        self.now += timedelta(hours=step.after, minutes=2)
        self.number += 1
        name, arguments = step.deed
        do: Callable[..., object] = getattr(self, name)
        try:
            do(*arguments)
        except DomainError as refusal:
            self.refused.append(f"{self.number} {refusal.code}")

    def key(self, subject: str | None = "ada") -> IdempotencyKey:
        return IdempotencyKey(self.tenant, subject, f"step {self.number}", "")

    def check_in(self, late: int = 0) -> None:
        self._play(None, Record("check_in"), late)

    def session(self, late: int) -> None:
        """An hour of activity, which repairs."""
        self._play("woods", Session(3600), late + 1)

    def _play(self, experience: str | None, command: Command, late: int) -> None:
        at = self.now - timedelta(hours=late)
        play(self.parts, Request(self.tenant, self.player, experience, command, at, self.now, self.key()))

    def days(self, count: int) -> None:
        """So many days in a row, each with a check-in."""
        for _ in range(count):
            self.number += 1
            self.check_in()
            self.now += timedelta(hours=24)

    def gap(self, count: int) -> None:
        """So many days without anything."""
        self.now += timedelta(hours=24 * count)

    def move(self, zone: str) -> None:
        profile.set_profile(self.table, self.tenant, self.player, None, zone, self.settings, demand, self.now)

    def wish(self, wish: Wish, back_to: date | None = None) -> None:
        change(self.parts, self.tenant, self.player, wish, self.key(), self.now, back_to)

    def request_freeze(self, ahead: int) -> None:
        self.wish(partial(marks.request_freeze, day=self.today + timedelta(ahead)))

    def withdraw_freeze(self, number: int) -> None:
        self.wish(partial(marks.withdraw_freeze, day=self._one(self.stored.marks.freeze_requests, number)))

    def pause(self, ahead: int, days: int) -> None:
        first = self.today + timedelta(ahead)
        self.wish(partial(marks.pause, first=first, last=first + timedelta(days)))

    def end_pause(self, number: int) -> None:
        self.wish(partial(marks.end_pause, first=self._one({first for first, _ in self.stored.marks.pauses}, number)))

    def restore(self, back: int) -> None:
        self._by_operator(marks.restore, self.today - timedelta(back))

    def withdraw_restore(self, number: int) -> None:
        self._by_operator(marks.withdraw_restore, self._one(self.whole().marks.restores, number))

    def strike(self, number: int) -> None:
        self._by_operator(marks.strike, self._one(self.whole().days, number))

    def withdraw_strike(self, number: int) -> None:
        self._by_operator(marks.withdraw_strike, self._one(self.whole().marks.reversals, number))

    def _one(self, dates: Iterable[date], number: int) -> date:
        """One of some dates, counted from the latest; today where there is none."""
        latest_first = sorted(dates, reverse=True) or [self.today]
        return latest_first[number % len(latest_first)]

    def _by_operator(self, decide: Callable[..., Any], day: date) -> None:
        self.wish(partial(decide, day=day, why=WHY), back_to=day)

    def amnesty(self, back: int, days: int) -> None:
        first = self.today - timedelta(back)
        amnesties.declare(
            self.table, self.tenant, first, first + timedelta(days), "outage", "op-1", self.key(None), self.now
        )

    def set_rules(self, freezes: int, every: int, repair: int, hours: int) -> None:
        streak = StreakSettings(
            freezes_max=freezes,
            freeze_every_active_days=every,
            repair_within_hours=repair,
            repair_every_days=5,
            day_start_hours=hours,
            rest_weekdays=frozenset({hours}) - {0},
        )
        change_settings(
            self.table,
            self.tenant,
            replace(TenantSettings(), streak=StreakRules.always(streak)),
            demand,
            self.now,
        )

    def sweep(self) -> None:
        """Looks at the player as the sweep of the next full hour does, if it would find them."""
        due = self.stored.due
        if due and due <= self.now:
            partition = storage.due_partition(self.stored, self.settings)
            assert partition
            done = sweep(self.table, self.parts.settings, self.tenant, partition, self.now)
            assert (done.players, done.failed) == (1, [])
            assert not sweep(self.table, self.parts.settings, self.tenant, partition, self.now).players

    def look(self) -> None:
        """Looks at the player, due or not."""
        look_at(self.table, self.parts.settings, self.tenant, self.player, self.now)

    def whole(self) -> Player:
        """The player with all that ever bore on the streak."""
        return storage.with_calendar(self.table, self.stored)[0]

    def streak(self, player: Player) -> Streak:
        return streak_of(player, self.settings.streak, self.settings.zone, self.now)

    def ledger(self) -> dict[str, int]:
        """XP by sort key."""
        return {key.sk: int(raw["amount"]["N"]) for key, raw in items_of(self.table).items() if key.sk.startswith("L#")}
