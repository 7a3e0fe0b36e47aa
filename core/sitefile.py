"""Site files: TOML in, `SiteFile` out, and back again. docs/site-file.md describes every key.

A file with problems is refused as a whole, and all of its problems are told at once, each with its line.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, time
from typing import Any, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from core.analytics.calendar import WEEKDAYS
from core.errors import SiteFileError
from core.site import OpeningHours, PayloadMapping, Portal, Sensor, Site, SiteFile, Space, Target, Text
from core.site_checks import Draft, Path, Problem, check
from core.suggest import suggestion

_Part = TypeVar("_Part")
_Raw = Mapping[str, Any]

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"""\s*(?:([\w.-]+)|"([^"]*)"|'([^']*)')\s*=""")
_INLINE = ("name", "note", "values", "units", "only")  # inline tables, not sections
_NO_HOURS = OpeningHours(
    **dict.fromkeys(WEEKDAYS, "closed"),  # type: ignore[arg-type]
)  # stands in for hours that cannot be read


def parse(text: str, name: str = "site file") -> SiteFile:
    """The sites of a site file. Raises SiteFileError: "NAME line 12: [[section]] id: what, what to do"."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise SiteFileError([f"{name}: this is not TOML: {exc}; correct the line and try again"]) from exc
    reader = _Reader()
    drafts = reader.read(raw)
    problems = {*_unknown_keys(SiteFile, raw, ()), *reader.problems, *check(drafts)}
    if problems:
        raise SiteFileError(_told(problems, raw, _line_index(text), name))
    return SiteFile(sites=tuple(draft.site for draft in drafts))


class _Reader:
    """Builds the parts of a file one by one, so that a bad part does not hide what is wrong with the others."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read(self, raw: _Raw) -> list[Draft]:
        sites = raw.get("sites")
        if not isinstance(sites, list) or not sites:
            self.problems.append((("sites",), "the file holds no site; begin one with [[sites]]"))
            return []
        drafts = (self._draft(site, ("sites", n)) for n, site in enumerate(sites))
        return [draft for draft in drafts if draft]

    def _draft(self, raw: Any, path: Path) -> Draft | None:
        if not isinstance(raw, dict):
            self.problems.append((path, "a site is a section; begin it with [[sites]]"))
            return None
        spaces = self._parts(Space, raw, path, "spaces")
        portals = self._parts(Portal, raw, path, "portals")
        sensors = self._parts(Sensor, raw, path, "sensors")
        mappings = self._parts(PayloadMapping, raw, path, "mappings")
        whole = {key: value for key, value in raw.items() if key not in ("opening", "target")}
        whole |= {key: tuple(part for _, part in parts) for key, parts in
                  (("spaces", spaces), ("portals", portals), ("sensors", sensors), ("mappings", mappings))}  # fmt: skip
        if "opening" in raw:
            whole["opening"] = self._part(OpeningHours, raw["opening"], (*path, "opening")) or _NO_HOURS
        if "target" in raw:
            whole["target"] = self._part(Target, raw["target"], (*path, "target"))
        site = self._part(Site, whole, path) or _unread_site(raw.get("id"))
        return Draft(
            path=path,
            site=site,
            spaces=spaces,
            portals=portals,
            sensors=sensors,
            mappings=mappings,
            space_ids=_ids(raw, "spaces") | {site.id},
            portal_ids=_ids(raw, "portals"),
        )

    def _parts(self, kind: type[_Part], raw: _Raw, path: Path, key: str) -> list[tuple[Path, _Part]]:
        items = raw.get(key, [])
        if not isinstance(items, list):
            self.problems.append(((*path, key), f"there can be several; begin each with [[sites.{key}]]"))
            return []
        read = (((*path, key, n), self._part(kind, item, (*path, key, n))) for n, item in enumerate(items))
        return [(at, part) for at, part in read if part is not None]

    def _part(self, kind: type[_Part], raw: Any, path: Path) -> _Part | None:
        try:
            return TypeAdapter(kind).validate_python(raw)
        except ValidationError as exc:
            self.problems += [((*path, *error["loc"]), _reason(error)) for error in exc.errors()]
            return None


def _unread_site(name: object) -> Site:
    """Stands in for a site that cannot be read, so that its parts are still checked."""
    text = Text(sv="", en="")
    name = name if isinstance(name, str) else "unread"
    return Site(id=name, kind="library", name=text, timezone="UTC", opening=_NO_HOURS, spaces=(), portals=())


def _ids(raw: _Raw, key: str) -> frozenset[str]:
    items = raw.get(key, [])
    return frozenset(str(item["id"]) for item in items if isinstance(item, dict) and "id" in item)


def _reason(error: ErrorDetails) -> str:
    """What pydantic found, in words for whoever wrote the file."""
    if error["type"] == "missing":
        return "is missing; add it"
    wrong = _literal(error["input"]) if not isinstance(error["input"], dict | list) else "this"
    if error["type"] == "literal_error":
        return f"{wrong} is not possible; write {error['ctx']['expected']}"
    return f"{wrong} is not possible: {error['msg'][0].lower()}{error['msg'][1:]}"


