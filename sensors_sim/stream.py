"""Messages of simulated devices as time passes, in order: within seconds of what happened, and one a minute at least.

A counter reports at the end of each tick in which somebody passed, and whenever its interval is over; a gauge when what
it shows has changed, and whenever its interval is over. Ticks and intervals begin with the business day, whatever the
moment at which somebody begins to listen: who starts again in the middle of the day sends the same readings again, not
others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Final

import numpy as np

from besok.model.arrays import Bools, Ints
from besok.model.readings import Message
from besok.model.site import SiteFile
from sensors_sim.faults import Retained, with_faults
from sensors_sim.reports import Flow, Level, Moment, Report, Truth
from sensors_sim.scenario import ORDINARY, Scenario
from sensors_sim.sensors import (
    Counter,
    Device,
    DeviceFilter,
    Gauge,
    Installation,
    by_period,
    detect,
    everybody,
    flows,
    install,
    levels,
    measure,
)
from sensors_sim.times import DAY, QUARTER_MS, instant, millis
from sensors_sim.totals import Totals
from sensors_sim.truth import at, entries
from sensors_sim.world import World

EVERY_S: Final = 10  # seconds of a tick
LOT: Final = 2000  # messages

Key = tuple[int, str, str, str]  # row of the tick, site, device, kind: what goes into one message
TopicPayload = tuple[str, bytes]
Sent = dict[Device, int]  # number of the last message of each device


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """The messages that devices send at `time` (milliseconds since 1970), and on each quarter hour the truth.

    Messages on the topics `retained` are published as retained; `resent` are those that the broker sends again to new
    clients, which nobody has to publish.
    """

    time: int
    messages: tuple[TopicPayload, ...]
    truth: Truth | None
    retained: frozenset[str] = frozenset()
    resent: tuple[TopicPayload, ...] = ()


def ticks(
    world: World,
    installation: Installation,
    start: datetime,
    end: datetime | None = None,
    every_s: int = EVERY_S,
    live_from: datetime | None = None,
) -> Iterator[Tick]:
    """Yield the messages from `start` (cut to a whole second) until `end` or for ever, tick by tick.

    Before `live_from` a tick is a quarter of an hour.
    """
    retained = Retained()
    moments = _moments(world, installation, start, end, every_s, live_from or start)
    for moment in with_faults(moments, world, installation):
        encoded = tuple(installation.formats[r.site, r.device].encode(r) for r in moment.reports)
        topics, resent = retained.update(moment, encoded)
        yield Tick(time=moment.time, messages=encoded, truth=moment.truth, retained=topics, resent=resent)


def _moments(
    world: World,
    installation: Installation,
    start: datetime,
    end: datetime | None,
    every_s: int,
    live_from: datetime,
) -> Iterator[Moment]:
    """Yield the reports of devices without faults."""
    begin, stop, live = millis(start) // 1000 * 1000, millis(end) if end else None, millis(live_from)
    day, sent, totals = world.business_day(instant(begin)), Sent(), Totals(world, installation)
    while stop is None or world.bounds(day)[0] < stop:
        until = world.bounds(day)[1] if stop is None else min(stop, world.bounds(day)[1])
        before = totals.before(day)
        yield from _Day(world, installation, every_s, day, begin, until, before, live).moments(sent)
        day += DAY


def messages(
    site_file: SiteFile,
    start: datetime,
    end: datetime,
    seed: int = 1,
    every_s: int = EVERY_S,
    selected: DeviceFilter = everybody,
    scenario: Scenario = ORDINARY,
) -> Iterator[list[Message]]:
    """Yield the readings that `simulate live` would have sent for the `selected` devices from `start` to `end`.

    Reports due only after `end` are left to the next run.
    """
    world = World(site_file, seed, scenario)
    installation = install(world.ground, seed, selected, world.scenario.characters)
    lot: list[Message] = []
    for tick in ticks(world, installation, start, end, every_s):
        for number, (topic, payload) in enumerate(tick.messages + tick.resent):  # one after the other
            received = instant(tick.time) + timedelta(microseconds=number)
            retained = number >= len(tick.messages)
            lot.append(Message(topic=topic, payload=payload, received=received, retained=retained))
        if len(lot) >= LOT:
            yield lot
            lot = []
    if lot:
        yield lot


class _Day:
    """One business day of all devices, listened to from `begin` until `stop`."""

    def __init__(
        self,
        world: World,
        installation: Installation,
        every_s: int,
        day: date,
        begin: int,
        stop: int,
        totals: Ints,
        live: int,
    ) -> None:
        """`totals` are those of the counters when the day begins; before `live` ticks are quarters of an hour."""
        start, end = world.bounds(day)
        self._ground, self._installation = world.ground, installation
        self._start, self._begin = start, max(begin, start)
        self._moves = world.day(day)
        self._number, self._totals = day.toordinal(), totals
        edges = np.arange(start, end, every_s * 1000, dtype=np.int64)
        self._edges = np.append(edges[(edges >= live) | (edges % QUARTER_MS == 0)], end)
        self._heard = (self._edges[1:] > self._begin) & (self._edges[1:] <= stop)  # ticks somebody listens to

    def moments(self, sent: Sent) -> Iterator[Moment]:
        """Yield the ticks with a report or the truth. `sent` is carried from day to day."""
        items: dict[Key, list[Flow | Level]] = {}
        due: Iterator[tuple[Counter | Gauge, str, int, Flow | Level]] = chain(self._flows(), self._levels())
        apart = {device: form.apart for device, form in self._installation.formats.items()}
        for thing, kind, row, item in due:
            key = (row, thing.site, thing.device, kind if apart[thing.site, thing.device] else "")
            items.setdefault(key, []).append(item)
        reports: dict[int, list[Report]] = {}
        wraps = self._installation.wraps
        for key in sorted(items):
            report = self._report(key, items[key], sent, wraps.get(key[1:3], 0))
            reports.setdefault(key[0], []).append(report)
        truths = self._truths()
        for row in sorted(reports.keys() | truths.keys()):
            sending = tuple(reports.get(row, ()))
            yield Moment(time=int(self._edges[row + 1]), reports=sending, truth=truths.get(row))

    def _report(self, key: Key, items: list[Flow | Level], sent: Sent, wraps: int) -> Report:
        row, site, device, kind = key
        time = int(self._edges[row + 1])
        form = self._installation.formats[site, device]
        if form.name == "native":
            seq = sent[site, device] = sent.get((site, device), -1) + 1
        else:
            seq = time // 1000 if form.eager else row  # the same whoever listens from when
        return Report(site, device, kind, time, time, seq, self._number, tuple(items), wraps)

    def _flows(self) -> Iterator[tuple[Counter, str, int, Flow]]:
        counters = self._installation.counters
        detections = detect(self._installation, self._moves)
        recent = detections.only(detections.time >= self._begin)
        counts = by_period(recent, self._edges, len(counters))
        totals = counts
        if any(c.totals for c in counters):
            totals = np.cumsum(by_period(detections, self._edges, len(counters)), axis=0) + self._totals
        for n, counter in enumerate(counters):
            rows = self._due(counter, np.asarray(counts[:, n].any(axis=1)))
            for row, flow in flows(counter, rows, self._edges, self._begin, counts[:, n], totals[:, n]):
                yield counter, "flow", row, flow

    def _levels(self) -> Iterator[tuple[Gauge, str, int, Level]]:
        """Yield levels. Slowly changing ones are reported at their interval; others also when they change."""
        moments = self._edges[1:]
        people = at(self._ground, self._moves, moments)
        for gauge in self._installation.gauges:
            values = measure(gauge, moments, people[:, gauge.space])
            changed = np.append(True, values[1:] != values[:-1]) & (gauge.metric != "co2_ppm")
            for row, level in levels(gauge, self._due(gauge, changed), values):
                yield gauge, "level", row, level

    def _due(self, thing: Counter | Gauge, busy: Bools) -> Ints:
        """Return the ticks at whose end a device reports: busy ones, if it is eager, and those that end an interval."""
        interval = (self._edges - self._start) // (thing.interval_s * 1000)
        due = interval[1:] > interval[:-1]
        due[-1] = True
        if self._installation.formats[thing.site, thing.device].eager:
            due |= busy
        return np.flatnonzero(due & self._heard)

    def _truths(self) -> dict[int, Truth]:
        rows = np.flatnonzero((self._edges[1:] % QUARTER_MS == 0) & self._heard)
        moments, sites = self._edges[rows + 1], self._ground.sites
        people = at(self._ground, self._moves, moments)
        times = [entries(self._ground, n, self._moves).time for n in range(len(sites))]
        visits = [np.searchsorted(t, moments).tolist() for t in times]
        return {
            int(row): Truth(
                people=dict(zip(self._ground.spaces, people[n].tolist(), strict=True)),
                visits={site.id: visits[s][n] for s, site in enumerate(sites)},
            )
            for n, row in enumerate(rows)
        }
