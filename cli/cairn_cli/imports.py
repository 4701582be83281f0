"""`cairn import FILE`: loads an activity log into a tenant."""

import json
import tempfile
from pathlib import Path
from threading import Event
from typing import Annotated, Any

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

from cairn.imports.files import Survey, Unreadable, survey
from cairn.imports.load import Ground
from cairn.imports.run import Journal, Totals, ground_for, load_file, patience, report, summary
from cairn.platform.clock import utc_now
from cairn.platform.errors import Busy
from cairn.platform.table import Table
from cairn_cli.terminal import (
    INTERRUPTED,
    EndpointUrl,
    TableName,
    Tenant,
    bars,
    errors,
    fail,
    open_table,
    print_figures,
    stoppable,
)

ALL_LOADED, BAD_ROWS = 0, 1
SHOWN = 20
JOURNAL_SUFFIX = ".cairn-import.jsonl"
NEEDS = "The import needs dynamodb:DescribeTable, BatchGetItem, Query and TransactWriteItems."


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


def import_command(
    file: Annotated[Path, typer.Argument(help="NDJSON or CSV; docs/import.md describes the rows.")],
    tenant: Tenant,
    table: TableName = "cairn",
    endpoint_url: EndpointUrl = None,
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
        fail(f"There is no file {file}.")
    client, table_id = open_table(table, endpoint_url, NEEDS)
    stop = Event()
    try:
        with tempfile.TemporaryDirectory(prefix="cairn-import-") as folder, stoppable(stop), bars(*COLUMNS) as progress:
            found, totals, ground = _run(
                file,
                Path(folder),
                Table(client, table, patience=patience),
                tenant,
                table_id,
                concurrency,
                dry_run,
                stop,
                progress,
            )
    except Unreadable as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error}. Check the file, and that the temporary folder (TMPDIR) has room for a copy of it.")
    except Busy:
        fail("The table was busy for ten minutes. What was loaded is kept: run the same command again to go on.")
    except (ClientError, BotoCoreError) as error:
        fail(f"{error}. What was loaded is kept: run the same command again to go on.")
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


def _show(found: Survey, totals: Totals, ground: Ground, as_json: bool, report_file: Path | None) -> None:
    figures = summary(found, totals, ground)
    rows = report(found, totals)
    if report_file:
        report_file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    if as_json:
        print(json.dumps({**figures, **({} if report_file else {"not_loaded": rows})}))
    else:
        print_figures(figures)
    for row in rows if ground.dry and not report_file else rows[:SHOWN]:
        errors.print(f"line {row['line']}: {row['reason']}", markup=False, soft_wrap=True)
    if len(rows) > SHOWN and not (ground.dry and not report_file):
        where = f"all are in {report_file}" if report_file else "--report FILE writes all of them"
        errors.print(f"... and {len(rows) - SHOWN:,} more rows: {where}.")
