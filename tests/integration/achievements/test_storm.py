"""A storm: records twice, swapped and late, consumers killed, players busy, checks and a backfill beside them.

In the end everybody holds exactly what simple rules, which know nothing of the system's own, say that they earned; each
once, with one entry in the ledger; and every total is the sum of its ledger.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest

from cairn.achievements import backfill
from cairn.achievements.definitions import ACHIEVEMENTS, Achievement, Every, Repeat
from cairn.achievements.unlock import Crossing
from cairn.platform.errors import Busy
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import DynamoDb, Patience, Table
from cairn.progress.bulk import Sent, record_all
from cairn.progress.progress import Complete, Record, Start
from cairn.xp.levels import level_of
from functions.achievements_backfill.handler import worker
from functions.achievements_reactor.handler import reactor
from functions.achievements_recheck.handler import recheck
from functions.unlocks.handler import routes
from local.cloud import Cloud
from tests.support.achievements import achievement, define
from tests.support.http import CONFIG, Client, claims
from tests.support.storm import reordered
from tests.support.stream import Mapping as Delivery
from tests.support.stream import Record as StreamRecord
from tests.support.weather import Killed, Weather
from tests.support.world import World, all_items

PLAYERS, ROUNDS = 100, 5
WORDS, TALKS, KILOMETRES = "words_learned", "conversations_held", "kilometres"
TYPES = {"word_learned": WORDS, "conversation_held": TALKS}
AT_FIRST = [
    achievement("reader", WORDS, 3, xp=60),
    achievement("talker", TALKS, 2, xp=40),
    achievement("both", KILOMETRES, 1, xp=30, prerequisites=("reader", "talker")),
    achievement("all_three", WORDS, 1, xp=20, prerequisites=("both", "first_steps")),
    achievement("rider", KILOMETRES, 10, xp=5, repeat=Repeat(Every.THRESHOLD, 100)),
    achievement("hundreds", "total_xp", 250, xp=70),
    achievement("climber", "level", 4, xp=15),
    achievement("collector", "achievements_unlocked", 6, xp=25),
]
IN_THE_MIDDLE = [
    achievement("early", WORDS, 1, xp=10),
    achievement("earlier", TALKS, 1, xp=10, prerequisites=("early", "rider")),
    achievement("far", KILOMETRES, 25, xp=35),
]


class Tail:
    """The end of a table's stream: what is new since the last look."""

    def __init__(self, cloud: Cloud, table: Table) -> None:
        client: Any = table.client
        self._streams: Any = botocore.session.get_session().create_client(
            "dynamodbstreams", endpoint_url=cloud.endpoint_url
        )
        self._arn = client.describe_table(TableName=table.name)["Table"]["LatestStreamArn"]
        self._iterators: dict[str, str] = {}

    def new(self) -> list[StreamRecord]:
        found: list[StreamRecord] = []
        for shard in self._streams.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"]:
            name = shard["ShardId"]
            if name not in self._iterators:
                begin = {"StreamArn": self._arn, "ShardId": name, "ShardIteratorType": "TRIM_HORIZON"}
                self._iterators[name] = self._streams.get_shard_iterator(**begin)["ShardIterator"]
            while self._iterators[name]:
                page = self._streams.get_records(ShardIterator=self._iterators[name], Limit=1000)
                self._iterators[name] = page.get("NextShardIterator") or ""
                if not page["Records"]:
                    break
                found += page["Records"]
        return [each for each in found if each["dynamodb"].get("NewImage", {}).get("kind", {}).get("S") == "player"]


