"""Observations of a simulated world: its messages decoded like live ones, by the minute, with the truth.

The counting rules are those of the database (the query `minute_flows`), for full days after
all data has arrived, so that estimators can be judged without one. tests/store/test_score_counts.py compares the
figures of both.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np

from besok.model.arrays import Floats, Ints
from besok.model.building import Building
from besok.model.calendar import ALWAYS, day_bounds
from besok.model.decode_context import decode_context_of
from besok.model.readings import Message, Reading
from besok.model.site import Portal, Sensor, Site, SiteFile
from besok.store.occupancy import Flows, Layout, Levels
from collectors.pipeline import decode
from sensors_sim import stream, truth
from sensors_sim.placing import applied
from sensors_sim.scenario import Scenario
from sensors_sim.times import millis
from sensors_sim.world import World

MINUTE_MS = 60_000
DAY = timedelta(days=1)
LONGEST_GAP_MS = 7 * 86_400_000  # between two totals that are compared
PROMPT_MS = 30_000  # after the end of a minute: a message received by then is in time for its figure
NEAR_MS = 900_000  # between two totals of which a clock that was set back parts the later from the earlier

PREFERRED = (
    ("in_total", "out_total"),
    ("passages_total",),
    ("in", "out"),
    ("passages",),
)  # of metrics, the first

Channel = tuple[str, str, str]  # source, device, channel
ReceivedReading = tuple[
    Reading, int
]  # a reading, and when it was received, in milliseconds since the first step
Series = dict[
    str, dict[int, ReceivedReading]
]  # metric -> time in milliseconds since the first step -> reading
Segment = tuple[int, int, float, str, int]  # begins, ends, people, "in", "out" or "passages", received


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One site through some business days. Steps are minutes; figures are for their ends, like the truth."""

    site: Site
    plan: Layout
    names: tuple[str, ...]  # of the spaces
    dates: tuple[date, ...]
    days: tuple[slice, ...]
    flows: Flows
    levels: Levels
    people: Floats  # the truth, steps x spaces
    visits: tuple[int, ...]  # the truth, by day
    heard: Ints  # steps x portals: the step in which a count was received


