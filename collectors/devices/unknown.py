"""Messages that no table, no mapping and no native topic knows: few names count, all else about people is asked about.

A short table of qualified names (qualified.toml) is a statement, unless the message names something that is no person;
climate and batteries are read where their unit is told. What may be about people is rejected with a mapping in which
nothing is chosen, what is not is no data. No meaning is ever taken from a value; a state word (`occupied`) only makes
that a field is asked about.
"""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from besok.model import mapping_draft
from besok.model.errors import Unreadable
from besok.model.json_path import Path, compiled
from besok.model.mapping_draft import Choice, MappingDraft
from besok.model.readings import Decoded
from collectors.adapters import xmltext
from collectors.adapters.jsontext import show
from collectors.adapters.numbers import measured, state
from collectors.adapters.packet import Packet
from collectors.devices import reader
from collectors.devices.format import Format, Value, has_flows, paths, text_of
from collectors.devices.reader import Body

SOURCE: Final = "mqtt"
MOST: Final = 3000  # values in a message
DEEPEST: Final = 12  # objects and lists within each other
TEXT_LIMIT: Final = 10_000  # characters of a text that may hold values
PLAIN_LIMIT: Final = 60  # characters of a bare value, and of a text that may say what a message is about
SHORTEST: Final = 5  # characters of an id that is nobody else's; a shorter one is unique on its topic only
CHANNEL_LIMIT: Final = 60  # characters
SHOWN: Final = 6  # names in one sentence
OFFERED: Final = 12  # fields in one mapping
SEE: Final = "docs/reference/mappings.md"
ADVICE: Final = (
    f"write a mapping in the site file ({SEE}), with the lines that are true, or choose on the page Sensors"
)
_ONE_BY_ONE: Final = "a list stands under {}: let the device or its gateway send the number of people instead"
_TELLS_FAULT: Final = re.compile(r"(?!no|ok|false|good|success|null|none)(?=.*[^\W\d_])")
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?")
TOMBSTONE: Final = "a tombstone: somebody deletes what the broker had kept"
_FLAT: Final = re.compile(r"[^\W\d_]+|\d+")
_CAMEL: Final = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-ÖØ-Þ])(?=[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ])")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters: `inTotal`, `in-total` and `IN_TOTAL` are in, total."""
    return tuple(word.lower() for word in _FLAT.findall(_CAMEL.sub(" ", name)))


@lru_cache(maxsize=8192)
def compact(name: str) -> str:
    """Return a name without what stands between its words."""
    return "".join(words(name))


_DATA: Final = tomllib.loads((files("collectors.devices") / "qualified.toml").read_text("utf-8"))
QUALIFIED: Final = {compact(name): metric for metric, names in _DATA["qualified"].items() for name in names}
_NAMES: Final = (
    *(names.split() for names in _DATA["fields"].values()),
    *_DATA["climate"].values(),
    *(entry["names"] for entry in _DATA["beside"].values()),
)
_CLIMATE: Final = {compact(name): key for key, names in _DATA["climate"].items() for name in names}
_BESIDE: Final = [
    ({*map(compact, entry["names"])}, metric, entry["units"]) for metric, entry in _DATA["beside"].items()
]
_FIELDS: Final = {
    kind: {compact(name): rank for rank, name in enumerate(names.split())}
    for kind, names in _DATA["fields"].items()
}
_WORDS: Final = {kind: frozenset(text.split()) for kind, text in _DATA["words"].items()}
_PEOPLE: Final = _WORDS["strong"] | _WORDS["into"] | _WORDS["out"]
_KNOWN: Final = frozenset(
    word
    for names in (*_WORDS.values(), QUALIFIED, *_NAMES)
    for name in names
    for word in (name, *words(name))
    if len(word) > 1
)
_BARE: Final = _WORDS["companions"] | _WORDS["counts"]
_IN_A_TEXT: Final = re.compile(  # people told in a text: JSON within it, or `in=3, out=2`
    rf'(?:"|\b)(?:[a-z]+_)?(?:{"|".join(sorted(map(re.escape, _PEOPLE)))})\w*(?:"\s*:|\s*=\s*\d)',
    re.IGNORECASE,
)


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


def reads(packet: Packet) -> bool:
    """Everything that came this far."""
    return True


