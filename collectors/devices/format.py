"""Formats: what one kind of message means. A model table writes them so, and mappings of site files become formats too.

The types of the fields say what msgspec makes of the TOML: paths are compiled, words compared as texts.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from besok.model import topics
from besok.model.errors import Unreadable
from besok.model.json_path import NOWHERE, Path, Place, compiled, sentence
from besok.model.metrics import METRICS, Kind
from besok.model.site import PayloadMapping
from besok.model.sitefile.mapping_checks import split
from besok.model.units import UNITS, unit_of

ANY, ABSENT = "*", "!"  # what a condition may require of a path, besides a text
REPEATED_S = 8 * 86_400  # a message is redelivered within eight days, or never
LONGEST = 10**300  # of a whole number that is written as a text
COUNTS = frozenset(("people", "in", "out", "in_total", "out_total", "passages", "passages_total"))
ONLINE = "online"  # key in `values` for a status, online or not, which is not a metric
_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")
_NUMBER = re.compile(r"\{([+-]\d+)?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A requirement on the value at a path: one of `texts`, where ANY is any value and ABSENT none.

    `patterns` are texts with * for any characters. With `is_not` it must be none of them all.
    """

    path: Path
    texts: frozenset[str]
    patterns: tuple[re.Pattern[str], ...] = ()
    is_not: bool = False

    def holds(self, place: Place) -> bool:
        """Tell whether what lies at the path in a message or item is as required."""
        present = present_at(self.path, place)
        if not self.is_not and (not present or ANY in self.texts):
            return bool(present) or ABSENT in self.texts
        texts = [text_of(value) for value in present]
        is_one = not self.texts.isdisjoint(texts) or any(p.fullmatch(t) for p in self.patterns for t in texts)
        return is_one != self.is_not


class Paths(tuple[Path, ...]):
    """A path, or several, of which the first that leads to a value counts."""

    def value(self, place: Place) -> Any:
        """Return the first value that is neither null nor empty text; None if there is none. Raises Unreadable."""
        for path in self:
            value = path.value(place) if path.is_single else one(path, place)
            if value is not NOWHERE and value is not None and value != "":
                return value
        return None


class Conditions(tuple[Condition, ...]):
    """Conditions that must all hold, each written as path = "text"."""

    def hold(self, place: Place) -> bool:
        """Tell whether they hold in a message or item. Raises Unreadable if a path gets lost."""
        for condition in self:  # noqa: SIM110 - all() takes four times as long
            if not condition.holds(place):
                return False
        return True

    def are_of(self, message: Place) -> bool:
        """Tell whether they hold in a whole message; False if a path gets lost."""
        try:
            return self.hold(message)
        except Unreadable:
            return False


class Words(frozenset[str]):
    """Words as `text_of` writes them, in small letters."""


