"""What the commands have in common: their options, the table, bars, Ctrl-C, figures, and how they fail."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event
from typing import Annotated, Any, NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError
from rich.console import Console
from rich.progress import Progress, ProgressColumn

from cairn.platform.errors import Busy, DomainError
from cairn.platform.table import connect

FAILED, INTERRUPTED = 2, 130

errors = Console(stderr=True, highlight=False)

Tenant = Annotated[str, typer.Option(help="The tenant that the players belong to.")]
TableName = Annotated[str, typer.Option(envvar="TABLE_NAME", help="The table's name.")]
EndpointUrl = Annotated[
    str | None, typer.Option(envvar="AWS_ENDPOINT_URL", help="DynamoDB's address, where it is not AWS's own.")
]


def open_table(name: str, endpoint_url: str | None, needs: str) -> tuple[Any, str]:
    """A client of DynamoDB, and what tells this table from another that has, or had, its name. Else the command fails.

    Args:
        needs: which permissions the command needs, as a sentence.
    """
    try:
        client: Any = connect(endpoint_url)
        described = client.describe_table(TableName=name)["Table"]
    except NoRegionError:
        fail("No AWS region is set. Set AWS_DEFAULT_REGION, or a region in your AWS profile.")
    except NoCredentialsError:
        fail("No AWS credentials were found. Sign in (aws sso login), or set AWS_PROFILE, and run again.")
    except EndpointConnectionError:
        fail(f"Nothing answers at {endpoint_url or 'AWS'}. Check --endpoint-url; `make run` starts the local cloud.")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            fail(
                f"There is no table {name!r} in this account and region. Name it with --table; the stack's"
                " output TableName has it."
            )
        fail(f"{error}. {needs}")
    except (BotoCoreError, ValueError) as error:
        fail(str(error))
    return client, str(described.get("TableId") or described.get("CreationDateTime"))


@contextmanager
def stoppable(stop: Event) -> Iterator[None]:
    """Ctrl-C, or a polite kill, ends the run behind what is under way."""
    before = {each: signal.signal(each, lambda *_: stop.set()) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def bars(*columns: ProgressColumn) -> Iterator[Progress]:
    """Progress on stderr, where that is a terminal, while the command works; nothing of it afterwards."""
    shown = errors.is_terminal
    with Progress(*columns, console=errors, transient=True, refresh_per_second=4, disable=not shown) as progress:
        yield progress


def print_figures(figures: Mapping[str, Any]) -> None:
    """Figures on stdout, a line each: numbers, texts, lists, and counts by name."""
    console = Console(highlight=False)
    for name, value in figures.items():
        shown = ", ".join(f"{key} {count:,}" for key, count in value.items()) if isinstance(value, dict) else value
        shown = ", ".join(map(str, value)) if isinstance(value, list) else shown
        label = name.replace("_", " ")
        console.print(f"{label:<28} {shown:,}" if type(shown) is int else f"{label:<28} {shown}", markup=False)


@contextmanager
def told(kept: str) -> Iterator[None]:
    """What goes wrong ends the command, in a sentence. kept: what becomes of what was done."""
    try:
        yield
    except Busy:
        fail(f"The table was busy for ten minutes. {kept}")
    except DomainError as error:
        fail(error.detail)
    except (ClientError, BotoCoreError) as error:
        fail(f"{error}. {kept}")


def fail(what: str) -> NoReturn:
    """Ends the command: it could not do what was asked."""
    errors.print(what, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(FAILED)