def decode(packet: Packet) -> Decoded:
    """Return what an unknown device says for certain, and ask about the rest. Raises Unreadable, with what to do."""
    if about := _control(packet):
        return Decoded(not_data=about)
    if not packet.payload.strip() or packet.text == "null":
        return Decoded(not_data=TOMBSTONE)
    if not xmltext.looks_so(packet.payload) and packet.text[:1] not in ("{", "["):
        return _plain(packet)
    try:
        value = packet.json
    except Unreadable as exc:
        raise Unreadable(
            f"{exc}; choose JSON in the settings of the device, or let its gateway rewrite this"
        ) from exc
    return _Message(packet, value).decoded()


def _control(packet: Packet) -> str:
    """Tell what a message is about if not about people, by its topic or because a phone tells where its owner is."""
    levels = packet.levels
    if levels[0] == "$SYS":
        return "what the broker says of itself"
    if levels[0] == "cmnd" or levels[-1].lower() in _WORDS["control"]:
        return "an order to a device, or its settings"
    if "shadow" in levels and levels[-1] in ("delta", "rejected"):
        return "what a device is asked to become"
    if isinstance(packet.object.get("_type"), str) and {"tst", "tid"} & packet.object.keys():
        return "where somebody's phone is; nothing of it is kept"
    return ""


def _plain(packet: Packet) -> Decoded:
    """Decode a bare number or word: the last level of its topic is its name. Raises Unreadable."""
    text = packet.text
    if text.lower() in _WORDS["connected"]:
        return Decoded(not_data="whether a device is connected")
    if (
        not text
        or not text.isprintable()
        or len(text) > PLAIN_LIMIT
        or len(text.split()) > 3
        or re.search(r"[=;|]|,.*,", text)
    ):
        raise Unreadable(
            f"the payload is neither JSON nor a number or a word ({len(packet.payload)} bytes), and nothing says what"
            " is what: choose JSON in the settings of the device, or let its gateway rewrite this"
        )
    if _is_nothing(packet.value):
        return Decoded(not_data=reader.NOTHING_MEASURED)
    return _Message(packet, packet.value).decoded()


