"""Messages that no table, no mapping and no native topic knows: few names count, all else about people is asked about.

A short table of qualified names (qualified.toml) is a statement, where nothing in the message or its topic may change
what it says: all else there must be known. Climate is read where its name has the unit. What may be about people is
rejected with a mapping in which nothing is chosen, what is not is no data. No meaning is ever taken from a value; a
state word (`occupied`) only makes that a field is asked about.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

from besok.model import mapping_draft
from besok.model.decode_context import Device
from besok.model.errors import Unreadable
from besok.model.mapping_draft import MappingDraft
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
FRAMES: Final = "lorawan"  # the source of devices that are known by their radio
MODEL: Final = "say the model of the device in the site file, if Besök knows it"
TEXT_LIMIT: Final = 10_000  # characters of a text that may hold values
PLAIN_LIMIT: Final = 60  # characters of a bare value
SHORTEST: Final = 5  # characters of an id that is nobody else's; a shorter one is unique on its topic only
OFFERED: Final = 12  # fields in one mapping
_OF_ITEM: Final = re.compile(r'@(\.\w+|\["[^"]*"\])')  # a field of an item, not within another
_SEVERAL: Final = re.compile(r"[=;|]|,.*,|(\S+\s+){3}\S")  # more than one value, or a sentence
_IN_A_TEXT: Final = re.compile(  # people told in a text: JSON within it, or `in=3, out=2`
    rf'(?:"|\b)(?:[a-z]+_)?(?:{"|".join(sorted(map(re.escape, PEOPLE)))})\w*(?:"\s*:|\s*=\s*\d)',
    re.IGNORECASE,
)


def decode(packet: Packet) -> Decoded:
    """Return what an unknown device says for certain, or ask about it. Raises Unreadable, with what to do."""
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
    """Return what a platform's message holds beside the values at `known` paths that may be of people by its name."""
    found = [leaf for leaf in leaves(packet, packet.value) if leaf.path == TOP or leaf.path not in known]
    return [leaf for leaf in found if meanings.choices_of(replace(leaf, is_bare=False))]


def decode_fields(body: Body, texts: Sequence[str]) -> Decoded:
    """Read the fields of a frame of an unknown model (mapping.CODEC) as any other message. Raises Unreadable.

    `texts` say what the device is, or how people call it.
    """
    return _Message(body, texts, mapping.CODEC).decoded()


def question(packet: Packet, leaves: Sequence[Leaf]) -> str:
    """Ask what these values of a message are. Raises Unreadable."""
    return _Message(Body(value=packet.value, packet=packet)).question(leaves, "")


