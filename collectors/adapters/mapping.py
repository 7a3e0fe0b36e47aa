"""Devices that no adapter knows, read as the site file's `[[sites.mappings]]` say (docs/reference/mappings.md)."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from paho.mqtt.client import topic_matches_sub

from besok.model.errors import Unreadable
from besok.model.json_path import PathError, Place, compiled
from besok.model.metrics import METRICS, Kind
from besok.model.readings import Decoded, Identity, Reading
from besok.model.site import PayloadMapping
from besok.model.sitefile.mapping_checks import PERIOD_LIMIT, split
from besok.model.units import converted
from collectors.adapters.jsontext import TWICE, show
from collectors.adapters.numbers import number, state
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

NAME_LIMIT = {"device": 200, "channel": 60}  # characters
WORD_LIMIT = 200  # characters of a payload that is a bare word
REPEATED_S = 8 * 86_400  # a message comes again within eight days, or not at all
LEAVES_SHOWN = 8

NOWHERE: Final = object()  # what a path finds that leads nowhere
TOMBSTONE: Final = "a tombstone: somebody deletes what the broker had kept"


def reads(packet: Packet) -> bool:
    """Tell whether a mapping is for the topic and its `only` for the message."""
    return any(_is_like(packet, mapping) for mapping in _for_topic(packet))


def decode(packet: Packet) -> Decoded:
    """Decode with the mappings that fit; of two that say the same of a line the first one counts."""
    if not packet.payload:
        return Decoded(not_data=TOMBSTONE)
    message = _message(packet)
    mappings = [mapping for mapping in _for_topic(packet) if _is_like(packet, mapping)]
    try:
        parts = [_Mapped(packet, message, mapping).decoded() for mapping in mappings]
    except PathError as exc:
        raise Unreadable(f"{exc}; correct the mapping in the site file and apply it again") from exc
    said = [part for part in parts if part != Decoded()]
    if not said:
        raise Unreadable(_nothing(message, mappings))
    readings = list(_first_said(said))
    return Decoded(
        readings=tuple(readings),
        problems=tuple(problem for part in said for problem in part.problems),
        not_data="" if readings else next((part.not_data for part in said if part.not_data), ""),
        identity=next((part.identity for part in said if part.identity), None),
        model=next((part.model for part in said if part.model), ""),
    )


def leaves_out(packet: Packet) -> bool:
    """Tell whether there are mappings for the topic. Asked after the adapters that know their devices."""
    return any(True for _ in _for_topic(packet))


def decode_left_out(packet: Packet) -> Decoded:
    """Decode a message that no mapping's `only` is for: no measurement, as the site file says."""
    if not packet.payload:
        return Decoded(not_data=TOMBSTONE)
    _message(packet)
    names = ", ".join(mapping.name for mapping in _for_topic(packet))
    return Decoded(not_data=f"a message that the site file leaves out (only, of the mapping {names})"[:300])


_matches = lru_cache(maxsize=10_000)(topic_matches_sub)


def _for_topic(packet: Packet) -> Iterator[PayloadMapping]:
    return (mapping for mapping in packet.known.mappings if _matches(mapping.topic, packet.topic))


def _message(packet: Packet) -> Any:
    """Return the JSON of the payload; a payload that is a bare word (`ON`) is that word. Raises Unreadable."""
    try:
        return packet.json
    except Unreadable:
        word = packet.text
        if not word or len(word) > WORD_LIMIT or not word.isprintable() or word[0] in '{["':
            raise
        return word


def _is_like(packet: Packet, mapping: PayloadMapping) -> bool:
    """Tell whether the message has what `only` asks of it; what is asked of its items comes later. Never raises."""
    try:
        asked = [
            (path, text)
            for path, text in mapping.only.items()
            if compiled(path).begins not in ("item", "key")
        ]
        if not asked:
            return True
        message = _message(packet)
        return _has(asked, Place(message=message, item=message, key=None, levels=packet.levels))
    except PathError:
        return True  # a mapping that an older check let through: decoding tells
    except Unreadable:
        return False


def _has(asked: Sequence[tuple[str, str]], place: Place) -> bool:
    """Tell whether each path leads to a text that is asked for."""
    for path, wanted in asked:
        texts = [_text(found.value) for found in compiled(path).find(place) if found.value is not None]
        if not (texts if wanted == "*" else set(texts) & {word.strip() for word in wanted.split("|")}):
            return False
    return True


