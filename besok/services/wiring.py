"""Check of an installation against its site file: sensors seen, placements, and directions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from besok.analytics.quality.directions import stays
from besok.analytics.quality.sensor_series import CounterChannel, LevelChannel, SensorHistory, SensorLayout
from besok.analytics.quality.signals import silent
from besok.analytics.quality.site_layout import CountedParts, counted_parts
from besok.analytics.quality.twins import double
from besok.model.findings import Finding
from besok.model.site import Text
from besok.model.views.devices import DeviceInfo
from besok.text import wiring_text
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


def check(
    layout: SensorLayout,
    series: SensorHistory,
    names: Names,
    zone: str,
    devices: Sequence[DeviceInfo],
    strangers: int,
) -> list[WiringPoint]:
    """Check the wiring of a site, problems first.

    `devices` are those placed there, `strangers` the number of unassigned ones.
    """
    parts = counted_parts(layout)
    known = {device.device.rpartition("/")[2]: device for device in devices}
    points = [
        *_sensors(layout, series, names, zone, known),
        *_directions(layout, series, names),
        *_doubles(layout, series, names, zone, parts),
        *_doors(layout, names),
        *_rooms(layout, names),
        *_strangers(strangers),
    ]
    order = {"problem": 0, "note": 1, "ok": 2}
    return sorted(points, key=lambda p: order[p.state])


def _sensors(
    layout: SensorLayout, series: SensorHistory, names: Names, zone: str, known: Mapping[str, DeviceInfo]
) -> Iterator[WiringPoint]:
    quiet = {(f.device, f.channel): f for f in silent(layout, series)}
    site_finding = quiet.get(("", ""))
    if site_finding:
        yield _point("problem", layout.site, sentence(site_finding, names, zone), advice(site_finding))
        return
    sensors: list[CounterChannel | LevelChannel] = [*layout.counters, *layout.gauges]
    for sensor in (s for s in sensors if not isinstance(s, CounterChannel) or s.own):
        finding, device = quiet.get((sensor.device, sensor.channel)), known.get(sensor.device)
        place = _place(layout, sensor, names)
        if finding and device and device.heard and finding.evidence.get("never"):
            yield _other_channel(sensor, device, place)
        elif finding:
            yield _point("problem", sensor.device, sentence(finding, names, zone), advice(finding))
        elif device and device.clock_problem:
            yield _clock(device, sensor.device, place)
        else:
            yield _check_point(
                "ok", sensor.device, "online", place=place, device=sensor.device, channel=sensor.channel
            )


def _other_channel(sensor: CounterChannel | LevelChannel, device: DeviceInfo, place: Text) -> WiringPoint:
    """Report a device that was seen without the channel that the site file expects."""
    others = ", ".join(c for c in device.channels if c != sensor.channel) or "–"
    known = {"device": sensor.device, "channel": sensor.channel, "others": others}
    return _check_point("problem", sensor.device, "other_channel", place=place, **known)


def _clock(device: DeviceInfo, name: str, place: Text) -> WiringPoint:
    minutes = (device.clock_offset_s or 0) / 60
    code = "clock_ahead" if minutes > 0 else "clock_behind"
    return _check_point("problem", name, code, place=place, device=name, minutes=f"{abs(minutes):.0f}")


def _directions(layout: SensorLayout, series: SensorHistory, names: Names) -> Iterator[WiringPoint]:
    """Check that in is in: people enter before they leave, and a place fills in its first hours."""
    stay = stays(series, np.zeros((len(series), len(layout.counters)), bool))
    first = _first_hours(series)
    for n, counter in enumerate(layout.counters):
        if not counter.own or series.heard[n] is None:
            continue
        if (np.nan_to_num(series.people_in[:, n]) == np.nan_to_num(series.people_out[:, n])).all():
            continue  # a beam that cannot tell in from out, or nobody yet
        place, hours = _place(layout, counter, names), stay[~np.isnan(stay[:, n]), n]
        entered, left = (float(np.nansum(f[first, n])) for f in (series.people_in, series.people_out))
        if len(hours) >= DAYS_TELL:
            error = max(float(np.std(hours)), 0.05) / len(hours) ** 0.5
            z = float(np.mean(hours)) / error
        else:
            z = (entered - left) / (entered + left) ** 0.5 if entered + left >= ENOUGH_PEOPLE else 0.0
        yield _direction(counter.device, place, z, entered, left)


def _first_hours(series: SensorHistory) -> list[int]:
    """Return the steps of the first hours after each opening."""
    opens = np.flatnonzero(series.open & ~np.concatenate([[False], series.open[:-1]]))
    return sorted({int(n) for o in opens.tolist() for n in range(o, min(o + FIRST_STEPS, len(series)))})


def _direction(device: str, place: Text, z: float, entered: float, left: float) -> WiringPoint:
    state: State = "problem" if z <= -SURE_Z else "note" if z < SURE_Z else "ok"
    code = {"problem": "swapped", "note": "direction_unknown", "ok": "direction_right"}[state]
    return _check_point(
        state, device, code, place=place, device=device, came=f"{entered:.0f}", went=f"{left:.0f}"
    )


def _doubles(
    layout: SensorLayout, series: SensorHistory, names: Names, zone: str, parts: CountedParts
) -> Iterator[WiringPoint]:
    """Report doors that are counted twice, from the counts; else doors with two devices, which may be right."""
    pairs: list[Finding] = list(
        double(layout, series, parts, np.zeros((len(series), len(layout.counters)), bool))
    )
    for finding in pairs:
        yield _point("problem", finding.device, sentence(finding, names, zone), advice(finding))
    found_twice = {f.portal for f in pairs}
    for number, door in enumerate(layout.doors):
        here = sorted({c.device for c in layout.counters if c.door == number and c.own})
        if len(here) > 1 and door.id not in found_twice:
            name = names.get(door.id, Text(sv=door.id, en=door.id))
            yield _check_point("note", door.id, "two_devices", place=name, devices=", ".join(here))


def _doors(layout: SensorLayout, names: Names) -> Iterator[WiringPoint]:
    """Report doors that should be counted and have no sensor."""
    for door in layout.doors:
        if door.expected and not door.counted:
            name = names.get(door.id, Text(sv=door.id, en=door.id))
            yield _check_point("problem", door.id, "no_sensor", place=name)


def _rooms(layout: SensorLayout, names: Names) -> Iterator[WiringPoint]:
    """Report spaces without an occupancy estimate."""
    within = [{n} for n in range(len(layout.rooms))]
    for n, room in reversed(list(enumerate(layout.rooms))):
        if room.parent is not None:
            within[room.parent] |= within[n]
    for n, room in enumerate(layout.rooms):
        around = [d for d in layout.doors if (d.outer in within[n]) != (d.inner in within[n])]
        series = any(g.room == n for g in layout.gauges)
        if series or any(d.counted for d in around):
            continue
        name = names.get(room.id, Text(sv=room.id, en=room.id))
        yield _check_point("note", room.id, "no_way_in", place=name)


def _strangers(number: int) -> Iterator[WiringPoint]:
    if number:
        yield _check_point("note", "", "unassigned", n=number)


def _place(layout: SensorLayout, sensor: CounterChannel | LevelChannel, names: Names) -> Text:
    place = (
        layout.doors[sensor.door].id if isinstance(sensor, CounterChannel) else layout.rooms[sensor.room].id
    )
    return names.get(place, Text(sv=place, en=place))


def _check_point(state: State, subject: str, code: str, **values: Any) -> WiringPoint:
    return _point(state, subject, wiring_text.sentence(code, **values), wiring_text.advice(code))


def _point(state: State, subject: str, sentence: Text, todo: Text) -> WiringPoint:
    return WiringPoint(state=state, subject=subject, sentence=sentence, advice=todo)
