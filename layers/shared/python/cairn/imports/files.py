"""Reading an activity log, row by row, and putting its rows aside by player.

Rows of one player may stand anywhere in the file, so a first pass writes them to temporary files by a hash
of the player. The second pass then holds one of these in memory, whatever the size of the whole.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from cairn.imports.rows import FIELDS, BadRow, Row, loads, parse
from cairn.platform import keys

BUCKET_BYTES = 16 * 1024 * 1024
MAX_BUCKETS = 200  # open files at once: well under what systems allow by default
NDJSON = (".ndjson", ".jsonl")
BOM = b"\xef\xbb\xbf"

type Line = tuple[int, dict[str, Any] | str]
"""The number of a row's first line, and its fields, or what is wrong with it."""


class Unreadable(Exception):
    """The file as a whole cannot be read; the message says what to do."""


def read_rows(path: Path, now: datetime, ignored: set[str], progress: Callable[[int], None]) -> Iterator[Row | BadRow]:
    """Every row of an NDJSON or CSV file, good or bad, in the file's order.

    Args:
        now: nothing may have happened later.
        ignored: takes the names of fields that mean nothing here.
        progress: is told how many bytes have been read so far.

    Raises:
        Unreadable: a CSV file whose header lacks what every row needs.
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        lines = _ndjson(file) if _is_ndjson(file, path.suffix.lower()) else _csv(file)
        for count, (number, fields) in enumerate(lines, start=1):
            if count % 1000 == 0:
                progress(file.tell())
            if isinstance(fields, str):
                yield BadRow(number, fields)
                continue
            ignored.update(name for name in fields if name not in FIELDS)
            yield parse(fields, number, now)
        progress(file.tell())


def _is_ndjson(file: BinaryIO, suffix: str) -> bool:
    """By the file's name, else by whether it begins with an object. Leaves the file at its start, after a BOM."""
    start = file.read(64 * 1024).removeprefix(BOM).lstrip()
    file.seek(0)
    skip_bom(file)
    if start.startswith(b"["):
        raise Unreadable("The file is one JSON array. Write one object a line (jq -c '.[]' does it).")
    return suffix in NDJSON or (suffix != ".csv" and start[:1] in b"{")


def skip_bom(file: BinaryIO) -> None:
    """Leaves a file behind its byte order mark, if it begins with one."""
    if file.read(len(BOM)) != BOM:
        file.seek(0)


def _ndjson(file: BinaryIO) -> Iterator[Line]:
    for number, line in enumerate(iter(file.readline, b""), start=1):
        if not (line := line.strip()):
            continue
        try:
            fields = loads(line)
        except ValueError as error:
            yield number, f"the line is not JSON ({error}): write one object a line"
            continue
        if isinstance(fields, dict):
            yield number, fields
        else:
            yield number, 'the line is no JSON object: write one, such as {"player": "ada", ...}'


def _csv(file: BinaryIO) -> Iterator[Line]:
    header, lines = csv_lines(file)
    known = [FIELDS[name] for name in header if name in FIELDS]
    missing = [name for name in ("player", "experience", "type", "at") if name not in known]
    if missing:
        raise Unreadable(
            f"The header is {','.join(header)[:200]!r} and lacks {', '.join(missing)}. The first line of a CSV file"
            " names its columns, such as id,player,experience,type,at,zone; lines of NDJSON begin with {."
        )
    return lines


def csv_lines(file: BinaryIO) -> tuple[list[str], Iterator[Line]]:
    """The names of the columns, in lower case, and the rows behind them.

    Raises:
        Unreadable: the first line names no columns.
    """
    # What is not UTF-8 is kept apart as surrogates, so that only its own row is bad.
    reader = csv.reader((line.decode(errors="surrogateescape") for line in iter(file.readline, b"")), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise Unreadable(f"The first line is no CSV header ({error}).") from error
    return header, _csv_rows(reader, header)


def _csv_rows(reader: Any, header: list[str]) -> Iterator[Line]:
    while True:
        number = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, f"the line is not CSV ({error}): double the quotes inside a quoted field"
            continue
        if not values:
            continue
        if len(values) != len(header):
            yield number, f"the row has {len(values)} fields, the header {len(header)}: quote fields that hold commas"
            continue
        try:
            "".join(values).encode()
        except UnicodeEncodeError:
            yield number, "the line is not UTF-8: save the file as UTF-8"
            continue
        yield number, dict(zip(header, values, strict=True))


@dataclass(slots=True)
class Survey:
    """What a file holds. rows: good ones. first, last: epoch milliseconds."""

    sha256: str = ""
    rows: int = 0
    bad: list[BadRow] = field(default_factory=list)
    players: set[str] = field(default_factory=set)
    experiences: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    ignored: set[str] = field(default_factory=set)
    first: int | None = None
    last: int | None = None

    def add(self, row: Row) -> None:
        self.rows += 1
        self.players.add(row.player)
        if row.experience:
            self.experiences[row.experience] += 1
        self.types[row.type] += 1
        self.first = row.at if self.first is None else min(self.first, row.at)
        self.last = row.at if self.last is None else max(self.last, row.at)


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def survey(path: Path, into: Path, now: datetime, progress: Callable[[int], None] = lambda _: None) -> Survey:
    """Reads the whole file once, and puts its good rows aside in the folder `into`.

    Raises:
        Unreadable, OSError: as `read_rows`.
    """
    found = Survey(sha256=fingerprint(path))
    with put_aside(into, path.stat().st_size) as put:
        for row in read_rows(path, now, found.ignored, progress):
            if isinstance(row, BadRow):
                found.bad.append(row)
                continue
            found.add(row)
            put(row.player, row)
    return found


@contextmanager
def put_aside(into: Path, size: int) -> Iterator[Callable[[str, tuple[Any, ...]], None]]:
    """A function that puts what belongs to a player aside in a folder. `size`: about how many bytes there will be."""
    buckets = min(MAX_BUCKETS, size // BUCKET_BYTES + 1)
    with ExitStack() as stack:
        files = [
            stack.enter_context((into / f"{number:03d}.ndjson").open("w", encoding="ascii"))
            for number in range(buckets)
        ]

        def put(player: str, what: tuple[Any, ...]) -> None:
            files[keys.bucket(player, buckets)].write(json.dumps((player, what), default=dict) + "\n")

        yield put


def taken_up(folder: Path) -> Iterator[tuple[str, list[Any]]]:
    """What was put aside, player by player, in the order in which it was. One bucket is in memory at a time."""
    for path in sorted(folder.glob("*.ndjson")):
        players: dict[str, list[Any]] = {}
        with path.open(encoding="ascii") as file:
            for line in file:
                player, what = json.loads(line)
                players.setdefault(player, []).append(what)
        while players:
            player = next(iter(players))
            yield player, players.pop(player)


def by_player(folder: Path) -> Iterator[tuple[str, list[Row]]]:
    """The rows that were put aside in a folder, player by player, in the file's order."""
    return ((player, [Row(*each) for each in rows]) for player, rows in taken_up(folder))


def unique(rows: list[Row]) -> tuple[list[Row], list[BadRow]]:
    """One player's rows in order of time (of one instant: as they come), and those that stand there twice."""
    first: dict[str, Row] = {}
    duplicates = []
    for row in rows:
        if standing := first.get(row.cause):
            what = "the same row" if row[1:] == standing[1:] else "the same id"
            duplicates.append(row.bad(f"{what} as line {standing.line}, which counts: this one does not"))
        else:
            first[row.cause] = row
    return sorted(first.values(), key=lambda row: row.at), duplicates
