"""How busy a day is: season, weekday, weather, growth and daylight, for each kind of site. All of it is invented."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import pi, sin
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from besok.model.calendar import holiday, open_intervals
from besok.model.site import Site
from sensors_sim.noise import NORMAL, STEPS, Floats, Ints, generator
from sensors_sim.scenario import Profile

SLOT_MS: Final = 900_000  # arrivals are even within a quarter of an hour
MOST_SLOTS: Final = 100  # in a day of 25 hours
GROWTH_FROM: Final = date(2024, 1, 1)
HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When people come to a kind of site. Factors are about 1 for a usual day or hour."""

    per_capacity: float  # arrivals on a usual weekday of GROWTH_FROM for each person of capacity
    growth: float  # a year
    spread: float  # standard deviation of the logarithm of a day's level: what no calendar explains
    weather: tuple[float, float]  # factor on the worst and on the finest day
    dark: float  # factor after nightfall
    week: tuple[float, ...]  # Monday first
    months: tuple[float, ...]  # January first, in the middle of each month
    hours: tuple[float, ...]  # by local hour, midnight first; what counts is each hour beside the others
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
        *(0.7,) * 7,
        0.5,
        0.6,
        0.8,
        1.0,
        1.1,
        1.15,
        1.1,
        1.15,
        1.35,
        1.3,
        1.05,
        0.8,
        0.55,
        0.5,
        *(0.7,) * 3,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A stretch of opening hours of a day, in milliseconds since 1970."""

    start: int
    end: int


def millis(t: datetime) -> int:
    """The moment `t` (aware) in milliseconds since 1970."""
    return int(t.timestamp()) * 1000 + t.microsecond // 1000


def openings(site: Site, day: date) -> list[Opening]:
    """The opening hours of the business day."""
    return [Opening(start=millis(a), end=millis(b)) for a, b in open_intervals(day, site)]


def fineness(seed: int, timezone: str, day: date) -> float:
    """The weather from 0 (wretched) to 1 (fine): the same for all sites of a zone, and lasting from day to day."""
    today, yesterday = (
        generator(seed, "weather", timezone, d).random() for d in (day, day - timedelta(days=1))
    )
    return 0.7 * today + 0.3 * yesterday


def expected(site: Site, rhythm: Rhythm, day: date, fine: float) -> float:
    """Arrivals by the hour in an hour of factor 1, on a day with weather `fine`."""
    weekday = _weekday(site, day)
    low, high = rhythm.weather
    factors = rhythm.week[weekday] * _month(rhythm.months, day) * (low + (high - low) * fine)
    return (
        (site.capacity or 300)
        * rhythm.per_capacity
        * _growth(rhythm.growth, day)
        * factors
        / rhythm.usual_hours
    )


def _weekday(site: Site, day: date) -> int:
    """0 for Monday; public holidays are as Sundays."""
    return 6 if holiday(day, site.opening) else day.weekday()


def _month(months: tuple[float, ...], day: date) -> float:
    """The factor of the season, gliding from the middle of one month to the middle of the next."""
    position = day.month - 1 + (day.day - 15) / 30
    low = int(position // 1)
    share = position - low
    return months[low % 12] * (1 - share) + months[(low + 1) % 12] * share


def _growth(a_year: float, day: date, since: date = GROWTH_FROM) -> float:
    years = (day - since).days / 365.25
    return float(round((1 + a_year) ** years, 6))


def luck(u: float, spread: float) -> float:
    """A factor about 1 from a uniform number: what makes a day busier than its calendar says."""
    return max(0.2, 1 + spread * float(NORMAL[int(u * STEPS)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """The quarters of a business day, or parts of them, in which a site is open. Times are milliseconds since 1970."""

    number: Ints  # quarters since the business day began
    start: Ints
    end: Ints
    close: Ints  # when the opening ends that the slot belongs to
    hour: Ints  # by local clocks
    hours: Floats  # hours of factor 1 that it is worth


def slots(site: Site, rhythm: Rhythm, day: date, begins: int) -> Slots:
    """The arrival slots of the business day, which begins at `begins`.

    The last minutes before closing bring few people, and the first quarter the ones who waited at the door.
    """
    parts = [_slots(site, rhythm, day, begins, opening) for opening in openings(site, day)]
    none = np.zeros(0, dtype=np.int64)
    parts.append(
        Slots(number=none, start=none, end=none, close=none, hour=none, hours=none.astype(np.float64))
    )
    return Slots(**{f: np.concatenate([getattr(p, f) for p in parts]) for f in Slots.__slots__})


def _slots(site: Site, rhythm: Rhythm, day: date, begins: int, opening: Opening) -> Slots:
    number = np.arange(
        (opening.start - begins) // SLOT_MS, -((begins - opening.end) // SLOT_MS), dtype=np.int64
    )
    start = np.maximum(begins + number * SLOT_MS, opening.start)
    end = np.minimum(begins + (number + 1) * SLOT_MS, opening.end)
    local = _local(site, day, (start + end) // 2)
    hours = _by_hour(site, rhythm, day, local) * (end - start) / HOUR_MS
    if rhythm is not PARK:
        hours[0] *= 1.6
        hours[-2:] *= 0.5
        hours[-1] *= 0.25
    close = np.full(len(number), opening.end)
    return Slots(number=number, start=start, end=end, close=close, hour=local // HOUR_MS, hours=hours)


def _offset_s(site: Site, day: date) -> float:
    offset = (
        datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(site.timezone)).utcoffset() or timedelta()
    )
    return offset.total_seconds()


def _local(site: Site, day: date, middle: Ints) -> Ints:
    """What local clocks show, in milliseconds after midnight."""
    return np.asarray((middle + int(_offset_s(site, day)) * 1000) % (24 * HOUR_MS), dtype=np.int64)


def _by_hour(site: Site, rhythm: Rhythm, day: date, local: Ints) -> Floats:
    factor = np.array(rhythm.hours)[local // HOUR_MS]
    if rhythm.dark == 1:
        return factor
    noon = 12 + (_offset_s(site, day) / 3600 - 1)  # summer time moves the middle of the day
    half = _half_day_h(day)
    light = np.clip((half - np.abs(local / HOUR_MS - noon)) / 0.8 + 0.5, 0, 1)
    return factor * (rhythm.dark + (1 - rhythm.dark) * light)


def learnt(site: Site, profile: Profile, day: date, quarters: Slots) -> Floats:
    """People in each slot of the business day as they usually came, before the day's own level.

    What was learnt of an hour falls in the part of it that is open. A weekday without anybody, on which the site was
    closed when it was learnt, is as the mean of the others.
    """
    busy = [row for row in profile.week if any(row)] or [profile.week[0]]
    own = profile.week[_weekday(site, day)]
    row = own if any(own) else [sum(hour) / len(busy) for hour in zip(*busy, strict=True)]
    length = (quarters.end - quarters.start).astype(np.float64)
    open_ms = np.bincount(quarters.hour, length, 24)
    return np.array(row)[quarters.hour] * length / open_ms[quarters.hour] * _month(profile.months, day)


def grown(profile: Profile, growth: float, day: date) -> float:
    """The factor of growth since the history that was learnt from ended."""
    return _growth(growth, day, profile.until) if profile.until else 1.0


def _half_day_h(day: date) -> float:
    """Hours from noon to sunset at 56 degrees north, to a few minutes."""
    spring = day.timetuple().tm_yday - 80
    return round(6.1 + 2.65 * sin(2 * pi * spring / 365.25), 3)
