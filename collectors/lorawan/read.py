"""From a frame to readings: find its model, decode its bytes into fields, and read the fields.

Bytes become fields by, in this order, the network server's own decoder, a codec that the operator has added, and a
layout; fields become readings by the table of the model, or by a mapping of the site file. A model is named by the site
file, or else by the network; nothing is read as another model than that.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial
from itertools import chain
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from besok.model.decode_context import Codec
from besok.model.errors import Unreadable
from besok.model.metrics import METRICS, Kind
from besok.model.readings import Decoded, Identity
from collectors.adapters import mapping
from collectors.adapters.jsontext import show
from collectors.adapters.packet import Packet
from collectors.devices import reader, registry, subjects, unknown
from collectors.devices.field_names import compact, words
from collectors.devices.table import Table
from collectors.lorawan import layout
from collectors.lorawan.codecs import Answer, Frame, Waiting

SOURCE: Final = "lorawan"
PEOPLE: Final = {"people", "occupied", *(m.name for m in METRICS.values() if m.kind is not Kind.LEVEL)}
SHOWN: Final = 24  # bytes of a frame in a problem
HEAD: Final = 1  # objects within each other; deeper are the fields, which have names of their own
NOTHING: Final = "a frame that measures nothing"
UNKNOWN: Final = 'a device whose kind is not known: say its model in the site file (model = "Vendor Model")'
FIX: Final = "set up a decoder in the network server, or add its vendor's codec (besok codec add)"
BYTES: Final = (
    "the bytes ({}, port {}) are of {} set up a decoder in the network server, or add its vendor's codec (besok codec"
    " add FILE --vendor ... --model ...)"
)


class Uplink(Struct, frozen=True, kw_only=True):
    """One frame of one device, whichever network carried it.

    `device` is the devEUI, 16 lower-case hex digits. `fields` is what the network server's own decoder made of the
    bytes (None if it has none), `normalized` the same in the network's own words. `names` gives the model that the
    network states, or "", and how people call the device; it is asked if the site file says no model.
    """

    device: str
    payload: bytes = b""
    fport: int = 0
    fields: Any = None
    normalized: Any = None
    time: datetime | None = None
    identity: Identity | None = None
    names: Callable[[], tuple[str, tuple[str, ...]]] = lambda: ("", ())


def read(uplink: Uplink, packet: Packet) -> Decoded:
    """Decode a frame by the model of its device; return Waiting for one that needs its codec's answer."""
    return _Reading(uplink, packet).decoded()


