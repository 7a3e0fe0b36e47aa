"""Detection of counters with exchanged directions.

People who enter by a door leave by it later: on each day the mean time of exits is later than the mean time of entries,
by about a stay. A counter with the opposite on all days is swapped. The certainty of one day is learnt from the
counter's own earlier days, so a door with weak evidence needs more of them.
"""

from collections.abc import Iterator

import numpy as np

from besok.analytics.quality.sensor_series import SensorHistory, SensorLayout
from besok.analytics.quality.site_layout import finding_of
from besok.analytics.robust import median, scatter
from besok.model.arrays import Bools, Floats
from besok.model.findings import Finding

LEAST_PEOPLE = 8.0  # each way, on a day that is used
MOST_A_DAY = 6.0  # of the logarithm of the odds: no day proves anything alone
BEFORE_DAYS, AFTER_DAYS = 7, 2
SURE = 11.5  # logarithm of the odds at which it is reported: 100,000 to 1, for some hundred chances a month to be wrong
FROM_START_T, FROM_START_DAYS = 5.0, 5
HOUR_STEPS = 4


def stays(series: SensorHistory, bad: Bools) -> Floats:
    """Return the mean hour of exits less that of entries, days x counters; NaN where a day has too little data."""
    clock = ((np.arange(len(series)) - series.begins[series.day]) / HOUR_STEPS)[:, None]
    entries, exits = (np.nan_to_num(f) for f in (series.people_in, series.people_out))
    n_in, n_out = series.by_day(entries), series.by_day(exits)
    with np.errstate(invalid="ignore", divide="ignore"):
        hours = series.by_day(clock * exits) / n_out - series.by_day(clock * entries) / n_in
    enough = np.minimum(n_in, n_out) >= LEAST_PEOPLE
    return np.where(series.complete(bad) & enough, hours, np.nan)


def swapped(layout: SensorLayout, series: SensorHistory, bad: Bools) -> Iterator[Finding]:
    """Find counters whose directions are exchanged now, and since when."""
    all_hours = stays(series, bad)
    healthy = series.healthy_days()
    for n, counter in enumerate(layout.counters):
        if not counter.own:
            continue
        known = np.flatnonzero(~np.isnan(all_hours[:, n]))
        hours = all_hours[known, n]
        case = _since(hours, healthy[known, n]) if len(known) else None
        if case:
            first, odds = case
            since = series.times[series.begins[known[first]]]
            numbers = {"hours": -median(hours[first:]), "days": float(len(known) - first)}
            if first:
                numbers["before"] = median(hours[:first])
            yield finding_of(layout, counter, "swapped", since, numbers, odds)


def _since(hours: Floats, healthy: Bools) -> tuple[int, float] | None:
    """From which of the days on the counter is swapped, and the logarithm of the odds; None if it is not."""
    days = len(hours)
    best: tuple[int, float] | None = None
    for first in range(BEFORE_DAYS, days - AFTER_DAYS + 1):
        before = hours[:first][healthy[:first]]
        if len(before) < BEFORE_DAYS:
            continue
        usual, spread = _usual(before)
        if usual < 3 * spread / len(before) ** 0.5:
            continue
        odds = float(np.clip(-2 * usual * hours[first:] / spread**2, -MOST_A_DAY, MOST_A_DAY).sum())
        turned = median(hours[first:]) < -0.3 * usual and (hours[-2:] < 0).all()
        if turned and odds > SURE and (best is None or odds > best[1]):
            best = first, odds
    return best or _always(hours)


def _always(hours: Floats) -> tuple[int, float] | None:
    """Return day 0 and the log odds if the counter has been swapped on all known days."""
    if len(hours) < FROM_START_DAYS:
        return None
    usual, spread = _usual(hours)
    t = -usual / (spread / len(hours) ** 0.5)
    if t < FROM_START_T or (hours[-2:] > 0).any():
        return None
    return 0, t * t / 2


def _usual(hours: Floats) -> tuple[float, float]:
    """Return the median and a robust standard deviation, no less than a fifth of it."""
    usual = median(hours)
    return usual, max(scatter(hours, usual), 0.2 * abs(usual), 0.05)
