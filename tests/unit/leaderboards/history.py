"""Players whose XP and names change, and the stream records that tell of it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cairn.platform import keys
from cairn.platform.items import Raw
from cairn.players.player import Player
from cairn.players.storage import to_item
from cairn.tenants.settings import TenantSettings
from tests.support.world import record

BEGIN = datetime(2026, 11, 20, 12, tzinfo=UTC)

type Record = dict[str, Any]


@dataclass
class History:
    """What happened to the players of a tenant. Each change is a second after the one before."""

    tenant: str = "acme"
    players: dict[str, Player] = field(default_factory=dict)
    images: dict[str, Raw] = field(default_factory=dict)
    changes: int = 0

    def change(self, player: str, xp: int | None = None, name: str | None = None) -> Record:
        """Writes a player, and gives the record of it."""
        self.changes += 1
        before = self.players.get(player) or Player(self.tenant, player, name=player.title())
        after = replace(before, name=before.name if name is None else name)
        if xp is not None and xp != before.xp:
            after = replace(after, xp=xp, xp_at=BEGIN + timedelta(seconds=self.changes))
        image = to_item(after, TenantSettings()).serialize()
        images = {"NewImage": image} | ({"OldImage": self.images[player]} if player in self.images else {})
        self.players[player] = replace(after, ver=after.ver + 1)
        self.images[player] = image
        name_of_event = "MODIFY" if before.ver else "INSERT"
        return record(name_of_event, keys.player(self.tenant, player), images, self.changes)

    def standings(self) -> list[tuple[int, str, int]]:
        """(rank, player, score), best first, of those above 0: by score, then instant, then id."""
        listed = sorted(
            (player for player in self.players.values() if player.xp > 0),
            key=lambda player: (-player.xp, player.xp_at, keys.encode(player.id)),
        )
        scores = [player.xp for player in listed]
        return [(scores.index(player.xp) + 1, player.id, player.xp) for player in listed]


def batch(*records: Record) -> dict[str, Any]:
    """The event that a stream consumer gets."""
    return {"Records": list(records)}
