"""What the commands that load history have in common: the table, bars, Ctrl-C, the summary, and the exit code."""

import json
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Annotated, Any, NoReturn, Protocol

import typer
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError
from rich.console import Console
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
from cairn.platform.table import Table, connect

ALL_LOADED, BAD_ROWS, FAILED, INTERRUPTED = 0, 1, 2, 130
SHOWN = 20
JOURNAL_SUFFIX = ".cairn-import.jsonl"

errors = Console(stderr=True, highlight=False)

Tenant = Annotated[str, typer.Option(help="The tenant that the players belong to.")]
TableName = Annotated[str, typer.Option(envvar="TABLE_NAME", help="The table's name.")]
EndpointUrl = Annotated[
    str | None, typer.Option(envvar="AWS_ENDPOINT_URL", help="DynamoDB's address, where it is not AWS's own.")
]
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

    def figures(self, found: S) -> dict[str, Any]:
        """What the summary says beside the usual."""

    def notes(self, found: S) -> list[dict[str, Any]]:
        """What the report says beside the rows that were not loaded."""


class Rate(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} rows/s" if task.speed else "- rows/s")


class Stopped(Exception):
    """Ctrl-C while the source is read: nothing is written yet."""


def load[S: Survey](source: Source[S], options: Options) -> NoReturn:
    """Loads a source, shows what became of it, and ends the command with its exit code."""
    client = _connect(options.endpoint_url)
    table_id = _table_id(client, options.table, options.endpoint_url)
    table = Table(client, options.table, patience=patience)
    stop = Event()
    try:
        with tempfile.TemporaryDirectory(prefix="cairn-import-") as work, _stoppable(stop), _bars() as bars:
            found, totals, ground = _run(source, Path(work), table, table_id, options, stop, bars)
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
        {**summary(found, totals, ground), **source.figures(found)},
        report(found, totals),
        source.notes(found),
        options,
    )
    if stop.is_set():
        errors.print("Interrupted. What was loaded is kept: run the same command again to go on.")
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(BAD_ROWS if found.bad or totals.unknown or totals.refused else ALL_LOADED)


def _run[S: Survey](
    source: Source[S], work: Path, table: Table, table_id: str, options: Options, stop: Event, bars: Progress
) -> tuple[S, Totals, Ground]:
    reading = bars.add_task("Reading", total=source.size)

    def read(done: int) -> None:
        if stop.is_set():
            raise Stopped
        bars.update(reading, completed=done)

    found, rows = source.survey(table, options.tenant, work, read)
    bars.remove_task(reading)
    dry = options.dry_run
    ground = ground_for(table, options.tenant, found.experiences, utc_now(), dry=dry)
    loading = bars.add_task("Trying" if dry else "Loading", total=found.rows)
    if dry:
        totals = load_file(ground, rows, None, options.concurrency, stop, advance(bars, loading))
        source.finish(ground, found, work, options.concurrency, stop, bars)
        return found, totals, ground
    run = {"file": found.sha256, "tenant": options.tenant, "table": table.name, "table_id": table_id}
    with Journal(source.journal, run) as journal:
        totals = load_file(ground, rows, journal, options.concurrency, stop, advance(bars, loading))
        source.finish(ground, found, work, options.concurrency, stop, bars)
        if not stop.is_set():
            journal.remove()
    return found, totals, ground


def advance(bars: Progress, task: TaskID) -> Callable[[int], None]:
    """What moves a bar on."""
    return lambda rows: bars.advance(task, rows)


@contextmanager
def _bars() -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, transient=True, refresh_per_second=4) as bars:
        yield bars


@contextmanager
def _stoppable(stop: Event) -> Iterator[None]:
    """Ctrl-C, or a polite kill, ends the run behind the transactions that are under way."""
    before = {each: signal.signal(each, lambda *_: stop.set()) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _connect(endpoint_url: str | None) -> Any:
    try:
        return connect(endpoint_url)
    except NoRegionError:
        fail("No AWS region is set. Set AWS_DEFAULT_REGION, or a region in your AWS profile.")
    except (BotoCoreError, ValueError) as error:
        fail(str(error))


def _table_id(client: Any, table: str, endpoint_url: str | None) -> str:
    """What tells this table from another that has, or had, its name."""
    try:
        described = client.describe_table(TableName=table)["Table"]
    except NoCredentialsError:
        fail("No AWS credentials were found. Sign in (aws sso login), or set AWS_PROFILE, and run again.")
    except EndpointConnectionError:
        fail(f"Nothing answers at {endpoint_url or 'AWS'}. Check --endpoint-url; `make run` starts the local cloud.")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            fail(
                f"There is no table {table!r} in this account and region. Name it with --table; the stack's"
                " output TableName has it."
            )
        fail(f"{error}. The import needs dynamodb:DescribeTable, BatchGetItem, Query and TransactWriteItems.")
    except BotoCoreError as error:
        fail(f"{error}")
    return str(described.get("TableId") or described.get("CreationDateTime"))


def _show(figures: dict[str, Any], rows: list[dict[str, Any]], notes: list[dict[str, Any]], options: Options) -> None:
    report_file = options.report_file
    if report_file:
        report_file.write_text("".join(json.dumps(row) + "\n" for row in in_order([*rows, *notes])), encoding="utf-8")
    if options.as_json:
        told = {"not_loaded": rows, **({"notes": notes} if notes else {})}
        print(json.dumps({**figures, **({} if report_file else told)}))
    else:
        console = Console(highlight=False)
        for name, value in figures.items():
            console.print(f"{name.replace('_', ' '):<28} {_shown(value)}", markup=False)
    for row in rows if options.dry_run and not report_file else rows[:SHOWN]:
        place = f"{row['table']}.csv line" if "table" in row else "line"
        errors.print(f"{place} {row['line']}: {row['reason']}", markup=False, soft_wrap=True)
    if len(rows) > SHOWN and not (options.dry_run and not report_file):
        where = f"all are in {report_file}" if report_file else "--report FILE writes all of them"
        errors.print(f"... and {len(rows) - SHOWN:,} more rows: {where}.")
    if notes and not report_file and not options.as_json:
        errors.print(f"{len(notes):,} notes on what was compared or left out: --report FILE writes them.")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,}" if type(value) is int else str(value)


def fail(what: str) -> NoReturn:
    """Ends the command: it did not run."""
    errors.print(what, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(FAILED)
