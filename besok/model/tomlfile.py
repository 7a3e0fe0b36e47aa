"""TOML files: parts read one by one, problems told with their lines, parts written back.

A problem is a path, such as ("sites", 0, "spaces", 3, "parent"), with what is wrong there and what to do.
"""

import json
import re
import tomllib
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from functools import lru_cache
from typing import Any, TypeVar, cast, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from besok.model.controls import has_controls
from besok.model.site import DayHours, Text
from besok.model.suggest import suggestion

Path = tuple[str | int, ...]
Problem = tuple[Path, str]
Raw = Mapping[str, Any]
_Part = TypeVar("_Part")

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"""\s*(?:([\w.-]+)|"([^"]*)"|'([^']*)')\s*=""")


def load(text: str) -> dict[str, Any]:
    """Parse TOML. Raises ValueError with a sentence if it is none, or spells control characters."""
    try:
        found = tomllib.loads(text)
    except (
        ValueError,
        RecursionError,
    ) as exc:  # numbers and nestings can be too long even for what TOML allows
        reason = "it is nested too deeply" if isinstance(exc, RecursionError) else exc
        raise ValueError(f"this is not TOML: {reason}; correct the line and try again") from exc
    if held := next((text for text in _texts(found) if has_controls(text)), None):
        raise ValueError(f"a text holds a control character: take it out of {held!r}")
    return found


def _texts(value: object) -> Iterator[str]:
    """Yield every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for part in pair for text in _texts(part))
    elif isinstance(value, list):
        yield from (text for part in value for text in _texts(part))


def load_leniently(text: str) -> tuple[dict[str, Any], list[Problem]]:
    """Parse TOML without the lines `key = value` that are none, each of which is a problem.

    Raises ValueError with a sentence for anything else that is no TOML.
    """
    lines, known = text.split("\n"), {line: path for path, line in line_index(text).items()}
    problems: list[Problem] = []
    while True:
        try:
            return load("\n".join(lines)), problems
        except ValueError as exc:
            at = re.search(r"\(at line (\d+)", str(exc))
            number = int(at[1]) if at else 0
            if number not in known or number > len(lines) or not _KEY.match(lines[number - 1]):
                raise
            problems.append((known[number], str(exc)))
            lines[number - 1] = ""


_FORMS = {  # by what pydantic calls the error
    "tuple_type": 'write it in square brackets, as in ["one", "two"]',
    "dict_type": "write names and values in braces, as in { name = ... }",
    "mapping_type": "write names and values in braces, as in { name = ... }",
    "string_type": "write it in quotation marks",
}


class Parts:
    """Builds the parts of a file one by one, so that a bad part does not hide what is wrong with the others."""

    def __init__(self, *, partly: bool = False) -> None:
        self.problems: list[Problem] = []
        self._partly = partly

    def several(
        self, kind: type[_Part], raw: Raw, path: Path, key: str, header: str = ""
    ) -> list[tuple[Path, _Part]]:
        """Return the parts under `key` that can be read, with their paths; `header` is what begins each in the file."""
        items = raw.get(key, [])
        if not isinstance(items, list):
            self.problems.append(((*path, key), f"there can be several; begin each with [[{header or key}]]"))
            return []
        read = (((*path, key, n), self.one(kind, item, (*path, key, n))) for n, item in enumerate(items))
        return [(at, part) for at, part in read if part is not None]

    def one(self, kind: type[_Part], raw: Any, path: Path) -> _Part | None:
        """Return the part, or None if it cannot be read.

        Partly: a key that cannot be read has a stand-in, so that all the rest of the part is still checked; what checks
        say of a stand-in is to be left out (`founded`).
        """
        raw = _in_both_languages(kind, raw)
        read = _adapter(cast(Hashable, kind)).validate_python
        try:
            part: _Part = read(raw)
        except ValidationError as exc:
            self.problems += [((*path, *error["loc"]), _reason(error)) for error in exc.errors()]
            wrong = {str(error["loc"][0]) for error in exc.errors() if error["loc"]}
            return self._of(kind, raw, wrong) if self._partly and isinstance(raw, dict) else None
        return part

    def _of(self, kind: type[_Part], raw: Raw, wrong: Collection[str]) -> _Part | None:
        hints = get_type_hints(kind)
        stand_ins = {key: _stand_in(hints[key]) for key in wrong if key in hints and _is_required(kind, key)}
        try:
            part: _Part = _adapter(cast(Hashable, kind)).validate_python(
                {key: value for key, value in raw.items() if key not in wrong} | stand_ins
            )
        except ValidationError:
            return None
        return part


def founded(problems: Iterable[Problem], unread: Collection[Problem]) -> Iterator[Problem]:
    """Yield the problems that do not rest on what could not be read."""
    paths = {path for path, _ in unread}
    return ((path, reason) for path, reason in problems if path not in paths)


def _is_required(kind: Any, key: str) -> bool:
    return any(f.name == key and f.default is MISSING and f.default_factory is MISSING for f in fields(kind))


def _stand_in(hint: Any) -> Any:
    """Return some value of a type, for a key that has none that can be read."""
    plain: dict[Any, Any] = {str: "", Text: {"sv": "", "en": ""}, date: date.min, float: 0.0}
    chosen = (hint, *get_args(hint))
    return next((plain[kind] for kind in chosen if kind in plain), chosen[-1])


def _in_both_languages(kind: Any, raw: Any) -> Any:
    """Return a part in which every name that is written once serves both languages."""
    if not isinstance(raw, dict):
        return raw
    hints = get_type_hints(kind)
    return {key: _both(hints.get(key), value) for key, value in raw.items()}


def _both(hint: Any, value: Any) -> Any:
    if isinstance(value, str):
        return {"sv": value, "en": value} if Text in (hint, *get_args(hint)) else value
    inner = next(_dataclasses_in(hint), None)
    if isinstance(value, list):
        return [_in_both_languages(inner, item) for item in value] if inner else value
    return _in_both_languages(inner, value) if inner else value


@lru_cache(maxsize=64)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Return what reads this kind of part; to make it takes longer than to use it."""
    return TypeAdapter(kind)


