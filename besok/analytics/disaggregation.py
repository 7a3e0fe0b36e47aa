"""Temporal disaggregation: days of a period of which only the total is known, by the calendar, and their error.

    visits of a day = total * weight / sum of the weights of the period's days

A weight is the expected size of a day relative to others: its opening hours, times a factor of its weekday and one of
its month as far as known from other counts of the site. About it days and months of the year vary independently,

    visits = weight * level * (1 + day_sd * e + month_sd * u),

so that the variance of the sum of some days of a period, given its total, is V(some) - C(some, all)^2 / V(all):
zero for a whole period. In proportion, not by a smooth curve through the totals (Denton): a total changes no other
period's days, and no day is negative.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

import numpy as np

from besok.analytics.robust import scatter_with_prior
from besok.model.arrays import Bools, Floats, Ints

DAY = timedelta(days=1)
# Of a day about its opening hours: 0.14 to 0.34 at nine streets of Leeds, Melbourne and Auckland, 0.09 to 0.17 once
# their weekdays are learnt. Of a month about its share of the year: 0.08 there and at Newcastle's library, at most
# 0.14.
DAY_SD, MONTH_SD = 0.25, 0.1
WALK_SD = 0.1  # of the level in a year, as in forecasts
BELIEF_DAYS = 60  # days' worth of belief in DAY_SD, and in all weekdays alike for each hour
BELIEF_MONTHS = 12
EMPTY = 0.03  # of the usual day: fewer are a closure, no evidence of open days


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Visits expected for each opening hour by weekday (Monday 0) and month (January 0), each about 1, and how far days
    and months are from it."""

    weekday: Floats
    month: Floats
    day_sd: float
    month_sd: float

    def weights(self, days: Sequence[date], hours: Floats) -> Floats:
        """Return the weight of each day; a day without opening hours has none, unless all are so."""
        if not (hours > 0).any():
            hours = np.ones(len(days))
        weekdays, months = np.array([d.weekday() for d in days]), np.array([d.month - 1 for d in days])
        return np.asarray(hours * self.weekday[weekdays] * self.month[months])


