"""Names and topics which mean that a sensor senses no people, or not the air of a room (qualified.toml).

On platforms of home automation the people of the place choose topics and names: a motion sensor that is called
"parking 12" or "dishwasher" sees nobody who visits, and a temperature called "CPU" is that of a chip.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from msgspec.structs import replace

from besok.model.readings import Decoded, Reading
from besok.model.short_texts import cached_if_short
from collectors.adapters.packet import Packet
from collectors.devices.field_names import FIELDS, WORDS, compact, telling, words

CLIMATE: Final = frozenset(("co2_ppm", "temperature_c", "humidity_pct", "light_lux", "sound_db"))
BATTERY: Final = frozenset(("battery_pct", "battery_v"))
AIR: Final = CLIMATE | BATTERY
SENSED: Final = AIR | {"occupied", "motions", "motions_total"}  # also without people: an animal, a lorry
DEEPEST: Final = 4  # objects within each other
REMEMBERED: Final = 2_000  # characters of texts
ANSWER: Final = "say what it is on the page Sensors, or write a mapping (docs/reference/mappings.md)"
OTHERS: Final = f"its name, tag or application may mean others than people: if it counts people, {ANSWER}"
WARM: Final = "the temperature of a device or of water, not that of a room"
AIR_OF: Final = f'its name or topic says "{{}}": if it measures the air of a room, {ANSWER}'
ELSEWHERE: Final = "air next to {}, which no sensor of a room has"
NAMING: Final = WORDS["things"] | WORDS["outside"]
_ELSE: Final = re.compile(  # a word for something other than people: Fahrzeuge, Cykelbana
    rf"(?:{'|'.join(sorted(WORDS['passing'] | WORDS['some'], reverse=True))})(?:[ens]?(?:{'|'.join(WORDS['heads'])}))?"
)
_SPOTS: Final = tuple(WORDS["spots"])
_LANES: Final = tuple(WORDS["heads"])
_BOOTH: Final = re.compile(rf"\b(?:{'|'.join(WORDS['phones'])}) (?:{'|'.join(WORDS['places'])})\b")
_CHIP: Final = re.compile(r"(esp(32|8266)?|device)[\s_-]*temp")


def sober(decoded: Decoded, packet: Packet) -> Decoded:
    """Leave out a platform's readings of phones, and all that `of_people` leaves out."""
    texts = names_in(packet)
    if seen(packet, "phones", *texts, *(name for reading in decoded.readings for name in _names_of(reading))):
        return Decoded(not_data="somebody's phone or watch; nothing of it is kept")
    return of_people(decoded, packet, texts, packet.value)


def only_senses(decoded: Decoded) -> bool:
    """Tell whether a device only senses (SENSED): one that counts knows what it counts."""
    return bool(decoded.readings) and all(reading.metric in SENSED for reading in decoded.readings)


def of_people(decoded: Decoded, packet: Packet, texts: Sequence[str], *fields: Any) -> Decoded:
    """Refuse counts of people where a name means something else; leave out air that is not a room's, or ask.

    That it is not is said by the texts and the reading's own names, or by what is next to it in the message.
    """
    readings, problems, not_data = [], list(decoded.problems), decoded.not_data
    metrics = {reading.metric for reading in decoded.readings}
    is_of_air, is_of_people = not metrics.isdisjoint(CLIMATE), not metrics <= AIR
    nearby = seen(packet, "elsewhere", *names_of(fields)) if is_of_air else ""
    outside = seen(packet, "outside", *texts) if is_of_air else ""
    things = seen(packet, "things", *texts) if is_of_people else ""
    for reading in packet.budget.each(decoded.readings):
        own, is_air = _names_of(reading), reading.metric in CLIMATE
        if reading.metric not in AIR and (thing := min(telling("things", *own), default=things)):
            problems.append(f'its name or topic says "{thing}", not a person: if it counts people, {ANSWER}')
        elif is_air and (nearby or _CHIP.search(reading.device)):
            not_data = ELSEWHERE.format(nearby) if nearby else WARM
        elif is_air and (place := min(telling("outside", *own), default=outside)):
            not_data = WARM
            problems += [] if telling("no_room", place) else [AIR_OF.format(place)]
        else:
            readings.append(reading)
    if len(readings) == len(decoded.readings):
        return decoded
    return replace(
        decoded,
        readings=tuple(readings),
        problems=tuple(dict.fromkeys(problems)),
        not_data=decoded.not_data if readings or problems or decoded.statuses else not_data,
    )


