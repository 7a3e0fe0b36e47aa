"""Messages that no table, no mapping and no native topic knows: few names count, all else about people is asked about.

A short table of qualified names (qualified.toml) is a statement, where all that stands beside it in the message and in
its topic is known and changes nothing of what it says. Climate is read where its name has the unit. What may be about
people is rejected with a mapping in which nothing is chosen, what is not is not data. No meaning is ever taken from a
value; a state word (`occupied`) only makes that a field is asked about.
"""

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import product
from typing import Any, Final

from msgspec import structs

from besok.model import mapping_draft
from besok.model.decode_context import Device
from besok.model.errors import Unreadable
from besok.model.mapping_draft import MappingDraft
from besok.model.readings import Decoded
from collectors.adapters import mapping, xmltext
from collectors.adapters.jsontext import show
from collectors.adapters.packet import Packet
from collectors.adapters.times import instant
from collectors.devices import reader, subjects
from collectors.devices.field_names import (
    BARE,
    CLIMATE,
    DATA,
    FIELDS,
    KNOWN,
    PEOPLE,
    QUALIFIED,
    VOUCHING,
    WORDS,
    compact,
    is_qualified,
    listed,
    named,
    telling,
    unclear,
    words,
)
from collectors.devices.format import COUNTS, Format, Paths, Value, Values, paths
from collectors.devices.leaves import ADVICE, TOP, WRITE, Leaf, all_choices, is_number, leaves, state_of
from collectors.devices.table import Table

SOURCE: Final = "mqtt"
FRAMES: Final = "lorawan"  # the source of devices identified by their radio
MODEL: Final = "say the model of the device in the site file, if Besök knows it"
NO_FORM: Final = "choose JSON in the settings of the device, or let its gateway rewrite this"
TEXT_LIMIT: Final = 10_000  # characters of a text in which values are searched
PLAIN_LIMIT: Final = 60  # characters of a bare value
SHORTEST: Final = 5  # characters of a globally unique id; a shorter one is unique on its topic only
NOBODY_COUNTED: Final = "neither its name nor its topic says that people are counted"
INNER: Final = "the figures stand within something else, which may be one of several places"
MAP: Final = "write a mapping (docs/reference/mappings.md)"
NOBODY_KNOWS: Final = f"nobody knows what {{}} is, where, or in which unit: if of people or a room, {MAP}"
NO_AIR: Final = f"{{}} may mean that nothing was measured, or not in a room ({{}}): if it was, {MAP}"
NEAR_AIR: Final = {name for kind in DATA["near_air"].split() for name in FIELDS[kind]}
WELL: Final = {"health": "healthy", "truth": "true", "fault": "none", "unit": "of_air"}
TIMES_AND_AIR: Final = (FIELDS["time"], FIELDS["sent"], FIELDS["unitless"], CLIMATE)
ONE_TIME: Final = timedelta(seconds=1)  # within which times of a message are the same one
NOTHING: Final = frozenset[str]()
KINDS: Final = {  # by whether a table counts people, and whether anything is read
    (counts, is_read): (PEOPLE if counts else WORDS["strong"]) - WORDS["presence" if is_read else "motion"]
    for counts, is_read in product((False, True), repeat=2)
}
TEXT_KEPT: Final = 1_000  # characters of names
OFFERED: Final = 12  # fields in one mapping
OTHER_THINGS: Final = "settings, the device's own health, climate that is not a room's, or other counts"
_OF_ITEM: Final = re.compile(r'@(\.\w+|\["[^"]*"\])')  # a field of an item, not within another
_SEVERAL: Final = re.compile(r"[=;|]|,.*,|(\S+\s+){3}\S")  # more than one value, or a sentence
_IN_A_TEXT: Final = re.compile(  # values within a text: JSON, or `in=3, out=2`
    rf'(?:"|\b)(?:[a-z]+_)?(?:{"|".join(sorted(map(re.escape, PEOPLE)))})\w*(?:"\s*:|\s*=\s*\d)',
    re.IGNORECASE,
)
_PACKED: Final = re.compile(r"(?i)(?:eyJ|ewo|ew0|W3s)[\w+/-]*=*|(?:[\da-f]{2}){4,}")  # JSON in base64, hex
_COUNTED: Final = re.compile(r"\s*\d+\s*(/|[^\W\d_]{2})")  # `12 persons`, `3/10`