class _Message:
    """One message: its leaves, and what its names and short texts say."""

    def __init__(self, packet: Packet, value: Any) -> None:
        self.packet = packet
        self.value = value
        self.leaves = list(_leaves(packet, value))

    def _told(self, kind: str, *, names: bool, topic: bool = True, places: bool = True) -> list[str]:
        """Return the words of a kind in short texts, in the topic, and in the names of fields."""
        texts = [
            leaf.value
            for leaf in self.leaves
            if isinstance(leaf.value, str)
            and len(leaf.value) <= PLAIN_LIMIT
            and leaf.name not in _FIELDS["unit"]
            and (places or leaf.name not in _FIELDS["place"])
        ]
        texts += [level for level in self.packet.levels if level.lower() != "devices"] if topic else []
        texts += [name for leaf in self.leaves for name in leaf.names] if names else []
        return sorted({word for text in texts for word in _telling(kind, text)})

    def _no_persons(self) -> list[str]:
        some = self._told("some", names=True, topic=False, places=False)
        return sorted({*self._told("things", names=True), *some})

    def decoded(self) -> Decoded:
        """Return what counts; ask about all else that may be about people. Raises Unreadable."""
        values = self._climate()
        asked = [leaf for leaf in self.leaves if choices_of(leaf)]
        if not any(_WORDS["into"] & {*leaf.said} for leaf in asked):
            asked = [leaf for leaf in asked if "left" not in leaf.said]  # of a picture, or what remains
        named = [leaf for leaf in self.leaves if leaf.name in QUALIFIED and not _is_aside(leaf)]
        named = [leaf for leaf in named if leaf.value is not None]
        if (asked or named) and (fault := self._fault()):
            raise Unreadable(fault)
        why = self._doubt(named) if named else ""
        if named and not why:
            channel = self._channel() or "1"
            values += [
                Value(metric=QUALIFIED[leaf.name], channel=channel, paths=paths(leaf.path), said=leaf.shown)
                for leaf in named
            ]
            metrics = {QUALIFIED[leaf.name] for leaf in named}
            asked = [leaf for leaf in asked if leaf not in named and not _is_settled(leaf, metrics)]
        problems = self._unreachable(asked) or ([self._question(asked, why, values)] if asked else [])
        decoded = self._read(values) if values else Decoded()
        if not (values or problems or named or self._no_persons()):
            problems = self._strange()
        if problems or decoded.readings or decoded.problems:
            return replace(decoded, problems=(*decoded.problems, *problems), not_data="")
        return Decoded(not_data=self._nothing())

    def _read(self, values: Sequence[Value]) -> Decoded:
        """Read values whose meaning is certain, as a table would. Raises Unreadable."""
        form = Format(
            name="qualified names",
            source=SOURCE,
            values=tuple(values),
            time=tuple(path for leaf in self._tops("time") for path in paths(leaf.path)),
            has_flows=has_flows(values),
        )
        return reader.read([form], Body(value=self.value, packet=self.packet, device=self._device()))

    def _doubt(self, named: Sequence[Leaf]) -> str:
        """Say why the qualified names of this message do not count; "" if nothing speaks against it."""
        if told := self._no_persons():
            return f"the message also says {_listed(told)}, which is no person or not all people"
        if any(leaf.is_item or not _is_open(leaf) for leaf in named):
            return "the figures stand within something else, which may be one of several places"
        if max(Counter(QUALIFIED[leaf.name] for leaf in named).values()) > 1:
            return "two fields say the same"
        if told := self._told("not_now", names=False):
            return f"the message also says {_listed(told)}, so it may not be about now"
        if told := [leaf.names[-1] for leaf in self.leaves if leaf.name in _FIELDS["period"]]:
            return f"{_listed(told)} may be the period that is counted, or a setting"
        units = (leaf for leaf in self.leaves if leaf.name in _FIELDS["unit"] and not _is_climate(leaf.names))
        if told := [unit for leaf in units if _is_foreign(unit := str(leaf.value or "").strip().lower())]:
            return f"the unit is {show(told[0])}"
        loose = [leaf for leaf in self._tops("loose") if str(leaf.value) not in self.packet.levels]
        if loose and not self._tops("device"):
            return f"{loose[0].shown} may be the device or the number of the message"
        lines = self._tops("line")
        if len(lines) > 1 or len(self._channel()) > CHANNEL_LIMIT:
            return f"{_listed([leaf.names[-1] for leaf in lines])} may each be what is counted apart"
        return ""

    def _fault(self) -> str:
        """Say that the device does not trust its figures, or made them up; "" if it does not."""
        for leaf in self.leaves:
            text = str(leaf.value).strip().lower() if isinstance(leaf.value, str | bool) else ""
            is_fault = (
                (text == "true" and not _WORDS["true_is_fault"].isdisjoint(words(leaf.names[-1])))
                or (leaf.name in _FIELDS["false_is_fault"] and text == "false")
                or (leaf.name in _FIELDS["state_of_health"] and "_".join(text.split()) in _WORDS["faults"])
                or (leaf.name in ("error", "fault", "failure") and bool(_TELLS_FAULT.match(text)))
            )
            if is_fault:
                return (
                    f"{leaf.shown} is {show(leaf.value)}: the device itself does not trust its figures, or made them"
                    " up; look after it"
                )
        return ""

    def _tops(self, kind: str) -> list[Leaf]:
        """Return the fields of a kind that hold a text or a number, outside of lists, the most telling first."""
        rank = _FIELDS[kind]
        found = (leaf for leaf in self.leaves if leaf.name in rank and _is_open(leaf) and not leaf.is_item)
        filled = [leaf for leaf in found if type(leaf.value) in (str, int, float) and str(leaf.value).strip()]
        return sorted(filled, key=lambda leaf: rank[leaf.name])

    def _channel(self) -> str:
        """Return the line, and the place where the message tells one: they keep apart what one device counts."""
        parts = (str(leaf.value).strip() for kind in ("place", "line") for leaf in self._tops(kind))
        return "/".join(dict.fromkeys(parts))

    def _device(self) -> str:
        topic, found = self.packet.topic, self._tops("device")
        if not isinstance(self.value, dict | list):
            topic = topic.rpartition("/")[0] or topic
        device = str(found[0].value).strip() if found else topic
        is_its_own = len(device) >= SHORTEST or device in self.packet.levels
        return device if is_its_own or not found else f"{topic}/{device}"

    def _climate(self) -> list[Value]:
        """Return the climate and battery values whose unit is told; of a metric that is told twice none."""
        found = [leaf for leaf in self.leaves if not leaf.is_item and _is_open(leaf)]
        values = [value for leaf in found if (value := _climate_of(leaf))]
        count = Counter(value.metric for value in values)
        elsewhere = self._told("outside", names=False)
        return [
            v for v in values if count[v.metric] == 1 and (not elsewhere or v.metric.startswith("battery"))
        ]

    def _unreachable(self, asked: Sequence[Leaf]) -> list[str]:
        """Say that people are told one by one, or within a text: no mapping reads that."""
        for leaf in self.leaves:
            if isinstance(leaf.value, str) and _IN_A_TEXT.search(leaf.value[:TEXT_LIMIT]):
                return [
                    f"{leaf.shown} holds values within a text, which no mapping reaches: let its sender unpack it"
                ]
            lists = leaf.names if isinstance(leaf.value, list) else leaf.names[:-1] if leaf.is_item else ()
            if not asked and (told := [name for name in lists if _is_of_persons(name)]):
                return [_ONE_BY_ONE.format(show(told[0]))]
        return []

    def _strange(self) -> list[str]:
        """Say that nobody knows what the numbers are, where not one word of their names is known."""
        names = [leaf.names[-1] for leaf in self.leaves if type(leaf.value) in (int, float)]
        found = list(dict.fromkeys(name for name in names if _KNOWN.isdisjoint(words(name))))
        if not found:
            return []
        are = "is" if len(found) == 1 else "are"
        return [f"nobody knows what {_listed(found)} {are}: if that is about people, write a mapping ({SEE})"]

    def _question(self, asked: Sequence[Leaf], why: str, known: Sequence[Value]) -> str:
        """Ask what fields mean, with a mapping in which all choices are commented out."""
        each = Counter(leaf.each for leaf in asked).most_common(1)[0][0]
        first = {leaf.path: leaf for leaf in reversed(asked) if leaf.each == each}
        chosen = [*reversed(first.values())][:OFFERED]
        names = list(dict.fromkeys(leaf.names[-1] for leaf in asked))
        draft = MappingDraft(
            topic=self.packet.topic,
            choices=(
                *_choices(chosen),
                *(_known(value) for value in known if not each and value.unit == 1.0),
            ),
            device=next((leaf.path for kind in ("device", "loose") for leaf in self._tops(kind)), ""),
            time=next((leaf.path for kind in ("time", "end") for leaf in self._tops(kind)), ""),
            start=next((leaf.path for leaf in self._tops("start")), ""),
            each=each,
            channel=self._channel_of_items(each),
        )
        because = f" ({why})" if why else ""
        return (
            f"nobody has said what {_listed(names)} {'is' if len(names) == 1 else 'are'}{because}: {ADVICE}:\n"
            f"{mapping_draft.written(draft)}"
        )

    def _channel_of_items(self, each: str) -> str:
        """Return the path to what names the items of a list: a field, or else their place in the list."""
        if not each:
            return ""
        own = [leaf for leaf in self.leaves if leaf.each == each and leaf.path.count(".") == 1]
        kinds = ("line", "place", "device", "loose")
        return next((leaf.path for kind in kinds for leaf in own if leaf.name in _FIELDS[kind]), "key")

    def _nothing(self) -> str:
        if told := self._no_persons():
            return f"nothing about people: it seems to be about {_listed(told)}"
        if names := [leaf.shown for leaf in self.leaves if _is_climate(leaf.names)]:
            return f"nothing about people: {_listed(names)} without a unit or not of a room; a mapping reads it ({SEE})"
        return "nothing about people: settings, the device's own health, or counts of other things"


