"""Messages that no table, no mapping and no native topic knows: few names count, all else about people is asked about.

A short table of qualified names (qualified.toml) is a statement, unless the message names something that is no person;
climate and batteries are read where their unit is told. What may be about people is rejected with a mapping in which
nothing is chosen, what is not is no data. No meaning is ever taken from a value; a state word (`occupied`) only makes
that a field is asked about.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from msgspec import structs

from besok.model import mapping_draft
from besok.model.errors import Unreadable
from besok.model.json_path import Place, compiled
from besok.model.mapping_draft import MappingDraft
from besok.model.readings import Decoded
from collectors.adapters import xmltext
from collectors.adapters.jsontext import show
from collectors.adapters.packet import Packet
from collectors.devices import field_names, meanings, reader
from collectors.devices.field_names import (
    AIR,
    FIELDS,
    PEOPLE,
    QUALIFIED,
    WORDS,
    compact,
    listed,
    telling,
    words,
)
from collectors.devices.finding import Body
from collectors.devices.format import Format, Paths, Value, Values, paths
from collectors.devices.leaves import ADVICE, SEE, WRITE, Leaf, is_open, leaves
from collectors.kept_forms import is_words

SOURCE: Final = "mqtt"
FRAMES: Final = "lorawan"  # the source of devices that are known by their radio
MODEL: Final = "say the model of the device in the site file, if Besök knows it"
TEXT_LIMIT: Final = 10_000  # characters of a text that may hold values
PLAIN_LIMIT: Final = 60  # characters of a bare value, and of a text that may say what a message is about
SHORTEST: Final = 5  # characters of an id that is nobody else's; a shorter one is unique on its topic only
OFFERED: Final = 12  # fields in one mapping
_ONE_BY_ONE: Final = "a list stands under {}: let the device or its gateway send the number of people instead"
_OF_ITEM: Final = re.compile(r'@(\.\w+|\["[^"]*"\])')  # a field of an item, not within another
_SEVERAL: Final = re.compile(r"[=;|]|,.*,|(\S+\s+){3}\S")  # more than one value, or a sentence
_IN_A_TEXT: Final = re.compile(  # people told in a text: JSON within it, or `in=3, out=2`
    rf'(?:"|\b)(?:[a-z]+_)?(?:{"|".join(sorted(map(re.escape, PEOPLE)))})\w*(?:"\s*:|\s*=\s*\d)',
    re.IGNORECASE,
)


def decode(packet: Packet) -> Decoded:
    """Return what an unknown device says for certain, and ask about the rest. Raises Unreadable, with what to do."""
    if about := _control(packet):
        return Decoded(not_data=about)
    if not packet.payload.strip() or packet.text == "null":
        return Decoded(not_data=reader.TOMBSTONE)
    is_document = xmltext.looks_so(packet.payload) or packet.text[:1] in ("{", "[")
    if not is_document and not isinstance(packet.value, dict):
        return _plain(packet)
    try:
        value = packet.json
    except Unreadable as exc:
        raise Unreadable(
            f"{exc}; choose JSON in the settings of the device, or let its gateway rewrite this"
        ) from exc
    return _Message(packet, value).decoded()


def asked(packet: Packet, known: Collection[str] = ()) -> list[Leaf]:
    """Return what a platform's message holds beside the values at `known` paths that may be of people by its name.

    A bare value goes by the last level of the topic that says something.
    """
    if isinstance(packet.value, dict | list):
        return [
            leaf
            for leaf in leaves(packet, packet.value)
            if leaf.path not in known and meanings.choices_of(leaf)
        ]
    name = next((level for level in reversed(packet.levels) if level not in ("state", "value")), "")
    leaf = Leaf(names=(name,), value=packet.value, path="$", said=words(name))
    return [leaf] if meanings.choices_of(leaf) else []


def unsaid(names: Sequence[str]) -> list[str]:
    """Return the words of a topic, or of other names that people have chosen, that may say what is counted.

    Things and parts of the people do; so may a word that nobody knows, unless people are named too. A door does not
    name them: a boiler has one, and a beehive an entrance. A building has meters of all kinds, but where its door is
    named.
    """
    names = [name for name in names if compact(name) not in QUALIFIED and name.lower() != "devices"]
    told = [word for kind in ("things", "some") for name in names for word in telling(kind, name)]
    said = (
        []
        if any(True for name in names for _ in telling("strong", name))
        else [w for n in names for w in words(n)]
    )
    alone = () if any(True for name in names for _ in telling("doors", name)) else WORDS["wholes"]
    unclear = [w for w in said if w in alone or (len(w) > 2 and not field_names.is_neutral(w))]
    return list(dict.fromkeys((*told, *unclear)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where values come from that are not the whole message: fields that a network's decoder made of a frame.

    `fields`, `device` and `time` are the paths to them in the message, "" where none leads; `texts` say what the
    device is, or how people call it.
    """

    body: Body
    fields: str = ""
    device: str = ""
    time: str = ""
    texts: tuple[str, ...] = ()


