"""Simulated weeks of a site in which one sensor is faulty, by quarter of an hour, as the database would have them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np

from besok.analytics.quality.sensor_series import SensorHistory, SensorLayout
from besok.model.arrays import Bools, Floats
from besok.model.site import OpeningHours, Portal, Sensor, Site, SiteFile, Space, Text, WeekHours
from cli.simulation.watched import (
    Watched,
    drifting,
    last_heard,
    silenced,
    swapped,
    thinned,
    watched,
    with_flows,
)

DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with one counter or gauge from a step on; `size` is how much."""

    kind: str
    device: str
    step: int
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A site through some weeks, and what is wrong with it (None: nothing)."""

    house: SensorLayout
    seen: SensorHistory
    fault: Fault | None


def small(doors: int, rooms: int) -> SiteFile:
    """Return a library of another shape: so many entrances into a hall with so many rooms, each with a door."""
    text = Text(sv="x", en="x")
    usual = "09:00-19:00"
    week = WeekHours(
        monday=usual, tuesday=usual, wednesday=usual, thursday=usual, friday="09:00-17:00", saturday="10:00-15:00",
        sunday="closed", country="SE",
    )  # fmt: skip
    kinds = ("reading", "children", "cafe", "shelves", "exhibition")
    spaces = [Space(id="hall", name=text, kind="foyer", capacity=120)]
    spaces += [Space(id=f"room-{n}", name=text, kind=kinds[n % 5], capacity=60) for n in range(rooms)]
    portals = [Portal(id=f"entrance-{n}", name=text, outer="outside", inner="hall") for n in range(doors)]
    portals += [Portal(id=f"door-{n}", name=text, outer="hall", inner=f"room-{n}") for n in range(rooms)]
    sensors = [Sensor(device=f"count-{p.id}", portal=p.id) for p in portals]
    sensors += [Sensor(device="camera", space="room-0", model="area-camera")] if rooms else []
    site = Site(
        id=f"branch-{doors}-{rooms}",
        kind="library",
        name=text,
        timezone="Europe/Stockholm",
        opening=OpeningHours(tables=(week,)),
        spaces=tuple(spaces),
        portals=tuple(portals),
        sensors=tuple(sensors),
        capacity=100 + 80 * rooms,
        sandbox=True,
    )
    return SiteFile(sites=(site,))


@lru_cache(maxsize=4)
def _watched(sites: SiteFile, seed: int, first: date, days: int) -> tuple[Watched, ...]:
    """Return the sites without faults: one world for all faults of a seed."""
    return watched(sites, seed, first, days)


def case(
    sites: SiteFile, number: int, seed: int, kind: str = "", first: date = date(2026, 9, 28), days: int = DAYS
) -> Case:
    """Site `number` of the file with a fault of a kind at a device and a time drawn by the seed; "" is none."""
    rng = np.random.default_rng((seed, *map(ord, kind)))
    found = _watched(sites, seed, first, days)[number]
    if not kind:
        return Case(house=found.layout, seen=found.seen, fault=None)
    own = [n for n, counter in enumerate(found.layout.counters) if counter.own]
    return _FAULTS[kind](found.layout, found.seen, own, rng)


Change = Callable[[SensorLayout, SensorHistory, list[int], np.random.Generator], Case]


def _begin(seen: SensorHistory, rng: np.random.Generator) -> int:
    """Return a step in the opening hours of a day between the 15th and the 19th: some days are left to find it."""
    choice = np.flatnonzero(seen.open & (seen.day >= 14) & (seen.day <= len(seen.dates) - 12))
    return int(rng.choice(choice))


def _busy(seen: SensorHistory, own: list[int], rng: np.random.Generator, least: float = 10.0) -> int:
    """Return a counter that counts at least so many people a day."""
    a_day = np.nansum(seen.passed, axis=0) / len(seen.dates)
    return int(rng.choice([n for n in own if a_day[n] >= least]))


def _after(seen: SensorHistory, begin: int) -> Bools:
    return np.arange(len(seen)) >= begin


def _case(built: SensorLayout, seen: SensorHistory, kind: str, n: int, begin: int, size: float = 1.0) -> Case:
    return Case(
        house=built, seen=seen, fault=Fault(kind=kind, device=built.counters[n].device, step=begin, size=size)
    )


def _silent(built: SensorLayout, seen: SensorHistory, own: list[int], rng: np.random.Generator) -> Case:
    n, begin = _busy(seen, own, rng, 0), _begin(seen, rng)
    return _case(built, silenced(seen, n, begin), "silent", n, begin)


def _flapping(built: SensorLayout, seen: SensorHistory, own: list[int], rng: np.random.Generator) -> Case:
    n, begin = _busy(seen, own, rng, 0), _begin(seen, rng)
    told, step = np.ones(len(seen)), begin
    while step < len(seen):
        away = int(rng.integers(2, 10))
        told[step : step + away] = 0
        step += away + int(rng.integers(2, 30))
    return _case(
        built, with_flows(seen, n, seen.people_in[:, n], seen.people_out[:, n], told), "flapping", n, begin
    )


def _stuck(built: SensorLayout, seen: SensorHistory, own: list[int], rng: np.random.Generator) -> Case:
    """Its last message again each minute, and each ten seconds in which somebody passes."""
    n, begin = _busy(seen, own, rng, 20), _begin(seen, rng)
    after = _after(seen, begin)
    said = 15 + np.minimum(75, seen.people_in[:, n] + seen.people_out[:, n])
    which = rng.integers(2)
    flows = (seen.people_in[:, n], seen.people_out[:, n])
    came, went = (np.where(after, said * (which == way), flow) for way, flow in enumerate(flows))
    return _case(built, with_flows(seen, n, came, went), "stuck", n, begin)


def _blind(built: SensorLayout, seen: SensorHistory, own: list[int], rng: np.random.Generator) -> Case:
    n, begin = _busy(seen, own, rng), _begin(seen, rng)
    return _case(
        built, with_flows(seen, n, *thinned(seen, n, _after(seen, begin) * 1.0, rng)), "blind", n, begin
    )


def _half_blind(built: SensorLayout, seen: SensorHistory, own: list[int], rng: np.random.Generator) -> Case:
    n, begin, size = _busy(seen, own, rng, 40), _begin(seen, rng), float(rng.uniform(0.4, 0.7))
    fewer = thinned(seen, n, _after(seen, begin) * size, rng)
    return _case(built, with_flows(seen, n, *fewer), "half-blind", n, begin, size)


def _drifting(built: SensorLayout, seen: SensorHistory, own: list[int], rng: np.random.Generator) -> Case:
    """Its lens becomes dirty: over ten days it misses more and more."""
    n, begin, size = _busy(seen, own, rng, 40), _begin(seen, rng), float(rng.uniform(0.5, 0.8))
    return _case(built, drifting(seen, n, begin, size, 960, rng), "drifting", n, begin, size)


def _biased(built: SensorLayout, seen: SensorHistory, own: list[int], rng: np.random.Generator) -> Case:
    """Miss people on their way out, or in."""
    n, begin, size = _busy(seen, own, rng, 100), _begin(seen, rng), float(rng.uniform(0.08, 0.2))
    fewer = thinned(seen, n, _after(seen, begin) * size, rng)
    way = int(rng.integers(2))
    flows = [seen.people_in[:, n], seen.people_out[:, n]]
    flows[way] = fewer[way]
    return _case(built, with_flows(seen, n, *flows), "biased", n, begin, size)


def _swapped(built: SensorLayout, seen: SensorHistory, own: list[int], rng: np.random.Generator) -> Case:
    n, begin = _busy(seen, own, rng, 100), _begin(seen, rng)
    return _case(built, swapped(seen, n, begin), "swapped", n, begin)


def _double(built: SensorLayout, seen: SensorHistory, own: list[int], rng: np.random.Generator) -> Case:
    """Mount a second counter over the same door from the beginning; each misses some by itself."""
    n = _busy(seen, own, rng, 20)
    more = thinned(seen, n, np.full(len(seen), 0.03), rng)
    twin = replace(built.counters[n], device="twin")
    house_ = replace(built, counters=(*built.counters, twin))
    covered = np.column_stack([seen.covered, np.ones(len(seen))])
    seen = replace(
        seen,
        people_in=np.column_stack([seen.people_in, more[0]]),
        people_out=np.column_stack([seen.people_out, more[1]]),
        covered=covered,
        healthy=np.column_stack([seen.healthy, np.ones(len(seen), bool)]),
        heard=last_heard(seen.times, covered, seen.high),
    )
    return Case(house=house_, seen=seen, fault=Fault(kind="double", device=twin.device, step=0, size=1))


def _impossible(built: SensorLayout, seen: SensorHistory, own: list[int], rng: np.random.Generator) -> Case:
    n, begin = _busy(seen, own, rng, 0), _begin(seen, rng)
    came = seen.people_in[:, n].copy()
    came[rng.choice(np.arange(begin, len(seen)), 3, replace=False)] += rng.integers(3000, 60000, 3)
    return _case(built, with_flows(seen, n, came, seen.people_out[:, n]), "impossible", n, begin)


def _night(built: SensorLayout, seen: SensorHistory, own: list[int], rng: np.random.Generator) -> Case:
    """Count at night when nobody is there: a curtain, headlights."""
    n, begin = _busy(seen, own, rng, 0), _begin(seen, rng)
    dark = _after(seen, begin) & (seen.slot >= 4) & (seen.slot < 18)
    came, went = (f[:, n] + dark * rng.poisson(1.5, len(seen)) for f in (seen.people_in, seen.people_out))
    return _case(built, with_flows(seen, n, came, went), "night", n, begin)


def _gauge(
    kind: str,
    built: SensorLayout,
    seen: SensorHistory,
    shown: Callable[[Floats, int], Floats],
    begin: int,
    n: int,
) -> Case:
    low = seen.low.copy()
    low[begin:, n] = shown(low[:, n], begin)
    fault = Fault(kind=kind, device=built.gauges[n].device, step=begin, size=1)
    return Case(house=built, seen=replace(seen, low=low, high=low), fault=fault)


def _ghost(built: SensorLayout, seen: SensorHistory, own: list[int], rng: np.random.Generator) -> Case:
    n, begin = int(rng.integers(len(built.gauges))), _begin(seen, rng)
    return _gauge("ghost", built, seen, lambda v, b: np.maximum(1, v[b:]), begin, n)


def _stuck_gauge(built: SensorLayout, seen: SensorHistory, own: list[int], rng: np.random.Generator) -> Case:
    """Show what it showed in a moment in which somebody was there."""
    busy = [n for n in range(len(built.gauges)) if seen.low[:, n].max() >= 5]
    n = int(rng.choice(busy))
    choice = np.flatnonzero((seen.low[:, n] >= 3) & (seen.day >= 14) & (seen.day <= len(seen.dates) - 12))
    begin = int(rng.choice(choice))
    return _gauge("stuck-gauge", built, seen, lambda v, b: np.full(len(v) - b, v[b]), begin, n)


_FAULTS: Mapping[str, Change] = {
    "silent": _silent, "flapping": _flapping, "stuck": _stuck, "blind": _blind, "half-blind": _half_blind,
    "drifting": _drifting, "biased": _biased, "swapped": _swapped, "double": _double, "impossible": _impossible,
    "night": _night, "ghost": _ghost, "stuck-gauge": _stuck_gauge,
}  # fmt: skip
KINDS: Final = tuple(_FAULTS)