# Leaves ---------------------------------------------------------------------------------------------------------------


def _leaves(packet: Packet, value: Any) -> Iterator[Leaf]:
    """Yield the leaves of a message in order. Raises Unreadable for one with too many of them, or a bare list."""
    path = "$"
    if not isinstance(value, dict | list):
        name = packet.levels[-1]
        yield Leaf(names=(name,), value=value, path=path, said=words(name), is_bare=True)
        return
    if isinstance(value, list) and value and not all(isinstance(item, dict) for item in value):
        raise Unreadable(f"the payload is a list of bare values, and nothing says what each is: {ADVICE}")
    if xmltext.looks_so(packet.payload) and isinstance(value, dict):
        ((root, inner),) = value.items()
        value, path = (inner, f"${_step(root)}") if isinstance(inner, dict) else (value, path)
    people = tuple(word for level in packet.levels for word in words(level) if word in _WORDS["strong"])
    for seen, leaf in enumerate(_within(value, path, (), "", DEEPEST)):
        if seen >= MOST:
            raise Unreadable(
                f"the message has more than {MOST} values, and nobody has said which count: {ADVICE}"
            )
        if leaf.name in _FIELDS["value"] and len(leaf.names) == 1:
            is_bare = leaf.name in ("value", "val")
            leaf = replace(leaf, said=words(packet.levels[-1]), is_bare=is_bare and not leaf.unit)
        elif people and _is_plain_count(leaf):
            leaf = replace(leaf, said=(*people, *leaf.said))
        yield leaf


