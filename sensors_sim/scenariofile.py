"""Scenario files: TOML in, `Scenario` out, and back again. docs/reference/scenarios.md describes every key.

A file with problems is refused as a whole, and all of its problems are told at once, each with its line.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path as File
from typing import Any, Final, NoReturn

from besok.model import given_files, tomlfile
from besok.model.errors import ScenarioError
from besok.model.plurals import many
from besok.model.site import Text
from besok.model.suggest import suggestion
from besok.model.tomlfile import Problem, block
from sensors_sim.scenario import SECTIONS, Scenario
from sensors_sim.scenario_checks import check

INLINE: Final = ("title", "about", "name", "note", "weekdays", "hours", "plans", "entrances", "spaces")
LARGEST: Final = 1_000_000  # bytes of a file; a scenario has a few thousand
LABELS: Final = ("id", "site", "device")  # what a part is known by, the first of these that it has
SCALARS: Final = ("title", "about", "first", "last")
EVERY: Final = "*"
FACTORS: Final = (
    "arrivals",
    "classes",
    "stay",
    "weekdays",
    "hours",
    "plans",
)  # of rates; of others the last holds
HOW: Final = 'write "section.which.key=value", as in "rates.stadsbiblioteket.arrivals=2"'
_SHIPPED = files("sensors_sim") / "scenarios"


def shipped() -> tuple[str, ...]:
    """Return the ids of the scenarios that come with Besök."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in _SHIPPED.iterdir() if f.name.endswith(".toml")))


def load(name: str, sets: Sequence[str] = (), first: date | None = None) -> Scenario:
    """Read the shipped scenario of this name, or that of a file ("./mine.toml"), changed and moved as asked for.

    `sets` are changes such as "rates.stadsbiblioteket.arrivals=2" (see `changed`); `first` is the business day
    on which it shall begin. Raises ScenarioError.
    """
    scenario = changed(_load(name, File(), ()), sets)
    return moved(scenario, first) if first else scenario


def parse(text: str, name: str = "scenario", folder: File | None = None) -> Scenario:
    """Read the text of a scenario file. Raises ScenarioError: "NAME line 12: [[section]] site: what, what to do".

    A `base` that is a file is looked for in `folder`.
    """
    return _parse(text, name, folder or File(), ())


def _load(name: str, folder: File, above: tuple[str, ...]) -> Scenario:
    """`above` are the names of the scenarios that are based on this one."""
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
        text = given_files.text(path, LARGEST, lambda said: ScenarioError([said]))
    else:
        text = (_SHIPPED / path.name).read_text(encoding="utf-8")
    return _parse(text, name, path.parent, (*above, label))


def _parse(text: str, name: str, folder: File, above: tuple[str, ...]) -> Scenario:
    try:
        raw = tomlfile.load(text)
    except ValueError as exc:
        raise ScenarioError([f"{name}: {exc}"]) from exc
    own, problems = _built(raw, File(name).stem)
    if problems or not own:
        raise ScenarioError(tomlfile.told(problems, text, raw, name, INLINE))
    return composed(_load(own.base, folder, above), own) if own.base else own


def _built(raw: dict[str, Any], id: str) -> tuple[Scenario | None, set[Problem]]:
    """Return the scenario of a parsed file, as far as it can be read, and everything that is wrong with it."""
    parts = tomlfile.Parts()
    read: dict[str, list[tuple[Any, Any]]] = {
        key: parts.several(kind, raw, (), key) for key, kind in SECTIONS.items()
    }
    sections = {key: tuple(part for _, part in found) for key, found in read.items()}
    own = parts.one(Scenario, {"id": id} | raw | sections, ())
    checked = [(at, part) for found in read.values() for at, part in found]
    checked += [((), own)] if own else []
    return own, {*tomlfile.unknown_keys(Scenario, raw), *parts.problems, *check(checked)}


def composed(base: Scenario, own: Scenario) -> Scenario:
    """Put `own` on top of `base`: its parts come last. The days of the base move along if it begins on another day."""
    if own.first and base.first:
        base = moved(base, own.first)
    both: dict[str, Any] = {key: getattr(base, key) + getattr(own, key) for key in SECTIONS}
    return replace(own, first=own.first or base.first, last=own.last or base.last, **both)


