"""The calendar as columns: what distinguishes days, each with the prior of its effect.

Effects are on the log of the visits. `sd` is the prior standard deviation of an effect: 0.3 means that it is most
likely within +-30 % of its prior mean `usual`, which is zero except for holidays. Past and future days have the same
columns, so that effects carry over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from dateutil.easter import easter

from besok.analytics.forecast.daykinds import Calendar
from besok.analytics.forecast.history import DAY
from besok.analytics.forecast.level import YEAR
from besok.model.arrays import Floats

MIDWINTER = [(12, d) for d in range(18, 32)] + [(1, d) for d in range(1, 9)]  # each day is its own kind
OUTDOORS = 2.5  # factor of the year's swing in the open: often three to one from summer to winter
# Of the log: medians of -0.2 to -0.5 in the streets of three cities and at stations of a fourth
HOLIDAY = -0.4
EASTER = range(-9, 11)  # days from Easter Sunday


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """`columns` is days x effects; `usual` and `sd` by effect."""

    columns: Floats
    usual: Floats
    sd: Floats


class _Effect(NamedTuple):
    """One column of the design, with the prior of its effect."""

    column: Sequence[float] | np.ndarray
    sd: float
    usual: float = 0.0


def design(days: Sequence[date], calendar: Calendar) -> Design:
    """Return the columns of all effects for `days`."""
    weekday = np.array([day.weekday() for day in days])
    effects = [
        *(_Effect(weekday == n, 0.4) for n in range(7)),
        *_weekends(days, weekday),
        *_seasonal_days(days),
        *_holidays(days, calendar, weekday),
        *_calendar_effects(days, calendar, weekday),
    ]
    return Design(
        columns=np.array([effect.column for effect in effects], dtype=np.float64).T,
        usual=np.array([effect.usual for effect in effects]),
        sd=np.array([effect.sd for effect in effects]),
    )


def _weekends(days: Sequence[date], weekday: np.ndarray) -> Iterator[_Effect]:
    """Yield the season of weekends relative to the profile of the year."""
    at = np.array([day.toordinal() for day in days]) * (2 * np.pi / YEAR)
    for k in (1, 2, 3):
        for wave in (np.sin(k * at), np.cos(k * at)):
            for n in (5, 6):
                yield _Effect(wave * (weekday == n), 0.1 / k)


def _seasonal_days(days: Sequence[date]) -> Iterator[_Effect]:
    """Yield days around the turn of the year and Easter, which affect visits with or without a named holiday."""
    for of_year in MIDWINTER:
        yield _Effect([(day.month, day.day) == of_year for day in days], 0.2)
    offset = np.array([(day - easter(day.year)).days for day in days])
    for n in EASTER:
        yield _Effect(offset == n, 0.15)


def _holidays(days: Sequence[date], calendar: Calendar, weekday: np.ndarray) -> Iterator[_Effect]:
    """Yield named holidays: their common effect, each by itself, and the adjacent days."""
    names = np.array([calendar.holidays.get(day, "") for day in days])
    eves = np.array([calendar.holidays.get(day + DAY, "") for day in days])
    after = np.array([calendar.holidays.get(day - DAY, "") for day in days])
    free, ordinary = names != "", names == ""
    yield _Effect(free, 0.5, HOLIDAY)
    for n in (5, 6):
        yield _Effect(free & (weekday == n), 0.3)
    yield _Effect(ordinary & (eves != ""), 0.15)
    yield _Effect(ordinary & (after != ""), 0.15)
    between = ((weekday == 4) & (after != "")) | ((weekday == 0) & (eves != ""))  # a holiday and a weekend
    yield _Effect(ordinary & between, 0.25)
    for name in np.unique(names[free]):
        yield _Effect(names == name, 0.5)
        yield _Effect(ordinary & (eves == name), 0.1)
        yield _Effect(ordinary & (after == name), 0.1)


def _calendar_effects(days: Sequence[date], calendar: Calendar, weekday: np.ndarray) -> Iterator[_Effect]:
    """Yield school holidays, opening hours, events and weather, where given."""
    school = np.array([day in calendar.school for day in days])
    yield _Effect(school, 0.2)
    yield _Effect(school & (weekday >= 5), 0.2)
    if calendar.hours:
        usual = float(np.median([h for h in calendar.hours.values() if h > 0] or [1.0]))
        hours = [calendar.hours.get(day, usual) for day in days]
        yield _Effect(np.log(np.maximum(hours, 0.25) / usual), 0.7)
    if calendar.staffless:  # an hour without staff has its own number of visits
        yield _Effect([calendar.staffless.get(day, 0.0) for day in days], 0.7)
    for name in sorted({name for day in days for name in calendar.events.get(day, ())}):
        yield _Effect([name in calendar.events.get(day, ()) for day in days], 0.3)
    for _, series in sorted(calendar.weather.items()):
        values = np.array(list(series.values())) if series else np.zeros(1)
        middle, spread = float(np.mean(values)), float(np.std(values)) or 1.0
        yield _Effect([(series.get(day, middle) - middle) / spread for day in days], 0.15)