def decode_fields(origin: Origin) -> Decoded:
    """Read the decoded fields of a frame of an unknown model as any other message. Raises Unreadable."""
    return _Message(origin.body.packet, origin.body.value, origin).decoded()


def question(packet: Packet, leaves: Sequence[Leaf]) -> str:
    """Ask what these values of a message are. Raises Unreadable."""
    return _Message(packet, packet.value).question(leaves, "", ())


def _control(packet: Packet) -> str:
    """Tell what a message is about if not about people, by its topic or because a phone tells where its owner is."""
    levels = packet.levels
    if levels[0] == "$SYS":
        return "what the broker says of itself"
    if levels[0] == "cmnd" or levels[-1].lower() in WORDS["control"]:
        return "an order to a device, or its settings"
    if "shadow" in levels and levels[-1] in ("delta", "rejected"):
        return "what a device is asked to become"
    if isinstance(packet.object.get("_type"), str) and {"tst", "tid"} & packet.object.keys():
        return "where somebody's phone is; nothing of it is kept"
    return ""


def _plain(packet: Packet) -> Decoded:
    """Decode a bare number or word: the last level of its topic is its name. Raises Unreadable."""
    text = packet.text
    if text.lower() in WORDS["connected"]:
        return Decoded(not_data="whether a device is connected")
    if not text.isprintable() or not 0 < len(text) <= PLAIN_LIMIT or _SEVERAL.search(text):
        raise Unreadable(
            f"the payload is neither JSON nor CSV with a line of names, nor a number or a word ({len(packet.payload)}"
            " bytes), and nothing says what is what: choose JSON in the settings of the device, or let its gateway"
            " rewrite this"
        )
    if meanings.state_of(packet.value) is None:
        return Decoded(not_data=reader.NOTHING_MEASURED)
    return _Message(packet, packet.value).decoded()