def _within(value: Any, path: str, names: tuple[str, ...], each: str, depth: int) -> Iterator[Leaf]:
    if isinstance(value, dict) and value and depth:
        (named, held), units = _record(value), _units(value)
        for name, inner in value.items():
            if not isinstance(name, str):
                continue
            if name == held and not isinstance(inner, dict | list):
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
    elif isinstance(value, list) and value and depth and all(_is_number(item) for item in value):
        within = f"{each or '$'}{path[1:]}[*]"
        yield _leaf(names, value[0], "@", within, is_item=True)
    elif isinstance(value, dict | list) and value and not depth:
        raise Unreadable(f"the message is nested too deeply to be a measurement: {ADVICE}")
    elif names:
        yield _leaf(names, value, path, each, is_item=bool(each))


def _leaf(names: tuple[str, ...], value: Any, path: str, each: str, *, unit: str = "", is_item: bool) -> Leaf:
    """Make a leaf. A `value` within something goes by that thing's name; what stands around says nothing."""
    if (
        len(names) > 1
        and compact(names[-1]) in _FIELDS["value"]
        and compact(names[-2]) not in _FIELDS["around"]
    ):
        names = names[:-1]
    said = [word for name in names[:-1] if compact(name) not in _FIELDS["around"] for word in words(name)]
    return Leaf(
        names=names,
        value=value,
        path=path,
        said=(*said, *words(names[-1])),
        each=each,
        unit=unit,
        is_item=is_item,
    )


def _record(fields: dict[Any, Any]) -> tuple[str, str]:
    """Return the fields of a record that hold its name and its value: {"n": "people", "v": 3}; "" if it is none."""
    by = {compact(name): name for name in fields if isinstance(name, str)}
    named = next((by[n] for n in _FIELDS["named"] if n in by and isinstance(fields[by[n]], str)), "")
    held = next((by[n] for n in _FIELDS["value"] if n in by), "")
    return (named, held) if named and held and words(fields[named]) else ("", "")


def _chosen(path: str, each: str, named: str, name: str, held: str) -> tuple[str, str]:
    """Return the path to the value of a record, and of the items; one in a list is chosen by its name."""
    if path != "@" or each.count("[*]") > 1:
        return path + _step(held), each
    return (
        f"{each.removesuffix('[*]')}[?@{_step(named)} == {json.dumps(name, ensure_ascii=False)}]{_step(held)}",
        "",
    )


def _units(fields: dict[Any, Any]) -> dict[str, str]:
    """Return the units in an object, by the compact names of their fields."""
    texts = (
        (compact(name), value)
        for name, value in fields.items()
        if isinstance(name, str) and isinstance(value, str)
    )
    return {name: value for name, value in texts if name.endswith("unit") or name in _FIELDS["unit"]}


def _unit(units: dict[str, str], name: str) -> str:
    """Return the unit that stands beside a value: `temperature_unit`, or `unit` in the same object."""
    return (
        units.get(f"{compact(name)}unit") or next((units[n] for n in _FIELDS["unit"] if n in units), "")
        if units
        else ""
    )


def _step(name: str) -> str:
    return f".{name}" if _NAME.fullmatch(name) else f"[{json.dumps(name, ensure_ascii=False)}]"


# What a leaf may mean -------------------------------------------------------------------------------------------------


def _telling(kind: str, text: str) -> Iterator[str]:
    said = words(text)
    yield from (word for word in said if word in _WORDS[kind])
    if kind == "things":
        yield from (
            stem for stem in _WORDS["stems"] if any(stem in word for word in said) or stem in compact(text)
        )


