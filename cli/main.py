"""The `besok` command: its groups of commands, and how errors are printed."""

import importlib.metadata
import sys
from typing import Annotated

import typer

from besok.model.controls import visible
from besok.model.errors import BesokError, ScenarioError, SiteFileError
from cli.commands import (
    actions,
    adapter,
    backup,
    broker,
    calendar,
    calibrate,
    codec,
    device,
    estimate,
    events,
    forecast,
    hand_counts,
    headcount,
    quality,
    quarantine,
    readings,
    receive,
    rejected,
    report,
    sandbox,
    services,
    simulate,
    site,
    stack,
    visits,
)
from cli.terminal import output

HELP = (
    "Besök counts the visits of libraries and parks. "
    "`besok demo` shows all of it, `besok doctor` says what is wrong."
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for group in (
    stack,
    services,
    backup,
    receive,
    quality,
    estimate,
    events,
    forecast,
    site,
    device,
    broker,
    adapter,
    codec,
    readings,
    rejected,
    quarantine,
    calibrate,
    headcount,
    hand_counts,
    calendar,
    actions,
    report,
    simulate,
    sandbox,
    visits,
):
    group.register(app)


def _print_version(asked: bool) -> None:
    if asked:
        print(f"besok {importlib.metadata.version('besok')}")
        raise typer.Exit


@app.callback(help=HELP)
def options(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit."),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> None:
    """Run the command; an error that Besök can explain is printed without a traceback."""
    output.install()
    try:
        app()
    except SiteFileError as exc:
        sys.exit(f"The site file has {len(exc.problems)} problem(s):\n{visible(str(exc))}")
    except ScenarioError as exc:
        sys.exit(f"The scenario has {len(exc.problems)} problem(s):\n{visible(str(exc))}")
    except BesokError as exc:
        sys.exit(visible(str(exc)))


if __name__ == "__main__":
    main()
