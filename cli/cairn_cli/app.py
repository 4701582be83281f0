"""`cairn`: what operators do from a terminal. Figures go to stdout, progress and trouble to stderr."""

import typer

from cairn_cli import achievements, audit, boards, streaks
from cairn_cli.imports import import_command
from cairn_cli.tables import import_tables_command

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def cairn() -> None:
    """Operate Cairn. AWS credentials and region come from your shell, as for the AWS command line."""


app.command("import")(import_command)
app.command("import-tables")(import_tables_command)
app.add_typer(achievements.app, name="achievements")
app.add_typer(audit.app, name="audit")
app.add_typer(boards.app, name="boards")
app.add_typer(streaks.app, name="streaks")


def main() -> None:
    """The console entry."""
    app(prog_name="cairn")