def _is_open(leaf: Leaf) -> bool:
    """Tell whether nothing stands around a leaf that could change what it means."""
    return all(compact(name) in _FIELDS["around"] for name in leaf.names[:-1])


def _is_aside(leaf: Leaf) -> bool:
    """Tell whether a leaf is a setting or a plan, of a part of the people, or of what is no person."""
    own, around = (
        words(leaf.names[-1].partition("since")[0]),
        [word for name in leaf.names[:-1] for word in words(name)],
    )
    return (
        any(word in _WORDS["settings"] for word in own if not ("event" in own and word in ("type", "name")))
        or not _WORDS["settings_around"].isdisjoint(around)
        or not _WORDS["some"].isdisjoint(leaf.said)
        or any(True for name in leaf.names for _ in _telling("things", name))
    )


def _is_foreign(unit: str) -> bool:
    """Tell whether a unit is none of counted people."""
    return bool(unit) and not set(words(unit)) & (_WORDS["strong"] | _WORDS["counts"])


def _is_of_persons(name: str) -> bool:
    return compact(name) in _FIELDS["one_by_one"] or not _WORDS["strong"].isdisjoint(words(name))


def _is_plain_count(leaf: Leaf) -> bool:
    """Tell whether the name of a field says only that something is counted: `count`, `total_2`."""
    return all(word in _BARE or word.isdecimal() or len(word) == 1 for word in words(leaf.names[-1]))


def _is_climate(names: tuple[str, ...]) -> bool:
    return any(compact(n) in _CLIMATE or any(compact(n) in beside for beside, *_ in _BESIDE) for n in names)


def _climate_of(leaf: Leaf) -> Value | None:
    """Return how a climate or battery value is read, if its unit is told by its name, beside or behind it."""
    if isinstance(leaf.value, bool):
        return None
    metric, _, unit = _CLIMATE.get(leaf.name, "").partition(" ")
    if metric:
        return Value(metric=metric, paths=paths(leaf.path), said=leaf.shown, unit=unit or 1.0)
    for names, metric, units in _BESIDE:
        try:
            number, behind = measured(leaf.shown, leaf.value) if leaf.name in names else (None, "")
        except Unreadable:
            return None
        if number is not None and (told := (behind or leaf.unit).strip().lower()) in units:
            at = Path(leaf.path, "constant", constant=repr(number)) if behind else compiled(leaf.path)
            return Value(metric=metric, paths=(at,), said=leaf.shown, unit=units[told])
    return None


def _is_settled(leaf: Leaf, metrics: Iterable[str]) -> bool:
    """Tell whether what was read says the same people."""
    said, known = set(leaf.said), set(metrics)
    has_in, has_out = known & {"in", "in_total"}, known & {"out", "out_total"}
    if said & _WORDS["into"] or said & _WORDS["out"]:
        return bool(has_in) >= bool(said & _WORDS["into"]) and bool(has_out) >= bool(said & _WORDS["out"])
    return said <= _BARE and bool((has_in and has_out) or known & {"passages_total", "people"})


_WAYS_TO_COUNT: Final = ("people", "in", "out", "passages", "in_total", "out_total", "passages_total")
_NEGATED: Final = 'with yes = ["false"] and no = ["true"]'
_OF_A_SHARE: Final = "with units = { people = 0.5 }, the people that one per cent is"


