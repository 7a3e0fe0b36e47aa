"""What commands print for small files and worlds, and which options they take."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from normal import plain, pretty
from typer.testing import CliRunner

from benchmarks.worlds import standard
from cli.main import app
from cli.simulation import score

ROOT = Path(__file__).parents[2]
SITE, DATA = "tests/golden/site.toml", "tests/data"
COMMANDS = {
    "help": "--help",
    "site-check": f"site check {SITE}",
    "estimate": f"estimate {DATA}/hours.csv --capacity 150",
    "estimate-door": f"estimate {DATA}/door.csv --smooth --json",
    "events": f"events {DATA}/counts.csv",
    "events-json": f"events {DATA}/counts.csv --most 3 --json",
    "forecast-days": f"forecast {DATA}/days.csv --horizon 42 --country SE",
    "forecast-goal": f"forecast {DATA}/days.csv --horizon 14 --target 200000 --deadline 2028-12-31 --json",
    "forecast-semicolon": f"forecast {DATA}/days-semicolon.csv --horizon 28",
    "forecast-weeks": f"forecast {DATA}/days.csv --freq W --horizon 8",
    "forecast-months": f"forecast {DATA}/months.csv --horizon 18",
    "forecast-wide": f"forecast {DATA}/months-wide.csv --horizon 18",
    "forecast-refused": f"forecast {SITE}",
    "backtest-days": f"backtest {DATA}/days.csv --quick --origins 2",
    "backtest-months": f"backtest {DATA}/months.csv --quick --origins 2 --json",
    "simulate-score": f"simulate score --site-file {SITE} --days 1 --history 2 --first 2025-03-03 --json",
}
WORLDS = ("swapped", "exit")


@pytest.mark.parametrize("name", COMMANDS)
def test_command(name: str, golden: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for variable, value in {
        "COLUMNS": "110",
        "TERMINAL_WIDTH": "110",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }.items():
        monkeypatch.setenv(variable, value)
    result = CliRunner().invoke(app, COMMANDS[name].split(), prog_name="besok")
    output = pretty(json.loads(result.stdout)) if "--json" in COMMANDS[name] else plain(result.stdout)
    said = f"\n{result.stderr}{result.exception if result.exit_code else ''}"
    text = f"$ besok {COMMANDS[name]}\n{output}[exit {result.exit_code}]{plain(said)}"
    golden("commands", {f"{name}.txt": text}, f"{name}.txt")


def test_options(golden: Callable[..., None]) -> None:
    """The help of every command: what it does, its arguments and options."""
    golden("options", {"options.json": pretty(dict(options(typer.main.get_command(app), "besok")))})


def options(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield a command with its help and what each parameter takes, then those below it."""
    takes = {}
    for parameter in command.params:
        kind = parameter.type_descriptor.annotation
        name = " ".join([*parameter.opts, *parameter.secondary_opts])
        takes[name] = [getattr(kind, "__name__", str(kind)), str(parameter.default), parameter.help]
    yield path, {"help": command.help, "takes": takes}
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        yield from options(inner, f"{path} {name}")


def test_standard_worlds(golden: Callable[..., None]) -> None:
    """The occupancy scores of two standard worlds, of one seed, fewer days and longer steps."""
    recipes = [replace(recipe, step_s=300) for recipe in standard.STANDARD if recipe.name in WORLDS]
    scores = score.judged(standard.world(recipe, 1, history=10, judged=3) for recipe in recipes)
    golden("scores", {"worlds.txt": plain(score.as_text(scores))})