class _Reading:
    """Reads one frame; each of its attempts returns Decoded() if it does not apply, or raises Unreadable."""

    def __init__(self, uplink: Uplink, packet: Packet) -> None:
        text = packet.known.model((SOURCE, uplink.device))
        self.is_named = bool(text)
        stated, names = (text, ()) if text else uplink.names()
        self.called = (stated, *names)
        self.texts = (stated,) if stated else names  # of which the first that names a model counts
        self.uplink = uplink
        self.packet = packet
        self.table = _entry_of(self.texts)
        self.problems: list[str] = []
        self.fallback: Decoded | None = None  # readings of a model that counts people, but none of people
        self.attempts = iter(ATTEMPTS)

    def decoded(self) -> Decoded:
        """Return the first readings of the attempts that are left, or what is wrong with the frame."""
        for attempt in self.attempts:
            if decoded := self._tried(attempt):
                return decoded
        if self.fallback is not None:
            return self._sensed(self.fallback)
        problems = self.problems or ([self._unknown()] if self.uplink.payload else [])
        return Decoded(
            problems=tuple(dict.fromkeys(problems)),
            not_data="" if problems else "a frame without application data",
            identity=self.uplink.identity,
        )

    def _holding(self, value: Any) -> Packet:
        """Return the message with this value in place of its own, and what is known of the frame."""
        return self.packet.holding(value, self.uplink.device, self.uplink.time, self.uplink.identity)

    def _tried(self, attempt: Callable[["_Reading"], Decoded]) -> Decoded | None:
        """Return the result of an attempt, if it has read the frame."""
        try:
            decoded = attempt(self)
        except Unreadable as exc:
            self.problems.append(str(exc))
            return None
        if isinstance(decoded, Waiting):
            return decoded
        if decoded.readings and self._misses_people(decoded):
            # Another version of the decoder may name them differently
            self.fallback = self.fallback or decoded
        elif decoded.readings or (decoded.not_data and self.fallback is None):
            sensed = self._sensed(decoded)
            if decoded.readings or not (sensed.problems and self._is_loose()):
                return sensed
            self.table = None
            return None
        self.problems += decoded.problems
        return None

    def _misses_people(self, decoded: Decoded) -> bool:
        """Tell whether the model's table is about people or presence, and these readings are not."""
        if self.table is None or any(reading.metric in PEOPLE for reading in decoded.readings):
            return False
        return any(value.metric in PEOPLE for form in self.table.messages for value in form.values)

    def _sensed(self, decoded: Decoded) -> Decoded:
        """Check readings against the names that people gave the device, unless its model or place is set in Besök."""
        if self.table is not None:
            decoded = self._asking(decoded, self.table)
        if self.is_named or self.packet.known.is_placed((SOURCE, self.uplink.device)):
            return decoded
        texts = [*self.called, *subjects.names_in(self.packet, HEAD)]
        own = words(" ".join((self.table.name, *self.table.also, *self.table.names))) if self.table else ()
        if not subjects.NAMING.isdisjoint(own):
            texts = [" ".join(word for word in words(text) if word not in own) for text in texts]
        if not subjects.only_senses(decoded):
            return subjects.of_others(decoded, self.packet, texts)
        is_model = self.table is not None and self.table.kind != "platform"
        fields = () if is_model else (self.uplink.fields, self.uplink.normalized)
        return subjects.of_people(decoded, self.packet, texts, *fields)

    def by_network(self) -> Decoded:
        """Read the fields of the network server's own decoder."""
        fields = self.uplink.fields
        if self.table is None or type(fields) is not dict:
            return Decoded()
        return reader.read_fitting(self.table.messages, self._holding(fields))

    def by_codec(self) -> Decoded:
        """Let the frame wait for a codec that the operator has added, if there is one."""
        known = self.packet.known
        if not known.codecs or not self.uplink.payload:
            return Decoded()
        if "codec" not in known.compiled:  # there may be hundreds
            known.compiled["codec"] = lru_cache(maxsize=8192)(partial(_codec_among, known.codecs))
        codec = known.compiled["codec"](self.texts)
        if codec is None:
            return Decoded()
        received = self.uplink.time or self.packet.message.received
        frame = Frame(self.uplink.payload, self.uplink.fport, round(received.timestamp() * 1000))
        return Waiting(codec=codec, frame=frame, resume=partial(self._resume, codec))

    def _resume(self, codec: Codec, answer: Answer) -> Decoded:
        return self._tried(lambda reading: reading._of_answer(codec, answer)) or self.decoded()

    def _of_answer(self, codec: Codec, answer: Answer) -> Decoded:
        if answer.problem:
            raise Unreadable(f"{codec.name}: {answer.problem}")
        if not answer.fields:
            return self._nothing(codec.name, ", ".join(answer.warnings))
        if self.table is None:
            return self._ask(answer.fields)
        fields = self._holding(answer.fields)
        decoded = reader.read_fitting(self.table.messages, fields)
        if decoded == Decoded():
            raise Unreadable(registry.nothing_found(self.table, fields))
        return decoded

    def by_layout(self) -> Decoded:
        """Read the fields of a layout: that of the model, or the only one that fits."""
        uplink, table = self.uplink, self.table
        if not uplink.payload:
            return Decoded()
        if table is None and not self.is_named:
            fitting = layout.recognise(uplink.device, uplink.fport, uplink.payload)
            table = registry.index().by_layout.get(fitting)
        name = table.layout if table is not None else ""
        if table is None or not name:
            return Decoded()
        try:
            frame = layout.read(name, uplink.fport, uplink.payload)
        except Unreadable as exc:
            raise Unreadable(f"{table.name}: {exc}; {FIX}") from exc
        decoded = reader.read_fitting(table.messages, self._holding(frame.fields))
        if frame.problems:
            why = f"{table.name}: {'; '.join(dict.fromkeys(frame.problems))}; {FIX}"
            return replace(decoded, problems=(*decoded.problems, why), not_data="", identity=uplink.identity)
        if not frame.fields or decoded == Decoded():
            return self._nothing(table.name, frame.passed_over)
        return decoded

    def by_platform(self) -> Decoded:
        """Read fields whose names and units the network, or a format of many makers, fixes for every device."""
        for value in (self.uplink.normalized, self.uplink.fields):
            for table in (
                registry.index().decoded if self.table is None or value is self.uplink.normalized else ()
            ):
                forms = [form for form in table.messages if form.when]
                if (decoded := reader.read_fitting(forms, self._holding(value))) != Decoded():
                    return self._asking(decoded, table)
        return Decoded()

    def by_name(self) -> Decoded:
        """Read fields of models that no table knows as those of any unknown device: few names count, the rest asks."""
        fields = self.uplink.fields
        if self.table is None or (self._is_loose() and self._asking(Decoded(), self.table) != Decoded()):
            if fields is None:
                return Decoded()
            if type(fields) is not dict:
                raise Unreadable(f"the network's decoder gives {show(fields)}: let it give fields with names")
            return self._ask(fields)
        if type(fields) is dict and not (self.table.layout and self.uplink.payload):
            raise Unreadable(registry.nothing_found(self.table, self._holding(fields)))
        return Decoded()

    def _unknown(self) -> str:
        payload = self.uplink.payload
        shown = payload.hex() if len(payload) <= SHOWN else f"{payload[:SHOWN].hex()}…"
        whose = f"{self.table.name}, whose frames Besök cannot decode:" if self.table else f"{UNKNOWN},"
        return BYTES.format(shown, self.uplink.fport, whose)

    def _nothing(self, model: str, why: str = "") -> Decoded:
        return Decoded(not_data=why or NOTHING, identity=self.uplink.identity, model=model)

    def _ask(self, fields: Any, decoded: Decoded | None = None, *left: Any) -> Decoded:
        """Read fields by a mapping, or those of which only the names are known; ask about others. Raises Unreadable."""
        device = self.uplink.device
        packet = self._holding({**self.packet.object, mapping.CODEC: fields, mapping.DEVICE: device})
        if answered := mapping.decode_fields(packet):
            return answered
        texts = [text for text in self.called if "products" not in text.lower()]  # The Things Products
        candidates = unknown.Candidates(packet, texts, mapping.CODEC, subjects.names_in(self.packet, HEAD))
        return candidates.decoded() if decoded is None else candidates.asking(decoded, *left)

    def _asking(self, decoded: Decoded, table: Table) -> Decoded:
        """Ask about fields of the network that may be of people, where a table reads none. Raises Unreadable."""
        kinds = unknown.kinds_left(decoded, table, self.uplink.fields)
        return self._ask(self.uplink.fields, decoded, table.messages, kinds) if kinds else decoded

    def _is_loose(self) -> bool:
        """Tell whether a name without its maker is all that is known of the model: R711 may be a room."""
        own = compact(self.table.vendor) if self.table else ""
        said = {word for text in self.texts for word in registry.spoken(text)}
        return not (self.is_named or own in said or any(len(w) > 3 and own.startswith(w) for w in said))


# Not methods bound to a reading: it would refer to itself, and its message wait for the garbage collector.
ATTEMPTS: Final = (
    _Reading.by_network,
    _Reading.by_codec,
    _Reading.by_layout,
    _Reading.by_platform,
    _Reading.by_name,
)


@lru_cache(maxsize=8192)
def _entry_of(texts: tuple[str, ...]) -> Table | None:
    entries = (registry.by_model(text) for text in texts)
    return next((e for e in entries if e is not None and e.lorawan is not None), None)


def _codec_among(codecs: tuple[Codec, ...], texts: tuple[str, ...]) -> Codec | None:
    return next((codec for text in texts if (codec := codec_of(text, codecs))), None)


def codec_of(text: str, codecs: tuple[Codec, ...]) -> Codec | None:
    """Return the codec of the model that a text names, or of a twin: a model that the same table is for."""
    table = registry.by_model(text)
    twins = (codec for codec in codecs if table is not None and registry.by_model(codec.name) is table)
    return next(chain(registry.named_in(text, _by_name(codecs)), twins), None)


@lru_cache(maxsize=4)
def _by_name(codecs: tuple[Codec, ...]) -> dict[str, Codec]:
    return {name: codec for codec in codecs for name in registry.called(codec.vendor, codec.model)}
