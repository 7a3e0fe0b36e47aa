"""Simulated devices, which count people with small errors, as real ones do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from besok.model.arrays import Bools, Floats, Ints
from besok.model.calendar import EARLY, LATE, placement_span
from besok.model.site import Sensor, Site
from sensors_sim import air
from sensors_sim.columns import Columns
from sensors_sim.formats import Format, format_of
from sensors_sim.movements import Moves
from sensors_sim.noise import key, normal, uniform
from sensors_sim.reports import Flow, Level
from sensors_sim.routes import Ground
from sensors_sim.scenario import Character, names_device
from sensors_sim.times import millis
from sensors_sim.truth import passed

MISS: Final = (0.005, 0.03)  # shares of passages a counter misses: the best and the worst device
DOUBLE: Final = (0.001, 0.008)
SWAP: Final = (0.0, 0.004)
OVERLOOK: Final = (0.0, 0.06)  # share of people a camera does not see
BLIND: Final = 0.02  # share of five-minute spells in which a presence sensor misses people who sit still
SPELL_MS: Final = 300_000
NEAR_MS: Final = 2000  # who passes within so many milliseconds of somebody else is harder to see
ERRORS: Final = ("miss", "double", "swap", "crowd", "totals", "wraps", "interval_s")  # of a counter

Device = tuple[str, str]  # site, device
DeviceFilter = Callable[[str, str], bool]  # (site, device) -> whether it is selected


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """A portal that a counting line observes from a moment up to another (ms)."""

    edge: int
    swapped: bool
    begins: int
    ends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A counting line over a portal."""

    site: str
    device: str
    line: str
    places: tuple["Placing", ...]  # one after another
    interval_s: int
    key: int
    miss: float
    double: float
    swap: float
    crowd: float = 0.0  # how much more is missed for each other person nearby
    totals: bool = False  # sends running totals too
    wraps: int = 0  # where they begin again at zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A region that a device watches: the people in a space, whether there are any, or its air."""

    site: str
    device: str
    region: str
    space: int
    metric: str  # "people", "occupied" or "co2_ppm"
    interval_s: int
    key: int
    overlook: float
    room: air.Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Detections(Columns):
    """Detections of counters, in no particular order."""

    time: Ints  # milliseconds since 1970
    counter: Ints  # number of the counter
    outward: Ints  # 0: in, 1: out, as the device calls it
    count: Ints  # 1, or 2 where somebody was counted twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """All simulated devices of a site file. Sensors that speak a format unknown to the simulator are left out."""

    counters: tuple[Counter, ...]
    gauges: tuple[Gauge, ...]
    formats: Mapping[Device, Format]  # what each device speaks

    @property
    def devices(self) -> tuple[Device, ...]:
        """Each device once."""
        things: tuple[Counter | Gauge, ...] = (*self.counters, *self.gauges)
        return tuple(dict.fromkeys((thing.site, thing.device) for thing in things))

    @property
    def with_status(self) -> tuple[Device, ...]:
        """The devices that say on a native topic whether they are online."""
        return tuple(d for d in self.devices if self.formats[d].source == "native")

    @property
    def wraps(self) -> dict[Device, int]:
        """Return where the totals of each counting device begin again at zero."""
        return {(c.site, c.device): c.wraps for c in self.counters}


def everybody(site: str, device: str) -> bool:
    """Select all devices."""
    return True


def install(
    ground: Ground, seed: int, selected: DeviceFilter = everybody, characters: Sequence[Character] = ()
) -> Installation:
    """Mount the `selected` sensors of the site file. A device's character does not depend on the others."""
    formats: dict[Device, Format] = {}
    counters: list[Counter] = []
    gauges: list[Gauge] = []
    for site in ground.sites:
        for sensor in (places[-1] for places in _by_channel(site).values()):
            form = format_of(sensor)
            if not form or not selected(site.id, sensor.device):
                continue
            form = formats.setdefault((site.id, sensor.device), form)
            matching = [c for c in characters if names_device(c.device, site.id, sensor.device)]
            if sensor.portal:
                counters.append(_counter(ground, site, sensor, seed, form, matching))
            elif form.levels:
                gauges.append(_gauge(ground, site, sensor, seed, form, matching))
    return Installation(counters=tuple(counters), gauges=tuple(gauges), formats=formats)


