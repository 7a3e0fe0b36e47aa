"""Sensors that have stopped sending, and sensors with frequent interruptions."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from besok.analytics.quality.sensor_series import (
    WORKED,
    CounterChannel,
    LevelChannel,
    SensorHistory,
    SensorLayout,
)
from besok.analytics.quality.site_layout import finding_of
from besok.analytics.runs import runs
from besok.model.arrays import Bools
from besok.model.findings import Finding

SILENT_AFTER = timedelta(hours=1)
SILENT_INTERVALS = 10  # or so many of its intervals between messages
FLAPPING_STEPS = 7 * 96
FLAPPING_RECENT = 2 * 96
INTERRUPTIONS = 6  # in those seven days
LOSSY_STEPS = 40  # in which a counter worked only in part, though it sent


def silent(layout: SensorLayout, series: SensorHistory) -> Iterator[Finding]:
    """Find sensors without data for an hour (or ten of their intervals); if all are, only the site."""
    sensors: list[CounterChannel | LevelChannel] = [*layout.counters, *layout.gauges]
    awaited = [
        (sensor, last_seen, _silence(sensor, last_seen, series.now))
        for n, (sensor, last_seen) in enumerate(zip(sensors, series.heard, strict=True))
        if n not in series.out_of_use
    ]
    latest = max((h for h in series.heard if h), default=None)
    if len(awaited) > 1 and all(is_quiet for *_, is_quiet in awaited) and latest:
        yield Finding(kind="silent", since=latest, evidence={"sensors": len(awaited)})
        return
    for sensor, last_seen, is_quiet in awaited:
        if is_quiet and not (isinstance(sensor, CounterChannel) and not sensor.own):
            never = {"never": 1.0} if last_seen is None else {}
            yield finding_of(layout, sensor, "silent", last_seen or series.times[0], never)


def _silence(sensor: CounterChannel | LevelChannel, last_seen: datetime | None, now: datetime) -> bool:
    patience = max(SILENT_AFTER, SILENT_INTERVALS * timedelta(seconds=sensor.interval_s))
    return last_seen is None or now - last_seen > patience


def flapping(layout: SensorLayout, series: SensorHistory) -> Iterator[Finding]:
    """Find counters with repeated interruptions in the last week and lately, while others were sending."""
    recent = slice(max(len(series) - FLAPPING_STEPS, 0), None)
    share = np.nan_to_num(series.covered[recent])
    away = share < WORKED
    common = (
        away[:, series.tells].mean(axis=1) > 0.5 if series.tells.sum() > 1 else np.zeros(len(share), bool)
    )
    for n, counter in enumerate(layout.counters):
        if not (counter.own and series.tells[n]):
            continue
        gaps = _gaps(away[:, n] & ~common)
        partly = (share[:, n] > 0.02) & (share[:, n] < 0.8) & ~common
        late = [g for g in gaps if g[1] > len(share) - FLAPPING_RECENT]
        lossy = partly.sum() >= LOSSY_STEPS and partly[-FLAPPING_RECENT:].any()
        if (len(gaps) >= INTERRUPTIONS and len(late) > 1) or lossy:
            first = gaps[0][0] if len(gaps) >= INTERRUPTIONS else int(np.flatnonzero(partly)[0])
            hours = float((1 - share[:, n])[~common].sum() / 4)
            numbers = {"times": float(max(len(gaps), 1)), "hours": hours}
            yield finding_of(layout, counter, "flapping", series.times[recent][first], numbers)


def _gaps(away: Bools) -> list[tuple[int, int]]:
    """Return the intervals in which a sensor was away, between times with data."""
    return [(begin, end) for begin, end in runs(away) if begin > 0 and end < len(away)]