def decode(packet: Packet) -> Decoded:
    """Return the certain readings of an unknown device, or ask about it. Raises Unreadable, with what to do."""
    if about := _no_data(packet):
        return Decoded(not_data=about)
    text = packet.text
    if xmltext.looks_so(packet.payload) or text[:1] in ("{", "["):
        try:
            packet.json  # noqa: B018 - raises with the reason why it is none
        except Unreadable as exc:
            raise Unreadable(f"{exc}; {NO_FORM}") from exc
    elif not isinstance(packet.value, dict) and (
        not text.isprintable() or not 0 < len(text) <= PLAIN_LIMIT or _SEVERAL.search(text)
    ):
        raise Unreadable(
            f"the payload is neither JSON nor CSV with a line of names, nor a number or a word ({len(packet.payload)}"
            f" bytes), and nothing says what is what: {NO_FORM}"
        )
    return Candidates(packet).decoded()


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
    return reader.NOTHING_MEASURED if word and state_of(packet.value) is None else ""


def kinds_left(decoded: Decoded, table: Table, value: Any) -> frozenset[str]:
    """Return the words of numbers to ask about in a value of which no people are read; none if no name may have one.

    Those are words of people, of presence where nothing is read, and of going in or out if the table counts that.
    """
    if decoded.problems or not COUNTS.isdisjoint(reading.metric for reading in decoded.readings):
        return NOTHING
    names = subjects.names_of(value)
    may_be = _may_be if len("".join(names)) < TEXT_KEPT else _may_be.__wrapped__
    kinds = KINDS[table.counts, bool(decoded.readings)]
    return kinds if may_be(kinds, names) else NOTHING


@lru_cache(8192)
def _may_be(kinds: frozenset[str], names: tuple[str, ...]) -> bool:
    """Tell whether a name is of a kind and no setting, or nothing by itself: the topic or a record names it."""
    return any(
        said <= BARE or compact(name) in FIELDS["value"] or (said & kinds and not said & WORDS["settings"])
        for name, said in ((name, {*words(name)}) for name in names)
    )


