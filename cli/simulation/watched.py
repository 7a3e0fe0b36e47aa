"""Simulated weeks of a site as its sensors report them, by quarter of an hour, and faults of one of them.

It is what the database would hold, made without the messages on the way: fast enough to try a fault many times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from besok.analytics.quality.sensor_series import STEP, SensorHistory, SensorLayout
from besok.model import calendar
from besok.model.arrays import Floats, Ints
from besok.model.calendar import days_from
from besok.model.site import Site, SiteFile
from besok.services.sensor_layout import Source, sensor_layout
from sensors_sim.scenario import ORDINARY, Scenario
from sensors_sim.sensors import Installation, by_period, detect, install, measure
from sensors_sim.times import millis, openings, within
from sensors_sim.truth import at
from sensors_sim.world import World

QUARTER_MS: Final = 900_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A site's sensor layout with fault-free series."""

    layout: SensorLayout
    seen: SensorHistory

    def column(self, device: str) -> int:
        """Return the first of the site's own counters that is a channel of the device."""
        return next(n for n, c in enumerate(self.layout.counters) if c.own and c.device == device)


def watched(
    sites: SiteFile, seed: int, first: date, days: int, scenario: Scenario = ORDINARY
) -> tuple[Watched, ...]:
    """Simulate some weeks of each site."""
    world = World(sites, seed, scenario)
    installation = install(world.ground, seed, characters=world.scenario.characters)
    last = first + timedelta(days=days - 1)
    moves = world.days(first, last)
    edges = np.arange(world.bounds(first)[0], world.bounds(last)[1] + 1, QUARTER_MS)
    counts = by_period(detect(installation, moves), edges, len(installation.counters)).astype(np.float64)
    people = at(world.ground, moves, edges[1:])
    shown = [measure(g, edges[1:], people[:, g.space]).astype(np.float64) for g in installation.gauges]
    grid = np.array(shown).T.reshape(len(edges) - 1, -1)
    sites_watched = []
    for site in sites.sites:
        layout, sources, _ = sensor_layout(site, sites.sites)
        columns, counters = _columns(sources, installation), len(layout.counters)
        seen = _history(site, counts[:, columns[:counters]], grid[:, columns[counters:]], edges)
        sites_watched.append(Watched(layout=layout, seen=seen))
    return tuple(sites_watched)


def _columns(sources: tuple[Source, ...], installation: Installation) -> list[int]:
    counters = {(f"{c.site}/{c.device}", f"flow:{c.line}"): n for n, c in enumerate(installation.counters)}
    gauges = {(f"{g.site}/{g.device}", f"level:{g.region}"): n for n, g in enumerate(installation.gauges)}
    return [(counters | gauges)[device, channel] for _, device, channel in sources]


def _history(site: Site, counts: Floats, shown: Floats, edges: Ints) -> SensorHistory:
    times = tuple(datetime.fromtimestamp(e / 1000, UTC) for e in edges[:-1].tolist())
    zone = ZoneInfo(site.timezone)
    local = [t.astimezone(zone) for t in times]
    dates = days_from(*(calendar.business_day(t, site) for t in (times[0], times[-1])))
    begins = [millis(calendar.day_bounds(day, site)[0]) for day in dates]
    stretches = [opening for day in dates for opening in openings(site, day)]
    covered = np.ones(counts.shape[:2])
    return SensorHistory(
        now=times[-1] + STEP,
        times=times,
        dates=tuple(dates),
        day=np.searchsorted(begins, edges[:-1], side="right") - 1,
        slot=np.array([t.hour * 4 + t.minute // 15 for t in local]),
        open=within(stretches, edges[:-1]),
        people_in=counts[:, :, 0],
        people_out=counts[:, :, 1],
        covered=covered,
        low=shown,
        high=shown,
        heard=last_heard(times, covered, shown),
        healthy=np.ones(covered.shape, bool),
    )


def with_flows(
    seen: SensorHistory, n: int, entries: Floats, exits: Floats, covered: Floats | None = None
) -> SensorHistory:
    """Replace the flows of counter `n`, which covers that share of each step."""
    both = seen.people_in.copy(), seen.people_out.copy()
    both[0][:, n], both[1][:, n] = entries, exits
    seconds = seen.covered.copy()
    if covered is not None:
        seconds[:, n] = covered
        for grid in both:
            grid[seconds[:, n] == 0, n] = np.nan
    last_seen = last_heard(seen.times, seconds, seen.high)
    return replace(seen, people_in=both[0], people_out=both[1], covered=seconds, heard=last_seen)


def thinned(
    seen: SensorHistory, n: int, share: NDArray[np.floating], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the flows of a counter that misses such a share of people, step by step."""
    entries, exits = (rng.binomial(f[:, n].astype(int), 1 - share) for f in (seen.people_in, seen.people_out))
    return entries.astype(np.float64), exits.astype(np.float64)


def silenced(seen: SensorHistory, n: int, begin: int) -> SensorHistory:
    """Return the series with a counter that is silent from a step on."""
    share = np.where(np.arange(len(seen)) >= begin, 0.0, 1.0)
    return with_flows(seen, n, seen.people_in[:, n], seen.people_out[:, n], share)


def swapped(seen: SensorHistory, n: int, begin: int) -> SensorHistory:
    """Return the series with a counter whose in and out are exchanged from a step on."""
    after = np.arange(len(seen)) >= begin
    entries, exits = seen.people_in[:, n], seen.people_out[:, n]
    return with_flows(seen, n, np.where(after, exits, entries), np.where(after, entries, exits))


def drifting(
    seen: SensorHistory, n: int, begin: int, size: float, steps: int, rng: np.random.Generator
) -> SensorHistory:
    """Return the series with a counter whose lens gets dirty: over so many steps it comes to miss a share."""
    share = size * np.clip((np.arange(len(seen)) - begin) / steps, 0, 1)
    return with_flows(seen, n, *thinned(seen, n, share, rng))


def cut(series: SensorHistory, steps: int) -> SensorHistory:
    """Return the first `steps` steps of a series."""
    now = series.times[steps - 1] + STEP
    days = int(series.day[steps - 1]) + 1
    columns = {
        name: getattr(series, name)[:steps]
        for name in ("day", "slot", "open", "people_in", "people_out", "covered", "low", "high", "healthy")
    }
    return SensorHistory(
        now=now,
        times=series.times[:steps],
        dates=series.dates[:days],
        heard=last_heard(series.times[:steps], columns["covered"], columns["high"]),
        **columns,
    )


def last_heard(times: Sequence[datetime], covered: Floats, high: Floats) -> tuple[datetime | None, ...]:
    """Return when each counter and gauge was last seen, by the steps in which it reported."""
    reported = np.hstack([np.nan_to_num(covered) > 0, ~np.isnan(high)])
    last = np.where(reported.any(axis=0), len(reported) - 1 - reported[::-1].argmax(axis=0), -1)
    return tuple(None if n < 0 else times[n] + STEP for n in last.tolist())
