"""The `besok` command: its groups of commands, and how errors are printed."""

import getpass
import importlib.metadata
import sys
from typing import Annotated

import typer

from besok.model.access import ACTOR
from besok.model.controls import visible
from besok.model.errors import BesokError, ScenarioError, SiteFileError
from cli.commands import (
    actions,
    adapter,
    alert,
    audit,
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
    key,
    period,
    privacy,
    quality,
    quarantine,
    readings,
    receive,
    rejected,
    report,
    roles,
    sandbox,
    services,
    simulate,
    site,
    stack,
    user,
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
    alert,
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
    user,
    key,
    audit,
    privacy,
    roles,
    calibrate,
    headcount,
    hand_counts,
    calendar,
    actions,
    report,
    period,
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
    """Take the options that stand before a command; what it changes is noted under the name of the system's user."""
    ACTOR.set(_user())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        return "besok"


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
