"""Moving whom no event moves: days leave a window, streaks break. Only those who must move are touched."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cairn.leaderboards import storage
from cairn.leaderboards.agenda import Agenda, due_of
from cairn.leaderboards.board import of_key
from cairn.leaderboards.mover import Move, make, move_to
from cairn.leaderboards.place import AsOf, Place, place, slot_at
from cairn.leaderboards.standings import Standings
from cairn.leaderboards.storage import PositionItem
from cairn.platform import keys
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import BATCH_GET_KEYS, Table

PAGE = BATCH_GET_KEYS // 2  # each row is read with its player


@dataclass(frozen=True, slots=True)
class Expired:
    """How many positions were due and moved, and whether there was no time for the rest."""

    moved: int
    more: bool


def expire(
    table: Table,
    standings: Standings,
    tenant: str,
    slot: int,
    shard: int,
    now: datetime,
    in_time: Callable[[], bool] = lambda: True,
) -> Expired:
    """Moves one shard of a tenant's positions that became due at a slot. Again, it moves nobody.

    Args:
        slot: epoch seconds. in_time: whether there is time for another page.

    Raises:
        Exception: that of the first move that could not be made; the others are made.
    """
    agenda = Agenda(table)
    partition = storage.due_partition(tenant, slot, shard)
    as_of = AsOf(slot_at(now), standings.settings(tenant).zone)
    moved, after = 0, None
    failed: Exception | None = None
    while True:
        page = table.query(partition, index=storage.DUE_INDEX, limit=PAGE, after=after)
        found = _due(table, standings, tenant, partition, page.items, as_of)
        agenda.note(due_of(found), now)
        stuck = make(table, found, now).stuck
        failed = failed or next((each.error for each in stuck), None)
        moved += len(found) - len(stuck)
        if (after := page.after) is None or not in_time():
            break
    if failed:
        raise failed
    return Expired(moved, after is not None)


def _due(
    table: Table, standings: Standings, tenant: str, partition: str, rows: Sequence[Raw], as_of: AsOf
) -> list[Move]:
    """The moves of those positions that are still due; the index is a moment behind."""
    positions = {Key(row["PK"]["S"], row["SK"]["S"]): keys.player_of(row["PK"]["S"])[1] for row in rows}
    loaded = table.get_many([*positions, *(keys.player(tenant, player) for player in positions.values())])
    boards = standings.settings(tenant).boards
    found = []
    for key, player in positions.items():
        item = loaded.get(PositionItem, key)
        board = of_key(boards, *keys.board_of(key.sk))
        if item is None or item.dp != partition or board is None:
            continue
        if (raw := loaded.raw.get(keys.player(tenant, player))) is not None:
            standing = standings.of_player(raw)
            found.append(move_to(board, standing, place(board, standing, as_of), int(item.score), as_of))
        else:
            gone = Place(player, 0, int(item.reached_at), "")
            found.append(Move(tenant, board, gone, int(item.score), int(item.source_version), as_of.slot))
    return found
