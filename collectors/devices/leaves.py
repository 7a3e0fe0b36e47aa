"""The leaves of a message: values with the names above them, and the paths by which a mapping reads them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from besok.model.errors import Unreadable
from collectors.adapters.packet import MARK, Packet
from collectors.devices.field_names import BARE, FIELDS, WORDS, compact, words

TOP: Final = "$"  # the path to the message
MOST: Final = 3000  # values in a message
MARKED: Final = f"$.{MARK}"
LONGEST: Final = 300  # characters of a name
DEEPEST: Final = 12  # objects and lists within each other
WRITE: Final = "write a mapping in the site file (docs/reference/mappings.md), with the lines that are true"
ADVICE: Final = f"{WRITE}, or choose on the page Sensors"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A value, the names that lead to it, and the path; `each` is the path of the items that it lies in one of.

    A list of no objects is a leaf too.
    """

    names: tuple[str, ...]
    value: Any
    path: str
    each: str = ""
    is_bare: bool = False  # the whole payload, named by the last level of its topic

    @property
    def name(self) -> str:
        """The field's name in compact form."""
        return compact(self.names[-1])

    @property
    def around(self) -> tuple[str, ...]:
        """The words of the names around it, without generic ones."""
        return tuple(
            w for name in self.names[:-1] if compact(name) not in FIELDS["around"] for w in words(name)
        )

    @property
    def said(self) -> tuple[str, ...]:
        """The words of all names, without generic ones."""
        return self.around if self.name in FIELDS["value"] else (*self.around, *words(self.names[-1]))

    @property
    def shown(self) -> str:
        """The path as written in sentences."""
        return self.path.removeprefix("$.").removeprefix("@.")

    @property
    def is_open(self) -> bool:
        """Whether nothing around it could change its meaning, and it is not one of several."""
        is_item = self.each or "[?@" in self.path
        return not is_item and all(compact(name) in FIELDS["around"] for name in self.names[:-1])

    def is_said_by(self, known: frozenset[str]) -> bool:
        """Tell whether its own name consists of known words, numbers and single letters only."""
        return all(word in known or word.isdecimal() or len(word) == 1 for word in words(self.names[-1]))


def leaves(packet: Packet, value: Any, path: str = TOP) -> Iterator[Leaf]:
    """Yield the leaves of a message, or of the value at a path in it, in order.

    Raises Unreadable for one with too many of them, or a bare list.
    """
    if isinstance(value, list) and value and not all(isinstance(item, dict) for item in value):
        raise Unreadable(f"the payload is a list of bare values, and nothing says what each is: {ADVICE}")
    level = next((level for level in reversed(packet.levels) if level not in FIELDS["value"]), "")
    people = tuple(word for name in packet.levels for word in words(name) if word in WORDS["strong"])
    for count, leaf in enumerate(_within(value, path, (), "", DEEPEST)):
        if leaf.path == MARKED and leaf.value is True:
            continue
        if count >= MOST:
            raise Unreadable(
                f"the message has more than {MOST} values, and nobody has said which count: {ADVICE}"
            )
        if not leaf.names or leaf.names in (("value",), ("val",)):
            leaf = replace(leaf, names=(level,), is_bare=True)
        elif people and leaf.is_said_by(BARE):  # `count`, `total_2`
            leaf = replace(leaf, names=(*people, *leaf.names))
        yield leaf


def _within(value: Any, path: str, names: tuple[str, ...], each: str, depth: int) -> Iterator[Leaf]:
    """Yield the leaves below a path; the value of a record is named by the record's name."""
    if isinstance(value, dict | list) and value and not depth:
        raise Unreadable(f"the message is nested too deeply to be a measurement: {ADVICE}")
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        for item in value:
            yield from _within(item, "@", names, f"{each or TOP}{path[1:]}[*]", depth - 1)
    elif isinstance(value, list) and value and all(map(is_number, value)):
        yield Leaf(names=names, value=value[0], path="@", each=f"{each or TOP}{path[1:]}[*]")
    elif not isinstance(value, dict) or not value:
        yield Leaf(names=names, value=value, path=path, each=each)
    else:
        if any(len(name) > LONGEST for name in value):
            raise Unreadable(f"a name in the message has more than {LONGEST} characters: {ADVICE}")
        by_name = {compact(name): name for name in value}
        titles = (by_name[name] for name in FIELDS["named"] if name in by_name)
        title = next(
            (
                name
                for name in titles
                if isinstance(text := value[name], str) and text.isprintable() and words(text)
            ),
            "",
        )
        content = next((by_name[name] for name in FIELDS["value"] if name in by_name), "")
        for name, inner in value.items():
            if name != content:
                yield from _within(inner, path + _step(name), (*names, name), each, depth - 1)
            elif not title:
                outer = names if names and compact(names[-1]) not in FIELDS["around"] else (*names, name)
                yield from _within(inner, path + _step(name), outer, each, depth - 1)
            elif path == "@" and each.count("[*]") == 1:  # a record in a list is selected by its name
                chosen = (
                    f"{each.removesuffix('[*]')}[?@{_step(title)} == {json.dumps(value[title])}]{_step(name)}"
                )
                yield Leaf(names=(*names, value[title]), value=inner, path=chosen)
            else:
                yield from _within(inner, path + _step(name), (*names, value[title]), each, depth - 1)


def _step(name: str) -> str:
    return f".{name}" if _NAME.fullmatch(name) else f"[{json.dumps(name, ensure_ascii=False)}]"


def is_number(value: object) -> bool:
    """Tell whether a value is a number, also as text."""
    if isinstance(value, str):
        return re.fullmatch(r"\s*[+-]?\d+([.,]\d+)?\s*", value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)
