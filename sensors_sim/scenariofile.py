"""Scenario files: TOML in, `Scenario` out, and back again. docs/reference/scenarios.md describes every key.

A file with problems is refused as a whole. Each problem has its line: first all keys and values that cannot be, then,
where each can be, all that does not fit together.
"""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path as File
from typing import Any, Final

from besok.model import given_files, tomlfile
from besok.model.errors import ScenarioError
from besok.model.plurals import many
from besok.model.suggest import suggestion
from besok.model.tomlfile import block
from sensors_sim.scenario import SECTIONS, Scenario
from sensors_sim.scenario_checks import check

INLINE: Final = ("title", "about", "name", "note", "weekdays", "hours", "plans", "entrances", "spaces")
LARGEST: Final = 1_000_000  # bytes of a file; a scenario has a few thousand
_SHIPPED = files("sensors_sim") / "scenarios"


def shipped() -> tuple[str, ...]:
    """Return the ids of the shipped scenarios."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in _SHIPPED.iterdir() if f.name.endswith(".toml")))


def load(name: str, first: date | None = None) -> Scenario:
    """Read the shipped scenario of this name, or that of a file ("./mine.toml"); `first`: the day it shall begin on.

    Raises ScenarioError.
    """
    scenario = _load(name, File(), ())
    return moved(scenario, first) if first else scenario


def parse(text: str, name: str = "scenario", folder: File | None = None) -> Scenario:
    """Read the text of a scenario file. Raises ScenarioError: "NAME line 12: [[section]] site: what, what to do".

    A `base` that is a file is looked for in `folder`.
    """
    return _parse(text, name, folder or File(), ())


def _load(name: str, folder: File, above: tuple[str, ...]) -> Scenario:
    """Read a scenario; `above` are the names of the scenarios based on it."""
    is_file = "/" in name or name.endswith(".toml")
    if not is_file and name not in shipped():
        listed = f'`besok simulate scenarios` lists them, a file is "./{name}.toml"'
        raise ScenarioError([f'there is no scenario "{name}"{suggestion(name, shipped())}; {listed}'])
    path = (folder / name).resolve() if is_file else File(f"{name}.toml")
    label = str(path) if is_file else name
    if label in above:
        circle = " -> ".join([*above, label])
        raise ScenarioError([f"{label}: it is based on itself: {circle}; break the circle"])
    if is_file:
        text = given_files.text(path, LARGEST, lambda reason: ScenarioError([reason]))
    else:
        text = (_SHIPPED / path.name).read_text(encoding="utf-8")
    return _parse(text, name, path.parent, (*above, label))


def _parse(text: str, name: str, folder: File, above: tuple[str, ...]) -> Scenario:
    try:
        raw = tomlfile.load(text)
    except ValueError as exc:
        raise ScenarioError([f"{name}: {exc}"]) from exc
    scenario, problems = tomlfile.read(Scenario, {"id": File(name).stem} | raw)
    if scenario is None or (problems := list(check(_sections(scenario)))):
        raise ScenarioError(tomlfile.sentences(problems, text, raw, name, INLINE))
    return composed(_load(scenario.base, folder, above), scenario) if scenario.base else scenario


def _sections(scenario: Scenario) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield the parts of a scenario with their places in its file, the scenario itself among them."""
    yield (), scenario
    for key in SECTIONS:
        yield from (((key, n), part) for n, part in enumerate(getattr(scenario, key)))


def composed(base: Scenario, changes: Scenario) -> Scenario:
    """Apply `changes` on top of `base`: their parts come last. Its days move along if it begins on another day."""
    if changes.first and base.first:
        base = moved(base, changes.first)
    both: dict[str, Any] = {key: getattr(base, key) + getattr(changes, key) for key in SECTIONS}
    return replace(changes, first=changes.first or base.first, last=changes.last or base.last, **both)


def moved(scenario: Scenario, first: date) -> Scenario:
    """Return the scenario moved to begin on `first`: all its days move along.

    One without a beginning gets it, and holds from then on.
    """
    if scenario.first is None:
        return replace(scenario, first=first)
    by = first - scenario.first
    sections = {key: tuple(_later(p, by) for p in getattr(scenario, key)) for key in SECTIONS}
    return replace(_later(scenario, by), **sections)  # type: ignore[no-any-return]


def _later(part: Any, by: timedelta) -> Any:
    days = {f.name: getattr(part, f.name) for f in fields(part) if f.name in ("first", "last", "begins")}
    try:
        return replace(part, **{key: day + by for key, day in days.items() if day is not None})
    except OverflowError as exc:
        raise ScenarioError([f"a scenario cannot be moved by {many(by.days, 'day')}"]) from exc


def dump(scenario: Scenario) -> str:
    """Write the scenario as TOML; `parse(dump(x)) == x`, but for `base`, whose differences are in it already."""
    head = block("", replace(scenario, base="")).lstrip()
    parts = [block(f"[[{key}]]", part) for key in SECTIONS for part in getattr(scenario, key)]
    return "\n".join([head, *parts])
