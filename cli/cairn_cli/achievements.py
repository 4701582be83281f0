"""`cairn achievements backfill`: who has earned an achievement and does not hold it; with --apply they are given it."""

import json
from collections.abc import Iterator
from threading import Event
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from cairn.achievements import backfill
from cairn.achievements.backfill import Asked, Walk
from cairn.achievements.backfill_storage import Backfill
from cairn.achievements.definition_storage import Definitions
from cairn.achievements.unlock import Unlocking
from cairn.imports.run import patience
from cairn.platform.clock import utc_now
from cairn.platform.table import Table
from cairn.tenants.storage import SettingsCache
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
    told,
)

DONE, SOME_FAILED = 0, 1
NEEDS = (
    "A backfill needs dynamodb:DescribeTable, BatchGetItem, TransactWriteItems, and Query on the table and its index"
    " `lookups`."
)
KEPT = "What was done is kept."
BY = "cairn achievements backfill"
ROWS_AT_ONCE = 1000
# Of a job, what somebody at a terminal wants to know beside the players.
SHOWN = ("job_id", "dry_run", "state", "players_looked_at", "players_found", "players_failed", "unlocks")

app = typer.Typer(no_args_is_help=True, help="Give players what they have earned.")


@app.callback()
def achievements() -> None:
    """Give players what they have earned."""


@app.command("backfill")
def backfill_command(
    tenant: Tenant,
    table: TableName = "cairn",
    endpoint_url: EndpointUrl = None,
    achievement: Annotated[
        list[str] | None, typer.Option(help="Its id; more than once for several. All that are active if left out.")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Unlock. Otherwise it only says who would get what.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Unlock without asking.")] = False,
    reason: Annotated[str, typer.Option(help="Why, for whoever lists backfills later.")] = "",
    resume: Annotated[str, typer.Option(help="Go on with the job that an interrupted command printed.")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: a line for each player, then the summary.")
    ] = False,
) -> None:
    """Find players who have earned an achievement that they do not hold; after new or changed criteria.

    Exit code: 0 when it is done, 1 when some players could not be had, 2 when it failed.
    """
    if resume and (apply or achievement):
        fail("--resume goes on as the job began: leave --apply and --achievement out.")
    if yes and not apply:
        fail("--yes answers what --apply asks: give both, or neither.")
    client, _ = open_table(table, endpoint_url, NEEDS)
    opened = Table(client, table, patience=patience)
    stop = Event()
    with told(KEPT):
        settings = SettingsCache(opened)
        if apply and not yes and not typer.confirm(f"Unlock, for players of {tenant!r}, what they earned?", err=True):
            fail("Nothing was unlocked.")
        if resume:
            job = backfill.get(opened, tenant, resume)
        else:
            asked = Asked(achievement, not apply, reason or None, BY)
            begun = backfill.begin(opened, tenant, asked, settings.of(tenant).most_shards, utc_now(), str(uuid4()))
            job = backfill.get(opened, tenant, begun.body["job_id"])
        with stoppable(stop), _bars() as progress:
            _wait(job, progress, stop)
            _walk(Unlocking(opened, settings, Definitions(opened, settings)), job, progress, stop)
        figures = _report(opened, job, as_json)
    if stop.is_set():
        errors.print(f"Interrupted. {KEPT} To go on: --resume {job.id}", markup=False, soft_wrap=True)
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(SOME_FAILED if figures["players_failed"] else DONE)


def _bars() -> Any:
    return bars(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())


def _wait(job: Backfill, progress: Progress, stop: Event) -> None:
    """Until every function knows the definitions: else what a player comes to meanwhile nobody would see."""
    seconds = max(0.0, (job.begins_at - utc_now()).total_seconds())
    waiting = progress.add_task("Until every function knows the definitions", total=round(seconds))
    while not stop.is_set() and (left := (job.begins_at - utc_now()).total_seconds()) > 0:
        stop.wait(min(1.0, left))
        progress.advance(waiting)
    progress.remove_task(waiting)


def _walk(unlocking: Unlocking, job: Backfill, progress: Progress, stop: Event) -> None:
    """Walks the shards, one after another."""
    walking = progress.add_task("Looking for players", total=job.shards)
    for number in range(job.shards):
        walk = Walk(unlocking, job, number, utc_now)

        def going_on(walk: Walk = walk) -> bool:
            figures = walk.worked.figures
            told = f"{figures['looked_at']:,} players looked at, {figures['found']:,} found"
            progress.update(walking, description=told)
            return not stop.is_set()

        if walk.walk(going_on).goes_on:
            return
        progress.advance(walking)


def _report(table: Table, job: Backfill, as_json: bool) -> dict[str, Any]:
    """Prints who, then the figures."""
    page: dict[str, Any] = {}
    for page in _pages(table, job):
        for row in page["players"]:
            print(json.dumps(row) if as_json else _line(row))
    figures = {name: page[name] for name in SHOWN}
    if as_json:
        print(json.dumps({"summary": figures}))
    else:
        print_figures(figures)
    return figures


def _pages(table: Table, job: Backfill) -> Iterator[dict[str, Any]]:
    cursor: str | None = ""
    while cursor is not None:
        page = backfill.read(table, job.tenant, job.id, ROWS_AT_ONCE, cursor, utc_now())
        yield page
        cursor = page["next"]


def _line(row: dict[str, Any]) -> str:
    if "failed" in row:
        return f"{row['player_id']}: {row['failed']}"
    return f"{row['player_id']}: {', '.join(row['achievements'])} ({row['xp']} XP)"
