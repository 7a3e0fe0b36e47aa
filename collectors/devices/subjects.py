"""Words in names and topics which mean that a sensor senses no people, or not the air of a room.

On platforms of home automation the people of the place choose topics and names: a motion sensor that is called
"parking 12" or "dishwasher" sees nobody who visits, and a temperature called "CPU" is that of a chip.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

from msgspec.structs import replace

from besok.model.readings import Decoded, Reading
from collectors.adapters.packet import Packet
from collectors.devices import field_names

AIR: Final = frozenset(
    ("co2_ppm", "temperature_c", "humidity_pct", "light_lux", "sound_db", "battery_pct", "battery_v")
)
SENSED: Final = AIR | {
    "occupied",
    "motions",
    "motions_total",
}  # also without people: an animal, a lorry, a freezer
NAMES: Final = ("name", "friendly_name", "nodeName", "customName", "location")  # fields with a device's name
DEEPEST: Final = 4  # objects within each other
ANSWER: Final = "say what it is on the page Sensors, or write a mapping (docs/reference/mappings.md)"
PHONE: Final = "somebody's phone or watch; nothing of it is kept"
WARM: Final = "the temperature of a device or of water, not that of a room"
_WORDS: Final = {
    kind: frozenset(map(field_names.plain_letters, names)) for kind, names in field_names.SUBJECTS.items()
}
_STEMS: Final = tuple(sorted(_WORDS["stems"]))
_ELSE: Final = re.compile(  # a word for something other than people: Fahrzeuge, Cykelbana
    rf"(?:{'|'.join(sorted(_WORDS['others'], reverse=True))})(?:[ens]?(?:{'|'.join(_WORDS['heads'])}))?"
)
_CHIP: Final = re.compile(r"esp(32|8266)?[\s_-]*temp")


@lru_cache(maxsize=8192)
def words(*names: str) -> frozenset[str]:
    """Return the words of names in lower case, without accents: `Brevlåda_3` is brevlada and 3."""
    return frozenset(word for name in names for word in field_names.words(field_names.plain_letters(name)))


def sober(decoded: Decoded, packet: Packet) -> Decoded:
    """Leave out a platform's readings of phones, and all that `of_people` leaves out."""
    names = names_in(packet)
    if names & _WORDS["phones"] or any(_names_of(reading) & _WORDS["phones"] for reading in decoded.readings):
        return Decoded(not_data=PHONE)
    return of_people(decoded, names)


def sensed(decoded: Decoded, names: Callable[[], frozenset[str]]) -> Decoded:
    """Apply `of_people` to a device that only senses (SENSED): one that counts knows what it counts."""
    is_a_count = any(reading.metric not in SENSED for reading in decoded.readings)
    return decoded if is_a_count or not decoded.readings else of_people(decoded, names())


def of_people(decoded: Decoded, names: frozenset[str]) -> Decoded:
    """Refuse counts of people where a name means something else; leave out temperatures that are not a room's."""
    readings, problems, is_warm = [], list(decoded.problems), False
    for reading in decoded.readings:
        all_names = names | _names_of(reading)
        if reading.metric not in AIR and (thing := min(filter(_is_thing, all_names), default="")):
            problems.append(
                f'its name or topic says "{thing}", which is no person: if it counts people, {ANSWER}'
            )
        elif reading.metric in ("temperature_c", "humidity_pct") and (
            all_names & _WORDS["warm"] or _CHIP.search(reading.device)
        ):
            is_warm = True
        else:
            readings.append(reading)
    if len(readings) == len(decoded.readings):
        return decoded
    idle = not readings and not problems and not decoded.statuses
    return replace(
        decoded,
        readings=tuple(readings),
        problems=tuple(dict.fromkeys(problems)),
        not_data=WARM if idle and is_warm else decoded.not_data,
    )


@lru_cache(maxsize=4096)
def is_no_person(name: str) -> bool:
    """Tell whether a name consists only of words for bicycles, vehicles, groups, staff and the like."""
    name_words = {word for word in words(name.replace("-scooter", "scooter")) if word.isalpha()}
    subjects = name_words - _WORDS["beside"] - _WORDS["heads"]
    return bool(subjects) and all(map(_ELSE.fullmatch, subjects))


def names_in(packet: Packet) -> frozenset[str]:
    """Return the words of the topic and of the names of devices in a message."""
    return words(packet.topic, *_device_names(packet.object, DEEPEST))


def _device_names(fields: dict[Any, Any], depth: int) -> Iterator[str]:
    """Yield the names of devices in a message, wherever it has them: `attributes.friendly_name`."""
    for key, value in fields.items():
        if type(value) is str and key in NAMES:
            yield value
        elif type(value) is dict and depth:
            yield from _device_names(value, depth - 1)


def _names_of(reading: Reading) -> frozenset[str]:
    return words(reading.device, reading.channel.partition(":")[2])


def _is_thing(word: str) -> bool:
    return word in _WORDS["things"] or word.startswith(_STEMS)
