"""The whole system on one table without HTTP in between: functions called directly, streams driven as Lambda does."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any
from uuid import uuid4

import infra.routes
from cairn.catalog.storage import Catalog
from cairn.platform.api.http import Http
from cairn.platform.command import Answer
from cairn.platform.idempotency import IdempotencyKey, fingerprint
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Table
from cairn.progress.play import Play, Request, play
from cairn.progress.progress import Command
from cairn.tenants.storage import SettingsCache
from functions.achievements_reactor.handler import reactor
from tests.support.http import CONFIG, Client, Clock, Reply, claims

# By function: makes its routes, of a configuration, a table and a clock.
ROUTES: dict[str, Callable[..., Http]] = {
    name: import_module(f"functions.{name}.handler").routes for name in infra.routes.ROUTES
}
ROUTES["unlocks"] = partial(ROUTES["unlocks"], send=lambda messages: None)

WOODS = {
    "name": "The Woods",
    "kind": "scenario",
    "difficulty": 3,
    "estimated_duration_minutes": 40,
    "quadrants": {quadrant: f"the {quadrant} part" for quadrant in ("SO", "BO", "SI", "BI")},
    "virtue_impacts": {"wisdom": 5, "courage": 3},
    "completion_criteria": {"min_time_minutes": 10},
}


def all_items(table: Table) -> dict[Key, Raw]:
    """Every item of a test's table. Only tests scan."""
    client: Any = table.client
    found: dict[Key, Raw] = {}
    start: dict[str, Any] = {}
    while True:
        page = client.scan(TableName=table.name, ConsistentRead=True, **start)
        found |= {Key(item["PK"]["S"], item["SK"]["S"]): item for item in page["Items"]}
        if "LastEvaluatedKey" not in page:
            return found
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


@dataclass
class World:
    """Functions on a table, called as one caller or another. queued: what they sent to the backfills' workers."""

    table: Table
    clock: Clock = field(default_factory=Clock)
    tenant: str = "acme"
    queued: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parts = Play(self.table, Catalog(self.table), SettingsCache(self.table))
        self._http: dict[str, Http] = {}

    def call(self, function: str, role: str = "player", player: str = "ada") -> Client:
        named = player if role == "player" else None
        if function not in self._http:
            queue = {"send": self.queued.extend} if function == "unlocks" else {}
            self._http[function] = ROUTES[function](CONFIG, self.table, self.clock, **queue)
        return Client(self._http[function], claims(role, named, self.tenant))

    def define(self, experience: str = "woods", **more: Any) -> None:
        """Defines an experience, as an operator."""
        reply = self.call("catalog", "operator").send("PUT", f"/experiences/{experience}", {**WOODS, **more})
        assert reply.status == 200, reply.body

    def play(self, what: str, body: dict[str, Any] | None = None, *, player: str = "ada", **more: Any) -> Reply:
        """One command of a player, by what its route is called: start, events, blocks/film, sessions, complete ..."""
        experience = more.pop("experience", "woods")
        function = "completion" if what in ("complete", "practice") else "progress"
        path = f"/players/me/experiences/{experience}/{what}"
        return self.call(function, player=player).send("POST", path, body or {}, **more)

    def ask(self, command: Command, key: str, *, player: str = "ada", experience: str = "woods") -> Answer:
        """One command without HTTP, which (like Lambda) takes one request a process at a time."""
        asked = IdempotencyKey(self.tenant, player, key, fingerprint("POST", experience, repr(command)))
        now = self.clock()
        return play(self.parts, Request(self.tenant, player, experience, command, now, now, asked))

    def journey(self, player: str = "ada", experience: str = "woods", *, upto: int = 99) -> list[Reply]:
        """A whole experience: start, three events, four quadrants, a session, completion; the first `upto` of it."""
        steps: Sequence[tuple[str, dict[str, Any]]] = (
            ("start", {}),
            ("events", {"type": "waypoint_visited", "content_id": "gate", "duration_seconds": 40}),
            ("events", {"type": "quest_started", "content_id": "find-the-spring"}),
            ("events", {"type": "item_collected", "content_id": "lamp", "location": {"lat": 37.9, "lng": -122.5}}),
            *[("quadrants", {"quadrant": quadrant}) for quadrant in ("SO", "BO", "SI", "BI")],
            ("sessions", {"duration_seconds": 900}),
            ("complete", {"reflection": "I would go again."}),
        )
        replies = [
            self.play(what, body, player=player, experience=experience, key=str(uuid4())) for what, body in steps[:upto]
        ]
        assert all(reply.status == 200 for reply in replies), [reply.body for reply in replies]
        return replies


def stream_records(before: dict[Key, Raw], after: dict[Key, Raw]) -> list[dict[str, Any]]:
    """What the table's stream would carry between two states, one record an item."""
    records = []
    for number, (key, item) in enumerate(sorted(after.items())):
        if (old := before.get(key)) == item:
            continue
        images = {"NewImage": item} | ({"OldImage": old} if old else {})
        records.append(record("MODIFY" if old else "INSERT", key, images, number + 1))
    return records


def record(name: str, key: Key, images: dict[str, Any], number: int) -> dict[str, Any]:
    """One stream record as Lambda gets it."""
    return {
        "eventID": uuid4().hex,
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "Keys": {"PK": {"S": key.pk}, "SK": {"S": key.sk}},
            **copy.deepcopy(images),
            "SequenceNumber": f"{number:021d}",
            "SizeBytes": 100,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": "arn:aws:dynamodb:eu-west-1:123456789012:table/cairn/stream/2026-11-20T00:00:00.000",
    }


def react(table: Table, clock: Callable[[], Any], records: list[dict[str, Any]]) -> dict[str, Any]:
    """Runs the achievements reactor on a batch."""
    return reactor(table, lambda found: None, clock)({"Records": records})
