"""Whether an installation is wired as its site file says: what is heard, what hangs where, which way is in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from besok.analytics.quality.directions import stays
from besok.analytics.quality.sensor_series import Counter, Gauge, House, Seen
from besok.analytics.quality.signals import silent
from besok.analytics.quality.site_layout import cells
from besok.analytics.quality.twins import double
from besok.model.findings import Finding
from besok.model.site import Text
from besok.model.views.devices import DeviceInfo
from besok.text.finding_text import Names, advice, sentence
from besok.text.wiring_text import wiring_texts

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


def check(
    house: House, seen: Seen, names: Names, zone: str, devices: Sequence[DeviceInfo], unassigned: int
) -> list[WiringPoint]:
    """Check everything about the wiring of a site, problems first.

    `devices` are those placed there, `unassigned` is how many are heard without a place.
    """
    known = {device.device.rpartition("/")[2]: device for device in devices}
    points = [
        *_sensors(house, seen, names, zone, known),
        *_directions(house, seen, names),
        *_doubles(house, seen, names, zone),
        *_doors(house, names),
        *_rooms(house, names),
    ]
    if unassigned:
        points.append(_point("note", "", "unassigned", number=unassigned))
    order = {"problem": 0, "note": 1, "ok": 2}
    return sorted(points, key=lambda p: order[p.state])


def _sensors(
    house: House, seen: Seen, names: Names, zone: str, known: Mapping[str, DeviceInfo]
) -> Iterator[WiringPoint]:
    quiet = {(f.device, f.channel): f for f in silent(house, seen)}
    whole = quiet.get(("", ""))
    if whole:
        yield _finding(house.site, whole, names, zone)
        return
    sensors: list[Counter | Gauge] = [*house.counters, *house.gauges]
    for sensor in (s for s in sensors if not isinstance(s, Counter) or s.own):
        found, device = quiet.get((sensor.device, sensor.channel)), known.get(sensor.device)
        values = {"place": _place(house, sensor, names), "device": sensor.device, "channel": sensor.channel}
        if found and device and device.heard and found.evidence.get("never"):
            others = ", ".join(c for c in device.channels if c != sensor.channel) or "–"
            yield _point("problem", sensor.device, "other_channel", **values, others=others)
        elif found:
            yield _finding(sensor.device, found, names, zone)
        elif device and device.clock_problem:
            minutes = (device.clock_offset_s or 0) / 60
            kind = "clock_ahead" if minutes > 0 else "clock_behind"
            yield _point("problem", sensor.device, kind, **values, minutes=f"{abs(minutes):.0f}")
        else:
            yield _point("ok", sensor.device, "heard", **values)


def _directions(house: House, seen: Seen, names: Names) -> Iterator[WiringPoint]:
    """Whether in is in: people come before they leave, and a place fills in its first hours."""
    found = stays(seen, np.zeros((len(seen), len(house.counters)), bool))
    first = _first_hours(seen)
    for n, counter in enumerate(house.counters):
        if not counter.own or seen.heard[n] is None:
            continue
        if (np.nan_to_num(seen.people_in[:, n]) == np.nan_to_num(seen.people_out[:, n])).all():
            continue  # a beam that cannot tell in from out, or nobody yet
        hours = found.hours[~np.isnan(found.hours[:, n]), n]
        entered, left = (float(np.nansum(f[first, n])) for f in (seen.people_in, seen.people_out))
        if len(hours) >= DAYS_TELL:
            error = max(float(np.std(hours)), 0.05) / len(hours) ** 0.5
            z = float(np.mean(hours)) / error
        else:
            z = (entered - left) / (entered + left) ** 0.5 if entered + left >= ENOUGH_PEOPLE else 0.0
        values = {
            "place": _place(house, counter, names),
            "device": counter.device,
            "entered": f"{entered:.0f}",
            "left": f"{left:.0f}",
        }
        if z <= -SURE_Z:
            yield _point("problem", counter.device, "wrong_way", **values)
        elif z < SURE_Z:
            yield _point("note", counter.device, "no_direction_yet", **values)
        else:
            yield _point("ok", counter.device, "right_way", **values)


def _first_hours(seen: Seen) -> list[int]:
    """Return the steps of the first hours after each opening."""
    opens = np.flatnonzero(seen.open & ~np.concatenate([[False], seen.open[:-1]]))
    return sorted({int(n) for o in opens.tolist() for n in range(o, min(o + FIRST_STEPS, len(seen)))})


def _doubles(house: House, seen: Seen, names: Names, zone: str) -> Iterator[WiringPoint]:
    """Doors that are counted twice, by what was counted; else doors with two devices, which may be right."""
    nothing = np.zeros((len(seen), len(house.counters)), bool)
    pairs = list(double(house, seen, cells(house), nothing))
    yield from (_finding(found.device, found, names, zone) for found in pairs)
    named = {f.portal for f in pairs}
    for number, door in enumerate(house.doors):
        here = sorted({c.device for c in house.counters if c.door == number and c.own})
        if len(here) > 1 and door.id not in named:
            yield _point(
                "note", door.id, "two_counters", place=_name(door.id, names), devices=", ".join(here)
            )


def _doors(house: House, names: Names) -> Iterator[WiringPoint]:
    """Doors that are expected to be counted and have no sensor."""
    for door in house.doors:
        if door.expected and not door.counted:
            yield _point("problem", door.id, "no_counter", place=_name(door.id, names))


def _rooms(house: House, names: Names) -> Iterator[WiringPoint]:
    """Spaces of which nobody can say how many people are in them."""
    within = [{n} for n in range(len(house.rooms))]
    for n, room in reversed(list(enumerate(house.rooms))):
        if room.parent is not None:
            within[room.parent] |= within[n]
    for n, room in enumerate(house.rooms):
        around = [d for d in house.doors if (d.outer in within[n]) != (d.inner in within[n])]
        if not any(g.room == n for g in house.gauges) and not any(d.counted for d in around):
            yield _point("note", room.id, "uncounted_space", place=_name(room.id, names))


def _place(house: House, sensor: Counter | Gauge, names: Names) -> Text:
    place = house.doors[sensor.door].id if isinstance(sensor, Counter) else house.rooms[sensor.room].id
    return _name(place, names)


def _name(place: str, names: Names) -> Text:
    return names.get(place, Text(sv=place, en=place))


def _point(state: State, subject: str, kind: str, **values: object) -> WiringPoint:
    said, todo = wiring_texts(kind, **values)
    return WiringPoint(state=state, subject=subject, sentence=said, advice=todo)


def _finding(subject: str, found: Finding, names: Names, zone: str) -> WiringPoint:
    return WiringPoint(
        state="problem", subject=subject, sentence=sentence(found, names, zone), advice=advice(found)
    )