def moved(scenario: Scenario, first: date) -> Scenario:
    """Return the scenario as it would be if it began on `first`: all its days move along.

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


def changed(scenario: Scenario, sets: Sequence[str]) -> Scenario:
    """Return the scenario with the changes: "rates.SITE.KEY=VALUE", "events.2.people=300", "last=2026-12-24".

    A part is named by its id, else its site, else its device as the scenario has it, or by its number in its section,
    from 1. What is set holds alone: other parts of that name lose their value. If no part of a site or device has the
    name, one is added. The title says what was changed. Raises ScenarioError with all that is wrong.
    """
    problems: list[str] = []
    for text in sets:
        try:
            scenario = _set(scenario, text)
        except ValueError as exc:
            problems.append(f"--set {text}: {exc}")
    if problems:
        raise ScenarioError(problems)
    said = ", ".join(text for text in sets if not text.startswith(("title", "about")))
    title = scenario.title
    return (
        replace(scenario, title=Text(sv=f"{title.sv} ({said})", en=f"{title.en} ({said})"))
        if said
        else scenario
    )


def _set(scenario: Scenario, text: str) -> Scenario:
    path, equals, written = text.partition("=")
    section, dot, rest = path.strip().partition(".")
    if not equals:
        raise ValueError(f"it says no value; {HOW}")
    if section not in (SECTIONS if dot else SCALARS):
        raise ValueError(f'"{section}" is not known{suggestion(section, (*SECTIONS, *SCALARS))}; {HOW}')
    raw = tomlfile.load(dump(scenario))
    if dot:
        _set_in_part(raw, section, rest, _value(written))
    else:
        raw[section] = _value(written)
    made, problems = _built(raw, scenario.id)
    if problems or not made:
        keys = ((path[2:] if path[0] in SECTIONS else path, reason) for path, reason in problems)
        raise ValueError("; ".join(f"{'.'.join(map(str, key))}: {reason}" for key, reason in keys))
    return replace(made, base=scenario.base)


def _set_in_part(raw: dict[str, Any], section: str, rest: str, value: Any) -> None:
    """Set a key of the last part that is named, in its table "weekdays.saturday"; take it from the others."""
    parts = raw.setdefault(section, [])
    labels = [str(next((part[key] for key in LABELS if key in part), "")) for part in parts]
    numbers = [str(n + 1) for n in range(len(parts))]
    known = [name for name in (*numbers, *labels) if rest.startswith(f"{name}.")]  # of devices may hold dots
    name = max(known, key=len) if known else rest.partition(".")[0]
    key, dot, inner = rest[len(name) + 1 :].partition(".")
    if not key:
        raise ValueError(f"it says no key; {HOW}")
    matching = [n for n in range(len(parts)) if name in (labels[n], numbers[n])]
    if not matching:
        everywhere = [part[key] for part in parts if part.get("site") == EVERY and key in part]
        if name != EVERY and key in FACTORS and any(not dot or inner in table for table in everywhere):
            _refuse_double_factor(section, name, rest[len(name) + 1 :])
        label = next((f.name for f in fields(SECTIONS[section]) if f.name in LABELS), "")
        parts.append({label: name})
        matching = [len(parts) - 1]
    for n in matching:
        table = parts[n]
        if dot:
            was = parts[n].get(key)
            table = parts[n][key] = dict(was) if isinstance(was, dict) else {}
        table.pop(inner or key, None)
    table[inner or key] = value


def _refuse_double_factor(section: str, name: str, key: str) -> NoReturn:
    """Raise ValueError: a part for every site has a factor of its own, and what is set would not hold alone."""
    every = f"{section}.{EVERY}.{key}"
    raise ValueError(
        f"the scenario says {key} of every site, and both factors would hold for {name}; "
        f'write "{every}=..." for all sites, or undo that before: '
        f'--set "{every}=1" --set {section}.{name}.{key}=...'
    )


def _value(written: str) -> Any:
    """Read what is written as TOML; else as text, so that quotes can be left out."""
    try:
        return tomlfile.load(f"value = {written.strip()}")["value"]
    except (ValueError, KeyError):
        return written.strip()
