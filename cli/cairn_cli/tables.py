"""`cairn import-tables FOLDER`: loads the older systems' tables into a tenant."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import typer
from rich.progress import Progress

from cairn.imports.folder import ROWS, FolderSurvey, find_tables, profiles_in, survey_folder
from cairn.imports.history import Reading
from cairn.imports.load import Ground
from cairn.imports.profiles import load_profiles
from cairn.imports.run import Totals
from cairn.platform.clock import utc_now
from cairn.platform.table import Table
from cairn.streaks.days import UnknownZone, time_zone
from cairn.tenants.storage import SettingsCache
from cairn_cli.loading import JOURNAL_SUFFIX, AsJson, Concurrency, DryRun, Options, ReportFile, advance, load
from cairn_cli.terminal import EndpointUrl, TableName, Tenant, errors, fail


@dataclass(frozen=True, slots=True)
class Tables:
    """A folder of dumped tables. calendar: None for the tenant's."""

    folder: Path
    zone: str
    calendar: str | None
    full_score: float
    community: str | None

    @property
    def journal(self) -> Path:
        return self.folder / f"tables{JOURNAL_SUFFIX}"

    @property
    def size(self) -> int:
        tables, _ = find_tables(self.folder)
        return 2 * sum(path.stat().st_size for path in tables.values())

    def survey(
        self, table: Table, tenant: str, work: Path, progress: Callable[[int], None]
    ) -> tuple[FolderSurvey, Path]:
        calendar = self.calendar or SettingsCache(table).of(tenant).zone
        reading = Reading(utc_now(), self.zone, calendar, self.full_score)
        found = survey_folder(self.folder, work, reading, self.community, progress)
        for name, why in found.missing.items():
            errors.print(f"There is no {name}.csv: {why}.", soft_wrap=True)
        return found, work / ROWS

    def finish(
        self, ground: Ground, found: FolderSurvey, work: Path, concurrency: int, stop: Event, bars: Progress
    ) -> None:
        moved = advance(bars, bars.add_task("Profiles", total=found.profiles))
        bad, notes = load_profiles(ground, profiles_in(work), concurrency, stop, moved)
        found.bad += bad
        found.notes += notes

    def figures(self, found: FolderSurvey, totals: Totals) -> dict[str, Any]:
        kinds = Counter(note.kind for note in found.notes)
        return {
            "standing": totals.standing,
            "tables": found.tables,
            "files_not_read": found.unread,
            "profiles": found.profiles,
            "left_out": kinds["left_out"],
            "claimed": kinds["claimed"],
            "differences": kinds["difference"],
        }

    def notes(self, found: FolderSurvey) -> list[dict[str, Any]]:
        return [asdict(note) for note in found.notes]


def import_tables_command(
    folder: Annotated[Path, typer.Argument(help="The folder of CSV dumps; docs/import.md lists the tables.")],
    tenant: Tenant,
    table: TableName = "cairn",
    endpoint_url: EndpointUrl = None,
    zone: Annotated[str, typer.Option(help="The zone of timestamps that have none.")] = "UTC",
    calendar: Annotated[
        str | None, typer.Option(help="The zone on whose days rows count. Left out, the tenant's.")
    ] = None,
    full_score: Annotated[float, typer.Option(min=1e-9, help="What the tables' scores call full.")] = 100,
    community: Annotated[
        str | None, typer.Option(help="Which community is loaded, of tables that hold several.")
    ] = None,
    dry_run: DryRun = False,
    concurrency: Concurrency = 4,
    as_json: AsJson = False,
    report_file: ReportFile = None,
) -> None:
    """Load the older systems' tables. Loading them again, or after an interruption, changes nothing that is loaded.

    Exit code: 0 when every row is loaded, 1 when some are bad (the rest is loaded), 2 when the run failed.
    """
    if not folder.is_dir():
        fail(f"There is no folder {folder}.")
    for name, value in (("--zone", zone), ("--calendar", calendar or "UTC")):
        try:
            time_zone(value)
        except UnknownZone:
            fail(f"{name} is {value!r}, which is unknown: give an IANA name such as America/Santiago.")
    source = Tables(folder, zone, calendar, full_score, community)
    load(source, Options(tenant, table, endpoint_url, dry_run, concurrency, as_json, report_file))
