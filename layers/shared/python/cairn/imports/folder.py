"""A folder of dumped tables: finding them, joining them by player, and putting aside the rows they come to.

`player_progress_events` names a row of `experience_progress`, which names a row of `player_profiles`, which names the
user: two dictionaries of ids are held in memory for that. All else goes through temporary files, as for a log.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cairn.imports.columns import Dumped
from cairn.imports.files import Survey, Unreadable, csv_lines, fingerprint, put_aside, skip_bom, taken_up
from cairn.imports.history import Note, Profile, Reading
from cairn.imports.layouts import EVENTS, LAYOUTS, PROFILES, PROGRESS
from cairn.imports.rows import MAX_ID, BadRow, shown
from cairn.imports.tables import history

MAX_CELL_BYTES = 16 * 1024 * 1024
NULL = "\\N"
READ, ROWS, OWN = "read", "rows", "profiles"

# Why a table is wanted that is not there, by those that are.
NEEDED_BY = {
    (EVENTS, PROGRESS): "it says whose an event is, and in which experience",
    (PROGRESS, PROFILES): "it says which user a progress belongs to",
}
MISSED_BY = {
    (PROGRESS, EVENTS): "without it a player's state comes out, but not the days on which they played",
    (PROFILES, PROGRESS): "without it only preferences, custom stats and the global inventory are loaded",
}


@dataclass(slots=True)
class FolderSurvey(Survey):
    """What a folder holds. Rows are those that its tables come to.

    tables: how many rows each has. missing: tables that are not there, and what that means. unread: CSV files of
    other names. notes: what is said of rows beside. profiles: how many were put aside.
    """

    tables: dict[str, int] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    profiles: int = 0


def find_tables(folder: Path) -> tuple[dict[str, Path], list[str]]:
    """The dumps in a folder by table, in the order of reading; and the names of CSV files that are none.

    Raises:
        Unreadable: there is none, or one that another is needed for.
    """
    files = {path: path.stem.lower().removeprefix("public.") for path in sorted(folder.glob("*.[cC][sS][vV]"))}
    found: dict[str, Path] = {}
    for table in LAYOUTS:
        named = [path for path, name in files.items() if name == table]
        if len(named) > 1:
            raise Unreadable(f"{' and '.join(path.name for path in named)} are one table: leave one of them there.")
        if named:
            found[table] = named[0]
    if not found:
        raise Unreadable(
            f"{folder} holds none of the tables. Export them as CSV with a header, under their names:"
            f" {', '.join(f'{table}.csv' for table in LAYOUTS)}."
        )
    for (table, needed), why in NEEDED_BY.items():
        if table in found and needed not in found:
            raise Unreadable(f"{found[table].name} needs {needed}.csv beside it: {why}. Export that table too.")
    return found, [path.name for path, name in files.items() if name not in LAYOUTS]


def survey_folder(
    folder: Path,
    work: Path,
    reading: Reading,
    community: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> FolderSurvey:
    """Reads all tables once, and puts aside the rows that they come to.

    Args:
        work: an empty folder, of which ROWS then holds rows and OWN profiles.
        community: only rows of this one count, in tables that say of which each is.
        progress: is told how far it came, of twice the bytes that there are.

    Raises:
        Unreadable: a table is missing that others need, or has no header, or rows of several communities.
        OSError: a file cannot be opened.
    """
    tables, unread = find_tables(folder)
    prints = [f"{table} {fingerprint(path)}" for table, path in tables.items()]
    run = "\n".join([*prints, reading.zone, reading.calendar, str(reading.full_score), str(community)])
    found = FolderSurvey(
        sha256=sha256(run.encode()).hexdigest(),
        missing={other: why for (table, other), why in MISSED_BY.items() if table in tables and other not in tables},
        unread=unread,
    )
    size = sum(path.stat().st_size for path in tables.values())
    read, rows, own = (work / name for name in (READ, ROWS, OWN))
    for each in (read, rows, own):
        each.mkdir()
    _join(tables, read, size, found, community, progress)
    records, done = sum(found.tables.values()), 0
    with put_aside(rows, 2 * size) as put, put_aside(own, size) as put_profile:
        for player, dumped in taken_up(read):
            done += len(dumped)
            progress(size + size * done // records)
            told = history(player, [Dumped(*each) for each in dumped], reading)
            for row in told.rows:
                found.add(row)
                put(player, row)
            if told.profile:
                found.profiles += 1
                put_profile(player, told.profile)
            found.bad += told.bad
            found.notes += told.notes
    return found


def profiles_in(work: Path) -> Iterator[Profile]:
    """The profiles that were put aside."""
    return (Profile(*each) for _, found in taken_up(work / OWN) for each in found)


class _Owners:
    """Whose a row is, by what was read before."""

    def __init__(self) -> None:
        self._profiles: dict[str, str] = {}
        self._progress: dict[str, tuple[str, str]] = {}

    def place(self, dumped: Dumped) -> tuple[str, Mapping[str, str]]:
        """The player of a row, and its cells with what the join adds.

        Raises:
            LookupError: it points to a row that is not there.
        """
        cells = dumped.cells
        if dumped.table == EVENTS:
            of = cells.get("experience_progress_id", "")
            if of not in self._progress:
                raise LookupError(f"experience_progress_id is {shown(of)}: {PROGRESS}.csv has no such row")
            player, experience = self._progress[of]
            return player, {**cells, "experience_id": experience}
        if dumped.table == PROGRESS:
            of = cells.get("player_id", "")
            if of not in self._profiles:
                raise LookupError(f"player_id is {shown(of)}: {PROFILES}.csv has no such row")
            self._progress[cells.get("id", "")] = (self._profiles[of], cells.get("experience_id", ""))
            return self._profiles[of], cells
        user = cells.get("user_id", "").strip()
        if not 0 < len(user) <= MAX_ID:
            raise LookupError(f"user_id has {len(user)} characters: it is the player, and has from 1 to {MAX_ID}")
        if dumped.table == PROFILES:
            self._profiles[cells.get("id", "")] = user
        return user, cells


def _join(
    tables: Mapping[str, Path],
    work: Path,
    size: int,
    found: FolderSurvey,
    community: str | None,
    progress: Callable[[int], None],
) -> None:
    """Puts every row of the tables aside by its player."""
    csv.field_size_limit(MAX_CELL_BYTES)
    owners = _Owners()
    communities: Counter[str] = Counter()
    before = 0
    with put_aside(work, size) as put:
        for table, path in tables.items():
            with path.open("rb") as file:
                skip_bom(file)
                header, lines = csv_lines(file)
                _check(table, path, header, found)
                found.tables[path.name] = 0
                for number, cells in lines:
                    found.tables[path.name] += 1
                    if found.tables[path.name] % 1000 == 0:
                        progress(before + file.tell())
                    if isinstance(cells, str):
                        found.bad.append(BadRow(number, cells, table))
                        continue
                    dumped = Dumped(table, number, _filled(cells))
                    if of := dumped.cells.get("community_id"):
                        communities[of] += 1
                        if community not in (None, of):
                            continue
                    try:
                        player, joined = owners.place(dumped)
                    except LookupError as error:
                        found.bad.append(BadRow(number, str(error.args[0]), table))
                        continue
                    put(player, (table, number, joined))
                before += file.tell()
                progress(before)
    if community is None and len(communities) > 1:
        shown_ones = ", ".join(f"{each} ({count:,} rows)" for each, count in communities.most_common(5))
        raise Unreadable(
            f"The tables hold rows of {len(communities)} communities: {shown_ones}. A tenant is one of them: name it"
            " with --community."
        )
    if community is not None and communities and community not in communities:
        raise Unreadable(f"No row is of the community {community!r}. There are: {', '.join(sorted(communities)[:5])}.")


def _filled(cells: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in cells.items() if value not in ("", NULL)}


def _check(table: str, path: Path, header: list[str], found: FolderSurvey) -> None:
    """That a table has the columns it makes no sense without; notes those that mean nothing."""
    layout = LAYOUTS[table]
    if len(header) == 1 and (separator := next((each for each in ";\t|" if each in header[0]), None)):
        raise Unreadable(f"{path.name} separates its columns by {separator!r}: export it with commas.")
    missing = [" or ".join(names) for names in layout.needed if not set(names) & set(header)]
    if missing:
        raise Unreadable(
            f"{path.name} begins with {','.join(header)[:200]!r} and lacks {', '.join(missing)}. Export the whole table"
            f" with a header: \\copy {table} TO '{table}.csv' CSV HEADER"
        )
    found.ignored.update(f"{table}.{name}" for name in header if name not in layout.columns)
