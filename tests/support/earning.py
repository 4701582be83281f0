"""A random life of one player who earns XP, in a large system's weather, and what must hold of it afterwards.

Each request is sent as a client would: again under the same key when the process died, sometimes though it was
answered, sometimes never again. Beside one request another may run, or the same one.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from cairn.catalog.experience import Block, Experience, Page
from cairn.catalog.storage import Catalog
from cairn.platform import keys
from cairn.platform.command import Answer
from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import DynamoDb, Patience, Table
from cairn.platform.transact import transact
from cairn.players.player import Player
from cairn.players.storage import PlayerItem, from_item
from cairn.progress.play import Play, Request, play
from cairn.progress.progress import Command, Complete, Record, Start, WorkOnBlock
from cairn.tenants.multipliers import Multiplier, XpSettings
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import SettingsCache, write
from cairn.xp import change
from cairn.xp.change import Asked
from cairn.xp.ledger import (
    ACHIEVEMENT,
    COMPLETION,
    OPERATOR_AWARD,
    PERFECT_BONUS,
    REVERSAL,
    STREAK_BONUS,
    family_of,
    identifier,
)
from cairn.xp.levels import THRESHOLDS, level_of, title_of
from functions.achievements_reactor.handler import React, reactor
from tests.support.published import publish
from tests.support.weather import Killed, Weather

TENANT = "acme"
BEGINS = datetime(2026, 11, 20, 8, tzinfo=UTC)
WEEK = Multiplier("Harbour week", BEGINS + timedelta(days=2), BEGINS + timedelta(days=9), 150, kinds=("scenario",))
SETTINGS = TenantSettings(xp=XpSettings(multipliers=(WEEK,)))
QUIZ = (Page("p", blocks=(Block("q", "quiz", passing_score=0.5),)),)
EXPERIENCES = (
    Experience("walk", 1, "Walk"),
    Experience("cafe", 1, "Café", kind="scenario", difficulty=3),
    Experience("quiz", 1, "Quiz", xp_reward=75, pages=QUIZ),
    Experience("voyage", 1, "Voyage", xp_reward=450),
)
# What a rule of the game may answer.
REVERSIBLE = {COMPLETION, PERFECT_BONUS, OPERATOR_AWARD}
REFUSALS = {"illegal-move", "incomplete", "already-reversed", "not-reversible", "unknown-player"}
# What enough lives meet, all of it.
EVERYTHING = {
    *REFUSALS,
    *REVERSIBLE,
    *("conflict", "timeout", "forgotten", "killed before", "killed after", "beside"),
    *("achievement", "reversal", "multiplied", "adjusted bonus", "risen again"),
}
# By how much the clock moves between two requests, and how long ago what a request reports may have happened.
PAUSES = tuple(timedelta(minutes=each) for each in (1, 30, 240, 1500, 1500, 1500, 6000))
LATE = tuple(timedelta(hours=each) for each in (0, 0, 0, 0, 5, 26, 50, 71, 80))
KINDS = {"event": 28, "complete": 22, "quiz": 10, "award": 12, "reverse": 16, "again": 6, "stream": 12}


def define_all(client: DynamoDb, table_name: str) -> None:
    """Puts the tenant's settings and experiences into a table."""
    table = Table(client, table_name)
    transact(table, [write(TENANT, SETTINGS, 0)])
    for each in EXPERIENCES:
        publish(table, TENANT, each)


class Noting:
    """A client that notes what became of the player: each total there ever was, and the stream's records."""

    def __init__(self, client: DynamoDb) -> None:
        self.client = client
        self.totals: list[int] = []
        self.records: list[dict[str, Any]] = []
        self._tokens: set[str] = set()
        self._stands: Raw | None = None

    def batch_get_item(self, **request: Any) -> Any:
        return self.client.batch_get_item(**request)

    def query(self, **request: Any) -> Any:
        return self.client.query(**request)

    def transact_write_items(self, **request: Any) -> Any:
        answer = self.client.transact_write_items(**request)
        token = request["ClientRequestToken"]
        if token not in self._tokens:
            self._tokens.add(token)
            for action in request["TransactItems"]:
                if "Put" in action and action["Put"]["Item"]["kind"]["S"] == "player":
                    self._note(action["Put"]["Item"])
        return answer

    def _note(self, item: Raw) -> None:
        self.totals.append(int(item["xp"]["N"]))
        images = {"NewImage": item, **({"OldImage": self._stands} if self._stands else {})}
        self.records.append({"dynamodb": {**images, "SequenceNumber": f"{len(self.totals):021d}"}})
        self._stands = item


