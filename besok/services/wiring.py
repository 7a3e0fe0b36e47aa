"""Whether an installation is wired as its site file says: what is heard, what hangs where, which way is in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from besok.analytics.quality.directions import stays
from besok.analytics.quality.sensor_series import Counter, Gauge, House, Seen
from besok.analytics.quality.signals import silent
from besok.analytics.quality.site_layout import Cells, cells
from besok.analytics.quality.twins import double
from besok.model.findings import Finding
from besok.model.plurals import many
from besok.model.site import Text
from besok.model.views.devices import DeviceInfo
from besok.text.finding_text import Names, advice, sentence

State = Literal["ok", "problem", "note"]

FIRST_STEPS = 12  # three hours after opening, in which a place fills
ENOUGH_PEOPLE = 30.0  # either way in those hours, before directions can be told from one morning
SURE_Z = 3.0
DAYS_TELL = 3  # whole days from which on the mean times of coming and leaving are asked


@dataclass(frozen=True, slots=True, kw_only=True)
class WiringPoint:
    """One thing that was looked at: a sensor, a door, a space or the site. A `problem` wants something done."""

    state: State
    subject: str
    sentence: Text
    advice: Text


NOTHING_TO_DO = Text(sv="", en="")


def check(
    house: House, seen: Seen, names: Names, zone: str, devices: Sequence[DeviceInfo], strangers: int
) -> list[WiringPoint]:
    """Everything about the wiring of a site, problems first. `devices` are those placed there, `strangers` how many
    are heard that nobody has placed."""
    parts = cells(house)
    known = {device.device.rpartition("/")[2]: device for device in devices}
    points = [
        *_sensors(house, seen, names, zone, known),
        *_directions(house, seen, names, parts),
        *_doubles(house, seen, names, zone, parts),
        *_doors(house, names),
        *_rooms(house, names),
        *_strangers(strangers),
    ]
    order = {"problem": 0, "note": 1, "ok": 2}
    return sorted(points, key=lambda p: order[p.state])


def _sensors(
    house: House, seen: Seen, names: Names, zone: str, known: Mapping[str, DeviceInfo]
) -> Iterator[WiringPoint]:
    quiet = {(f.device, f.channel): f for f in silent(house, seen)}
    whole = quiet.get(("", ""))
    if whole:
        yield _point("problem", house.site, sentence(whole, names, zone), advice(whole))
        return
    sensors: list[Counter | Gauge] = [*house.counters, *house.gauges]
    for sensor in (s for s in sensors if not isinstance(s, Counter) or s.own):
        found, device = quiet.get((sensor.device, sensor.channel)), known.get(sensor.device)
        place = _place(house, sensor, names)
        if found and device and device.heard and found.evidence.get("never"):
            yield _other_channel(sensor, device, place)
        elif found:
            yield _point("problem", sensor.device, sentence(found, names, zone), advice(found))
        elif device and device.clock_problem:
            yield _clock(device, sensor.device, place)
        else:
            said = Text(
                sv=f"{place.sv}: {sensor.device} ({sensor.channel}) hörs.",
                en=f"{place.en}: {sensor.device} ({sensor.channel}) is heard.",
            )
            yield _point("ok", sensor.device, said)


def _other_channel(sensor: Counter | Gauge, device: DeviceInfo, place: Text) -> WiringPoint:
    """The device is heard, but not the channel that the site file expects."""
    others = ", ".join(c for c in device.channels if c != sensor.channel) or "–"
    said = Text(
        sv=f"{place.sv}: {sensor.device} hörs, men inte kanalen {sensor.channel}; den har {others}.",
        en=f"{place.en}: {sensor.device} is heard, but not its channel {sensor.channel}; it has {others}.",
    )
    todo = Text(
        sv="Skriv rätt kanal i platsfilen: channel = …",
        en="Write the right channel into the site file: channel = …",
    )
    return _point("problem", sensor.device, said, todo)


def _clock(device: DeviceInfo, name: str, place: Text) -> WiringPoint:
    minutes = (device.clock_offset_s or 0) / 60
    said = Text(
        sv=f"{place.sv}: klockan i {name} går {abs(minutes):.0f} min {'före' if minutes > 0 else 'efter'}.",
        en=f"{place.en}: the clock of {name} is {abs(minutes):.0f} min {'ahead' if minutes > 0 else 'behind'}.",
    )
    return _point(
        "problem", name, said, Text(sv="Ställ den, eller dess tidszon.", en="Set it, or its time zone.")
    )


def _directions(house: House, seen: Seen, names: Names, parts: Cells) -> Iterator[WiringPoint]:
    """Whether in is in: people come before they leave, and a place fills in its first hours."""
    found = stays(seen, np.zeros((len(seen), len(house.counters)), bool))
    first = _first_hours(seen)
    for n, counter in enumerate(house.counters):
        if not counter.own or seen.heard[n] is None:
            continue
        if (np.nan_to_num(seen.people_in[:, n]) == np.nan_to_num(seen.people_out[:, n])).all():
            continue  # a beam that cannot tell in from out, or nobody yet
        place, hours = _place(house, counter, names), found.hours[~np.isnan(found.hours[:, n]), n]
        came, went = (float(np.nansum(f[first, n])) for f in (seen.people_in, seen.people_out))
        if len(hours) >= DAYS_TELL:
            error = max(float(np.std(hours)), 0.05) / len(hours) ** 0.5
            z = float(np.mean(hours)) / error
        else:
            z = (came - went) / (came + went) ** 0.5 if came + went >= ENOUGH_PEOPLE else 0.0
        yield _direction(counter.device, place, z, came, went)


def _first_hours(seen: Seen) -> list[int]:
    """The steps of the first hours after each opening."""
    opens = np.flatnonzero(seen.open & ~np.concatenate([[False], seen.open[:-1]]))
    return sorted({int(n) for o in opens.tolist() for n in range(o, min(o + FIRST_STEPS, len(seen)))})


def _direction(device: str, place: Text, z: float, came: float, went: float) -> WiringPoint:
    if z <= -SURE_Z:
        said = Text(
            sv=f"{place.sv}: {device} räknar tvärtom; folk går ut innan de kommer "
            f"({came:.0f} in, {went:.0f} ut efter öppning).",
            en=f"{place.en}: {device} counts the wrong way round; people leave before they come "
            f"({came:.0f} in, {went:.0f} out after opening).",
        )
        todo = Text(
            sv="Vänd riktningen i sensorn, eller sätt swapped = true i platsfilen.",
            en="Turn the direction in the sensor, or set swapped = true in the site file.",
        )
        return _point("problem", device, said, todo)
    if z < SURE_Z:
        said = Text(
            sv=f"{place.sv}: det som {device} har räknat säger inte än om riktningen stämmer "
            f"({came:.0f} in, {went:.0f} ut efter öppning).",
            en=f"{place.en}: what {device} has counted does not tell yet whether its direction is right "
            f"({came:.0f} in, {went:.0f} out after opening).",
        )
        todo = Text(
            sv="Gå in genom dörren några gånger och se efter att in ökar.",
            en="Walk in through the door a few times and see that in grows.",
        )
        return _point("note", device, said, todo)
    said = Text(
        sv=f"{place.sv}: riktningen stämmer, folk kommer innan de går.",
        en=f"{place.en}: the direction is right, people come before they leave.",
    )
    return _point("ok", device, said)


def _doubles(house: House, seen: Seen, names: Names, zone: str, parts: Cells) -> Iterator[WiringPoint]:
    """Doors that are counted twice, by what was counted; else doors with two devices, which may be right."""
    pairs: list[Finding] = list(double(house, seen, parts, np.zeros((len(seen), len(house.counters)), bool)))
    for found in pairs:
        yield _point("problem", found.device, sentence(found, names, zone), advice(found))
    named = {f.portal for f in pairs}
    for number, door in enumerate(house.doors):
        here = sorted({c.device for c in house.counters if c.door == number and c.own})
        if len(here) > 1 and door.id not in named:
            name, listed = names.get(door.id, Text(sv=door.id, en=door.id)), ", ".join(here)
            said = Text(
                sv=f"{name.sv} räknas av {listed}, och deras tal läggs ihop.",
                en=f"{name.en} is counted by {listed}, and their figures are added up.",
            )
            todo = Text(
                sv='Rätt om de ser olika delar av en bred dörr; annars role = "reference" för den ena.',
                en='Right if they see different parts of a wide door; else role = "reference" for one of them.',
            )
            yield _point("note", door.id, said, todo)


def _doors(house: House, names: Names) -> Iterator[WiringPoint]:
    """Doors that are expected to be counted and have no sensor."""
    for door in house.doors:
        if door.expected and not door.counted:
            name = names.get(door.id, Text(sv=door.id, en=door.id))
            said = Text(
                sv=f"{name.sv} ska räknas och har ingen sensor.",
                en=f"{name.en} is to be counted, and has no sensor.",
            )
            todo = Text(
                sv="Häng upp en, eller sätt counted = false om dörren inte ska räknas.",
                en="Hang one up, or set counted = false if the door is not to be counted.",
            )
            yield _point("problem", door.id, said, todo)


def _rooms(house: House, names: Names) -> Iterator[WiringPoint]:
    """Spaces of which nobody can say how many people are in them."""
    within = [{n} for n in range(len(house.rooms))]
    for n, room in reversed(list(enumerate(house.rooms))):
        if room.parent is not None:
            within[room.parent] |= within[n]
    for n, room in enumerate(house.rooms):
        around = [d for d in house.doors if (d.outer in within[n]) != (d.inner in within[n])]
        seen = any(g.room == n for g in house.gauges)
        if seen or any(d.counted for d in around):
            continue
        name = names.get(room.id, Text(sv=room.id, en=room.id))
        said = Text(
            sv=f"{name.sv} har ingen räknad väg in och ingen sensor, så ingen vet hur många som är där.",
            en=f"{name.en} has no counted way in and no sensor, so nobody knows how many are there.",
        )
        todo = Text(
            sv="Räkna vid en dörr dit, eller häng en sensor i rummet. Annars: låt det vara en del av rummet omkring.",
            en="Count at a door to it, or hang a sensor inside. Else let it be part of the space around it.",
        )
        yield _point("note", room.id, said, todo)


def _strangers(number: int) -> Iterator[WiringPoint]:
    if number:
        said = Text(
            sv=f"{number} {'sensor' if number == 1 else 'sensorer'} hörs utan att ha en plats.",
            en=f"{many(number, 'sensor')} {'is heard and has' if number == 1 else 'are heard and have'} no place.",
        )
        todo = Text(
            sv="`besok device suggest` skriver raderna för platsfilen.",
            en="`besok device suggest` prints the lines for the site file.",
        )
        yield _point("note", "", said, todo)


def _place(house: House, sensor: Counter | Gauge, names: Names) -> Text:
    place = house.doors[sensor.door].id if isinstance(sensor, Counter) else house.rooms[sensor.room].id
    return names.get(place, Text(sv=place, en=place))


def _point(state: State, subject: str, said: Text, todo: Text = NOTHING_TO_DO) -> WiringPoint:
    return WiringPoint(state=state, subject=subject, sentence=said, advice=todo)
