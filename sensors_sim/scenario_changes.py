"""Scenarios that differ a little from those of a file: other values, or another time."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, replace
from datetime import date, timedelta
from typing import Any, NoReturn

from besok.model import tomlfile
from besok.model.errors import ScenarioError
from besok.model.plurals import many
from besok.model.site import Text
from besok.model.suggest import suggestion
from sensors_sim.scenario import SECTIONS, Rates, Scenario
from sensors_sim.scenario_checks import check

LABELS = ("id", "site", "device")  # what a part is known by, the first of these that it has
EVERY = "*"
FACTORS = (
    "arrivals",
    "classes",
    "stay",
    "weekdays",
    "hours",
    "plans",
)  # of rates; of what else is said the last holds
HOW = 'write "section.which.key=value", as in "rates.stadsbiblioteket.arrivals=2"'


def changed(scenario: Scenario, sets: Sequence[str]) -> Scenario:
    """The scenario with the changes: "rates.SITE.KEY=VALUE", "events.2.people=300", "last=2026-12-24".

    A part is named by its id, else its site, else its device as the scenario has it, or by its number in its section,
    from 1. What is set holds alone: other parts of that name lose their value. If no part of a site or device has the
    name, one is added. Raises ScenarioError with all that is wrong.
    """
    problems: list[str] = []
    for text in sets:
        try:
            scenario = _set(scenario, text)
        except ValueError as exc:
            problems.append(f"--set {text}: {exc}")
    if problems:
        raise ScenarioError(problems)
    return replace(scenario, title=_with(scenario.title, sets)) if sets else scenario


def _with(title: Text, sets: Sequence[str]) -> Text:
    """The title with what was changed, so that figures are not taken for those of the scenario itself."""
    said = ", ".join(text for text in sets if not text.startswith(("title", "about")))
    return Text(sv=f"{title.sv} ({said})", en=f"{title.en} ({said})") if said else title


def _set(scenario: Scenario, text: str) -> Scenario:
    path, equals, written = text.partition("=")
    section, dot, rest = path.strip().partition(".")
    if not equals:
        raise ValueError(f"it says no value; {HOW}")
    if not dot:
        if section not in SCALARS:
            _no_section(section)
        made: Scenario = _good(scenario, {section: _value(written)})
        return made
    if section not in SECTIONS:
        _no_section(section)
    parts: tuple[Any, ...] = getattr(scenario, section)
    name, key = _named(parts, rest)
    matching = [n for n, part in enumerate(parts) if name in (_label(part), str(n + 1))]
    if matching:
        *others, last = matching
        plain = [_without(part, key) if n in others else part for n, part in enumerate(parts)]
        plain[last] = _good(plain[last], _nested(plain[last], key, _value(written)))
        return with_parts(scenario, {section: tuple(plain)})
    _not_said_of_all(section, parts, name, key)
    label = next((f.name for f in fields(SECTIONS[section]) if f.name in LABELS), "")
    added = _good(SECTIONS[section], _nested(None, key, _value(written)) | {label: name})
    return with_parts(scenario, {section: (*parts, added)})


def _not_said_of_all(section: str, parts: tuple[Any, ...], name: str, key: str) -> None:
    """Raises ValueError if a part for every site has a factor of its own: what is set would not hold alone."""
    said = [
        part
        for part in parts
        if isinstance(part, Rates) and part.site == EVERY and _without(part, key) != part
    ]
    if said and name != EVERY and key.partition(".")[0] in FACTORS:
        every = f"{section}.{EVERY}.{key}"
        raise ValueError(
            f"the scenario says {key} of every site, and both factors would hold for {name}; "
            f'write "{every}=..." for all sites, or undo that before: '
            f'--set "{every}=1" --set {section}.{name}.{key}=...'
        )


def with_parts(scenario: Scenario, parts: Mapping[str, Any]) -> Scenario:
    """The scenario with other parts in some of its sections."""
    return replace(scenario, **parts)


SCALARS = ("title", "about", "first", "last")


def _no_section(name: str) -> NoReturn:
    known = (*SECTIONS, *SCALARS)
    raise ValueError(f'"{name}" is not known{suggestion(name, known)}; {HOW}')


def _named(parts: tuple[Any, ...], rest: str) -> tuple[str, str]:
    """Which part is meant, and which key of it. Names of devices may hold dots."""
    names = [*(str(n + 1) for n in range(len(parts))), *map(_label, parts)]
    known = sorted((name for name in names if rest.startswith(f"{name}.")), key=len)
    name = known[-1] if known else rest.partition(".")[0]
    key = rest[len(name) + 1 :]
    if not key:
        raise ValueError(f"it says no key; {HOW}")
    return name, key


def _label(part: Any) -> str:
    return next((str(getattr(part, key)) for key in LABELS if hasattr(part, key)), "")


def _value(written: str) -> Any:
    """What is written, as TOML; else as text, so that quotes can be left out."""
    try:
        return tomlfile.load(f"value = {written.strip()}")["value"]
    except (ValueError, KeyError):
        return written.strip()


def _nested(part: Any, key: str, value: Any) -> dict[str, Any]:
    """The fields to change: "weekdays.saturday" changes a table, of which the rest stays."""
    name, dot, inner = key.partition(".")
    if not dot:
        return {name: value}
    table = getattr(part, name, {})
    return {name: (dict(table) if isinstance(table, dict) else {}) | {inner: value}}


def _without(part: Any, key: str) -> Any:
    """The part with the default value of a field, if it has one; of a table without the key."""
    name, dot, inner = key.partition(".")
    found = next((f for f in fields(part) if f.name == name), None)
    if dot and isinstance(getattr(part, name, None), dict):
        return replace(part, **{name: {k: v for k, v in getattr(part, name).items() if k != inner}})
    return replace(part, **{name: _default(found)}) if found and _default(found) is not MISSING else part


def _default(found: "Field[Any]") -> Any:
    return found.default_factory() if found.default_factory is not MISSING else found.default


def _good(part: Any, values: dict[str, Any]) -> Any:
    """The part (or a new one of its kind) with these values. Raises ValueError with all that is wrong."""
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


def moved(scenario: Scenario, first: date) -> Scenario:
    """The scenario as it would be if it began on `first`: all its days move along.

    One that says no beginning gets it, and holds from then on.
    """
    if scenario.first is None:
        return replace(scenario, first=first)
    by = first - scenario.first
    later: Scenario = _later(scenario, by)
    return with_parts(later, {key: tuple(_later(p, by) for p in getattr(scenario, key)) for key in SECTIONS})


def _later(part: Any, by: timedelta) -> Any:
    days = {f.name: getattr(part, f.name) for f in fields(part) if f.name in ("first", "last", "begins")}
    try:
        return replace(part, **{key: day + by for key, day in days.items() if day is not None})
    except OverflowError as exc:
        raise ScenarioError([f"a scenario cannot be moved by {many(by.days, 'day')}"]) from exc
