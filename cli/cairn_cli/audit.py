"""`cairn audit progress`: lists what is wrong in a tenant's progress, and repairs heads that contradict themselves."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from threading import Event
from typing import IO, Annotated, Any, NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn

from cairn.catalog.storage import Catalog
from cairn.imports.run import patience
from cairn.platform.clock import utc_now
from cairn.platform.errors import Busy, DomainError
from cairn.platform.table import Table
from cairn.platform.text import compact
from cairn.progress.audit import Audit, Finding, Kind, Place, finding, mend, read_cursor, write_cursor
from cairn.progress.play import Play
from cairn.tenants.storage import SettingsCache
from cairn_cli.terminal import (
    FAILED,
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

CLEAN, FOUND = 0, 1
NEEDS = (
    "The audit needs dynamodb:DescribeTable, BatchGetItem and Query on the table and its index `lookups`; with --repair"
    " TransactWriteItems too."
)
BUSY = "The table was busy for ten minutes."
LOOKED_AT = ("players", "heads", "experiences", "entries")

app = typer.Typer(no_args_is_help=True, help="Look for what should not be there.")


@app.callback()
def audit() -> None:
    """Look for what should not be there."""


@app.command("progress")
def audit_progress(
    tenant: Tenant,
    table: TableName = "cairn",
    endpoint_url: EndpointUrl = None,
    repair: Annotated[bool, typer.Option("--repair", help="Repair heads that contradict themselves.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Repair without asking.")] = False,
    resume_from: Annotated[str, typer.Option(help="Go on from the cursor that an interrupted audit printed.")] = "",
    concurrency: Annotated[int, typer.Option(min=1, max=16, help="How many players are looked at at once.")] = 4,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: a line for each finding, then the summary.")
    ] = False,
) -> None:
    """List orphans, contradictions and wrong totals in a tenant's progress; docs/audit.md says what to do about each.

    Exit code: 0 when nothing is wrong, or all of it was repaired, 1 when something is, 2 when the audit failed.
    """
    if yes and not repair:
        fail("--yes answers what --repair asks: give both, or neither.")
    try:
        place = read_cursor(tenant, resume_from)
    except DomainError as error:
        fail(f"--resume-from: {error.detail} Without it, the audit begins at the start.")
    client, _ = open_table(table, endpoint_url, NEEDS)
    opened = Table(client, table, patience=patience)
    parts = Play(opened, Catalog(opened), SettingsCache(opened))
    stop = Event()
    repairs: Counter[str] = Counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as aside:
        with stoppable(stop):
            place, trouble = _walk(parts, tenant, concurrency, place, aside, stop)
        for each in _kept(aside):
            print(compact(each.show()) if as_json else _line(each))
        count = sum(each.kind is Kind.CONTRADICTION for each in _kept(aside))
        if repair and place.done and count and (yes or _agreed(count, tenant)):
            with stoppable(stop):
                trouble = _repair(parts, tenant, count, aside, repairs, stop)
    _summarise(tenant, place, repairs, as_json)
    if not place.done:
        _end_early(tenant, place, trouble, repair)
    if trouble or stop.is_set():
        errors.print(
            f"{trouble or 'Interrupted.'} What is repaired stays so: run the same command again to go on.",
            markup=False,
            soft_wrap=True,
        )
        raise typer.Exit(FAILED if trouble else INTERRUPTED)
    raise typer.Exit(FOUND if _wrong(place) > repairs["repaired"] + repairs["already_repaired"] else CLEAN)


def _walk(
    parts: Play, tenant: str, concurrency: int, place: Place, aside: IO[str], stop: Event
) -> tuple[Place, str | None]:
    """Walks on from a place, puts findings aside, and says where the walk came to and what ended it too soon."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with bars(*columns) as progress:
        looking = progress.add_task("Looking for players", total=None)
        try:
            for leg in Audit(parts, tenant, concurrency).walk(place):
                aside.writelines(f"{compact(each.show())}\n" for each in leg.findings)
                place = leg.place
                progress.update(looking, description=_told(place))
                if stop.is_set():
                    break
        except Busy:
            return place, BUSY
        except (ClientError, BotoCoreError) as error:
            return place, f"{error}. {NEEDS}"
    return place, None


def _told(place: Place) -> str:
    counts = place.counts
    looked_at = ", ".join(f"{counts[name]:,} {name}" for name in LOOKED_AT if name in counts)
    return f"{looked_at}: {_wrong(place):,} findings"


def _wrong(place: Place) -> int:
    return sum(place.counts.get(kind.value, 0) for kind in Kind)


def _kept(aside: IO[str]) -> Iterator[Finding]:
    aside.seek(0)
    return (finding(json.loads(line)) for line in aside)


def _line(found: Finding) -> str:
    where = f"{found.player} in {found.experience}" if found.experience is not None else found.player
    if found.kind is Kind.CONTRADICTION:
        told = "; ".join(f"{each['field']} {each['was']} > {each['becomes']}" for each in found.told["changes"])
    else:
        told = ", ".join(f"{name} {value}" for name, value in found.told.items())
    return f"{found.kind.value}: {where}: {told}"


def _agreed(count: int, tenant: str) -> bool:
    try:
        agreed = typer.confirm(f"Repair {count:,} heads of the tenant {tenant!r}?", err=True)
    except typer.Abort:
        errors.print("\nNobody answers here: --yes repairs without asking.")
        agreed = False
    if not agreed:
        errors.print("Nothing was repaired.")
    return agreed


def _repair(parts: Play, tenant: str, count: int, aside: IO[str], repairs: Counter[str], stop: Event) -> str | None:
    """Repairs the contradictions that were put aside, counts what became of them, and says what ended it too soon."""
    with bars(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()) as progress:
        repairing = progress.add_task("Repairing", total=count)
        for each in _kept(aside):
            if each.kind is not Kind.CONTRADICTION:
                continue
            if stop.is_set():
                break
            try:
                repairs["repaired" if mend(parts, tenant, each, utc_now()) else "already_repaired"] += 1
            except Busy:
                return BUSY
            except DomainError as refusal:
                repairs["refused"] += 1
                errors.print(f"{each.player} in {each.experience}: {refusal.detail}", markup=False, soft_wrap=True)
            except (ClientError, BotoCoreError) as error:
                return f"{error}. {NEEDS}"
            progress.advance(repairing)
    return None


def _summarise(tenant: str, place: Place, repairs: Counter[str], as_json: bool) -> None:
    figures: dict[str, Any] = {
        "tenant": tenant,
        "complete": place.done,
        **{name: place.counts.get(name, 0) for name in LOOKED_AT},
        "findings": {kind.value: place.counts[kind.value] for kind in Kind if kind.value in place.counts},
        **({"repairs": dict(sorted(repairs.items()))} if repairs else {}),
        **({} if place.done else {"next": write_cursor(tenant, place)}),
    }
    if as_json:
        print(compact({"summary": figures}))
    else:
        print_figures(figures)
    if place.done and not any(figures[name] for name in LOOKED_AT):
        errors.print(f"There are no players and no experiences in {tenant!r}: check --tenant.", markup=False)


def _end_early(tenant: str, place: Place, trouble: str | None, repair: bool) -> NoReturn:
    """Ends the command, and says how to go on behind what is listed."""
    left = " Nothing was repaired, and what is listed here will not be from there." if repair else ""
    errors.print(f"{trouble or 'Interrupted.'}{left} To go on:", markup=False, soft_wrap=True)
    errors.print(f"--resume-from {write_cursor(tenant, place)}", markup=False, soft_wrap=True)
    raise typer.Exit(FAILED if trouble else INTERRUPTED)
