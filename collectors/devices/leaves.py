"""The leaves of a message: values, what they may mean by the names above them, and the paths to read them by."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.mapping_draft import Choice
from collectors.adapters.numbers import state
from collectors.adapters.packet import MARK, Packet
from collectors.devices.field_names import BARE, CLIMATE, DATA, FIELDS, PEOPLE, WORDS, compact, telling, words
from collectors.devices.format import text_of
from collectors.limits import CHANNEL_LIMIT

TOP: Final = "$"  # the path to the message
MOST: Final = 3000  # values in a message
MARKED: Final = f"$.{MARK}"
LONGEST: Final = 300  # characters of a name
DEEPEST: Final = 12  # objects and lists within each other
WRITE: Final = "write a mapping in the site file (docs/reference/mappings.md), with the lines that are true"
ADVICE: Final = f"answer on the page Sensors under Unknown devices, or {WRITE}"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER: Final = re.compile(r"\s*[+-]?\d+([.,]\d+)?([eE][+-]?\d{1,2})?\s*")
_NEGATED: Final = 'with yes = ["false"] and no = ["true"]'
_OF_A_SHARE: Final = "with units = { people = 0.5 }, the people that one per cent is"

Meaning = tuple[str, str]  # a metric, and what its mapping needs besides the path
_NUMBERS: Final = tuple(
    (row["says"].split(), tuple((metric, row.get("besides", "")) for metric in row["means"].split()))
    for row in DATA["numbers"]
)


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A value, the names that lead to it, and the path; `each` is the path of the items that it lies in one of.

    A list of no objects is a leaf too.
    """

    names: tuple[str, ...]
    value: Any
    path: str
    each: str = ""
    is_bare: bool = False  # the whole payload, named by the last level of its topic

    @cached_property
    def name(self) -> str:
        return compact(self.names[-1])

    @cached_property
    def around(self) -> tuple[str, ...]:
        """The words of the names around it, without generic ones."""
        return tuple(w for n in self.names[:-1] if compact(n) not in FIELDS["around"] for w in words(n))

    @cached_property
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

    @property
    def is_aside(self) -> bool:
        """Whether it is a setting or a plan, or concerns something other than people."""
        last = {*words(self.names[-1])}
        settings = WORDS["settings"] - WORDS["of_events"] if "event" in last else WORDS["settings"]
        around = WORDS["settings_around"] & {*self.around}
        others = telling("others", *(self.names[:-1] if last & WORDS["persons"] else self.names))
        return bool(last & settings or around or others)

    @property
    def is_climate(self) -> bool:
        """Whether it is of climate or a battery, with or without a unit."""
        return any(compact(name) in CLIMATE or compact(name) in FIELDS["unitless"] for name in self.names)

    def is_said_by(self, known: frozenset[str]) -> bool:
        """Tell whether its own name consists of known words, numbers and single letters only."""
        return all(word in known or word.isdecimal() or len(word) == 1 for word in words(self.names[-1]))

    @cached_property
    def meanings(self) -> tuple[Meaning, ...]:
        """The metrics that it could be, each with what else its mapping needs; none if it is not about people."""
        if self.value is None or isinstance(self.value, list | dict) or self.is_aside:
            return ()
        named = {*self.said}
        named = named - {"in"} | {"inuse"} if {"in", "use"} <= named else named
        may_be_bare = self.is_bare and not self.is_climate
        return (self._of_a_number if is_number(self.value) else self._of_a_word)(named, may_be_bare)

    def _of_a_number(self, named: set[str], may_be_bare: bool) -> tuple[Meaning, ...]:
        if named & WORDS["percent"]:
            return (("people", _OF_A_SHARE),) if named & WORDS["strong"] else ()
        # `total_2`, `door_count`
        is_count = named & WORDS["counts"] and self.is_said_by(BARE | WORDS["doors"] | WORDS["buildings"])
        if may_be_bare or (is_count and not self.is_climate):
            named.add("people")
        return next((means for kinds, means in _NUMBERS if all(named & WORDS[kind] for kind in kinds)), ())

    def _of_a_word(self, named: set[str], may_be_bare: bool) -> tuple[Meaning, ...]:
        text = text_of(self.value)
        texts, moves = {*words(text)}, WORDS["into"] | WORDS["out"]
        is_event = bool(named & WORDS["directions"]) and isinstance(self.value, str)
        if (is_event and texts & (moves | WORDS["ways"])) or (self.value is True and named & moves):
            only = f"with only.{json.dumps(self.path)} = {json.dumps(text)}"
            return (("in", only), ("out", only))
        is_state = "_".join(text.lower().split()) in WORDS["states"] or (is_event and texts & WORDS["strong"])
        is_generic = is_event or all(word in WORDS["described"] or word.isdecimal() for word in named)
        about_people = may_be_bare or named & (WORDS["strong"] | WORDS["places"])
        if (is_state and is_generic) or (about_people and (is_state or state_of(self.value) in (0, 1))):
            return (("occupied", _NEGATED if named & WORDS["vacant"] else ""),)
        return (("occupied", "with yes = [...] and no = [...], its words"),) if may_be_bare else ()


