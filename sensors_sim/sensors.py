"""Simulated devices: they see the world's people pass and stay, and make small mistakes as real ones do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from besok.model.site import Sensor, Site
from sensors_sim import air
from sensors_sim.formats import Format, spoken
from sensors_sim.movements import Moves
from sensors_sim.noise import Ints, key, normal, uniform
from sensors_sim.routes import Ground
from sensors_sim.scenario import Character

MISS: Final = (0.005, 0.03)  # shares of passages a counter misses: the best and the worst device
DOUBLE: Final = (0.001, 0.008)
SWAP: Final = (0.0, 0.004)
OVERLOOK: Final = (0.0, 0.06)  # share of people a camera does not see
BLIND: Final = 0.02  # share of five-minute spells in which a presence sensor misses people who sit still
SPELL_S: Final = 300
NEAR_MS: Final = 2000  # who passes within so many milliseconds of somebody else is harder to see

Wanted = Callable[[str, str], bool]  # (site, device) -> is it wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A counting line over a portal."""

    site: str
    device: str
    line: str
    edge: int
    swapped: bool
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
class Seen:
    """What counters saw: rows in no particular order."""

    time: Ints  # milliseconds since 1970
    counter: Ints  # number of the counter
    outward: Ints  # 0: in, 1: out, as the device calls it
    count: Ints  # 1, or 2 where somebody was counted twice

    def only(self, keep: NDArray[np.bool_]) -> "Seen":
        """The rows that `keep` selects."""
        return Seen(
            time=self.time[keep],
            counter=self.counter[keep],
            outward=self.outward[keep],
            count=self.count[keep],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """All simulated devices of a site file. Sensors that speak a format unknown to the simulator are left out."""

    counters: tuple[Counter, ...]
    gauges: tuple[Gauge, ...]
    formats: Mapping[tuple[str, str], Format]  # (site, device) -> what it speaks

    @property
    def devices(self) -> tuple[tuple[str, str], ...]:
        """(site, device) of each device, once."""
        counting = [(c.site, c.device) for c in self.counters]
        return tuple(dict.fromkeys([*counting, *((g.site, g.device) for g in self.gauges)]))

    @property
    def telling(self) -> tuple[tuple[str, str], ...]:
        """The devices that say on a native topic whether they are online."""
        return tuple(d for d in self.devices if self.formats[d].source == "native")


def everybody(site: str, device: str) -> bool:
    """All devices."""
    return True


def named(pattern: str, site: str, device: str) -> bool:
    """Whether `pattern`, a name with * and ?, means the device; it may name the site too: "stadsparken/*"."""
    return fnmatchcase(device, pattern) or fnmatchcase(f"{site}/{device}", pattern)


def install(
    ground: Ground, seed: int, wanted: Wanted = everybody, characters: Sequence[Character] = ()
) -> Installation:
    """Hang up the `wanted` sensors of the site file. A device keeps its character whatever hangs beside it."""
    formats: dict[tuple[str, str], Format] = {}
    counters: list[Counter] = []
    gauges: list[Gauge] = []
    for site in ground.sites:
        for sensor in site.sensors:
            form = spoken(sensor)
            if not form or not wanted(site.id, sensor.device):
                continue
            form = formats.setdefault((site.id, sensor.device), form)
            own = [c for c in characters if named(c.device, site.id, sensor.device)]
            if sensor.portal:
                counters.append(_counter(ground, site, sensor, seed, form, own))
            elif form.levels:
                gauges.append(_gauge(ground, site, sensor, seed, form, own))
    return Installation(counters=tuple(counters), gauges=tuple(gauges), formats=formats)


def _counter(
    ground: Ground, site: Site, sensor: Sensor, seed: int, form: Format, characters: Sequence[Character]
) -> Counter:
    name = key(seed, site.id, sensor.device, sensor.channel_key)
    miss, double, swap = (_character(name, n, bounds) for n, bounds in enumerate((MISS, DOUBLE, SWAP)))
    counter = Counter(
        site=site.id,
        device=sensor.device,
        line=sensor.channel_key.partition(":")[2],
        edge=ground.portals.index(f"{site.id}/{sensor.portal}"),
        swapped=sensor.swapped,
        interval_s=sensor.interval_s,
        key=name,
        miss=miss,
        double=double,
        swap=swap,
    )
    counter = replace(
        counter, **_said(characters, ("miss", "double", "swap", "crowd", "totals", "wraps", "interval_s"))
    )
    if form.totals is not None:
        counter = replace(counter, totals=form.totals)
    return counter if form.source == "native" else replace(counter, wraps=form.wraps)


def _gauge(
    ground: Ground, site: Site, sensor: Sensor, seed: int, form: Format, characters: Sequence[Character]
) -> Gauge:
    name = key(seed, site.id, sensor.device, sensor.channel_key)
    space = ground.spaces.index(f"{site.id}/{sensor.space}")
    gauge = Gauge(
        site=site.id,
        device=sensor.device,
        region=sensor.channel_key.partition(":")[2],
        space=space,
        metric=form.tells(sensor),
        interval_s=sensor.interval_s,
        key=name,
        overlook=_character(name, 0, OVERLOOK),
        room=air.room(next((s for s in site.spaces if s.id == sensor.space), None), site.capacity),
    )
    return replace(gauge, **_said(characters, ("overlook", "interval_s")))


def _said(characters: Sequence[Character], names: Sequence[str]) -> dict[str, Any]:
    """What the scenario says of a device; the last word counts."""
    said = ((name, getattr(c, name)) for c in characters for name in names)
    return {name: value for name, value in said if value is not None}


def _character(name: int, number: int, bounds: tuple[float, float]) -> float:
    low, high = bounds
    return low + (high - low) * float(uniform(name, np.array([number]))[0])


def watch(installation: Installation, moves: Moves) -> Seen:
    """What the counters make of the moves. Each passage is misjudged or not by itself, whatever else is in `moves`."""
    by_edge = moves.only(np.argsort(moves.edge, kind="stable"))
    seen = [
        _count(number, counter, by_edge.only(_slice(by_edge.edge, counter.edge)))
        for number, counter in enumerate(installation.counters)
    ]
    none = np.zeros(0, dtype=np.int64)
    seen.append(Seen(time=none, counter=none, outward=none, count=none))
    return Seen(
        time=np.concatenate([s.time for s in seen]),
        counter=np.concatenate([s.counter for s in seen]),
        outward=np.concatenate([s.outward for s in seen]),
        count=np.concatenate([s.count for s in seen]),
    )


def _slice(edges: Ints, edge: int) -> Ints:
    low, high = np.searchsorted(edges, [edge, edge + 1])
    return np.arange(low, high)


def _count(number: int, counter: Counter, passages: Moves) -> Seen:
    u = uniform(counter.key, passages.time, passages.person)
    missed: float | NDArray[np.float64] = counter.miss
    if counter.crowd:
        missed = np.minimum(1.0, counter.miss + counter.crowd * _nearby(passages.time))
    caught = u >= missed
    wrong = u >= 1 - counter.swap
    twice = (u >= missed) & (u < missed + counter.double)
    inward = passages.inward ^ wrong ^ counter.swapped
    seen = Seen(
        time=passages.time,
        counter=np.full(len(passages), number),
        outward=1 - inward.astype(np.int64),
        count=1 + twice.astype(np.int64),
    )
    return seen.only(caught)


def _nearby(times: Ints) -> Ints:
    """How many others pass within two seconds of each of the passages."""
    order = np.sort(times)
    first = np.searchsorted(order, times - NEAR_MS, side="left")
    return np.searchsorted(order, times + NEAR_MS, side="right") - first - 1


def read(gauge: Gauge, times: Ints, people: NDArray[np.int32]) -> Ints:
    """What the gauge shows at `times` (milliseconds) while `people` are in its space: people, 1 and 0, or ppm.

    Air remembers: what it says at the first of `times` is what nobody has breathed in.
    """
    spell = times // (SPELL_S * 1000)
    if gauge.metric == "co2_ppm":
        return air.co2(gauge.room, times, people)
    if gauge.metric == "occupied":
        sees = uniform(gauge.key, spell) >= BLIND
        return ((people > 0) & sees).astype(np.int64)
    blur = normal(uniform(gauge.key, spell)) * np.sqrt(people) * 0.15
    return np.maximum(0, np.rint(people * (1 - gauge.overlook) + blur * (people > 0))).astype(np.int64)
