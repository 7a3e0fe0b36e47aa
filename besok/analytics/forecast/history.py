"""Counts day by day: the past that a forecast starts from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from besok.model.arrays import Bools, Floats

DAY = timedelta(days=1)
MANY = 100.0  # visits a row: with so many the chance of counting is small beside all else


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Visits of consecutive days from `first` on. NaN: not observed, which is never zero.

    `closed` says that the house was closed that day, as far as anyone noted it; such a day tells nothing of open ones.
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
        """Every day of it, in order."""
        return span(self.first, len(self))

    def before(self, day: date) -> "History":
        """Return what was known before `day`."""
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

    `first` and `origin` widen or narrow it; without figures and without them it is empty and begins today of year 1.
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
    """Return what is counted as one. Fractions of few are no people: they may be thousands, without the chance
    of few.
    """
    some = visits[visits > 0]
    fractions = some.size > 0 and bool((some != np.round(some)).any())
    return float(np.median(some)) / MANY if fractions and np.median(some) < MANY else 1.0
