"""`cairn boards`: builds a leaderboard from the truth, and compares its counts with its positions."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from cairn.imports.run import patience
from cairn.leaderboards.audit import BANDS, Found, audit_band
from cairn.leaderboards.board import Board, in_season, named, season_at
from cairn.leaderboards.rebuild import Rebuild
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
    open_table,
    print_figures,
    stoppable,
    told,
)

CLEAN, DRIFTED = 0, 1
NEEDS = (
    "The boards need dynamodb:DescribeTable, BatchGetItem, Query on the table and its index `boards`, and to rebuild or"
    " repair TransactWriteItems."
)
KEPT = "What was done is kept: run the same command again to go on."

BoardId = Annotated[str, typer.Argument(help="Such as xp_weekly, distance:woods, or one of the tenant's own.")]
Season = Annotated[str, typer.Option(help="The season, where the board has any; the present one if left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]

app = typer.Typer(no_args_is_help=True, help="Build and audit leaderboards.")


@app.callback()
def boards() -> None:
    """Build and audit leaderboards."""


@app.command("rebuild")
def rebuild_board(
    board_id: BoardId,
    tenant: Tenant,
    table: TableName = "cairn",
    endpoint_url: EndpointUrl = None,
    season: Season = "",
    as_json: AsJson = False,
) -> None:
    """Build a board from the players and their progress, while they play. Interrupted, it goes on where it was.

    Exit code: 0 when the board is built, 2 when that failed.
    """
    opened = _open(table, endpoint_url)
    stop = Event()
    with told(KEPT), stoppable(stop), _bars() as progress:
        run = Rebuild(opened, tenant, _board(opened, tenant, board_id, season), utc_now, stop.is_set)
        parts = run.parts()
        bar = progress.add_task(f"Building {board_id}", total=len(parts))
        ended = run.run(parts, lambda: progress.advance(bar))
    found = run.done.found or Found()
    _show(
        {
            "board": board_id,
            "players": run.done.players,
            "positions_written": run.done.written,
            "positions": found.positions,
            "counts_mended": found.repaired,
        },
        as_json,
    )
    if not ended:
        errors.print(f"Interrupted. {KEPT}")
        raise typer.Exit(INTERRUPTED)


@app.command("audit")
def audit_board(
    board_id: BoardId,
    tenant: Tenant,
    table: TableName = "cairn",
    endpoint_url: EndpointUrl = None,
    season: Season = "",
    repair: Annotated[bool, typer.Option("--repair", help="Mend counts that drifted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare a board's counts with its positions.

    Exit code: 0 when they agree, or were mended, 1 when they do not, 2 when the audit failed.
    """
    opened = _open(table, endpoint_url)
    stop = Event()
    found = Found()
    with told(KEPT), stoppable(stop), _bars() as progress:
        board = _board(opened, tenant, board_id, season)
        for band in progress.track(BANDS, description=f"Auditing {board_id}"):
            if stop.is_set():
                break
            found.add(audit_band(opened, tenant, board, band, repair=repair))
    figures = {
        "board": board_id,
        "positions": found.positions,
        "drift": found.drifted,
        "counts_that_drifted": len(found.drift),
        "counts_mended": found.repaired,
        "unsettled": found.unsettled,
    }
    _show(figures, as_json)
    if stop.is_set():
        errors.print("Interrupted.")
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(DRIFTED if len(found.drift) > found.repaired else CLEAN)


def _open(table: str, endpoint_url: str | None) -> Table:
    client, _ = open_table(table, endpoint_url, NEEDS)
    return Table(client, table, patience=patience)


def _board(table: Table, tenant: str, board_id: str, season: str) -> Board:
    settings = SettingsCache(table).of(tenant)
    board = named(settings.boards, board_id)
    if not (season or board.calendar):
        return board
    return in_season(board, season or season_at(board, settings.zone, utc_now()))


@contextmanager
def _bars() -> Iterator[Progress]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with bars(*columns) as progress:
        yield progress


def _show(figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(figures))
    else:
        print_figures(figures)
