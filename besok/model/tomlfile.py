"""TOML files: parsed into declared types, problems reported with their lines, parts written back.

A problem is a path, such as ("sites", 0, "spaces", 3, "parent"), with what is wrong there and what to do.
"""

import json
import re
import tomllib
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time
from functools import lru_cache
from typing import Any, TypeVar, cast, get_args, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError
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
    """Parse TOML. Raises ValueError with a sentence if it is invalid, or holds control characters."""
    try:
        document = tomllib.loads(text)
        controlled = next((text for text in _texts(document) if has_controls(text)), None)
    except (
        ValueError,
        RecursionError,
    ) as exc:  # numbers and nestings can be too long even for what TOML allows
        reason = "it is nested too deeply" if isinstance(exc, RecursionError) else exc
        raise ValueError(f"this is not TOML: {reason}; correct the line and try again") from exc
    if controlled is not None:
        raise ValueError(f"a text holds a control character: take it out of {controlled!r}")
    return document


def _texts(value: object) -> Iterator[str]:
    """Yield every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for part in pair for text in _texts(part))
    elif isinstance(value, list):
        yield from (text for part in value for text in _texts(part))


_FORMS = {  # by what pydantic calls the error
    "missing": "is missing; add it",
    "literal_error": "{wrong} is not possible; write {expected}",
    "tuple_type": '{wrong} is not possible; write it in square brackets, as in ["one", "two"]',
    "dataclass_type": "{wrong} is not possible; write a section with its keys",
    "dict_type": "{wrong} is not possible; write names and values in braces, as in {{ name = ... }}",
    "mapping_type": "{wrong} is not possible; write names and values in braces, as in {{ name = ... }}",
    "string_type": "{wrong} is not possible; write it in quotation marks",
    "greater_than": "{wrong} is not possible; write more than {gt:g}",
    "greater_than_equal": "{wrong} is not possible; write {ge:g} or more",
    "less_than": "{wrong} is not possible; write less than {lt:g}",
    "less_than_equal": "{wrong} is not possible; write {le:g} or less",
    "value_error": "{error}",
}
_OTHERS = "{wrong} is not possible: {said}"


def read(kind: type[_Part], raw: Any) -> tuple[_Part | None, list[Problem]]:
    """Parse a document, or a part of one, into a type; returns it or all its problems, key by key."""
    try:
        (part,) = _adapter(cast(Hashable, kind)).validate_python((raw,))
    except ValidationError as exc:
        return None, [(error["loc"][1:], _reason(error, kind)) for error in exc.errors()]
    return part, []


@lru_cache(maxsize=64)
def _adapter(kind: Any) -> TypeAdapter[tuple[Any]]:
    """Return the cached adapter of a kind of part, alone in a tuple; making one takes longer than using it."""
    return TypeAdapter(tuple[kind], config=ConfigDict(extra="forbid"))


def _reason(error: ErrorDetails, kind: Any) -> str:
    """Describe a pydantic error in words for the author of the file."""
    *at, key = error["loc"][1:] or ("",)
    if error["type"] == "unexpected_keyword_argument":
        return f"the key is not known{suggestion(str(key), _keys(kind, at))}; correct or remove it"
    if error["type"] == "tuple_type" and isinstance(error["input"], dict):
        return f"there can be several; begin each with [[{'.'.join(str(n) for n in (*at, key) if isinstance(n, str))}]]"
    wrong = "this" if isinstance(error["input"], dict | list) else literal(error["input"])
    detail = f"{error['msg'][0].lower()}{error['msg'][1:]}"
    return _FORMS.get(error["type"], _OTHERS).format(wrong=wrong, said=detail, **error.get("ctx", {}))


def _keys(kind: Any, path: Iterable[str | int]) -> Collection[str]:
    """Return the keys of the section at a path."""
    for step in path:
        if inner := _hints(kind).get(str(step)):
            kind = next(_dataclasses_in(inner), kind)
    return _hints(kind).keys()


@lru_cache(maxsize=64)
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


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


def sentences(
    problems: Collection[Problem], text: str, raw: Raw, name: str, inline: Collection[str] = ()
) -> list[str]:
    """Write the problems as sentences in order: "NAME line 12: [[section]] id: what, what to do".

    Tables whose keys are `inline` are written inline, after their key, and are not sections.
    """
    lines = line_index(text)
    located = sorted(
        (_line(path, lines), _section(path, raw, inline), reason) for path, reason in set(problems)
    )
    return [f"{name} line {line}: {section}: {reason}" for line, section, reason in located]


def _line(path: Path, lines: Mapping[Path, int]) -> int:
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)


def _section(path: Path, raw: Raw, inline: Collection[str]) -> str:
    """Describe the place of a path in the file's own words: "[[sites.spaces]] hall: parent"."""
    at: Any = raw
    section_and_label: tuple[Path, Any] = ((), "")
    for n, step in enumerate(path, start=1):
        inside = step in at if isinstance(at, dict) else isinstance(at, list) and step in range(len(at))
        if not inside or step in inline:
            break
        at = at[step]
        if isinstance(at, dict):
            ordinal = f"number {step + 1}" if isinstance(step, int) else ""
            section_and_label = (path[:n], _label(at) or ordinal or section_and_label[1])
    section, label = section_and_label
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
    """Tell whether a part's field is written after its key, not as a section of its own, and is not empty."""
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