PLAIN = Profile(weekday=np.ones(7), month=np.ones(12), day_sd=DAY_SD, month_sd=MONTH_SD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A total spread over its `days`: their weights add up to 1; `expected` is the sum of what the profile expects."""

    days: tuple[date, ...]
    weights: Floats
    visits: float
    expected: float
    month: Ints  # of each day, from 0 on
    profile: Profile

    @property
    def by_day(self) -> Floats:
        """Visits of each day; they add up to the total."""
        return self.visits * self.weights

    def error(self, some: Bools) -> float:
        """Return the standard error of the sum of some of the days."""
        if some.all() or not some.any():
            return 0.0
        days = np.stack([self.weights * some, self.weights * ~some])
        months = np.stack([np.bincount(self.month, weights) for weights in days])
        (part, both), (_, rest) = (
            self.profile.day_sd**2 * days @ days.T + self.profile.month_sd**2 * months @ months.T
        )
        total = part + rest + 2 * both
        return float(self.visits * sqrt(max(part - (part + both) ** 2 / total, 0.0))) if total > 0 else 0.0


def spread(first: date, last: date, visits: float, hours: Floats, profile: Profile = PLAIN) -> Spread:
    """Spread a total over the days `first` to `last`, of which each has so many opening hours.

    `spread(date(2026, 3, 2), date(2026, 3, 3), 30.0, np.array([5.0, 10.0])).by_day` is 10 and 20.
    """
    days = tuple(first + n * DAY for n in range((last - first).days + 1))
    weights = profile.weights(days, hours)
    total = float(weights.sum())
    month = np.array([_month(day) - _month(first) for day in days], np.int64)
    return Spread(
        days=days, weights=weights / total, visits=visits, expected=total, month=month, profile=profile
    )


def draw(spreads: Sequence[Spread], rng: np.random.Generator) -> dict[date, float]:
    """Return a random factor for each day's share of its total: one draw of what the totals leave open.

    Months follow a random walk given the totals, days vary about it; the totals are unchanged. For models that
    learn how visits vary: shares of a total vary too little, and years of even months look like years of no change.
    """
    totals: dict[tuple[date, date], float] = defaultdict(float)
    for one in spreads:
        totals[one.days[0], one.days[-1]] += one.visits
    by_span = {(s.days[0], s.days[-1]): s for s in spreads if totals[s.days[0], s.days[-1]] > 0}
    months, number = np.unique([_month(d) for s in by_span.values() for d in s.days], return_inverse=True)
    ends = np.cumsum([len(s.days) for s in by_span.values()])[:-1]
    within = np.split(number, ends)
    if not by_span:
        return {}
    share = np.stack(
        [np.bincount(m, s.weights, len(months)) for m, s in zip(within, by_span.values(), strict=True)]
    )
    level = np.log([totals[span] / s.expected for span, s in by_span.items()])
    at = months - months[0] + 1
    prior = np.ones((len(at), len(at))) + WALK_SD**2 / 12 * np.minimum.outer(at, at)
    prior += next(iter(by_span.values())).profile.month_sd ** 2 * np.eye(len(at))
    walk = np.linalg.cholesky(prior) @ rng.standard_normal(len(at))
    covariance = share @ prior @ share.T + 1e-9 * np.eye(len(level))
    walk += prior @ share.T @ np.linalg.solve(covariance, level - level.mean() - share @ walk)
    factors: dict[date, float] = {}
    for month, s in zip(within, by_span.values(), strict=True):
        times = np.exp(walk[month] + s.profile.day_sd * rng.standard_normal(len(month)))
        factors |= dict(zip(s.days, (times / (s.weights @ times)).tolist(), strict=True))
    return factors


def _month(day: date) -> int:
    return day.year * 12 + day.month


def learn(
    days: Sequence[date], visits: Floats, hours: Floats, months: Sequence[tuple[date, float]] = ()
) -> Profile:
    """Return the profile of known days, without closed ones, and of `months`.

    `months` are first days of known months, with their visits per opening hour.
    """
    usual = float(np.median(visits[visits > 0])) if (visits > 0).any() else 0.0
    open_ = (hours > 0) & (visits > EMPTY * usual) if usual else np.zeros(len(days), np.bool_)
    known = [day for day, is_open in zip(days, open_, strict=True) if is_open]
    visits, hours = visits[open_], hours[open_]
    weekday = _weekdays(np.array([d.weekday() for d in known], np.int64), visits, hours)
    rates = dict(months)
    rates |= dict(_rates(known, visits, hours * weekday[[d.weekday() for d in known]] if known else hours))
    month, month_sd = _months(rates)
    profile = Profile(weekday=weekday, month=month, day_sd=DAY_SD, month_sd=month_sd)
    return Profile(
        weekday=weekday, month=month, day_sd=_day_sd(known, visits, hours, profile), month_sd=month_sd
    )


def _weekdays(weekday: Ints, visits: Floats, hours: Floats) -> Floats:
    """Return the visits per hour of each weekday relative to the mean, shrunk towards 1 with few known."""
    if not len(weekday):
        return np.ones(7)
    rate = visits.sum() / hours.sum()
    prior_hours = BELIEF_DAYS / 7 * hours.mean()
    seen, expected = (np.bincount(weekday, weights=w, minlength=7) for w in (visits, hours * rate))
    return np.asarray((seen + prior_hours * rate) / (expected + prior_hours * rate))


def _rates(days: Sequence[date], visits: Floats, hours: Floats) -> Iterator[tuple[date, float]]:
    """Yield the visits per hour of the months with 15 or more known days."""
    firsts = np.array([d.replace(day=1).toordinal() for d in days], np.int64)
    for first in np.unique(firsts).tolist():
        in_month = firsts == first
        if in_month.sum() >= 15 and hours[in_month].sum() > 0:
            yield date.fromordinal(first), float(visits[in_month].sum() / hours[in_month].sum())


def _months(rates: dict[date, float]) -> tuple[Floats, float]:
    """Return the factor of each month, and how far a year's months are from it.

    From years with ten or more known months; a month far below the others was closed.
    """
    years: dict[int, dict[int, float]] = {}
    for first, rate in rates.items():
        years.setdefault(first.year, {})[first.month - 1] = rate
    shares = np.full((0, 12), np.nan)
    for months in years.values():
        values = np.array([months.get(n, np.nan) for n in range(12)])
        values[values < 0.3 * np.nanmedian(values)] = np.nan
        if np.isfinite(values).sum() >= 10:
            shares = np.vstack([shares, values / np.nanmean(values)])
    if not len(shares):
        return np.ones(12), MONTH_SD
    number = np.isfinite(shares).sum(axis=0)
    factor = (np.nansum(shares, axis=0) + 0.5) / (number + 0.5)
    residuals = (shares - factor)[np.isfinite(shares)]
    square = (float((residuals**2).sum()) + BELIEF_MONTHS * MONTH_SD**2) / (len(residuals) + BELIEF_MONTHS)
    return factor, sqrt(square)


def _day_sd(days: Sequence[date], visits: Floats, hours: Floats, profile: Profile) -> float:
    """Return the spread of days about the profile within their months, robust against outliers."""
    if len(days) < 28:
        return DAY_SD
    weights = profile.weights(days, hours)
    _, month = np.unique([_month(d) for d in days], return_inverse=True)
    level = np.bincount(month, weights=visits) / np.bincount(month, weights=weights)
    residuals = visits / (weights * level[month]) - 1
    return scatter_with_prior(residuals, DAY_SD, BELIEF_DAYS)
