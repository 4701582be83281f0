"""`cairn import FILE`: loads an activity log into a tenant."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import typer
from rich.progress import Progress

from cairn.imports.files import Survey, survey
from cairn.imports.load import Ground
from cairn.imports.run import Totals
from cairn.platform.clock import utc_now
from cairn.platform.table import Table
from cairn_cli.loading import JOURNAL_SUFFIX, AsJson, Concurrency, DryRun, Options, ReportFile, load
from cairn_cli.terminal import EndpointUrl, TableName, Tenant, fail


@dataclass(frozen=True, slots=True)
class Log:
    """A file of events."""

    file: Path

    @property
    def journal(self) -> Path:
        return self.file.with_name(self.file.name + JOURNAL_SUFFIX)

    @property
    def size(self) -> int:
        return self.file.stat().st_size

    def survey(self, table: Table, tenant: str, work: Path, progress: Callable[[int], None]) -> tuple[Survey, Path]:
        return survey(self.file, work, utc_now(), progress), work

    def finish(self, ground: Ground, found: Survey, work: Path, concurrency: int, stop: Event, bars: Progress) -> None:
        pass

    def figures(self, found: Survey, totals: Totals) -> dict[str, Any]:
        return {}

    def notes(self, found: Survey) -> list[dict[str, Any]]:
        return []


def import_command(
    file: Annotated[Path, typer.Argument(help="NDJSON or CSV; docs/import.md describes the rows.")],
    tenant: Tenant,
    table: TableName = "cairn",
    endpoint_url: EndpointUrl = None,
    dry_run: DryRun = False,
    concurrency: Concurrency = 4,
    as_json: AsJson = False,
    report_file: ReportFile = None,
) -> None:
    """Load an activity log. Loading it again, or after an interruption, changes nothing that is loaded.

    Exit code: 0 when every row is loaded, 1 when some are bad (the rest is loaded), 2 when the run failed.
    """
    if not file.is_file():
        fail(f"There is no file {file}.")
    load(Log(file), Options(tenant, table, endpoint_url, dry_run, concurrency, as_json, report_file))
