"""Model tables: one data file says what the messages of a model mean (docs/how-to/connect-a-sensor.md).

A table is TOML: who makes the device, the document that says so, how its messages are recognised, and for each metric
of the catalogue where its value is. The keys are those of the structs below, the language of paths that of mappings
(docs/reference/mappings.md). Every table carries examples, and a test reads each of them.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

import msgspec

from besok.model import topics
from besok.model.json_path import PathError, compiled, sentence
from besok.model.metrics import METRICS
from besok.model.sitefile.mapping_checks import split
from besok.model.units import UNITS, unit_of
from collectors.devices.format import (
    ONLINE,
    REPEATED_S,
    Choice,
    Condition,
    Format,
    Unless,
    Value,
    choices,
    conditions,
    has_flows,
    paths,
    text_of,
)

Word = str | int | float | bool
OneOrMore = str | list[str]
_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")
_NUMBER = re.compile(r"\{([+-]\d+)?\}")


class TableError(ValueError):
    """A model table is wrong; the text names the file and says where and why."""


class ValueEntry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One entry of `values` that is more than a path."""

    path: OneOrMore = ""
    sum: list[str] = []
    unit: str | float = 1.0
    yes: list[Word] = []
    no: list[Word] = []
    invalid: list[Word] = []
    min: float | None = None
    max: float | None = None
    bits: int = 0
    when: dict[str, Word] = {}
    asks: str = ""
    all: bool = False


class UnlessEntry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, rename={"is_": "is"}):
    """A state of the device in which values are no measurement.

    It is one of these, or (`is_not`) none of these, or one of those that the path `among` leads to.
    """

    path: str
    says: str
    is_: list[Word] = []
    is_not: list[Word] = []
    among: str = ""
    metrics: list[str] = []
    fault: bool = False


class ChoiceEntry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A path to a name that is meant only where the item is such as `when` says."""

    path: str
    when: dict[str, Word]


Names = str | list[str | ChoiceEntry]


class MessageEntry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One kind of message."""

    topic: str = ""
    when: dict[str, Word] = {}
    each: OneOrMore = ""
    device: Names = ""
    channel: Names = ""
    named: OneOrMore = ""
    model: OneOrMore = ""
    values: dict[str, str | list[str] | ValueEntry] = {}
    time: OneOrMore = ""
    time_format: str = ""
    zone: str = ""
    summer: str = ""
    start: OneOrMore = ""
    last_second: bool = False
    share: list[str] = []
    period_s: str | float = 0.0
    age_s: str = ""
    units: dict[Literal["period_s", "age_s"], str | float] = {}
    seq: str = ""
    repeat_s: float = REPEATED_S
    device_form: Literal["mac", ""] = ""
    clock: Literal["second", ""] = ""
    unless: list[UnlessEntry] = []
    not_data: str = ""
    problem: str = ""


