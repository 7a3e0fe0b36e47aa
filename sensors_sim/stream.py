"""What simulated devices send as time passes, in order: within seconds of what happened, and one a minute at least.

A counter reports at the end of each tick in which somebody passed, and whenever its interval is over; a gauge when what
it shows has changed, and whenever its interval is over. Ticks and intervals begin with the business day, whatever the
moment at which somebody begins to listen: who starts again in the middle of the day sends the same readings again, not
others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from besok.model.readings import Message
from besok.model.site import SiteFile
from sensors_sim.backfill import QUARTER_MS, count
from sensors_sim.faults import Retained, applied
from sensors_sim.formats import Format
from sensors_sim.moments import Moment, Truth
from sensors_sim.noise import Ints
from sensors_sim.report import Flow, Level, Report
from sensors_sim.scenario import ORDINARY, Scenario
from sensors_sim.seasons import millis
from sensors_sim.sensors import Counter, Gauge, Installation, Wanted, everybody, install, read, watch
from sensors_sim.totals import Totals
from sensors_sim.truth import at, entries
from sensors_sim.world import DAY, World, instant

EVERY_S: Final = 10  # seconds of a tick
LOT: Final = 2000  # messages

Key = tuple[int, str, str, str]  # row of the tick, site, device, kind: what goes into one message
Said = tuple[str, bytes]  # topic, payload
Sent = dict[tuple[str, str], int]  # messages of each device so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """The messages that devices send at `time` (milliseconds since 1970), and on each quarter hour the truth.

    What is published on the topics `retained` the broker shall keep; `again` is what it kept and sends once more to
    those who connect, which nobody has to publish.
    """

    time: int
    messages: tuple[Said, ...]
    truth: Truth | None
    retained: frozenset[str] = frozenset()
    again: tuple[Said, ...] = ()


def ticks(
    world: World,
    installation: Installation,
    start: datetime,
    end: datetime | None = None,
    every_s: int = EVERY_S,
) -> Iterator[Tick]:
    """What is sent about the time from `start` (cut to a whole second) until `end` or for ever, tick by tick."""
    moments = applied(_moments(world, installation, start, end, every_s), world, installation)
    retained = Retained()
    for moment in moments:
        said = tuple(installation.formats[r.site, r.device].encode(r) for r in moment.reports)
        kept, again = retained.look(moment, said)
        yield Tick(time=moment.time, messages=said, truth=moment.truth, retained=kept, again=again)


def _moments(
    world: World, installation: Installation, start: datetime, end: datetime | None, every_s: int
) -> Iterator[Moment]:
    """What devices have to say, had they no faults."""
    begin, stop = millis(start) // 1000 * 1000, millis(end) if end else None
    day, sent, totals = world.business_day(instant(begin)), Sent(), Totals(world, installation)
    while stop is None or world.bounds(day)[0] < stop:
        until = world.bounds(day)[1] if stop is None else min(stop, world.bounds(day)[1])
        yield from _Day(world, installation, every_s, day, begin, until, totals.before(day)).moments(sent)
        day += DAY


def messages(
    site_file: SiteFile,
    start: datetime,
    end: datetime,
    seed: int = 1,
    every_s: int = EVERY_S,
    wanted: Wanted = everybody,
    scenario: Scenario = ORDINARY,
) -> Iterator[list[Message]]:
    """The readings that `simulate live` sends for `wanted` devices from `start` to `end`, had it been running.

    What a device would report only after `end` is left to whoever goes on from there.
    """
    world = World(site_file, seed, scenario)
    lot: list[Message] = []
    installation = install(world.ground, seed, wanted, world.scenario.characters)
    for tick in ticks(world, installation, start, end, every_s):
        for number, (topic, payload) in enumerate(
            tick.messages + tick.again
        ):  # they come one after the other
            received = instant(tick.time) + timedelta(microseconds=number)
            kept = number >= len(tick.messages)
            lot.append(Message(topic=topic, payload=payload, received=received, retained=kept))
        if len(lot) >= LOT:
            yield lot
            lot = []
    if lot:
        yield lot


class _Day:
    """One business day of all devices, for somebody who listens after `begin` and until `stop`."""

    def __init__(
        self,
        world: World,
        installation: Installation,
        every_s: int,
        day: date,
        begin: int,
        stop: int,
        totals: NDArray[np.int64],
    ) -> None:
        """`totals` are those of the counters when the day begins."""
        start, end = world.bounds(day)
        self._ground, self._installation = world.ground, installation
        self._start, self._begin = start, max(begin, start)
        self._moves = world.day(day)
        self._number, self._totals = day.toordinal(), totals
        inner = np.arange(start, end, every_s * 1000, dtype=np.int64)
        self._edges = np.append(inner, end)
        self._heard = (self._edges[1:] > self._begin) & (self._edges[1:] <= stop)  # ticks somebody listens to

    def moments(self, sent: Sent) -> Iterator[Moment]:
        """The ticks in which something is said or the truth is told. `sent` goes on from day to day."""
        reports: dict[int, list[Report]] = {}
        items: dict[Key, list[Flow | Level]] = {}
        self._add_flows(items)
        self._add_levels(items)
        wraps = {(c.site, c.device): c.wraps for c in self._installation.counters}
        for key in sorted(items):
            reports.setdefault(key[0], []).append(self._report(key, items[key], sent, wraps.get(key[1:3], 0)))
        truths = self._truths()
        for row in sorted(reports.keys() | truths.keys()):
            said = tuple(reports.get(row, ()))
            yield Moment(time=int(self._edges[row + 1]), reports=said, truth=truths.get(row))

    def _report(self, key: Key, items: list[Flow | Level], sent: Sent, wraps: int) -> Report:
        row, site, device, kind = key
        time = int(self._edges[row + 1])
        form = self._installation.formats[site, device]
        if form.name == "native":
            seq = sent[site, device] = sent.get((site, device), -1) + 1
        else:
            seq = time // 1000 if form.eager else row  # the same whoever listens from when
        return Report(site, device, kind, time, time, seq, self._number, tuple(items), wraps)

    def _kind(self, site: str, device: str, kind: str) -> str:
        return kind if self._installation.formats[site, device].apart else ""

    def _eager(self, thing: Counter | Gauge) -> bool:
        form: Format = self._installation.formats[thing.site, thing.device]
        return form.eager

    def _add_flows(self, items: dict[Key, list[Flow | Level]]) -> None:
        seen = watch(self._installation, self._moves)
        counters = self._installation.counters
        counts = count(seen.only(seen.time >= self._begin), self._edges, len(counters))
        totals = (
            np.cumsum(count(seen, self._edges, len(counters)), axis=0)
            if any(c.totals for c in counters)
            else counts
        )
        for n, counter in enumerate(counters):
            kind = self._kind(counter.site, counter.device, "flow")
            for row, item in self._flows(counter, counts[:, n], totals[:, n] + self._totals[n]):
                items.setdefault((row, counter.site, counter.device, kind), []).append(item)

    def _flows(
        self, counter: Counter, counts: NDArray[np.int64], totals: NDArray[np.int64]
    ) -> Iterator[tuple[int, Flow]]:
        """When the counter reports what; `counts` and `totals` are [tick, in/out]."""
        busy: NDArray[np.bool_] = np.asarray(counts.any(axis=1))
        rows = self._due(busy if self._eager(counter) else np.zeros_like(busy), counter.interval_s)
        if not len(rows):
            return
        ends = self._edges[rows + 1]
        opened = np.append(self._begin, ends[:-1])
        passed = np.add.reduceat(counts[: rows[-1] + 1], np.append(0, rows[:-1] + 1), axis=0)
        columns = ((ends - opened) // 1000, passed[:, 0], passed[:, 1], totals[rows, 0], totals[rows, 1])
        for row, period_s, came, went, all_in, all_out in zip(
            rows.tolist(), *(c.tolist() for c in columns), strict=True
        ):
            both = (all_in, all_out) if counter.totals else None
            yield row, Flow(period_s, came, went, counter.line, both)

    def _add_levels(self, items: dict[Key, list[Flow | Level]]) -> None:
        moments = self._edges[1:]
        people = at(self._ground, self._moves, moments)
        for gauge in self._installation.gauges:
            kind = self._kind(gauge.site, gauge.device, "level")
            for row, item in self._levels(gauge, read(gauge, moments, people[:, gauge.space])):
                items.setdefault((row, gauge.site, gauge.device, kind), []).append(item)

    def _levels(self, gauge: Gauge, values: Ints) -> Iterator[tuple[int, Level]]:
        """A level that creeps is told at its time; others also when they change."""
        changed = np.append(True, values[1:] != values[:-1])
        if gauge.metric == "co2_ppm" or not self._eager(gauge):
            changed = np.zeros_like(changed)
        rows = self._due(changed, gauge.interval_s)
        for row, value in zip(rows.tolist(), values[rows].tolist(), strict=True):
            yield row, Level(value, gauge.metric, gauge.region)

    def _due(self, busy: NDArray[np.bool_], interval_s: int) -> Ints:
        """The ticks at whose end a device reports: the busy ones, and those in which an interval ends."""
        interval = (self._edges - self._start) // (interval_s * 1000)
        over = interval[1:] > interval[:-1]
        over[-1] = True
        return np.flatnonzero((busy | over) & self._heard)

    def _truths(self) -> dict[int, Truth]:
        rows = np.flatnonzero((self._edges[1:] % QUARTER_MS == 0) & self._heard)
        moments = self._edges[rows + 1]
        people = at(self._ground, self._moves, moments)
        sites = self._ground.sites
        visits = [
            np.searchsorted(entries(self._ground, n, self._moves).time, moments).tolist()
            for n in range(len(sites))
        ]
        return {
            int(row): Truth(
                people=dict(zip(self._ground.spaces, people[n].tolist(), strict=True)),
                visits={site.id: visits[s][n] for s, site in enumerate(sites)},
            )
            for n, row in enumerate(rows)
        }