def of_others(decoded: Decoded, packet: Packet, texts: Sequence[str]) -> Decoded:
    """Refuse the counts of a device whose names say bicycles and the like."""
    if not decoded.readings or not seen(packet, "not people", *texts):
        return decoded
    air = tuple(reading for reading in decoded.readings if reading.metric in AIR)
    return replace(decoded, readings=air, problems=(*decoded.problems, OTHERS))


def names_of(value: Any) -> tuple[str, ...]:
    """Return the names of all fields in a value, quickly: it is asked of every message without a count."""
    own = tuple(value) if type(value) is dict else ()
    inside = value.values() if own else value if type(value) in (list, tuple) else ()
    if {dict, list}.isdisjoint(map(type, inside)):
        return own
    within = (name for inner in inside if type(inner) in (dict, list) for name in names_of(inner))
    return tuple({*own, *within})


def seen(packet: Packet, kind: str, *texts: str) -> str:
    """Return a word of a kind in texts or names of fields; "" if there is none. Raises Unreadable for too many."""
    if len("".join(texts)) < REMEMBERED:
        return _seen(kind, texts)
    return next(filter(None, (_seen.__wrapped__(kind, (text,)) for text in packet.budget.each(texts))), "")


@lru_cache(8192)
def _seen(kind: str, texts: tuple[str, ...]) -> str:
    if kind == "elsewhere":
        return next(filter(_is_elsewhere, texts), "")
    if kind == "not people":
        return next(iter(names_of_others(texts)), "")
    if kind == "phones":
        texts = tuple(_BOOTH.sub(" ", " ".join(words(text))) for text in texts)
    return min(telling(kind, *texts), default="")


def _is_elsewhere(name: str) -> bool:
    """Tell whether a field says that its device is in soil, water or the weather, or is a machine."""
    said = [word for word in words(name) if word.isalpha() and len(word) > 1]
    return not WORDS["elsewhere"].isdisjoint(said) or "".join(said) in FIELDS["electric"]


@cached_if_short(4096)
def is_no_person(name: str) -> bool:
    """Tell whether a name consists only of words for bicycles, vehicles, groups, staff and the like."""
    name_words = {word for word in words(name.replace("-scooter", "scooter")) if word.isalpha()}
    subjects = name_words - WORDS["beside"] - WORDS["heads"]
    return bool(subjects) and all(map(_ELSE.fullmatch, subjects))


def kinds_of_others(fields: Any) -> list[str]:
    """Return the texts of fields such as type or tags in an object which say that no people are meant."""
    if type(fields) is not dict:
        return []
    kinds = (value for name, value in fields.items() if WORDS["classes"].issuperset(words(name)))
    texts = (text for v in kinds for text in (v if type(v) is list else (v,)) if type(text) is str)
    return [text for text in texts if is_no_person(name := text.rpartition("=")[2]) or _says_others(name)]


def names_of_others(names: Sequence[str]) -> list[str]:
    """Return the names of a line that say bicycles and the like ("Cykelstigen"); none if one says people alone."""
    others = [name for name in names if _says_others(name)]
    return [] if any(WORDS["persons"].intersection(words(n)) for n in {*names} - {*others}) else others


@cached_if_short(4096)
def _says_others(name: str) -> bool:
    """Tell whether a name has a word for bicycles, vehicles and the like that does not only name a place."""
    said = words(name)
    others = {*telling("passing", name), *filter(_ELSE.fullmatch, said)}
    return any(
        word in others - WORDS["some"]
        and not (word.endswith(_SPOTS) and not word.endswith(_LANES))  # Biketrack is no rack, and
        and not (following in WORDS["spots"] and after not in WORDS["heads"])  # "Car stop line" no stop
        for word, following, after in zip(said, (*said[1:], ""), (*said[2:], "", ""), strict=False)
    )


def names_in(packet: Packet, depth: int = DEEPEST) -> list[str]:
    """Return the levels of the topic, and what a message says of its device or place: names, tags, descriptions."""
    return [*packet.levels, *_texts_in(packet.object, depth)]


def _texts_in(fields: dict[Any, Any], depth: int) -> list[str]:
    """Return the texts under such names, wherever a message has them: `attributes.friendly_name`."""
    texts: list[str] = []
    for key, value in fields.items():
        if type(value) in (str, dict, list) and compact(key) in FIELDS["called"]:
            inner = value.values() if type(value) is dict else value if type(value) is list else (value,)
            texts += [text for text in inner if type(text) is str]
        if depth and type(value) is dict:
            texts += _texts_in(value, depth - 1)
    return texts


def _names_of(reading: Reading) -> tuple[str, str]:
    return reading.device, reading.channel.partition(":")[2]