def _reason(error: ErrorDetails) -> str:
    """Say what pydantic found, in words for whoever wrote the file."""
    if error["type"] == "missing":
        return "is missing; add it"
    wrong = literal(error["input"]) if not isinstance(error["input"], dict | list) else "this"
    if error["type"] == "literal_error":
        return f"{wrong} is not possible; write {error['ctx']['expected']}"
    if form := _FORMS.get(error["type"]):
        return f"{wrong} is not possible; {form}"
    return f"{wrong} is not possible: {error['msg'][0].lower()}{error['msg'][1:]}"


def unknown_keys(kind: Any, raw: Any, path: Path = ()) -> Iterator[Problem]:
    """Yield the keys that no field of `kind`, or of the dataclasses in it, is named after."""
    if not isinstance(raw, dict):
        return
    hints = get_type_hints(kind)
    for key, value in raw.items():
        if key not in hints:
            yield (*path, key), f"the key is not known{suggestion(key, hints)}; correct or remove it"
        for inner in _dataclasses_in(hints.get(key)):
            several = isinstance(value, list)
            for n, item in enumerate(value if several else [value]):
                yield from unknown_keys(inner, item, (*path, key, n) if several else (*path, key))


def _dataclasses_in(hint: Any) -> Iterator[Any]:
    if is_dataclass(hint):
        yield hint
    for inner in get_args(hint):
        yield from _dataclasses_in(inner)


def line_index(text: str) -> dict[Path, int]:
    """Return the line of each section and key: ("sites", 0, "spaces", 3, "parent") -> 41."""
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
            if header[1] == "[[":
                lines.setdefault(here[:-1], number)
        elif key := _KEY.match(line):
            names = key[1].split(".") if key[1] else [key[2] or key[3]]
            lines.setdefault((*here, *names), number)
    return lines


def told(
    problems: Collection[Problem], text: str, raw: Raw, name: str, inline: Collection[str] = ()
) -> list[str]:
    """Write the problems as sentences in order: "NAME line 12: [[section]] id: what, what to do".

    Tables whose keys are `inline` are written inline, after their key, and are no sections.
    """
    lines = line_index(text)
    found = sorted(
        (_line(path, lines), _section(path, raw, inline), reason) for path, reason in set(problems)
    )
    return [f"{name} line {line}: {section}: {reason}" for line, section, reason in found]


def _line(path: Path, lines: Mapping[Path, int]) -> int:
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)


def _section(path: Path, raw: Raw, inline: Collection[str]) -> str:
    """Find where a path lies, in the file's own words: "[[sites.spaces]] hall: parent"."""
    at: Any = raw
    found: tuple[Path, Any] = ((), "")
    for n, step in enumerate(path, start=1):
        inside = step in at if isinstance(at, dict) else isinstance(at, list) and step in range(len(at))
        if not inside or step in inline:
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


def _label(part: Raw) -> str:
    names = (part.get(key) for key in ("id", "name", "device", "site"))
    return next((name for name in names if isinstance(name, str) and name), "")


def block(header: str, part: Any) -> str:
    """Write the section of a part: its plain fields, without those that have their default value."""
    pairs = ((f, getattr(part, f.name)) for f in fields(part))
    plain = ((f, v) for f, v in pairs if _is_value(v) and v != f.default)
    return "".join([f"{header}\n", *(f"{f.name} = {literal(v)}\n" for f, v in plain)])


def _is_value(value: Any) -> bool:
    """Tell whether a part's field is written after its key, not as sections of its own, and is not empty."""
    if isinstance(value, Mapping | tuple):
        return bool(value) and not any(is_dataclass(inner) for inner in value)
    return isinstance(value, str | int | float | date | time | Text | DayHours)


def literal(value: Any) -> str:
    """Write a value as TOML."""
    if isinstance(value, Text) and value.sv == value.en:
        return literal(value.sv)
    if isinstance(value, DayHours):
        return literal({f.name: text for f in fields(value) if (text := getattr(value, f.name))})
    if isinstance(value, Text):
        return f"{{ sv = {literal(value.sv)}, en = {literal(value.en)} }}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{_written_key(key)} = {literal(inner)}" for key, inner in value.items()) + " }"
        )
    if isinstance(value, tuple):
        return "[" + ", ".join(literal(inner) for inner in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, time):
        return f'"{value.isoformat()}"' if value.second or value.microsecond else f'"{value:%H:%M}"'
    return value.isoformat() if isinstance(value, date) else repr(value)


def _written_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else literal(key)
