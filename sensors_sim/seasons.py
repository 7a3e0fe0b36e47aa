"""Busyness of a day: season, weekday, weather, growth and daylight, for each kind of site. All invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import pi, sin
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from besok.model.arrays import Floats, Ints
from besok.model.calendar import holiday
from besok.model.site import Site
from sensors_sim.columns import Columns
from sensors_sim.noise import NORMAL, STEPS, generator
from sensors_sim.scenario import Profile
from sensors_sim.times import DAY, HOUR_MS, QUARTER_MS, Opening, openings, staffed, within

MOST_SLOTS: Final = 100  # quarters in a day of 25 hours
GROWTH_FROM: Final = date(2024, 1, 1)
STAFFLESS: Final = 0.35  # of the people of an hour with staff come in one that is open with a card


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Rhythm of a kind of site. Factors are about 1 for a usual day or hour."""

    per_capacity: float  # arrivals on a usual weekday of GROWTH_FROM for each person of capacity
    growth: float  # a year
    spread: float  # standard deviation of the logarithm of a day's level: what no calendar explains
    weather: tuple[float, float]  # factor on the worst and on the finest day
    dark: float  # factor after nightfall
    week: tuple[float, ...]  # Monday first
    months: tuple[float, ...]  # January first, in the middle of each month
    hours: tuple[float, ...]  # by local hour, midnight first; what counts is each hour relative to the others
    usual_hours: float  # the sum of `hours` over a usual day's opening


LIBRARY: Final = Rhythm(
    per_capacity=1.85,
    growth=0.07,
    spread=0.07,
    weather=(1.06, 0.92),
    dark=1.0,
    week=(1.02, 1.05, 1.04, 1.0, 0.95, 1.25, 1.2),
    months=(1.08, 1.1, 1.06, 1.0, 0.95, 0.8, 0.68, 0.85, 1.02, 1.08, 1.1, 0.92),
    hours=(
        *(0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.5, 0.6, 0.8, 1.0, 1.1),
        *(1.15, 1.1, 1.15, 1.35, 1.3, 1.05, 0.8, 0.55, 0.5, 0.7, 0.7, 0.7),
    ),
    usual_hours=11.0,
)
PARK: Final = Rhythm(
    per_capacity=0.5,
    growth=0.04,
    spread=0.12,
    weather=(0.4, 1.5),
    dark=0.25,
    week=(0.8, 0.8, 0.8, 0.85, 0.95, 1.35, 1.25),
    months=(0.5, 0.52, 0.62, 0.88, 1.1, 1.3, 1.35, 1.3, 1.05, 0.8, 0.6, 0.52),
    hours=(
        *(0.06, 0.03, 0.02, 0.02, 0.04, 0.15, 0.45, 0.8, 0.8, 0.65, 0.8, 1.0),
        *(1.2, 1.25, 1.35, 1.4, 1.4, 1.25, 1.05, 0.8, 0.55, 0.35, 0.2, 0.12),
    ),
    usual_hours=15.7,
)
RHYTHMS: Final = {"library": LIBRARY, "park": PARK}


def weather(seed: int, timezone: str, day: date) -> float:
    """Return the weather from 0 (worst) to 1 (finest): one for all sites of a zone, correlated from day to day."""
    today, yesterday = (generator(seed, "weather", timezone, d).random() for d in (day, day - DAY))
    return 0.7 * today + 0.3 * yesterday


def expected(site: Site, rhythm: Rhythm, day: date, fine: float) -> float:
    """Return arrivals in an hour of factor 1, on a day with weather `fine`."""
    low, high = rhythm.weather
    factors = (
        rhythm.week[_weekday(site, day)] * month_factor(rhythm.months, day) * (low + (high - low) * fine)
    )
    capacity = site.capacity or 300
    return capacity * rhythm.per_capacity * growth_factor(rhythm.growth, day) * factors / rhythm.usual_hours


def _weekday(site: Site, day: date) -> int:
    """0 for Monday; public holidays are as Sundays."""
    return 6 if holiday(day, site.opening) else day.weekday()


