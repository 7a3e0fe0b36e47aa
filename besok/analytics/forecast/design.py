"""The calendar as columns: what makes one day unlike another, each with how large its effect may be.

Effects are of the log of the visits. `sd` is what is believed of an effect before the data are seen: 0.3 says that it
is most likely within +-30 % of what is `usual`, which is nothing but for holidays. Columns are made for past and future
days alike, so that effects carry over.
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
OUTDOORS = 2.5  # times as large is the year's swing under the sky: often three to one from summer to winter
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

    def where(self, holds: Callable[[date], bool], sd: float, usual: float = 0.0) -> None:
        self.add([holds(day) for day in self.days], sd, usual=usual)


def design(days: Sequence[date], calendar: Calendar) -> Design:
    """Every effect for every one of `days`."""
    made = _Columns(days)
    weekday = np.array([day.weekday() for day in days])
    for n in range(7):
        made.add(weekday == n, 0.4)
    _weekends(made, weekday)
    _feasts(made)
    _holidays(made, calendar)
    _known(made, calendar, weekday)
    return Design(
        columns=np.array(made.columns).T,
        usual=np.array(made.usual),
        sd=np.array(made.sd),
    )


def _weekends(made: _Columns, weekday: np.ndarray) -> None:
    """Add how weekends differ from the profile of the year."""
    at = np.array([day.toordinal() for day in made.days]) * (2 * np.pi / YEAR)
    for k in (1, 2, 3):
        for wave in (np.sin(k * at), np.cos(k * at)):
            for n in (5, 6):
                made.add(wave * (weekday == n), 0.1 / k)


def _feasts(made: _Columns) -> None:
    """Days about the turn of the year and about Easter, which move visits with or without a named holiday."""
    for month, n in MIDWINTER:
        made.where(lambda day, m=month, n=n: (day.month, day.day) == (m, n), 0.2)  # type: ignore[misc]
    offset = [(day - easter(day.year)).days for day in made.days]
    for n in EASTER:
        made.add([o == n for o in offset], 0.15)


def _holidays(made: _Columns, calendar: Calendar) -> None:
    """Named holidays: what they have in common, each by itself, and the days beside them."""
    named = calendar.holidays
    one = timedelta(days=1)
    made.where(lambda day: day in named, 0.5, HOLIDAY)
    for n in (5, 6):
        made.where(lambda day, n=n: day in named and day.weekday() == n, 0.3)  # type: ignore[misc]
    made.where(lambda day: day + one in named and day not in named, 0.15)
    made.where(lambda day: day - one in named and day not in named, 0.15)
    made.where(lambda day: _bridge(day, calendar), 0.25)
    for name in sorted({named[day] for day in made.days if day in named}):
        made.where(lambda day, name=name: named.get(day) == name, 0.5)  # type: ignore[misc]
        made.where(lambda day, name=name: named.get(day + one) == name and day not in named, 0.1)  # type: ignore[misc]
        made.where(lambda day, name=name: named.get(day - one) == name and day not in named, 0.1)  # type: ignore[misc]


def _bridge(day: date, calendar: Calendar) -> bool:
    """Tell whether a working day lies between a holiday and a weekend."""
    one = timedelta(days=1)
    friday = day.weekday() == 4 and day - one in calendar.holidays
    monday = day.weekday() == 0 and day + one in calendar.holidays
    return (friday or monday) and day not in calendar.holidays


def _known(made: _Columns, calendar: Calendar, weekday: np.ndarray) -> None:
    """School holidays, opening hours, events and weather, as far as somebody told."""
    school = np.array([day in calendar.school for day in made.days])
    made.add(school, 0.2)
    made.add(school & (weekday >= 5), 0.2)
    if calendar.hours:
        usual = float(np.median([h for h in calendar.hours.values() if h > 0] or [1.0]))
        hours = [calendar.hours.get(day, usual) for day in made.days]
        made.add(np.log(np.maximum(hours, 0.25) / usual), 0.7)
    if calendar.staffless:  # an hour without staff has its own number of visits
        made.add([calendar.staffless.get(day, 0.0) for day in made.days], 0.7)
    for name in sorted({name for day in made.days for name in calendar.events.get(day, ())}):
        made.where(lambda day, name=name: name in calendar.events.get(day, ()), 0.3)  # type: ignore[misc]
    for _, series in sorted(calendar.weather.items()):
        known = np.array(list(series.values())) if series else np.zeros(1)
        middle, spread = float(np.mean(known)), float(np.std(known)) or 1.0
        made.add([(series.get(day, middle) - middle) / spread for day in made.days], 0.15)