class _Message:
    """One message: its leaves, and what its names and short texts say."""

    def __init__(self, packet: Packet, value: Any, origin: Origin | None = None) -> None:
        self.packet = packet
        self.value = value
        self.origin = origin
        self.leaves = list(leaves(packet, value))

    def _told(self, kind: str, *, names: bool, topic: bool = True, places: bool = True) -> list[str]:
        """Return the words of a kind in short texts, in the topic, and in the names of fields."""
        texts = [
            leaf.value
            for leaf in self.leaves
            if isinstance(leaf.value, str)
            and len(leaf.value) <= PLAIN_LIMIT
            and leaf.name not in FIELDS["unit"]
            and (places or leaf.name not in FIELDS["place"])
        ]
        texts += [level for level in self.packet.levels if level.lower() != "devices"] if topic else []
        texts += self.origin.texts if self.origin else ()
        texts += (
            self.value if isinstance(self.value, dict) and len(self.value) == 1 else ()
        )  # the root of XML
        texts += [name for leaf in self.leaves for name in leaf.names] if names else []
        return sorted({word for text in texts for word in telling(kind, text)})

    def _no_persons(self) -> list[str]:
        some = self._told("some", names=True, topic=False, places=False)
        names = [
            name for leaf in self.leaves for name in leaf.names if WORDS["radio"].isdisjoint(words(name))
        ]
        things = [word for name in names for word in telling("things", name)]
        return sorted({*self._told("things", names=False), *things, *some})

    def decoded(self) -> Decoded:
        """Return what counts; ask about all else that may be about people. Raises Unreadable."""
        channel = self._channel()[: meanings.CHANNEL_LIMIT] or "1"
        values = [structs.replace(value, channel=channel) for value in self._climate()]
        asked = [leaf for leaf in self.leaves if meanings.choices_of(leaf)]
        if not any(WORDS["into"] & {*leaf.said} for leaf in asked):
            asked = [leaf for leaf in asked if "left" not in leaf.said]  # of a picture, or what remains
        named = [leaf for leaf in self.leaves if leaf.name in QUALIFIED and not meanings.is_aside(leaf)]
        named = [leaf for leaf in named if leaf.value is not None]
        why = self._doubt(named) if named else ""
        if named and not why:
            values += [meanings.qualified_value(leaf, channel) for leaf in named]
            metrics = {QUALIFIED[leaf.name] for leaf in named}
            asked = [leaf for leaf in asked if leaf not in named and not meanings.is_settled(leaf, metrics)]
        problems = self._unreachable(asked) or ([self.question(asked, why, values)] if asked else [])
        decoded = self._read(values) if values else Decoded()
        if not (values or problems or named or self._no_persons()):
            problems = self._strange() or self._unitless()
        if problems or decoded.readings or decoded.problems:
            return structs.replace(decoded, problems=(*decoded.problems, *problems), not_data="")
        return Decoded(not_data=self._nothing())

    def _read(self, values: Sequence[Value]) -> Decoded:
        """Read values whose meaning is certain, as a table would; a time "a/b" is a period. Raises Unreadable."""
        times = () if self.origin else tuple(path for leaf in self._tops("time") for path in paths(leaf.path))
        source, at = FRAMES if self.origin else SOURCE, Paths(times)
        form = Format(name="qualified names", source=source, values=Values(values), time=at, start=at)
        own = Body(value=self.value, packet=self.packet, device=self._device())
        return reader.read([form], self.origin.body if self.origin else own)

    def _doubt(self, named: Sequence[Leaf]) -> str:
        """Say why the qualified names of this message do not count; "" if nothing speaks against it."""
        if told := self._no_persons():
            return f"the message also says {listed(told)}, which is no person or not all people"
        if any(leaf.is_item or not is_open(leaf) for leaf in named):
            return "the figures stand within something else, which may be one of several places"
        if max(Counter(QUALIFIED[leaf.name] for leaf in named).values()) > 1:
            return "two fields say the same"
        if told := self._told("not_now", names=False):
            return f"the message also says {listed(told)}, so it may not be about now"
        topic = {level for level in self.packet.levels if len(level) >= SHORTEST}
        loose = [leaf for leaf in self._tops("loose") if str(leaf.value) not in topic]
        if loose and not (self.origin or self._tops("device") or self._tops("sub")):
            return f"{loose[0].shown} may be the device or the number of the message"
        named_so = [leaf for leaf in self._tops("place") if leaf.name in ("name", "label")]
        if told := [leaf.shown for leaf in named_so if not _names_a_place(str(leaf.value).strip())]:
            return f"{listed(told)} may be the name of a place, or that of somebody"
        lines = self._tops("line")
        if len(lines) > 1 or len(self._channel()) > meanings.CHANNEL_LIMIT:
            return f"{listed([leaf.names[-1] for leaf in lines])} may each be what is counted apart"
        if told := self._unsaid():
            return f"{listed(told)} may be what is counted, and nothing says that it is people"
        if told := self._unclear(named):
            return f"{listed(told)} may change what is counted"
        return ""

    def _unsaid(self) -> list[str]:
        """Return the words of where it comes from that may name what is counted.

        None if the message names people, or a person has placed the device.
        """
        device = (FRAMES, self.origin.body.device) if self.origin else (SOURCE, self._device())
        if self.packet.known.is_placed(device) or self._told("strong", names=True, topic=False):
            return []
        own = {str(leaf.value) for kind in ("device", "sub", "loose") for leaf in self._tops(kind)}
        called = [str(leaf.value) for kind in ("place", "line") for leaf in self._tops(kind)]
        where = self.origin.texts if self.origin else [t for t in self.packet.levels if t not in own]
        return [*unsaid(where), *unsaid(called)]

    def _unclear(self, named: Sequence[Leaf]) -> list[str]:
        """Return the fields beside qualified names of which nobody knows whether they change what those say."""
        metrics = {QUALIFIED[leaf.name] for leaf in named}
        beside = (leaf for leaf in self.leaves if leaf not in named and leaf.value not in (None, "", [], {}))
        unclear = (
            leaf for leaf in beside if not (meanings.is_plain(leaf) or meanings.is_settled(leaf, metrics))
        )
        return list(dict.fromkeys(leaf.names[-1] for leaf in unclear))

    def _tops(self, kind: str) -> list[Leaf]:
        """Return the fields of a kind that hold a text or a number, outside of lists, the most telling first."""
        rank = FIELDS[kind]
        found = (leaf for leaf in self.leaves if leaf.name in rank and is_open(leaf) and not leaf.is_item)
        filled = [leaf for leaf in found if type(leaf.value) in (str, int, float) and str(leaf.value).strip()]
        return sorted(filled, key=lambda leaf: rank[leaf.name])

    def _channel(self) -> str:
        """Return what keeps apart all that one device counts: the place, the part of the device, and the line."""
        kinds = ("place", "sub", "line") if self._tops("device") else ("place", "line")
        parts = [str(leaf.value).strip() for kind in kinds for leaf in self._tops(kind)]
        told = (part for part in parts if not (field_names.is_name(part) or field_names.is_a_state(part)))
        return "/".join(dict.fromkeys(told))

    def _device(self) -> str:
        topic, found = self.packet.topic, self._tops("device") or self._tops("sub")
        if not isinstance(self.value, dict | list):
            topic = topic.rpartition("/")[0] or topic
        device = str(found[0].value).strip() if found else topic
        is_its_own = len(device) >= SHORTEST or device in self.packet.levels
        return device if is_its_own or not found else f"{topic}/{device}"

    def _climate(self) -> list[Value]:
        """Return the climate and battery values whose unit is told; of a metric that is told twice none."""
        found = [leaf for leaf in self.leaves if not leaf.is_item and is_open(leaf)]
        values = [value for leaf in found if (value := meanings.climate_of(leaf))]
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
            if not asked and (told := [name for name in lists if field_names.is_of_persons(name)]):
                return [_ONE_BY_ONE.format(show(told[0]))]
        return []

    def _strange(self) -> list[str]:
        """Say that nobody knows what the numbers are, where not one word of their names is known."""
        names = [leaf.names[-1] for leaf in self.leaves if type(leaf.value) in (int, float)]
        found = list(dict.fromkeys(name for name in names if field_names.is_strange(name)))
        if not found:
            return []
        are = "is" if len(found) == 1 else "are"
        return [f"nobody knows what {listed(found)} {are}: if that is about people, write a mapping ({SEE})"]

    def _unitless(self) -> list[str]:
        """Say that climate of a room may be told, and in no unit."""
        open_ = [leaf for leaf in self.leaves if not leaf.is_item and _is_told(leaf.value) and is_open(leaf)]
        found = [leaf.shown if leaf.path != "$" else leaf.names[-1] for leaf in open_ if leaf.name in AIR]
        if not found or self._told("outside", names=False):
            return []
        return [
            f"nobody has said in which unit {listed(found)} is: if it is of a room, write a mapping ({SEE})"
        ]

    def question(self, asked: Sequence[Leaf], why: str, known: Sequence[Value]) -> str:
        """Ask what fields mean, with a mapping in which all choices are commented out."""
        each = Counter(leaf.each for leaf in asked).most_common(1)[0][0]
        first = {leaf.path: leaf for leaf in reversed(asked) if leaf.each == each}
        chosen = [*reversed(first.values())][:OFFERED]
        names = list(dict.fromkeys(leaf.names[-1] for leaf in asked))
        because = f" ({why})" if why else ""
        asks = f"nobody has said what {listed(names)} {'is' if len(names) == 1 else 'are'}{because}"
        if self.origin and not self.origin.fields:
            return f"{asks}: {MODEL}; no mapping reaches JSON within a text"
        draft = MappingDraft(
            topic=self.packet.topic,
            choices=(
                *meanings.all_choices(chosen),
                *(meanings.known_choice(value) for value in known if not each and value.unit == 1.0),
            ),
            device=next((leaf.path for kind in ("device", "sub", "loose") for leaf in self._tops(kind)), ""),
            time=self._first("time", "end", each=each),
            start=self._first("start", each=each),
            each=each,
            channel=self._channel_of_items(each),
        )
        on_page = any(choice.metric in mapping_draft.SAYS and not choice.besides for choice in draft.choices)
        advice = ADVICE if on_page else WRITE
        if self.origin:
            draft, advice = self._of_frame(draft, self.origin), f"{MODEL}, or {advice}"
        return f"{asks}: {advice}:\n{mapping_draft.written(draft)}"

    @staticmethod
    def _of_frame(draft: MappingDraft, origin: Origin) -> MappingDraft:
        """Return a draft whose paths begin at the top of the message, for this device only."""

        def whole(path: str) -> str:
            return f"{origin.fields}{path[1:]}" if path[:1] == "$" else path

        is_told = origin.body.device.lower() in origin.body.packet.topic.lower()
        return replace(
            draft,
            choices=tuple(replace(choice, path=whole(choice.path)) for choice in draft.choices),
            each=whole(draft.each),
            device=origin.device,
            time=origin.time,
            start="",
            only={} if is_told else {origin.device: str(_at(origin))},
        )

    def _first(self, *kinds: str, each: str) -> str:
        """Return the path to the first field of these kinds, in the items of a list or else outside of it."""
        fields = (leaf for kind in kinds for leaf in (*self._of_items(kind, each), *self._tops(kind)))
        return next((leaf.path for leaf in fields), "")

    def _of_items(self, kind: str, each: str) -> list[Leaf]:
        own = (leaf for leaf in self.leaves if each and leaf.each == each and _OF_ITEM.fullmatch(leaf.path))
        return [leaf for leaf in own if leaf.name in FIELDS[kind]]

    def _channel_of_items(self, each: str) -> str:
        """Return the path to what names the items of a list: a field, or their place in it; "" if times do."""
        if not each:
            return ""
        for kind in ("line", "place", "sub", "device", "loose"):
            if found := self._of_items(kind, each):
                return found[0].path
        times = [str(leaf.value) for kind in ("time", "end") for leaf in self._of_items(kind, each)]
        return "" if times and len({*times}) == len(times) else "key"

    def _nothing(self) -> str:
        if told := self._no_persons():
            return f"nothing about people: it seems to be about {listed(told)}"
        if names := [leaf.shown for leaf in self.leaves if field_names.is_climate(leaf.names)]:
            return f"nothing about people: {listed(names)} without a unit or not of a room; a mapping reads it ({SEE})"
        return "nothing about people: settings, the device's own health, or counts of other things"


def _names_a_place(text: str) -> bool:
    return is_words(text) or any(True for _ in telling("doors", text))


def _is_told(value: object) -> bool:
    return type(value) in (int, float)


def _at(origin: Origin) -> object:
    """Return how a message writes its device."""
    value = origin.body.packet.value
    found = compiled(origin.device).find(Place(message=value, item=value, key=None, levels=()))
    return found[0].value if found else origin.body.device
