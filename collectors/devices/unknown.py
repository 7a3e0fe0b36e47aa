"""Messages that no table, no mapping and no native topic knows: few names count, all else about people is asked about.

A short table of qualified names (qualified.toml) is a statement, where nothing in the message or its topic may change
what it says: all else there must be known. Climate is read where its name has the unit. What may be about people is
rejected with a mapping in which nothing is chosen, what is not is no data. No meaning is ever taken from a value; a
state word (`occupied`) only makes that a field is asked about.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from besok.model import mapping_draft
from besok.model.decode_context import Device
from besok.model.errors import Unreadable
from besok.model.mapping_draft import MappingDraft
from besok.model.metrics import METRICS, Kind
from besok.model.readings import Decoded
from collectors.adapters import mapping, xmltext
from collectors.adapters.jsontext import show
from collectors.adapters.packet import Packet
from collectors.devices import meanings, reader
from collectors.devices.field_names import (
    CLIMATE,
    FIELDS,
    PEOPLE,
    QUALIFIED,
    WORDS,
    compact,
    listed,
    telling,
    unclear,
    words,
)
from collectors.devices.finding import Body
from collectors.devices.format import Format, Paths, Value, Values, paths
from collectors.devices.leaves import ADVICE, SEE, TOP, WRITE, Leaf, leaves

SOURCE: Final = "mqtt"
FRAMES: Final = "lorawan"  # the source of devices identified by their radio
MODEL: Final = "say the model of the device in the site file, if Besök knows it"
TEXT_LIMIT: Final = 10_000  # characters of a text in which values are searched
PLAIN_LIMIT: Final = 60  # characters of a bare value
SHORTEST: Final = 5  # characters of a globally unique id; a shorter one is unique on its topic only
OFFERED: Final = 12  # fields in one mapping
FIELDS_READ: Final = "fields"  # the name under which fields are examined alone
_OF_ITEM: Final = re.compile(r'@(\.\w+|\["[^"]*"\])')  # a field of an item, not within another
_SEVERAL: Final = re.compile(r"[=;|]|,.*,|(\S+\s+){3}\S")  # more than one value, or a sentence
_IN_A_TEXT: Final = re.compile(  # values within a text: JSON, or `in=3, out=2`
    rf'(?:"|\b)(?:[a-z]+_)?(?:{"|".join(sorted(map(re.escape, PEOPLE)))})\w*(?:"\s*:|\s*=\s*\d)',
    re.IGNORECASE,
)


def decode(packet: Packet) -> Decoded:
    """Return the certain readings of an unknown device, or ask about it. Raises Unreadable, with what to do."""
    if about := _no_data(packet):
        return Decoded(not_data=about)
    text = packet.text
    if xmltext.looks_so(packet.payload) or text[:1] in ("{", "["):
        try:
            packet.json  # noqa: B018 - raises with the reason why it is none
        except Unreadable as exc:
            raise Unreadable(
                f"{exc}; choose JSON in the settings of the device, or let its gateway rewrite this"
            ) from exc
    elif not isinstance(packet.value, dict) and (
        not text.isprintable() or not 0 < len(text) <= PLAIN_LIMIT or _SEVERAL.search(text)
    ):
        raise Unreadable(
            f"the payload is neither JSON nor CSV with a line of names, nor a number or a word ({len(packet.payload)}"
            " bytes), and nothing says what is what: choose JSON in the settings of the device, or let its gateway"
            " rewrite this"
        )
    return _Message(Body(value=packet.value, packet=packet)).decoded()


def asked(packet: Packet, known: Collection[str] = ()) -> list[Leaf]:
    """Return the leaves of a platform's message, other than those at `known` paths, that may count people by name."""
    others = [leaf for leaf in leaves(packet, packet.value) if leaf.path == TOP or leaf.path not in known]
    return [leaf for leaf in others if meanings.choices_of(replace(leaf, is_bare=False))]


def decode_fields(body: Body, texts: Sequence[str]) -> Decoded:
    """Read the fields of a frame of an unknown model (mapping.CODEC) as any other message. Raises Unreadable.

    `texts` describe the device, or are names that people gave it.
    """
    return _Message(body, texts, mapping.CODEC).decoded()


def doubt(fields: Mapping[str, Any], texts: Sequence[str], packet: Packet) -> str:
    """Return why qualified names among the fields of a device, described by `texts`, say nothing; "" if they do."""
    message = _Message(Body(value={FIELDS_READ: fields}, packet=packet), texts, FIELDS_READ)
    certain = [leaf for leaf in message.leaves if leaf.name in QUALIFIED]
    if certain and (why := message.doubt(certain)):
        return why
    names = unclear(texts)  # also of what says people: these texts are a topic
    return f"{listed(names)} may change what is counted" if names else ""


