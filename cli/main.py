"""The `besok` command: its groups of commands, and how errors are printed."""

import gc
import importlib.metadata
import sys
from collections.abc import Collection
from functools import cache
from importlib import import_module
from typing import Annotated, Final

import typer

from besok.model.access import ACTOR
from besok.model.controls import visible
from besok.model.errors import BesokError, ScenarioError, SiteFileError
from besok.model.plurals import many
from cli.commands import backup, estimate, events, forecast, quality, services, stack
from cli.commands.options import user
from cli.terminal import output

GARBAGE_AFTER = 50_000  # objects; what a program loads is none, and to search it takes a fifth of a start

HELP = (
    "Besök counts the visits of libraries and parks. "
    "`besok demo` shows all of it, `besok doctor` says what is wrong."
)
COMMANDS: Final = (
    *(stack.demo, stack.doctor, services.migrate, services.collect, services.work),
    *(services.run_scenarios, services.serve),
    *(backup.backup, backup.restore, backup.export, quality.wiring),
    *(estimate.estimate, events.events, forecast.forecast, forecast.backtest),
)
GROUPS: Final = {
    "alert": ("alert", "Tell somebody when something is wrong or full."),
    "receive": (
        "receive",
        "Take counts that are pushed by HTTP, or put into a folder, to the broker, until ended.",
    ),
    "quality": ("quality", "What is wrong with sensors, and what is done about it."),
    "site": ("site", "Site files: what is where, which sensor observes what."),
    "device": ("device", "Sensors: which are online, and where they are mounted."),
    "broker": ("broker", "The broker: who may publish where, and who may read."),
    "adapter": ("adapter", "Adapters: what becomes of the messages of a sensor."),
    "codec": ("codec", "Vendors' codecs: decoders of LoRaWAN frames, in JavaScript."),
    "readings": ("readings", "Readings that do not count: voided, with a reason and an undo."),
    "rejected": ("rejected", "Messages that could not be read."),
    "quarantine": (
        "quarantine",
        "Readings that came too late, tell of the future or are too large, and do not count.",
    ),
    "user": ("user", "Accounts: who may sign in, and as what."),
    "key": ("key", "Keys with which programs and wall screens read and write."),
    "audit": ("audit", "Who changed what and when."),
    "privacy": ("privacy", "Erase a person's name, and delete what is kept no longer."),
    "database": ("roles", "The roles with which programs and people reach the database."),
    "calibrate": ("calibrate", "Calibration: people's counts beside the sensors, and what follows."),
    "headcount": ("headcount", "Headcounts: how many people somebody counted in a space at one moment."),
    "visits": ("visits", "Past visits: counts of earlier counters, lists and statistics."),
    "calendar": ("calendar", "The programme and the school holidays, from calendar files."),
    "weather": ("weather", "The weather of past days, from files."),
    "action": ("actions", "You said, we did: what was asked for, answered and done."),
    "report": ("report", "Figures for others, with all that they rest on."),
    "period": ("period", "Months and years that were reported: closed, so that their figures stay."),
    "simulate": ("simulate", "Simulated sensors."),
    "sandbox": ("sandbox", "Sandboxes: the sites for simulated data."),
}  # name -> module, which is loaded once one of its commands is wanted, and help


def application(groups: Collection[str] = GROUPS) -> typer.Typer:
    """Return the command with those groups whole; of the others it knows the help."""
    made = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    for command in COMMANDS:
        made.command()(command)
    for name, (module, about) in GROUPS.items():
        group = import_module(f"cli.commands.{module}").app if name in groups else typer.Typer()
        made.add_typer(group, name=name, help=about)
    made.callback(help=HELP)(options)
    return made


@cache
def __getattr__(name: str) -> typer.Typer:
    """Return the whole command, `app`."""
    if name != "app":
        raise AttributeError(name)
    return application()


def _print_version(asked: bool) -> None:
    if asked:
        print(f"besok {importlib.metadata.version('besok')}")
        raise typer.Exit


def options(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit."),
    ] = False,
) -> None:
    """Take the options that stand before a command; what it changes is noted under the name of the system's user."""
    ACTOR.set(user())


def main() -> None:
    """Run the command; an error that Besök can explain is printed without a traceback."""
    gc.set_threshold(GARBAGE_AFTER, 20, 100)
    output.install()
    try:
        application([word for word in sys.argv[1:] if not word.startswith("-")][:1])()
    except SiteFileError as exc:
        sys.exit(f"The site file has {many(len(exc.problems), 'problem')}:\n{visible(str(exc))}")
    except ScenarioError as exc:
        sys.exit(f"The scenario has {many(len(exc.problems), 'problem')}:\n{visible(str(exc))}")
    except (BesokError, OSError) as exc:  # no file, no right to it, no space
        sys.exit(visible(str(exc)))


if __name__ == "__main__":
    main()
