"""Scenarios that differ in a few values from those of a file: what `--set` changes."""

from collections.abc import Sequence
from dataclasses import MISSING, fields, replace
from typing import Any

from besok.model import tomlfile
from besok.model.errors import ScenarioError
from besok.model.site import Text
from besok.model.suggest import suggestion
from sensors_sim.scenario import SECTIONS, Rates, Scenario
from sensors_sim.scenario_checks import check

LABELS = ("id", "site", "device")  # what a part is known by, the first of these that it has
SCALARS = ("title", "about", "first", "last")
EVERY = "*"
FACTORS = (
    "arrivals",
    "classes",
    "stay",
    "weekdays",
    "hours",
    "plans",
)  # of rates; of the others the last holds
HOW = 'write "section.which.key=value", as in "rates.stadsbiblioteket.arrivals=2"'


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
    known = SECTIONS if dot else SCALARS
    if section not in known:
        raise ValueError(f'"{section}" is not known{suggestion(section, (*SECTIONS, *SCALARS))}; {HOW}')
    if not dot:
        changed: Scenario = _checked(scenario, {section: _value(written)})
        return changed
    parts = list(getattr(scenario, section))
    name, key = _named(parts, rest)
    matching = [n for n, part in enumerate(parts) if name in (_label(part), str(n + 1))]
    if matching:
        *others, last = matching
        for n in others:
            parts[n] = _without(parts[n], key)
        parts[last] = _checked(parts[last], _nested(parts[last], key, _value(written)))
    else:
        _refuse_double_factor(section, parts, name, key)
        kind = SECTIONS[section]
        label = next((f.name for f in fields(kind) if f.name in LABELS), "")
        parts.append(_checked(kind, _nested(None, key, _value(written)) | {label: name}))
    sections: dict[str, Any] = {section: tuple(parts)}
    return replace(scenario, **sections)


def _refuse_double_factor(section: str, parts: Sequence[Any], name: str, key: str) -> None:
    """Raise ValueError if a part for every site has a factor of its own: what is set would not hold alone."""
    rates = [part for part in parts if isinstance(part, Rates) and part.site == EVERY]
    said = any(_without(part, key) != part for part in rates)
    if said and name != EVERY and key.partition(".")[0] in FACTORS:
        every = f"{section}.{EVERY}.{key}"
        raise ValueError(
            f"the scenario says {key} of every site, and both factors would hold for {name}; "
            f'write "{every}=..." for all sites, or undo that before: '
            f'--set "{every}=1" --set {section}.{name}.{key}=...'
        )


def _named(parts: Sequence[Any], rest: str) -> tuple[str, str]:
    """Which part is meant, and which key of it. Names of devices may hold dots."""
    names = [*(str(n + 1) for n in range(len(parts))), *map(_label, parts)]
    known = [name for name in names if rest.startswith(f"{name}.")]
    name = max(known, key=len) if known else rest.partition(".")[0]
    key = rest[len(name) + 1 :]
    if not key:
        raise ValueError(f"it says no key; {HOW}")
    return name, key


def _label(part: Any) -> str:
    return next((str(getattr(part, key)) for key in LABELS if hasattr(part, key)), "")


def _value(written: str) -> Any:
    """Read what is written, as TOML; else as text, so that quotes can be left out."""
    try:
        return tomlfile.load(f"value = {written.strip()}")["value"]
    except (ValueError, KeyError):
        return written.strip()


def _nested(part: Any, key: str, value: Any) -> dict[str, Any]:
    """Return the fields to change: "weekdays.saturday" changes a table, of which the rest stays."""
    name, dot, inner = key.partition(".")
    if not dot:
        return {name: value}
    table = getattr(part, name, {})
    return {name: (dict(table) if isinstance(table, dict) else {}) | {inner: value}}


def _without(part: Any, key: str) -> Any:
    """Return the part with the default value of a field, if it has one; of a table without the key."""
    name, dot, inner = key.partition(".")
    if dot and isinstance(getattr(part, name, None), dict):
        return replace(part, **{name: {k: v for k, v in getattr(part, name).items() if k != inner}})
    for f in fields(part):
        if f.name == name and f.default_factory is not MISSING:
            return replace(part, **{name: f.default_factory()})
        if f.name == name and f.default is not MISSING:
            return replace(part, **{name: f.default})
    return part


def _checked(part: Any, values: dict[str, Any]) -> Any:
    """Return the part (or a new one of its kind) with these values. Raises ValueError with all that is wrong."""
    kind = part if isinstance(part, type) else type(part)
    known = {f.name for f in fields(kind)}
    if unknown := [key for key in values if key not in known]:
        raise ValueError(f'the key "{unknown[0]}" is not known{suggestion(unknown[0], known)}')
    raw = values if part is kind else {f.name: getattr(part, f.name) for f in fields(kind)} | values
    parts = tomlfile.Parts()
    made = parts.one(kind, raw, ())
    problems = [*parts.problems, *(check([((), made)]) if made else ())]
    if problems or not made:
        raise ValueError("; ".join(f"{'.'.join(map(str, path))}: {reason}" for path, reason in problems))
    return made
