"""Daily counts: the past from which a forecast starts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from besok.model.arrays import Bools, Floats

DAY = timedelta(days=1)
MANY = 100.0  # visits a row: from there on the Poisson error is small beside others


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Visits of consecutive days from `first` on. NaN: not observed, which is never zero.

    `closed` flags days recorded as closed; they are not evidence of open ones.
    """

    first: date
    visits: Floats
    closed: Bools

    def __len__(self) -> int:
        return len(self.visits)

    @property
    def origin(self) -> date:
        """The first day after the history: the first to be forecast."""
        return self.first + len(self) * DAY

    @property
    def days(self) -> tuple[date, ...]:
        """All days, in order."""
        return span(self.first, len(self))

    def before(self, day: date) -> "History":
        """Return the history before `day`."""
        n = min(max((day - self.first).days, 0), len(self))
        return History(first=self.first, visits=self.visits[:n], closed=self.closed[:n])


def span(first: date, n: int) -> tuple[date, ...]:
    """`n` days from `first` on."""
    return tuple(first + i * DAY for i in range(n))


def history(
    visits: Mapping[date, float | None],
    *,
    closed: Iterable[date] = (),
    first: date | None = None,
    origin: date | None = None,
) -> History:
    """Return a history from figures by day, in any order; a day without one, or with None, is not observed.

    `first` and `origin` widen or narrow it; without figures and without them it is empty, from day one of year 1.
    """
    known = [day for day, value in visits.items() if value is not None]
    begin = first or min(known, default=origin or date.min)
    end = origin or max(known, default=begin - DAY) + DAY
    days = span(begin, max((end - begin).days, 0))
    shut = set(closed)
    values = [visits.get(day) for day in days]
    return History(
        first=begin,
        visits=np.array([np.nan if v is None else v for v in values], dtype=np.float64),
        closed=np.array([day in shut for day in days], dtype=np.bool_),
    )


def unit_of(visits: Floats) -> float:
    """Return the unit of the counts. Small fractions are not people: perhaps thousands, without Poisson error."""
    some = visits[visits > 0]
    fractions = some.size > 0 and bool((some != np.round(some)).any())
    return float(np.median(some)) / MANY if fractions and np.median(some) < MANY else 1.0