def _channel(sensor: Sensor) -> tuple[str, str, str]:
    return sensor.source, sensor.device, sensor.channel_key


def _by_channel(site: Site) -> dict[tuple[str, str, str], list[Sensor]]:
    """Return the places of each channel, one after another."""
    lists: dict[tuple[str, str, str], list[Sensor]] = {}
    for sensor in sorted(site.sensors, key=lambda s: placement_span(s, site)[0] or EARLY):
        lists.setdefault(_channel(sensor), []).append(sensor)
    return {_channel(sensor): lists[_channel(sensor)] for sensor in site.sensors}  # in the order of the file


def _placing(ground: Ground, site: Site, sensor: Sensor) -> Placing:
    begins, ends = placement_span(sensor, site)
    return Placing(
        edge=ground.portals.index(f"{site.id}/{sensor.portal}"),
        swapped=sensor.swapped,
        begins=millis(begins or EARLY),
        ends=millis(ends or LATE),
    )


def _counter(
    ground: Ground, site: Site, sensor: Sensor, seed: int, form: Format, characters: Sequence[Character]
) -> Counter:
    name = key(seed, site.id, sensor.device, sensor.channel_key)
    miss, double, swap = (_drawn(name, n, bounds) for n, bounds in enumerate((MISS, DOUBLE, SWAP)))
    counter = Counter(
        site=site.id,
        device=sensor.device,
        line=sensor.channel_key.partition(":")[2],
        places=tuple(_placing(ground, site, place) for place in _by_channel(site)[_channel(sensor)]),
        interval_s=sensor.interval_s,
        key=name,
        miss=miss,
        double=double,
        swap=swap,
    )
    counter = replace(counter, **_given(characters, ERRORS))
    if form.totals is not None:
        counter = replace(counter, totals=form.totals)
    return counter if form.source == "native" else replace(counter, wraps=form.wraps)


def _gauge(
    ground: Ground, site: Site, sensor: Sensor, seed: int, form: Format, characters: Sequence[Character]
) -> Gauge:
    name = key(seed, site.id, sensor.device, sensor.channel_key)
    gauge = Gauge(
        site=site.id,
        device=sensor.device,
        region=sensor.channel_key.partition(":")[2],
        space=ground.spaces.index(f"{site.id}/{sensor.space}"),
        metric=form.measures(sensor),
        interval_s=sensor.interval_s,
        key=name,
        overlook=_drawn(name, 0, OVERLOOK),
        room=air.room(next((s for s in site.spaces if s.id == sensor.space), None), site.capacity),
    )
    return replace(gauge, **_given(characters, ("overlook", "interval_s")))


def _given(characters: Sequence[Character], names: Sequence[str]) -> dict[str, Any]:
    """Return the character of a device in the scenario; the last match counts."""
    given = ((name, getattr(c, name)) for c in characters for name in names)
    return {name: value for name, value in given if value is not None}


def _drawn(name: int, number: int, bounds: tuple[float, float]) -> float:
    low, high = bounds
    return low + (high - low) * float(uniform(name, np.array([number]))[0])


def detect(installation: Installation, moves: Moves) -> Detections:
    """Return the detections of the counters. Each passage is misjudged independently of what else is in `moves`."""
    none = np.zeros(0, dtype=np.int64)
    detections = [Detections(time=none, counter=none, outward=none, count=none)]
    by_edge = moves.only(np.argsort(moves.edge, kind="stable"))
    for number, counter in enumerate(installation.counters):
        for place in counter.places:
            low, high = np.searchsorted(by_edge.edge, [place.edge, place.edge + 1])
            passages = by_edge.only(slice(low, high))
            if len(counter.places) > 1 or place.begins > millis(EARLY) or place.ends < millis(LATE):
                passages = passages.only((passages.time >= place.begins) & (passages.time < place.ends))
            detections.append(_detected(number, counter, passages, swapped=place.swapped))
    return Detections.joined(detections)


