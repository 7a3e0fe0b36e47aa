"""Counters that count a smaller share of the people passing than before: a dirty lens, an object in front of it.

The count of a door on a day varies with the counts of all doors of the site. The logarithm of its count, less its usual
one for such a weekday, less the median of the same of the other doors, is the deviation of the door alone. A step or
slope downwards in it, well beyond its usual scatter, is reported; a rise is not, since sensors miss people but do not
invent a share of them.
"""

from collections.abc import Iterator
from math import exp

import numpy as np

from besok.analytics.quality.sensor_series import SensorHistory, SensorLayout
from besok.analytics.quality.site_layout import finding_of
from besok.analytics.robust import median, scatter
from besok.model.arrays import Bools, Floats
from besok.model.findings import Finding

LEAST_A_DAY = 15.0  # people on the counter's median day
AFTER_DAYS, BEFORE_DAYS = 5, 8
LEAST_DROP = 0.25  # of its earlier counts
SURE_Z = 6.0
LEAST_SPREAD = 0.05
TOGETHER = 2.0  # days near each other are correlated: so many of them count as one
SAME_WEEKDAY = 3  # days of a kind, fewest for its usual count


def fading(layout: SensorLayout, series: SensorHistory, bad: Bools) -> Iterator[Finding]:
    """Find counters whose share of the site's passages has fallen and stays low."""
    alone = _alone(series, bad)
    healthy = series.healthy_days()
    for n, counter in enumerate(layout.counters):
        if not counter.own:
            continue
        known = np.flatnonzero(~np.isnan(alone[:, n]))
        fall = _fall(alone[known, n], healthy[known, n])
        if fall:
            first, share, spread, z = fall
            since = series.times[int(np.searchsorted(series.day, known[first]))]
            numbers = {
                "share": share,
                "lower": share * exp(-1.96 * spread),
                "upper": share * exp(1.96 * spread),
                "days": float(len(known) - first),
            }
            yield finding_of(layout, counter, "fading", since, numbers, z * z / 2)


def _alone(series: SensorHistory, bad: Bools) -> Floats:
    """Return days x counters: the logarithm of each count, less its usual one and the other counters' deviation."""
    good = series.complete(bad)
    counted = series.by_day(series.passed)
    busy = np.array(
        [np.median(c[g]) if g.sum() >= BEFORE_DAYS else 0.0 for c, g in zip(counted.T, good.T, strict=True)]
    )
    logs = np.where(good & (busy >= LEAST_A_DAY) & _open_days(series)[:, None], np.log(counted + 1), np.nan)
    logs -= _usual(series, logs)
    weights = np.sqrt(busy)
    for day in range(len(logs)):
        logs[day] -= _others(logs[day], weights)
    return logs


def _open_days(series: SensorHistory) -> Bools:
    """Return the days on which the site was open at all."""
    return np.asarray(np.bincount(series.day[series.open], minlength=len(series.dates)) > 0, bool)


def _usual(series: SensorHistory, logs: Floats) -> Floats:
    """Return the median of the same kind of day (workday, Saturday, Sunday), of all days where the kind has few."""
    kinds = np.array([max(d.weekday() - 4, 0) for d in series.dates])
    usual = np.zeros_like(logs)
    for n in range(logs.shape[1]):
        known = ~np.isnan(logs[:, n])
        for kind in range(3):
            same = known & (kinds == kind)
            basis = same if same.sum() >= SAME_WEEKDAY else known
            usual[kinds == kind, n] = median(logs[basis, n]) if basis.any() else 0.0
    return usual


def _others(values: Floats, weights: Floats) -> Floats:
    """Return for each value the weighted median of the others; NaN without any."""
    result = np.full(len(values), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known])]
    for n in known:
        others = order[order != n]
        if len(others):
            cumulative = np.cumsum(weights[others])
            result[n] = values[others[int(np.searchsorted(cumulative, cumulative[-1] / 2))]]
    return result


def _fall(values: Floats, healthy: Bools) -> tuple[int, float, float, float] | None:
    """Return from which day on the values are lower, the share, its error and z score; None if they are not."""
    best: tuple[int, float, float, float] | None = None
    for first in range(BEFORE_DAYS, len(values) - AFTER_DAYS + 1):
        before, after = values[:first][healthy[:first]], values[first:]
        if len(before) < BEFORE_DAYS:
            continue
        usual, lower = median(before), median(after)
        spread = max(scatter(before, usual), LEAST_SPREAD)
        error = spread * (TOGETHER * (1 / len(before) + 1 / len(after))) ** 0.5
        z = (usual - lower) / error
        fallen = usual - lower > -np.log(1 - LEAST_DROP)
        still_low = (values[-2:] < usual - 0.5 * (usual - lower)).all()
        distinct = np.mean(after < usual - spread) >= 0.75
        if fallen and still_low and distinct and z >= SURE_Z and (best is None or z > best[3]):
            best = first, exp(lower - usual), error, z
    return best
