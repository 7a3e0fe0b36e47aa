"""Formats: what one kind of message means. Mappings of site files and model tables both become formats."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from besok.model.json_path import Path, compiled
from besok.model.metrics import METRICS, Kind
from besok.model.site import PayloadMapping
from besok.model.sitefile.mapping_checks import split

ANY, ABSENT = "*", "!"  # what a condition may ask of a path, beside a text
REPEATED_S = 8 * 86_400  # a message comes again within eight days, or not at all
ONLINE = "online"  # stands in `values` for whether the device is there: no metric, a status

# The numbers of values by the first name of their paths, or by the first two.
Index = dict[str, tuple[list[int], dict[str, list[int]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must be found at a path: one of `texts`, among which ANY is anything and ABSENT nothing at all.

    `patterns` are texts with * for any characters. With `is_not` it must be none of them all.
    """

    path: Path
    texts: frozenset[str]
    patterns: tuple[re.Pattern[str], ...] = ()
    is_not: bool = False

    @property
    def is_exact(self) -> bool:
        """Tell whether only texts that are known beforehand will do."""
        return not self.is_not and not self.patterns and self.texts.isdisjoint((ANY, ABSENT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A path to a name, where the item is such as `when` says."""

    path: Path
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unless:
    """A state of the device in which values of `metrics` (all if empty) are no measurement.

    The state is one of `texts`, or one of those that `among` leads to, or with `is_other` any other and none at all.
    """

    path: Path
    texts: frozenset[str]
    among: Path | None = None
    is_other: bool = False
    metrics: frozenset[str] = frozenset()
    says: Path
    fault: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """The place and the form of one measurement, or (ONLINE) of a status.

    The first of `paths` that leads somewhere counts; with `is_sum` all must, and are added. `yes` and `no` are words of
    `occupied`: only these where `is_strict`. What `invalid` lists, or is below `low` or above `high`, is not measured.
    `when` is asked of the message or item. Where it says that it `asks`, only somebody at the place can know. With
    `is_all` every path that leads somewhere counts, those behind the first for the channel that its first name is.
    """

    metric: str
    paths: tuple[Path, ...]
    said: str  # how sentences name it
    channel: str = ""
    unit: str | float = 1.0
    is_sum: bool = False
    is_strict: bool = False
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    invalid: frozenset[str] = frozenset()
    low: float | None = None
    high: float | None = None
    wraps: int = 0
    when: tuple[Condition, ...] = ()
    asks: str = ""
    is_all: bool = False
    kind: Kind | None = field(init=False, default=None)  # of the metric; None of a status

    def __post_init__(self) -> None:
        """Look up the kind of the metric."""
        if self.metric in METRICS:
            object.__setattr__(self, "kind", METRICS[self.metric].kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What one kind of message means, ready to be read.

    `topic` is an MQTT topic filter ("" is any topic), `when` what the message must have and `only` what its items must
    have; `each` leads step by step to the items. A format with `not_data` is known and measures nothing,
    one with `problem` is known and cannot be read.

    `named` leads to the names that people gave to an item, `share` to the samples made and those expected in the
    period. With `is_mac` the device is an address, written without separators; with `last_second` the time is the last
    second of the period, not its end.
    """

    name: str
    source: str
    model: str = ""
    topic: str = ""
    when: tuple[Condition, ...] = ()
    only: tuple[Condition, ...] = ()
    each: tuple[Path, ...] = ()
    device: tuple[Choice, ...] = ()
    model_at: tuple[Choice, ...] = ()
    channel: tuple[Choice, ...] = ()
    values: tuple[Value, ...] = ()
    time: tuple[Path, ...] = ()
    time_format: str = ""
    zone: str | Path = ""
    summer: Path | None = None
    start: tuple[Path, ...] = ()
    last_second: bool = False
    share: tuple[Path, ...] = ()
    period: float | Path = 0.0
    period_unit: str | float = 1.0
    age: Path | None = None  # seconds that have gone by since the time
    age_unit: str | float = 1.0
    seq: Path | None = None
    repeat_s: float = REPEATED_S
    device_form: Literal["mac", ""] = ""
    named: tuple[Path, ...] = ()
    clock: Literal["second", ""] = ""
    unless: tuple[Unless, ...] = ()
    not_data: str = ""
    problem: Path | None = None
    has_flows: bool = field(default=False)
    list_at: Path | None = field(init=False, default=None)  # the list whose items are read
    in_message: "Index" = field(init=False, default_factory=dict)
    in_item: "Index" = field(init=False, default_factory=dict)
    elsewhere: tuple[int, ...] = field(init=False, default=())  # values with a path that begins otherwise
    # Names of which a message has one at its top if the format finds anything in it; None if that is not known
    begins: frozenset[str] | None = field(init=False, default=None)
    is_timeless: bool = field(init=False, default=False)  # it says nothing of a time or a period

    def __post_init__(self) -> None:
        """Index the values by how their paths begin, and find the list of items."""
        indexes: dict[str, Index] = {"message": self.in_message, "item": self.in_item}
        elsewhere: dict[int, None] = {}
        for number, value in enumerate(self.values):
            for path in value.paths:
                if not path.names or path.begins not in indexes:
                    elsewhere[number] = None
                    continue
                known, within = indexes[path.begins].setdefault(path.names[0], ([], {}))
                (within.setdefault(path.names[1], []) if len(path.names) > 1 else known).append(number)
        object.__setattr__(self, "elsewhere", tuple(elsewhere))
        timed = (self.time, self.start, self.period, self.age, self.last_second, self.share, self.clock)
        object.__setattr__(self, "is_timeless", not any(timed))
        if self.each:
            if self.each[0].begins == "message" and self.each[0].names:
                object.__setattr__(self, "begins", frozenset(self.each[0].names[:1]))
        elif self.values and not (elsewhere or self.only):
            object.__setattr__(self, "begins", frozenset((*self.in_message, *self.in_item)))
        text = self.each[0].text if self.each else ""
        if text.endswith(("[*]", ".*")):
            object.__setattr__(self, "list_at", compiled(text[: -3 if text.endswith("[*]") else -2]))

    def values_in(self, message: Any, item: Any) -> Sequence[Value]:
        """Return the values of which a path can lead somewhere, in their order."""
        numbers = set(self.elsewhere)
        for index, data in ((self.in_message, message), (self.in_item, item)):
            if index and type(data) is dict:
                for name in data.keys() & index.keys():
                    known, within = index[name]
                    numbers.update(known)
                    if within and type(inner := data[name]) is dict:
                        for second in inner.keys() & within.keys():
                            numbers.update(within[second])
        return [self.values[number] for number in sorted(numbers)]


def text_of(value: Any) -> str:
    """Write a value as a site file or a table would: 3 for 3.0, true for True; "" for what has no such form."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value) if isinstance(value, int) and abs(value) < 10**300 else ""


def paths(texts: str | Sequence[str]) -> tuple[Path, ...]:
    """Compile a path, or several of which the first that leads somewhere counts; none for ""."""
    return tuple(compiled(text) for text in ([texts] if isinstance(texts, str) else texts) if text)


def choices(texts: str | Sequence[str]) -> tuple[Choice, ...]:
    """Compile paths as choices that always hold."""
    return tuple(Choice(path=path) for path in paths(texts))


def conditions(asked: Mapping[str, str]) -> tuple[tuple[Condition, ...], tuple[Condition, ...]]:
    """Compile conditions, and part those of the message from those of its items."""
    found = [_condition(compiled(path), text) for path, text in asked.items()]
    of_items = tuple(c for c in found if c.path.begins in ("item", "around", "key"))
    return tuple(c for c in found if c not in of_items), of_items


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


def has_flows(values: Sequence[Value]) -> bool:
    """Tell whether any value is of people who passed in a period."""
    return any(value.kind is Kind.FLOW for value in values)


@lru_cache(maxsize=4096)
def _words(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.strip().lower() for word in words)


def of_mapping(mapping: PayloadMapping) -> Format:
    """Compile a mapping of a site file. Raises PathError for one that an older check let through."""
    when, only = conditions(mapping.only)
    values = tuple(
        Value(
            metric=split(key)[0],
            channel=split(key)[1],
            paths=(compiled(path),),
            said=f"{key} ({path})",
            unit=mapping.units.get(key, 1.0),
            yes=_words(mapping.yes),
            no=_words(mapping.no),
            wraps=mapping.wraps,
        )
        for key, path in mapping.values.items()
    )
    return Format(
        name=mapping.name,
        source=mapping.source_key,
        model=mapping.model,
        topic=mapping.topic,
        when=when,
        only=only,
        each=paths(mapping.each),
        device=choices(mapping.device),
        channel=choices(mapping.channel),
        values=values,
        time=paths(mapping.time),
        time_format=mapping.time_format,
        zone=mapping.zone,
        start=paths(mapping.start),
        period=compiled(mapping.period_s) if isinstance(mapping.period_s, str) else mapping.period_s,
        period_unit=mapping.units.get("period_s", 1.0),
        seq=compiled(mapping.seq) if mapping.seq else None,
        has_flows=has_flows(values),
    )
