"""A world whose boards follow: what is played is moved, and what becomes due is done, as deployed."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cairn.leaderboards.agenda import JOB, dispatch
from cairn.leaderboards.work import Worker
from cairn.platform import keys
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.slots import CursorItem, slot_of
from cairn.platform.table import Table
from cairn.platform.transact import Put, raw_key, transact
from cairn.tenants.boards import BoardSettings
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import read, write
from functions.leaderboards.handler import routes
from functions.leaderboards_mover.handler import Consume, mover
from tests.support.http import CONFIG, Client, Reply, claims
from tests.support.objects import Shelf
from tests.support.stream import wanted
from tests.support.world import World, all_items, react, record, stream_records


def scheduled_until(table: Table, now: datetime) -> None:
    """As if the schedule had run ever since: the first run looks back a month."""
    cursor = CursorItem(*keys.job(JOB), done=slot_of(now).isoformat())
    transact(table, [Put("cursor", cursor, CursorItem.absent() | (CursorItem.kind == CursorItem))])


@dataclass
class Town(World):
    """A world, its mover, its queue, and where its seasons are archived."""

    seen: dict[Key, Raw] = field(default_factory=dict)
    queued: list[dict[str, Any]] = field(default_factory=list)
    archive: Shelf = field(default_factory=Shelf)

    def __post_init__(self) -> None:
        World.__post_init__(self)
        if not self.seen:
            scheduled_until(self.table, self.clock())
        self.move: Consume = mover(self.table, self.clock, self.queued.extend)

    def show(self, *shown: str, zone: str = "UTC", **more: Any) -> None:
        """Sets the boards that the tenant shows, and starts everything anew with that."""
        settings = TenantSettings(zone=zone, boards=BoardSettings(shown or BoardSettings().shown, **more))
        transact(self.table, [write(self.tenant, settings, read(self.table, self.tenant)[1])])
        self.__post_init__()

    def follow(self, *, reacting: bool = True) -> list[dict[str, Any]]:
        """The stream's two readers, until nothing is new. Gives the records that the mover got."""
        told: list[dict[str, Any]] = []
        while records := stream_records(self.seen, now := all_items(self.table)):
            removed = [key for key in self.seen if key not in now]
            self.seen = now
            if reacting:
                assert react(self.table, self.clock, records) == {"batchItemFailures": []}
            batch = [each for each in records if wanted(each, progress=True)]
            assert self.move({"Records": batch}) == {"batchItemFailures": []}
            told += batch
            assert not removed
        return told

    def erase(self, player: str) -> None:
        """Removes a player's item, and tells the mover; the work that follows is queued."""
        key = keys.player(self.tenant, player)
        removal = record("REMOVE", key, {"OldImage": all_items(self.table)[key]}, 1)
        client: Any = self.table.client
        client.delete_item(TableName=self.table.name, Key=raw_key(key))
        assert self.move({"Records": [removal]}) == {"batchItemFailures": []}
        self.seen = all_items(self.table)

    def until(self, now: datetime) -> int:
        """Lets the time come, and does what has become due. Gives how many positions moved."""
        self.clock.at = now
        dispatch(self.table, self.queued.extend, now)
        return self.work()

    def work(self) -> int:
        """Does what is queued. Gives how many positions moved."""
        moved, now = 0, self.clock.at
        worker = Worker(self.table, self.archive, self.queued.extend)
        while self.queued:
            message = json.loads(json.dumps(self.queued.pop(0)))
            moved += worker.work(message, now, lambda: True).get("moved", 0)
        self.seen = all_items(self.table)
        return moved

    def ask(self, path: str, role: str = "operator", player: str = "ada", **query: Any) -> Reply:  # type: ignore[override]
        """A GET of the boards' function, which has nothing in its memory yet."""
        http = routes(CONFIG, self.table, self.clock)
        return Client(http, claims(role, player if role == "player" else None, self.tenant)).send("GET", path, **query)

    def rows(self, board: str, **query: Any) -> list[tuple[int, str, int]]:
        """(rank, player, score) of a board's best rows."""
        reply = self.ask(f"/leaderboards/{board}", **query)
        assert reply.status == 200, reply.body
        return [(row["rank"], row["player_id"], row["score"]) for row in reply.body["rows"]]