def _unknown_keys(kind: Any, raw: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(raw, dict):
        return
    hints = get_type_hints(kind)
    for key, value in raw.items():
        if key not in hints:
            yield (*path, key), f"the key is not known{suggestion(key, hints)}; correct or remove it"
        for inner in _dataclasses_in(hints.get(key)):
            several = isinstance(value, list)
            for n, item in enumerate(value if several else [value]):
                yield from _unknown_keys(inner, item, (*path, key, n) if several else (*path, key))


def _dataclasses_in(hint: Any) -> Iterator[Any]:
    if is_dataclass(hint):
        yield hint
    for inner in get_args(hint):
        yield from _dataclasses_in(inner)


def _line_index(text: str) -> dict[Path, int]:
    """The line of each section and key: ("sites", 0, "spaces", 3, "parent") -> 41."""
    lines: dict[Path, int] = {}
    last: dict[Path, int] = {}  # of each [[list]], the number of its last item
    here: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            here = ()
            for name in header[2].split("."):
                here = (*here, name)
                if name == header[2].split(".")[-1] and header[1] == "[[":
                    last[here] = last.get(here, -1) + 1
                here = (*here, last[here]) if here in last else here
            lines.setdefault(here, number)
        elif key := _KEY.match(line):
            names = key[1].split(".") if key[1] else [key[2] or key[3]]
            lines.setdefault((*here, *names), number)
    return lines


def _told(problems: set[Problem], raw: _Raw, lines: Mapping[Path, int], name: str) -> list[str]:
    told = sorted((_line(path, lines), _section(path, raw), reason) for path, reason in problems)
    return [f"{name} line {line}: {section}: {reason}" for line, section, reason in told]


def _line(path: Path, lines: Mapping[Path, int]) -> int:
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)


def _section(path: Path, raw: _Raw) -> str:
    """Where a path lies, in the file's own words: "[[sites.spaces]] hall: parent"."""
    at: Any = raw
    found: tuple[Path, Any] = ((), "")
    for n, step in enumerate(path, start=1):
        inside = step in at if isinstance(at, dict) else isinstance(at, list)
        if not inside or step in _INLINE:
            break
        at = at[step]
        if isinstance(at, dict):
            ordinal = f"number {step + 1}" if isinstance(step, int) else ""
            found = (path[:n], _label(at) or ordinal or found[1])
    section, label = found
    if not section:
        return ".".join(map(str, path))
    names = ".".join(step for step in section if isinstance(step, str))
    header = f"[[{names}]]" if isinstance(section[-1], int) else f"[{names}]"
    key = ".".join(str(step) for step in path[len(section) :])
    return f"{header} {label}".strip() + (f": {key}" if key else "")


def _label(part: _Raw) -> str:
    names = (part.get(key) for key in ("id", "name", "device"))
    return next((name for name in names if isinstance(name, str) and name), "")


def dump(site_file: SiteFile) -> str:
    """The site file as TOML; `parse(dump(x)) == x`. What has its default value is left out."""
    return "\n".join(block for site in site_file.sites for block in _site_blocks(site))


def sensor_lines(sensor: Sensor) -> str:
    """The section of a sensor, as `dump` writes it."""
    return _block("[[sites.sensors]]", sensor)


def _site_blocks(site: Site) -> Iterator[str]:
    yield _block("[[sites]]", site)
    yield _block("[sites.opening]", site.opening)
    yield from _blocks("[[sites.opening.exceptions]]", site.opening.exceptions)
    yield from _blocks("[sites.target]", () if site.target is None else (site.target,))
    yield from _blocks("[[sites.spaces]]", site.spaces)
    yield from _blocks("[[sites.portals]]", site.portals)
    yield from _blocks("[[sites.sensors]]", site.sensors)
    yield from _blocks("[[sites.mappings]]", site.mappings)


def _blocks(header: str, parts: Sequence[Any]) -> Iterator[str]:
    return (_block(header, part) for part in parts)


def _block(header: str, part: Any) -> str:
    pairs = ((f, getattr(part, f.name)) for f in fields(part))
    plain = ((f, v) for f, v in pairs if _is_value(v) and v != f.default)
    return "".join([f"{header}\n", *(f"{f.name} = {_literal(v)}\n" for f, v in plain)])


def _is_value(value: Any) -> bool:
    """Whether a part's field is written beside its key, not as sections of its own, and is not empty."""
    if isinstance(value, Mapping | tuple):
        return bool(value) and all(isinstance(inner, str) for inner in value)
    return isinstance(value, str | int | float | date | time | Text)


def _literal(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, Text):
        return f"{{ sv = {_literal(value.sv)}, en = {_literal(value.en)} }}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_written_key(key)} = {_literal(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(_literal(inner) for inner in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, time):
        return f'"{value.isoformat()}"' if value.second or value.microsecond else f'"{value:%H:%M}"'
    return value.isoformat() if isinstance(value, date) else repr(value)


def _written_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _literal(key)
