"""JSON within the texts of JSON, as queues and clouds hand it on: `{"body": "{\\"people\\": 3}"}`."""

from dataclasses import replace
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.jsontext import parse

DEEPEST: Final = 3  # levels of objects in which another one may stand as a text
UNREACHABLE: Final = "no mapping reaches JSON within a text: let its sender unpack it"


def unpacked(fields: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """Return the object with those in its texts as objects; the same object if there is none."""
    # What is no text stands for a name that came twice, and is no field.
    found = {name: _inner(value, depth) if type(name) is str else value for name, value in fields.items()}
    return found if any(found[name] is not fields[name] for name in found) else fields


def _inner(value: Any, depth: int) -> Any:
    if type(value) is dict and depth < DEEPEST:
        return unpacked(value, depth + 1)
    if type(value) is not str or value[:1] != "{" or value[-1:] != "}":
        return value
    try:
        inner = parse(value.encode("utf-8", "replace"))
    except Unreadable:
        return value
    return inner if type(inner) is dict else value


def without_mappings(decoded: Decoded) -> Decoded:
    """Return the same without the mappings in its problems, which would not find the figures."""
    return replace(decoded, problems=tuple(_short(problem) for problem in decoded.problems))


def _short(problem: str) -> str:
    said, found, _ = problem.partition(":\n")
    return f"{said}; {UNREACHABLE}" if found else problem
