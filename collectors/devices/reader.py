"""The one reader of formats: fields of a message become readings."""

import re
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from msgspec.structs import replace

from besok.model import mapping_draft
from besok.model.errors import Unreadable
from besok.model.json_path import NOWHERE, Path, Place, sentence
from besok.model.mapping_draft import MappingDraft
from besok.model.metrics import Kind
from besok.model.readings import Decoded, Identity, Reading, Status
from besok.model.units import converted
from collectors import kept_forms
from collectors.adapters.jsontext import show
from collectors.adapters.numbers import number, state
from collectors.adapters.packet import Packet
from collectors.devices.format import ONLINE, Choices, Format, Value, one, text_of
from collectors.devices.leaves import leaves
from collectors.devices.subjects import ANSWER, BATTERY, is_no_person, kinds_of_others, names_of_others
from collectors.devices.when import share, when
from collectors.limits import CHANNEL_LIMIT, DEVICE_LIMIT

NAME_LIMIT: Final = {"device": DEVICE_LIMIT, "channel": CHANNEL_LIMIT}
LEAVES_SHOWN: Final = 8
NUMBER_DIGITS: Final = 20  # of a number of flags
NAMES_LIMIT: Final = 50  # of one count: those of its line, its zone and its sensor are three
NOTHING_FOUND: Final = Decoded()
TOTALS: Final = {"in_total": "in", "out_total": "out", "passages_total": "passages"}
NOTHING_MEASURED: Final = "a message in which nothing is measured: every value is null or a word for nothing"
RENAME: Final = "give it another name in the device"
TELL: Final = "give it a name in the device that says only what it counts, such as Visitors or Bikes"
CHECK: Final = "if it counts people all the same, write a mapping (docs/reference/mappings.md)"
TOMBSTONE: Final = "a tombstone: somebody deletes what the broker had kept"
ADDRESS: Final = re.compile(r"[0-9a-f]{12}|[0-9a-f]{16}")
_KEY: Final = attrgetter("source", "device", "channel", "metric", "time")
_SAME: Final = {"true": "1", "1": "true", "false": "0", "0": "false"}  # decoders write flags in either form


def read(forms: Sequence[Format], packet: Packet) -> Decoded:
    """Read a message by all `forms`, which are for it; of two that say the same of a channel the first one counts.

    A first one that is not data leaves nothing to the others. Decoded() means that no path of any format led anywhere.
    Raises Unreadable if a value cannot be reached at all.
    """
    if forms and forms[0].not_data:
        return Decoded(not_data=forms[0].not_data, model=forms[0].of_model)
    parts = [_Reading(form, packet).decoded() for form in forms if form.leads_into(packet.value)]
    matched = [part for part in parts if part is not NOTHING_FOUND]
    if not matched:
        return NOTHING_FOUND
    all_readings = matched[0].readings
    for part in matched[1:]:
        known = {*map(_KEY, all_readings)}
        all_readings += tuple(reading for reading in part.readings if _KEY(reading) not in known)
    readings = _without_doubles(all_readings)
    if len(matched) == 1 and readings is all_readings:
        return matched[0]
    reasons = [part.not_data for part in matched if part.not_data and not readings]
    return Decoded(
        readings=tuple(readings),
        statuses=tuple(dict.fromkeys(status for part in matched for status in part.statuses)),
        problems=tuple(dict.fromkeys(problem for part in matched for problem in part.problems)),
        not_data=min(reasons, key=lambda reason: reason == NOTHING_MEASURED, default=""),
        identity=next((part.identity for part in matched if part.identity), None),
        model=next((part.model for part in matched if part.model), ""),
    )


def read_fitting(forms: Sequence[Format], packet: Packet) -> Decoded:
    """Read a message by those formats that are for it. Raises Unreadable."""
    fitting = [form for form in forms if form.leads_into(packet.value) and form.when.are_of(packet.whole)]
    return read(fitting, packet)


