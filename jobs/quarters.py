"""Figures by quarter of an hour: averaged from minutes, or estimated from stored quarters."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from besok.analytics.occupancy import DayObservations, SiteParameters, smoothed_days
from besok.model.arrays import Bools, Floats
from besok.model.occupancy import BASES, Estimate
from besok.store.occupancy import Codes, Layout, Quarters
from jobs.bounds import bounded

MINUTES = 15
GROUP = 2.0  # people who pass together count as one
UNEVEN = (
    0.03  # of those who pass in a quarter: how far the middle of their moments is from that of the quarter
)
Z_80 = 1.2816  # standard deviations to either side of an 80 % interval
_DOORS = BASES.index("doors")


def of_minutes(figures: Estimate, first: int) -> Quarters:
    """Average minute figures from step `first` on (where a quarter begins) by quarter of an hour; peaks are kept."""
    minutes = figures[first:]
    there = ~np.isnan(minutes.people)
    columns = (minutes.people, minutes.lower, minutes.upper, minutes.raw)
    people, lower, upper, raw = (_by_quarter(np.where(there, column, np.nan)) for column in columns)
    top = np.where(np.isnan(people), -np.inf, people).argmax(axis=1)[:, None]
    peaks = (np.take_along_axis(column, top, axis=1)[:, 0] for column in (people, lower, upper))
    means = (_mean(column) for column in (people, lower, upper, raw))
    codes = (_commonest(_by_quarter(np.where(there, code, 0))) for code in (minutes.basis, minutes.reason))
    return _quarters(*means, *peaks, *codes)


def of_days(
    plan: Layout, days: Sequence[tuple[DayObservations, Bools, Floats, SiteParameters]]
) -> list[Quarters]:
    """Estimate business days that are over from their quarters, of which all days have as many.

    Counted at doors the figure is the mean of both ends of the quarter, less sure than they are, and the peak the
    higher of them. A sensor inside tells the mean itself, and `highest` (steps x spaces) is what it counted at most;
    its uncertainty is the figure's.
    """
    ends = smoothed_days(plan.building, [(seen, learnt) for seen, *_, learnt in days])
    rest = zip(ends, days, strict=True)
    return [_of_day(plan, end, seen, shown, highest) for end, (seen, shown, highest, _) in rest]


def _of_day(plan: Layout, end: Estimate, seen: DayObservations, shown: Bools, highest: Floats) -> Quarters:
    end = bounded(plan.building, end)
    known = shown[:, None] & ~np.isnan(end.people)
    ends = [np.where(known, column, np.nan) for column in (end.people, end.lower, end.upper, end.raw)]
    by_doors = end.basis == _DOORS
    starts = [np.where(by_doors, _starts(column, ends[3]), column) for column in ends]
    means = [(start + column) / 2 for start, column in zip(starts, ends, strict=True)]
    other = Z_80 * np.where(by_doors, _between(plan, seen), 0)
    means[1] = np.maximum(means[0] - np.hypot(means[0] - means[1], other), 0)
    means[2] = means[0] + np.hypot(means[2] - means[0], other)
    higher = starts[0] > ends[0]
    peak, lower, upper = (
        np.where(higher, start, column) for start, column in zip(starts[:3], ends[:3], strict=True)
    )
    seen_more = np.where(~by_doors & (highest > peak), highest - peak, 0)
    codes = (np.where(known, code, 0).astype(np.int8) for code in (end.basis, end.reason))
    return _quarters(*means, *(column + seen_more for column in (peak, lower, upper)), *codes)


def _between(plan: Layout, seen: DayObservations) -> Floats:
    """Return how far from the mean of a quarter's ends the mean over it may be: a standard deviation, in people.

    Nobody knows when in the quarter people passed. Of moments spread evenly the mean has the variance 1/12, people pass
    in groups, and where a door opens or closes they all come early or late.
    """
    passed = np.nan_to_num(seen.people_in + seen.people_out) @ np.abs(plan.building.doors.T)
    return np.sqrt(GROUP * passed / 12 + (UNEVEN * passed) ** 2)


def _starts(ends: Floats, raw: Floats) -> Floats:
    """Return the people when each quarter began: those at the end of the one before; before the first, counted back."""
    before = np.vstack([np.full((1, ends.shape[1]), np.nan), ends[:-1]])
    first = np.where(np.isnan(raw), ends, np.maximum(ends - raw, 0))
    return np.where(np.isnan(before), first, before)


def _quarters(*columns: NDArray[np.generic]) -> Quarters:
    names = ("people", "lower", "upper", "raw", "peak", "peak_lower", "peak_upper", "basis", "reason")
    return Quarters(**dict(zip(names, columns, strict=True)))  # type: ignore[arg-type]


def _by_quarter(minutes: Floats) -> Floats:
    """Minutes x spaces as quarters x 15 x spaces; the last quarter is filled up with NaN."""
    missing = -len(minutes) % MINUTES
    filled = np.vstack([minutes, np.full((missing, minutes.shape[1]), np.nan)])
    return filled.reshape(-1, MINUTES, minutes.shape[1])


def _mean(values: Floats) -> Floats:
    """Return the mean over the minutes of each quarter that are known; NaN where none is."""
    count = (~np.isnan(values)).sum(axis=1)
    return np.where(count > 0, np.nansum(values, axis=1) / np.maximum(count, 1), np.nan)


def _commonest(codes: Floats) -> Codes:
    """Return the code other than 0 that holds in most minutes of each quarter; 0 if there is none, the lower of two
    equals.
    """
    most = int(np.nanmax(codes, initial=0))
    counts = np.stack([np.zeros(codes.shape[::2]), *((codes == n).sum(axis=1) for n in range(1, most + 1))])
    return np.asarray(counts.argmax(axis=0), np.int8)
