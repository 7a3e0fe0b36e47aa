"""Kinds of past and coming days: the calendar as data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import holidays as holidays_library
from dateutil.easter import easter


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Calendar of past and future days by date; a day without an entry is ordinary.

    `holidays` gives the name of a public holiday or eve: the same name every year, since that is how years are matched.
    `closed` are days without opening, known ahead. `hours` are the opening hours of a day, where known, and
    `staffless` the share of them that is open with a card, without staff.
    `events` are names of recurring events that affect a day's visits (a market, a match); `weather` has daily series
    by name (best as anomalies: deviations from the usual), used as far as they extend. `outdoors` is a place in the
    open, with a larger prior for the season.
    """

    holidays: Mapping[date, str] = field(default_factory=dict)
    school: frozenset[date] = frozenset()
    closed: frozenset[date] = frozenset()
    hours: Mapping[date, float] = field(default_factory=dict)
    staffless: Mapping[date, float] = field(default_factory=dict)
    events: Mapping[date, tuple[str, ...]] = field(default_factory=dict)
    weather: Mapping[str, Mapping[date, float]] = field(default_factory=dict)
    outdoors: bool = False


ORDINARY = Calendar()
FROM_EASTER = (-3, -2, -1, 0, 1, 39, 49, 50, 60)  # days of the public holidays that move with it
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@lru_cache(maxsize=256)
def _of_year(country: str, subdivision: str, year: int) -> dict[date, str]:
    supported = holidays_library.country_holidays(country).supported_categories
    by_date: dict[date, str] = {}
    for category in ("optional", "bank", "de_facto", "public"):  # the public name of a day wins
        if category in supported:
            by_date |= holidays_library.country_holidays(
                country, subdiv=subdivision or None, years=year, categories=(category,), language="en_US"
            )
    return by_date


def named_holidays(country: str, first: date, last: date, subdivision: str = "") -> dict[date, str]:
    """Return the public holidays, eves and half days of `country` ("SE") from `first` to `last` by name.

    Sundays are none. Raises NotImplementedError for a country that the library `holidays` does not know.
    """
    by_date: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        by_date |= _of_year(country, subdivision, year)
    return {day: name for day, name in by_date.items() if first <= day <= last}


def named_by_date(days: Iterable[date]) -> dict[date, str]:
    """Return names for unnamed holidays, the same every year: by Easter, by date, or as the last Monday of a month."""
    dates = frozenset(days)
    return {day: _name(day, dates) for day in dates}


def _name(day: date, dates: frozenset[date]) -> str:
    from_easter = (day - easter(day.year)).days
    if from_easter in FROM_EASTER:
        return f"Easter {from_easter:+}"
    if any((other.month, other.day) == (day.month, day.day) for other in dates - {day}) or day.weekday() >= 5:
        return f"{day.month}-{day.day}"
    last = (day + timedelta(days=7)).month != day.month
    return f"{WEEKDAYS[day.weekday()]} {'last' if last else (day.day + 6) // 7} of month {day.month}"


def calendar(
    first: date,
    last: date,
    *,
    country: str = "",
    subdivision: str = "",
    holidays: Mapping[date, str] | None = None,
    school: Iterable[date] = (),
    closed: Iterable[date] = (),
) -> Calendar:
    """Return the calendar of `country` from `first` to `last`, with own days; `holidays` overrides its names."""
    public = named_holidays(country, first, last, subdivision) if country else {}
    return Calendar(
        holidays=public | dict(holidays or {}), school=frozenset(school), closed=frozenset(closed)
    )