class Choice(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A path to a name, used where the item meets the conditions `when`."""

    path: Paths
    when: Conditions = Conditions()


class Choices(tuple[Choice, ...]):
    """Choices of a name, of which the first that leads to one counts: paths, or objects of a path and conditions."""

    def value(self, place: Place) -> Any:
        """Return the value of the first choice that leads to one, or NOWHERE. Raises Unreadable."""
        for choice in self:
            if not choice.when or choice.when.hold(place):
                value = one(choice.path[0], place)
                if value is not NOWHERE and value is not None:
                    return value
        return NOWHERE


class Unless(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, rename={"is_": "is"}):
    """A state of the device in which values of `metrics` (all if empty) are not measurements.

    It is one of these (true is 1 too, false 0), a number with one of these `bits`, or one of those that the path
    `among` leads to.
    """

    path: Paths
    says: str
    is_: Words = Words()
    bits: int = 0
    among: Paths = Paths()
    metrics: frozenset[str] = frozenset()
    fault: bool = False

    def __post_init__(self) -> None:
        sentence(self.says)
        if strange := self.metrics - METRICS.keys():
            raise ValueError(f'"{min(strange)}" is not in the catalogue of metrics')
        if sum(map(bool, (self.is_, self.bits, self.among))) != 1:
            raise ValueError("write one of is, bits and among")


class Value(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The place and the form of one measurement, or (ONLINE) of a status.

    The first of `path` that leads somewhere counts; of `sum` all must, and are added. `yes` and `no` are words of
    `occupied`: only these where `is_strict`. What `invalid` lists, or is below `min`, is not measured.
    `when` is asked of the message or item. Where it says that it `asks`, only somebody at the place can know. With
    `all` every path that leads somewhere counts, those behind the first for the channel that its first name is.
    """

    metric: str
    channel: str = ""
    path: Paths = Paths()
    sum: Paths = Paths()
    paths: Paths = Paths()  # of path or sum
    unit: str | float = 1.0
    yes: Words = Words()
    no: Words = Words()
    is_strict: bool = True
    invalid: Words = Words()
    min: float | None = None
    bits: int = 0
    wraps: int = 0
    when: Conditions = Conditions()
    asks: str = ""
    all: bool = False
    said: str = ""  # its name in sentences
    kind: Kind | None = None  # of the metric; None for a status
    is_whole: bool = False  # it is a number of people, and not one that is converted, such as a share

    def __post_init__(self) -> None:
        """Raise ValueError for one that is wrong; complete what follows from the rest."""
        if bool(self.path) == bool(self.sum):
            raise ValueError(f"{self.metric}: write either a path or a sum of paths")
        self.paths = self.path or self.sum
        if self.metric != ONLINE:
            if self.metric not in METRICS:
                raise ValueError(f'"{self.metric}" is not in the catalogue of metrics')
            self.kind = METRICS[self.metric].kind
            self.is_whole = self.unit == 1 and unit_of(self.metric) == "people"
        unit = self.unit
        if isinstance(unit, str) and (unit not in UNITS or UNITS[unit].to != unit_of(self.metric)):
            raise ValueError(f'{self.metric}: the unit "{unit}" does not lead to {unit_of(self.metric)}')
        if self.bits:  # all bits set is an empty register; the next total has the people
            self.wraps, self.invalid = 1 << self.bits, Words((*self.invalid, str((1 << self.bits) - 1)))
        self.said = self.said or self.paths[0].text.removeprefix("$.").removeprefix("@.")


class Values(tuple[Value, ...]):
    """Values by metric, or metric:channel; a key with a range ({1..4}) stands for one value of each number."""


class Format(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, dict=True):
    """One kind of message.

    `topic` is an MQTT topic filter ("" is any topic); `each` leads step by step to the items. A format with `not_data`
    is known and measures nothing, one with `problem` is known and cannot be read. What stands behind values in a table
    is the `rest` of a make: numbers in it that may be of people by their name are asked about.

    `named` leads to the names that people gave to an item, all of its choices; `share` to the samples made and those
    expected in the period. The device_form "mac" is an address, written without separators.
    """

    name: str = ""
    source: str = ""
    of_model: str = ""
    topic: str = ""
    asked: Conditions = msgspec.field(default=Conditions(), name="when")
    each: Paths = Paths()
    device: Choices = Choices()
    model: Choices = Choices()
    channel: Choices = Choices()
    named: Choices = Choices()
    values: Values = Values()
    time: Paths = Paths()
    time_format: str = ""
    zone: str = ""
    summer: Paths = Paths()
    start: Paths = Paths()
    share: Paths = Paths()
    period_s: str | float = 0.0
    age_s: Paths = Paths()  # to the seconds that have passed since the time
    units: dict[Literal["period_s", "age_s"], str | float] = {}
    seq: Paths = Paths()
    repeat_s: float = REPEATED_S
    device_form: Literal["mac", ""] = ""
    clock: Literal["second", ""] = ""
    unless: list[Unless] = []
    not_data: str = ""
    problem: str = ""
    rest: bool = False

    def __post_init__(self) -> None:
        if sum(map(bool, (self.values, self.not_data, self.problem))) != 1:
            raise ValueError("write one of values, not_data and problem")
        if self.topic and (reason := topics.problem(self.topic)):
            raise ValueError(f'"{self.topic}" is not a topic filter: {reason}')
        if len(self.share) not in (0, 2):
            raise ValueError("share = [samples made, samples expected]: write both paths")
        sentence(self.problem)
        if isinstance(self.period_s, str):
            compiled(self.period_s)
        of_item = [c for c in self.asked if c.path.begins in ("item", "around", "key")]
        self.only = Conditions(of_item)  # on the items; the others are on the message
        self.when = Conditions(c for c in self.asked if c not in of_item)
        self.specificity = len(self.when) + sum(bool(level.strip("+#")) for level in self.topic.split("/"))
        self.has_flows = any(value.kind is Kind.FLOW for value in self.values)  # people in a period
        self.counts = any(value.metric in COUNTS for value in self.values)
        # It states neither a time nor a period
        self.is_timeless = not any((self.time, self.start, self.period_s, self.age_s, self.share, self.clock))
        text = self.each[0].text if self.each else ""
        is_list = text.endswith(("[*]", ".*"))
        self.list_at = compiled(text.removesuffix("[*]").removesuffix(".*")) if is_list else None
        # A message needs one name of each group at its top, to have items and to meet the conditions
        found = (c.path for c in self.when if not c.is_not and ABSENT not in c.texts)
        at_top = (path for path in (*self.each[:1], *found) if path.begins == "message")
        self._needed = [names for path in at_top if (names := (path.names or ())[:1] or path.several)]
        # Numbers of the values by where their paths begin and by their first name, "" if they have none
        self._index: dict[str, dict[str, list[int]]] = {
            "message": defaultdict(list),
            "item": defaultdict(list),
        }
        for number, value in enumerate(self.values):
            for path in value.paths:
                name = path.names[0] if path.names and path.begins in self._index else ""
                self._index[path.begins if name else "message"][name].append(number)

    def leads_into(self, message: Any) -> bool:
        """Tell whether a message can have items, and meet the conditions, by the names at its top."""
        return type(message) is not dict or not any(map(message.keys().isdisjoint, self._needed))

    def values_in(self, message: Any, item: Any) -> Sequence[Value]:
        """Return the values with a path that can lead to something, in their order."""
        numbers = {*self._index["message"].get("", ())}
        for index, data in ((self._index["message"], message), (self._index["item"], item)):
            if type(data) is dict:
                for name in data.keys() & index.keys():
                    numbers.update(index[name])
        return [self.values[number] for number in sorted(numbers)]


def one(path: Path, place: Place) -> Any:
    """Return the single value at a path, or NOWHERE. Raises Unreadable where there are several."""
    if path.is_single:
        return path.value(place)
    matches = path.find(place)
    if len(matches) > 1:
        raise Unreadable(f"{path.text} leads to {len(matches)} values; make items of them with each = ...")
    return matches[0].value if matches else NOWHERE


def present_at(path: Path, place: Place) -> Sequence[Any]:
    """Return the values at a path that are not null. Raises Unreadable."""
    if not path.is_single:
        return [match.value for match in path.find(place) if match.value is not None]
    value = path.value(place)
    return () if value is NOWHERE or value is None else (value,)


def text_of(value: Any) -> str:
    """Write a value as in a site file or a table: 3 for 3.0, true for True; "" for what has no such form."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value) if isinstance(value, int) and abs(value) < LONGEST else ""


def made(kind: type, data: Any) -> Any:
    """Build a value of a type of this module, for msgspec. Raises ValueError that says what is wrong."""
    return _MAKERS[kind](data)


def of_mapping(mapping: PayloadMapping) -> Format:
    """Compile a mapping of a site file, which has been checked."""
    given = {name: getattr(mapping, name) for name in mapping.__slots__ if name in Format.__struct_fields__}
    shared = {"is_strict": False, "yes": list(mapping.yes), "no": list(mapping.no), "wraps": mapping.wraps}
    values = {
        key: shared | {"path": path, "said": f"{key} ({path})", "unit": mapping.units.get(key, 1.0)}
        for key, path in mapping.values.items()
    }
    given |= {
        "source": mapping.source_key,
        "model": [],
        "of_model": mapping.model,
        "when": dict(mapping.only),
        "values": values,
        "units": {key: unit for key, unit in mapping.units.items() if key == "period_s"},
    }
    return msgspec.convert(given, Format, dec_hook=made)


def paths(texts: str | Sequence[str]) -> Paths:
    """Compile a path, or several; none for ""."""
    return Paths(compiled(text) for text in ([texts] if isinstance(texts, str) else texts) if text)


def _condition(path: Path, text: str) -> Condition:
    is_not = text.startswith(ABSENT) and len(text) > 1 and not text.startswith(f"{ABSENT}|")
    words = [word.strip() for word in (text[1:] if is_not else text).split("|")]
    patterns = [word for word in words if ANY in word and word != ANY]
    return Condition(
        path=path,
        texts=frozenset(words) - frozenset(patterns),
        patterns=tuple(re.compile(".*".join(map(re.escape, word.split(ANY)))) for word in patterns),
        is_not=is_not,
    )


def _choices(names: Any) -> Choices:
    listed = [{"path": name} if isinstance(name, str) else name for name in _several(names) if name]
    return Choices(msgspec.convert(name, Choice, dec_hook=made) for name in listed)


def _values(entries: Mapping[str, Any]) -> Values:
    values = []
    for key, given in entries.items():
        for name, _, entry in numbered(key, given if isinstance(given, dict) else {"path": given}):
            metric, channel = split(name)
            values.append(entry | {"metric": metric, "channel": channel})
    return Values(msgspec.convert(value, Value, dec_hook=made) for value in values)


def numbered(key: str, given: Any) -> Iterator[tuple[str, int, Any]]:
    """Yield key, number and value, once for each number of a range in the key; with 0 if it has none.

    In what it says {} stands for the number, and {+199} for 199 more.
    """
    span = _RANGE.search(key)
    if span is None:
        yield key, 0, given
        return
    for number in range(int(span[1]), int(span[2]) + 1):
        yield _RANGE.sub(str(number), key), number, _with_number(given, number)


def _with_number(given: Any, number: int) -> Any:
    if isinstance(given, str):
        return _NUMBER.sub(lambda match: str(number + int(match[1] or 0)), given)
    if isinstance(given, list):
        return [_with_number(inner, number) for inner in given]
    if isinstance(given, dict):
        return {_with_number(key, number): _with_number(inner, number) for key, inner in given.items()}
    return given


def _several(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


_MAKERS: dict[type, Callable[[Any], Any]] = {
    Paths: paths,
    Conditions: lambda texts: Conditions(_condition(compiled(p), text_of(t)) for p, t in texts.items()),
    Choices: _choices,
    Values: _values,
    Words: lambda words: Words(text_of(word).lower() for word in _several(words)),
}
