"""What simulated devices send as time passes, in order: within seconds of what happened, and one a minute at least.

A counter reports at the end of each tick in which somebody passed, and whenever its interval is over; a gauge when what
it shows has changed, and whenever its interval is over. Ticks and intervals begin with the business day, whatever the
moment at which somebody begins to listen: who starts again in the middle of the day sends the same readings again, not
others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.readings import Message
from core.site import SiteFile
from sensors_sim import native
from sensors_sim.backfill import QUARTER_MS, count, iso
from sensors_sim.noise import Ints
from sensors_sim.scenario import ORDINARY, Scenario
from sensors_sim.seasons import millis
from sensors_sim.sensors import Counter, Gauge, Installation, Wanted, everybody, install, read, watch
from sensors_sim.truth import at, entries
from sensors_sim.world import DAY, World, instant

EVERY_S: Final = 10  # seconds of a tick
LOT: Final = 2000  # messages

Key = tuple[int, str, str, native.Kind]  # row of the tick, site, device, kind: what goes into one message
Flow = tuple[int, int, int, str]  # period_s, in, out, line
Level = tuple[int, bool, str]  # value, presence, region
Sent = dict[tuple[str, str], int]  # messages of each device so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """People in each space just before a moment, and true visits of each site since the business day began."""

    people: dict[str, int]
    visits: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """The messages that devices send at `time` (milliseconds since 1970), and on each quarter hour the truth."""

    time: int
    messages: tuple[tuple[str, bytes], ...]  # topic, payload
    truth: Truth | None


def ticks(
    world: World, installation: Installation, start: datetime, end: datetime | None = None, every_s: int = EVERY_S
) -> Iterator[Tick]:
    """What is sent about the time from `start` (cut to a whole second) until `end` or for ever, tick by tick."""
    begin, stop = millis(start) // 1000 * 1000, millis(end) if end else None
    day, sent = world.business_day(instant(begin)), Sent()
    while stop is None or world.bounds(day)[0] < stop:
        until = world.bounds(day)[1] if stop is None else min(stop, world.bounds(day)[1])
        yield from _Day(world, installation, every_s, day, begin, until).ticks(sent)
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
    for tick in ticks(world, install(world.ground, seed, wanted), start, end, every_s):
        lot += [Message(topic=t, payload=p, received=instant(tick.time)) for t, p in tick.messages]
        if len(lot) >= LOT:
            yield lot
            lot = []
    if lot:
        yield lot


class _Day:
    """One business day of all devices, for somebody who listens after `begin` and until `stop`."""

    def __init__(
        self, world: World, installation: Installation, every_s: int, day: date, begin: int, stop: int
    ) -> None:
        start, end = world.bounds(day)
        self._ground, self._installation = world.ground, installation
        self._start, self._begin = start, max(begin, start)
        self._moves = world.day(day)
        inner = np.arange(start, end, every_s * 1000, dtype=np.int64)
        self._edges = np.append(inner, end)
        self._heard = (self._edges[1:] > self._begin) & (self._edges[1:] <= stop)  # ticks somebody listens to
        self._times = iso(self._edges[1:])

    def ticks(self, sent: Sent) -> Iterator[Tick]:
        """The ticks in which something is sent or the truth is told. `sent` goes on from day to day."""
        messages: dict[int, list[tuple[str, bytes]]] = {}
        items: dict[Key, list[Flow | Level]] = {}
        self._add_flows(items)
        self._add_levels(items)
        for key in sorted(items):
            messages.setdefault(key[0], []).append(self._message(key, items[key], sent))
        truths = self._truths()
        for row in sorted(messages.keys() | truths.keys()):
            told = tuple(messages.get(row, ()))
            yield Tick(time=int(self._edges[row + 1]), messages=told, truth=truths.get(row))

    def _message(self, key: Key, items: list[Flow | Level], sent: Sent) -> tuple[str, bytes]:
        row, site, device, kind = key
        seq = sent[site, device] = sent.get((site, device), -1) + 1
        texts = [self._text(self._times[row], item, seq) for item in items]
        return native.encode(site, device, kind, texts)

    @staticmethod
    def _text(time: str, item: Flow | Level, seq: int) -> str:
        if len(item) == 4:
            period_s, came, went, line = item
            return native.flow(time, period_s, came, went, line, seq)
        value, presence, region = item
        return native.level(time, value, presence=presence, region=region, seq=seq)

    def _add_flows(self, items: dict[Key, list[Flow | Level]]) -> None:
        seen = watch(self._installation, self._moves)
        counters = self._installation.counters
        counts = count(seen.only(seen.time >= self._begin), self._edges, len(counters))
        for n, counter in enumerate(counters):
            for row, item in self._flows(counter, counts[:, n]):
                items.setdefault((row, counter.site, counter.device, "flow"), []).append(item)

    def _flows(self, counter: Counter, counts: NDArray[np.int64]) -> Iterator[tuple[int, Flow]]:
        """When the counter reports what; `counts` are [tick, in/out]."""
        rows = self._due(np.asarray(counts.any(axis=1)), counter.interval_s)
        ends = self._edges[rows + 1]
        opened = np.append(self._begin, ends[:-1])
        columns = (rows, (ends - opened) // 1000, counts[rows, 0], counts[rows, 1])
        for row, period_s, came, went in zip(*(c.tolist() for c in columns), strict=True):
            yield row, (period_s, came, went, counter.line)

    def _add_levels(self, items: dict[Key, list[Flow | Level]]) -> None:
        moments = self._edges[1:]
        people = at(self._ground, self._moves, moments)
        for gauge in self._installation.gauges:
            values = read(gauge, moments, people[:, gauge.space])
            for row, item in self._levels(gauge, values):
                items.setdefault((row, gauge.site, gauge.device, "level"), []).append(item)

    def _levels(self, gauge: Gauge, values: Ints) -> Iterator[tuple[int, Level]]:
        changed = np.append(True, values[1:] != values[:-1])
        rows = self._due(changed, gauge.interval_s)
        for row, value in zip(rows.tolist(), values[rows].tolist(), strict=True):
            yield row, (value, gauge.presence, gauge.region)

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
            np.searchsorted(entries(self._ground, n, self._moves).time, moments).tolist() for n in range(len(sites))
        ]
        return {
            int(row): Truth(
                people=dict(zip(self._ground.spaces, people[n].tolist(), strict=True)),
                visits={site.id: visits[s][n] for s, site in enumerate(sites)},
            )
            for n, row in enumerate(rows)
        }
