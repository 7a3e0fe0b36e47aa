"""Unknown devices: the questions about their fields, and the answers as mappings with a place."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from besok.model import mapping_draft, messages
from besok.model.calendar import day_bounds
from besok.model.errors import BesokError, NotFound, Unreadable
from besok.model.json_path import Place, compiled
from besok.model.mapping_draft import Choice, MappingDraft
from besok.model.metrics import METRICS, Kind
from besok.model.site import PayloadMapping, Sensor, Site
from besok.model.sitefile import mapping_checks
from besok.model.sitefile.mapping_checks import split
from besok.model.topics import matches_stored
from besok.model.views.like import like
from besok.store import device_mappings, identity, sites
from besok.store.database import Database

SHOWN_TOPICS: Final = 20
SHOWN_MESSAGES: Final = 3  # of each topic
SHOWN_BYTES: Final = 400  # of each message
READ_MESSAGES: Final = 50  # in which a device and its lines are looked for
READ_BYTES: Final = 100_000  # of each
PRESENT: Final = ("people", "occupied")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedField:
    """A field of a message, and what it could mean: keys of `values` in a mapping, none of them chosen."""

    path: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownDevice:
    """A topic on which a device speaks that nothing knows: its last messages, as they were kept, and its fields."""

    topic: str
    heard: datetime
    count: int
    messages: tuple[str, ...]
    fields: tuple[AskedField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The place in an answer: a portal or a space of a site, from `since` on (empty: from the first message on)."""

    site: str
    portal: str = ""
    space: str = ""
    swapped: bool = False
    since: date | None = None


def get_unknown(db: Database) -> list[UnknownDevice]:
    """Return the questions about unknown devices, the latest first, without those whose answer is being applied."""
    answered = [answer.mapping.topic for answer in device_mappings.listing(db) if answer.replayed is None]
    key = identity.key(db)
    topics = device_mappings.waiting_topics(
        db, limit=SHOWN_TOPICS, messages_each=SHOWN_MESSAGES, length=SHOWN_BYTES
    )
    return [
        like(
            UnknownDevice,
            topic_messages,
            messages=tuple(payload.decode("utf-8", "replace") for payload in topic_messages.payloads),
            fields=_fields(draft),
        )
        for topic_messages in topics
        if (draft := mapping_draft.read(topic_messages.reason))
        and not any(matches_stored(topic, topic_messages.topic, key) for topic in answered)
    ]


def _fields(draft: MappingDraft) -> tuple[AskedField, ...]:
    about_people = [choice for choice in draft.choices if choice.metric in mapping_draft.SAYS]
    paths = dict.fromkeys(choice.path for choice in about_people)
    return tuple(
        AskedField(path=path, choices=tuple(choice for choice in about_people if choice.path == path))
        for path in paths
    )


def answer(
    db: Database,
    topic: str,
    values: Sequence[tuple[str, str]],
    *,
    author: str,
    now: datetime,
    observed: Observed | None = None,
) -> int:
    """Store the answer for the device on a topic (keys of `values` and paths), and place it if requested.

    The collector then reads the stored messages again. Raises BesokError with the reason.
    """
    return keep(db, answered(db, topic, values), author=author, now=now, observed=observed)


def answered(db: Database, topic: str, values: Sequence[tuple[str, str]]) -> PayloadMapping:
    """Return the mapping of an answer for the device on a topic. Raises BesokError with the reason."""
    last = device_mappings.waiting_topics(db, topic=topic, limit=1, messages_each=1, length=0)
    draft = mapping_draft.read(last[0].reason) if last else None
    if draft is None:
        raise NotFound(messages.ASKED_NO_MORE)
    offered = {(choice.key, choice.path) for choice in draft.choices}
    if strange := next((pair for pair in values if pair not in offered), None):
        raise BesokError(messages.NO_SUCH_CHOICE(name="=".join(strange)))
    if not values:
        raise BesokError(messages.NOTHING_CHOSEN)
    if len(dict(values)) < len(values):
        raise BesokError(messages.CHOSEN_TWICE)
    return mapping_draft.chosen(draft, dict(values))


def keep(
    db: Database, mapping: PayloadMapping, *, author: str, now: datetime, observed: Observed | None = None
) -> int:
    """Store a mapping for a device, and place what it reads if requested; returns its number. Raises BesokError."""
    _check(mapping)
    if observed is None:
        return device_mappings.put(db, mapping, author=author, now=now)
    site = sites.load(db, observed.site)
    begins = day_bounds(observed.since, site)[0] if observed.since else None
    return device_mappings.put(
        db,
        mapping,
        author=author,
        now=now,
        site=site.id,
        sensors=_sensors(db, mapping, observed),
        since=begins,
    )


def adds_second(db: Database, mapping: PayloadMapping, observed: Observed) -> bool:
    """Tell whether a mapping adds a sensor to a place where one that has no end counts already. Raises BesokError."""
    _check(mapping)
    (added,) = _sensors(db, mapping, observed)
    counting = {
        (s.source, s.device, s.channel_key)
        for s in sites.load(db, observed.site).sensors
        if (s.portal, s.space) == (observed.portal, observed.space)
        and s.role == "primary" and s.last is None and s.until is None
    }  # fmt: skip
    return bool(counting) and (added.source, added.device, added.channel_key) not in counting


