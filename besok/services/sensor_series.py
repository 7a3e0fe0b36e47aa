"""Series of a site's sensors in the last weeks, arranged for the checks of sensor quality."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from besok.analytics.quality.impute import Filled
from besok.analytics.quality.sensor_series import (
    STEP,
    CounterChannel,
    LevelChannel,
    SensorHistory,
    SensorLayout,
)
from besok.model import calendar
from besok.model.arrays import Bools, Floats, Ints
from besok.model.findings import Finding
from besok.model.site import Site
from besok.services.sensor_layout import sensor_layout
from besok.store import quality
from besok.store.database import Connection

DAYS: Final = 42  # business days that are checked


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorSeries:
    """Series of a site's sensors, with the channel of each counter, then of each gauge (None: never registered)."""

    layout: SensorLayout
    history: SensorHistory
    channels: tuple[int | None, ...]
    swapped: tuple[bool, ...]  # of the counters
    spread: Floats  # of the people of each step and counter, those spread over a gap between two totals

    def channel(self, finding: Finding) -> int | None:
        """Return the channel of a finding; None for the whole site."""
        sensors: list[CounterChannel | LevelChannel] = [*self.layout.counters, *self.layout.gauges]
        pairs = zip(sensors, self.channels, strict=True)
        return next((c for s, c in pairs if (s.device, s.channel) == (finding.device, finding.channel)), None)

    @property
    def own_channels(self) -> list[int]:
        """The channels of the site's own counters."""
        counters = zip(self.channels, self.layout.counters, strict=False)
        return [c for c, counter in counters if c is not None and counter.own]

    def imputed_rows(
        self, filled: Sequence[Filled], since: datetime
    ) -> Iterator[tuple[int, datetime, float, float, float, float]]:
        """Return estimates for the site's own counters as rows, in the channels' own directions."""
        for f in filled:
            channel = self.channels[f.counter]
            if channel is None or not self.layout.counters[f.counter].own:
                continue
            people_in, people_out = f.people_in.tolist(), f.people_out.tolist()
            both = (people_out, people_in) if self.swapped[f.counter] else (people_in, people_out)
            for step, *people, spread, covered in zip(
                f.steps.tolist(), *both, f.spread.tolist(), f.covered.tolist(), strict=True
            ):
                if self.history.times[step] >= since:
                    yield channel, self.history.times[step], *people, spread, covered * STEP.seconds


def sensor_series(
    conn: Connection, site: Site, sites: Sequence[Site], now: datetime, days: int = DAYS
) -> SensorSeries:
    """Read the last business days of a site, for the sensors placed there now."""
    built, sources, swapped = sensor_layout(site, sites)
    known = {(r.source, r.device, r.channel): r for r in quality.channels(conn)}
    rows = [known.get(source) for source in sources]
    dates, times, day = _steps(site, now, days)
    channels = tuple(r.channel_id if r else None for r in rows)
    counters, gauges = channels[: len(built.counters)], channels[len(built.counters) :]
    flows = _grids(conn, "quality_flows", counters, times, 4)
    levels = _grids(conn, "quality_levels", gauges, times, 2)
    exchanged = np.array(swapped, bool)
    zone = ZoneInfo(site.timezone)
    local = [t.astimezone(zone) for t in times]
    history = SensorHistory(
        now=now,
        times=times,
        dates=dates,
        day=day,
        slot=np.array([t.hour * 4 + t.minute // 15 for t in local]),
        open=_open(site, dates, times),
        people_in=np.where(exchanged, flows[1], flows[0]),
        people_out=np.where(exchanged, flows[0], flows[1]),
        covered=np.nan_to_num(flows[2]) / STEP.seconds,
        low=levels[0],
        high=levels[1],
        heard=tuple(r.heard if r else None for r in rows),
        healthy=_healthy(conn, counters, times, now),
        out_of_use=frozenset(n for n, r in enumerate(rows) if r is None),
    )
    return SensorSeries(
        layout=built, history=history, channels=channels, swapped=swapped, spread=np.nan_to_num(flows[3])
    )


def _steps(site: Site, now: datetime, days: int) -> tuple[tuple[date, ...], tuple[datetime, ...], Ints]:
    """Return the business days, the quarters that are over (at least one), and the day index of each."""
    today = calendar.business_day(now, site)
    dates = [today - timedelta(days=n) for n in reversed(range(days))]
    times: list[datetime] = []
    day: list[int] = []
    for number, d in enumerate(dates):
        start, end = calendar.day_bounds(d, site)
        count = (min(end, now) - start) // STEP
        times += [start + n * STEP for n in range(count)]
        day += [number] * count
    return tuple(dates[: day[-1] + 1]), tuple(t.astimezone(UTC) for t in times), np.array(day)


def _open(site: Site, dates: Sequence[date], times: Sequence[datetime]) -> Bools:
    spans = [span for d in dates for span in calendar.open_intervals(d, site)]
    seconds = np.array([t.timestamp() for t in times])
    is_open = np.zeros(len(times), bool)
    for start, until in spans:
        first, last = np.searchsorted(seconds, [start.timestamp() - STEP.seconds + 1, until.timestamp()])
        is_open[first:last] = True
    return is_open


def _grids(
    conn: Connection, query: str, channels: Sequence[int | None], times: Sequence[datetime], number: int
) -> Floats:
    """Return values x steps x channels; NaN where nothing was reported."""
    grids = np.full((number, len(times), len(channels)), np.nan)
    ids = [c for c in channels if c is not None]
    for channel_id, steps, *values in quality.series(conn, query, ids, times[0], times[-1] + STEP):
        for column in (n for n, c in enumerate(channels) if c == channel_id):
            grids[:, np.array(steps), column] = np.array(values, float)
    return grids


def _healthy(
    conn: Connection, channels: Sequence[int | None], times: Sequence[datetime], now: datetime
) -> Bools:
    healthy = np.ones((len(times), len(channels)), bool)
    ids = [c for c in channels if c is not None]
    for channel_id, since, until in quality.faulty_spans(conn, ids, times[0], now):
        first, last = ((moment - times[0]) // STEP for moment in (since, until))
        for column in (n for n, c in enumerate(channels) if c == channel_id):
            healthy[max(first, 0) : max(last + 1, 0), column] = False
    return healthy
