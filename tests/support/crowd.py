"""Many players and events at once, as the write path would leave them, for tests of what is looked up."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cairn.catalog.experience import Place
from cairn.platform.instants import event_id
from cairn.platform.items import Raw
from cairn.platform.table import Table
from cairn.players import storage as players
from cairn.players.player import Player
from cairn.progress import storage as progress
from cairn.progress.progress import Happening, Moment, Progress, State
from cairn.tenants.settings import TenantSettings

AT_ONCE = 25
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ONE_SHARD = TenantSettings()


def head(
    player: str,
    at: datetime = NOON,
    percent: float = 0,
    *,
    experience: str = "woods",
    tenant: str = "acme",
    settings: TenantSettings = ONE_SHARD,
) -> Raw:
    """A player's progress in an experience, whose last step was at an instant."""
    state = State.COMPLETED if percent == 100 else State.IN_PROGRESS
    stands = Progress(
        experience,
        1,
        state=state,
        percent=percent,
        started_at=at,
        last_progress_at=at,
        day=at.date(),
        day_first=at,
        day_last=at,
    )
    return progress.write_progress(tenant, player, stands, settings).item.serialize()


def person(player: str, at: datetime = NOON, *, tenant: str = "acme", settings: TenantSettings = ONE_SHARD) -> Raw:
    """A player who was last active at an instant."""
    return players.write(Player(tenant, player, seen=at.date()), settings).item.serialize()


def event(
    player: str,
    place: Place | None,
    at: datetime = NOON,
    kind: str = "check_in",
    *,
    cause: str = "",
    tenant: str = "acme",
) -> Raw:
    """An event, perhaps with a position."""
    happening = Happening(kind, content="gate", position=place)
    moment = Moment(at, at, "UTC", at.date())
    identifier = event_id(at, tenant, player, cause)
    return progress.write_event(tenant, player, identifier, "woods", happening, moment).item.serialize()


def load(table: Table, items: Iterable[Raw]) -> None:
    """Writes items as they are, without the transactions that make them. Only tests do."""
    client: Any = table.client
    left = [{"PutRequest": {"Item": item}} for item in items]
    for start in range(0, len(left), AT_ONCE):
        answer = client.batch_write_item(RequestItems={table.name: left[start : start + AT_ONCE]})
        assert not answer["UnprocessedItems"]


def pages(client: Any, path: str, member: str, limit: int, **query: str) -> tuple[list[Any], int]:
    """Every row of a list, page by page, and how many pages that took."""
    seen: list[Any] = []
    cursor, count = "", 0
    while True:
        reply = client.send("GET", path, limit=str(limit), **query, **({"cursor": cursor} if cursor else {}))
        assert reply.status == 200, reply.body
        assert len(reply.body[member]) <= limit
        seen += reply.body[member]
        count += 1
        assert count < 500, "it never ends"
        if reply.body["next"] is None:
            return seen, count
        cursor = reply.body["next"]
