"""Paths of mappings to a value: in the message (JSONPath), in the topic, in an item's name, or in the path itself.

    $.data.in     from the top of the message
    @.line        from the item that `each` has found
    ^.name        from the item around that one, where `each` has several steps; ^^ from the one around both
    topic         the topic; topic:2 is its second level, topic:-1 its last, topic:<up the one before the level `up`
    topic:2..-2   the topic without one level at either end
    key           the name under which `each` has found the item; its number, from 1, if it is one of a list
    $.ids[key]    what lies in another list or object at the item's place
    $.name:-1     the last of the parts that / sets apart in a text, as it does in topics
    'main door'   always this text
    '{$.a}/{@.b}' this text, with what paths lead to in the place of them; nowhere if one leads nowhere

JSONPath is that of RFC 9535. docs/decisions/005-json-paths.md says why, and with which library.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from jsonpath import JSONPath, JSONPathEnvironment, JSONPathError

from besok.model.errors import Unreadable

_ENVIRONMENT = JSONPathEnvironment(strict=True)
BEGINNINGS: Mapping[str, Literal["message", "item", "around"]] = {
    "$": "message",
    "@": "item",
    "^": "around",
}
_PLACES = frozenset(BEGINNINGS.values())
_NAME = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\['([^'\\\x00-\x1f]+)'\]")
_PLAIN = re.compile(rf"(?:{_NAME.pattern})*")
_QUOTED = r"'[^'\\\x00-\x1f]+'"
_ITEMS = re.compile(
    r"\[\*\]|\.\*|\[\?@\.(?P<name>[A-Za-z_]\w*) == '(?P<text>[^'\\\x00-\x1f]*)'\]"
    rf"|\[(?P<several>{_QUOTED}(?:, ?{_QUOTED})+)\]"
)
_LEVEL = re.compile(r"topic(?::(?:(?P<at>-?[1-9]\d?)(?:\.\.(?P<last>-?[1-9]\d?))?|<(?P<before>\w+)))?")
_ENDING = re.compile(r"(?P<path>[$@^].*?)(?P<beside>\[key\])?(?::(?P<part>-?[1-9]\d?))?")
_PIECE = re.compile(rf"\{{([$@^][^{{}}]*|{re.sub(r'[?]P<[a-z]+>', '?:', _LEVEL.pattern)}|key)\}}")
_TEXT_SHOWN = 60  # characters
NOWHERE: Final = object()  # result of a path to one value that leads nowhere


class PathError(ValueError):
    """A path is not written correctly; the text says where, and what to do."""


class Place(NamedTuple):
    """The starting point of paths: the message, one item of it, the items around that one, and the topic.

    `query_results` caches the results of queries on the message: they are slow, and the same for each item.
    """

    message: Any
    item: Any
    key: str | int | None
    levels: Sequence[str]
    topic: str = ""
    around: tuple[Any, ...] = ()  # the nearest first
    query_results: dict[str, list["Found"]] | None = None


class Found(NamedTuple):
    """A match: a value, and its name or position in the object or list around it."""

    value: Any
    key: str | int | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """A path, ready to use."""

    text: str
    begins: Literal["message", "item", "around", "topic", "key", "constant", "pieces"]
    query: JSONPath | None = None  # where names do not lead there
    constant: str = ""  # of "topic" the level behind the one that is meant
    level: int = 0  # of the topic (0: all of it); of "around" how far out
    last: int = 0  # level of the topic to which a path leads that leads to several
    names: tuple[str, ...] | None = None  # of a plain path, which leads through objects only
    many: bool = False  # a plain path to all that lies at the end of `names` ([*])
    having: tuple[str, str] | None = None  # of that only what has a name and a text ([?@.name == 'text'])
    several: tuple[str, ...] = ()  # of that only what has these names (['a', 'b'])
    beyond: tuple[str, ...] = ()  # from there on
    ahead: tuple[str, ...] = ()  # the names with which a query begins
    is_single: bool = False  # a plain path to one value at most
    is_beside: bool = False  # it leads to a list or an object, and there to what is at the item's place
    part: int = 0  # of the text it leads to
    pieces: tuple["str | Path", ...] = ()

    def find(self, place: Place) -> list[Found]:
        """Return the matches of the path, in order; may be empty. Raises Unreadable for JSON nested too deeply."""
        if self.is_single:
            value = self.value(place)
            return [] if value is NOWHERE else [Found(value, self.names[-1] if self.names else None)]
        if self.begins in _PLACES:
            matches = self._led(self.beginning(place), place)
            if self.is_beside:
                matches = [inner for one in matches for inner in _children_at(one.value, place.key)]
            return [cut for one in matches for cut in _cut(one, self.part)] if self.part else matches
        if self.begins == "constant":
            return [Found(self.constant)]
        if self.begins == "topic":
            return self._level(place)
        if self.begins == "pieces":
            return self._joined(place)
        return [] if place.key is None else [Found(place.key)]

    def value(self, place: Place) -> Any:
        """Return the value at a plain path to one value at most, or NOWHERE."""
        value = place.message if self.begins == "message" else self.beginning(place)
        for name in self.names or ():
            if type(value) is not dict or name not in value:
                return NOWHERE
            value = value[name]
        return value

    def _led(self, data: Any, place: Place) -> list[Found]:
        if self.names is None and self.query is not None:
            if self.begins != "message" or place.query_results is None:
                return self._queried(data, self.query)
            if self.text not in place.query_results:
                place.query_results[self.text] = self._queried(data, self.query)
            return place.query_results[self.text]
        matches = _followed(data, self.names or ())
        if not self.many or not matches:
            return matches
        parent = matches[0].value
        if self.several:
            present = parent if type(parent) is dict else {}
            inner = [Found(present[name], name) for name in self.several if name in present]
        else:
            inner = _inside(parent)
        if self.having:
            name, text = self.having
            inner = [one for one in inner if type(one.value) is dict and one.value.get(name) == text]
        return [last for one in inner for last in _followed(one.value, self.beyond, one.key)]

    def _level(self, place: Place) -> list[Found]:
        levels = place.levels
        if self.constant:
            at = levels.index(self.constant) if self.constant in levels else 0
            return [Found(levels[at - 1])] if at else []
        if not self.level:
            return [Found(place.topic)]
        first, last = _at(self.level, levels), _at(self.last or self.level, levels)
        return [Found("/".join(levels[first : last + 1]))] if 0 <= first <= last < len(levels) else []

    def _joined(self, place: Place) -> list[Found]:
        texts = []
        for piece in self.pieces:
            matches = [Found(piece)] if isinstance(piece, str) else piece.find(place)
            if len(matches) != 1 or type(matches[0].value) not in (str, int):
                return []
            texts.append(str(matches[0].value))
        return [Found("".join(texts))]

    def beginning(self, place: Place) -> Any:
        """Return the value at which the path begins."""
        if self.begins == "message":
            return place.message
        if self.begins == "item":
            return place.item
        return place.around[self.level - 1] if self.level <= len(place.around) else None

    def _queried(self, data: Any, query: JSONPath) -> list[Found]:
        if not isinstance(data, dict | list):  # the library would take a text for JSON
            return [] if query.segments else [Found(data)]
        if self.ahead and not _followed(data, self.ahead):  # seen at once, where the library takes long
            return []
        try:
            return [
                Found(match.obj, match.parts[-1] if match.parts else None) for match in query.finditer(data)
            ]
        except JSONPathError as exc:
            raise Unreadable(f"{self.text} gets lost in this message: {exc.args[0]}") from exc


@lru_cache(maxsize=16_384)
def compiled(text: str) -> Path:
    """Compile the path that `text` describes. Raises PathError."""
    if len(text) > 1 and text[0] == text[-1] == "'":
        return _constant(text)
    if level := _LEVEL.fullmatch(text):
        return Path(
            text,
            "topic",
            level=int(level["at"] or 0),
            last=int(level["last"] or 0),
            constant=level["before"] or "",
        )
    if text == "key":
        return Path(text, "key")
    ending = _ENDING.fullmatch(text)
    if ending is None:
        raise PathError(f'"{_short(text)}" is not a path: {_advice(text)}')
    path = ending["path"]
    rest = path.lstrip("^") if path[0] == "^" else path[1:]
    items = _ITEMS.search(rest)
    first, then = (rest[: items.start()], rest[items.end() :]) if items else (rest, "")
    is_plain = bool(_PLAIN.fullmatch(first) and _PLAIN.fullmatch(then))
    is_beside, part = ending["beside"] is not None, int(ending["part"] or 0)
    begins: Literal["message", "item", "around"] = BEGINNINGS[path[0]]
    return Path(
        text,
        begins,
        query=None if is_plain else _query(text, rest),
        level=len(path) - len(rest),
        names=_names(first) if is_plain else None,
        many=is_plain and items is not None,
        having=(items["name"], items["text"]) if is_plain and items and items["name"] else None,
        several=_several(items["several"]) if is_plain and items and items["several"] else (),
        beyond=_names(then),
        ahead=() if is_plain else _names(rest),
        is_single=is_plain and not (items or is_beside or part),
        is_beside=is_beside,
        part=part,
    )


def _several(names: str) -> tuple[str, ...]:
    """Return the names in quotes that commas set apart."""
    return tuple(name[1:-1] for name in re.findall(_QUOTED, names))


def _names(rest: str) -> tuple[str, ...]:
    """Return the plain names with which a path begins."""
    match = _PLAIN.match(rest)
    return tuple(a or b for a, b in _NAME.findall(match[0])) if match else ()


@lru_cache(maxsize=4096)
def sentence(text: str) -> Path:
    """Compile a sentence with paths in braces, as a constant is. Raises PathError."""
    return _constant(f"'{text}'")


def _constant(text: str) -> Path:
    """Compile a text in quotes; the paths in its braces are pieces. Raises PathError."""
    parts = _PIECE.split(text[1:-1])  # texts and paths in turn
    if len(parts) == 1:
        return Path(text, "constant", constant=parts[0])
    pieces = tuple(compiled(part) if at % 2 else part for at, part in enumerate(parts))
    return Path(text, "pieces", pieces=pieces)


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
        raise PathError(f'"{_short(text)}" is not a path: {exc.args[0]} {where}') from exc
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


def _children_at(parent: Any, key: str | int | None) -> list[Found]:
    """Return the member of a list at the place `key` (from 1), or of an object under the name `key`."""
    if type(parent) is list and type(key) is int and 0 < key <= len(parent):
        return [Found(parent[key - 1], key - 1)]
    if type(parent) is dict and type(key) is str and key in parent:
        return [Found(parent[key], key)]
    return []


def _cut(match: Found, part: int) -> list[Found]:
    """Return one of the parts of a text that / sets apart, from 1; from the end if `part` is negative."""
    if type(match.value) is not str:
        return []
    parts = match.value.split("/")
    at = part - 1 if part > 0 else part
    return [Found(parts[at], match.key)] if -len(parts) <= at < len(parts) else []


def _followed(data: Any, names: Sequence[str], key: str | int | None = None) -> list[Found]:
    """Return the match of a chain of names, through objects only; `key` is where `data` was found."""
    for name in names:
        if type(data) is not dict or name not in data:
            return []
        data, key = data[name], name
    return [Found(data, key)]


def _inside(parent: Any) -> list[Found]:
    """Return all members of an object or a list."""
    inner = parent.items() if type(parent) is dict else enumerate(parent) if type(parent) is list else ()
    return [Found(value, key) for key, value in inner]
