"""The values of a message with the names that lead to them, and the paths by which a mapping reaches them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from besok.model.errors import Unreadable
from collectors.adapters import xmltext
from collectors.adapters.packet import Packet
from collectors.devices.field_names import BARE, FIELDS, WORDS, compact, words

MOST: Final = 3000  # values in a message
DEEPEST: Final = 12  # objects and lists within each other
SEE: Final = "docs/reference/mappings.md"
WRITE: Final = f"write a mapping in the site file ({SEE}), with the lines that are true"
ADVICE: Final = f"{WRITE}, or choose on the page Sensors"
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONTROL: Final = re.compile(r"[\x00-\x1f]")  # no JSONPath leads through a name with one


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A value, the names that lead to it, and the path; `each` is the path of the items that it lies in one of.

    `said` are the words of all names that say something. A list of no objects is a leaf too.
    """

    names: tuple[str, ...]
    value: Any
    path: str
    said: tuple[str, ...]
    each: str = ""
    unit: str = ""
    is_item: bool = False
    is_bare: bool = False  # the whole payload, which goes by the last level of its topic

    @property
    def name(self) -> str:
        """The compact name of the field."""
        return compact(self.names[-1]) if self.names else ""

    @property
    def shown(self) -> str:
        """The path as sentences name it."""
        return self.path.removeprefix("$.").removeprefix("@.")


def leaves(packet: Packet, value: Any) -> Iterator[Leaf]:
    """Yield the leaves of a message in order. Raises Unreadable for one with too many of them, or a bare list."""
    path = "$"
    if not isinstance(value, dict | list):
        name = packet.levels[-1]
        yield Leaf(names=(name,), value=value, path=path, said=words(name), is_bare=True)
        return
    if isinstance(value, list) and value and not all(isinstance(item, dict) for item in value):
        raise Unreadable(f"the payload is a list of bare values, and nothing says what each is: {ADVICE}")
    if value is packet.value and isinstance(value, dict) and xmltext.looks_so(packet.payload):
        ((root, inner),) = value.items()
        value, path = (inner, f"${_step(root)}") if isinstance(inner, dict) else (value, path)
    people = tuple(word for level in packet.levels for word in words(level) if word in WORDS["strong"])
    for seen, leaf in enumerate(_within(value, path, (), "", DEEPEST)):
        if seen >= MOST:
            raise Unreadable(
                f"the message has more than {MOST} values, and nobody has said which count: {ADVICE}"
            )
        if leaf.name in FIELDS["value"] and len(leaf.names) == 1:
            is_bare = leaf.name in ("value", "val")
            leaf = replace(leaf, said=words(packet.levels[-1]), is_bare=is_bare and not leaf.unit)
        elif people and is_plain_count(leaf):
            leaf = replace(leaf, said=(*people, *leaf.said))
        yield leaf


def _within(value: Any, path: str, names: tuple[str, ...], each: str, depth: int) -> Iterator[Leaf]:
    if isinstance(value, dict) and value and depth:
        (named, held), units = _record(value), _units(value)
        for name, inner in value.items():
            if not isinstance(name, str) or _CONTROL.search(name):
                continue
            if held and name == held and not isinstance(inner, dict | list):
                chosen, items = _chosen(path, each, named, value[named], held)
                yield _leaf(
                    (*names, value[named]), inner, chosen, items, unit=_unit(units, name), is_item=bool(each)
                )
            elif isinstance(inner, dict | list):
                yield from _within(inner, path + _step(name), (*names, name), each, depth - 1)
            else:
                unit, at = _unit(units, name), path + _step(name)
                yield _leaf((*names, name), inner, at, each, unit=unit, is_item=bool(each))
    elif isinstance(value, list) and value and depth and all(isinstance(item, dict) for item in value):
        within = f"{each or '$'}{path[1:]}[*]"
        for item in value:
            yield from _within(item, "@", names, within, depth - 1)
    elif isinstance(value, list) and value and depth and all(is_number(item) for item in value):
        within = f"{each or '$'}{path[1:]}[*]"
        yield _leaf(names, value[0], "@", within, is_item=True)
    elif isinstance(value, dict | list) and value and not depth:
        raise Unreadable(f"the message is nested too deeply to be a measurement: {ADVICE}")
    elif names:
        yield _leaf(names, value, path, each, is_item=bool(each))


def _leaf(names: tuple[str, ...], value: Any, path: str, each: str, *, unit: str = "", is_item: bool) -> Leaf:
    """Make a leaf. A `value` within something goes by that thing's name; what stands around says nothing."""
    parts = [*map(compact, names)]
    if len(names) > 1 and parts[-1] in FIELDS["value"] and parts[-2] not in FIELDS["around"]:
        names = names[:-1]
    said = [word for name in names[:-1] if compact(name) not in FIELDS["around"] for word in words(name)]
    told = (*said, *words(names[-1]))
    return Leaf(names=names, value=value, path=path, said=told, each=each, unit=unit, is_item=is_item)


def _record(fields: dict[Any, Any]) -> tuple[str, str]:
    """Return the fields of a record that hold its name and its value: {"n": "people", "v": 3}; "" if it is none."""
    by = {compact(name): name for name in fields if isinstance(name, str) and not _CONTROL.search(name)}
    texts = {n: by[n] for n in FIELDS["named"] if n in by and isinstance(fields[by[n]], str)}
    named = next((name for name in texts.values() if not _CONTROL.search(fields[name])), "")
    held = next((by[n] for n in FIELDS["value"] if n in by), "")
    return (named, held) if named and held and words(fields[named]) else ("", "")


def _chosen(path: str, each: str, named: str, name: str, held: str) -> tuple[str, str]:
    """Return the path to the value of a record, and of the items; one in a list is chosen by its name."""
    if path != "@" or each.count("[*]") > 1:
        return path + _step(held), each
    name = json.dumps(name, ensure_ascii=False)
    return f"{each.removesuffix('[*]')}[?@{_step(named)} == {name}]{_step(held)}", ""


def _units(fields: dict[Any, Any]) -> dict[str, str]:
    """Return the units in an object, by the compact names of their fields."""
    texts = ((compact(name), text) for name, text in fields.items() if type(name) is type(text) is str)
    return {name: text for name, text in texts if name.endswith("unit") or name in FIELDS["unit"]}


def _unit(units: dict[str, str], name: str) -> str:
    """Return the unit that stands beside a value: `temperature_unit`, or `unit` in the same object."""
    shared = next((units[n] for n in FIELDS["unit"] if n in units), "") if units else ""
    return units.get(f"{compact(name)}unit", shared) if units else ""


def _step(name: str) -> str:
    return f".{name}" if _NAME.fullmatch(name) else f"[{json.dumps(name, ensure_ascii=False)}]"


def is_open(leaf: Leaf) -> bool:
    """Tell whether nothing stands around a leaf that could change what it means."""
    return all(compact(name) in FIELDS["around"] for name in leaf.names[:-1])


def is_plain_count(leaf: Leaf) -> bool:
    """Tell whether the name of a field says only that something is counted, or where: `total_2`, `door_count`."""
    known = BARE | WORDS["doors"]
    return all(word in known or word.isdecimal() or len(word) == 1 for word in words(leaf.names[-1]))


def is_number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) or (
        isinstance(value, str) and bool(_NUMBER.fullmatch(value.strip()))
    )
