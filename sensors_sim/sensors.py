"""Simulated devices: they see the world's people pass and stay, and make small mistakes as real ones do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.site import Sensor, Site
from sensors_sim.noise import Ints, key, normal, uniform
from sensors_sim.routes import Ground
from sensors_sim.walks import Moves

PRESENCE_WORDS: Final = ("presence", "pir", "occup")  # in a model's name: it tells only whether somebody is there
MISS: Final = (0.005, 0.03)  # shares of passages a counter misses: the best and the worst device
DOUBLE: Final = (0.001, 0.008)
SWAP: Final = (0.0, 0.004)
OVERLOOK: Final = (0.0, 0.06)  # share of people a camera does not see
BLIND: Final = 0.02  # share of five-minute spells in which a presence sensor misses people who sit still
SPELL_S: Final = 300

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A region that a device watches: the people in a space, or whether there are any."""

    site: str
    device: str
    region: str
    space: int
    presence: bool
    interval_s: int
    key: int
    overlook: float


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
            time=self.time[keep], counter=self.counter[keep], outward=self.outward[keep], count=self.count[keep]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """All simulated devices of a site file. Sensors that speak another format than the native one are left out."""

    counters: tuple[Counter, ...]
    gauges: tuple[Gauge, ...]

    @property
    def devices(self) -> tuple[tuple[str, str], ...]:
        """(site, device) of each device, once."""
        counting = [(c.site, c.device) for c in self.counters]
        return tuple(dict.fromkeys([*counting, *((g.site, g.device) for g in self.gauges)]))


def everybody(site: str, device: str) -> bool:
    """All devices."""
    return True


def install(ground: Ground, seed: int, wanted: Wanted = everybody) -> Installation:
    """Hang up the `wanted` sensors of the site file. A device keeps its character whatever hangs beside it."""
    native = [(site, s) for site in ground.sites for s in site.sensors if s.source == "native"]
    sensors = [(site, s) for site, s in native if wanted(site.id, s.device)]
    return Installation(
        counters=tuple(_counter(ground, site, s, seed) for site, s in sensors if s.portal),
        gauges=tuple(_gauge(ground, site, s, seed) for site, s in sensors if not s.portal),
    )


def _counter(ground: Ground, site: Site, sensor: Sensor, seed: int) -> Counter:
    name = key(seed, site.id, sensor.device, sensor.channel_key)
    miss, double, swap = (_character(name, n, bounds) for n, bounds in enumerate((MISS, DOUBLE, SWAP)))
    return Counter(
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


def _gauge(ground: Ground, site: Site, sensor: Sensor, seed: int) -> Gauge:
    name = key(seed, site.id, sensor.device, sensor.channel_key)
    return Gauge(
        site=site.id,
        device=sensor.device,
        region=sensor.channel_key.partition(":")[2],
        space=ground.spaces.index(f"{site.id}/{sensor.space}"),
        presence=any(word in sensor.model.lower() for word in PRESENCE_WORDS),
        interval_s=sensor.interval_s,
        key=name,
        overlook=_character(name, 0, OVERLOOK),
    )


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
    caught = u >= counter.miss
    wrong = u >= 1 - counter.swap
    twice = (u >= counter.miss) & (u < counter.miss + counter.double)
    inward = passages.inward ^ wrong ^ counter.swapped
    seen = Seen(
        time=passages.time,
        counter=np.full(len(passages), number),
        outward=1 - inward.astype(np.int64),
        count=1 + twice.astype(np.int64),
    )
    return seen.only(caught)


def read(gauge: Gauge, times: Ints, people: NDArray[np.int32]) -> Ints:
    """What the gauge shows at `times` (milliseconds) while `people` are in its space: people, or 1 and 0."""
    spell = times // (SPELL_S * 1000)
    if gauge.presence:
        sees = uniform(gauge.key, spell) >= BLIND
        return ((people > 0) & sees).astype(np.int64)
    blur = normal(uniform(gauge.key, spell)) * np.sqrt(people) * 0.15
    return np.maximum(0, np.rint(people * (1 - gauge.overlook) + blur * (people > 0))).astype(np.int64)