@dataclass
class Storm:
    """Consumers on a table in bad weather.

    counts: what players did, by player, as this test itself counts it. later: what reactors queued for busy players.
    """

    world: World
    client: DynamoDb
    chance: random.Random
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    later: list[Crossing] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    weathers: list[Weather] = field(default_factory=list)
    _number: int = 0

    def table(self, seed: int, attempts: int = 2) -> Table:
        """The table as a process of its own sees it, which has little patience."""
        weather = Weather(
            self.client, random.Random(seed), conflict=0.2, timeout=0.06, forgotten=0.3, killed=0.03, seen=[]
        )
        self.weathers.append(weather)
        return Table(
            weather,
            self.world.table.name,
            patience=lambda: Patience(attempts=attempts, sleep=lambda _: None, deadline=600),
        )

    def reactor(self, seed: int) -> Callable[[dict[str, Any]], Any]:
        """A reactor that starts anew when it was killed, as Lambda starts another."""
        table = self.table(seed)
        alive = [reactor(table, self._queue, self.world.clock)]

        def consume(event: dict[str, Any]) -> Any:
            try:
                return alive[0](event)
            except Killed:
                self.happened["reactor killed"] += 1
                alive[0] = reactor(table, self._queue, self.world.clock)
                raise RuntimeError("killed") from None

        return consume

    def _queue(self, found: Crossing) -> None:
        self.happened["busy"] += 1
        self.later.append(Crossing.from_json(json.loads(json.dumps(found.to_json()))))

    def recheck(self, seed: int) -> None:
        """Works off the queue of busy players; what fails comes again, and some messages come twice."""
        work = recheck(self.table(seed), self.world.clock)
        while self.later:
            message = SimpleNamespace(body=json.dumps(self.later.pop(0).to_json()))
            for _ in range(self.chance.choice((1, 1, 2))):
                while True:
                    try:
                        work(message)  # type: ignore[arg-type]
                    except (Killed, Busy):
                        self.happened["message again"] += 1
                        continue
                    break

    def play(self) -> None:
        """A round: everybody does something."""
        for player, counts in self.counts.items():
            events: list[Sent] = []
            for _ in range(self.chance.randint(4, 10)):
                kind = self.chance.choice(("word_learned", "conversation_held", "ride", "check_in"))
                counters = {KILOMETRES: self.chance.randint(1, 5)} if kind == "ride" else {}
                counts.update(counters)
                if kind in TYPES:
                    counts[TYPES[kind]] += 1
                self._number += 1
                at = self.world.clock.at - timedelta(seconds=self.chance.randint(0, 3000))
                events.append(
                    Sent(len(events), None, Record(kind, counters=counters), at, cause=f"event-{self._number}")
                )
            results = record_all(self.world.parts, self.world.tenant, player, events, self.world.clock())
            assert all(each.recorded for each in results)

    def complete(self) -> None:
        """Half of them complete an experience."""
        for player in list(self.counts)[::2]:
            self.world.ask(Start(), f"start-{player}", player=player, experience="hill")
            self.world.ask(Complete(), f"complete-{player}", player=player, experience="hill")
            self.counts[player]["experiences_completed"] += 1
            self.counts[player]["scenarios_completed"] += 1

    def check(self, seed: int, times: int) -> None:
        """Checks some of them, at the same time as all else."""
        chance = random.Random(seed)
        http = routes(CONFIG, self.table(seed, attempts=30), self.world.clock)
        for _ in range(times):
            player = chance.choice(list(self.counts))
            try:
                Client(http, claims("player", player)).send("POST", "/players/me/achievements/check")
            except Killed:
                self.happened["check killed"] += 1

    def backfill(self, seed: int, queue: list[dict[str, Any]]) -> None:
        """A worker of backfills, until there is nothing more to do; what failed comes again."""
        table = self.table(seed, attempts=30)
        work = worker(table, queue.extend, queue.extend, self.world.clock)
        budget = random.Random(seed)
        while queue:
            try:
                message = queue.pop()
            except IndexError:
                return
            try:
                work(SimpleNamespace(body=json.dumps(message)), lambda: budget.choice((0, 300_000)))  # type: ignore[arg-type]
            except (Killed, Busy):
                self.happened["backfill killed"] += 1
                queue.append(message)