def _without_doubles(readings: Sequence[Reading]) -> Sequence[Reading]:
    """Leave out the counts of a period where the cumulative total of the same line has the same people."""
    metrics = {reading.metric for reading in readings}
    if metrics.isdisjoint(TOTALS) or metrics.isdisjoint(TOTALS.values()):
        return readings
    totals = {(r.device, r.channel, TOTALS[r.metric], r.time) for r in readings if r.metric in TOTALS}
    return [r for r in readings if (r.device, r.channel, r.metric, r.time) not in totals]


class _Reading:
    """Reads one message by one format."""

    def __init__(self, form: Format, packet: Packet) -> None:
        self.form = form
        self.packet = packet
        self.found = False
        self.said: list[str] = []  # why matched values are not measurements
        self.readings: list[Reading] = []
        self.statuses: list[Status] = []
        self.problems: list[str] = []
        self.asked: list[str] = []  # questions to ask if nothing but a battery is read
        self.kinds: dict[int, list[str]] = {}  # texts that say what is counted, by the object around them
        self.lists: dict[tuple[str, int], frozenset[str]] = {}  # the texts at `among`, by path and place

    def decoded(self) -> Decoded:
        """Return the message decoded by this format; NOTHING_FOUND if its paths lead nowhere."""
        if self.form.not_data:
            return Decoded(
                not_data=self.form.not_data, model=self.form.of_model, identity=self.packet.identity
            )
        items = self._items()
        if self.form.problem:
            problems = dict.fromkeys(_sentence(self.form.problem, place) for place in items)
            if not problems:
                return NOTHING_FOUND
            return Decoded(problems=tuple(problems), model=self.form.of_model, identity=self.packet.identity)
        for count, place in enumerate(self.packet.budget.each(items), 1):
            known = len(self.problems)
            try:
                self._item(place)
            except Unreadable as exc:
                self.problems.append(str(exc))
            if len(items) > 1:
                self.problems[known:] = [f"item {count} of {len(items)}: {p}" for p in self.problems[known:]]
        if all(reading.metric in BATTERY for reading in self.readings):
            self.problems += self.asked
        if self.readings or self.statuses or self.problems:
            return Decoded(
                readings=tuple(self.readings),
                statuses=tuple(dict.fromkeys(self.statuses)),
                problems=tuple(dict.fromkeys(self.problems)),
                identity=self.packet.identity or self._identity(),
                model=self.form.of_model or self._model(),
            )
        if self.said or self.found:
            why = self.said[0] if self.said else NOTHING_MEASURED
            return Decoded(not_data=why, model=self.form.of_model, identity=self.packet.identity)
        lists = self.form.list_at.find(self.packet.whole) if self.form.list_at and not items else ()
        if any(found.value in ([], {}, None) for found in lists):
            return Decoded(not_data="a message without items", identity=self.packet.identity)
        return NOTHING_FOUND

    def _model(self) -> str:
        """Return the model that the message names, or "": any other text could be a person's name."""
        model = self.form.model.value(self.packet.whole)
        return model if isinstance(model, str) and kept_forms.may_be_model(model) else ""

    def _items(self) -> list[Place]:
        places, known, steps = [self.packet.whole], self.packet.items, tuple[str, ...]()
        for path in self.form.each:
            before, steps = steps, (*steps, path.text)
            if steps not in known:  # formats of one message often share the same items
                known[steps] = []
                for place in places:
                    known[steps] += [
                        Place(
                            place.message,
                            match.value,
                            match.key + 1 if isinstance(match.key, int) else match.key,
                            place.levels,
                            place.topic,
                            (place.item, *place.around) if before else (),
                            place.query_results,
                        )
                        for match in self.packet.budget.each(path.find(place))
                    ]
            places = known[steps]
        if not self.form.only:
            return places
        chosen = [place for place in self.packet.budget.each(places) if self.form.only.hold(place)]
        self.found = len(chosen) < len(places)  # items left out were matched too
        return chosen

    def _item(self, place: Place) -> None:
        pairs: list[tuple[Value, Any]] = []
        for value in self.form.values_in(place.message, place.item):
            if value.when and not value.when.hold(place):
                continue
            pairs += self._raw(value, place)
        if not pairs:
            return
        self.found = True
        form = self.form
        if (form.counts or pairs[0][0].metric == "occupied") and pairs[0][0].is_strict:
            self._check_kind(place)
        if (form.named and self._is_of_others(place)) or not share(form, place):
            return
        pairs = [pair for pair in pairs if pair[1] is not None]
        if form.unless and (refused := self._refused(place)):
            pairs = [pair for pair in pairs if not any(not m or pair[0].metric in m for m in refused)]
        if not pairs:
            return
        device = self.packet.device or self._name("device", form.device, place, self.packet.topic)
        channel = self._name("channel", form.channel, place, "1") if form.channel else "1"
        time, period_s = when(form, self.packet, place)
        for value, raw in pairs:
            try:
                self._note(value, raw, device, value.channel or channel, time, period_s)
            except Unreadable as exc:
                self.problems.append(str(exc))

    def _check_kind(self, place: Place) -> None:
        """Raise Unreadable if a field next to a count or presence, or around it, says that it is not of people."""
        for fields in (place.item, *place.around, place.message):
            if id(fields) not in self.kinds:
                self.kinds[id(fields)] = kinds_of_others(fields)
            if others := self.kinds[id(fields)]:
                raise Unreadable(f"{show(others[0])} next to it says that no people are meant: {CHECK}")

    def _is_of_others(self, place: Place) -> bool:
        """Tell, and note, whether a name says that no people are counted. Raises Unreadable for one that may say it."""
        names = [
            match.value
            for choice in self.form.named
            if choice.when.hold(place)
            for path in choice.path
            for match in path.find(place)
            if isinstance(match.value, str)
        ]
        if len(names) > NAMES_LIMIT:
            raise Unreadable(f"{len(names)} names are of one count: let it send {NAMES_LIMIT} at most")
        for name in filter(is_no_person, names):
            self.said.append(f"{show(name)} says that no people are counted there; if they are, {RENAME}")
            return True
        if others := names_of_others(names):
            shown = " and ".join(map(show, others))
            raise Unreadable(f"the name {shown} may say that no people are counted there: {TELL}")
        return False

    def _raw(self, value: Value, place: Place) -> list[tuple[Value, Any]]:
        """Return a value, named by the path that matched, with its raw content; none if no path leads anywhere."""
        if value.sum:
            parts = [one(path, place) for path in value.paths]
            if NOWHERE in parts:
                return []
            numbers = [number(value.said, part, value.is_whole) for part in parts]
            return [(value, None if None in numbers else sum(part for part in numbers if part is not None))]
        pairs: list[tuple[Value, Any]] = []
        is_null = False
        for path in value.paths:
            raw = one(path, place)
            if raw is NOWHERE or raw is None:
                is_null = is_null or raw is None
                continue
            named = value if path is value.paths[0] else replace(value, said=path.text[2:])
            pairs.append((replace(named, channel=path.names[0]) if pairs and path.names else named, raw))
            if not value.all:
                break
        return [(value, None)] if is_null and not (pairs or value.all) else pairs

    def _refused(self, place: Place) -> list[frozenset[str]]:
        """Return the metrics (none: all) that a state of the device invalidates; note the reason."""
        refused = []
        for unless in self.form.unless:
            texts = self._among(unless.among[0], place) if unless.among else unless.is_
            states = [text_of(match.value).lower() for match in unless.path[0].find(place)]
            if any(s in texts or _SAME.get(s) in texts or _has(unless.bits, s) for s in states):
                refused.append(unless.metrics)
                (self.problems if unless.fault else self.said).append(_sentence(unless.says, place))
        return refused

    def _among(self, path: Path, place: Place) -> frozenset[str]:
        """Return the texts at a path, computed once for all items in the same place."""
        key = (path.text, id(path.beginning(place)))
        if key not in self.lists:
            self.lists[key] = frozenset(text_of(match.value).lower() for match in path.find(place))
        return self.lists[key]

    def _note(
        self, value: Value, raw: Any, device: str, part: str, time: datetime | None, period_s: float
    ) -> None:
        if value.invalid and text_of(raw).lower() in value.invalid:
            return
        source, metric = self.form.source, value.metric
        if value.asks:
            self.asked.append(self._question(value, raw))
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

    def _question(self, value: Value, raw: Any) -> str:
        path = next((path.text for path in value.paths if path.text[2:] == value.said), value.paths[0].text)
        draft = MappingDraft(
            topic=self.packet.topic,
            choices=(mapping_draft.Choice(key=value.metric, path=path),),
            device=self.form.device[0].path[0].text if self.form.device else "",
            time=self.form.time[0].text if self.form.time else "",
        )
        return f"{value.said} is {show(raw)}: {value.asks}; {ANSWER}:\n{mapping_draft.written(draft)}"

    def _name(self, part: str, choices: Choices, place: Place, otherwise: str) -> str:
        value = choices.value(place) if choices else otherwise
        if value is NOWHERE:
            raise Unreadable(f"{_choices_text(choices)} leads nowhere, so the {part} is not known")
        text = text_of(value) if not isinstance(value, bool) else ""
        if part == "device" and self.form.device_form == "mac":
            plain = text.replace(":", "").replace("-", "").lower()
            text = plain if ADDRESS.fullmatch(plain) else text
        if not text or len(text) > NAME_LIMIT[part] or not text.isprintable():
            where = f"{part} ({_choices_text(choices)})" if choices else "the topic"
            raise Unreadable(
                f"{where} is {show(value)}: it must be a name of at most {NAME_LIMIT[part]} characters"
            )
        return text

    def _identity(self) -> Identity | None:
        """Return the device's own number of a message without a time, which identifies a redelivery."""
        if not self.form.seq or not self.readings or self.readings[0].time is not None:
            return None
        first = self.readings[0]
        try:
            value = self.form.seq.value(self.packet.whole)
        except Unreadable:
            return None
        if not isinstance(value, str | int | float):
            return None
        scope = f"{first.source}/{first.device}"
        return Identity(scope=scope, mark=f"seq:{text_of(value)[:100]}", window_s=self.form.repeat_s)


