"""History as devices would have sent it had they been up all the time: a message per device and business day.

Flows come as quarter hours; quarters in which nobody passed are joined, so that the silent night is one item. Levels
come each quarter hour around the hours in which the site is used, and hourly at night.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.readings import Message
from core.site import SiteFile
from sensors_sim import native
from sensors_sim.noise import Ints
from sensors_sim.scenario import ORDINARY, Scenario
from sensors_sim.seasons import HOUR_MS, millis, openings
from sensors_sim.sensors import Gauge, Installation, Seen, Wanted, everybody, install, read, watch
from sensors_sim.truth import at, passed
from sensors_sim.world import DAY, World, instant

QUARTER_MS: Final = 900_000
JOINED: Final = 24  # quarters without anybody that one item may cover


def messages(
    site_file: SiteFile,
    start: datetime | date,
    end: datetime | date,
    seed: int = 1,
    wanted: Wanted = everybody,
    scenario: Scenario = ORDINARY,
) -> Iterator[list[Message]]:
    """The messages of all `wanted` native devices about the time from `start` to `end`, a few days in each list.

    Both are moments (aware, cut to whole seconds) or business days, of which `end` is then the last. No item tells of
    anything before `start` or after `end`, and together they cover all of the time between. `received` is when the time
    that a message tells of was over.
    """
    world = World(site_file, seed, scenario)
    installation = install(world.ground, seed, wanted)
    begin, stop = _moment(world, start, 0), _moment(world, end, 1)
    for first, last in world.chunks(instant(begin), instant(stop)):
        yield _Chunk(world, installation, first, last, begin, stop).messages()


def _moment(world: World, t: datetime | date, side: int) -> int:
    """The moment in milliseconds, on a whole second; of a business day its begin (side 0) or end (1)."""
    return millis(t) // 1000 * 1000 if isinstance(t, datetime) else world.bounds(t)[side]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Items:
    """The items of one channel in order of time: the number of the day that each belongs to, and its text."""

    day: list[int]
    text: list[str]


class _Chunk:
    """A few business days of all devices."""

    def __init__(
        self, world: World, installation: Installation, first: date, last: date, begin: int, stop: int
    ) -> None:
        self._world, self._installation = world, installation
        self._days = [first + n * DAY for n in range((last - first).days + 1)]
        self._begin = max(begin, world.bounds(first)[0])
        self._stop = min(stop, world.bounds(last)[1])
        self._moves = world.days(first, last)
        self._edges = _grid([self._begin, self._stop, *(world.bounds(d)[0] for d in self._days)])
        self._texts = iso(self._edges[1:])
        starts = np.array([world.bounds(d)[0] for d in self._days])
        self._day = np.searchsorted(starts, self._edges[:-1], side="right") - 1

    def messages(self) -> list[Message]:
        """A message for each device, kind and day."""
        counters = [(c.site, c.device) for c in self._installation.counters]
        gauges = [(g.site, g.device) for g in self._installation.gauges]
        found = [*self._send("flow", counters, self._flows()), *self._send("level", gauges, self._levels())]
        return sorted(found, key=lambda m: m.received)

    def _flows(self) -> list[_Items]:
        counts = count(watch(self._installation, self._moves), self._edges, len(self._installation.counters))
        last_of_day = np.append(self._day[1:] > self._day[:-1], True)
        return [
            self._flow_items(counts[:, n], last_of_day, counter.line)
            for n, counter in enumerate(self._installation.counters)
        ]

    def _flow_items(self, counts: NDArray[np.int64], last_of_day: NDArray[np.bool_], line: str) -> _Items:
        """`counts` are [quarter, in/out]."""
        busy: NDArray[np.bool_] = np.asarray(counts.any(axis=1))
        ends: NDArray[np.bool_] = np.asarray(busy | last_of_day | np.append(busy[1:], True))
        ends[JOINED - 1 :: JOINED] = True
        rows = np.flatnonzero(ends)
        opened = self._edges[np.concatenate([[0], rows[:-1] + 1])]
        periods = (self._edges[rows + 1] - opened) // 1000
        came, went = counts[rows, 0].tolist(), counts[rows, 1].tolist()
        columns = zip(rows.tolist(), periods.tolist(), came, went, strict=True)
        texts = [native.flow(self._texts[r], p, i, o, line) for r, p, i, o in columns]
        return _Items(day=self._day[rows].tolist(), text=texts)

    def _levels(self) -> list[_Items]:
        moments = self._edges[1:]
        people = at(self._world.ground, self._moves, moments)
        used = {site.id: self._used(n) for n, site in enumerate(self._world.ground.sites)}
        return [
            self._level_items(g, read(g, moments, people[:, g.space]), used[g.site]) for g in self._installation.gauges
        ]

    def _level_items(self, gauge: Gauge, values: Ints, used: NDArray[np.bool_]) -> _Items:
        """An item each quarter while the site is used or somebody is there, and each hour otherwise."""
        rows = np.flatnonzero(used | (values > 0) | (self._edges[1:] % HOUR_MS == 0))
        texts = [
            native.level(self._texts[r], v, presence=gauge.presence, region=gauge.region)
            for r, v in zip(rows.tolist(), values[rows].tolist(), strict=True)
        ]
        return _Items(day=self._day[rows].tolist(), text=texts)

    def _used(self, number: int) -> NDArray[np.bool_]:
        """The quarters from an hour before the site opens until an hour after it closes."""
        moments = self._edges[1:]
        used = np.zeros(len(moments), dtype=np.bool_)
        for day in self._days:
            for o in openings(self._world.ground.sites[number], day):
                used |= (moments > o.start - HOUR_MS) & (moments <= o.end + HOUR_MS)
        return used

    def _send(self, kind: native.Kind, devices: list[tuple[str, str]], channels: list[_Items]) -> Iterator[Message]:
        """The items of each device put together by day; a device may have several channels."""
        numbers = sorted(range(len(devices)), key=devices.__getitem__)
        for (site, device), own in groupby(numbers, key=devices.__getitem__):
            by_day: dict[int, list[str]] = {}
            for n in own:
                for day, text in zip(channels[n].day, channels[n].text, strict=True):
                    by_day.setdefault(day, []).append(text)
            for day, texts in by_day.items():
                until = min(self._world.bounds(self._days[day])[1], self._stop)
                topic, payload = native.encode(site, device, kind, texts)
                yield Message(topic=topic, payload=payload, received=instant(until))


def _grid(marks: list[int]) -> Ints:
    """The quarter hours from the first to the last of `marks`, and the marks themselves."""
    low, high = min(marks[:2]), max(marks[:2])
    quarters = np.arange(low // QUARTER_MS * QUARTER_MS, high + QUARTER_MS, QUARTER_MS, dtype=np.int64)
    edges = np.unique(np.concatenate([quarters, np.array(marks, dtype=np.int64)]))
    return edges[(edges >= low) & (edges <= high)]


def count(seen: Seen, edges: Ints, counters: int) -> NDArray[np.int64]:
    """People by [period, counter, in/out]; what happened outside of all periods is left out."""
    now = seen.only((seen.time >= edges[0]) & (seen.time < edges[-1]))
    period = passed(edges, now.time) - 1
    cell = (period * counters + now.counter) * 2 + now.outward
    counts = np.bincount(cell, now.count, (len(edges) - 1) * counters * 2)
    return np.rint(counts).astype(np.int64).reshape(len(edges) - 1, counters, 2)


def iso(times: Ints) -> list[str]:
    """ISO 8601 in UTC, to the second, of `times` in milliseconds."""
    return [f"{t}Z" for t in np.datetime_as_string((times // 1000).astype("datetime64[s]"))]