def question(packet: Packet, leaves: Sequence[Leaf]) -> str:
    """Return a question about the meaning of these leaves of a message. Raises Unreadable."""
    return _Message(Body(value=packet.value, packet=packet)).question(leaves, "")


def _no_data(packet: Packet) -> str:
    """Return why a message measures nothing, by its topic or by the one word that it is; "" if it may measure."""
    levels, word = packet.levels, packet.text.lower()
    if not packet.payload.strip() or word == "null":
        return reader.TOMBSTONE
    if levels[0] == "$SYS":
        return "what the broker says of itself"
    if levels[0] == "cmnd" or levels[-1].lower() in WORDS["control"]:
        return "an order to a device, or its settings"
    if isinstance(packet.object.get("_type"), str) and {"tst", "tid"} & packet.object.keys():
        return "where somebody's phone is; nothing of it is kept"
    if word in WORDS["connected"]:
        return "whether a device is connected"
    return reader.NOTHING_MEASURED if word and meanings.state_of(packet.value) is None else ""


class _Message:
    """One message, or the fields of a frame that stand in it under a name: the leaves, and what their names say.

    A frame names its device itself; of `texts` it is known what they say of that.
    """

    def __init__(self, body: Body, texts: Sequence[str] = (), fields: str = "") -> None:
        self.body, self.packet, self.texts, self.is_frame = body, body.packet, texts, bool(fields)
        self.value = body.value[fields] if fields else body.value
        self.leaves = list(leaves(self.packet, self.value, f"{TOP}.{fields}" if fields else TOP))

    def decoded(self) -> Decoded:
        """Return the readings, if all of the message is known; ask about what may count people. Raises Unreadable."""
        certain = [leaf for leaf in self.leaves if leaf.name in QUALIFIED and not meanings.is_aside(leaf)]
        certain = [leaf for leaf in certain if leaf.value is not None]
        why = self.doubt(certain) if certain else ""
        unsure = [leaf for leaf in self.leaves if meanings.choices_of(leaf) and (why or leaf not in certain)]
        if not any(WORDS["into"] & {*leaf.said} for leaf in unsure):
            unsure = [leaf for leaf in unsure if "left" not in leaf.said]  # of a picture, or a remainder
        if problem := self._unreachable(unsure) or (self.question(unsure, why) if unsure else ""):
            raise Unreadable(problem)
        values = [self._value(leaf) for leaf in (*self._climate(), *([] if why else certain))]
        if values:
            return self._read(values)
        others = self._others()
        if not others and (names := self._strange()):
            raise Unreadable(
                f"nobody knows what {listed(names)} is, or in which unit: if that is about people or the air of a room,"
                f" write a mapping ({SEE})"
            )
        return Decoded(not_data=self._nothing(others))

    def _value(self, leaf: Leaf) -> Value:
        """Return the value to read for a leaf with a qualified or climate name."""
        metric, _, unit = (QUALIFIED.get(leaf.name) or CLIMATE[leaf.name]).partition(" ")
        return Value(
            metric=metric,
            channel=self.channel[: meanings.CHANNEL_LIMIT] or "1",
            path=paths(leaf.path),
            said=leaf.shown,
            unit=unit or 1.0,
        )

    def _read(self, values: Sequence[Value]) -> Decoded:
        """Read values whose meaning is certain, as a table would; a time "a/b" is a period. Raises Unreadable."""
        times = () if self.is_frame else (p for leaf in self._tops("time") for p in paths(leaf.path))
        (source, device), at = self.device, Paths(times)
        form = Format(name="qualified names", source=source, values=Values(values), time=at, start=at)
        outer, body = self.body, Body(value=self.body.value, packet=self.packet, device=device)
        body.time, body.identity = outer.time, outer.identity
        return reader.read([form], body)

    def doubt(self, certain: Sequence[Leaf]) -> str:
        """Return why the qualified names of this message cannot be trusted; "" if they can."""
        if not all(leaf.is_open for leaf in certain):
            return "the figures stand within something else, which may be one of several places"
        if max(Counter(QUALIFIED[leaf.name] for leaf in certain).values()) > 1:
            return "two fields say the same"
        topic = {level for level in self.packet.levels if len(level) >= SHORTEST}
        loose = [leaf for leaf in self._tops("loose") if str(leaf.value) not in topic]
        if loose and not (self.is_frame or self._tops("device") or self._tops("sub")):
            return f"{loose[0].shown} may be the device or the number of the message"
        lines = self._tops("line")
        if len(lines) > 1 or len(self.channel) > meanings.CHANNEL_LIMIT:
            return f"{listed([leaf.names[-1] for leaf in lines])} may each be what is counted apart"
        placed = self.packet.known.is_placed(self.device)
        rest = [leaf for leaf in self.leaves if leaf not in certain and leaf.value not in (None, "", [], {})]
        doubts = [leaf.names[-1] for leaf in rest if not meanings.is_plain(leaf, placed=placed)]
        says_people = all(not WORDS["strong"].isdisjoint(leaf.said) for leaf in certain)
        any_name = placed or (self.is_frame and says_people)  # a model may be called anything
        doubts += [*self._others(), *unclear([] if any_name else self._where())]
        doubts += [word for text in self._where() for word in telling("not_now", text)]
        if not doubts and any(METRICS[QUALIFIED[leaf.name]].kind is Kind.FLOW for leaf in certain):
            doubts += [word for text in (*self._where(), *self._texts()) for word in telling("running", text)]
        return f"{listed([*dict.fromkeys(doubts)])} may change what is counted" if doubts else ""

    def _where(self) -> list[str]:
        """Return the names of its origin: not the device's own name, which may be anything."""
        device_names = {str(leaf.value) for kind in ("device", "sub", "loose") for leaf in self._tops(kind)}
        if self.is_frame:
            return list(self.texts)
        root = self.value if isinstance(self.value, dict) and len(self.value) == 1 else ()  # of XML
        return [text for text in (*self.packet.levels, *root) if text not in device_names]

    def _tops(self, kind: str) -> list[Leaf]:
        """Return the leaves of a kind that hold a text or a number, outside of lists, by rank of their names."""
        rank = FIELDS[kind]
        fields = (leaf for leaf in self.leaves if leaf.name in rank and leaf.is_open)
        full = [leaf for leaf in fields if type(leaf.value) in (str, int, float) and str(leaf.value).strip()]
        return sorted(full, key=lambda leaf: rank[leaf.name])

    @cached_property
    def channel(self) -> str:
        """The channel within the device: the place, the part of the device, and the line."""
        kinds = ("place", "sub", "line") if self._tops("device") else ("place", "line")
        parts = [str(leaf.value).strip() for kind in kinds for leaf in self._tops(kind)]
        states = WORDS["faults"] | QUALIFIED.keys() | CLIMATE.keys()  # `open` is not the name of a door
        return "/".join(dict.fromkeys(part for part in parts if compact(part) not in states))

    @cached_property
    def device(self) -> Device:
        """The device that sent the message."""
        if self.is_frame:
            return FRAMES, self.body.device
        topic, fields = self.packet.topic, self._tops("device") or self._tops("sub")
        if not isinstance(self.value, dict | list):
            topic = topic.rpartition("/")[0] or topic
        name = str(fields[0].value).strip() if fields else topic
        is_unique = len(name) >= SHORTEST or name in self.packet.levels
        return SOURCE, name if is_unique or not fields else f"{topic}/{name}"

    def _climate(self) -> list[Leaf]:
        """Return the climate and battery leaves with a stated unit; none of a metric that occurs twice."""
        climate = [leaf for leaf in self.leaves if leaf.name in CLIMATE and leaf.is_open]
        count = Counter(CLIMATE[leaf.name].partition(" ")[0] for leaf in climate)
        climate = [leaf for leaf in climate if count[CLIMATE[leaf.name].partition(" ")[0]] == 1]
        return [leaf for leaf in climate if "battery" in leaf.said or not self._is_outside()]

    def _is_outside(self) -> bool:
        """Tell whether a topic or a text names something with its own climate: a freezer, water, the street."""
        return any(True for text in (*self._texts(), *self._where()) for _ in telling("outside", text))

    def _texts(self) -> list[str]:
        """Return the short texts in the message, without units."""
        texts = (
            leaf for leaf in self.leaves if isinstance(leaf.value, str) and leaf.name not in FIELDS["unit"]
        )
        return [leaf.value for leaf in texts if len(leaf.value) <= PLAIN_LIMIT]

    def _unreachable(self, unsure: Sequence[Leaf]) -> str:
        """Return the problem of people listed one by one, or within a text, which no mapping reads; "" if none."""
        for leaf in self.leaves:
            if isinstance(leaf.value, str) and _IN_A_TEXT.search(leaf.value[:TEXT_LIMIT]):
                return f"{leaf.shown} holds values within a text, which no mapping reaches: let its sender unpack it"
            lists = leaf.names if isinstance(leaf.value, list) else leaf.names[:-1] if leaf.each else ()
            hits = [n for n in lists if n in FIELDS["one_by_one"] or not WORDS["strong"].isdisjoint(words(n))]
            if hits and not unsure:
                return (
                    f"a list stands under {show(hits[0])}: let the device or its gateway send the number of people"
                    " instead"
                )
        return ""

    def _strange(self) -> list[str]:
        """Return the names of numbers without any known word, and of climate without a unit."""
        numbers = (leaf for leaf in self.leaves if type(leaf.value) in (int, float))
        names = [leaf.names[-1] for leaf in numbers if meanings.is_strange(leaf)]
        if not self._is_outside():
            air = (leaf for leaf in self.leaves if leaf.is_open and leaf.name in FIELDS["unitless"])
            names += [leaf.names[-1] for leaf in air if meanings.state_of(leaf.value) is not None]
        return list(dict.fromkeys(names))

    def _others(self) -> list[str]:
        """Return the words of names and of the topic that mean something other than people."""
        names = [name for leaf in self.leaves if leaf.name not in FIELDS["plain"] for name in leaf.names]
        texts = [*names, *self._texts(), *self._where()]
        return sorted({word for text in texts for word in telling("others", text)})

    def question(self, unsure: Sequence[Leaf], why: str) -> str:
        """Return a question about fields, with a mapping in which all choices are commented out."""
        each = Counter(leaf.each for leaf in unsure).most_common(1)[0][0]
        first = {leaf.path: leaf for leaf in reversed(unsure) if leaf.each == each}
        air = [leaf for leaf in self._climate() if not each and " " not in CLIMATE[leaf.name]]
        climate = [mapping_draft.Choice(key=CLIMATE[leaf.name], path=leaf.path) for leaf in air]
        names = list(dict.fromkeys(leaf.names[-1] for leaf in unsure))
        because = f" ({why})" if why else ""
        opening = f"nobody has said what {listed(names)} {'is' if len(names) == 1 else 'are'}{because}"
        frame = self.body.device  # which has its own device and time
        draft = MappingDraft(
            topic=self.packet.topic,
            choices=(*meanings.all_choices([*reversed(first.values())][:OFFERED]), *climate),
            device=f"'{frame}'" if frame else self._first("device", "sub", "loose"),
            time="" if frame else self._first("time", "end", each=each),
            start="" if frame else self._first("start", each=each),
            each=each,
            channel=self._channel_of_items(each),
            only={f"{TOP}.{mapping.DEVICE}": frame} if frame not in self.packet.topic.lower() else {},
        )
        on_page = any(choice.metric in mapping_draft.SAYS and not choice.besides for choice in draft.choices)
        advice = ADVICE if on_page else WRITE
        advice = f"{MODEL}, or {advice}" if frame else advice
        return f"{opening}: {advice}:\n{mapping_draft.written(draft)}"

    def _first(self, *kinds: str, each: str = "") -> str:
        """Return the path to the first field of these kinds, in the items of a list or else outside of it."""
        fields = (leaf for kind in kinds for leaf in (*self._of_items(kind, each), *self._tops(kind)))
        return next((leaf.path for leaf in fields), "")

    def _of_items(self, kind: str, each: str) -> list[Leaf]:
        inner = (leaf for leaf in self.leaves if each and leaf.each == each and _OF_ITEM.fullmatch(leaf.path))
        return [leaf for leaf in inner if leaf.name in FIELDS[kind]]

    def _channel_of_items(self, each: str) -> str:
        """Return the path to the channel of a list's items: a field, or their position; "" if times tell them apart."""
        kinds = ("line", "place", "sub", "device", "loose")
        times = [str(leaf.value) for kind in ("time", "end") for leaf in self._of_items(kind, each)]
        is_series = len({*times}) == len(times) > 0
        name_paths = (leaf.path for kind in kinds for leaf in self._of_items(kind, each))
        return next(name_paths, "" if is_series or not each else "key")

    def _nothing(self, others: Sequence[str]) -> str:
        """Return what a message is about that is not about people."""
        if others:
            return f"nothing about people: it seems to be about {listed(others)}"
        return "nothing about people: settings, the device's own health, climate that is not a room's, or other counts"
