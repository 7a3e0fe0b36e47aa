"""Words in names and topics that say that what is sensed there is no person, or not the air of a room.

On platforms of home automation the people of the place choose topics and names: a motion sensor that is called
"parking 12" or "dishwasher" sees nobody who visits, and a temperature called "CPU" is that of a chip.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from besok.model.readings import Decoded, Reading
from collectors.adapters.packet import Packet
from collectors.devices.questions import ANSWER

AIR: Final = frozenset(
    ("co2_ppm", "temperature_c", "humidity_pct", "light_lux", "sound_db", "battery_pct", "battery_v")
)
_THINGS: Final = frozenset(
    """
    vehicle vehicles car cars truck trucks lorry lorries bike bikes bicycle bicycles cyclist cyclists motorcycle
    motorcycles motorbike motorbikes scooter scooters parking carpark carport charger chargers charging evse
    chargepoint wallbox animal animals dog dogs cat cats pet pets bird birds cow cows luggage suitcase trolley trolleys
    cart carts stroller strollers pram prams mailbox letterbox postbox parcel parcels locker lockers dishwasher washer
    washing dryer tumble fridge refrigerator freezer oven robot vacuum mower boat boats berth container containers
    pallet pallets thermostat setpoint schedule schedules keyring keyfob wallet badge badges airtag
    fahrzeug fahrzeuge pkw lkw fahrrad fahrräder fahrraeder motorrad motorräder parkplatz parkplätze ladestation
    briefkasten hund katze fordon bil bilar lastbil lastbilar cykel cyklar parkering parkeringsplats laddstation
    laddare brevlåda brevlada voiture voitures camion camions vélo vélos velo velos véhicule véhicules chien chat
    """.split()  # noqa: SIM905 - many words
)
_PHONES: Final = frozenset(
    "phone phones iphone ipad ipod smartphone handy telefon mobil watch klocka macbook laptop pixel android".split()  # noqa: SIM905
)
_WARM: Final = frozenset(  # what has a temperature of its own
    """
    cpu esp gpu soc processor core chip chipset board mainboard internal esp32 esp8266 battery akku batteri disk drive
    nvme ssd hdd inverter charger transformer amplifier fridge refrigerator freezer boiler oven water flow return supply
    exhaust pipe radiator heater heating floorheating pool soil outdoor outside device
    """.split()  # noqa: SIM905 - many words
)
_PEOPLE: Final = frozenset(
    """
    people peoplecount peoplecounter persons person personcount occupant occupants visitor visitors headcount pax humans
    human crowd footfall pedestrian pedestrians passenger passengers occupied occupancy presence present motion pir
    seated entries exits entered exited entrances visits passages personen besucher belegt präsenz anwesend personer
    besökare närvaro personnes visiteurs
    """.split()  # noqa: SIM905 - many words
)
_SETTINGS: Final = frozenset(
    """
    timeout sensitivity delay mode setpoint threshold thresholds enable enabled interval keep fading hold range distance
    led time timer duration energy speed since event schedule heating cooling calibration limit max min maximum minimum
    level address switch light indicator error errors version cloud capacity calls
    """.split()  # noqa: SIM905 - many words
)
_BARE: Final = frozenset(
    "in out total count counter counts line door gate sum value people period metrics".split()  # noqa: SIM905
)
LEAVES: Final = 200  # values of a message that are looked at
NAMES: Final = (
    "name",
    "friendly_name",
    "nodeName",
    "location",
)  # fields in which platforms give a device's name
DEPTH: Final = 5  # objects within objects
LAST: Final = ("state", "value")  # levels of a topic that say nothing of their own
_WORD: Final = re.compile(r"[^\W\d_]+\d*")
_CAMEL: Final = re.compile(r"(?<=[a-zåäöéü])(?=[A-ZÅÄÖ])")
PHONE: Final = "somebody's phone or watch; nothing of it is kept"
WARM: Final = "the temperature of a device or of water, not that of a room"


def words(names: Iterable[str]) -> frozenset[str]:
    """Return the words of names in lower case: `ParkingSpot_3` is parking and spot."""
    found = (word.lower() for name in names for word in _WORD.findall(_CAMEL.sub(" ", name)))
    return frozenset(form for word in found for form in (word, word.rstrip("0123456789")))


def open_questions(packet: Packet) -> list[tuple[str, str]]:
    """Return name and path of the values that may be of people, if only a name that people chose says so."""
    if not isinstance(packet.value, dict | list):
        levels = packet.levels[:-1] if len(packet.levels) > 1 and packet.levels[-1] in LAST else packet.levels
        return [(levels[-1], "$")] if packet.text and _may_be_people(levels[-1:]) else []
    return list(islice(_open(packet.value, "$", (), iter(range(LEAVES))), 4))


def _open(value: Any, path: str, names: tuple[str, ...], left: Iterator[int]) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and len(names) < DEPTH:
        for name, inner in value.items():
            if type(name) is str and next(left, None) is not None:
                step = f".{name}" if name.isidentifier() and name.isascii() else f"[{json.dumps(name)}]"
                yield from _open(inner, f"{path}{step}", (*names, name), left)
    elif isinstance(value, list) and len(names) < DEPTH:
        for number, inner in enumerate(value):
            if next(left, None) is None:
                return
            yield from _open(inner, f"{path}[{number}]", names, left)
    elif isinstance(value, int | float) and _may_be_people(names):
        yield "/".join(names), path


def _may_be_people(names: Sequence[str]) -> bool:
    said = words(names)
    is_way = not said.isdisjoint(("in", "out")) and said <= _BARE | {
        word for word in said if word.isdecimal()
    }
    return (is_way or not said.isdisjoint(_PEOPLE)) and said.isdisjoint(_SETTINGS | _THINGS)


def sober(decoded: Decoded, packet: Packet) -> Decoded:
    """Refuse people where a name says that it is none, and leave out temperatures that are not a room's."""
    fields = packet.object
    inner = fields.get("attributes")
    told = [*map(fields.get, NAMES), *(map(inner.get, NAMES) if isinstance(inner, dict) else ())]
    topic = words((*packet.levels, *(name for name in told if type(name) is str)))
    if not topic.isdisjoint(_PHONES) or any(not _named(r).isdisjoint(_PHONES) for r in decoded.readings):
        return Decoded(not_data=PHONE)
    readings, problems, is_warm = [], list(decoded.problems), False
    for reading in decoded.readings:
        said = topic | _named(reading)
        if reading.metric not in AIR and (thing := min(said & _THINGS, default="")):
            problems.append(
                f'its name or topic says "{thing}", which is no person: if it counts people, {ANSWER}'
            )
        elif reading.metric == "temperature_c" and not said.isdisjoint(_WARM):
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


def _named(reading: Reading) -> frozenset[str]:
    return words((reading.device, reading.channel.partition(":")[2]))
