"""What tests ask about streaks, in a few words. Today is the 20th of November 2026, noon in UTC."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tests.support.engine import items_of
from tests.support.http import Reply
from tests.support.world import World


def streak(world: World, player: str = "ada") -> Any:
    return world.call("streaks", player=player).send("GET", "/players/me/streak").body


def be_active(world: World, days: int = 1, player: str = "ada") -> None:
    """So many days in a row, from today on; it is the day after the last of them then."""
    for _ in range(days):
        reply = world.call("events", player=player).send("POST", "/players/me/events", {"type": "check_in"})
        assert reply.status == 200, reply.body
        world.clock.at += timedelta(days=1)


def do(world: World, what: str, role: str = "player", key: str | None = None, **body: Any) -> Reply:
    """A request of the player ada, or of somebody about her."""
    name = "me" if role == "player" else "ada"
    return world.call("streaks", role).send("POST", f"/players/{name}/streak/{what}", body, key)


def refusal(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.body["type"].removeprefix("urn:cairn:problem:")


def events(world: World) -> list[str]:
    """Types of the events of the streaks' own, in their order."""
    return [event["type"]["S"] for event in logged(world)]


def logged(world: World) -> Iterator[dict[str, Any]]:
    found = items_of(world.table).items()
    events = sorted((key.sk, raw) for key, raw in found if key.sk.startswith("E#"))
    return (raw for _, raw in events if raw["type"]["S"].startswith("streak_"))


def ledger(world: World) -> list[int]:
    return [int(raw["amount"]["N"]) for key, raw in sorted(items_of(world.table).items()) if key.sk.startswith("L#")]
