"""Monthly visits to come: the same model, a month to the row."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from besok.analytics.forecast.changes import lasts
from besok.analytics.forecast.closures import EMPTY, FEW, local_median
from besok.analytics.forecast.daykinds import ORDINARY, Calendar
from besok.analytics.forecast.design import OUTDOORS
from besok.analytics.forecast.fit import Rows, Setting
from besok.analytics.forecast.level import YEAR
from besok.analytics.forecast.paths import Paths, nobody
from besok.analytics.forecast.simulate import drawn
from besok.analytics.single_thread import on_one_core
from besok.model.arrays import Floats

LOOKS_BACK = 240  # months
MONTHS = Setting(
    spacing=YEAR / 12, sizes=(0.12, 0.02, 0.15, 0.05), sigma=0.05, freedom=8.0, block=3,
    trials=(3, 6, 9, 12, 18, 24, 36), learnt=12, bands=(0, 1, 3, 6, 13),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Visits of consecutive months from the one that begins on `first`; NaN: not observed."""

    first: date
    visits: Floats

    @property
    def origin(self) -> date:
        """The first month that is to be forecast."""
        return later(self.first, len(self.visits))


def later(month: date, n: int) -> date:
    """Return the first day of the month `n` months after that of `month`."""
    year, index = divmod(month.year * 12 + month.month - 1 + n, 12)
    return date(year, index + 1, 1)


@on_one_core
def forecast_months(
    past: Months, horizon: int, calendar: Calendar = ORDINARY, *, rng: np.random.Generator, paths: int = 2000
) -> Paths:
    """`horizon` months after the history. Of the calendar count the closed days, known ahead, which take their share of
    a month, and whether the place is `outdoors`."""
    visits = past.visits[-LOOKS_BACK:]
    first = later(past.origin, -len(visits))
    months = tuple(later(first, n) for n in range(len(visits) + horizon))
    yearly, lasting = _shut(months, visits)
    ahead = months[len(visits) :]
    length = np.array([(later(m, 1) - m).days for m in months], dtype=np.float64)
    logs = np.where(_taught(visits), np.log(np.maximum(visits, 1e-9)), np.nan) - np.log(length[: len(visits)])
    open_days = np.array([_open(m, calendar.closed) for m in ahead], dtype=np.float64)
    if not np.isfinite(logs).any():
        return Paths(days=ahead, visits=nobody(int(np.isfinite(visits).sum()), horizon, paths, rng))
    at = np.array([(m - first).days for m in months], dtype=np.float64)
    n = len(visits)
    rows = Rows(
        logs=np.concatenate([logs, np.full(horizon, np.nan)]),
        columns=np.zeros((n + horizon, 0)), usual=np.zeros(0), sd=np.zeros(0), at=at - at[0],
        small=np.concatenate([1 / np.maximum(np.nan_to_num(visits, nan=1.0), 1.0), np.zeros(horizon)]),
        spacing=MONTHS.spacing, swing=OUTDOORS if calendar.outdoors else 1.0,
    )  # fmt: skip
    told = np.exp(drawn(rows, n, MONTHS, paths, rng)) * open_days[:, None]
    told[[month.month in yearly for month in ahead]] = 0.0
    if lasting:  # as of days (model.py): having lasted so long it goes on as long with even odds
        told[np.arange(horizon)[:, None] < lasts(lasting, paths, rng)] = 0.0
    return Paths(days=ahead, visits=told)


def _shut(months: Sequence[date], visits: Floats) -> tuple[frozenset[int], int]:
    """Return the months of the year that are closed each year, and for how many months a closure under way has lasted.

    A month closed twice, and mostly of late, is so each year.
    """
    taught, around = _taught(visits), _around(visits)
    nobody = np.isfinite(visits) & ~taught & (np.nan_to_num(visits) < FEW)
    by_month: dict[int, list[bool]] = defaultdict(list)
    for n in np.flatnonzero(np.isfinite(visits) & (around >= FEW)).tolist():
        by_month[months[n].month].append(bool(nobody[n]))
    yearly = frozenset(m for m, shut in by_month.items() if sum(shut) >= 2 and np.mean(shut[-4:]) > 0.5)
    odd = nobody & np.array([month.month not in yearly for month in months[: len(visits)]], dtype=bool)
    open_ = np.flatnonzero(taught & (visits >= FEW))
    run = len(visits) - int(open_[-1]) - 1 if open_.size else 0
    return yearly, run if run and odd[-run:].any() else 0


def years_of_months(paths: Paths) -> Iterator[tuple[date, date]]:
    """Yield the coming years, 12 months each from the first forecast month on; the last may be a part of one."""
    for n in range(0, len(paths.days), 12):
        yield paths.days[n], later(paths.days[min(n + 11, len(paths.days) - 1)], 1) - timedelta(days=1)


def _taught(visits: Floats) -> np.ndarray:
    """Months that teach: observed, and not as good as empty (a closure) beside the months around."""
    return np.asarray((visits > 0) & (visits > EMPTY * _around(visits)))


def _around(visits: Floats) -> Floats:
    """Return the median of the positive months within half a year of each; zero where there are none."""
    return np.nan_to_num(local_median(visits, 6))


def _open(month: date, closed: frozenset[date]) -> int:
    days = (later(month, 1) - month).days
    return sum(month + timedelta(days=n) not in closed for n in range(days))
