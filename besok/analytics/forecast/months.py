"""Forecast of monthly and weekly visits: the same model with a month or a week per row."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from besok.analytics.forecast.changes import lasts
from besok.analytics.forecast.closures import EMPTY, FEW, local_median
from besok.analytics.forecast.daykinds import ORDINARY, Calendar
from besok.analytics.forecast.design import OUTDOORS, Design, design
from besok.analytics.forecast.fit import Rows, Setting
from besok.analytics.forecast.history import span, unit_of
from besok.analytics.forecast.level import YEAR
from besok.analytics.forecast.paths import Paths, nobody
from besok.analytics.forecast.simulate import drawn
from besok.analytics.single_thread import on_one_core
from besok.model.arrays import Floats

MOST_MONTHS, MOST_WEEKS = 240, 6 * 52  # that the model learns from
MONTHS = Setting(
    step=YEAR / 12, sizes=(0.12, 0.02, 0.15, 0.05), sigma=0.05, freedom=8.0, few=30, block=3,
    trials=(3, 6, 9, 12, 18, 24, 36), learnt=12, bands=(0, 1, 3, 6, 13),
)  # fmt: skip
WEEKS = Setting(
    step=7.0, sizes=(0.1, 0.07, 0.15, 0.05), sigma=0.07, freedom=4.0, few=12, block=4,
    trials=(4, 9, 17, 26, 39, 52, 78, 104), learnt=12, bands=(0, 1, 4, 13, 53),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Visits of consecutive months from the one that begins on `first`; NaN: not observed."""

    first: date
    visits: Floats

    @property
    def origin(self) -> date:
        """First month to be forecast."""
        return later(self.first, len(self.visits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """Visits of consecutive weeks from the one that begins on `first`; NaN: not observed."""

    first: date
    visits: Floats

    @property
    def origin(self) -> date:
        """First day of the first week to be forecast."""
        return self.first + timedelta(weeks=len(self.visits))


def later(month: date, n: int) -> date:
    """Return the first day of the month `n` months after that of `month`."""
    year, index = divmod(month.year * 12 + month.month - 1 + n, 12)
    return date(year, index + 1, 1)


@on_one_core
def forecast_months(
    past: Months, horizon: int, calendar: Calendar = ORDINARY, *, rng: np.random.Generator, paths: int = 2000
) -> Paths:
    """Forecast `horizon` months after the history. Of the calendar only the known closed days, as shares of months, and
    `outdoors` are used."""
    visits = past.visits[-MOST_MONTHS:]
    n = len(visits)
    begins = [later(past.origin, m - n) for m in range(n + horizon + 1)]
    return _forecast(visits, begins, MONTHS, calendar, rng, paths)


@on_one_core
def forecast_weeks(
    past: Weeks, horizon: int, calendar: Calendar = ORDINARY, *, rng: np.random.Generator, paths: int = 2000
) -> Paths:
    """Forecast `horizon` weeks after the history. The calendar is used as for months, and with its effects on the days
    of a week."""
    visits = past.visits[-MOST_WEEKS:]
    n = len(visits)
    begins = [past.origin + timedelta(weeks=w - n) for w in range(n + horizon + 1)]
    return _forecast(visits, begins, WEEKS, calendar, rng, paths)


def _forecast(
    visits: Floats,
    begins: Sequence[date],
    setting: Setting,
    calendar: Calendar,
    rng: np.random.Generator,
    paths: int,
) -> Paths:
    """Forecast the rows after those with `visits`; `begins` are the first days of all rows and of the next."""
    n, unit = len(visits), unit_of(visits)
    visits, ahead = visits / unit, tuple(begins[n:-1])
    open_days = np.array([_open(*row, calendar.closed) for row in pairwise(begins)], dtype=np.float64)
    usable = _usable(visits)
    if not usable.any():
        return Paths(days=ahead, visits=nobody(int(np.isfinite(visits).sum()), len(ahead), paths, rng))
    unknown = np.full(len(ahead), np.nan)
    a_day = np.concatenate([np.where(usable, visits, np.nan), unknown]) / np.maximum(open_days, 1.0)
    small = np.where(usable, 1 / np.maximum(visits, 1.0), 1.0)
    effects = _effects(begins, setting, calendar)
    rows = Rows(
        logs=np.log(a_day), columns=effects.columns, usual=effects.usual, sd=effects.sd,
        at=np.array([(day - begins[0]).days for day in begins[:-1]], dtype=np.float64),
        small=np.concatenate([small, np.zeros(len(ahead))]),
        step=setting.step, swing=OUTDOORS if calendar.outdoors else 1.0,
    )  # fmt: skip
    expected = np.exp(drawn(rows, n, setting, paths, rng)) * open_days[n:, None]
    of_year = np.array([day.month if setting is MONTHS else day.isocalendar().week for day in begins[:-1]])
    yearly, lasting = _closed_months(of_year, visits)
    expected[np.isin(of_year[n:], list(yearly))] = 0.0
    if lasting:  # as with days (model.py): it lasts as long again with probability 0.5
        expected[np.arange(len(ahead))[:, None] < lasts(lasting, paths, rng)] = 0.0
    return Paths(days=ahead, visits=expected * unit)


def _effects(begins: Sequence[date], setting: Setting, calendar: Calendar) -> Design:
    """Return the effects on weeks: the mean of those on their days. Months have none."""
    if setting is MONTHS:
        return Design(columns=np.zeros((len(begins) - 1, 0)), usual=np.zeros(0), sd=np.zeros(0))
    every = design(span(begins[0], (begins[-1] - begins[0]).days), calendar)
    return replace(every, columns=every.columns.reshape(len(begins) - 1, 7, -1).mean(axis=1))


def _closed_months(of_year: np.ndarray, visits: Floats) -> tuple[frozenset[int], int]:
    """Return the months (or weeks) of the year that are closed each year, and how long a closure under way has lasted.

    `of_year` is the month or week of each row. One closed twice, and mostly of late, is closed each year.
    """
    usable, around = _usable(visits), _around(visits)
    nobody = np.isfinite(visits) & ~usable & (np.nan_to_num(visits) < FEW)
    by_month: dict[int, list[bool]] = defaultdict(list)
    for n in np.flatnonzero(np.isfinite(visits) & (around >= FEW)).tolist():
        by_month[int(of_year[n])].append(bool(nobody[n]))
    yearly = frozenset(m for m, closed in by_month.items() if sum(closed) >= 2 and np.mean(closed[-4:]) > 0.5)
    unexpected = nobody & ~np.isin(of_year[: len(visits)], list(yearly))
    open_ = np.flatnonzero(usable & (visits >= FEW))
    run = len(visits) - int(open_[-1]) - 1 if open_.size else 0
    return yearly, run if run and unexpected[-run:].any() else 0


def years_of_months(paths: Paths) -> Iterator[tuple[date, date]]:
    """Yield the coming years, 12 months each from the first forecast month on; the last may be a part of one."""
    for n in range(0, len(paths.days), 12):
        yield paths.days[n], later(paths.days[min(n + 11, len(paths.days) - 1)], 1) - timedelta(days=1)


def _usable(visits: Floats) -> np.ndarray:
    """Return the months to learn from: observed, and not almost empty (a closure) relative to those around."""
    return np.asarray((visits > 0) & (visits > EMPTY * _around(visits)))


def _around(visits: Floats) -> Floats:
    """Return the median of the positive months within half a year of each; zero where there are none."""
    return np.nan_to_num(local_median(visits, 6))


def _open(first: date, after: date, closed: frozenset[date]) -> int:
    return sum(day not in closed for day in span(first, (after - first).days))