def _detected(number: int, counter: Counter, passages: Moves, *, swapped: bool) -> Detections:
    u = uniform(counter.key, passages.time, passages.person)
    missed: float | Floats = counter.miss
    if counter.crowd:
        missed = np.minimum(1.0, counter.miss + counter.crowd * _nearby(passages.time))
    wrong = u >= 1 - counter.swap
    twice = (u >= missed) & (u < missed + counter.double)
    inward = passages.inward ^ wrong ^ swapped
    detections = Detections(
        time=passages.time,
        counter=np.full(len(passages), number),
        outward=1 - inward.astype(np.int64),
        count=1 + twice.astype(np.int64),
    )
    return detections.only(u >= missed)


def _nearby(times: Ints) -> Ints:
    """Return how many others pass within NEAR_MS of each of the passages."""
    order = np.sort(times)
    first = np.searchsorted(order, times - NEAR_MS, side="left")
    return np.searchsorted(order, times + NEAR_MS, side="right") - first - 1


def counted(detections: Detections, counters: int) -> Ints:
    """Return people by [counter, in/out]."""
    cell = detections.counter * 2 + detections.outward
    counts = np.bincount(cell, detections.count.astype(np.float64), counters * 2)
    return np.rint(counts).astype(np.int64).reshape(counters, 2)


def by_period(detections: Detections, edges: Ints, counters: int) -> Ints:
    """Return people by [period, counter, in/out]; what happened outside of all periods is left out."""
    now = detections.only((detections.time >= edges[0]) & (detections.time < edges[-1]))
    cell = ((passed(edges, now.time) - 1) * counters + now.counter) * 2 + now.outward
    counts = np.bincount(cell, now.count, (len(edges) - 1) * counters * 2)
    return np.rint(counts).astype(np.int64).reshape(len(edges) - 1, counters, 2)


def flows(
    counter: Counter, rows: Ints, edges: Ints, begin: int, counts: Ints, totals: Ints
) -> Iterator[tuple[int, Flow]]:
    """Yield what a counter reports at the end of the periods `rows`, the first of which opened at `begin`.

    `counts` and `totals` are [period, in/out], period n from edges[n] to edges[n + 1].
    """
    if not len(rows):
        return
    periods = np.diff(edges[rows + 1], prepend=begin) // 1000
    people = np.add.reduceat(counts[: rows[-1] + 1], np.append(0, rows[:-1] + 1), axis=0)
    running = map(tuple, totals[rows].tolist()) if counter.totals else repeat(None)
    columns = (column.tolist() for column in (rows, periods, people[:, 0], people[:, 1]))
    for row, period_s, entries, exits, both in zip(*columns, running, strict=False):
        yield row, Flow(period_s, entries, exits, counter.line, both)


def levels(gauge: Gauge, rows: Ints, values: Ints) -> Iterator[tuple[int, Level]]:
    """Yield what a gauge reports at the end of the periods `rows`."""
    for row, value in zip(rows.tolist(), values[rows].tolist(), strict=True):
        yield row, Level(value, gauge.metric, gauge.region)


def measure(gauge: Gauge, times: Ints, people: NDArray[np.int32]) -> Ints:
    """Return the gauge's values at `times` (ms) while `people` are in its space: people, 1 and 0, or ppm.

    Air has a memory: the first value is that of fresh air.
    """
    spell = times // SPELL_MS
    if gauge.metric == "co2_ppm":
        return air.co2(gauge.room, times, people)
    if gauge.metric == "occupied":
        sees: Bools = uniform(gauge.key, spell) >= BLIND
        return ((people > 0) & sees).astype(np.int64)
    blur = normal(uniform(gauge.key, spell)) * np.sqrt(people) * 0.15
    return np.maximum(0, np.rint(people * (1 - gauge.overlook) + blur * (people > 0))).astype(np.int64)