def month_factor(months: Sequence[float], day: date) -> float:
    """Return the factor of the season, interpolated between the middles of months."""
    position = day.month - 1 + (day.day - 15) / 30
    low = int(position // 1)
    share = position - low
    return months[low % 12] * (1 - share) + months[(low + 1) % 12] * share


def growth_factor(a_year: float, day: date, since: date | None = GROWTH_FROM) -> float:
    """Return the factor of the growth `a_year` since a day."""
    return float(round((1 + a_year) ** ((day - since).days / 365.25), 6)) if since else 1.0


def day_level(u: float, spread: float) -> float:
    """Return a factor about 1 from a uniform number: the day's own variation."""
    return max(0.2, 1 + spread * float(NORMAL[int(u * STEPS)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots(Columns):
    """The quarters of a business day, or parts of them, in which a site is open. Times are milliseconds since 1970."""

    number: Ints  # quarters since the business day began
    start: Ints
    end: Ints
    close: Ints  # when the opening ends that the slot belongs to
    hour: Ints  # by local clocks
    hours: Floats  # hours of factor 1 that it is worth


def slots(site: Site, rhythm: Rhythm, day: date, begins: int) -> Slots:
    """Return the arrival slots of the business day, which begins at `begins`.

    The last minutes before closing bring few people, and the first quarter the ones who waited at the door.
    """
    none = np.zeros(0, dtype=np.int64)
    empty = Slots(number=none, start=none, end=none, close=none, hour=none, hours=none.astype(np.float64))
    return Slots.joined([*(_slots(site, rhythm, day, begins, o) for o in openings(site, day)), empty])


def _slots(site: Site, rhythm: Rhythm, day: date, begins: int, opening: Opening) -> Slots:
    first, last = (opening.start - begins) // QUARTER_MS, -((begins - opening.end) // QUARTER_MS)
    number = np.arange(first, last, dtype=np.int64)
    start = np.maximum(begins + number * QUARTER_MS, opening.start)
    end = np.minimum(begins + (number + 1) * QUARTER_MS, opening.end)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(site.timezone))
    offset_s = (noon.utcoffset() or timedelta()).total_seconds()
    local = ((start + end) // 2 + int(offset_s) * 1000) % (24 * HOUR_MS)  # after midnight
    factor = np.array(rhythm.hours)[local // HOUR_MS]
    if rhythm.dark != 1:
        middle = 12 + (offset_s / 3600 - 1)  # summer time moves the middle of the day
        light = np.clip((_half_day_h(day) - np.abs(local / HOUR_MS - middle)) / 0.8 + 0.5, 0, 1)
        factor = factor * (rhythm.dark + (1 - rhythm.dark) * light)
    hours = factor * (end - start) / HOUR_MS
    hours = np.where(within(staffed(site, day), (start + end) // 2), hours, STAFFLESS * hours)
    if rhythm is not PARK:
        hours[0] *= 1.6
        hours[-2:] *= 0.5
        hours[-1] *= 0.25
    close = np.full(len(number), opening.end)
    return Slots(number=number, start=start, end=end, close=close, hour=local // HOUR_MS, hours=hours)


def _half_day_h(day: date) -> float:
    """Hours from noon to sunset at 56 degrees north, to a few minutes."""
    spring = day.timetuple().tm_yday - 80
    return round(6.1 + 2.65 * sin(2 * pi * spring / 365.25), 3)


def from_profile(site: Site, profile: Profile, day: date, quarters: Slots) -> Floats:
    """Return people in each slot of the business day as history has it, before the day's own level.

    The people of an hour fall in the part of it that is open. A weekday without anybody, on which the site was closed
    when it was learnt, is as the mean of the others.
    """
    busy = [row for row in profile.week if any(row)] or [profile.week[0]]
    hours = profile.week[_weekday(site, day)]
    row = hours if any(hours) else [sum(hour) / len(busy) for hour in zip(*busy, strict=True)]
    length = (quarters.end - quarters.start).astype(np.float64)
    open_ms = np.bincount(quarters.hour, length, 24)[quarters.hour]
    return np.array(row)[quarters.hour] * length / open_ms * month_factor(profile.months, day)
