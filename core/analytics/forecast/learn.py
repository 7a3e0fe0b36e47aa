"""From a history to a fitted calendar model: which days teach, and what they teach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from core.analytics.forecast.daykinds import Calendar
from core.analytics.forecast.design import Design, design
from core.analytics.forecast.fit import Fitted, fit
from core.analytics.forecast.history import DAY, Floats, History
from core.analytics.forecast.shut import Shut, shut

LOOKS_BACK = 6 * 366  # days that the model learns from; older ones tell little of the coming
HALF = 0.5  # of a person, so that a count of none has a log


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What `past` taught; `fitted` is None if no open day was ever observed. `ahead` are the columns of coming days."""

    past: History
    closures: Shut
    design: Design
    fitted: Fitted | None
    ahead: Floats


def recent(history: History) -> History:
    """The last years of it, from the first observed day on."""
    seen = np.flatnonzero(np.isfinite(history.visits))
    begin = max(len(history) - LOOKS_BACK, int(seen[0]) if seen.size else len(history))
    return History(first=history.first + begin * DAY, visits=history.visits[begin:], closed=history.closed[begin:])


def learn(past: History, calendar: Calendar, ahead: Sequence[date]) -> Learnt:
    """The model of `past`, with the columns for the days `ahead`."""
    closures = shut(past, calendar)
    logs = np.where(closures.past | ~(past.visits >= 0), np.nan, np.log(np.maximum(past.visits, 0) + HALF))
    every = design((*past.days, *ahead), calendar)
    n = len(past)
    own = Design(columns=every.columns[:n], sd=every.sd, annual=every.annual)
    counting = 1 / (np.exp(np.where(np.isfinite(logs), logs, 50.0)) + HALF)  # the variance of the log of a count
    fitted = fit(logs, own, counting, np.arange(n, dtype=np.float64)) if np.isfinite(logs).any() else None
    return Learnt(past=past, closures=closures, design=own, fitted=fitted, ahead=every.columns[n:])
