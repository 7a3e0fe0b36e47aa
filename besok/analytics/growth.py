"""Growth: a year's, between two years' visits that lie some time apart, and of the days of one over those before."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from math import log
from typing import Final

import numpy as np

PAIRED = 0.75  # of the days that can be compared must have been observed in both years
COMPARABLE = 0.5  # of the days must be comparable at all
BEYOND = 1e6  # times as many in a year: no meaningful growth
DAY = timedelta(days=1)
# From the day on which the WHO called it a pandemic until Sweden no longer classed the disease as dangerous to society
PANDEMIC: Final = (date(2020, 3, 11), date(2022, 3, 31))
CLOSURE_DAYS, CLOSURE_SHARE = 28, 0.25  # so many days with so small a share of the usual visits: a closure
RUN_DAYS, EMPTY = 7, 0.03  # so many days almost empty: closed, whatever the opening hours


def growth_a_year(last: float | None, then: float | None, years: float) -> float | None:
    """Return the growth a year that leads from the last year's visits to those of a year `years` later; 0.1 is 10 %.

    None where one of them is unknown, and where the growth is absurd: a distant goal and a near deadline.
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
    """Return a function from a day to its comparable day of the year before, None without one.

    A holiday is compared with the day of the same name, which may lie five weeks off, any other day with the one so
    long `before` it, unless that was a holiday. Two days of which one was exceptionally `closed` are not comparable.
    """

    def like(day: date) -> date | None:
        then = day - before
        if day in holidays:
            same_holiday = [
                d for d, name in holidays.items() if name == holidays[day] and abs(d - then) <= 5 * 7 * DAY
            ]
            then = min(same_holiday, key=lambda d: abs(d - (day - before)), default=date.min)
        elif then in holidays:
            return None
        return then if then > date.min and (day in closed) == (then in closed) else None

    return like


def growth_of_days(
    visits: Mapping[date, float], first: date, days: int, like: Callable[[date], date | None]
) -> tuple[float | None, int]:
    """Return the growth of `days` days from `first` on over their comparable days (`like`), and the number of pairs.

    A day that was not observed is left out together with its counterpart. None with too few pairs, or nobody
    before. With 10 and 20 visits this year and 8 last year on the first of two days, it is 0.25, of one pair.
    """
    now = [first + timedelta(days=n) for n in range(days)]
    comparable_days = [(day, then) for day in now if (then := like(day))]
    pairs = [(visits[day], visits[then]) for day, then in comparable_days if day in visits and then in visits]
    now_sum, then_sum = (sum(side) for side in zip(*pairs, strict=True)) if pairs else (0.0, 0.0)
    enough = len(pairs) >= PAIRED * len(comparable_days) and len(comparable_days) >= COMPARABLE * days
    return (now_sum / then_sum - 1 if then_sum and enough else None), len(pairs)


def empty_runs(visits: Mapping[date, float]) -> set[date]:
    """Return the days in runs of a week or longer with almost no visits, though observed."""
    some = [v for v in visits.values() if v > 0]
    limit = EMPTY * float(np.median(some)) if some else 0.0
    empty: set[date] = set()
    run: list[date] = []
    for day in [*sorted(visits), date.max]:
        if run and (day - run[-1] > DAY or day not in visits or visits[day] > limit):
            if len(run) >= RUN_DAYS:
                empty.update(run)
            run = []
        if day in visits and visits[day] <= limit:
            run.append(day)
    return empty


def pandemic(visits: Mapping[date, float], setting: str) -> tuple[date, date] | None:
    """Return the first and last day of the pandemic to be left out: by `setting`, or where visits show a closure.

    "auto": where four of its weeks had a quarter of the visits of as many before it (if unknown, of other times).
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
