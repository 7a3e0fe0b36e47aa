"""The one reader of formats: fields of a message become readings."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.json_path import Path, Place
from besok.model.metrics import Kind
from besok.model.readings import Decoded, Identity, Reading, Status
from besok.model.sitefile.mapping_checks import PERIOD_LIMIT
from besok.model.units import converted
from collectors.adapters import times
from collectors.adapters.jsontext import TWICE, show
from collectors.adapters.numbers import number, state
from collectors.adapters.packet import Packet
from collectors.devices import questions
from collectors.devices.format import ABSENT, ANY, ONLINE, Choice, Condition, Format, Value, text_of
from collectors.devices.subjects import is_no_person

NAME_LIMIT: Final = {"device": 200, "channel": 60}  # characters
ITEMS_CHECKED: Final = 64  # after so many the time that is left is looked at
AGE_LIMIT: Final = 10 * 366 * 86_400  # seconds
NOWHERE: Final = object()  # what a path finds that leads nowhere
NOTHING_FOUND: Final = Decoded()
TOTALS: Final = {"in_total": "in", "out_total": "out", "passages_total": "passages"}
NOTHING_MEASURED: Final = "a message in which nothing is measured: every value is null or a word for nothing"
TOMBSTONE: Final = "a tombstone: somebody deletes what the broker had kept"
ADDRESS: Final = re.compile(r"[0-9a-f]{12}|[0-9a-f]{16}")
STATES: Final = {"true": 1.0, "1": 1.0, "false": 0.0, "0": 0.0}


class Body:
    """What is to be read, and what is known of it already: of a radio's frame the device and the time.

    `value` is the message, or the fields that a decoder made of a frame.
    """

    __slots__ = ("device", "identity", "items", "packet", "time", "value", "whole")

    def __init__(
        self,
        value: Any,
        packet: Packet,
        device: str = "",
        time: datetime | None = None,
        identity: Identity | None = None,
    ) -> None:
        self.value, self.packet = value, packet
        self.device, self.time, self.identity = device, time, identity
        self.whole = Place(value, value, None, packet.levels, packet.topic, (), {})  # where paths begin
        self.items: dict[tuple[str, ...], list[Place]] = {}  # by the path to them

    def leads_nowhere(self, form: Format) -> bool:
        """Tell, at a look, that no path of a format can lead anywhere."""
        value = self.value
        return form.begins is not None and type(value) is dict and form.begins.isdisjoint(value)


def is_for(form: Format, body: Body) -> bool:
    """Tell whether the message has what the format asks of it. Never raises."""
    return is_so(form.when, body)


def is_so(conditions: Sequence[Condition], body: Body) -> bool:
    """Tell whether all conditions hold of the whole message. Never raises."""
    try:
        return hold(conditions, body.whole)
    except Unreadable:
        return False


def read(forms: Sequence[Format], body: Body) -> Decoded:
    """Read a message by all `forms`, which are for it; of two that say the same of a channel the first one counts.

    A first one that is no data leaves nothing to the others. Decoded() means that no path of any format led anywhere.
    Raises Unreadable if a value cannot be reached at all.
    """
    if forms and forms[0].not_data:
        return Decoded(not_data=forms[0].not_data, model=forms[0].model)
    parts = [_Reading(form, body).decoded() for form in forms if not body.leads_nowhere(form)]
    said = [part for part in parts if part is not NOTHING_FOUND]
    if not said:
        return NOTHING_FOUND
    readings = _without_doubles(said[0].readings if len(said) == 1 else list(_first_said(said)))
    if readings is said[0].readings:
        return said[0]
    return Decoded(
        readings=tuple(readings),
        statuses=tuple(dict.fromkeys(status for part in said for status in part.statuses)),
        problems=tuple(dict.fromkeys(problem for part in said for problem in part.problems)),
        not_data="" if readings else _why_not([part.not_data for part in said if part.not_data]),
        identity=next((part.identity for part in said if part.identity), None),
        model=next((part.model for part in said if part.model), ""),
    )


def _why_not(reasons: Sequence[str]) -> str:
    """Choose the reason that says most of why a message is no data; "" if there is none."""
    return next((reason for reason in reasons if reason != NOTHING_MEASURED), reasons[0] if reasons else "")


def hold(conditions: Sequence[Condition], place: Place) -> bool:
    """Tell whether all conditions hold. Raises Unreadable."""
    return not conditions or all(_holds(condition, place) for condition in conditions)


def _led(path: Path, place: Place) -> Any:
    """Return what a path of names leads to, or NOWHERE."""
    value = path.beginning(place)
    for name in path.names or ():
        if type(value) is not dict or name not in value:
            return NOWHERE
        value = value[name]
    return value


def _holds(condition: Condition, place: Place) -> bool:
    path = condition.path
    if path.is_single:
        value = _led(path, place)
        found = [] if value is NOWHERE or value is None else [value]
    else:
        found = [one.value for one in path.find(place) if one.value is not None]
    if not condition.is_not and (not found or ANY in condition.texts):
        return bool(found) or ABSENT in condition.texts
    texts = [text_of(value) for value in found]
    is_one = not condition.texts.isdisjoint(texts) or (
        bool(condition.patterns) and any(p.fullmatch(text) for p in condition.patterns for text in texts)
    )
    return is_one != condition.is_not


def _first_said(parts: Sequence[Decoded]) -> Iterator[Reading]:
    said = set[tuple[object, ...]]()
    for part in parts:
        keys = [(r.source, r.device, r.channel, r.metric, r.time) for r in part.readings]
        yield from (reading for key, reading in zip(keys, part.readings, strict=True) if key not in said)
        said.update(keys)


def _without_doubles(readings: Sequence[Reading]) -> Sequence[Reading]:
    """Leave out the counts of a period where the running total of the same line says the same people."""
    metrics = {reading.metric for reading in readings}
    if metrics.isdisjoint(TOTALS) or metrics.isdisjoint(TOTALS.values()):
        return readings
    totals = {(r.device, r.channel, TOTALS[r.metric], r.time) for r in readings if r.metric in TOTALS}
    return [r for r in readings if (r.device, r.channel, r.metric, r.time) not in totals]


class _Reading:
    """Reads one message by one format."""

    def __init__(self, form: Format, body: Body) -> None:
        self.form = form
        self.body = body
        self.found = False
        self.said: list[str] = []  # why what was found is no measurement
        self.readings: list[Reading] = []
        self.statuses: list[Status] = []
        self.problems: list[str] = []
        self.asked: list[str] = []  # what to ask if nothing else is found
        self.lists: dict[tuple[str, int], frozenset[str]] = {}  # what `among` leads to, from where

    def decoded(self) -> Decoded:
        """Return what the message says by this format; NOTHING_FOUND if its paths lead nowhere."""
        if self.form.not_data:
            return Decoded(not_data=self.form.not_data, model=self.form.model, identity=self.body.identity)
        items = self._items()
        if self.form.problem is not None:
            problems = dict.fromkeys(_sentence(self.form.problem, place) for place in items)
            if not problems:
                return NOTHING_FOUND
            return Decoded(problems=tuple(problems), model=self.form.model, identity=self.body.identity)
        for count, place in enumerate(items, 1):
            if count % ITEMS_CHECKED == 0:
                self.body.packet.budget.check()
            known = len(self.problems)
            try:
                self._item(place)
            except Unreadable as exc:
                self.problems.append(str(exc))
            if len(items) > 1:
                self.problems[known:] = [f"item {count} of {len(items)}: {p}" for p in self.problems[known:]]
        if not self.readings:
            self.problems += self.asked
        if self.readings or self.statuses or self.problems:
            return Decoded(
                readings=tuple(self.readings),
                statuses=tuple(dict.fromkeys(self.statuses)),
                problems=tuple(dict.fromkeys(self.problems)),
                identity=self.body.identity or self._identity(),
                model=self.form.model or self._model(),
            )
        if self.said or self.found:
            why = self.said[0] if self.said else NOTHING_MEASURED
            return Decoded(not_data=why, model=self.form.model, identity=self.body.identity)
        if not self._is_empty_list(items):
            return NOTHING_FOUND
        return Decoded(not_data="a message without items", identity=self.body.identity)

    def _model(self) -> str:
        """Return the model that the message names; "" if it names none."""
        found = self._first(self.form.model_at, self.body.whole)
        return found if isinstance(found, str) else ""

    def _items(self) -> list[Place]:
        places, known, steps = [self.body.whole], self.body.items, tuple[str, ...]()
        for path in self.form.each:
            before, steps = steps, (*steps, path.text)
            if steps not in known:  # formats of one message often go through the same items
                known[steps] = [
                    Place(
                        place.message,
                        found.value,
                        _key(found.within[0][1]) if found.within else None,
                        place.levels,
                        place.topic,
                        (place.item, *place.around) if before else (),
                        place.asked,
                    )
                    for place in places
                    for found in path.find(place)
                ]
            places = known[steps]
        if not self.form.only:
            return places
        chosen = [place for place in places if hold(self.form.only, place)]
        self.found = len(chosen) < len(places)  # what is left out was found
        return chosen

    def _is_empty_list(self, items: Sequence[Place]) -> bool:
        """Tell whether there are no items because the (first) list of them is empty."""
        if items or self.form.list_at is None:
            return False
        return any(one.value in ([], {}, None) for one in self.form.list_at.find(self.body.whole))

    def _item(self, place: Place) -> None:
        found: list[tuple[Value, Any]] = []
        for value in self.form.values_in(place.message, place.item):
            if value.when and not hold(value.when, place):
                continue
            if value.is_all:
                found += self._all(value, place)
            elif (pair := self._raw(value, place))[1] is not NOWHERE:
                found.append(pair)
        if not found:
            return
        self.found = True
        form = self.form
        if (form.named and self._is_of_others(place)) or not (share := self._share(place)):
            return
        found = [pair for pair in found if pair[1] is not None]
        if form.unless and (refused := self._refused(place)):
            found = [pair for pair in found if not self._is_refused(pair[0], refused)]
        if not found:
            return
        device = self.body.device or self._name("device", form.device, place, self.body.packet.topic)
        channel = self._name("channel", form.channel, place, "1") if form.channel else "1"
        time, period_s = self._when(place)
        period_s *= share
        if form.clock == "second" and time is not None and not time.microsecond and not period_s:
            time += timedelta(microseconds=self._mark())
        for value, raw in found:
            try:
                self._note(value, raw, device, value.channel or channel, time, period_s)
            except Unreadable as exc:
                self.problems.append(str(exc))

    def _is_of_others(self, place: Place) -> bool:
        """Tell whether a name that people gave says that something else than people is counted; note it."""
        for path in self.form.named:
            for found in path.find(place):
                if isinstance(found.value, str) and is_no_person(found.value):
                    self.said.append(
                        f"the name {show(found.value)} says that no people are counted there; if they are, give it"
                        " another name in the device"
                    )
                    return True
        return False

    def _share(self, place: Place) -> float:
        """Return the share of the period in which the device measured; 1 where it does not say."""
        if not self.form.share:
            return 1.0
        found = [self._one(path, place) for path in self.form.share]
        made, meant = (None if raw is NOWHERE else number("samples", raw) for raw in found)
        return 1.0 if made is None or not meant or meant < 0 else min(1.0, max(0.0, made / meant))

    def _raw(self, value: Value, place: Place) -> tuple[Value, Any]:
        """Return a value, named as it is found, with what stands there; NOWHERE if no path leads anywhere."""
        if not value.is_sum:
            found: Any = NOWHERE
            for path in value.paths:
                raw = self._one(path, place)
                if raw is not NOWHERE and raw is not None:
                    return value if path is value.paths[0] else replace(value, said=path.text[2:]), raw
                found = raw if found is NOWHERE else found
            return value, found
        parts = [self._one(path, place) for path in value.paths]
        if any(part is NOWHERE for part in parts):
            return value, NOWHERE
        numbers = [number(value.said, part) for part in parts]
        return value, None if None in numbers else sum(part for part in numbers if part is not None)

    def _all(self, value: Value, place: Place) -> Iterator[tuple[Value, Any]]:
        """Yield all that is found: the first for the channel of the value, the others for those of their names."""
        found = (
            (path, raw) for path in value.paths if (raw := self._one(path, place)) not in (NOWHERE, None)
        )
        for count, (path, raw) in enumerate(found):
            own = replace(value, said=path.text[2:])
            yield (replace(own, channel=path.names[0]) if count and path.names else own), raw

    def _refused(self, place: Place) -> list[frozenset[str]]:
        """Return the metrics (none: all) that a state of the device makes no measurement; note what it says."""
        refused = []
        for unless in self.form.unless:
            texts = unless.texts if unless.among is None else self._among(unless.among, place)
            is_one = any(text_of(found.value) in texts for found in unless.path.find(place))
            if is_one != unless.is_other:
                refused.append(unless.metrics)
                (self.problems if unless.fault else self.said).append(_sentence(unless.says, place))
        return refused

    def _among(self, path: Path, place: Place) -> frozenset[str]:
        """Return the texts that a path leads to, worked out once for all items that lie in the same place."""
        key = (path.text, id(path.beginning(place)))
        if key not in self.lists:
            self.lists[key] = frozenset(text_of(found.value) for found in path.find(place))
        return self.lists[key]

    @staticmethod
    def _is_refused(value: Value, refused: Sequence[frozenset[str]]) -> bool:
        return any(not metrics or value.metric in metrics for metrics in refused)

    def _note(
        self, value: Value, raw: Any, device: str, part: str, time: datetime | None, period_s: float
    ) -> None:
        """Note a value, if it is a measurement. Raises Unreadable."""
        if value.invalid and text_of(raw) in value.invalid:
            return
        source, metric = self.form.source, value.metric
        if value.asks:
            self.asked.append(questions.of_value(value, raw, self.form, self.body.packet.topic))
            return
        if metric == ONLINE:
            self.statuses.append(Status(source=source, device=device, online=_presence(value, raw) == 1.0))
            return
        measured = _presence(value, raw) if metric == "occupied" else _measured(value, raw)
        if measured is None:
            return
        kind = value.kind
        self.readings.append(
            Reading(
                source=source,
                device=device,
                channel=f"level:{part}" if kind is Kind.LEVEL else f"flow:{part}",
                metric=metric,
                value=measured,
                time=time,
                period_s=period_s if kind is Kind.FLOW else 0.0,
                wraps=value.wraps if kind is Kind.TOTAL else 0,
            )
        )

    def _one(self, path: Path, place: Place) -> Any:
        """Return the one thing a path leads to, or NOWHERE. Raises Unreadable where it leads to several."""
        if path.is_single:
            value, is_doubtful = path.beginning(place), False
            for name in path.names or ():
                if type(value) is not dict or name not in value:
                    return NOWHERE
                is_doubtful = is_doubtful or TWICE in value
                value = value[name]
            if not is_doubtful:
                return value
        found = path.find(place)
        if not found:
            return NOWHERE
        if len(found) > 1:
            raise Unreadable(f"{path.text} leads to {len(found)} values; make items of them with each = ...")
        for container, key in found[0].within:
            if isinstance(container, dict) and container.get(TWICE) == key:
                raise Unreadable(
                    f"the message says {show(key)} twice, so nobody knows which one {path.text} means"
                )
        return found[0].value

    def _first(self, choices: Sequence[Choice], place: Place) -> Any:
        """Return what the first choice that leads to something leads to, or NOWHERE."""
        for choice in choices:
            if not choice.when or hold(choice.when, place):
                found = self._one(choice.path, place)
                if found is not NOWHERE and found is not None:
                    return found
        return NOWHERE

    def _name(self, what: str, choices: Sequence[Choice], place: Place, otherwise: str) -> str:
        value = self._first(choices, place) if choices else otherwise
        if value is NOWHERE:
            raise Unreadable(f"{_said(choices)} leads nowhere, so the {what} is not known")
        text = text_of(value) if not isinstance(value, bool) else ""
        if what == "device" and self.form.device_form == "mac":
            text = _plain_address(text)
        if not text or len(text) > NAME_LIMIT[what] or not text.isprintable():
            where = f"{what} ({_said(choices)})" if choices else "the topic"
            raise Unreadable(
                f"{where} is {show(value)}: it must be a name of at most {NAME_LIMIT[what]} characters"
            )
        return text

    def _when(self, place: Place) -> tuple[datetime | None, float]:
        """Return the time, which is the end of the period, and the period's length in seconds."""
        form = self.form
        time = self._time("time", form.time, place) or self.body.time
        if form.age is not None and (age := self._age(form.age, place)):
            time = (time or self.body.packet.message.received) - age
        if form.last_second and time is not None and time.second == 59:
            time += timedelta(seconds=1)
        start = (
            self._time("start", form.start, place) if form.start and (form.has_flows or not time) else None
        )
        if form.start and not form.period:
            seconds = (time - start).total_seconds() if time and start else 0.0
            said = f"the period from {form.start[0].text} to {form.time[0].text if form.time else 'now'}"
        else:
            seconds, said = self._period_s(place)
        if form.has_flows and not 0 <= seconds <= PERIOD_LIMIT:
            raise Unreadable(f"{said} has {seconds:g} s: a count sums up 0 to {PERIOD_LIMIT} (a day)")
        if time is None and start is not None:
            time = start + timedelta(seconds=seconds)
        return time, seconds if form.has_flows else 0.0

    def _period_s(self, place: Place) -> tuple[float, str]:
        """Return the length of the period that is said, in seconds, and how to call it."""
        period = self.form.period
        if not isinstance(period, Path):
            return float(period), "period_s"
        said = f"period_s ({period.text})"
        raw = self._one(period, place)
        found = None if raw is NOWHERE else number(said, raw)
        return 0.0 if found is None else converted(found, self.form.period_unit), said

    def _time(self, what: str, paths: Sequence[Path], place: Place) -> datetime | None:
        """Return the time that the first path leads to which tells one."""
        for path in paths:
            value = self._one(path, place)
            if value is not NOWHERE and (time := self._instant(what, path, value, place)) is not None:
                return time
        return None

    def _instant(self, what: str, path: Path, value: Any, place: Place) -> datetime | None:
        name, written = f"{what} ({path.text})", self.form.time_format
        if written and isinstance(value, str) and value.strip():
            try:
                value = datetime.strptime(value.strip(), written).isoformat()  # noqa: DTZ007 - the zone comes next
            except ValueError as exc:
                raise Unreadable(
                    f"{name} is {show(value)}: it is not written as time_format says, {written}"
                ) from exc
        if what == "start" and isinstance(value, str):
            value = times.beginning(value)
        return self.body.packet.instant(value, zone=self._zone(place), name=name)

    def _zone(self, place: Place) -> str:
        zone = self.form.zone
        if not isinstance(zone, str):
            found = self._one(zone, place)
            zone = found if isinstance(found, str) else ""
        zone = zone or self.body.packet.known.zone
        if self.form.summer is None or text_of(self._one(self.form.summer, place)) not in ("true", "1"):
            return zone
        return times.in_summer(zone)

    def _age(self, path: Path, place: Place) -> timedelta:
        raw = self._one(path, place)
        found = None if raw is NOWHERE else number(f"age_s ({path.text})", raw)
        seconds = 0.0 if found is None else converted(found, self.form.age_unit)
        if not 0 <= seconds <= AGE_LIMIT:
            raise Unreadable(f"age_s ({path.text}) is {seconds:g} s: it must be 0 to {AGE_LIMIT}")
        return timedelta(seconds=seconds)

    def _mark(self) -> int:
        """Return a number below a million that tells this message from another one of the same second."""
        seq = NOWHERE if self.form.seq is None else self._one(self.form.seq, self.body.whole)
        said = self.body.packet.payload if seq is NOWHERE else text_of(seq).encode("utf-8", "replace")
        return int.from_bytes(blake2b(said, digest_size=4).digest()) % 1_000_000

    def _identity(self) -> Identity | None:
        """Return the device's own number of a message that has no time, by which a repeat is known."""
        if self.form.seq is None or not self.readings or self.readings[0].time is not None:
            return None
        first = self.readings[0]
        try:
            value = self._one(self.form.seq, self.body.whole)
        except Unreadable:
            return None
        if value is NOWHERE or not isinstance(value, str | int | float) or value == "":
            return None
        scope = f"{first.source}/{first.device}"
        return Identity(scope=scope, mark=f"seq:{text_of(value)[:100]}", window_s=self.form.repeat_s)


