"""Counts by day, week or month: the past from which a forecast starts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count, takewhile
from typing import Final, Literal

import numpy as np

from besok.model.arrays import Floats

Step = Literal["D", "W", "M"]  # of a row: a day, a week, a month
ROWS_A_YEAR: Final[Mapping[str, int]] = {"D": 365, "W": 52, "M": 12}
DAY = timedelta(days=1)
MANY = 100.0  # visits a row: from there on the Poisson error is small beside others


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Visits of consecutive days, or of weeks or months by their first day. NaN: not observed, which is never zero."""

    first: date
    visits: Floats
    step: Step = "D"

    def __len__(self) -> int:
        return len(self.visits)

    @property
    def origin(self) -> date:
        """The first day after the history: the first to be forecast."""
        return later(self.first, len(self), self.step)

    def head(self, n: int) -> "History":
        """Return the first `n` rows."""
        return replace(self, visits=self.visits[:n])


def later(first: date, n: int, step: Step) -> date:
    """Return the first day of the row `n` rows after the one that begins on `first`."""
    if step != "M":
        return first + n * (7 if step == "W" else 1) * DAY
    year, index = divmod(first.year * 12 + first.month - 1 + n, 12)
    return date(year, index + 1, 1)


def span(first: date, n: int, step: Step = "D") -> tuple[date, ...]:
    """Return the first days of `n` rows from `first` on."""
    return tuple(later(first, i, step) for i in range(n))


def history(
    visits: Mapping[date, float | None],
    *,
    step: Step = "D",
    first: date | None = None,
    origin: date | None = None,
) -> History:
    """Return a history from figures by the first day of their row, in any order; one without, or with None, is a gap.

    `first` and `origin` widen or narrow it; without figures and without them it is empty, from day one of year 1.
    """
    known = [day for day, value in visits.items() if value is not None]
    begin = first or min(known, default=origin or date.min)
    end = origin or (max(known) + DAY if known else begin)
    days = takewhile(lambda day: day < end, (later(begin, n, step) for n in count()))
    values = [visits.get(day) for day in days]
    return History(
        first=begin,
        visits=np.array([np.nan if v is None else v for v in values], dtype=np.float64),
        step=step,
    )


def unit_of(visits: Floats) -> float:
    """Return the unit of the counts. Small fractions are not people: perhaps thousands, without Poisson error."""
    some = visits[visits > 0]
    fractions = some.size > 0 and bool((some != np.round(some)).any())
    return float(np.median(some)) / MANY if fractions and np.median(some) < MANY else 1.0
