"""`cairn streaks`: counts stored streaks anew from the first day, and puts that in the place of what is stored."""

from collections.abc import Iterator
from threading import Event
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import SpinnerColumn, TextColumn

from cairn.imports.run import patience
from cairn.platform.clock import utc_now
from cairn.platform.errors import Busy
from cairn.platform.table import Table
from cairn.platform.text import compact
from cairn.streaks.rebuild import Difference, Leg, rebuild, rebuild_player
from cairn.tenants.storage import SettingsCache
from cairn_cli.terminal import (
    FAILED,
    INTERRUPTED,
    EndpointUrl,
    TableName,
    Tenant,
    bars,
    errors,
    open_table,
    print_figures,
    stoppable,
)

CLEAN, FOUND = 0, 1
NEEDS = (
    "The rebuild needs dynamodb:DescribeTable, BatchGetItem and Query on the table and its index `lookups`; with"
    " --apply TransactWriteItems too."
)

app = typer.Typer(no_args_is_help=True, help="Count streaks anew.")


@app.callback()
def streaks() -> None:
    """Count streaks anew."""


@app.command("rebuild")
def rebuild_streaks(
    tenant: Tenant,
    table: TableName = "cairn",
    endpoint_url: EndpointUrl = None,
    player: Annotated[str, typer.Option(help="One player; left out, all of the tenant's.")] = "",
    apply: Annotated[bool, typer.Option("--apply", help="Write it. Without, nothing is written.")] = False,
    resume_from: Annotated[str, typer.Option(help="Go on from what an interrupted rebuild printed.")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: a line for each player who differs, then the summary.")
    ] = False,
) -> None:
    """Compare each stored streak with a replay from the player's first day; docs/streaks.md says what that holds.

    Exit code: 0 when nothing differs, or all of it was put right, 1 when something does, 2 when the rebuild failed.
    """
    client, _ = open_table(table, endpoint_url, NEEDS)
    opened, stop, trouble = Table(client, table, patience=patience), Event(), None
    players, found, after = 0, 0, resume_from or None
    with bars(SpinnerColumn(), TextColumn("{task.description}")) as progress, stoppable(stop):
        counting = progress.add_task("Counting streaks anew", total=None)
        try:
            for leg in _legs(opened, tenant, player, after, dry=not apply):
                players, found, after = players + leg.players, found + len(leg.found), leg.after
                for each in leg.found:
                    print(compact(each.show()) if as_json else _line(each))
                progress.update(counting, description=f"{players:,} players: {found:,} differ")
                if stop.is_set():
                    break
        except Busy:
            trouble = "The table was busy for ten minutes."
        except (ClientError, BotoCoreError) as error:
            trouble = f"{error}. {NEEDS}"
    left = trouble is not None or after is not None
    figures: dict[str, Any] = {
        "tenant": tenant,
        "complete": not left,
        "players": players,
        "differ": found,
        "rebuilt": found if apply else 0,
        **({"next": after} if left and after else {}),
    }
    if as_json:
        print(compact({"summary": figures}))
    else:
        print_figures(figures)
    if left:
        errors.print(f"{trouble or 'Interrupted.'} What was done is kept. To go on:", markup=False, soft_wrap=True)
        errors.print(f"--resume-from {after}" if after else "the same command", markup=False, soft_wrap=True)
        raise typer.Exit(FAILED if trouble else INTERRUPTED)
    raise typer.Exit(FOUND if found and not apply else CLEAN)


def _legs(table: Table, tenant: str, player: str, after: str | None, *, dry: bool) -> Iterator[Leg]:
    settings = SettingsCache(table)
    if not player:
        yield from rebuild(table, settings, tenant, utc_now(), after, dry=dry)
        return
    found = rebuild_player(table, settings, tenant, player, utc_now(), dry=dry)
    yield Leg(1, [found] if found else [])


def _line(found: Difference) -> str:
    changes = "; ".join(f"{name} {was} > {becomes}" for name, (was, becomes) in found.changes.items())
    return f"{found.player}: {changes}"
