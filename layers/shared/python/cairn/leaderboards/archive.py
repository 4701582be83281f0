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
    objects.put(part_key(tenant, board, number), _content(_line(row, board) for row in rows), PART_TYPE)


def read_part(objects: Objects, tenant: str, board: Board, number: int) -> list[dict[str, Any]] | None:
    """The rows of a part; None where there is no such part."""
    content = objects.get(part_key(tenant, board, number))
    return None if content is None else _rows(content)


def write_manifest(objects: Objects, tenant: str, board: Board, about: Mapping[str, Any]) -> None:
    """Writes what the season was."""
    manifest = {"tenant": tenant, "board": board.id, "season": board.period, **about}
    objects.put(manifest_key(tenant, board), json.dumps(manifest, indent=1).encode(), MANIFEST_TYPE)


def forget(objects: Objects, tenant: str, board: Board, number: int, player: str) -> bool:
    """Takes an erased player's row out of a part. The other rows stay as they were played.

    Returns:
        Whether there was such a row.
    """

    def without(content: bytes) -> bytes | None:
        rows = _rows(content)
        left = [row for row in rows if row["player_id"] != player]
        return _content(left) if len(left) < len(rows) else None

    return objects.change(part_key(tenant, board, number), without, PART_TYPE)


def _content(lines: Iterable[Mapping[str, Any]]) -> bytes:
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return gzip.compress(text.encode(), mtime=0)


def _rows(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(content).decode().splitlines()]


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
