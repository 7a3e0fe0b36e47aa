"""The calendar as columns: what distinguishes days, each with the prior of its effect.

Effects are on the log of the visits. `sd` is the prior standard deviation of an effect: 0.3 means that it is most
likely within +-30 % of its prior mean `usual`, which is zero except for holidays. Past and future days have the same
columns, so that effects carry over.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from dateutil.easter import easter

from besok.analytics.forecast.daykinds import Calendar
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


class _Columns:
    """Collects columns with their sd."""

    def __init__(self, days: Sequence[date]) -> None:
        self.days = days
        self.columns: list[Floats] = []
        self.usual: list[float] = []
        self.sd: list[float] = []

    def add(self, column: Iterable[float], sd: float, usual: float = 0.0) -> None:
        self.columns.append(np.asarray(column, dtype=np.float64))
        self.usual.append(usual)
        self.sd.append(sd)

    def where(self, condition: Callable[[date], bool], sd: float, usual: float = 0.0) -> None:
        self.add([condition(day) for day in self.days], sd, usual=usual)


def design(days: Sequence[date], calendar: Calendar) -> Design:
    """Return the columns of all effects for `days`."""
    built = _Columns(days)
    weekday = np.array([day.weekday() for day in days])
    for n in range(7):
        built.add(weekday == n, 0.4)
    _weekends(built, weekday)
    _seasonal_days(built)
    _holidays(built, calendar)
    _calendar_effects(built, calendar, weekday)
    return Design(
        columns=np.array(built.columns).T,
        usual=np.array(built.usual),
        sd=np.array(built.sd),
    )


def _weekends(built: _Columns, weekday: np.ndarray) -> None:
    """Add the season of weekends relative to the profile of the year."""
    at = np.array([day.toordinal() for day in built.days]) * (2 * np.pi / YEAR)
    for k in (1, 2, 3):
        for wave in (np.sin(k * at), np.cos(k * at)):
            for n in (5, 6):
                built.add(wave * (weekday == n), 0.1 / k)


def _seasonal_days(built: _Columns) -> None:
    """Add days around the turn of the year and Easter, which affect visits with or without a named holiday."""
    for month, n in MIDWINTER:
        built.where(lambda day, m=month, n=n: (day.month, day.day) == (m, n), 0.2)  # type: ignore[misc]
    offset = [(day - easter(day.year)).days for day in built.days]
    for n in EASTER:
        built.add([o == n for o in offset], 0.15)


def _holidays(built: _Columns, calendar: Calendar) -> None:
    """Add named holidays: their common effect, each by itself, and the adjacent days."""
    holidays = calendar.holidays
    one = timedelta(days=1)
    built.where(lambda day: day in holidays, 0.5, HOLIDAY)
    for n in (5, 6):
        built.where(lambda day, n=n: day in holidays and day.weekday() == n, 0.3)  # type: ignore[misc]
    built.where(lambda day: day + one in holidays and day not in holidays, 0.15)
    built.where(lambda day: day - one in holidays and day not in holidays, 0.15)
    built.where(lambda day: _bridge(day, calendar), 0.25)
    for name in sorted({holidays[day] for day in built.days if day in holidays}):
        built.where(lambda day, name=name: holidays.get(day) == name, 0.5)  # type: ignore[misc]
        built.where(lambda day, name=name: holidays.get(day + one) == name and day not in holidays, 0.1)  # type: ignore[misc]
        built.where(lambda day, name=name: holidays.get(day - one) == name and day not in holidays, 0.1)  # type: ignore[misc]


def _bridge(day: date, calendar: Calendar) -> bool:
    """Tell whether a working day lies between a holiday and a weekend."""
    one = timedelta(days=1)
    friday = day.weekday() == 4 and day - one in calendar.holidays
    monday = day.weekday() == 0 and day + one in calendar.holidays
    return (friday or monday) and day not in calendar.holidays


def _calendar_effects(built: _Columns, calendar: Calendar, weekday: np.ndarray) -> None:
    """Add school holidays, opening hours, events and weather, where given."""
    school = np.array([day in calendar.school for day in built.days])
    built.add(school, 0.2)
    built.add(school & (weekday >= 5), 0.2)
    if calendar.hours:
        usual = float(np.median([h for h in calendar.hours.values() if h > 0] or [1.0]))
        hours = [calendar.hours.get(day, usual) for day in built.days]
        built.add(np.log(np.maximum(hours, 0.25) / usual), 0.7)
    if calendar.staffless:  # an hour without staff has its own number of visits
        built.add([calendar.staffless.get(day, 0.0) for day in built.days], 0.7)
    for name in sorted({name for day in built.days for name in calendar.events.get(day, ())}):
        built.where(lambda day, name=name: name in calendar.events.get(day, ()), 0.3)  # type: ignore[misc]
    for _, series in sorted(calendar.weather.items()):
        values = np.array(list(series.values())) if series else np.zeros(1)
        middle, spread = float(np.mean(values)), float(np.std(values)) or 1.0
        built.add([(series.get(day, middle) - middle) / spread for day in built.days], 0.15)
