"""The leaves of a message: values with the names above them, and the paths by which a mapping reads them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from besok.model.errors import Unreadable
from collectors.adapters import xmltext
from collectors.adapters.packet import Packet
from collectors.devices.field_names import BARE, FIELDS, WORDS, compact, words

TOP: Final = "$"  # the path to the message
MOST: Final = 3000  # values in a message
DEEPEST: Final = 12  # objects and lists within each other
SEE: Final = "docs/reference/mappings.md"
WRITE: Final = f"write a mapping in the site file ({SEE}), with the lines that are true"
ADVICE: Final = f"{WRITE}, or choose on the page Sensors"
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONTROL: Final = re.compile(r"[\x00-\x1f]")  # no JSONPath can contain a name with one


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A value, the names that lead to it, and the path; `each` is the path of the items that it lies in one of.

    `said` are the words of all names, without generic ones. A list of no objects is a leaf too.
    """

    names: tuple[str, ...]
    value: Any
    path: str
    said: tuple[str, ...]
    each: str = ""
    is_bare: bool = False  # the whole payload, named by the last level of its topic

    @property
    def name(self) -> str:
        """The field's name in compact form."""
        return compact(self.names[-1])

    @property
    def shown(self) -> str:
        """The path as written in sentences."""
        return self.path.removeprefix("$.").removeprefix("@.")

    @property
    def is_open(self) -> bool:
        """Whether nothing around it could change its meaning, and it is not one of several."""
        is_item = self.each or "[?@" in self.path
        return not is_item and all(compact(name) in FIELDS["around"] for name in self.names[:-1])

    @property
    def is_number(self) -> bool:
        """Whether it is a number, also as text."""
        return _is_number(self.value)

    def is_said_by(self, known: frozenset[str]) -> bool:
        """Tell whether its own name consists of known words, numbers and single letters only."""
        return all(w in known or w.isdecimal() or len(w) == 1 for w in words(self.names[-1]))


def leaves(packet: Packet, value: Any, path: str = TOP) -> Iterator[Leaf]:
    """Yield the leaves of a message, or of the value at a path in it, in order.

    Raises Unreadable for one with too many of them, or a bare list.
    """
    if not isinstance(value, dict | list):
        name = next((level for level in reversed(packet.levels) if level not in FIELDS["value"]), "")
        yield Leaf(names=(name,), value=value, path=path, said=words(name), is_bare=True)
        return
    if isinstance(value, list) and value and not all(isinstance(item, dict) for item in value):
        raise Unreadable(f"the payload is a list of bare values, and nothing says what each is: {ADVICE}")
    if value is packet.value and isinstance(value, dict) and xmltext.looks_so(packet.payload):
        ((root, inner),) = value.items()
        value, path = (inner, f"${_step(root)}") if isinstance(inner, dict) else (value, path)
    people = tuple(word for level in packet.levels for word in words(level) if word in WORDS["strong"])
    for count, leaf in enumerate(_within(value, path, (), "", DEEPEST)):
        if count >= MOST:
            raise Unreadable(
                f"the message has more than {MOST} values, and nobody has said which count: {ADVICE}"
            )
        if leaf.name in FIELDS["value"] and len(leaf.names) == 1:
            leaf = replace(leaf, said=words(packet.levels[-1]), is_bare=leaf.name in ("value", "val"))
        elif people and leaf.is_said_by(BARE):  # `count`, `total_2`
            leaf = replace(leaf, said=(*people, *leaf.said))
        yield leaf


def _within(value: Any, path: str, names: tuple[str, ...], each: str, depth: int) -> Iterator[Leaf]:
    is_list = isinstance(value, list) and bool(value)
    if isinstance(value, dict | list) and value and not depth:
        raise Unreadable(f"the message is nested too deeply to be a measurement: {ADVICE}")
    if isinstance(value, dict) and value:
        yield from _fields(value, path, names, each, depth)
    elif is_list and all(isinstance(item, dict) for item in value):
        for item in value:
            yield from _within(item, "@", names, f"{each or '$'}{path[1:]}[*]", depth - 1)
    elif is_list and all(map(_is_number, value)):
        yield _leaf(names, value[0], "@", f"{each or '$'}{path[1:]}[*]")
    elif names:
        yield _leaf(names, value, path, each)


def _fields(
    fields: dict[Any, Any], path: str, names: tuple[str, ...], each: str, depth: int
) -> Iterator[Leaf]:
    """Yield the leaves of an object; the value of a record is named by the record's name."""
    name_field, value_field = _record(fields)
    for name, inner in fields.items():
        if not isinstance(name, str) or _CONTROL.search(name):
            continue
        at = path + _step(name)
        if isinstance(inner, dict | list):
            yield from _within(inner, at, (*names, name), each, depth - 1)
            continue
        leaf = _leaf((*names, name), inner, at, each)
        if value_field and name == value_field:
            leaf = _leaf((*names, fields[name_field]), inner, at, each)
            if path == "@" and each.count("[*]") == 1:  # a record in a list is selected by its name
                quoted = json.dumps(fields[name_field], ensure_ascii=False)
                chosen = f"{each.removesuffix('[*]')}[?@{_step(name_field)} == {quoted}]{_step(value_field)}"
                leaf = replace(leaf, path=chosen, each="")
        yield leaf


def _leaf(names: tuple[str, ...], value: Any, path: str, each: str) -> Leaf:
    """Make a leaf. A field called `value` takes the name of the object around it."""
    if (
        len(names) > 1
        and compact(names[-1]) in FIELDS["value"]
        and compact(names[-2]) not in FIELDS["around"]
    ):
        names = names[:-1]
    all_words = [word for name in names[:-1] if compact(name) not in FIELDS["around"] for word in words(name)]
    return Leaf(names=names, value=value, path=path, said=(*all_words, *words(names[-1])), each=each)


def _record(fields: dict[Any, Any]) -> tuple[str, str]:
    """Return the fields of a record that hold its name and its value: {"n": "people", "v": 3}; "" if it is none."""
    by = {compact(name): name for name in fields if isinstance(name, str) and not _CONTROL.search(name)}
    texts = (by[n] for n in FIELDS["named"] if n in by and isinstance(fields[by[n]], str))
    name_field = next((name for name in texts if not _CONTROL.search(fields[name])), "")
    value_field = next((by[n] for n in FIELDS["value"] if n in by), "")
    return (name_field, value_field) if name_field and value_field and words(fields[name_field]) else ("", "")


def _step(name: str) -> str:
    return f".{name}" if _NAME.fullmatch(name) else f"[{json.dumps(name, ensure_ascii=False)}]"


def _is_number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) or (
        isinstance(value, str) and bool(_NUMBER.fullmatch(value.strip()))
    )
