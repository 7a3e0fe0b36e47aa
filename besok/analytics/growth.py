"""Growth: a year's, between two years' visits that lie some time apart, and of the days of one over those before."""

from collections.abc import Mapping
from datetime import date, timedelta
from math import log

PAIRED = 0.75  # of the days must have been observed in both years before these are compared
BEYOND = 1e6  # times as many in a year: no growth that anybody means


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


def growth_of_days(
    visits: Mapping[date, float], first: date, days: int, before: timedelta
) -> tuple[float | None, int]:
    """Growth of `days` days from `first` on over the days so long `before`, and how many pairs of days it rests on.

    Like is compared with like: a day that was not observed is left out of both. None with too few pairs, or nobody
    before. With 10 and 20 visits this year and 8 last year on the first of two days, it is 0.25, of one pair.
    """
    now = [first + timedelta(days=n) for n in range(days)]
    pairs = [(visits[day], visits[day - before]) for day in now if day in visits and day - before in visits]
    ours, theirs = (sum(side) for side in zip(*pairs, strict=True)) if pairs else (0.0, 0.0)
    return (ours / theirs - 1 if theirs and len(pairs) >= PAIRED * days else None), len(pairs)