def choices_of(leaf: Leaf) -> tuple[tuple[str, str], ...]:
    """Return the metrics that a leaf could be, each with what its mapping needs beside it; none if not about people."""
    if leaf.value is None or isinstance(leaf.value, list | dict) or _is_aside(leaf):
        return ()
    said = {*leaf.said}
    said = said - {"in"} | {"inuse"} if {"in", "use"} <= said else said
    is_share = bool(said & _WORDS["percent"]) or leaf.unit in _WORDS["percent"]
    if not _is_number(leaf.value):
        return _of_a_word(leaf, said)
    if is_share or (_is_foreign(leaf.unit.lower()) and leaf.name not in QUALIFIED):
        return (("people", _OF_A_SHARE),) if is_share and said & _WORDS["strong"] else ()
    if said & _WORDS["motion"]:
        metrics: tuple[str, ...] = ("occupied", "motions", "motions_total")
    elif said & _WORDS["vacant"]:
        return (("occupied", 'with yes = ["0"] and no = ["1"]'),)
    elif said & _WORDS["presence"]:
        metrics = ("occupied", "people")
    elif (into := said & _WORDS["into"]) and said & _WORDS["out"]:
        metrics = ("passages", "passages_total", "people")
    elif into or said & _WORDS["out"]:
        way = "in" if into else "out"
        metrics = (way, f"{way}_total", *(["people"] if said & _WORDS["strong"] else []))
    elif said & _WORDS["strong"] or (said & _WORDS["counts"] and _is_plain_count(leaf)):
        metrics = _WAYS_TO_COUNT
    elif said & _WORDS["ways"] and all(w in _BARE | _WORDS["ways"] or w.isdecimal() for w in said):
        metrics = ("in", "out", "in_total", "out_total")
    else:
        metrics = _WAYS_TO_COUNT if leaf.is_bare and not _is_climate(leaf.names) else ()
    return tuple((metric, "") for metric in metrics)


def _of_a_word(leaf: Leaf, said: set[str]) -> tuple[tuple[str, str], ...]:
    """Return what a value can be that is yes or no, or a word."""
    text = str(leaf.value).strip() if isinstance(leaf.value, str) else text_of(leaf.value)
    told, text_low = set(words(text)), text.lower()
    ways = [way for way in ("into", "out") if told & _WORDS[way]]
    is_event = bool(said & _WORDS["directions"]) and isinstance(leaf.value, str)
    only = f"with only = {{ {json.dumps(leaf.path)} = {json.dumps(text)} }}"
    if is_event and len(ways) == 1 and told <= _PEOPLE | _BARE:
        return (("in" if ways == ["into"] else "out", only),)
    if (is_event and told & _WORDS["ways"]) or (
        leaf.value is True and said & (_WORDS["into"] | _WORDS["out"])
    ):
        return (("in", only), ("out", only))
    is_state = "_".join(text_low.split()) in _WORDS["states"] or (is_event and bool(told & _WORDS["strong"]))
    is_generic = is_event or all(w in ("state", "status", "value") or w.isdecimal() for w in said)
    if leaf.is_bare and _is_climate(leaf.names):
        return ()
    if said & (_WORDS["strong"] | _WORDS["places"]) or (is_state and is_generic) or leaf.is_bare:
        if is_state or _is_yes_or_no(leaf.value):
            return (("occupied", _NEGATED if said & _WORDS["vacant"] else ""),)
        return (("occupied", "with yes = [...] and no = [...], its words"),) if leaf.is_bare else ()
    return ()


def _is_number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) or (
        isinstance(value, str) and bool(_NUMBER.fullmatch(value.strip()))
    )


def _is_nothing(value: object) -> bool:
    try:
        return state("", value) is None
    except Unreadable:
        return False


def _is_yes_or_no(value: object) -> bool:
    try:
        return state("", value) is not None
    except Unreadable:
        return False


def _choices(leaves: Sequence[Leaf]) -> Iterator[Choice]:
    """Yield the choices of all leaves; those that would be of one channel get names of their own."""
    first = Counter(choices_of(leaf)[0][0] for leaf in leaves)
    for leaf in leaves:
        options = choices_of(leaf)
        part = _part(leaf) if first[options[0][0]] > 1 and not leaf.each else ""
        for metric, besides in options:
            path = "'1'" if "only" in besides else leaf.path  # each message is one person
            yield Choice(key=f"{metric}:{part}" if part else metric, path=path, besides=besides)


def _known(value: Value) -> Choice:
    """Return what is read already, as a mapping would: it reads the whole message."""
    key = f"{value.metric}:{value.channel}" if value.channel not in ("", "1") else value.metric
    return Choice(key=key, path=value.paths[0].text)


def _part(leaf: Leaf) -> str:
    """Return what tells a leaf from others that say the same: `2` of in_2, `hall` of hall.people."""
    plain = _PEOPLE | _BARE | _WORDS["states"]
    rest = [word for word in leaf.said if word not in plain]
    return ("_".join(rest) or compact(leaf.names[-1]))[:CHANNEL_LIMIT]


def _listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    shown = [*names[:SHOWN], f"{len(names) - SHOWN} more"] if len(names) > SHOWN else list(names)
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
