"""Detection of counters that take in for out.

Who passes a door inwards passes it outwards later: on each day the mean time of those who left lies after the mean time
of those who came, by about a stay. A counter whose days all say the opposite is swapped. How surely one day tells is
learnt from the counter's own days before, so a door that tells little needs more of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from besok.analytics.quality.sensor_series import SensorHistory, SensorLayout
from besok.analytics.quality.site_layout import finding_of
from besok.analytics.robust import median, scatter
from besok.model.arrays import Bools, Floats
from besok.model.findings import Finding

LEAST_PEOPLE = 8.0  # each way, on a day that tells anything
MOST_A_DAY = 6.0  # of the logarithm of the odds: no day proves anything alone
BEFORE_DAYS, AFTER_DAYS = 7, 2
SURE = 11.5  # logarithm of the odds at which it is said: 100,000 to 1, for some hundred chances a month to be wrong
FROM_START_T, FROM_START_DAYS = 5.0, 5
HOUR_STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stays:
    """Days x counters: how much later people leave than come, in hours, NaN where a day tells nothing."""

    hours: Floats
    people: Floats  # the fewer of the two directions


def stays(series: SensorHistory, bad: Bools) -> _Stays:
    """Return the mean time of leaving less the mean time of coming, for each day and counter."""
    clock = ((np.arange(len(series)) - series.begins[series.day]) / HOUR_STEPS)[:, None]
    came, went = (np.nan_to_num(f) for f in (series.people_in, series.people_out))
    n_in, n_out = series.by_day(came), series.by_day(went)
    with np.errstate(invalid="ignore", divide="ignore"):
        hours = series.by_day(clock * went) / n_out - series.by_day(clock * came) / n_in
    people = np.minimum(n_in, n_out)
    tells = series.complete() & (people >= LEAST_PEOPLE) & (series.by_day(bad.astype(np.float64)) == 0)
    return _Stays(hours=np.where(tells, hours, np.nan), people=people)


def swapped(layout: SensorLayout, series: SensorHistory, bad: Bools) -> Iterator[Finding]:
    """Counters whose directions are exchanged, now and since when."""
    found = stays(series, bad)
    healthy = series.healthy_days()
    for n, counter in enumerate(layout.counters):
        if not counter.own:
            continue
        known = np.flatnonzero(~np.isnan(found.hours[:, n]))
        case = _since(found.hours[known, n], healthy[known, n]) if len(known) else None
        if case:
            first, odds = case
            day = known[first]
            since = series.times[series.begins[day]]
            hours = median(found.hours[known[first:], n])
            numbers = {"hours": -hours, "days": float(len(known) - first)}
            if first:
                numbers["before"] = median(found.hours[known[:first], n])
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
    """Return day 0 and the log odds if the counter has been swapped all the time that is known."""
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