def _sentence(sentence: Path, place: Place) -> str:
    """Write a sentence of a table, with what the message has at the paths in its braces."""
    if not sentence.pieces:
        return sentence.constant
    found = [piece if isinstance(piece, str) else piece.find(place) for piece in sentence.pieces]
    return "".join(p if isinstance(p, str) else show(p[0].value if p else None) for p in found)


def _said(choices: Sequence[Choice]) -> str:
    return " or ".join(choice.path.text for choice in choices)


def _plain_address(text: str) -> str:
    """Write a hardware address in lower case and without what stands between its bytes; other texts stay."""
    plain = text.replace(":", "").replace("-", "").lower()
    return plain if ADDRESS.fullmatch(plain) else text


def _key(key: str | int) -> str | int:
    """Return the name of an item, or its number from 1."""
    return key + 1 if isinstance(key, int) else key


def _presence(value: Value, raw: Any) -> float | None:
    """Return 1 or 0; a table's words are all that count, a mapping's are added to the usual ones. Raises Unreadable."""
    word = text_of(raw).lower()
    if word in value.yes:
        return 1.0
    if word in value.no:
        return 0.0
    if not value.is_strict:
        try:
            return state(value.said, raw)
        except Unreadable as exc:
            raise Unreadable(f"{exc}; if it does, write the word under yes = [...] or no = [...]") from exc
    if not (value.yes or value.no) and word in STATES:
        return STATES[word]
    words = ", ".join(sorted(value.yes | value.no)) or "true, false, 1 or 0"
    raise Unreadable(f"{value.said} is {show(raw)}: it must be {words}")


def _measured(value: Value, raw: Any) -> float | None:
    found = number(value.said, raw)
    if found is None:
        return None
    if (value.low is not None and found < value.low) or (value.high is not None and found > value.high):
        return None
    found = converted(found, value.unit)
    if found % 1 and value.kind is not Kind.LEVEL:
        raise Unreadable(f"{value.said} is {show(raw)}: people are counted in whole numbers")
    return found


def leaves(value: Any, path: str, depth: int = 6) -> Iterator[str]:
    """Yield the paths of what is in a message, as a mapping would write them; a list stands for its first item."""
    if isinstance(value, dict) and value and depth:
        for name, inner in value.items():
            if isinstance(name, str):
                step = f".{name}" if name.isidentifier() and name.isascii() else f"[{json.dumps(name[:30])}]"
                yield from leaves(inner, f"{path}{step[:40]}", depth - 1)
    elif isinstance(value, list) and value and depth:
        yield from leaves(value[0], f"{path}[0]", depth - 1)
    else:
        yield path