def leaves(packet: Packet, value: Any, path: str = TOP) -> Iterator[Leaf]:
    """Yield the leaves of a message, or of the value at a path in it. Raises Unreadable for too many or a bare list."""
    if isinstance(value, list) and value and not all(isinstance(item, dict) for item in value):
        raise Unreadable(f"the payload is a list of bare values, and nothing says what each is: {ADVICE}")
    level = next((level for level in reversed(packet.levels) if level not in FIELDS["value"]), "")
    people = tuple(word for name in packet.levels for word in words(name) if word in WORDS["strong"])
    for count, leaf in enumerate(packet.budget.each(_within(value, path, (), "", DEEPEST))):
        if leaf.path == MARKED and leaf.value is True:
            continue
        if count >= MOST:
            raise Unreadable(f"it has more than {MOST} values, and nobody has said which count: {ADVICE}")
        if not leaf.names or leaf.names in (("value",), ("val",)):
            leaf = replace(leaf, names=(level,), is_bare=True)
        elif people and leaf.is_said_by(BARE):  # `count`, `total_2`
            leaf = replace(leaf, names=(*people, *leaf.names))
        yield leaf


def _within(value: Any, path: str, names: tuple[str, ...], each: str, depth: int) -> Iterator[Leaf]:
    """Yield the leaves below a path; the value of a record is named by the record's name."""
    items = f"{each or TOP}{path[1:]}[*]"
    if isinstance(value, dict | list) and value and not depth:
        raise Unreadable(f"the message is nested too deeply to be a measurement: {ADVICE}")
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        for item in value:
            yield from _within(item, "@", names, items, depth - 1)
    elif isinstance(value, list) and value and all(map(is_number, value)):
        yield Leaf(names=names, value=value[0], path="@", each=items)
    elif not isinstance(value, dict) or not value:
        yield Leaf(names=names, value=value, path=path, each=each)
    else:
        if any(len(name) > LONGEST for name in value):
            raise Unreadable(f"a name in the message has more than {LONGEST} characters: {ADVICE}")
        by_name = {compact(name): name for name in value}
        content = next((by_name[name] for name in FIELDS["value"] if name in by_name), "")
        titles = (by_name[name] for name in FIELDS["named"] if name in by_name)
        texts = (name for name in titles if isinstance(value[name], str) and value[name].isprintable())
        title = next((name for name in texts if {*words(value[name])} - WORDS["typed"]), "")
        for name, inner in value.items():
            below, called = path + _step(name), (*names, name)
            if name == content and title:
                called = (*names, value[title])
                if path == "@" and each.count("[*]") == 1:  # a record in a list is selected by its name
                    record = f"[?@{_step(title)} == {json.dumps(value[title])}]"
                    path_to = each.removesuffix("[*]") + record + _step(name)
                    yield Leaf(names=called, value=inner, path=path_to)
                    continue
            elif name == content and names and compact(names[-1]) not in FIELDS["around"]:
                called = names
            yield from _within(inner, below, called, each, depth - 1)


def _step(name: str) -> str:
    return f".{name}" if _NAME.fullmatch(name) else f"[{json.dumps(name, ensure_ascii=False)}]"


def is_number(value: object) -> bool:
    """Tell whether a value is a number, also as text."""
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def state_of(value: object) -> float | None:
    """Return 1 or 0 for a word for yes or no, None for a word for nothing, -1 for any other value."""
    try:
        return state("", value)
    except Unreadable:
        return -1.0


def all_choices(leaves: Sequence[Leaf], has_channel: bool) -> Iterator[Choice]:
    """Yield the choices of all leaves; those that would share a channel get channel names, if the message has none."""
    first = Counter(leaf.meanings[0][0] for leaf in leaves)
    plain = PEOPLE | BARE | WORDS["states"]
    for leaf in leaves:
        options = leaf.meanings
        name = "_".join(word for word in leaf.said if word not in plain)  # `2` of in_2, `hall` of hall.people
        is_shared = first[options[0][0]] > 1 and not (leaf.each or has_channel)
        part = f":{(name or leaf.name)[:CHANNEL_LIMIT]}" if is_shared else ""
        for metric, besides in options:
            path = "'1'" if "only" in besides else leaf.path  # each message is one person
            yield Choice(key=metric + part, path=path, besides=besides)