@dataclass
class Crowded(Weather):
    """Weather in which somebody else may write between a request's read and its own write."""

    beside: float = 0.0
    others: list[Callable[[], None]] = field(default_factory=list)

    def transact_write_items(self, **request: Any) -> Any:
        if self.others and self._happens("beside", self.beside):
            self.others.pop()()
        return super().transact_write_items(**request)


@dataclass
class Sent:
    """One request of a client: its key, what it asks, and what it was answered, if it ever was."""

    key: str
    ask: Callable[[Table], Answer]
    answer: dict[str, Any] | None = None


class Life:
    """A life on a table.

    Args:
        client: of the engine. fixed: a table that holds the definitions, whose functions have been up for long.
    """

    def __init__(self, client: DynamoDb, table_name: str, fixed: Play, player: str, seed: int) -> None:
        self.chance = chance = random.Random(seed)
        self.player = player
        self.now = BEGINS
        self.noting = Noting(client)
        self.weather = Crowded(
            self.noting, chance, conflict=0.05, timeout=0.08, forgotten=0.5, killed=0.05, beside=0.25
        )
        self.calm, self.table = (
            Table(each, table_name, patience=lambda: Patience(attempts=100, sleep=lambda _: None, deadline=600))
            for each in (self.noting, self.weather)
        )
        self._fixed = fixed
        self._reactor: React = reactor(self.table, lambda found: None, lambda: self.now)
        self._delivered = 0
        self.sent: list[Sent] = []
        self.met: Counter[str] = Counter()

    def live(self) -> None:
        """From the first day to the last; then the stream brings what it still has."""
        for _ in range(self.chance.randint(2, 7)):
            self.now += self.chance.choice(PAUSES)
            (kind,) = self.chance.choices(list(KINDS), list(KINDS.values()))
            getattr(self, f"_{kind}")()
        while self._delivered < len(self.noting.records):
            self._stream()

    def _event(self) -> None:
        self._send(self._plays(self.chance.choice((None, "walk")), Record("check_in")))

    def _complete(self) -> None:
        experience = self.chance.choice(EXPERIENCES).id
        for command in (Start(), Complete()):
            self._send(self._plays(experience, command))

    def _quiz(self) -> None:
        self._send(self._plays("quiz", WorkOnBlock("q", score=self.chance.choice((1.0, 1.0, 0.5)))))

    def _award(self) -> None:
        self._send(self._awards())

    def _reverse(self) -> None:
        """Of an entry, mostly one that can be reversed; sometimes of the same one again."""
        entries = [Paid.of(raw) for key, raw in self._items().items() if key.sk.startswith(keys.LEDGER_PREFIX)]
        can_be = [each for each in entries if each.source in REVERSIBLE]
        if chosen := can_be if self.chance.random() < 0.8 else entries:
            entry = self.chance.choice(chosen)
            for _ in range(self.chance.choice((1, 1, 2))):
                self._send(self._reverses(identifier(entry.event, entry.source)))

    def _again(self) -> None:
        if self.sent:
            self._send(self.chance.choice(self.sent))

    def _stream(self) -> None:
        """A batch from the stream, some of which were delivered before; once more after a death."""
        until = min(len(self.noting.records), self._delivered + self.chance.randint(1, 9))
        since = max(0, self._delivered - self.chance.choice((0, 0, 0, 2)))
        batch = self.noting.records[since:until]
        while batch:
            with suppress(Killed):
                failed = self._reactor({"Records": batch})["batchItemFailures"]
                assert not failed
                break
        self._delivered = until

    def _plays(self, experience: str | None, command: Command) -> Sent:
        at = self.now - self.chance.choice(LATE) if self.chance.random() < 0.5 else None
        key = self._key()
        parts = partial(Play, catalog=self._fixed.catalog, settings=self._fixed.settings)

        def ask(table: Table) -> Answer:
            asked = Request(TENANT, self.player, experience, command, at or self.now, self.now, key)
            return play(parts(table), asked)

        return Sent(key.value, ask)

    def _awards(self) -> Sent:
        key, amount = self._key(), self.chance.choice((5, 60, 200, 700))

        def ask(table: Table) -> Answer:
            asked = Asked(TENANT, self.player, key.value, "operator", key, self.now)
            return change.award(table, SETTINGS, asked, amount, None)

        return Sent(key.value, ask)

    def _reverses(self, entry: str) -> Sent:
        key = self._key()

        def ask(table: Table) -> Answer:
            asked = Asked(TENANT, self.player, key.value, "operator", key, self.now)
            return change.reverse(table, SETTINGS, asked, entry)

        return Sent(key.value, ask)

    def _key(self) -> IdempotencyKey:
        return IdempotencyKey(TENANT, self.player, f"request {self.chance.getrandbits(64):x}", "asked")

    def _send(self, sent: Sent) -> None:
        """Sends a request until it is answered, or its client gives up; somebody may come between."""
        self.sent.append(sent)
        self.weather.others = [self._other(sent)]
        with suppress(DomainError):
            while True:
                with suppress(Killed):
                    self._ask(sent, self.table)
                    return
                if self.chance.random() < 0.2:
                    return
                self.now += timedelta(seconds=1)

    def _other(self, sent: Sent) -> Callable[[], None]:
        """What another process does at the same time: the same request, or another one."""
        kind = self.chance.choice(("same", "same", "award", "event"))
        other = sent
        if kind != "same":
            other = self._awards() if kind == "award" else self._plays("walk", Record("check_in"))
            self.sent.append(other)

        def happens() -> None:
            with suppress(DomainError):
                self._ask(other, self.calm)

        return happens

    def _ask(self, sent: Sent, table: Table) -> None:
        try:
            answer = sent.ask(table).body
        except DomainError as refusal:
            self.met[refusal.code] += 1
            if refusal.code not in REFUSALS or sent.answer is not None:
                raise AssertionError(f"what was answered {sent.answer} is now refused") from refusal
            raise
        assert sent.answer in (None, answer), "what was answered is answered alike"
        sent.answer = answer

    def _items(self) -> dict[Key, Raw]:
        partition = keys.player_partition(TENANT, self.player)
        return {Key(raw["PK"]["S"], raw["SK"]["S"]): raw for raw in self.calm.query_all(partition, consistent=True)}

    def assert_adds_up(self) -> None:
        """The total is the ledger's sum, by source and by fact too; each cause paid once; each level was announced
        once, when a total first reached it.
        """
        items = self._items()
        of: dict[str, list[Raw]] = defaultdict(list)
        for raw in items.values():
            of[raw["kind"]["S"]].append(raw)
        entries = {key.sk: Paid.of(raw) for key, raw in items.items() if raw["kind"]["S"] == "ledger"}
        if not of["player"]:
            assert not entries
            return
        player = from_item(PlayerItem.parse(of["player"][0]))
        by_source: Counter[str] = Counter()
        for entry in entries.values():
            by_source[family_of(entry.source)] += entry.amount
        assert player.xp == by_source.total() == self.noting.totals[-1]
        assert dict(player.xp_by_source) == without_zeros(by_source) == without_zeros(self._facts())
        self._assert_paid_once(entries, of["progress"], of["unlock"], player)
        self._assert_answers(entries)
        announced = [json.loads(raw["data"]["S"]) for raw in of["event"] if raw["type"]["S"] == "level_up"]
        reached = level_of(max(self.noting.totals))
        assert player.level_announced == reached
        assert sorted(each["level"] for each in announced) == list(range(2, reached + 1))
        self.met.update(self.weather.seen)
        self.met["risen again"] += any(
            level_of(before) < level_of(after) <= level_of(max(self.noting.totals[:number]))
            for number, (before, after) in enumerate(pairwise(self.noting.totals), start=1)
        )
        for each in announced:
            assert each["title"] == title_of(each["level"])
            assert each["total_xp"] >= THRESHOLDS[each["level"] - 1]

    def _facts(self) -> Counter[str]:
        """XP by family, as the facts have it."""
        found: Counter[str] = Counter()
        page = self.calm.query(keys.player_partition(TENANT, self.player), index=("of-player", "fp", "fs"))
        assert page.after is None
        for raw in page.items:
            found.update({name[3:]: int(value["N"]) for name, value in raw.items() if name.startswith("xp_")})
        return found

    def _assert_paid_once(
        self, entries: "Mapping[str, Paid]", heads: list[Raw], unlocks: list[Raw], player: Player
    ) -> None:
        days: Counter[str] = Counter()
        causes: Counter[tuple[str, ...]] = Counter()
        for sort_key, entry in entries.items():
            if entry.source.endswith(REVERSAL):
                self.met["reversal"] += 1
                taken_back = entries[sort_key.removesuffix(REVERSAL)]
                assert taken_back.amount == -entry.amount
                assert family_of(entry.source) not in (STREAK_BONUS, ACHIEVEMENT)
            elif entry.source == STREAK_BONUS:
                days.update(entry.days)
                self.met["adjusted bonus"] += len(entry.days) > 1
            else:
                # An award is one request's; anything else is paid for a thing once ever, whatever asked for it.
                self.met[family_of(entry.source)] += 1
                self.met["multiplied"] += WEEK.name in entry.reason
                causes[entry.source, entry.reason.partition(" (")[0]] += 1
        assert set(causes.values()) <= {1}, causes
        assert all(0 <= bonus <= 50 and bonus % 5 == 0 for bonus in days.values()), days
        assert {day.isoformat(): bonus for day, bonus in player.paid.items()}.items() <= days.items()
        completed = {raw["experience"]["S"] for raw in heads if raw["state"]["S"] in ("COMPLETED", "MASTERED")}
        assert sum(source == COMPLETION for source, _ in causes) == len(completed)
        held = {(f"{ACHIEVEMENT}.{raw['achievement']['S']}", int(raw["xp"]["N"])) for raw in unlocks}
        assert held == {
            (each.source, each.amount) for each in entries.values() if family_of(each.source) == ACHIEVEMENT
        }

    def _assert_answers(self, entries: "Mapping[str, Paid]") -> None:
        """What was answered stands, and awards that stand were asked for."""
        stands = {(identifier(each.event, each.source), each.amount) for each in entries.values()}
        for sent in self.sent:
            for source, amount in (sent.answer or {}).get("xp", {}).get("by_source", {}).items():
                assert sent.answer is not None
                event = sent.answer.get("entry", sent.answer)["event_id"]
                assert (identifier(event, source), amount) in stands
        awarded = {entry.reason for entry in entries.values() if entry.source == OPERATOR_AWARD}
        assert awarded <= {sent.key for sent in self.sent}


@dataclass(frozen=True)
class Paid:
    """A stored entry of the ledger."""

    event: str
    source: str
    amount: int
    reason: str
    days: Mapping[str, int]

    @classmethod
    def of(cls, raw: Raw) -> "Paid":
        days = json.loads(raw["days"]["S"]) if "days" in raw else {}
        return cls(raw["event"]["S"], raw["source"]["S"], int(raw["amount"]["N"]), raw["reason"]["S"], days)


def without_zeros(amounts: Mapping[str, int]) -> dict[str, int]:
    return {name: amount for name, amount in amounts.items() if amount}


def fixed_parts(client: DynamoDb, table_name: str) -> Play:
    """The catalogue and the settings of functions that have been up for long."""
    table = Table(client, table_name)
    return Play(table, Catalog(table), SettingsCache(table))