def _text(value: Any) -> str:
    """Return a value as the site file writes it: 3 for 3.0, true for true."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return show(value, limit=200)


def _first_said(parts: Sequence[Decoded]) -> Iterator[Reading]:
    said = set[tuple[object, ...]]()
    for part in parts:
        keys = [(r.source, r.device, r.channel, r.metric, r.time) for r in part.readings]
        yield from (reading for key, reading in zip(keys, part.readings, strict=True) if key not in said)
        said.update(keys)


@dataclass(frozen=True, slots=True)
class _Value:
    """One entry of `values`."""

    metric: str
    channel: str
    path: str
    said: str  # how sentences name it
    unit: str | float


class _Mapped:
    """Reads one message by one mapping."""

    def __init__(self, packet: Packet, message: Any, mapping: PayloadMapping) -> None:
        self.packet = packet
        self.message = message
        self.mapping = mapping
        self.zone = mapping.zone or packet.known.zone
        self.values = [
            _Value(*split(key), path=path, said=f"{key} ({path})", unit=mapping.units.get(key, 1.0))
            for key, path in mapping.values.items()
        ]
        self.has_flows = any(METRICS[value.metric].kind is Kind.FLOW for value in self.values)
        self.found = False
        self.readings: list[Reading] = []
        self.problems: list[str] = []

    def decoded(self) -> Decoded:
        """Return readings and problems; an empty Decoded if no path leads anywhere."""
        items = self._items()
        for count, place in enumerate(items, 1):
            known = len(self.problems)
            try:
                self._item(place)
            except Unreadable as exc:
                self.problems.append(str(exc))
            if len(items) > 1:
                self.problems[known:] = [f"item {count} of {len(items)}: {p}" for p in self.problems[known:]]
        if self.readings or self.problems:
            identity = self._identity(self.readings[0]) if self.readings else None
            return Decoded(
                readings=tuple(self.readings),
                problems=tuple(self.problems),
                identity=identity,
                model=self.mapping.model,
            )
        if self.found:
            return Decoded(
                not_data="a message in which nothing is measured: every value is null or a word for nothing"
            )
        return Decoded(not_data="a message without items") if self._is_empty_list(items) else Decoded()

    def _items(self) -> list[Place]:
        whole = Place(message=self.message, item=self.message, key=None, levels=self.packet.levels)
        of_items = [
            (path, text)
            for path, text in self.mapping.only.items()
            if compiled(path).begins in ("item", "key")
        ]
        if not self.mapping.each:
            return [whole]
        found = compiled(self.mapping.each).find(whole)
        items = [replace(whole, item=f.value, key=_key(f.within[0][1]) if f.within else None) for f in found]
        chosen = [place for place in items if _has(of_items, place)]
        self.found = len(chosen) < len(items)  # what `only` leaves out was found
        return chosen

    def _is_empty_list(self, items: Sequence[Place]) -> bool:
        """Tell whether there are no items because the list of them is empty."""
        each = self.mapping.each
        if items or not each.endswith(("[*]", ".*")):
            return False
        found = self._one(each[: -3 if each.endswith("[*]") else -2], None)
        return found is not NOWHERE and found in ([], {}, None)

    def _item(self, place: Place) -> None:
        found = [(value, self._one(value.path, place)) for value in self.values]
        found = [(value, raw) for value, raw in found if raw is not NOWHERE]
        if not found:
            return
        self.found = True
        if all(raw is None for _, raw in found):
            return
        device = self._name("device", place, self.packet.topic)
        channel = self._name("channel", place, "1")
        time = self._time("time", place)
        period_s = self._period_s(place, time) if self.has_flows else 0.0
        sheet = Sheet(self.mapping.source_key, device, time=time)
        for value, raw in found:
            self._note(sheet, value, raw, value.channel or channel, period_s)
        self.readings += _without_doubles(sheet.readings)
        self.problems += sheet.problems

    def _note(self, sheet: Sheet, value: _Value, raw: Any, channel: str, period_s: float) -> None:
        try:
            measured = self._presence(value, raw) if value.metric == "occupied" else _measured(value, raw)
        except Unreadable as exc:
            sheet.problems.append(str(exc))
            return
        sheet.note(
            value.metric, measured, part=channel, period_s=period_s, wraps=self.mapping.wraps, said=value.said
        )  # fmt: skip

    def _presence(self, value: _Value, raw: Any) -> float | None:
        word = _text(raw).lower()
        for words, meaning in ((self.mapping.yes, 1.0), (self.mapping.no, 0.0)):
            if word in (w.strip().lower() for w in words):
                return meaning
        try:
            return state(value.said, raw)
        except Unreadable as exc:
            raise Unreadable(f"{exc}; if it does, write the word under yes = [...] or no = [...]") from exc

    def _one(self, path: str, place: Place | None) -> Any:
        """Return the one thing a path leads to, or NOWHERE. Raises Unreadable where it leads to several."""
        place = place or Place(message=self.message, item=self.message, key=None, levels=self.packet.levels)
        found = compiled(path).find(place)
        if not found:
            return NOWHERE
        if len(found) > 1:
            raise Unreadable(f"{path} leads to {len(found)} values; make items of them with each = ...")
        for container, key in found[0].within:
            if isinstance(container, dict) and container.get(TWICE) == key:
                raise Unreadable(
                    f"the message says {show(key)} twice, so nobody knows which one {path} means"
                )
        return found[0].value

    def _name(self, what: str, place: Place, otherwise: str) -> str:
        path = getattr(self.mapping, what)
        value = self._one(path, place) if path else otherwise
        if value is NOWHERE:
            raise Unreadable(f"{path} leads nowhere, so the {what} is not known")
        text = _text(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
        if not text or len(text) > NAME_LIMIT[what] or not text.isprintable():
            where = f"{what} ({path})" if path else "the topic"
            raise Unreadable(
                f"{where} is {show(value)}: it must be a name of at most {NAME_LIMIT[what]} characters"
            )
        return text

    def _time(self, what: str, place: Place) -> datetime | None:
        path, written = getattr(self.mapping, what), self.mapping.time_format
        value = self._one(path, place) if path else NOWHERE
        if value is NOWHERE:
            return None
        name = f"{what} ({path})"
        if written and isinstance(value, str) and value.strip():
            try:
                value = datetime.strptime(value.strip(), written).isoformat()  # noqa: DTZ007 - the zone comes next
            except ValueError as exc:
                raise Unreadable(
                    f"{name} is {show(value)}: it is not written as time_format says, {written}"
                ) from exc
        return self.packet.instant(value, zone=self.zone, name=name)

    def _period_s(self, place: Place, time: datetime | None) -> float:
        period = self.mapping.period_s
        if self.mapping.start:
            start = self._time("start", place)
            seconds = (time - start).total_seconds() if time and start else 0.0
            said = f"the period from {self.mapping.start} to {self.mapping.time}"
        elif isinstance(period, str):
            said = f"period_s ({period})"
            raw = self._one(period, place)
            found = None if raw is NOWHERE else number(said, raw)
            seconds = 0.0 if found is None else converted(found, self.mapping.units.get("period_s", 1.0))
        else:
            return float(period)
        if not 0 <= seconds <= PERIOD_LIMIT:
            raise Unreadable(f"{said} has {seconds:g} s: a count sums up 0 to {PERIOD_LIMIT} (a day)")
        return seconds

    def _identity(self, first: Reading) -> Identity | None:
        """Return the device's own number of a message that has no time, by which a repeat is known."""
        if not self.mapping.seq or first.time is not None:
            return None
        try:
            value = self._one(self.mapping.seq, None)
        except Unreadable:
            return None
        if value is NOWHERE or not isinstance(value, str | int | float) or value == "":
            return None
        scope = f"{first.source}/{first.device}"
        return Identity(scope=scope, mark=f"seq:{_text(value)[:100]}", window_s=REPEATED_S)


