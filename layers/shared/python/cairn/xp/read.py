"""Reading XP: the standing, and the ledger."""

from datetime import datetime
from typing import Any

from cairn.platform import keys
from cairn.platform.instants import iso
from cairn.platform.paging import read_page, write_cursor
from cairn.platform.table import Table
from cairn.players.player import Player
from cairn.xp import storage
from cairn.xp.levels import standing
from cairn.xp.storage import LedgerItem


def show_standing(player: Player, now: datetime) -> dict[str, Any]:
    """Total XP, level, title and the way to the next."""
    level = standing(player.xp)
    return {
        "player_id": player.id,
        "name": player.name,
        "total_xp": player.xp,
        "level": level.level,
        "title": level.title,
        "xp_in_level": level.xp_in_level,
        "xp_to_next": level.xp_to_next,
        "percentage": level.percentage,
        "as_of": iso(now),
    }


def history(table: Table, tenant: str, player: str, limit: int, cursor: str) -> dict[str, Any]:
    """A page of the ledger, newest first."""
    partition = keys.player_partition(tenant, player)
    page = read_page(table, partition, keys.LEDGER_PREFIX, limit, cursor, newest_first=True)
    entries = [storage.show(LedgerItem.parse(raw)) for raw in page.items]
    return {"player_id": player, "entries": entries, **write_cursor(page)}
