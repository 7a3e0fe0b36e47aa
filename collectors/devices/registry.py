"""The registry of model tables: which one is for a message, and which one a model text names."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from msgspec.structs import replace
from paho.mqtt.client import topic_matches_sub

from besok.model.decode_context import Codec
from besok.model.errors import Unreadable
from besok.model.json_path import Place
from besok.model.readings import Decoded
from besok.model.short_texts import cached_if_short
from collectors.adapters.packet import Packet
from collectors.devices import reader, subjects, unknown
from collectors.devices.field_names import compact
from collectors.devices.format import ABSENT, Conditions, Format
from collectors.devices.reader import TOMBSTONE
from collectors.devices.table import Table, TableError, tables

TOKENS_JOINED = 8  # "VS 133", "HT-PIR-Lite": a name may be written with blanks or dashes
SHORTEST_ALONE = 4  # characters
NOTHING = "nothing about people or the air of a room"

Entry = TypeVar("Entry", Table, Codec)
Candidate = tuple[Table, Format, Conditions]  # with the conditions on more than the topic


class Index(NamedTuple):
    """What recognises a message or a model."""

    by_topic: list[Candidate]  # formats that require a topic
    by_field: dict[str, list[Candidate]]  # the others, by the rarest field that they require at the top
    by_name: dict[str, Table]
    platforms: dict[str, Table]
    vendors: set[str]
    apart: set[str]  # names of models without a table
    lorawan: list[Table]
    decoded: list[Table]  # of fields of frames that are the same for every device
    by_layout: dict[str, Table]  # where the layout belongs to one table


def _keys(form: Format) -> list[str]:
    """Return fields that every message of the format has at the top, or at the top of its first item."""
    paths = (c.path.text for c in form.when if not c.is_not and ABSENT not in c.texts)
    matches = (re.match(r"""\$(?:\[0\])?(?:\.([A-Za-z_]\w*)|\[['"]([^'"]+)['"]\])""", path) for path in paths)
    return [match[1] or match[2] for match in matches if match]


def called(vendor: str, *models: str) -> set[str]:
    """Return the compact names of models: with the vendor's name, and alone where that is distinctive."""
    names = {compact(name) for name in models}
    # "vs133" is a model's without its vendor's, "motion", "s1" and "co2sensor" are not
    alone = {n for n in names if len(n) >= SHORTEST_ALONE and any(map(str.isdecimal, n.replace("co2", "")))}
    return {compact(vendor) + name for name in names} | alone


def spoken(text: str) -> set[str]:
    """Return all runs of whole words in a text, each joined into one word."""
    tokens = re.findall(r"[a-z0-9]+", text.lower())
    return {
        "".join(tokens[i:j])
        for i in range(len(tokens))
        for j in range(i + 1, min(i + TOKENS_JOINED, len(tokens)) + 1)
    }


@cache
def index() -> Index:
    """Return the index of all tables. Raises TableError for messages that nothing recognises, and for wrong names."""
    forms = [(table, form) for table in tables() if table.lorawan is None for form in table.messages]
    shared = Counter(key for _, form in forms for key in _keys(form))
    by_topic: list[Candidate] = []
    by_field: dict[str, list[Candidate]] = defaultdict(list)
    for table, form in forms:
        key = min(_keys(form), key=lambda name: shared[name], default="")
        conditions = Conditions(c for c in form.when if c.path.begins != "topic")
        is_by_topic = form.topic or len(conditions) < len(form.when)
        if not is_by_topic and not key:
            raise TableError(f"{table.path}: nothing recognises it; write a topic, or when with $.a_field")
        (by_topic if is_by_topic else by_field[key]).append((table, form, conditions))
    platforms = {table.source_key: table for table in tables() if table.kind == "platform"}
    by_name: dict[str, Table] = {}
    for table in tables():
        for name in called(table.vendor, table.model, *table.also, *table.names):
            if (other := by_name.setdefault(name, table)) is not table:
                raise TableError(f'{table.path}: the name "{name}" is that of {other.path} too')
        if table.platform and table.platform not in platforms:
            raise TableError(f'{table.path}: there is no platform "{table.platform}"')
    vendors = {compact(table.vendor) for table in tables()}
    apart = set[str]().union(*(called(table.vendor, *table.apart) for table in tables()))
    lorawan = [table for table in tables() if table.lorawan is not None]
    count = Counter(table.layout for table in lorawan)
    by_layout = {table.layout: table for table in lorawan if table.layout and count[table.layout] == 1}
    decoded = [table for table in lorawan if table.kind == "platform"]
    return Index(by_topic, by_field, by_name, platforms, vendors, apart, lorawan, decoded, by_layout)


@cached_if_short(8192)
def by_model(text: str) -> Table | None:
    """Return the table of the model that a text names ("Milesight VS133-868M", "vs133"); None if it names none.

    The longest name that is a run of whole words of the text counts, of a radio device before that of another: it is
    networks that give such texts. A vendor alone names no model, and a model of another vendor than the text names is
    none; nor is one that a table sets apart.
    """
    matches = list(named_in(text, index().by_name))
    return next((table for table in matches if table.lorawan is not None), next(iter(matches), None))


