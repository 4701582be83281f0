"""A season's archive in a bucket: everybody's row, best first, in parts of NDJSON, and a manifest that counts them.

Written again, an object is byte for byte what it was: seasons that are closed do not move.
"""

import gzip
import json
from collections.abc import Iterable, Mapping
from typing import Any

from cairn.leaderboards.board import Board
from cairn.leaderboards.ranks import Row
from cairn.platform.instants import from_ms, iso
from cairn.platform.keys import encode
from cairn.platform.objects import Objects

PART_TYPE, MANIFEST_TYPE = "application/x-ndjson", "application/json"


def prefix(tenant: str, board: Board) -> str:
    """Where the objects of a season are."""
    return f"boards/{encode(tenant)}/{encode(board.id)}/{board.period}"


def part_key(tenant: str, board: Board, number: int) -> str:
    return f"{prefix(tenant, board)}/part-{number:05d}.ndjson.gz"


def manifest_key(tenant: str, board: Board) -> str:
    return f"{prefix(tenant, board)}/manifest.json"


def write_part(objects: Objects, tenant: str, board: Board, number: int, rows: Iterable[Row]) -> None:
    """Writes a part, numbered from 0."""
    _put(objects, part_key(tenant, board, number), [_line(row, board) for row in rows])


def read_part(objects: Objects, tenant: str, board: Board, number: int) -> list[dict[str, Any]] | None:
    """The rows of a part; None where there is no such part."""
    content = objects.get(part_key(tenant, board, number))
    return None if content is None else [json.loads(line) for line in gzip.decompress(content).decode().splitlines()]


def write_manifest(objects: Objects, tenant: str, board: Board, about: Mapping[str, Any]) -> None:
    """Writes what the season was."""
    manifest = {"tenant": tenant, "board": board.id, "season": board.period, **about}
    objects.put(manifest_key(tenant, board), json.dumps(manifest, indent=1).encode(), MANIFEST_TYPE)


def forget(objects: Objects, tenant: str, board: Board, player: str) -> bool:
    """Takes an erased player's row out of a season's archive. The other rows stay as they were played.

    Returns:
        Whether there was such a row.
    """
    number = 0
    while (rows := read_part(objects, tenant, board, number)) is not None:
        left = [row for row in rows if row["player_id"] != player]
        if len(left) < len(rows):
            _put(objects, part_key(tenant, board, number), left)
            return True
        number += 1
    return False


def _put(objects: Objects, key: str, lines: Iterable[Mapping[str, Any]]) -> None:
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    objects.put(key, gzip.compress(text.encode(), mtime=0), PART_TYPE)


def _line(row: Row, board: Board) -> dict[str, Any]:
    place = row.place
    return {
        "rank": row.rank,
        "player_id": place.player,
        "name": place.alias or place.name,
        "score": place.score * board.step,
        "level": place.level,
        "reached_at": iso(from_ms(place.reached_at)),
    }
