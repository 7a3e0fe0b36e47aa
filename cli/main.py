"""The `besok` command. Each command is a thin door to a function of the room that does the work."""

import sys

import typer

from besok.model.errors import BesokError, ScenarioError, SiteFileError
from cli.commands import (
    actions,
    adapter,
    calendar,
    calibrate,
    device,
    estimate,
    events,
    forecast,
    quality,
    rejected,
    report,
    sandbox,
    services,
    simulate,
    site,
    stack,
)

HELP = (
    "Besök counts the visits of libraries and parks. "
    "`besok demo` shows all of it, `besok doctor` says what is wrong."
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=HELP)
for doors in (
    stack,
    services,
    quality,
    estimate,
    events,
    forecast,
    site,
    device,
    adapter,
    rejected,
    calibrate,
    calendar,
    actions,
    report,
    simulate,
    sandbox,
):
    doors.register(app)


def main() -> None:
    """Run the command; an error that Besök can explain is printed without a traceback."""
    try:
        app()
    except SiteFileError as exc:
        sys.exit(f"The site file has {len(exc.problems)} problem(s):\n{exc}")
    except ScenarioError as exc:
        sys.exit(f"The scenario has {len(exc.problems)} problem(s):\n{exc}")
    except BesokError as exc:
        sys.exit(str(exc))


if __name__ == "__main__":
    main()
