"""Usage of spaces: dwell time, turnover and utilisation.

**Mean stay.** Little's law (J. D. C. Little, Operations Research 9, 1961: 383-387): the mean number inside is the rate
of arrivals times the mean stay, L = lambda W. Over a day at whose ends nobody is inside it holds exactly, whatever the
arrivals are like: the person-hours inside are the sum of all stays. Two ways lead to it:

* *doors*: all who enter leave, so the person-hours are (mean time of leaving - mean time of entering) x entries, and
      W = mean time of leaving - mean time of entering.
  However many are missed on the way in or out, the mean times stay, as long as one is missed about as often at one hour
  as at another: this is among the figures least affected by doors that count wrong, and about the surest.
* *people*: where a sensor counts the people inside, W = person-hours / (entries and exits) / 2.

Each entry is a stay: who goes out for lunch and comes back stays twice. The interval at LEVEL holds the chance of whom
the counters missed (their variance per passage, as for visits), counters that miss more at one hour than at another
(BY_HOUR) or count some the wrong way (TURNED), the interval of the occupancy (within a day its errors go together, from
day to day they do so to SHARED), and who was inside at the ends of days, of whose stay only a part is known.

**Turnover** is how many came for each seat (or place of the capacity) and open hour. **Utilisation** is people /
capacity, and the seating occupancy rate people / seats (ISO 11620, public seating occupancy rate: occupied seats /
seats, sampled over the opening hours), on average over the open hours that were measured and at the highest minute.
Besök sees people, not who sits: where many stand, the rate is too high.

Example: 400 enter at 13:02 on average and 380 leave at 13:50: they stayed 48 minutes, with sds of 2.5 hours between 42
and 54 after one day, between 45 and 51 after a week.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from besok.analytics.visits import PASSAGE_VARIANCE, counting_error
from besok.model.usage import Figure, Method, Reason, Usage

LEVEL: Final = 0.80  # of the intervals, as everywhere where people are inside
Z: Final = 1.2816  # sds from the middle to either end of such an interval
SHARED: Final = 0.25  # of the variance of a day's person-hours: what is wrong in the same way every day
ENOUGH: Final = 0.9  # of a day must have been measured
FEWEST: Final = 20  # entries, for a mean stay
MOST_AT_ENDS: Final = 0.2  # of the entries: people inside when days began or ended, at most
MOST_APART: Final = 0.25  # by which entries and exits may differ
MOST_RATIO: Final = (
    1.5  # if the doors and the occupancy tell stays that differ by this factor, one of them is wrong
)
BY_HOUR: Final = 0.005  # sd of the share by which a counter is off at one hour and not at another
TURNED: Final = 0.03  # sd of the share of the stay that is lost where people are counted the wrong way


class Passed(NamedTuple):
    """People who passed in one direction in a day: mean and variance of their times in hours since it began."""

    people: float
    mean_h: float
    var_h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUse:
    """A business day of a space, summed up from its quarters of an hour.

    `hours` and `known_hours` are the day's and those of which the occupancy is known; `person_hours` are over the known
    ones, and `width_hours` is the width of their 80 % intervals added up in the same way. `open_*` are the same over
    the opening hours. `first` and `last` are the people in the first and last known quarter, `by_people` the share of
    the known hours in which a sensor counted the people inside. `entered` and `left` are None without data from a door;
    `coverage` is the share of the day in which all doors were watched. `over` tells that the day has ended.
    """

    day: date
    over: bool
    hours: float
    known_hours: float
    person_hours: float
    width_hours: float
    open_hours: float
    open_known_hours: float
    open_person_hours: float
    open_width_hours: float
    first: float
    last: float
    by_people: float
    entered: Passed | None
    left: Passed | None
    coverage: float
    peak: float | None
    peak_lower: float | None
    peak_upper: float | None
    peak_at: datetime | None


def usage(days: Sequence[DayUse], *, seats: int | None, capacity: int | None) -> Usage:
    """Return the use of a space with so many seats and such a capacity on `days` (at least one, in order)."""
    open_hours = sum(d.open_hours for d in days)
    stay, stay_days, reason, method = mean_stay(days)
    people, (peak, peak_at) = _mean_inside(days), _peak(days)
    counted = [d for d in days if d.over and d.entered is not None and d.coverage >= ENOUGH]
    entries = _entered(counted)
    hours = sum(d.open_hours for d in counted)
    return Usage(
        first=days[0].day,
        last=days[-1].day,
        open_hours=open_hours,
        coverage=_share(sum(d.open_known_hours for d in days), open_hours),
        flow_coverage=_share(sum(d.coverage * d.hours for d in days), sum(d.hours for d in days)),
        came=entries,
        stay_minutes=stay,
        stay_days=stay_days,
        stay_reason=reason,
        stay_method=method,
        people=people,
        peak=peak,
        peak_at=peak_at,
        per_seat_hour=_per(entries, (seats or 0) * hours),
        per_place_hour=_per(entries, (capacity or 0) * hours),
        seats_taken=_per(people, seats),
        seats_taken_peak=_per(peak, seats),
        utilisation=_per(people, capacity),
        utilisation_peak=_per(peak, capacity),
    )


def mean_stay(days: Sequence[DayUse]) -> tuple[Figure | None, int, Reason | None, Method | None]:
    """Return the mean stay in minutes, the number of days used, the reason if there is none, and the method."""
    over = [d for d in days if d.over]
    complete = [d for d in over if d.coverage >= ENOUGH and d.entered and d.left]
    if not complete:
        return None, 0, "no_flows" if over else "running", None
    if reason := _obstacle(complete):
        return None, len(complete), reason, None
    inside = [d for d in complete if d.known_hours >= ENOUGH * d.hours]
    by_people = _by_people(inside) if len(inside) == len(complete) else None
    by_doors = _by_doors(complete)
    if by_doors[0] <= 0:
        return None, len(complete), "vague", None
    if by_people and not 1 / MOST_RATIO < by_people[0] / by_doors[0] < MOST_RATIO:
        return None, len(complete), "disagree", None
    counted = sum(d.by_people for d in inside) > len(complete) / 2
    hours, var = by_people if by_people and counted else by_doors
    error = Z * math.sqrt(var)
    if error >= hours:
        return None, len(complete), "vague", None
    figure = Figure(value=60 * hours, lower=60 * (hours - error), upper=60 * (hours + error))
    return figure, len(complete), None, "people" if by_people and counted else "doors"


def _by_doors(days: Sequence[DayUse]) -> tuple[float, float]:
    """Return the mean stay in hours and its variance, from the mean times of entering and leaving."""
    parts = [(d.entered, d.left) for d in days if d.entered and d.left and d.entered.people and d.left.people]
    people = [(i.people + o.people) / 2 for i, o in parts]
    total = sum(people)
    mean = sum(n * (o.mean_h - i.mean_h) for n, (i, o) in zip(people, parts, strict=True)) / total
    missed = sum(
        n**2 * PASSAGE_VARIANCE * (i.var_h / i.people + o.var_h / o.people)
        for n, (i, o) in zip(people, parts, strict=True)
    )
    spread = sum(n * (i.var_h + o.var_h) for n, (i, o) in zip(people, parts, strict=True)) / total
    return mean, missed / total**2 + BY_HOUR**2 * spread + mean**2 * (TURNED**2 + _ends(days) ** 2 / 3)


def _by_people(days: Sequence[DayUse]) -> tuple[float, float] | None:
    """Return the mean stay in hours and its variance, from the people inside and the entries."""
    hours, people = sum(d.person_hours * d.hours / d.known_hours for d in days), _mean_passed(days)
    if hours <= 0 or people <= 0:
        return None
    relative = (
        _variance([d.width_hours * d.hours / d.known_hours for d in days]) / hours**2
        + (counting_error(people / 2, people, people**2) / people) ** 2
        + _ends(days) ** 2 / 3
    )
    return hours / people, (hours / people) ** 2 * relative


def _mean_passed(days: Sequence[DayUse]) -> float:
    """Return the mean of entries and exits."""
    return sum((d.entered.people if d.entered else 0) + (d.left.people if d.left else 0) for d in days) / 2


def _ends(days: Sequence[DayUse]) -> float:
    """Return the people inside when days began and ended, as a share of the entries."""
    return sum(d.first + d.last for d in days) / 2 / _mean_passed(days)


def together(spaces: Sequence[Sequence[float | None]]) -> list[float | None]:
    """Return the people in several disjoint spaces, step by step; None where one is unknown.

    Its maximum is the peak of the sum. The sum of the peaks may never have occurred.
    """
    return [None if None in row else math.fsum(n or 0 for n in row) for row in zip(*spaces, strict=True)]


def _obstacle(days: Sequence[DayUse]) -> Reason | None:
    """Return why no mean stay can be given for full days, or None."""
    entered, left = (
        sum(p.people for p in direction if p)
        for direction in zip(*((d.entered, d.left) for d in days), strict=True)
    )
    if min(entered, left) < FEWEST:
        return "few"
    if abs(entered - left) > MOST_APART * (entered + left) / 2:
        return "disagree"
    return "ends" if _ends(days) > MOST_AT_ENDS else None


def _entered(days: Sequence[DayUse]) -> Figure | None:
    """Return the entries on days whose doors were watched."""
    if not days:
        return None
    entered = sum(d.entered.people for d in days if d.entered)
    error = Z * counting_error(entered, entered, entered**2)
    return Figure(value=entered, lower=max(entered - error, 0.0), upper=entered + error)


def _mean_inside(days: Sequence[DayUse]) -> Figure | None:
    """Return the mean number inside over the measured open hours."""
    hours = sum(d.open_known_hours for d in days)
    if hours <= 0:
        return None
    mean = sum(d.open_person_hours for d in days) / hours
    error = Z * math.sqrt(_variance([d.open_width_hours for d in days])) / hours
    return Figure(value=mean, lower=max(mean - error, 0.0), upper=mean + error)


def _peak(days: Sequence[DayUse]) -> tuple[Figure | None, datetime | None]:
    """Return the highest minute of all days, with its own interval."""
    known = [d for d in days if d.peak is not None]
    if not known:
        return None, None
    top = max(known, key=lambda d: d.peak or 0)
    value = top.peak or 0.0
    lower = value if top.peak_lower is None else top.peak_lower
    upper = value if top.peak_upper is None else top.peak_upper
    return Figure(value=value, lower=lower, upper=upper), top.peak_at


def _variance(widths: Sequence[float]) -> float:
    """Return the variance of a sum over days from the widths of their 80 % intervals."""
    sds = [w / (2 * Z) for w in widths]
    return (1 - SHARED) * math.fsum(s * s for s in sds) + SHARED * math.fsum(sds) ** 2


def _per(figure: Figure | None, of: float | None) -> Figure | None:
    """Return a figure divided by a number; None without either."""
    if figure is None or not of:
        return None
    return Figure(value=figure.value / of, lower=figure.lower / of, upper=figure.upper / of)


def _share(part: float, total: float) -> float:
    return min(part / total, 1.0) if total else 0.0
