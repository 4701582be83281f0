"""Reading XP: the standing, what was gained, and the ledger."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from cairn.platform import keys
from cairn.platform.instants import iso
from cairn.platform.items import Raw
from cairn.platform.paging import read_cursor, read_page, write_cursor
from cairn.platform.table import Table
from cairn.players.player import Player
from cairn.xp import storage
from cairn.xp.ledger import REVERSAL, Entry, family_of
from cairn.xp.levels import MAX_LEVEL, STEPS, THRESHOLDS, standing, title_of
from cairn.xp.storage import LedgerItem

ONE_DAY = timedelta(days=1)


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


def show_levels() -> dict[str, Any]:
    """Every level: the total at which it begins, its title, and what the next one takes (0 at the top)."""
    levels = [
        {"level": level, "title": title_of(level), "total_xp": total, "xp_to_next": step}
        for level, (total, step) in enumerate(zip(THRESHOLDS, (*STEPS, 0), strict=True), start=1)
    ]
    return {"max_level": MAX_LEVEL, "levels": levels}


def show_gain(entries: Iterable[Entry], total_xp: int, levels: Iterable[int]) -> dict[str, Any]:
    """What entries came to, and where the player stands with them.

    Args:
        levels: announced by them.
    """
    level = standing(total_xp)
    by_source = {entry.source: entry.amount for entry in entries}
    return {
        "gained": sum(by_source.values()),
        "by_source": by_source,
        "total": total_xp,
        "level": level.level,
        "title": level.title,
        "levels_reached": list(levels),
    }


def history(
    table: Table,
    tenant: str,
    player: str,
    limit: int,
    cursor: str,
    source: str = "",
    since: date = date.min,
    until: date = date.max,
) -> dict[str, Any]:
    """A page of the ledger, newest first.

    Args:
        source: the family of sources to show, "" for all. Those of others count as read: the page may be short.
        since, until: the first and the last UTC date of the causes.

    Raises:
        DomainError: `invalid-parameter` for a cursor of another list.
    """
    partition = keys.player_partition(tenant, player)
    page = read_page(
        table, partition, keys.LEDGER_PREFIX, limit, cursor, newest_first=True, between=keys.ledger_range(since, until)
    )
    before = read_cursor(cursor, partition, keys.LEDGER_PREFIX)
    entries = _shown([*([before] if before else []), *page.items], page.items, source)
    return {"player_id": player, "entries": entries, **write_cursor(page)}


def _shown(seen: Sequence[Raw], items: Sequence[Raw], source: str) -> list[dict[str, Any]]:
    """Entries as the API shows them. A reversal stands right before what it takes back, newest first: so it is
    seen on the same page, or was the last one of the page before.
    """
    known = {raw["SK"]["S"] for raw in seen}
    shown = []
    for raw in items:
        item = LedgerItem.parse(raw)
        if source in ("", family_of(item.source)):
            shown.append(storage.show(item, taken_back=f"{item.SK}{REVERSAL}" in known))
    return shown