def _key(key: str | int) -> str | int:
    """Return the name of an item, or its number from 1."""
    return key + 1 if isinstance(key, int) else key


def _measured(value: _Value, raw: Any) -> float | None:
    found = number(value.said, raw)
    if found is None:
        return None
    found = converted(found, value.unit)
    if found % 1 and METRICS[value.metric].kind is not Kind.LEVEL:
        raise Unreadable(f"{value.said} is {show(raw)}: people are counted in whole numbers")
    return found


def _without_doubles(readings: Sequence[Reading]) -> list[Reading]:
    """Find where a line has a total, its count of the period would be the same people again."""
    totals = {(r.channel, r.metric) for r in readings}
    return [r for r in readings if (r.channel, f"{r.metric}_total") not in totals]


def _nothing(message: Any, mappings: Sequence[PayloadMapping]) -> str:
    paths = list(dict.fromkeys(path for mapping in mappings for path in mapping.values.values()))
    leaves = list(_leaves(message, "$"))
    shown = ", ".join(leaves[:LEAVES_SHOWN]) + (" and more" if len(leaves) > LEAVES_SHOWN else "")
    return (
        f"the mapping {show(mappings[0].name)} finds nothing: {', '.join(paths[:LEAVES_SHOWN])} "
        f"lead{'s' * (len(paths) == 1)} nowhere in this message, which has {shown or 'nothing in it'};"
        " correct the paths, or say with only = { ... } which messages are measurements"
    )


def _leaves(value: Any, path: str, depth: int = 6) -> Iterator[str]:
    """Return the paths of what is in a message, as a mapping would write them; a list stands for its first item."""
    if isinstance(value, dict) and value and depth:
        for name, inner in value.items():
            if isinstance(name, str):
                step = f".{name}" if name.isidentifier() and name.isascii() else f"[{json.dumps(name[:30])}]"
                yield from _leaves(inner, f"{path}{step[:40]}", depth - 1)
    elif isinstance(value, list) and value and depth:
        yield from _leaves(value[0], f"{path}[0]", depth - 1)
    else:
        yield path