def _sentence(text: str, place: Place) -> str:
    """Fill a sentence of a table with the values at the paths in its braces."""
    template = sentence(text)
    if not template.pieces:
        return template.constant
    pieces = [piece if isinstance(piece, str) else piece.find(place) for piece in template.pieces]
    return "".join(p if isinstance(p, str) else show(p[0].value if p else None) for p in pieces)


def _choices_text(choices: Choices) -> str:
    return " or ".join(choice.path[0].text for choice in choices)


def _has(bits: int, state: str) -> bool:
    return bool(bits) and state.isdecimal() and len(state) < NUMBER_DIGITS and bool(int(state) & bits)


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
    if not (value.yes or value.no) and word in _SAME:
        return float(word in ("true", "1"))
    words = ", ".join(sorted(value.yes | value.no)) or "true, false, 1 or 0"
    raise Unreadable(f"{value.said} is {show(raw)}: it must be {words}")


def _measured(value: Value, raw: Any) -> float | None:
    measured = number(value.said, raw, value.is_whole)
    if measured is None or (value.min is not None and measured < value.min):
        return None
    measured = converted(measured, value.unit)
    return float(round(measured)) if value.metric == "people" and value.unit != 1 else measured  # of a share


def shown(packet: Packet) -> str:
    """List the paths of the values in a message, as written in a mapping."""
    try:
        listing = [
            leaf.each + leaf.path[leaf.path.startswith("@") :] for leaf in leaves(packet, packet.value)
        ]
    except Unreadable:
        return "too much to list"
    few = list(dict.fromkeys(listing))[:LEAVES_SHOWN]
    return ", ".join(few) + (" and more" if len({*listing}) > LEAVES_SHOWN else "") or "nothing"
