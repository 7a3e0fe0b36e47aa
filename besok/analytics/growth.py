"""Growth: a year's, between two years' visits that lie some time apart, and of the days of one over those before."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from math import log
from typing import Final

import numpy as np

PAIRED = 0.75  # of the days that can be compared must have been observed in both years
COMPARABLE = 0.5  # of the days must be comparable at all
BEYOND = 1e6  # times as many in a year: no growth that anybody means
DAY = timedelta(days=1)
# From the day on which the WHO called it a pandemic until Sweden no longer classed the disease as dangerous to society
PANDEMIC: Final = (date(2020, 3, 11), date(2022, 3, 31))
CLOSURE_DAYS, CLOSURE_SHARE = 28, 0.25  # so long so few of what was usual: a closure
RUN_DAYS, EMPTY = 7, 0.03  # so long as good as empty: closed, whatever the opening hours say


def growth_a_year(last: float | None, then: float | None, years: float) -> float | None:
    """Return the growth a year that leads from the last year's visits to those of a year `years` later; 0.1 is 10 %.

    None where one of them is not known, and where it is beyond all measure: a goal far away and a deadline near.
    `growth_a_year(100, 121, 2)` is 0.1.
    """
    if not last or then is None or years <= 0:
        return None
    if then > last and log(then / last) > years * log(BEYOND):
        return None
    return float((then / last) ** (1 / years) - 1)


def comparable(
    holidays: Mapping[date, str], closed: Collection[date], before: timedelta
) -> Callable[[date], date | None]:
    """Return which day of the year before each day is compared with, None where none is like it.

    A holiday is compared with the day of the same name, which may lie five weeks off, any other day with the one so
    long `before` it, unless that was a holiday. Two days of which one was `closed` out of turn are not alike.
    """

    def like(day: date) -> date | None:
        then = day - before
        if day in holidays:
            named = [
                d for d, name in holidays.items() if name == holidays[day] and abs(d - then) <= 5 * 7 * DAY
            ]
            then = min(named, key=lambda d: abs(d - (day - before)), default=date.min)
        elif then in holidays:
            return None
        return then if then > date.min and (day in closed) == (then in closed) else None

    return like


def growth_of_days(
    visits: Mapping[date, float], first: date, days: int, like: Callable[[date], date | None]
) -> tuple[float | None, int]:
    """Growth of `days` days from `first` on over the days that are `like` them, and how many pairs it rests on.

    Like is compared with like: a day that was not observed is left out of both. None with too few pairs, or nobody
    before. With 10 and 20 visits this year and 8 last year on the first of two days, it is 0.25, of one pair.
    """
    now = [first + timedelta(days=n) for n in range(days)]
    alike = [(day, then) for day in now if (then := like(day))]
    pairs = [(visits[day], visits[then]) for day, then in alike if day in visits and then in visits]
    ours, theirs = (sum(side) for side in zip(*pairs, strict=True)) if pairs else (0.0, 0.0)
    enough = len(pairs) >= PAIRED * len(alike) and len(alike) >= COMPARABLE * days
    return (ours / theirs - 1 if theirs and enough else None), len(pairs)


def empty_runs(visits: Mapping[date, float]) -> set[date]:
    """Return the days of weeks and longer times in which as good as nobody came, though it is known who came."""
    some = [v for v in visits.values() if v > 0]
    limit = EMPTY * float(np.median(some)) if some else 0.0
    found: set[date] = set()
    run: list[date] = []
    for day in [*sorted(visits), date.max]:
        if run and (day - run[-1] > DAY or day not in visits or visits[day] > limit):
            if len(run) >= RUN_DAYS:
                found.update(run)
            run = []
        if day in visits and visits[day] <= limit:
            run.append(day)
    return found


def pandemic(visits: Mapping[date, float], setting: str) -> tuple[date, date] | None:
    """Return the days of the pandemic where they are to be left out: by the `setting`, or as the visits show a closure.

    "auto": where in four weeks of it a quarter came of who came in as long before it (or, not known, at other times).
    """
    first, last = PANDEMIC
    if setting != "auto":
        return PANDEMIC if setting == "leave-out" else None
    year = first - 365 * DAY
    usual = [v for day, v in visits.items() if year <= day < first] or [
        v for day, v in visits.items() if not first <= day <= last
    ]
    during = [visits[day] for day in sorted(visits) if first <= day <= last]
    if not usual or len(during) < CLOSURE_DAYS:
        return None
    least = np.convolve(during, np.ones(CLOSURE_DAYS), "valid").min()
    return PANDEMIC if least < CLOSURE_SHARE * CLOSURE_DAYS * float(np.mean(usual)) else None
