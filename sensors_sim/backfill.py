"""Simulated history as devices would have sent it: one message per device and business day.

Flows come as quarter hours; quarters in which nobody passed are joined, so that the silent night is one item. Levels
come each quarter hour around the hours in which the site is used, and hourly at night.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

import numpy as np

from besok.model.arrays import Bools, Ints
from besok.model.calendar import days_from
from besok.model.readings import Message
from besok.model.site import SiteFile
from sensors_sim.formats import native
from sensors_sim.reports import Flow, Level, Report
from sensors_sim.scenario import ORDINARY, Scenario
from sensors_sim.sensors import (
    Counter,
    Detections,
    Device,
    DeviceFilter,
    Gauge,
    Installation,
    by_period,
    counted,
    detect,
    everybody,
    flows,
    install,
    levels,
    measure,
)
from sensors_sim.times import HOUR_MS, QUARTER_MS, instant, millis, openings, within
from sensors_sim.totals import Totals
from sensors_sim.truth import at
from sensors_sim.world import World

JOINED: Final = 24  # quarters without anybody that one item may cover
Items = Iterable[tuple[int, Flow | Level]]  # the row of the quarter, and what is reported at its end


def messages(
    site_file: SiteFile,
    start: datetime | date,
    end: datetime | date,
    seed: int = 1,
    selected: DeviceFilter = everybody,
    scenario: Scenario = ORDINARY,
) -> Iterator[list[Message]]:
    """Yield the messages of all `selected` devices from `start` to `end`, a few days in each list.

    Both are moments (aware, cut to whole seconds) or business days, of which `end` is then the last. No item is about
    anything before `start` or after `end`, and together they cover all of the time between. `received` is when the time
    that a message is about was over.
    """
    world = World(site_file, seed, scenario)
    installation = install(world.ground, seed, selected, world.scenario.characters)
    begin, stop = (
        millis(t) // 1000 * 1000 if isinstance(t, datetime) else world.bounds(t)[side]
        for side, t in enumerate((start, end))
    )
    totals = Totals(world, installation)
    for first, last in world.chunks(instant(begin), instant(stop)):
        yield _Chunk(world, installation, first, last, begin, stop, totals).messages()


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
        self._world, self._installation, self._totals = world, installation, totals
        self._days = days_from(first, last)
        starts = np.array([world.bounds(d)[0] for d in self._days])
        self._stop = min(stop, world.bounds(last)[1])
        self._edges = _grid(max(begin, int(starts[0])), self._stop, starts)
        self._day = np.searchsorted(starts, self._edges[:-1], side="right") - 1
        self._texts = [
            f"{t}Z" for t in np.datetime_as_string((self._edges[1:] // 1000).astype("datetime64[s]"))
        ]
        self._moves = world.days(first, last)

    def messages(self) -> list[Message]:
        """Return a message for each device, kind and day; for formats other than the native one, for each moment."""
        messages: list[Message] = []
        for kind, measured in (("flow", self._flows()), ("level", self._levels())):
            by_device: dict[Device, list[tuple[int, Flow | Level]]] = {}
            for thing, items in measured:
                by_device.setdefault((thing.site, thing.device), []).extend(items)
            for device in sorted(by_device):
                form = self._installation.formats[device]
                encode = self._by_day if form.name == "native" else self._by_moment
                messages += encode(kind, device, by_device[device])
        return sorted(messages, key=lambda m: m.received)

    def _flows(self) -> Iterator[tuple[Counter, Items]]:
        counters, edges = self._installation.counters, self._edges
        detections = detect(self._installation, self._moves)
        counts = by_period(detections, edges, len(counters))
        totals = self._running(counts, detections) if self._totals.wanted else counts
        last_of_day = np.append(self._day[1:] > self._day[:-1], True)
        for n, counter in enumerate(counters):
            busy: Bools = np.asarray(counts[:, n].any(axis=1))
            reports = busy | last_of_day | np.append(busy[1:], True)
            reports[JOINED - 1 :: JOINED] = True
            rows = np.flatnonzero(reports)
            yield counter, flows(counter, rows, edges, int(edges[0]), counts[:, n], totals[:, n])

    def _running(self, counts: Ints, detections: Detections) -> Ints:
        """Return running totals at the end of each quarter; they begin again at zero with a month."""
        early = counted(detections.only(detections.time < self._edges[0]), counts.shape[1])
        running = np.cumsum(counts, axis=0) + self._totals.before(self._days[0]) + early
        for number, day in enumerate(self._days):
            begins = int(np.searchsorted(self._day, number))
            if day.day == 1 and 0 < begins < len(running):
                running[begins:] -= running[begins - 1]
        return running

    def _levels(self) -> Iterator[tuple[Gauge, Items]]:
        moments, ground = self._edges[1:], self._world.ground
        people = at(ground, self._moves, moments)
        used = {
            site.id: within([o for d in self._days for o in openings(site, d)], moments - 1, HOUR_MS, HOUR_MS)
            for site in ground.sites
        }
        for gauge in self._installation.gauges:
            values = measure(gauge, moments, people[:, gauge.space])
            rows = np.flatnonzero(used[gauge.site] | (values > 0) | (moments % HOUR_MS == 0))
            yield gauge, levels(gauge, rows, values)

    def _by_day(self, kind: str, device: Device, items: Items) -> Iterator[Message]:
        wraps = self._installation.wraps.get(device, 0)
        by_day: dict[int, list[str]] = {}
        for row, item in items:
            by_day.setdefault(int(self._day[row]), []).append(native.item(self._texts[row], item, wraps))
        for day, texts in by_day.items():
            until = min(self._world.bounds(self._days[day])[1], self._stop)
            topic, payload = native.message(*device, kind, texts)
            yield Message(topic=topic, payload=payload, received=instant(until))

    def _by_moment(self, kind: str, device: Device, items: Items) -> Iterator[Message]:
        wraps = self._installation.wraps.get(device, 0)
        by_row: dict[int, list[Flow | Level]] = {}
        for row, item in items:
            by_row.setdefault(row, []).append(item)
        for row, parts in by_row.items():
            time, day = int(self._edges[row + 1]), self._days[self._day[row]]
            seq = time // 1000 * 2 + (kind == "level")  # told apart from what is sent live by its session
            report = Report(*device, kind, time, time, seq, -day.toordinal(), tuple(parts), wraps)
            topic, payload = self._installation.formats[device].encode(report)
            yield Message(topic=topic, payload=payload, received=instant(time))


def _grid(begin: int, stop: int, marks: Ints) -> Ints:
    """Return the quarter hours from `begin` to `stop`, with both of them and the marks between."""
    quarters = np.arange(begin // QUARTER_MS * QUARTER_MS, stop + QUARTER_MS, QUARTER_MS, dtype=np.int64)
    edges = np.unique(np.concatenate([quarters, [begin, stop], marks]))
    return edges[(edges >= begin) & (edges <= stop)]
