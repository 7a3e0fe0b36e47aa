"""From a history to a fitted calendar model: which days teach, and what they teach."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from besok.analytics.forecast.closures import Shut, shut
from besok.analytics.forecast.daykinds import Calendar
from besok.analytics.forecast.design import Design, design
from besok.analytics.forecast.fit import ACCOUNTS, Fitted, Hypothesis, fit
from besok.analytics.forecast.history import DAY, History
from besok.analytics.forecast.members import Rows
from besok.model.arrays import Floats

LOOKS_BACK = 6 * 366  # days that the model learns from; older ones tell little of the coming
HALF = 0.5  # of a person, so that a count of none has a log


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedPast:
    """Result of learning from the days `before`: no hypothesis if no open day was observed; `ahead` are to come."""

    past: History
    closures: Shut
    design: Design  # of past days and coming ones
    before: Rows
    ahead: Rows
    accounts: tuple[Hypothesis, ...]  # the likeliest first

    @property
    def fitted(self) -> Fitted | None:
        """The model by the likeliest account."""
        return self.accounts[0].fitted if self.accounts else None

    def as_of(self, n: int) -> Fitted:
        """Return the model as it would have been after the first `n` days, with the sizes of now."""
        sizes = self.accounts[0].fitted.sizes
        return _fit(self.before.upto(n), self.design, sizes, 1)[0].fitted


def recent(history: History) -> History:
    """Return the last years of it, from the first observed day on."""
    seen = np.flatnonzero(np.isfinite(history.visits))
    begin = max(len(history) - LOOKS_BACK, int(seen[0]) if seen.size else len(history))
    return History(
        first=history.first + begin * DAY, visits=history.visits[begin:], closed=history.closed[begin:]
    )


def learn(past: History, calendar: Calendar, ahead: Sequence[date]) -> FittedPast:
    """Return the model of `past`, with the columns for the days `ahead`."""
    closures = shut(past, calendar)
    logs = np.where(closures.past | ~(past.visits >= 0), np.nan, np.log(np.maximum(past.visits, 0) + HALF))
    every = design((*past.days, *ahead), calendar)
    n, m = len(past), len(ahead)
    rows = Rows(
        logs=np.concatenate([logs, np.full(m, np.nan)]),
        columns=every.columns,
        at=np.arange(n + m, dtype=np.float64),
    )
    before = rows.upto(n)
    return FittedPast(
        past=past,
        closures=closures,
        design=every,
        before=before,
        ahead=rows.part(n, n + m),
        accounts=_fit(before, every, None, ACCOUNTS) if np.isfinite(logs).any() else (),
    )


def _fit(rows: Rows, every: Design, known: Floats | None, most: int) -> tuple[Hypothesis, ...]:
    """Return the accounts of these rows; counting adds the variance of the log of a count."""
    small = 1 / (np.exp(np.where(np.isfinite(rows.logs), rows.logs, 50.0)) + HALF)
    return fit(rows.logs, replace(every, columns=rows.columns), small, rows.at, known=known, most=most)