def named_in(text: str, entries: Mapping[str, Entry]) -> Iterator[Entry]:
    """Yield the entries whose compact names stand in a text, the longest first: of the vendor that it names, if any.

    "Milesight" is "Milesight IoT" too, unless tables have both. Behind the name of a model that a table sets apart
    nothing counts.
    """
    words, known = spoken(text), index()
    vendors = words & known.vendors
    names = words & (entries.keys() | known.apart)
    for word in sorted(names, key=lambda name: (-len(name), name not in entries, name)):
        entry = entries.get(word)
        if entry is None:
            return
        own = compact(entry.vendor)
        is_alike = any(own.startswith(vendor) or vendor.startswith(own) for vendor in vendors)
        if not vendors or own in vendors or (own not in known.vendors and is_alike):
            yield entry


@lru_cache(maxsize=50_000)  # a device has few topics, which do not change
def _of_topic(topic: str) -> tuple[Candidate, ...]:
    """Return the formats that require a topic and accept this one."""
    levels = topic.removeprefix("/").split("/")
    place = Place(message=None, item=None, key=None, levels=levels, topic=topic)
    candidates = []
    for candidate in index().by_topic:
        form = candidate[1]
        of_topic = Conditions(c for c in form.when if c.path.begins == "topic")
        if (not form.topic or topic_matches_sub(form.topic, topic)) and of_topic.hold(place):
            candidates.append(candidate)
    return tuple(candidates)


def _fitting(packet: Packet) -> tuple[Table, list[Format]] | None:
    """Return the table that a message is of, and its formats that are for the message; None if there is none.

    Of several tables the one that asks most of the message counts, and a model before the platform that carries it;
    then the platform's formats follow its own. Never raises.
    """
    value: Any = packet.value
    first = value[0] if type(value) is list and value else value
    by_field = index().by_field
    of_fields = (by_field.get(name, ()) for name in first) if type(first) is dict else ()
    fits: dict[str, tuple[Table, list[Format]]] = {}
    for table, form, conditions in chain(_of_topic(packet.topic), *of_fields):
        if conditions.are_of(packet.whole):
            fits.setdefault(table.path, (table, []))[1].append(form)
    if not fits:
        return None
    table, _ = max(
        fits.values(), key=lambda pair: (bool(pair[0].platform), max(form.specificity for form in pair[1]))
    )
    carrier = index().platforms.get(table.platform)
    tables_ = [table] if carrier is None else [table, carrier]
    fit = {id(form) for each in tables_ for form in fits.get(each.path, (each, []))[1]}
    return table, [form for each in tables_ for form in each.messages if id(form) in fit]


def decode(packet: Packet) -> Decoded | None:
    """Read a message by its table; what cannot be read is a problem. None if no table is for it."""
    fitting = _fitting(packet)
    if fitting is None:
        return None
    table, forms = fitting
    try:
        return replace(_decoded(table, forms, packet), adapter=table.source_key)
    except Unreadable as exc:
        return Decoded(problems=(str(exc),), adapter=table.source_key)


def _decoded(table: Table, forms: Sequence[Format], packet: Packet) -> Decoded:
    if table.is_carried and packet.payload.strip() in (b"", b"null"):
        return Decoded(not_data=TOMBSTONE)
    decoded = reader.read(forms, packet)
    if decoded is reader.NOTHING_FOUND and not table.is_carried:
        raise Unreadable(nothing_found(table, packet))
    is_of_platform = table.is_carried and not (decoded.not_data or decoded.problems)
    if is_of_platform and all(reading.metric in subjects.AIR for reading in decoded.readings):
        known = {path.text for form in forms for value in form.values for path in value.paths}
        if isinstance(packet.value, str) and "$" not in known:
            packet.json  # noqa: B018 - raises with the reason why it is none
        decoded = unknown.Candidates(packet).asking(decoded, forms)
    elif not decoded.not_data or (
        (forms[0].rest or forms[0].values)  # else it is known for what it is
        and any(form.rest and form.not_data == decoded.not_data for form in forms)
    ):
        named = packet.value if isinstance(packet.value, dict | list) else dict.fromkeys(packet.levels[-1:])
        kinds = unknown.kinds_left(decoded, table, named)
        decoded = unknown.Candidates(packet).asking(decoded, forms, kinds) if kinds else decoded
    if table.is_carried:
        return Decoded(not_data=NOTHING) if decoded == Decoded() else subjects.sober(decoded, packet)
    if not subjects.only_senses(decoded):
        return decoded
    return subjects.of_people(decoded, packet, subjects.names_in(packet), packet.value)


def nothing_found(table: Table, packet: Packet) -> str:
    """Return the sentence that a message of a known model has nothing from its table, and lists its fields."""
    return (
        f"{table.name}: the message has {reader.shown(packet)}, and nothing that is known of this model; look"
        " whether its firmware or its settings have changed, or write a mapping (docs/reference/mappings.md)"
    )
