"""The odds of reaching a target, and when it becomes likely.

The target: the visits of the 365 days up to and with a day are at least `goal`, the factor times a year's worth
of baseline visits. Days of those 365 in the past count as observed. An unobserved past day is as uncertain as a
coming day: in each path it counts as the comparable day a year later. (Beyond the paths, as the mean of the observed
days.)
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from besok.analytics.forecast.history import DAY, ROWS_A_YEAR, History, later
from besok.analytics.forecast.paths import Paths, spread
from besok.model.arrays import Floats

# Rows to the comparable one: the same weekday
SAME_ROW: Final[Mapping[str, int]] = {**ROWS_A_YEAR, "D": 364}


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """The probability (0-1) that the 365 days up to a day reach a goal, with their expected visits."""

    probability: float
    mean: float
    low80: float
    high80: float


def last_year(past: History) -> float | None:
    """Return the mean of the observed rows of the last year, times its length; None if none was observed."""
    rows = ROWS_A_YEAR[past.step]
    seen = past.visits[-rows:]
    seen = seen[np.isfinite(seen)]
    return float(seen.mean()) * rows if seen.size else None


def _past(past: History, paths: Paths) -> Floats:
    """Return the last year before the forecast, rows x paths; NaN without any data."""
    rows, lag = ROWS_A_YEAR[past.step], SAME_ROW[past.step]
    last = np.full(rows, np.nan)
    seen = past.visits[-rows:]
    if len(seen):
        last[-len(seen) :] = seen
    holes = np.flatnonzero(~np.isfinite(last))
    filled = np.repeat(last[:, None], paths.visits.shape[1], axis=1)
    if len(holes) == rows:
        return filled
    filled[holes] = last[np.isfinite(last)].mean()
    later_on = np.maximum(holes + lag - rows, 0)
    within = later_on < len(paths.days)
    filled[holes[within]] = paths.visits[later_on[within]]
    return filled


def running_years(paths: Paths, past: History) -> Paths:
    """Return the visits of the 365 days up to each day of the paths, or the 12 months up to each month.

    Those of the first year include past days; if none of those was observed they are NaN. With gaps in the past the
    paths should cover a year.
    """
    before = _past(past, paths)
    year = len(before)
    sums = np.cumsum(np.concatenate([np.nan_to_num(before), paths.visits]), axis=0)
    running: Floats = sums[year:] - sums[:-year]
    if np.isnan(before).any():  # no past at all: only whole years of the future are known
        running[: year - 1] = np.nan
    return replace(paths, visits=running)


def odds(running: Paths, goal: float, deadline: date) -> Odds | None:
    """Return the odds of the running years at `deadline`, in months at the end of the last month before it or with it.

    None if it is not within the paths, or if a part of its year is unknown.
    """
    row = _row(running, deadline)
    sums = running.visits[row] if row is not None else np.array([np.nan])
    if np.isnan(sums).any():
        return None
    mean, low80, high80 = spread(sums)[:3].tolist()
    # Never quite 0 or 1, which a finite number of paths cannot show
    probability = float(((sums >= goal).sum() + 0.5) / (sums.size + 1))
    return Odds(probability=probability, mean=mean, low80=low80, high80=high80)


def _row(paths: Paths, deadline: date) -> int | None:
    """Return the last row that ends by the deadline; None where the paths do not reach it."""
    ends = [later(day, 1, paths.step) - DAY for day in paths.days]
    within = [n for n, end in enumerate(ends) if end <= deadline]
    return within[-1] if within and deadline < later(paths.days[-1], 2, paths.step) - DAY else None


def likely_from(running: Paths, goal: float, probability: float) -> date | None:
    """Return the first day (or month) whose year reaches the goal with at least `probability`; None without one."""
    share = (running.visits >= goal).mean(axis=1)  # NaN is never enough
    reached = np.flatnonzero(share >= probability)
    return running.days[int(reached[0])] if reached.size else None


def first_reached(running: Paths, goal: float, shares: tuple[float, ...]) -> tuple[date | None, ...]:
    """Return the days (or months) by which these shares of the paths have reached the goal; None where fewer do."""
    days, reached = running.days, running.visits >= goal  # NaN is never enough
    first = np.sort(np.where(reached.any(axis=0), reached.argmax(axis=0), len(days)))
    at = (int(first[min(int(share * first.size), first.size - 1)]) for share in shares)
    return tuple(days[n] if n < len(days) else None for n in at)


def coming_years(paths: Paths) -> Iterator[tuple[date, date]]:
    """Yield the coming years, of 365 days or 12 months, from the first forecast row on; the last may be cut short."""
    rows = ROWS_A_YEAR[paths.step]
    for n in range(0, len(paths.days), rows):
        last = paths.days[min(n + rows, len(paths.days)) - 1]
        yield paths.days[n], later(last, 1, paths.step) - DAY
