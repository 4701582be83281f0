"""`cairn import FILE`: loads an activity log into a tenant."""

import json
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Annotated, Any, NoReturn

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

from cairn.imports.files import Survey, Unreadable, survey
from cairn.imports.load import Ground
from cairn.imports.run import Journal, Totals, ground_for, load_file, patience, report, summary
from cairn.platform.clock import utc_now
from cairn.platform.errors import Busy
from cairn.platform.table import Table, connect

ALL_LOADED, BAD_ROWS, FAILED, INTERRUPTED = 0, 1, 2, 130
SHOWN = 20
JOURNAL_SUFFIX = ".cairn-import.jsonl"

errors = Console(stderr=True, highlight=False)


class Rate(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} rows/s" if task.speed else "- rows/s")


def import_command(
    file: Annotated[Path, typer.Argument(help="NDJSON or CSV; docs/import.md describes the rows.")],
    tenant: Annotated[str, typer.Option(help="The tenant that the players belong to.")],
    table: Annotated[str, typer.Option(envvar="TABLE_NAME", help="The table's name.")] = "cairn",
    endpoint_url: Annotated[
        str | None, typer.Option(envvar="AWS_ENDPOINT_URL", help="DynamoDB's address, where it is not AWS's own.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide everything, write nothing.")] = False,
    concurrency: Annotated[int, typer.Option(min=1, max=16, help="How many players are loaded at once.")] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    report_file: Annotated[
        Path | None, typer.Option("--report", help="Write every row that was not loaded here, as NDJSON.")
    ] = None,
) -> None:
    """Load an activity log. Loading it again, or after an interruption, changes nothing that is loaded.

    Exit code: 0 when every row is loaded, 1 when some are bad (the rest is loaded), 2 when the run failed.
    """
    if not file.is_file():
        _fail(f"There is no file {file}.")
    client = _connect(endpoint_url)
    table_id = _table_id(client, table, endpoint_url)
    stop = Event()
    try:
        with tempfile.TemporaryDirectory(prefix="cairn-import-") as folder, _stoppable(stop), _bars() as bars:
            found, totals, ground = _run(
                file,
                Path(folder),
                Table(client, table, patience=patience),
                tenant,
                table_id,
                concurrency,
                dry_run,
                stop,
                bars,
            )
    except Unreadable as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error}. Check the file, and that the temporary folder (TMPDIR) has room for a copy of it.")
    except Busy:
        _fail("The table was busy for ten minutes. What was loaded is kept: run the same command again to go on.")
    except (ClientError, BotoCoreError) as error:
        _fail(f"{error}. What was loaded is kept: run the same command again to go on.")
    _show(found, totals, ground, as_json, report_file)
    if stop.is_set():
        errors.print("Interrupted. What was loaded is kept: run the same command again to go on.")
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(BAD_ROWS if found.bad or totals.unknown or totals.refused else ALL_LOADED)


def _run(
    file: Path,
    folder: Path,
    table: Table,
    tenant: str,
    table_id: str,
    concurrency: int,
    dry: bool,
    stop: Event,
    bars: Progress,
) -> tuple[Survey, Totals, Ground]:
    now = utc_now()
    reading = bars.add_task("Reading", total=file.stat().st_size)
    found = survey(file, folder, now, lambda done: bars.update(reading, completed=done))
    bars.remove_task(reading)
    ground = ground_for(table, tenant, found.experiences, now, dry=dry)
    loading = bars.add_task("Trying" if dry else "Loading", total=found.rows)
    if dry:
        return found, load_file(ground, folder, None, concurrency, stop, _advance(bars, loading)), ground
    run = {"file": found.sha256, "tenant": tenant, "table": table.name, "table_id": table_id}
    with Journal(file.with_name(file.name + JOURNAL_SUFFIX), run) as journal:
        totals = load_file(ground, folder, journal, concurrency, stop, _advance(bars, loading))
        if not stop.is_set():
            journal.remove()
    return found, totals, ground


def _advance(bars: Progress, task: TaskID) -> Any:
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
        _fail("No AWS region is set. Set AWS_DEFAULT_REGION, or a region in your AWS profile.")
    except (BotoCoreError, ValueError) as error:
        _fail(str(error))


def _table_id(client: Any, table: str, endpoint_url: str | None) -> str:
    """What tells this table from another that has, or had, its name."""
    try:
        described = client.describe_table(TableName=table)["Table"]
    except NoCredentialsError:
        _fail("No AWS credentials were found. Sign in (aws sso login), or set AWS_PROFILE, and run again.")
    except EndpointConnectionError:
        _fail(f"Nothing answers at {endpoint_url or 'AWS'}. Check --endpoint-url; `make run` starts the local cloud.")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            _fail(
                f"There is no table {table!r} in this account and region. Name it with --table; the stack's"
                " output TableName has it."
            )
        _fail(f"{error}. The import needs dynamodb:DescribeTable, BatchGetItem, Query and TransactWriteItems.")
    except BotoCoreError as error:
        _fail(f"{error}")
    return str(described.get("TableId") or described.get("CreationDateTime"))


def _show(found: Survey, totals: Totals, ground: Ground, as_json: bool, report_file: Path | None) -> None:
    figures = summary(found, totals, ground)
    rows = report(found, totals)
    if report_file:
        report_file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    if as_json:
        print(json.dumps({**figures, **({} if report_file else {"not_loaded": rows})}))
    else:
        console = Console(highlight=False)
        for name, value in figures.items():
            shown = ", ".join(f"{key} {count:,}" for key, count in value.items()) if isinstance(value, dict) else value
            shown = ", ".join(map(str, value)) if isinstance(value, list) else shown
            label = name.replace("_", " ")
            console.print(f"{label:<28} {shown:,}" if type(shown) is int else f"{label:<28} {shown}", markup=False)
    for row in rows if ground.dry and not report_file else rows[:SHOWN]:
        errors.print(f"line {row['line']}: {row['reason']}", markup=False, soft_wrap=True)
    if len(rows) > SHOWN and not (ground.dry and not report_file):
        where = f"all are in {report_file}" if report_file else "--report FILE writes all of them"
        errors.print(f"... and {len(rows) - SHOWN:,} more rows: {where}.")


def _fail(what: str) -> NoReturn:
    errors.print(what, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(FAILED)
