"""The `besok` command: its groups of commands, and how errors are printed."""

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
from cli.commands.options import user as system_user
from cli.terminal import output

HELP = (
    "Besök counts the visits of libraries and parks. "
    "`besok demo` shows all of it, `besok doctor` says what is wrong."
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for command in (
    stack.demo,
    stack.doctor,
    services.migrate,
    services.collect,
    services.work,
    services.serve,
    backup.backup,
    backup.restore,
    quality.wiring,
    estimate.estimate,
    events.events,
    forecast.forecast,
    forecast.backtest,
):
    app.command()(command)
for name, group in {
    "alert": alert.app,
    "receive": receive.app,
    "quality": quality.app,
    "site": site.app,
    "device": device.app,
    "broker": broker.app,
    "adapter": adapter.app,
    "codec": codec.app,
    "readings": readings.app,
    "rejected": rejected.app,
    "quarantine": quarantine.app,
    "user": user.app,
    "key": key.app,
    "audit": audit.app,
    "privacy": privacy.app,
    "database": roles.app,
    "calibrate": calibrate.app,
    "headcount": headcount.app,
    "visits": visits.app,
    "calendar": calendar.calendar_app,
    "weather": calendar.weather_app,
    "action": actions.app,
    "report": report.app,
    "period": period.app,
    "simulate": simulate.app,
    "sandbox": sandbox.app,
}.items():
    app.add_typer(group, name=name)


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
    ACTOR.set(system_user())


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
