"""Paths of mappings to a value: in the message (JSONPath), in the topic, in an item's name, or in the path itself.

    $.data.in     from the top of the message
    @.line        from the item that `each` has found
    ^.name        from the item around that one, where `each` has several steps; ^^ from the one around both
    topic:2       the second level of the topic; topic:-1 is its last, topic:2..-2 leaves out one at either end
    key           the name under which `each` has found the item; its number, from 1, if it is one of a list
    'main door'   always this text

JSONPath is that of RFC 9535. docs/decisions/005-json-paths.md says why, and with which library.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from jsonpath import JSONPath, JSONPathEnvironment, JSONPathError, JSONPathMatch

from besok.model.errors import Unreadable

_ENVIRONMENT = JSONPathEnvironment(strict=True)
_BEGINNINGS: Mapping[str, Literal["message", "item", "around"]] = {
    "$": "message",
    "@": "item",
    "^": "around",
}
_NAME = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\['([^'\\]+)'\]")
_PLAIN = re.compile(rf"(?:{_NAME.pattern})*")
_LEVEL = re.compile(r"topic:(-?[1-9]\d?)(?:\.\.(-?[1-9]\d?))?")
_TEXT_SHOWN = 60  # characters


class PathError(ValueError):
    """A path is not written correctly; the text says where, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The beginning of paths: the message, one item of it, the items around that one, and how all came."""

    message: Any
    item: Any
    key: str | int | None
    levels: Sequence[str]
    around: tuple[Any, ...] = ()  # the nearest first


@dataclass(frozen=True, slots=True)
class Found:
    """A value, and the objects and lists it lies in, the nearest first, each with the key that led on."""

    value: Any
    within: tuple[tuple[Any, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A path, ready to use."""

    text: str
    begins: Literal["message", "item", "around", "topic", "key", "constant"]
    query: JSONPath | None = None
    constant: str = ""
    level: int = 0  # of the topic; of "around" how far out
    last: int = 0  # level of the topic to which a path leads that leads to several
    names: tuple[str, ...] | None = None  # of a plain path, which leads through objects only
    many: bool = False  # a plain path to all that lies at its end ([*])

    def find(self, place: Place) -> list[Found]:
        """Return what the path leads to, in order; may be empty. Raises Unreadable for JSON nested too deeply."""
        if self.query is not None:
            data = self._beginning(place)
            if self.names is None:
                return self._queried(data, self.query)
            found = self._followed(data, self.names)
            return _inside(found[0]) if self.many and found else found
        if self.begins == "constant":
            return [Found(self.constant)]
        if self.begins == "topic":
            first, last = _at(self.level, place.levels), _at(self.last or self.level, place.levels)
            return (
                [Found("/".join(place.levels[first : last + 1]))]
                if 0 <= first <= last < len(place.levels)
                else []
            )
        return [] if place.key is None else [Found(place.key)]

    def _beginning(self, place: Place) -> Any:
        if self.begins == "message":
            return place.message
        if self.begins == "item":
            return place.item
        return place.around[self.level - 1] if self.level <= len(place.around) else None

    def _followed(self, data: Any, names: tuple[str, ...]) -> list[Found]:
        within: tuple[tuple[Any, str | int], ...] = ()
        for name in names:
            if type(data) is not dict or name not in data:
                return []
            within = ((data, name), *within)
            data = data[name]
        return [Found(data, within)]

    def _queried(self, data: Any, query: JSONPath) -> list[Found]:
        if not isinstance(data, dict | list):  # the library would take a text for JSON
            return [] if query.segments else [Found(data)]
        try:
            return [Found(match.obj, _within(match)) for match in query.finditer(data)]
        except JSONPathError as exc:
            raise Unreadable(f"{self.text} gets lost in this message: {exc.args[0]}") from exc


@lru_cache(maxsize=4096)
def compiled(text: str) -> Path:
    """Compile the path that `text` describes. Raises PathError."""
    if len(text) > 1 and text[0] == text[-1] == "'":
        return Path(text, "constant", constant=text[1:-1])
    if level := _LEVEL.fullmatch(text):
        return Path(text, "topic", level=int(level[1]), last=int(level[2] or 0))
    if text == "key":
        return Path(text, "key")
    if text[:1] not in ("$", "@", "^"):
        raise PathError(f'"{_short(text)}" is no path: {_advice(text)}')
    rest = text.lstrip("^") if text[0] == "^" else text[1:]
    plain = rest.removesuffix("[*]").removesuffix(".*") if rest.endswith(("[*]", ".*")) else rest
    names = tuple(a or b for a, b in _NAME.findall(plain)) if _PLAIN.fullmatch(plain) else None
    begins: Literal["message", "item", "around"] = _BEGINNINGS[text[0]]
    return Path(
        text, begins, query=_query(text, rest), level=len(text) - len(rest), names=names, many=plain != rest
    )


def _at(level: int, levels: Sequence[str]) -> int:
    """Return the index of a level that is counted from 1, or from the end below 0."""
    return level - 1 if level > 0 else len(levels) + level


def _query(text: str, rest: str) -> JSONPath:
    try:
        query = _ENVIRONMENT.compile("$" + rest)
    except (JSONPathError, RecursionError) as exc:
        token = getattr(exc, "token", None)
        at = len(text) if token is None or token.index < 0 else token.index
        where = "at its end" if at >= len(text) else f"at character {at + 1}"
        raise PathError(f'"{_short(text)}" is no path: {exc.args[0]} {where}') from exc
    if not isinstance(query, JSONPath):
        raise PathError(f'"{_short(text)}" is several paths; write one')
    return query


def _advice(text: str) -> str:
    if text.startswith("topic:"):
        return "write topic:1 for the first level of the topic, topic:-1 for the last"
    if re.fullmatch(r"[\w.\[\]-]+", text):
        return f"write $.{_short(text)} for what lies there, or '{_short(text)}' in single quotes for the text itself"
    return "begin it with $ (the message) or @ (the item), or put a constant in single quotes"


def _short(text: str) -> str:
    return text if len(text) <= _TEXT_SHOWN else f"{text[:_TEXT_SHOWN]}…"


def _inside(found: Found) -> list[Found]:
    """Return all that lies in an object or a list."""
    around = found.value
    inner = around.items() if type(around) is dict else enumerate(around) if type(around) is list else ()
    return [Found(value, ((around, key), *found.within)) for key, value in inner]


def _within(match: JSONPathMatch) -> tuple[tuple[Any, str | int], ...]:
    found = []
    while match.parent is not None:
        found.append((match.parent.obj, match.parts[-1]))
        match = match.parent
    return tuple(found)
