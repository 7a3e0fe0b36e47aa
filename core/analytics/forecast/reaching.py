"""The odds of reaching a target, when it becomes likely, and the growth that is still needed.

The target: the visits of the 365 days up to and with a day are at least `goal`, the factor times a year's worth
of baseline visits. Days of those 365 that lie in the past count as they were observed; a past day that nobody observed
counts as the mean of the observed ones among them, as everywhere in Besök.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from core.analytics.forecast.history import Floats, History
from core.analytics.forecast.paths import Paths

YEAR = 365  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """The probability (0-1) that the 365 days up to `day` reach the goal, with what they are expected to hold."""

    day: date
    goal: float
    probability: float
    mean: float
    low80: float
    high80: float


def years_worth(history: History, first: date, last: date) -> float | None:
    """The mean of the observed days from `first` to `last`, times 365; None if none was observed."""
    begin, end = ((day - history.first).days for day in (first, last + timedelta(days=1)))
    seen = history.visits[max(begin, 0) : max(end, 0)]
    seen = seen[np.isfinite(seen)]
    return float(seen.mean()) * YEAR if seen.size else None


def _past(history: History) -> Floats:
    """The last 365 days before the forecast, holes at the mean of the rest; NaN where there was nothing at all."""
    last = np.full(YEAR, np.nan)
    seen = history.visits[-YEAR:]
    if len(seen):
        last[-len(seen) :] = seen
    known = last[np.isfinite(last)]
    return np.where(np.isfinite(last), last, known.mean() if known.size else np.nan)


def running_years(paths: Paths, history: History) -> Floats:
    """Visits of the 365 days up to each day of the paths: days x paths.

    The first 364 hold days of the past; if none of those was ever observed they are NaN.
    """
    past = np.broadcast_to(_past(history)[:, None], (YEAR, paths.visits.shape[1]))
    sums = np.cumsum(np.concatenate([past, paths.visits]), axis=0)
    running: Floats = sums[YEAR:] - sums[:-YEAR]
    if np.isnan(running).any():  # no past at all: only whole years of the future are known
        future = np.cumsum(np.concatenate([np.zeros((1, paths.visits.shape[1])), paths.visits]), axis=0)
        running = np.full(paths.visits.shape, np.nan)
        if len(paths.days) >= YEAR:
            running[YEAR - 1 :] = future[YEAR:] - future[:-YEAR]
    return running


def odds(paths: Paths, history: History, goal: float, deadline: date) -> Odds | None:
    """The odds at `deadline`; None if it is not among the days of the paths, or its year is not known to be any."""
    if deadline not in paths.days:
        return None
    sums = running_years(paths, history)[paths.days.index(deadline)]
    if np.isnan(sums).any():
        return None
    low80, high80 = (float(q) for q in np.quantile(sums, (0.1, 0.9)))
    return Odds(
        day=deadline,
        goal=goal,
        probability=_share(sums >= goal),
        mean=float(sums.mean()),
        low80=low80,
        high80=high80,
    )


def _share(hits: np.ndarray) -> float:
    """The share of paths that hit, never quite 0 or 1: so many paths cannot tell that."""
    return float((hits.sum() + 0.5) / (hits.size + 1))


def likely_from(paths: Paths, history: History, goal: float, probability: float) -> date | None:
    """The first day whose 365 days reach the goal with at least `probability`; None if the paths end before."""
    running = running_years(paths, history)
    share = (running >= goal).mean(axis=1)  # NaN is never enough
    found = np.flatnonzero(share >= probability)
    return paths.days[int(found[0])] if found.size else None


def needed_growth(last_365: float | None, goal: float | None, today: date, deadline: date) -> float | None:
    """The growth a year that leads from the last year's visits to the goal by the deadline; 0.1 is 10 %."""
    years = (deadline - today).days / YEAR
    if not last_365 or goal is None or years <= 0:
        return None
    return float((goal / last_365) ** (1 / years) - 1)


def calendar_years(paths: Paths) -> Iterator[tuple[date, date]]:
    """The coming years, 365 days each from the first forecast day on; the last may be a part of one."""
    first, last = paths.days[0], paths.days[-1]
    while first <= last:
        until = min(first + timedelta(days=YEAR - 1), last)
        yield first, until
        first = until + timedelta(days=1)
