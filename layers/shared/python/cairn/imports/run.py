"""Importing one file: what it holds, what is unknown, and every player's rows, several players at once."""

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import astuple, dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event, Lock
from typing import IO, Any

from cairn.achievements.definition_storage import Definitions
from cairn.catalog.document import from_json
from cairn.catalog.experience import Experience
from cairn.catalog.storage import Catalog, LatestExperienceItem, latest_key
from cairn.imports.files import Survey, by_player, unique
from cairn.imports.load import Ground, Outcome, load_player
from cairn.imports.rows import BadRow, Row
from cairn.platform.instants import from_ms, iso
from cairn.platform.table import Patience, Table
from cairn.tenants.storage import SettingsCache


def patience() -> Patience:
    """What an import's table is to have: ten minutes for one transaction; then the run stops, to be resumed."""
    return Patience(attempts=1000, cap=10.0, deadline=600.0)


class Journal:
    """The players of a file that are done, so that an interrupted run goes on behind them.

    A line of JSON for the run, and one for each player. Without it, or with that of another file or table,
    every row is looked at again, which changes nothing.
    """

    def __init__(self, path: Path, run: Mapping[str, str]) -> None:
        self.path = path
        self.done: dict[str, Outcome] = {}
        self._run = dict(run)
        self._file: IO[str] | None = None
        self._lock = Lock()

    def __enter__(self) -> "Journal":
        kept = self._read()
        self._file = self.path.open("a" if kept else "w", encoding="utf-8")
        if not kept:
            self._write(self._run)
        return self

    def __exit__(self, *error: object) -> None:
        if self._file:
            self._file.close()

    def add(self, player: str, outcome: Outcome) -> None:
        """Notes that all rows of a player are done."""
        with self._lock:
            self.done[player] = outcome
            self._write(
                {
                    "player": player,
                    "loaded": outcome.loaded,
                    "already": outcome.already,
                    "standing": outcome.standing,
                    "duplicates": [astuple(each) for each in outcome.duplicates],
                    "refused": [astuple(each) for each in outcome.refused],
                }
            )

    def remove(self) -> None:
        """The run is complete: there is nothing to resume."""
        if self._file:
            self._file.close()
        self.path.unlink(missing_ok=True)

    def _write(self, line: Mapping[str, Any]) -> None:
        if self._file:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()

    def _read(self) -> bool:
        """Takes over what an earlier run of the same file into the same table did. A torn last line is none."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return False
        lines = text.splitlines(keepends=True)
        if not lines or _line(lines[0]) != self._run:
            return False
        if not lines[-1].endswith("\n"):
            return False
        for text in lines[1:]:
            line = _line(text)
            self.done[line["player"]] = Outcome(
                line["loaded"],
                line["already"],
                line["standing"],
                [BadRow(*each) for each in line["duplicates"]],
                [BadRow(*each) for each in line["refused"]],
            )
        return True


def _line(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


@dataclass(slots=True)
class Totals:
    """What became of a file. Each row is counted once.

    standing: rows that assert what stood by then. unknown: rows of experiences that the tenant does not have.
    resumed: rows of players that an earlier, interrupted run had done.
    """

    loaded: int = 0
    already: int = 0
    standing: int = 0
    resumed: int = 0
    duplicates: list[BadRow] = field(default_factory=list)
    refused: list[BadRow] = field(default_factory=list)
    unknown: list[BadRow] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.loaded += outcome.loaded
        self.already += outcome.already
        self.standing += outcome.standing
        self.duplicates += outcome.duplicates
        self.refused += outcome.refused


def known_experiences(table: Table, tenant: str, ids: Iterable[str]) -> dict[str, Experience]:
    """The latest version of those experiences that the tenant has, by id."""
    wanted = {each: latest_key(tenant, each) for each in ids}
    items = table.get_many(wanted.values())
    found = {each: items.get(LatestExperienceItem, key) for each, key in wanted.items()}
    return {each: from_json(item.definition) for each, item in found.items() if item}


def ground_for(table: Table, tenant: str, experiences: Iterable[str], now: datetime, *, dry: bool) -> Ground:
    """What loading a file needs, read once."""
    settings = SettingsCache(table)
    return Ground(
        table=table,
        catalog=Catalog(table),
        tenant=tenant,
        settings=settings.of(tenant),
        experiences=known_experiences(table, tenant, experiences),
        recorded_at=now,
        watch=Definitions(table, settings).of(tenant),
        dry=dry,
    )


def load_file(
    ground: Ground,
    put_aside: Path,
    journal: Journal | None,
    concurrency: int,
    stop: Event,
    progress: Callable[[int], None] = lambda _: None,
) -> Totals:
    """Loads what `survey` put aside.

    Args:
        journal: None for a dry run.
        concurrency: players loaded at once.
        stop: once set, no further transaction is begun, and what is done is returned.
        progress: is told of every so many rows done, from any thread.

    Raises:
        Busy, or what the client raises: the first failure of any player, after the others were stopped.
    """
    totals = Totals()
    done = journal.done if journal else {}

    def load(player: str, rows: list[Row]) -> tuple[str, Outcome, list[BadRow], bool]:
        rows, duplicates = unique(rows)
        missing = {row.experience for row in rows} - ground.experiences.keys() - {""}
        known = [row for row in rows if row.experience not in missing]
        unknown = [row.bad(_unknown(row)) for row in rows if row.experience in missing]
        outcome = Outcome(duplicates=duplicates)
        progress(len(unknown) + len(duplicates))
        complete = not stop.is_set()
        if known and complete:
            for part in load_player(ground, player, known):
                outcome.loaded += part.loaded
                outcome.already += part.already
                outcome.standing += part.standing
                outcome.refused += part.refused
                progress(part.rows)
                if stop.is_set():
                    complete = outcome.rows == len(known) + len(duplicates)
                    break
        return player, outcome, unknown, complete

    def settle(finished: Iterable[Future[tuple[str, Outcome, list[BadRow], bool]]]) -> None:
        for future in finished:
            player, outcome, unknown, complete = future.result()
            totals.add(outcome)
            totals.unknown += unknown
            # With rows of unknown experiences a player is not done: these may be defined before the next run.
            if journal and complete and not unknown:
                journal.add(player, outcome)

    running: set[Future[tuple[str, Outcome, list[BadRow], bool]]] = set()
    with ThreadPoolExecutor(concurrency) as pool:
        try:
            for player, rows in by_player(put_aside):
                if stop.is_set():
                    break
                if player in done:
                    before = done[player]
                    totals.resumed += before.loaded + before.already + before.standing
                    totals.duplicates += before.duplicates
                    totals.refused += before.refused
                    progress(len(rows))
                    continue
                running.add(pool.submit(load, player, rows))
                if len(running) >= 2 * concurrency:
                    finished, running = wait(running, return_when=FIRST_COMPLETED)
                    settle(finished)
            while running:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                settle(finished)
        except BaseException:
            stop.set()
            raise
    return totals


def _unknown(row: Row) -> str:
    return (
        f"there is no experience {row.experience!r}: define it with PUT /api/v1/experiences/{row.experience},"
        " then run the import again"
    )


def summary(found: Survey, totals: Totals, ground: Ground) -> dict[str, Any]:
    """What a run did, or would do, as JSON."""
    return {
        "dry_run": ground.dry,
        "tenant": ground.tenant,
        "rows": found.rows + len(found.bad),
        "loaded": totals.loaded,
        "already_loaded": totals.already,
        "finished_by_an_earlier_run": totals.resumed,
        "duplicates": len(totals.duplicates),
        "refused": len(totals.refused),
        "unknown_experience": len(totals.unknown),
        "bad": len(found.bad),
        "players": len(found.players),
        "experiences": len(found.experiences),
        "unknown_experiences": sorted(found.experiences.keys() - ground.experiences.keys()),
        "types": dict(sorted(found.types.items())),
        "ignored_fields": sorted(found.ignored),
        "first_at": iso(from_ms(found.first)) if found.first is not None else None,
        "last_at": iso(from_ms(found.last)) if found.last is not None else None,
    }


def report(found: Survey, totals: Totals) -> list[dict[str, Any]]:
    """Every row that was not loaded, by table and line, and why."""
    kinds = {
        "bad": found.bad,
        "unknown_experience": totals.unknown,
        "refused": totals.refused,
        "duplicate": totals.duplicates,
    }
    return in_order(_told(kind, each) for kind, rows in kinds.items() for each in rows)


def _told(kind: str, row: BadRow) -> dict[str, Any]:
    table = {"table": row.table} if row.table else {}
    return {**table, "line": row.line, "kind": kind, "reason": row.reason}


def in_order(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A report's rows by table and line."""
    return sorted(rows, key=lambda row: (row.get("table", ""), row["line"], row["kind"]))
