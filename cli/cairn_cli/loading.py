"""What the commands that load history have in common: the table, bars, Ctrl-C, the summary, and the exit code."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Annotated, Any, NoReturn, Protocol

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from cairn.imports.files import Survey, Unreadable
from cairn.imports.load import Ground
from cairn.imports.run import Journal, Totals, ground_for, in_order, load_file, patience, report, summary
from cairn.platform.clock import utc_now
from cairn.platform.errors import Busy
from cairn.platform.table import Table
from cairn_cli.terminal import INTERRUPTED, bars, errors, fail, open_table, print_figures, stoppable

ALL_LOADED, BAD_ROWS = 0, 1
SHOWN = 20
JOURNAL_SUFFIX = ".cairn-import.jsonl"
NEEDS = "The import needs dynamodb:DescribeTable, BatchGetItem, Query and TransactWriteItems."

DryRun = Annotated[bool, typer.Option("--dry-run", help="Decide everything, write nothing.")]
Concurrency = Annotated[int, typer.Option(min=1, max=16, help="How many players are loaded at once.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
ReportFile = Annotated[
    Path | None, typer.Option("--report", help="Write every row that was not loaded here, as NDJSON.")
]


@dataclass(frozen=True, slots=True)
class Options:
    """What both commands take."""

    tenant: str
    table: str
    endpoint_url: str | None
    dry_run: bool
    concurrency: int
    as_json: bool
    report_file: Path | None


class Source[S: Survey](Protocol):
    """What is loaded: a log, or a folder of tables. size: what its reading counts up to."""

    @property
    def journal(self) -> Path:
        """Where an unfinished run says how far it came."""

    @property
    def size(self) -> int: ...

    def survey(self, table: Table, tenant: str, work: Path, progress: Callable[[int], None]) -> tuple[S, Path]:
        """Reads all of it: what it holds, and the folder where its rows were put aside."""

    def finish(self, ground: Ground, found: S, work: Path, concurrency: int, stop: Event, bars: Progress) -> None:
        """What is to be done once the rows are loaded, or in a dry run tried."""

    def figures(self, found: S, totals: Totals) -> dict[str, Any]:
        """What the summary says beside the usual."""

    def notes(self, found: S) -> list[dict[str, Any]]:
        """What the report says beside the rows that were not loaded."""


class Rate(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} rows/s" if task.speed else "- rows/s")


COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    Rate(),
    TextColumn("left"),
    TimeRemainingColumn(),
)


class Stopped(Exception):
    """Ctrl-C while the source is read: nothing is written yet."""


def load[S: Survey](source: Source[S], options: Options) -> NoReturn:
    """Loads a source, shows what became of it, and ends the command with its exit code."""
    client, table_id = open_table(options.table, options.endpoint_url, NEEDS)
    table = Table(client, options.table, patience=patience)
    stop = Event()
    try:
        with tempfile.TemporaryDirectory(prefix="cairn-import-") as work, stoppable(stop), bars(*COLUMNS) as shown:
            found, totals, ground = _run(source, Path(work), table, table_id, options, stop, shown)
    except Stopped:
        errors.print("Interrupted while reading. Nothing was written.")
        raise typer.Exit(INTERRUPTED) from None
    except Unreadable as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error}. Check the file, and that the temporary folder (TMPDIR) has room for a copy of it.")
    except Busy:
        fail("The table was busy for ten minutes. What was loaded is kept: run the same command again to go on.")
    except (ClientError, BotoCoreError) as error:
        fail(f"{error}. What was loaded is kept: run the same command again to go on.")
    _show(
        {**summary(found, totals, ground), **source.figures(found, totals)},
        report(found, totals),
        source.notes(found),
        options,
    )
    if stop.is_set():
        errors.print("Interrupted. What was loaded is kept: run the same command again to go on.")
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(BAD_ROWS if found.bad or totals.unknown or totals.refused else ALL_LOADED)


def _run[S: Survey](
    source: Source[S], work: Path, table: Table, table_id: str, options: Options, stop: Event, shown: Progress
) -> tuple[S, Totals, Ground]:
    reading = shown.add_task("Reading", total=source.size)

    def read(done: int) -> None:
        if stop.is_set():
            raise Stopped
        shown.update(reading, completed=done)

    found, rows = source.survey(table, options.tenant, work, read)
    shown.remove_task(reading)
    dry = options.dry_run
    ground = ground_for(table, options.tenant, found.experiences, utc_now(), dry=dry)
    loading = shown.add_task("Trying" if dry else "Loading", total=found.rows)
    if dry:
        totals = load_file(ground, rows, None, options.concurrency, stop, advance(shown, loading))
        source.finish(ground, found, work, options.concurrency, stop, shown)
        return found, totals, ground
    run = {"file": found.sha256, "tenant": options.tenant, "table": table.name, "table_id": table_id}
    with Journal(source.journal, run) as journal:
        totals = load_file(ground, rows, journal, options.concurrency, stop, advance(shown, loading))
        source.finish(ground, found, work, options.concurrency, stop, shown)
        if not stop.is_set():
            journal.remove()
    return found, totals, ground


def advance(bars: Progress, task: TaskID) -> Callable[[int], None]:
    """What moves a bar on."""
    return lambda rows: bars.advance(task, rows)


def _show(figures: dict[str, Any], rows: list[dict[str, Any]], notes: list[dict[str, Any]], options: Options) -> None:
    report_file = options.report_file
    if report_file:
        report_file.write_text("".join(json.dumps(row) + "\n" for row in in_order([*rows, *notes])), encoding="utf-8")
    if options.as_json:
        told = {"not_loaded": rows, **({"notes": notes} if notes else {})}
        print(json.dumps({**figures, **({} if report_file else told)}))
    else:
        print_figures(figures)
    for row in rows if options.dry_run and not report_file else rows[:SHOWN]:
        place = f"{row['table']}.csv line" if "table" in row else "line"
        errors.print(f"{place} {row['line']}: {row['reason']}", markup=False, soft_wrap=True)
    if len(rows) > SHOWN and not (options.dry_run and not report_file):
        where = f"all are in {report_file}" if report_file else "--report FILE writes all of them"
        errors.print(f"... and {len(rows) - SHOWN:,} more rows: {where}.")
    if notes and not report_file and not options.as_json:
        errors.print(f"{len(notes):,} notes on what was compared or left out: --report FILE writes them.")