class Example(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A message of the device and what it gives: "channel metric value", or "not data", or "rejected: why"."""

    gives: str | list[str]
    topic: str = ""
    payload: str | dict[str, Any] | list[Any] = ""
    hex: str = ""
    port: int = 1
    fields: dict[str, Any] = {}


class Lorawan(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is particular to a radio device: the layout of its frames, if Besök has one."""

    layout: str = ""


class Table(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A model table as its file writes it."""

    vendor: str
    model: str
    kind: Literal[
        "people counter",
        "presence sensor",
        "desk sensor",
        "seat sensor",
        "room sensor",
        "camera",
        "platform",
    ]
    document: str
    examples: list[Example]
    messages: list[MessageEntry] = []
    platform: str = ""  # source of the platform that carries its messages; its own messages come before those
    also: list[str] = []
    apart: list[str] = []  # models with a name that holds this one's, and that are others
    source: str = ""
    names: list[str] = []
    lorawan: Lorawan | None = None
    note: str = ""  # for the reader of docs/reference/adapters.md
    path: str = ""  # of the file, set by the loader

    @property
    def name(self) -> str:
        """The vendor and the model, as the pages say it."""
        return f"{self.vendor} {self.model}"

    @property
    def source_key(self) -> str:
        """The source of the readings, which is also the name of the adapter."""
        own = self.source or self.platform or ("lorawan" if self.lorawan else "")
        return own or re.sub(r"[^a-z0-9]+", "-", self.vendor.lower())

    @property
    def is_carried(self) -> bool:
        """Tell whether messages go through a platform, whose topics and names the people of the place have chosen."""
        return bool(self.platform) or self.kind == "platform"

    def _is_one_model(self) -> bool:
        """Tell whether a message of the table says which model sent it: not if it could be a twin's."""
        return self.kind != "platform" and (self.lorawan is not None or not self.also)

    def formats(self) -> tuple[Format, ...]:
        """Compile the kinds of messages. Raises TableError."""
        return tuple(self._format(entry, number) for number, entry in enumerate(self.messages, 1))

    def _format(self, entry: MessageEntry, number: int) -> Format:
        try:
            return self._compiled(entry)
        except (PathError, ValueError) as exc:
            raise TableError(f"{self.path}, message {number}: {exc}") from exc

    def _compiled(self, entry: MessageEntry) -> Format:
        if sum(map(bool, (entry.values, entry.not_data, entry.problem))) != 1:
            raise TableError("write one of values, not_data and problem")
        if entry.topic and (reason := topics.problem(entry.topic)):
            raise TableError(f'"{entry.topic}" is no topic filter: {reason}')
        if len(entry.share) not in (0, 2):
            raise TableError("share = [samples made, samples expected]: write both paths")
        when, only = conditions(_texts(entry.when))
        values = tuple(value for key, said in entry.values.items() for value in _values(key, said))
        return Format(
            name=self.name,
            source=self.source_key,
            model=self.name if self._is_one_model() else "",
            topic=entry.topic,
            when=when,
            only=only,
            each=(compiled(entry.each),) if isinstance(entry.each, str) and entry.each else paths(entry.each),
            device=_choices(entry.device),
            model_at=choices(entry.model),
            channel=_choices(entry.channel),
            values=values,
            time=paths(entry.time),
            time_format=entry.time_format,
            zone=compiled(entry.zone) if entry.zone[:1] in ("$", "@", "^") else entry.zone,
            summer=compiled(entry.summer) if entry.summer else None,
            start=paths(entry.start),
            last_second=entry.last_second,
            share=paths(entry.share),
            period=compiled(entry.period_s) if isinstance(entry.period_s, str) else entry.period_s,
            period_unit=entry.units.get("period_s", 1.0),
            age=compiled(entry.age_s) if entry.age_s else None,
            age_unit=entry.units.get("age_s", 1.0),
            seq=compiled(entry.seq) if entry.seq else None,
            repeat_s=entry.repeat_s,
            device_form=entry.device_form,
            named=paths(entry.named),
            clock=entry.clock,
            unless=tuple(_unless(unless) for unless in entry.unless),
            not_data=entry.not_data,
            problem=sentence(entry.problem) if entry.problem else None,
            has_flows=has_flows(values),
        )


def _choices(names: Names) -> tuple[Choice, ...]:
    listed = [names] if isinstance(names, str) else names
    return tuple(
        Choice(path=compiled(name))
        if isinstance(name, str)
        else Choice(path=compiled(name.path), when=_asked(name.when, None))
        for name in listed
        if name
    )


def _values(key: str, said: str | list[str] | ValueEntry) -> Iterator[Value]:
    """Compile an entry, once for each number of a range in its key."""
    entry = said if isinstance(said, ValueEntry) else ValueEntry(path=said)
    if bool(entry.path) == bool(entry.sum):
        raise TableError(f"{key}: write either a path or a sum of paths")
    texts = entry.sum or ([entry.path] if isinstance(entry.path, str) else entry.path)
    found = _RANGE.search(key)
    numbers = range(int(found[1]), int(found[2]) + 1) if found else [None]
    for number in numbers:
        name = key if number is None else _RANGE.sub(str(number), key)
        metric, channel = split(name)
        if metric not in METRICS and metric != ONLINE:
            raise TableError(f'"{metric}" is not in the catalogue of metrics')
        if isinstance(entry.unit, str) and (
            entry.unit not in UNITS or UNITS[entry.unit].to != unit_of(metric)
        ):
            raise TableError(f'{name}: the unit "{entry.unit}" does not lead to {unit_of(metric)}')
        own = texts if number is None else [_numbered(text, number) for text in texts]
        yield Value(
            metric=metric,
            channel=channel,
            paths=tuple(compiled(text) for text in own),
            said=own[0].removeprefix("$.").removeprefix("@."),
            unit=entry.unit,
            is_sum=bool(entry.sum),
            is_strict=True,
            yes=frozenset(text_of(word).lower() for word in entry.yes),
            no=frozenset(text_of(word).lower() for word in entry.no),
            invalid=frozenset(map(text_of, entry.invalid)),
            low=entry.min,
            high=entry.max,
            wraps=1 << entry.bits if entry.bits else 0,
            when=_asked(entry.when, number),
            asks=entry.asks,
            is_all=entry.all,
        )


def _texts(when: dict[str, Word]) -> dict[str, str]:
    return {path: text_of(text) for path, text in when.items()}


def _asked(when: dict[str, Word], number: int | None) -> tuple[Condition, ...]:
    texts = _texts(when)
    if number is not None:
        texts = {_numbered(path, number): _numbered(text, number) for path, text in texts.items()}
    return tuple(condition for part in conditions(texts) for condition in part)


def _numbered(text: str, number: int) -> str:
    """Write a number into a path: as it is for {}, and with what is to be added to it for {+199}."""
    return _NUMBER.sub(lambda found: str(number + int(found[1] or 0)), text)


def _unless(entry: UnlessEntry) -> Unless:
    if strange := set(entry.metrics) - METRICS.keys():
        raise TableError(f'"{min(strange)}" is not in the catalogue of metrics')
    if sum(map(bool, (entry.is_, entry.is_not, entry.among))) != 1:
        raise TableError(f"unless {entry.path}: write one of is, is_not and among")
    return Unless(
        path=compiled(entry.path),
        texts=frozenset(map(text_of, entry.is_ or entry.is_not)),
        among=compiled(entry.among) if entry.among else None,
        is_other=bool(entry.is_not),
        metrics=frozenset(entry.metrics),
        says=sentence(entry.says),
        fault=entry.fault,
    )


def parse(text: str, path: str) -> Table:
    """Read the text of a table; what stands under [common] is said of all its messages. Raises TableError."""
    try:
        data = tomllib.loads(text)
        common = data.pop("common", {})
        data["messages"] = [common | message for message in data.get("messages", [])]
        table = msgspec.convert(data, Table)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as exc:
        raise TableError(f"{path}: {exc}") from exc
    table.path = path
    if not (table.messages or table.platform) or not table.examples:
        raise TableError(f"{path}: a table has at least one kind of message (or a platform) and one example")
    return table


@cache
def tables() -> tuple[Table, ...]:
    """Return all tables that are shipped, in the order of their names. Raises TableError."""
    found = sorted(_below(files("collectors.devices") / "tables", ""), key=lambda pair: pair[0])
    return tuple(parse(file.read_text("utf-8"), path) for path, file in found)


def _below(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}" if path else entry.name
        if entry.is_dir():
            yield from _below(entry, name)
        elif entry.name.endswith(".toml"):
            yield name, entry
