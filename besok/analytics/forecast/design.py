"""The calendar as columns: what makes one day unlike another, each with how large its effect may be.

Effects are of the log of the visits. `sd` is what is believed of an effect before the data are seen: 0.3 says that it
is most likely within +-30 % of what is `usual`, which is nothing but for holidays. Columns are made for past and future
days alike, so that effects carry over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

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
DAY = timedelta(days=1)

Column = tuple[Any, float]  # values by day, and the sd of their effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """`columns` is days x effects; `usual` and `sd` by effect."""

    columns: Floats
    usual: Floats
    sd: Floats


def design(days: Sequence[date], calendar: Calendar) -> Design:
    """Every effect for every one of `days`."""
    weekday = np.array([day.weekday() for day in days])
    made = [*_holidays(days, calendar, weekday), *_weekdays(days, weekday), *_christmas_and_easter(days)]
    made += _known(days, calendar, weekday)
    usual = np.zeros(len(made))
    usual[0] = HOLIDAY  # of what all holidays have in common
    columns = np.array([values for values, _ in made], dtype=np.float64).T
    return Design(columns=columns, usual=usual, sd=np.array([sd for _, sd in made]))


def _holidays(days: Sequence[date], calendar: Calendar, weekday: np.ndarray) -> Iterator[Column]:
    """Yield named holidays: what they have in common, each by itself, and the days beside them."""
    today, tomorrow, yesterday = (
        np.array([calendar.holidays.get(day + n * DAY, "") for day in days]) for n in (0, 1, -1)
    )
    free = today != ""
    yield free, 0.5
    for n in (5, 6):
        yield free & (weekday == n), 0.3
    for other, working in ((tomorrow, 0), (yesterday, 4)):
        near = ~free & (other != "")
        yield near, 0.15
        yield near & (weekday == working), 0.25  # between a holiday and a weekend
    for name in sorted({*today} - {""}):
        yield today == name, 0.5
        for other in (tomorrow, yesterday):
            yield ~free & (other == name), 0.1


def _weekdays(days: Sequence[date], weekday: np.ndarray) -> Iterator[Column]:
    """Yield weekdays, and how weekends differ from the profile of the year."""
    for n in range(7):
        yield weekday == n, 0.4
    at = np.array([day.toordinal() for day in days]) * (2 * np.pi / YEAR)
    for k in (1, 2, 3):
        for wave in (np.sin(k * at), np.cos(k * at)):
            for n in (5, 6):
                yield wave * (weekday == n), 0.1 / k


def _christmas_and_easter(days: Sequence[date]) -> Iterator[Column]:
    """Yield days about the turn of the year and about Easter, which move visits with or without a named holiday."""
    for at in MIDWINTER:
        yield [(day.month, day.day) == at for day in days], 0.2
    offset = np.array([(day - easter(day.year)).days for day in days])
    for n in EASTER:
        yield offset == n, 0.15


def _known(days: Sequence[date], calendar: Calendar, weekday: np.ndarray) -> Iterator[Column]:
    """Yield school holidays, opening hours, events and weather, as far as somebody told."""
    school = np.array([day in calendar.school for day in days])
    yield school, 0.2
    yield school & (weekday >= 5), 0.2
    if calendar.hours:
        usual = float(np.median([h for h in calendar.hours.values() if h > 0] or [1.0]))
        hours = [calendar.hours.get(day, usual) for day in days]
        yield np.log(np.maximum(hours, 0.25) / usual), 0.7
    if calendar.staffless:  # an hour without staff has its own number of visits
        yield [calendar.staffless.get(day, 0.0) for day in days], 0.7
    for name in sorted({name for day in days for name in calendar.events.get(day, ())}):
        yield [name in calendar.events.get(day, ()) for day in days], 0.3
    for _, series in sorted(calendar.weather.items()):
        known = np.array(list(series.values())) if series else np.zeros(1)
        middle, spread = float(np.mean(known)), float(np.std(known)) or 1.0
        yield [(series.get(day, middle) - middle) / spread for day in days], 0.15