def _check(mapping: PayloadMapping) -> None:
    if problems := [
        f"{'.'.join(map(str, at))}: {reason}" for at, reason in mapping_checks.check((), mapping)
    ]:
        raise BesokError("; ".join(problems))


def _sensors(db: Database, mapping: PayloadMapping, observed: Observed) -> list[Sensor]:
    """Return the sensor that a mapping reads, at its place. Raises BesokError unless it is exactly one channel."""
    metrics = [split(key)[0] for key in mapping.values]
    if observed.portal and not any(METRICS[metric].kind is not Kind.LEVEL for metric in metrics):
        raise BesokError(messages.NO_FLOW)
    if observed.space and not any(metric in PRESENT for metric in metrics):
        raise BesokError(messages.NO_LEVEL)
    fitting = [key for key in mapping.values if _fits(split(key)[0], observed)]
    channels = {
        (device, channel) for key in fitting for device, channel in _mapped_lines(db, mapping, split(key)[1])
    }
    if len(channels) != 1:
        raise BesokError(messages.SEVERAL_CHANNELS if channels else messages.NOT_HEARD)
    ((device, channel),) = channels
    sensor = Sensor(
        source=mapping.source_key,
        device=device,
        portal=observed.portal,
        space=observed.space,
        channel=f"{'flow' if observed.portal else 'level'}:{channel}",
        swapped=observed.swapped,
    )
    plain = replace(sensor, channel="")
    return [plain if plain.channel_key == sensor.channel_key else sensor]


def _fits(metric: str, observed: Observed) -> bool:
    return METRICS[metric].kind is not Kind.LEVEL if observed.portal else metric in PRESENT


def _mapped_lines(db: Database, mapping: PayloadMapping, channel: str) -> Iterator[tuple[str, str]]:
    """Yield device and line of the stored messages of a mapping; without a path the topic is the device."""
    path = compiled(mapping.device) if mapping.device else None
    is_fixed = path is None or path.begins == "constant"
    if is_fixed and not mapping.channel and not {"+", "#"} & {*mapping.topic}:
        yield path.constant if path else mapping.topic, channel or "1"
        return
    stored = device_mappings.rejected_payloads(db, mapping.topic, limit=READ_MESSAGES, length=READ_BYTES)
    for topic, payload in stored:
        for place in _items(mapping, topic, payload):
            device = _name_at(mapping.device, place) if mapping.device else topic
            line = channel or (_name_at(mapping.channel, place) if mapping.channel else "1")
            if device and line:
                yield device, line


def _items(mapping: PayloadMapping, topic: str, payload: bytes) -> Iterator[Place]:
    try:
        message = json.loads(payload)
    except ValueError:
        message = payload.decode("utf-8", "replace").strip()
    root = Place(message=message, item=message, key=None, levels=topic.removeprefix("/").split("/"))
    if not all(_has(root, path, text) for path, text in mapping.only.items() if path.startswith("$")):
        return
    try:
        matches = compiled(mapping.each).find(root) if mapping.each else []
    except Unreadable:
        return
    if not mapping.each:
        yield root
    for one in matches:
        key = one.key
        yield root._replace(item=one.value, key=key + 1 if isinstance(key, int) else key)


def _has(place: Place, path: str, text: str) -> bool:
    """Tell whether a message meets the conditions of `only`."""
    value = _name_at(path, place)
    return value in map(str.strip, text.split("|")) or (text == "*" and bool(value))


def _name_at(path: str, place: Place) -> str:
    """Return the name at a path; "" without one."""
    try:
        matches = compiled(path).find(place)
    except Unreadable:
        return ""
    value: Any = matches[0].value if len(matches) == 1 else ""
    name = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return "" if name in ("[text]", "[number]") else name  # redaction took it out when the message was kept


def site_of_place(known: Sequence[Site], portal: str, space: str) -> str:
    """Return the site of a portal or a space. Raises BesokError if none or several have it."""
    owners = [site.id for site in known if portal in [p.id for p in site.portals] or space in site.space_ids]
    if len(owners) != 1:
        name = portal or space
        raise BesokError(
            f"several sites have {name}; say which with --site" if owners else messages.NO_PLACE(name=name)
        )
    return owners[0]


def topic_for(db: Database, name: str) -> str:
    """Return the topic filter for a name: a topic, or a device that was seen."""
    return device_mappings.topic_of(db, name) or name


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """Parse texts such as `in_total=$.a`. Raises BesokError."""
    paths = {}
    for text in texts:
        key, _, path = text.rpartition("=") if text.startswith(("$", "@")) else text.partition("=")
        if not key or not path:
            raise BesokError(f"{text} is not a pair; write one such as in_total=$.total")
        paths[key.strip()] = path.strip()
    return paths