def observe(
    site_file: SiteFile, first: date, days: int, seed: int, scenario: Scenario, every_s: int = stream.EVERY_S
) -> list[Observed]:
    """Observe each site of `site_file` (all sandboxes) under the scenario for so many business days.

    Counters report at most so many seconds after a passage.
    """
    sites = applied(site_file, scenario)
    world = World(site_file, seed, scenario)
    bounds = [day_bounds(first + n * DAY, sites.sites[0]) for n in range(days)]
    begin, end = bounds[0][0], bounds[-1][1]
    lots = stream.messages(site_file, begin, end, seed, every_s, scenario=scenario)
    series = _series(lots, sites, millis(begin))
    actual = truth.people(site_file, begin + timedelta(minutes=1), end, seed, 60, scenario)
    moves = world.days(first, first + (days - 1) * DAY)
    slices = tuple(
        slice((a - begin) // timedelta(minutes=1), (b - begin) // timedelta(minutes=1)) for a, b in bounds
    )
    observations = []
    for number, site in enumerate(sites.sites):
        plan, portals, sensors = _layout(site, sites)
        names = tuple(f"{site.id}/{space}" for space in site.space_ids)
        inside = [actual.spaces.index(name) for name in names]
        flows, heard = _flows(series, portals, slices)
        observations.append(
            Observed(
                site=site,
                plan=plan,
                names=names,
                dates=tuple(first + n * DAY for n in range(days)),
                days=slices,
                flows=flows,
                levels=_levels(series, sensors, slices[-1].stop),
                people=actual.people[:, inside].astype(np.float64),
                visits=_visits(truth.entries(world.ground, number, moves).time, bounds),
                heard=heard,
            )
        )
    return observations


def _visits(entered: Ints, bounds: Sequence[tuple[datetime, datetime]]) -> tuple[int, ...]:
    return tuple(int(((millis(a) <= entered) & (entered < millis(b))).sum()) for a, b in bounds)


def _series(lots: Iterable[Sequence[Message]], sites: SiteFile, begin: int) -> dict[Channel, Series]:
    """Return the readings as finally stored: the last with a key wins, and redeliveries count once."""
    context = decode_context_of([replace(site, sandbox=True) for site in sites.sites])
    series: dict[Channel, Series] = defaultdict(lambda: defaultdict(dict))
    seen: set[object] = set()
    for lot in lots:
        batch = decode(lot, context)
        marks = {o: (o.identity.scope, o.identity.mark, o.digest) for o in batch.origins if o.identity}
        repeats = {o for o, mark in marks.items() if mark in seen or seen.add(mark)}  # type: ignore[func-returns-value]
        for reading, received, origin in batch.readings:
            if origin not in repeats:
                key = (reading.source, reading.device, reading.channel)
                time = millis(reading.time or received) - begin
                series[key][reading.metric][time] = reading, millis(received) - begin
    return series


def _layout(site: Site, sites: SiteFile) -> tuple[Layout, list[list[tuple[Channel, bool]]], list[Channel]]:
    """Return the layout of the site, its channels by portal with `swapped`, and its channels by space."""
    index: dict[str, int | None] = {f"{site.id}/{name}": n for n, name in enumerate(site.space_ids)}
    doors: list[tuple[Portal, Site]] = []
    ends: list[tuple[int | None, int | None]] = []
    uncounted: list[tuple[int | None, int | None]] = []
    for owner in sites.sites:
        for portal in owner.portals:
            outer, inner = (index.get(owner.end_of_all(end)) for end in (portal.outer, portal.inner))
            if not portal.counted:
                uncounted.append((outer, inner))
            elif outer is not None or inner is not None:
                doors.append((portal, owner))
                ends.append((outer, inner))
    parents = [None, *(index[f"{site.id}/{space.parent or site.id}"] for space in site.spaces)]
    looking = [s for s in site.sensors if s.space and s.role == "primary"]
    plan = Layout(
        site_id=0,
        spaces=tuple(range(len(parents))),
        portals=tuple(range(len(doors))),
        building=Building.of(
            parents, ends, [site.capacity, *(space.capacity for space in site.spaces)], uncounted
        ),
        level_channels=tuple(range(len(looking))),
        level_space=tuple(index[f"{site.id}/{s.space}"] or 0 for s in looking),
        level_interval_s=tuple(s.interval_s for s in looking),
        sensed={n: [ALWAYS] for n in range(len(doors))},
    )
    counting = [[(_channel(o, s), s.swapped) for s in o.sensors if s.portal == p.id and s.role == "primary"]
                for p, o in doors]  # fmt: skip
    return plan, counting, [_channel(site, s) for s in looking]


def _channel(site: Site, sensor: Sensor) -> Channel:
    return sensor.source, site.external_id(sensor), sensor.channel_key


def _flows(
    series: dict[Channel, Series], portals: Sequence[Sequence[tuple[Channel, bool]]], days: Sequence[slice]
) -> tuple[Flows, Ints]:
    """Return the people through each portal by minute, NaN without data; and when its last data arrived."""
    shape = (days[-1].stop, len(portals))
    heard = np.repeat(np.arange(shape[0])[:, None], shape[1], axis=1)
    both = np.full(shape, np.nan), np.full(shape, np.nan)
    for column, channels in enumerate(portals):
        for channel, swapped in channels:
            for day in days:
                for segment in _segments(series.get(channel, {}), day):
                    _add(both, heard, column, segment, swapped, day)
    flows = Flows(people_in=np.maximum(both[0], 0), people_out=np.maximum(both[1], 0))  # NaN stays
    return flows, heard


def _segments(series: Series, day: slice) -> Iterator[Segment]:
    """Yield spans with the people who passed, of one channel on one day; totals take precedence over deltas."""
    first, last = day.start * MINUTE_MS, day.stop * MINUTE_MS + 3_600_000
    times_of_day = {metric: sorted(t for t in times if first <= t < last) for metric, times in series.items()}
    metrics = next(
        (present for group in PREFERRED if (present := [m for m in group if times_of_day.get(m)])), []
    )
    for metric in metrics:
        if metric.endswith("_total"):
            yield from _differences(metric, series[metric], first, last)
            continue
        for t in times_of_day[metric]:
            reading, received = series[metric][t]
            yield t - round(reading.period_s * 1000), t, reading.value, metric, received


def _differences(metric: str, times: dict[int, ReceivedReading], first: int, last: int) -> Iterator[Segment]:
    wraps = max(r.wraps for r, _ in times.values())
    for before, t in pairwise(sorted(times)):
        if first <= t < last and before >= first - LONGEST_GAP_MS:
            people = _people_between(times[before], times[t], wraps, t - before)
            if people is not None:
                yield before, t, people, metric.removesuffix("_total"), times[t][1]


def _people_between(
    earlier: ReceivedReading, later: ReceivedReading, wraps: int, apart_ms: int
) -> float | None:
    """Return how many passed between two readings of a total, None if unknown; by the rules of the database.

    Clocks that are off by days, or were never set, do not occur in a world that is judged.
    """
    (was, before), (now, received) = earlier, later
    if was.value / 2 < now.value < was.value and received < before:  # its clock was set back in between
        return now.value - was.value if apart_ms <= NEAR_MS else None
    return people_since(was.value, now.value, wraps, apart_ms / 1000)


def people_since(was: float, value: float, wraps: int, seconds: float) -> float:
    """Return how many passed between two readings of a total; the same rule as in the functions of the database."""
    if value >= was:
        return value - was
    turned = wraps - was + value
    if was < wraps and was >= wraps * 0.75 and value < wraps * 0.25 and turned <= max(100, 3 * seconds):
        return turned
    return 0.0 if value * 2 > was and value > 3 * seconds else value


def _add(
    both: tuple[Floats, Floats], received_step: Ints, column: int, segment: Segment, swapped: bool, day: slice
) -> None:
    """Distribute a segment over its minutes, in whole people; times are milliseconds since the first step."""
    begins, ends, people, direction, received = segment
    final = (ends - 1 if begins < ends else ends) // MINUTE_MS
    first = final if ends - begins <= MINUTE_MS else begins // MINUTE_MS
    low, high = max(first, day.start), min(final + 1, day.stop)
    if low >= high:
        return
    shares: float | Floats = people
    if first < final:
        edges = (np.arange(low, high + 1) * MINUTE_MS - begins) / (ends - begins)
        shares = np.diff(np.rint(people * np.clip(edges, 0, 1)))
    for number, flow in enumerate(("in", "out")):
        part = shares / 2 if direction == "passages" else shares if (direction == flow) != swapped else 0.0
        cells = both[number][low:high, column]
        cells[:] = np.where(np.isnan(cells), part, cells + part)
    late = (received - PROMPT_MS) // MINUTE_MS
    received_step[low:high, column] = np.maximum(received_step[low:high, column], late)


def _levels(series: dict[Channel, Series], channels: Sequence[Channel], steps: int) -> Levels:
    """Return the last count, presence and CO2 that each channel sent in a minute."""
    grids = {metric: np.full((steps, len(channels)), np.nan) for metric in ("people", "occupied", "co2_ppm")}
    for column, channel in enumerate(channels):
        for metric, grid in grids.items():
            for t, (reading, _) in sorted(series.get(channel, {}).get(metric, {}).items()):
                if 0 <= t // MINUTE_MS < steps:
                    grid[t // MINUTE_MS, column] = reading.value
    return Levels(
        people=grids["people"], peak=grids["people"], occupied=grids["occupied"], co2=grids["co2_ppm"]
    )