class Candidates:
    """The leaves of a message, or of the fields that stand in it under a name, and what their names say.

    A frame has a device of its own, which `texts` describe or are names of that people gave.
    """

    def __init__(
        self, packet: Packet, texts: Sequence[str] = (), fields: str = "", about: Sequence[str] = ()
    ) -> None:
        self.packet, self.fields, self.about = packet, fields, about
        value = packet.value[fields] if fields else packet.value
        self.leaves = list(leaves(self.packet, value, f"{TOP}.{fields}" if fields else TOP))
        sent = [leaf for leaf in self.leaves if leaf.value not in (None, "", [], {})]
        self.certain = [leaf for leaf in sent if is_qualified(leaf.names[-1]) and not leaf.is_aside]
        certain = {*map(id, self.certain)}
        self.rest = [leaf for leaf in sent if id(leaf) not in certain]
        lists = (leaf.value if isinstance(leaf.value, list) else [leaf.value] for leaf in sent)
        texts_sent = (text for values in lists for text in values if isinstance(text, str))
        self.texts = [*about, *(text for text in texts_sent if len(text) <= TEXT_KEPT)]
        namers = self._tops("device", "sub")
        self._named_by = namers[0] if namers else None
        ids = {str(leaf.value) for leaf in namers}  # which may be called anything
        topic = self.packet.levels[:-1] if not isinstance(value, dict | list) else self.packet.levels
        self.where = texts if fields else [level for level in topic if level not in ids]

    def asking(self, decoded: Decoded, forms: Sequence[Format], kinds: frozenset[str] = NOTHING) -> Decoded:
        """Add a question about what may be of people and no format reads: numbers of these kinds; without kinds all."""
        top = f"{TOP}.{self.fields}" if self.fields else TOP
        read = (value for form in forms for value in form.values if not (kinds and value.when))
        known = {path.text.replace(TOP, top, 1) for value in read for path in value.paths}
        others = (leaf for leaf in self.leaves if leaf.path == TOP or leaf.path not in known)
        unsure = [leaf for leaf in others if replace(leaf, is_bare=False).meanings]
        if kinds:
            unsure = [leaf for leaf in unsure if is_number(leaf.value) and kinds & {*leaf.said}]
        return structs.replace(decoded, problems=(self.question(unsure),), not_data="") if unsure else decoded

    def decoded(self) -> Decoded:
        """Return the readings, if all of the message is known; ask about what may count people. Raises Unreadable."""
        unsure = [leaf for leaf in self.rest if leaf.meanings]
        if self.doubt:
            unsure += [leaf for leaf in self.certain if leaf.meanings]
        if problem := self._unreachable(unsure) or (unsure and self.question(unsure)):
            raise Unreadable(problem)
        values = [*self._climate(), *self.certain]
        problem = self._air_problem(values)
        if values:
            decoded = self._read(values)
            return structs.replace(decoded, problems=(*decoded.problems, problem)) if problem else decoded
        said = [name for leaf in self.leaves for name in leaf.names]
        texts = self.packet.budget.each([*said, *self.texts, *self.where])
        others = sorted({word for text in texts for word in telling("others", text)})
        if problem := problem or ("" if others else self._strange()):
            raise Unreadable(problem)
        about = f"it seems to be about {listed(others)}" if others else OTHER_THINGS
        return Decoded(not_data=f"nothing about people: {about}")

    @cached_property
    def doubt(self) -> str:
        """Why the qualified names of this message cannot be trusted; "" if they can, or there are none."""
        if not self.certain:
            return ""
        if not all(leaf.is_open for leaf in self.certain):
            return INNER
        if len({QUALIFIED[leaf.name] for leaf in self.certain}) < len(self.certain):
            return "two fields say the same"
        times, received = set[datetime](), self.packet.message.received
        for leaf in self._tops("time"):
            with suppress(Unreadable):
                times.update(filter(None, [instant(leaf.value, self.packet.known.zone, near=received)]))
        if times and max(times) - min(times) > ONE_TIME:
            return "two times in it differ"
        doubts = [leaf.names[-1] for leaf in self.rest if not (leaf.is_open and self._is_plain(leaf))]
        says_people = all(WORDS["persons"] & {*leaf.said} for leaf in self.certain)
        if self.fields == mapping.CODEC and says_people:  # then a model may be called anything
            doubts += telling("doubted", *self.where, *self.about)
        elif not self.placed:
            doubts += [*unclear(*self.where), *telling("doubted", *self.about)]
        if doubts:
            return f"{listed(list(dict.fromkeys(doubts)))} may change what is counted"
        said = {word for text in self.where for word in words(text)}
        vouching = VOUCHING - WORDS["tills"] if said & WORDS["sells"] else VOUCHING
        return "" if says_people or self.placed or said & vouching else NOBODY_COUNTED

    def _is_plain(self, leaf: Leaf) -> bool:
        """Tell whether a leaf is known to change nothing of what stands next to it: by its whole name."""
        text = str(leaf.value)
        if leaf is self._named_by:  # `PC2-0017` is a code; `disconnected` is none, and `fridge-2` a thing
            return self.placed or (any(map(str.isdecimal, text)) and not named(text, letters=2))
        for kind, allowed in (("health", "healthy"), ("unit", "persons")):
            if leaf.name in FIELDS[kind]:
                return compact(text) in WORDS[allowed]
        if leaf.name in FIELDS["plain"]:
            is_code = any(map(str.isdecimal, text)) and not telling("unreal", text)
            return (is_code and not telling("others", text)) or compact(text) in WORDS["healthy"]
        return any(leaf.name in names for names in TIMES_AND_AIR)

    def _tops(self, *kinds: str, each: str = "") -> list[Leaf]:
        """Return the texts and numbers under names of these kinds, by rank: of the items of a list, or of no list."""
        ranks = {name: rank for rank, name in enumerate(name for kind in kinds for name in FIELDS[kind])}
        named = (leaf for leaf in self.leaves if leaf.name in ranks)
        fields = [f for f in named if (f.each == each and _OF_ITEM.fullmatch(f.path) if each else f.is_open)]
        full = [leaf for leaf in fields if type(leaf.value) in (str, int, float) and str(leaf.value).strip()]
        return sorted(full, key=lambda leaf: ranks[leaf.name])

    @cached_property
    def device(self) -> Device:
        if self.fields:
            return FRAMES, self.packet.device
        topic = self.packet.topic
        if not isinstance(self.packet.value, dict | list):
            topic = topic.rpartition("/")[0] or topic
        if self._named_by is None:
            return SOURCE, topic
        name = str(self._named_by.value).strip()
        return SOURCE, name if len(name) >= SHORTEST or name in self.packet.levels else f"{topic}/{name}"

    @cached_property
    def placed(self) -> bool:
        """Whether a person has placed the device: it may speak on a topic of any name."""
        return self.packet.known.is_placed(self.device)

    def _climate(self) -> list[Leaf]:
        """Return the climate and battery leaves with a stated unit; of a room only, and no metric that occurs twice."""
        climate = [leaf for leaf in self.leaves if leaf.name in CLIMATE and leaf.is_open]
        count = Counter(CLIMATE[leaf.name].partition(" ")[0] for leaf in climate)
        single = [leaf for leaf in climate if count[CLIMATE[leaf.name].partition(" ")[0]] == 1]
        is_of_a_room = not (self._outside or self._air_doubts)
        return [leaf for leaf in single if is_of_a_room or "battery" in leaf.said]

    @cached_property
    def _outside(self) -> str:
        """A field, or a word of topic and texts, of what has its own climate: a freezer, water, the street."""
        names = dict.fromkeys(name for leaf in self.leaves for name in leaf.names)
        nearby = subjects.seen(self.packet, "elsewhere", *names)
        return nearby or subjects.seen(self.packet, "outside", *self.where, *self.texts)

    @cached_property
    def _air_doubts(self) -> list[str]:
        """What may mean that climate is not a room's, or no value: an unknown word or field, or one that says so."""
        texts = (leaf.value for leaf in self._tops("place", "sub", "about") if isinstance(leaf.value, str))
        where = () if self.fields else self.where  # a model may be called anything
        names = [*(word for word in unclear(*where) if word not in WORDS["sensed"]), *named(*texts)]
        names += telling("unreal", *self.texts)
        fields = [leaf.names[-1] for leaf in self.rest if not self._may_stand_near_air(leaf)]
        return [*([] if self.placed else names), *fields]

    def _may_stand_near_air(self, leaf: Leaf) -> bool:
        """Tell whether a room's air can come with a field: a known one, of a placed device any, if all is well."""
        text, names = str(leaf.value), {compact(name) for name in leaf.names[:-1]} - FIELDS["around"].keys()
        for kind, allowed in WELL.items():
            if not FIELDS[kind].keys().isdisjoint({leaf.name, *names}):
                return compact(text) in WORDS[allowed]
        is_code = any(map(str.isdecimal, text)) or type(leaf.value) is bool
        is_named = leaf.name in NEAR_AIR or (is_code and leaf.is_said_by(WORDS["near_air"]))
        return bool(leaf.meanings) or self.placed or is_named or self._is_plain(leaf)

    def _air_problem(self, read: Sequence[Leaf]) -> str:
        """Return why climate is not read: of nobody knows where, or without a unit; "" if it is, or is not a room's."""
        kinds = CLIMATE if self.certain else FIELDS["unitless"] | CLIMATE
        left = [leaf for leaf in self.leaves if leaf.name in kinds and not any(leaf is one for one in read)]
        left = [leaf for leaf in left if state_of(leaf.value) is not None]
        left = [leaf for leaf in left if not telling("no_air", *leaf.names)]
        is_elsewhere = subjects.seen(self.packet, "elsewhere", self._outside)
        if not left or is_elsewhere or subjects.seen(self.packet, "no_room", *self.where, *self.texts):
            return ""
        names = list(dict.fromkeys(leaf.names[-1] for leaf in left))
        has_unit = any(leaf.name in CLIMATE for leaf in left)
        if self._outside and has_unit:
            return subjects.AIR_OF.format(self._outside)
        if self._air_doubts and has_unit:
            return NO_AIR.format(listed(self._air_doubts), listed(names))
        return NOBODY_KNOWS.format(listed(names))

    def _read(self, fields: Sequence[Leaf]) -> Decoded:
        """Read leaves whose meaning is certain, as a table would; a time "a/b" is a period. Raises Unreadable."""
        values = []
        for leaf in fields:
            metric, _, unit = (QUALIFIED.get(leaf.name) or CLIMATE[leaf.name]).partition(" ")
            path = paths(leaf.path)
            values.append(Value(metric=metric, channel="1", path=path, said=leaf.shown, unit=unit or 1.0))
        at = Paths(p for leaf in self._tops("time", "sent") for p in paths(leaf.path))
        form = Format(name="qualified names", source=self.device[0], values=Values(values), time=at, start=at)
        return reader.read([form], self.packet.holding(self.packet.value, self.device[1]))

    def _unreachable(self, unsure: Sequence[Leaf]) -> str:
        """Return the problem of people listed one by one, or within a text, which no mapping reads; "" if none."""
        for leaf in self.leaves:
            is_count = KINDS[False, False] & {*words(leaf.names[-1])} and not leaf.is_aside
            in_a_text = _COUNTED.match if is_count else _IN_A_TEXT.search
            text = leaf.value[:TEXT_LIMIT] if isinstance(leaf.value, str) else ""
            if in_a_text(text) or (leaf.name in FIELDS["packed"] and _PACKED.fullmatch(text)):
                return f"{leaf.shown} holds values within a text, which no mapping reaches: let its sender unpack it"
            lists = leaf.names if isinstance(leaf.value, list) else leaf.names[:-1] if leaf.each else ()
            hits = [n for n in lists if n == "detections" or not WORDS["strong"].isdisjoint(words(n))]
            if (hits or (leaf.each and str(leaf.value).lower() in WORDS["persons"])) and not unsure:
                name = show((hits or lists or [self.packet.topic])[0])
                return f"a list stands under {name}: let its sender give the number of people instead"
        return ""

    def _strange(self) -> str:
        """Return the problem of numbers whose names tell nothing (`data`); "" without any."""
        vague = (WORDS[kind] for kind in ("left", "places", "beside", "heads", "otherwise"))
        known = KNOWN.difference(BARE, FIELDS["around"], *vague).union(FIELDS["health"], FIELDS["line"])
        numbers = (leaf for leaf in self.leaves if is_number(leaf.value))
        names = [leaf.names[-1] for leaf in numbers if known.isdisjoint(leaf.said or words(leaf.names[-1]))]
        return NOBODY_KNOWS.format(listed(list(dict.fromkeys(names)))) if names else ""

    def question(self, unsure: Sequence[Leaf]) -> str:
        """Return a question about fields, with a mapping in which all choices are commented out."""
        each = Counter(leaf.each for leaf in unsure).most_common(1)[0][0]
        first = {leaf.path: leaf for leaf in reversed(unsure) if leaf.each == each}
        air = [leaf for leaf in self._climate() if not each and " " not in CLIMATE[leaf.name]]
        climate = [mapping_draft.Choice(key=CLIMATE[leaf.name], path=leaf.path) for leaf in air]
        names = list(dict.fromkeys(leaf.names[-1] for leaf in unsure))
        because = f" ({self.doubt})" if self.doubt else ""
        opening = f"nobody has said what {listed(names)} {'is' if len(names) == 1 else 'are'}{because}"
        frame = self.packet.device
        channel = self._channel(each)
        draft = MappingDraft(
            topic=self.packet.topic,
            choices=(*all_choices([*reversed(first.values())][:OFFERED], bool(channel)), *climate),
            device=f"'{frame}'" if frame else self._first(each, "device", "sub", "loose"),
            time=self._first(each, "time", "sent", "end"),
            start=self._first(each, "start"),
            each=each,
            channel=channel,
            only={f"{TOP}.{mapping.DEVICE}": frame} if frame not in self.packet.topic.lower() else {},
        )
        on_page = any(choice.metric in mapping_draft.SAYS and not choice.besides for choice in draft.choices)
        advice = ADVICE if on_page else WRITE
        return f"{opening}: {f'{MODEL}, or {advice}' if frame else advice}:\n{mapping_draft.written(draft)}"

    def _first(self, each: str, *kinds: str) -> str:
        """Return the path to the first field of these kinds, in the items of a list or else outside of it."""
        fields = [*(self._tops(*kinds, each=each) if each else ()), *self._tops(*kinds)]
        return fields[0].path if fields else ""

    def _channel(self, each: str) -> str:
        """Return the path to the channel; of a list's items a field, or their position if no times tell them apart."""
        if not each:
            return self._first("", "line", "place")
        times = [str(leaf.value) for leaf in self._tops("time", "end", each=each)]
        names = self._tops("line", "sub", "device", "loose", "place", "vague", each=each)
        return names[0].path if names else "" if times and len({*times}) == len(times) else "key"