def earned(counts: Mapping[str, int], definitions: Iterable[Achievement], base_xp: int) -> dict[str, int]:
    """What somebody has earned, by the rules written again from their description: XP by name of unlock."""
    held: dict[str, int] = {}
    while True:
        xp = base_xp + sum(held.values())
        now = {**counts, "total_xp": xp, "level": level_of(xp), "achievements_unlocked": len(held)}
        new = {}
        for each in definitions:
            (only,) = each.thresholds
            value = now.get(only.metric, 0)
            times = min(each.repeat.at_most, value // only.value) if each.repeat else int(value >= only.value)
            for number in range(1, times + 1):
                name = each.id if number == 1 else f"{each.id}#{number}"
                if name not in held and all(waited in held for waited in each.prerequisites):
                    new[name] = each.xp
        if not new:
            return held
        held |= new


def of_player(items: Mapping[Key, Raw], player: str) -> dict[str, Raw]:
    return {key.sk: raw for key, raw in items.items() if key.pk == f"T#acme#U#{player}"}


@pytest.mark.parametrize("seed", [20])
def test_whatever_happens_each_achievement_unlocks_and_pays_exactly_once(
    table: Table, client: DynamoDb, cloud: Cloud, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "PLAYERS_AT_ONCE", 20)
    world, chance = World(table), random.Random(seed)
    world.define("hill", quadrants={}, completion_criteria={})
    define(table, AT_FIRST)
    storm = Storm(world, client, chance, {f"p{number:03}": Counter() for number in range(PLAYERS)})
    tail = Tail(cloud, table)
    delivered: list[Sequence[StreamRecord]] = []
    queue: list[dict[str, Any]] = []

    def deliver(consumer: Callable[[dict[str, Any]], Any]) -> None:
        records = reordered(tail.new(), chance)
        delivery = Delivery(consumer, batch=chance.choice((7, 40, 100)), twice=0.2, chance=chance)
        delivery.deliver(records)
        delivered.append(records[:60])
        if chance.random() < 0.5:
            delivery.deliver(chance.choice(delivered))  # much later, again
        assert delivery.dead_letters == []

    with ThreadPoolExecutor(6) as pool:
        reacting = storm.reactor(seed)
        for number in range(ROUNDS):
            beside = [pool.submit(storm.check, 100 * number + each, 12) for each in range(2)]
            if number == 2:
                define(table, IN_THE_MIDDLE)  # which the reactors that run do not know yet
                body = {"achievements": [each.id for each in IN_THE_MIDDLE], "dry_run": False}
                asked = Client(routes(CONFIG, table, world.clock, queue.extend), claims("operator"))
                assert asked.send("POST", "/achievements/backfills", body).status == 202
            if number == 3:
                reacting = storm.reactor(seed + number)  # what others keep in memory has passed
                world.clock.at += backfill.SETTLES
                queue *= 2  # a message that comes twice
                beside += [pool.submit(storm.backfill, 1000 + each, queue) for each in range(2)]
            storm.play()
            if number == 1:
                storm.complete()
            deliver(reacting)
            storm.recheck(seed + number)
            for each in beside:
                each.result()
            world.clock.at += timedelta(hours=2)
        for number in range(3):  # the unlocks' own records
            deliver(reacting)
            storm.recheck(seed + 50 + number)

    items = all_items(table)
    seen = Counter(each for weather in storm.weathers for each in weather.seen)
    assert all(seen[each] for each in ("conflict", "timeout", "forgotten", "killed before", "killed after")), seen
    assert all(storm.happened[each] for each in ("reactor killed", "busy", "backfill killed")), storm.happened
    definitions = [*ACHIEVEMENTS, *AT_FIRST, *IN_THE_MIDDLE]
    total_unlocks = 0
    for player, counts in storm.counts.items():
        own = of_player(items, player)
        entries = [raw for sk, raw in own.items() if sk.startswith("L#")]
        amounts = {(raw["event"]["S"], raw["source"]["S"]): int(raw["amount"]["N"]) for raw in entries}
        paid = Counter[str]()
        for (_, source), amount in amounts.items():
            paid[source] += amount
        base = sum(amount for source, amount in paid.items() if not source.startswith("achievement."))
        stands = {"current_streak": 1, "active_days": 1, **counts}
        expected = earned(stands, definitions, base)
        held = {sk.removeprefix("A#"): int(raw["xp"]["N"]) for sk, raw in own.items() if sk.startswith("A#")}
        assert held == expected, player
        sources = [source for _, source in amounts if source.startswith("achievement.")]
        assert sorted(sources) == sorted(f"achievement.{name}" for name in expected), "one entry for each"
        assert {name: paid[f"achievement.{name}"] for name in expected} == expected
        head = own["PLAYER"]
        assert int(head["xp"]["N"]) == sum(amounts.values())
        assert json.loads(head["metrics"]["S"])["achievements_unlocked"] == len(expected)
        facts = [raw for key, raw in items.items() if "#F#" in key.pk and key.sk.startswith(f"{player}#")]
        assert sum(int(raw.get("xp_achievement", {"N": "0"})["N"]) for raw in facts) == sum(expected.values())
        total_unlocks += len(expected)
    assert total_unlocks > 10 * PLAYERS
    job = backfill.read(table, "acme", asked_job(items), 1000, "", world.clock())
    assert (job["state"], job["players_failed"]) == ("done", 0)


def asked_job(items: Mapping[Key, Raw]) -> str:
    (job,) = (key.sk.removeprefix("J#") for key in items if key.pk == "T#acme#BACKFILLS")
    return job
