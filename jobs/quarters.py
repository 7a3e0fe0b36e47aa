"""Figures by quarter of an hour: averaged from minutes, or estimated from what is kept by quarter."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.analytics.occupancy import NOTHING, Bools, Estimate, Floats, Learnt, by_space, smoothed
from jobs.seen import Hours, by_quarter
from store.occupancy import Codes, Flows, Layout, Levels, Quarters

MINUTES = 15


def of_minutes(figures: Estimate, shown: Bools, first: int) -> Quarters:
    """Minute figures from step `first` on (where a quarter begins), averaged by quarter of an hour; peaks are kept."""
    there = shown[first:, None] & ~np.isnan(figures.people[first:])
    minutes = figures[first:]
    columns = (minutes.people, minutes.lower, minutes.upper, minutes.raw)
    people, lower, upper, raw = (_by_quarter(np.where(there, column, np.nan)) for column in columns)
    top = np.where(np.isnan(people), -np.inf, people).argmax(axis=1)[:, None]
    peaks = (np.take_along_axis(column, top, axis=1)[:, 0] for column in (people, lower, upper))
    means = (_mean(column) for column in (people, lower, upper, raw))
    codes = (_commonest(_by_quarter(np.where(there, code, 0))) for code in (minutes.basis, minutes.reason))
    return _quarters(*means, *peaks, *codes)


def of_day(
    plan: Layout, flows: Flows, levels: Levels, hours: Hours | None = None, learnt: Learnt = NOTHING
) -> Quarters:
    """One business day that is over, from its 15-minute flows.

    The figure is the mean of the quarter (an even flow's middle), the peak the higher of its ends, or what a camera
    saw at most.
    """
    day, known_steps = by_quarter(plan, flows, levels, hours)
    highest = by_space(levels.peak, plan.level_space, len(plan.spaces), add=True)
    mean = smoothed(plan.building, day, learnt, within=0.5)
    end = smoothed(plan.building, replace(day, people=highest, occupied=np.ceil(day.occupied)), learnt)
    people, lower, upper = _highest(mean, end)
    shown = known_steps[:, None] & ~np.isnan(mean.people)
    columns = (mean.people, mean.lower, mean.upper, mean.raw, people, lower, upper)
    codes = (np.where(shown, code, 0).astype(np.int8) for code in (mean.basis, mean.reason))
    return _quarters(*(np.where(shown, column, np.nan) for column in columns), *codes)


def _highest(mean: Estimate, end: Estimate) -> tuple[Floats, Floats, Floats]:
    """The highest of a quarter's middle and both its ends, with its interval."""
    nothing = np.full((1, mean.people.shape[1]), np.nan)
    three = [
        np.stack([column, ends, np.vstack([nothing, ends[:-1]])])
        for column, ends in ((mean.people, end.people), (mean.lower, end.lower), (mean.upper, end.upper))
    ]
    top = np.where(np.isnan(three[0]), -np.inf, three[0]).argmax(axis=0)[None]
    people, lower, upper = (np.take_along_axis(column, top, axis=0)[0] for column in three)
    return people, lower, upper


def _quarters(*columns: NDArray[np.generic]) -> Quarters:
    names = ("people", "lower", "upper", "raw", "peak", "peak_lower", "peak_upper", "basis", "reason")
    return Quarters(**dict(zip(names, columns, strict=True)))  # type: ignore[arg-type]


def _by_quarter(minutes: Floats) -> Floats:
    """Minutes x spaces as quarters x 15 x spaces; the last quarter is filled up with NaN."""
    missing = -len(minutes) % MINUTES
    filled = np.vstack([minutes, np.full((missing, minutes.shape[1]), np.nan)])
    return filled.reshape(-1, MINUTES, minutes.shape[1])


def _mean(values: Floats) -> Floats:
    """The mean over the minutes of each quarter that are known; NaN where none is."""
    count = (~np.isnan(values)).sum(axis=1)
    return np.where(count > 0, np.nansum(values, axis=1) / np.maximum(count, 1), np.nan)


def _commonest(codes: Floats) -> Codes:
    """The code other than 0 that holds in most minutes of each quarter; 0 if there is none, the lower of two equals."""
    most = int(np.nanmax(codes, initial=0))
    counts = np.stack([np.zeros(codes.shape[::2]), *((codes == n).sum(axis=1) for n in range(1, most + 1))])
    return np.asarray(counts.argmax(axis=0), np.int8)