def _no_data(packet: Packet) -> str:
    """Tell what a message is about that measures nothing: by its topic, or by the one word that it is; "" if it may."""
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
        """Return what counts, if all of the message is known; ask about what may be about people. Raises Unreadable."""
        named = [leaf for leaf in self.leaves if leaf.name in QUALIFIED and not meanings.is_aside(leaf)]
        named = [leaf for leaf in named if leaf.value is not None]
        why = self._doubt(named) if named else ""
        asked = [leaf for leaf in self.leaves if meanings.choices_of(leaf) and (why or leaf not in named)]
        if not any(WORDS["into"] & {*leaf.said} for leaf in asked):
            asked = [leaf for leaf in asked if "left" not in leaf.said]  # of a picture, or what remains
        if problem := self._unreachable(asked) or (self.question(asked, why) if asked else ""):
            raise Unreadable(problem)
        values = [self._value(leaf) for leaf in (*self._climate(), *([] if why else named))]
        if values:
            return self._read(values)
        others = self._others()
        if not others and (told := self._strange()):
            raise Unreadable(
                f"nobody knows what {listed(told)} is, or in which unit: if that is about people or the air of a room,"
                f" write a mapping ({SEE})"
            )
        return Decoded(not_data=self._nothing(others))

    def _value(self, leaf: Leaf) -> Value:
        """Return how a name that is a statement is read."""
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
        own, body = self.body, Body(value=self.body.value, packet=self.packet, device=device)
        body.time, body.identity = own.time, own.identity
        return reader.read([form], body)

    def _doubt(self, named: Sequence[Leaf]) -> str:
        """Say why the qualified names of this message do not count; "" if nothing speaks against it."""
        if not all(leaf.is_open for leaf in named):
            return "the figures stand within something else, which may be one of several places"
        if max(Counter(QUALIFIED[leaf.name] for leaf in named).values()) > 1:
            return "two fields say the same"
        topic = {level for level in self.packet.levels if len(level) >= SHORTEST}
        loose = [leaf for leaf in self._tops("loose") if str(leaf.value) not in topic]
        if loose and not (self.is_frame or self._tops("device") or self._tops("sub")):
            return f"{loose[0].shown} may be the device or the number of the message"
        lines = self._tops("line")
        if len(lines) > 1 or len(self.channel) > meanings.CHANNEL_LIMIT:
            return f"{listed([leaf.names[-1] for leaf in lines])} may each be what is counted apart"
        placed = self.packet.known.is_placed(self.device)
        beside = [leaf for leaf in self.leaves if leaf not in named and leaf.value not in (None, "", [], {})]
        told = [leaf.names[-1] for leaf in beside if not meanings.is_plain(leaf, placed=placed)]
        says_people = all(not WORDS["strong"].isdisjoint(leaf.said) for leaf in named)
        told += [*self._others(), *unclear([] if placed or says_people else self._where())]
        told += [word for text in self._where() for word in telling("not_now", text)]
        return f"{listed([*dict.fromkeys(told)])} may change what is counted" if told else ""

    def _where(self) -> list[str]:
        """Return the names of where it comes from: not its device's own, which may be anything."""
        own = {str(leaf.value) for kind in ("device", "sub", "loose") for leaf in self._tops(kind)}
        if self.is_frame:
            return list(self.texts)
        root = self.value if isinstance(self.value, dict) and len(self.value) == 1 else ()  # of XML
        return [text for text in (*self.packet.levels, *root) if text not in own]

    def _tops(self, kind: str) -> list[Leaf]:
        """Return the fields of a kind that hold a text or a number, outside of lists, the most telling first."""
        rank = FIELDS[kind]
        found = (leaf for leaf in self.leaves if leaf.name in rank and leaf.is_open)
        filled = [leaf for leaf in found if type(leaf.value) in (str, int, float) and str(leaf.value).strip()]
        return sorted(filled, key=lambda leaf: rank[leaf.name])

    @cached_property
    def channel(self) -> str:
        """What keeps apart all that one device counts: the place, the part of the device, and the line."""
        kinds = ("place", "sub", "line") if self._tops("device") else ("place", "line")
        parts = [str(leaf.value).strip() for kind in kinds for leaf in self._tops(kind)]
        states = WORDS["faults"] | QUALIFIED.keys() | CLIMATE.keys()  # `open` is not the name of a door
        return "/".join(dict.fromkeys(part for part in parts if compact(part) not in states))

    @cached_property
    def device(self) -> Device:
        """The device that speaks."""
        if self.is_frame:
            return FRAMES, self.body.device
        topic, found = self.packet.topic, self._tops("device") or self._tops("sub")
        if not isinstance(self.value, dict | list):
            topic = topic.rpartition("/")[0] or topic
        name = str(found[0].value).strip() if found else topic
        is_its_own = len(name) >= SHORTEST or name in self.packet.levels
        return SOURCE, name if is_its_own or not found else f"{topic}/{name}"

    def _climate(self) -> list[Leaf]:
        """Return the climate and battery values whose unit is told; of a metric that is told twice none."""
        found = [leaf for leaf in self.leaves if leaf.name in CLIMATE and leaf.is_open]
        count = Counter(CLIMATE[leaf.name].partition(" ")[0] for leaf in found)
        found = [leaf for leaf in found if count[CLIMATE[leaf.name].partition(" ")[0]] == 1]
        return [leaf for leaf in found if "battery" in leaf.said or not self._is_outside()]

    def _is_outside(self) -> bool:
        """Tell whether a topic or a text names what has a climate of its own: a freezer, water, the street."""
        return any(True for text in (*self._texts(), *self._where()) for _ in telling("outside", text))

    def _texts(self) -> list[str]:
        """Return the short texts in the message, but units."""
        texts = (
            leaf for leaf in self.leaves if isinstance(leaf.value, str) and leaf.name not in FIELDS["unit"]
        )
        return [leaf.value for leaf in texts if len(leaf.value) <= PLAIN_LIMIT]

    def _unreachable(self, asked: Sequence[Leaf]) -> str:
        """Say that people are told one by one, or within a text: no mapping reads that."""
        for leaf in self.leaves:
            if isinstance(leaf.value, str) and _IN_A_TEXT.search(leaf.value[:TEXT_LIMIT]):
                return f"{leaf.shown} holds values within a text, which no mapping reaches: let its sender unpack it"
            lists = leaf.names if isinstance(leaf.value, list) else leaf.names[:-1] if leaf.each else ()
            told = [n for n in lists if n in FIELDS["one_by_one"] or not WORDS["strong"].isdisjoint(words(n))]
            if told and not asked:
                return (
                    f"a list stands under {show(told[0])}: let the device or its gateway send the number of people"
                    " instead"
                )
        return ""

    def _strange(self) -> list[str]:
        """Return the names of numbers of which not one word is known, and of climate in no unit."""
        numbers = (leaf for leaf in self.leaves if type(leaf.value) in (int, float))
        found = [leaf.names[-1] for leaf in numbers if meanings.is_strange(leaf)]
        if not self._is_outside():
            air = (leaf for leaf in self.leaves if leaf.is_open and leaf.name in FIELDS["unitless"])
            found += [leaf.names[-1] for leaf in air if meanings.state_of(leaf.value) is not None]
        return list(dict.fromkeys(found))

    def _others(self) -> list[str]:
        """Return the words of names and of the topic that say that it is about no people."""
        names = [name for leaf in self.leaves if leaf.name not in FIELDS["plain"] for name in leaf.names]
        texts = [*names, *self._texts(), *self._where()]
        return sorted({word for text in texts for word in telling("others", text)})

    def question(self, asked: Sequence[Leaf], why: str) -> str:
        """Ask what fields mean, with a mapping in which all choices are commented out."""
        each = Counter(leaf.each for leaf in asked).most_common(1)[0][0]
        first = {leaf.path: leaf for leaf in reversed(asked) if leaf.each == each}
        air = [leaf for leaf in self._climate() if not each and " " not in CLIMATE[leaf.name]]
        climate = [mapping_draft.Choice(key=CLIMATE[leaf.name], path=leaf.path) for leaf in air]
        names = list(dict.fromkeys(leaf.names[-1] for leaf in asked))
        because = f" ({why})" if why else ""
        asks = f"nobody has said what {listed(names)} {'is' if len(names) == 1 else 'are'}{because}"
        frame = self.body.device  # which names itself and its time
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
        return f"{asks}: {advice}:\n{mapping_draft.written(draft)}"

    def _first(self, *kinds: str, each: str = "") -> str:
        """Return the path to the first field of these kinds, in the items of a list or else outside of it."""
        fields = (leaf for kind in kinds for leaf in (*self._of_items(kind, each), *self._tops(kind)))
        return next((leaf.path for leaf in fields), "")

    def _of_items(self, kind: str, each: str) -> list[Leaf]:
        own = (leaf for leaf in self.leaves if each and leaf.each == each and _OF_ITEM.fullmatch(leaf.path))
        return [leaf for leaf in own if leaf.name in FIELDS[kind]]

    def _channel_of_items(self, each: str) -> str:
        """Return the path to what names the items of a list: a field, or their place in it; "" if times do."""
        kinds = ("line", "place", "sub", "device", "loose")
        times = [str(leaf.value) for kind in ("time", "end") for leaf in self._of_items(kind, each)]
        is_series = len({*times}) == len(times) > 0
        named = (leaf.path for kind in kinds for leaf in self._of_items(kind, each))
        return next(named, "" if is_series or not each else "key")

    def _nothing(self, others: Sequence[str]) -> str:
        """Say what a message is about that is not about people."""
        if others:
            return f"nothing about people: it seems to be about {listed(others)}"
        return "nothing about people: settings, the device's own health, climate that is not a room's, or other counts"
