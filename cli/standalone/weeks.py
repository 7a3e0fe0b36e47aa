"""A series of weeks. Its days are forecast, and added up: the calendar is one of days, and so are totals and targets.

In a file of weeks only, all visits of a week are on the day that stands for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from besok.analytics.forecast import Calendar, History, Paths, forecast, forecast_weeks, history
from besok.analytics.forecast.history import span
from besok.model.arrays import Floats

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """Visits of consecutive weeks from that which begins on `first` (NaN: not observed), and the days behind them."""

    first: date
    visits: Floats
    days: History
    stated: bool  # whether the file itself has weeks, on the first day of each

    @property
    def origin(self) -> date:
        """The first day of the first week that is to be forecast."""
        return self.first + len(self.visits) * WEEK

    def before(self, n: int) -> "Weeks":
        """Return the past as it was known after `n` weeks."""
        return replace(self, visits=self.visits[:n], days=self.days.before(self.first + n * WEEK))


def weeks(visits: Mapping[date, float | None], days: Mapping[date, float | None] | None) -> Weeks:
    """Build weeks from visits by the first day of a week, and by day where these are known."""
    first, count = min(visits), (max(visits) - min(visits)) // WEEK + 1
    by_week_visits = [visits.get(first + n * WEEK) for n in range(count)]
    past = history(days) if days is not None else history(_spread(by_week_visits, first))
    return Weeks(
        first=first,
        visits=np.array([np.nan if v is None else v for v in by_week_visits], dtype=np.float64),
        days=past if days is None else _unbroken(past, first + count * WEEK),
        stated=days is None,
    )


def _spread(visits: list[float | None], first: date) -> dict[date, float | None]:
    """Return weeks as days: all visits on the first, none on the others."""
    return {
        first + n * WEEK + timedelta(days=day): 0.0 if day else count
        for n, count in enumerate(visits)
        for day in range(7)
    }


def _unbroken(past: History, origin: date) -> History:
    """Return the days up to the first of the week under way that was not observed."""
    holes = np.flatnonzero(~np.isfinite(past.visits[max((origin - past.first).days, 0) :]))
    return past.before(origin + timedelta(days=int(holes[0]))) if holes.size else past


def daily_paths(past: Weeks, rows: int, calendar: Calendar, rng: np.random.Generator, paths: int) -> Paths:
    """Forecast days up to the end of `rows` weeks. Where only weeks are known, all of one come on its first day."""
    if past.stated:
        weeks = forecast_weeks(past.visits, past.origin, rows, calendar, rng=rng, paths=paths)
        days = np.zeros((7 * rows, paths))
        days[::7] = weeks.visits
        return Paths(days=span(past.origin, 7 * rows), visits=days)
    end = past.origin + rows * WEEK
    return forecast(past.days, (end - past.days.origin).days, calendar, rng=rng, paths=paths)


def by_week(paths: Paths, past: Weeks, rows: int) -> Paths:
    """Add paths of days up to `rows` weeks, with what is known of the week under way."""
    begins = tuple(past.origin + n * WEEK for n in range(rows))
    week = np.array([(day - past.origin).days // 7 for day in paths.days])
    sums = np.zeros((rows, paths.visits.shape[1]))
    inside = (week >= 0) & (week < rows)
    np.add.at(sums, week[inside], paths.visits[inside])
    sums[:1] += past.days.visits[max((past.origin - past.days.first).days, 0) :].sum()
    return Paths(days=begins, visits=sums)
