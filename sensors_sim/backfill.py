"""History as devices would have sent it had they been up all the time: a message per device and business day.

Flows come as quarter hours; quarters in which nobody passed are joined, so that the silent night is one item. Levels
come each quarter hour around the hours in which the site is used, and hourly at night.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, repeat, starmap
from typing import Final

import numpy as np
from numpy.typing import NDArray

from besok.model.readings import Message
from besok.model.site import SiteFile
from sensors_sim import native
from sensors_sim.noise import Ints
from sensors_sim.report import Flow, Level, Report
from sensors_sim.scenario import ORDINARY, Scenario
from sensors_sim.seasons import HOUR_MS, millis, openings
from sensors_sim.sensors import Counter, Gauge, Installation, Seen, Wanted, everybody, install, read, watch
from sensors_sim.totals import Totals, counted
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
    installation = install(world.ground, seed, wanted, world.scenario.characters)
    begin, stop = _moment(world, start, 0), _moment(world, end, 1)
    totals = Totals(world, installation)
    for first, last in world.chunks(instant(begin), instant(stop)):
        yield _Chunk(world, installation, first, last, begin, stop, totals).messages()


def _moment(world: World, t: datetime | date, side: int) -> int:
    """The moment in milliseconds, on a whole second; of a business day its begin (side 0) or end (1)."""
    return millis(t) // 1000 * 1000 if isinstance(t, datetime) else world.bounds(t)[side]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Items:
    """The items of one channel in order of time: the number of the day and the row that each belongs to, and itself."""

    day: list[int]
    row: list[int]
    item: Sequence[Flow | Level]


class _Chunk:
    """A few business days of all devices."""

    def __init__(
        self,
        world: World,
        installation: Installation,
        first: date,
        last: date,
        begin: int,
        stop: int,
        totals: Totals,
    ) -> None:
        self._totals = totals
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
        """A message for each device, kind and day; of formats that tell one moment at once, one for each moment."""
        counters = [(c.site, c.device) for c in self._installation.counters]
        gauges = [(g.site, g.device) for g in self._installation.gauges]
        found = [*self._send("flow", counters, self._flows()), *self._send("level", gauges, self._levels())]
        return sorted(found, key=lambda m: m.received)

    def _flows(self) -> list[_Items]:
        seen = watch(self._installation, self._moves)
        counters = self._installation.counters
        counts = count(seen, self._edges, len(counters))
        totals = self._running(counts, seen) if self._totals.wanted else counts
        last_of_day = np.append(self._day[1:] > self._day[:-1], True)
        return [
            self._flow_items(counts[:, n], totals[:, n], last_of_day, counter)
            for n, counter in enumerate(counters)
        ]

    def _running(self, counts: NDArray[np.int64], seen: Seen) -> NDArray[np.int64]:
        """Running totals at the end of each quarter; they begin anew with a month."""
        first = self._days[0]
        early = counted(seen.only(seen.time < self._edges[0]), len(self._installation.counters))
        running = np.cumsum(counts, axis=0) + self._totals.before(first) + early
        for number, day in enumerate(self._days):
            begins = int(np.searchsorted(self._day, number))
            if day.day == 1 and 0 < begins < len(running):
                running[begins:] -= running[begins - 1]
        return running

    def _flow_items(
        self,
        counts: NDArray[np.int64],
        totals: NDArray[np.int64],
        last_of_day: NDArray[np.bool_],
        counter: Counter,
    ) -> _Items:
        """`counts` and `totals` are [quarter, in/out]."""
        busy: NDArray[np.bool_] = np.asarray(counts.any(axis=1))
        ends: NDArray[np.bool_] = np.asarray(busy | last_of_day | np.append(busy[1:], True))
        ends[JOINED - 1 :: JOINED] = True
        rows = np.flatnonzero(ends)
        opened = self._edges[np.concatenate([[0], rows[:-1] + 1])]
        periods = (self._edges[rows + 1] - opened) // 1000
        came, went = counts[rows, 0].tolist(), counts[rows, 1].tolist()
        both = map(tuple, totals[rows].tolist()) if counter.totals else repeat(None)
        columns = zip(periods.tolist(), came, went, repeat(counter.line), both)
        return _Items(day=self._day[rows].tolist(), row=rows.tolist(), item=list(starmap(Flow, columns)))

    def _levels(self) -> list[_Items]:
        moments = self._edges[1:]
        people = at(self._world.ground, self._moves, moments)
        used = {site.id: self._used(n) for n, site in enumerate(self._world.ground.sites)}
        return [
            self._level_items(g, read(g, moments, people[:, g.space]), used[g.site])
            for g in self._installation.gauges
        ]

    def _level_items(self, gauge: Gauge, values: Ints, used: NDArray[np.bool_]) -> _Items:
        """An item each quarter while the site is used or somebody is there, and each hour otherwise."""
        rows = np.flatnonzero(used | (values > 0) | (self._edges[1:] % HOUR_MS == 0))
        items = [Level(v, gauge.metric, gauge.region) for v in values[rows].tolist()]
        return _Items(day=self._day[rows].tolist(), row=rows.tolist(), item=items)

    def _used(self, number: int) -> NDArray[np.bool_]:
        """The quarters from an hour before the site opens until an hour after it closes."""
        moments = self._edges[1:]
        used = np.zeros(len(moments), dtype=np.bool_)
        for day in self._days:
            for o in openings(self._world.ground.sites[number], day):
                used |= (moments > o.start - HOUR_MS) & (moments <= o.end + HOUR_MS)
        return used

    def _send(
        self, kind: native.Kind, devices: list[tuple[str, str]], channels: list[_Items]
    ) -> Iterator[Message]:
        """The items of each device put together by day, or by moment; a device may have several channels."""
        wraps = {(c.site, c.device): c.wraps for c in self._installation.counters}
        numbers = sorted(range(len(devices)), key=devices.__getitem__)
        for device, own in groupby(numbers, key=devices.__getitem__):
            found = [channels[n] for n in own]
            if self._installation.formats[device].name == "native":
                yield from self._by_day(kind, device, found, wraps.get(device, 0))
            else:
                yield from self._by_moment(kind, device, found, wraps.get(device, 0))

    def _by_day(
        self, kind: native.Kind, device: tuple[str, str], own: list[_Items], wraps: int
    ) -> Iterator[Message]:
        by_day: dict[int, list[str]] = {}
        for items in own:
            for day, row, item in zip(items.day, items.row, items.item, strict=True):
                time = self._texts[row]
                text = (
                    native.flow(time, item, None, wraps)
                    if isinstance(item, Flow)
                    else native.level(time, item)
                )
                by_day.setdefault(day, []).append(text)
        for day, texts in by_day.items():
            until = min(self._world.bounds(self._days[day])[1], self._stop)
            topic, payload = native.encode(*device, kind, texts)
            yield Message(topic=topic, payload=payload, received=instant(until))

    def _by_moment(
        self, kind: str, device: tuple[str, str], own: list[_Items], wraps: int
    ) -> Iterator[Message]:
        form = self._installation.formats[device]
        by_row: dict[tuple[int, int], list[Flow | Level]] = {}
        for items in own:
            for day, row, item in zip(items.day, items.row, items.item, strict=True):
                by_row.setdefault((day, row), []).append(item)
        for (day, row), told in by_row.items():
            time = int(self._edges[row + 1])
            number = time // 1000 * 2 + (kind == "level")  # told apart from what is sent live by its session
            said = Report(*device, kind, time, time, number, -self._days[day].toordinal(), tuple(told), wraps)
            topic, payload = form.encode(said)
            yield Message(topic=topic, payload=payload, received=instant(time))


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
