"""A board with a crowd on it: positions and count tree as the mover writes them, loaded without waiting for it."""

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

from cairn.leaderboards import storage, tree
from cairn.leaderboards.board import Board, of_rule
from cairn.leaderboards.place import Place, slot_at
from cairn.platform.table import DynamoDb
from cairn.players.player import Player
from cairn.players.storage import to_item
from cairn.players.tally import Tally
from cairn.tenants.boards import STANDARD
from cairn.tenants.settings import TenantSettings
from cairn.xp.levels import level_of

TENANT = "acme"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)
WEEKLY = of_rule(next(rule for rule in STANDARD if rule.id == "xp_weekly"))
PUT_AT_ONCE = 25
THREADS = 3
FIRST_NAMES = ("Ada", "Bela", "Caio", "Dilan", "Ines", "Olu", "Petra", "Wanja")


@dataclass(frozen=True, slots=True)
class Member:
    """One player on the board. leaves: whether their oldest day leaves the window tonight."""

    place: Place
    leaves: bool


def score_of(chance: random.Random) -> int:
    """XP of a week as players have it: half below 550, a few in the ten thousands."""
    return 5 * max(1, int(chance.lognormvariate(4.7, 1.1)))


def crowd(players: int, leaving: int, seed: int = 1) -> Iterator[Member]:
    """Players with scores, of whom some move tonight; the others on one of the six nights after."""
    chance = random.Random(seed)
    every = players // leaving if leaving else 0
    for number in range(players):
        leaves = bool(every) and number % every == 0 and number // every < leaving
        due = MIDNIGHT + timedelta(days=0 if leaves else chance.randrange(1, 7))
        score = score_of(chance)
        reached = NOW - timedelta(seconds=chance.randrange(1, 600_000))
        name = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {number}"
        place = Place(
            f"player-{number:07d}", score, int(reached.timestamp() * 1000), name, level_of(score), slot_at(due)
        )
        yield Member(place, leaves)


def load(client: DynamoDb, name: str, board: Board, members: Sequence[Member], advance: Callable[[int], None]) -> None:
    """Writes positions and the tree as the mover renders them, and the players of those who move tonight."""

    def put_positions(some: Sequence[Member]) -> None:
        writes = (storage.write_position("", TENANT, board, each.place, 0, 1, slot_at(NOW)) for each in some)
        _put(client, name, [write.request["Item"] for write in writes])
        advance(len(some))

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(put_positions, batched(members, PUT_AT_ONCE, strict=False)):
            pass
    for some in batched((member for member in members if member.leaves), PUT_AT_ONCE, strict=False):
        _put(client, name, [player_of(member.place) for member in some])
    for node, counts in tree.node_changes((None, member.place.score) for member in members).items():
        key = storage.node_key(TENANT, board, node)
        item = {"PK": {"S": key.pk}, "SK": {"S": key.sk}, "kind": {"S": storage.NODE}, "sv": {"N": "1"}}
        _put(client, name, [item | {f"c{child}": {"N": str(count)} for child, count in counts.items()}])


def player_of(place: Place) -> dict[str, Any]:
    """The player behind a place: half of the week's XP on its oldest day, which leaves tonight."""
    first = (MIDNIGHT - timedelta(days=7)).date()
    days = {first: place.earned - place.earned // 2, NOW.date(): place.earned // 2}
    player = Player(
        TENANT,
        place.player,
        name=place.name,
        xp=place.earned,
        xp_at=datetime.fromtimestamp(place.reached_at / 1000, UTC),
        tally=Tally(daily={"total_xp": {day: xp for day, xp in days.items() if xp}}),
    )
    item: dict[str, Any] = to_item(player, TenantSettings()).serialize()
    return item


def _put(client: Any, name: str, items: list[dict[str, Any]]) -> None:
    left = {name: [{"PutRequest": {"Item": item}} for item in items]}
    while left:
        left = client.batch_write_item(RequestItems=left).get("UnprocessedItems", {})
