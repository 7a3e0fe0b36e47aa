"""Arrival rates learnt from history: by weekday and hour, month, growth and the spread of days.

Hours that were not counted are left out, never taken for zero; so are closed days, public holidays and days with other
hours than usual. Rates are Poisson means with shrinkage: few weeks lean on the even pattern of weekday times hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from besok.model.errors import ScenarioError
from besok.model.site import Site
from sensors_sim.chronicle import Arrivals, Chronicle, arrivals, entrances
from sensors_sim.noise import Floats, Ints
from sensors_sim.routes import Ground
from sensors_sim.scenario import Profile

LEAST_DAYS: Final = 10  # usual days on which most open hours were counted at every entrance
PRIOR_WEEKS: Final = 1.5  # the even pattern weighs as much as so many weeks
SEASON_DAYS: Final = 300  # from which months are learnt
SEASON_MONTHS: Final = 11
PAIRS: Final = 150  # days with one a year before, from which growth is learnt
YEAR: Final = 364  # days: the same weekday
HALF_LIFE: Final = 42  # days after which a day weighs half, where seasons are not known and may have moved on
STEADY: Final = 30  # rounds until the alternating fits stand still


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A site's profile, its growth a year if the history is long enough, and on how much it rests."""

    profile: Profile
    growth: float | None
    days: int
    coverage: float  # share of the open hours that could be learnt from


class SiteRates:
    """One site's rates, before what only the whole world shows."""

    def __init__(self, ground: Ground, number: int, chronicle: Chronicle) -> None:
        self.site: Site = ground.sites[number]
        self.ways = entrances(ground, number)
        self.hours = chronicle.hours
        self.seen: Arrivals = arrivals(chronicle, self.site, self.ways)
        self._days = np.array([day.toordinal() for day in self.hours.days], dtype=np.int64)
        wanted = self.seen.open & self.seen.usual
        self.known: NDArray[np.bool_] = wanted & ~np.isnan(self.seen.people)
        count = len(self._days)
        of_day = np.bincount(self.hours.day, wanted, count)
        share = np.bincount(self.hours.day, self.known, count) / np.maximum(of_day, 1)
        self.whole: NDArray[np.bool_] = (of_day > 0) & (share >= 0.999)
        self.good = int(((of_day > 0) & (share >= 0.5)).sum())
        self.coverage = float(self.known.sum() / max(1, wanted.sum()))

    def learnt(self) -> Learnt:
        """The profile but for ways, spaces and stays. Raises ScenarioError."""
        if self.good < LEAST_DAYS:
            raise ScenarioError([self._missing()])
        people = np.where(self.known, self.seen.people, 0.0)
        totals = _sums(self.hours.day, people, len(self._days))
        growth = self._growth(totals)
        trend = (1 + (growth or 0.0)) ** ((self._days - self._days[-1]) / 365.25)
        season = Season.of(self.hours.days)
        months = self._months(totals, trend, season)
        factor = trend * (season.basis @ months)
        weight = np.ones(len(factor)) if len(set(months)) > 1 else faded(self.hours.days)
        week = self._week(people * weight[self.hours.day], factor * weight)
        spread = self._spread(people, factor, week)
        profile = Profile(
            site=self.site.id,
            week=tuple(tuple(round(float(v), 3) for v in row) for row in week),
            months=tuple(round(float(m), 4) for m in months),
            spread=round(spread, 4),
            weeks=round(self.good / max(1, self._open_days())),
            until=self.hours.days[-1],
        )
        return Learnt(profile=profile, growth=growth, days=self.good, coverage=self.coverage)

    def _open_days(self) -> int:
        """Days a week on which it is usually open."""
        weekdays = self.hours.weekday
        return len(np.unique(weekdays[self.seen.open & self.seen.usual]))

    def _missing(self) -> str:
        wanted = self.seen.open & self.seen.usual
        parts = []
        for n, way in enumerate(self.ways):
            share = float((~np.isnan(self.seen.by_entrance[wanted, n])).mean()) if wanted.any() else 0.0
            parts.append(f"{way.portal} {share:.0%}")
        counted = ", ".join(parts) or "there is no counted portal into it"
        days = f"{self.hours.days[0]} to {self.hours.days[-1]}"
        return (
            f"{self.site.id}: {self.good} usual open days of {days} were counted at every entrance, and at least "
            f"{LEAST_DAYS} are needed; counted of the open hours: {counted}"
        )

    def _growth(self, totals: Floats) -> float | None:
        """Growth a year, from whole days beside those of the same weekday a year before; None with few of them."""
        whole = np.flatnonzero(self.whole)
        before = np.searchsorted(self._days, self._days[whole] - YEAR)
        paired = (self._days[before] == self._days[whole] - YEAR) & self.whole[before]
        if paired.sum() < PAIRS:
            return None
        ratio = totals[whole[paired]].sum() / max(1.0, totals[before[paired]].sum())
        return float(round(np.clip(ratio ** (365.25 / YEAR) - 1, -0.5, 1.0), 4))

    def _months(self, totals: Floats, trend: Floats, season: "Season") -> Floats:
        """Factors of the months, about 1; all 1 if less than most of a year was counted."""
        days = np.flatnonzero(self.whole)
        if len(days) < SEASON_DAYS or len(np.unique(season.month[days])) < SEASON_MONTHS:
            return np.ones(12)
        weekday = np.array([self.hours.days[d].weekday() for d in days])
        basis, total, months = season.basis[days], totals[days], np.ones(12)
        for _ in range(10 * STEADY):  # neighbouring months share their days, which takes its time
            usual = trend[days] * (basis @ months)
            by_weekday = np.bincount(weekday, total, 7) / np.maximum(np.bincount(weekday, usual, 7), 1e-9)
            expected = by_weekday[weekday] * trend[days]
            months = months * (basis.T @ total) / np.maximum(basis.T @ (expected * (basis @ months)), 1e-9)
        return np.asarray(months / months.mean())

    def _week(self, people: Floats, factor: Floats) -> Floats:
        """[7, 24] people entering, where a day has the factor 1; both are weighted."""
        cell = self.hours.weekday * 24 + self.hours.clock
        exposure = np.where(self.known, factor[self.hours.day], 0.0)
        counts = _sums(cell, people, 168).reshape(7, 24)
        worth = _sums(cell, exposure, 168).reshape(7, 24)
        opens = np.bincount(cell, self.seen.open & self.seen.usual, 168).reshape(7, 24) > 0
        even = _even(counts, worth, opens)
        return np.where(opens, (counts + PRIOR_WEEKS * even) / (worth + PRIOR_WEEKS), 0.0)

    def _spread(self, people: Floats, factor: Floats, week: Floats) -> float:
        """Standard deviation of a day's level beyond what clumps of people explain.

        Var(day) = clump * mean + spread^2 * mean^2; the clump is the variance of hours around their day's own level.
        """
        days = len(self._days)
        expected = np.where(
            self.known, week[self.hours.weekday, self.hours.clock] * factor[self.hours.day], 0.0
        )
        came, mean = (np.bincount(self.hours.day, x, days) for x in (people, expected))
        kept = self.whole & (mean > 0)
        level = np.where(mean > 0, came / np.maximum(mean, 1e-9), 0.0)
        hour = self.known & kept[self.hours.day] & (expected > 1)
        own = expected * level[self.hours.day]
        clump = (
            float(np.mean((people[hour] - own[hour]) ** 2 / np.maximum(own[hour], 1))) if hour.any() else 1.0
        )
        loss = kept.sum() / max(1.0, kept.sum() - 7.0)  # a mean for each weekday was taken from the same days
        square = ((came - mean)[kept] ** 2).sum() * loss - clump * mean[kept].sum()
        return float(np.sqrt(max(0.0, square / max(1.0, (mean[kept] ** 2).sum()))))


def faded(days: Sequence[date]) -> Floats:
    """What each day weighs where no seasons are known: the last days most."""
    age = np.array([(days[-1] - day).days for day in days])
    return np.asarray(0.5 ** (age / HALF_LIFE))


def _sums(group: Ints, values: Floats, groups: int) -> Floats:
    return np.asarray(np.bincount(group, values, groups), dtype=np.float64)


def _even(counts: Floats, worth: Floats, opens: NDArray[np.bool_]) -> Floats:
    """The pattern weekday times hour that fits best; weekdays lean on their mean as if for one week."""
    hours = np.ones(24)
    weekdays = np.ones(7)
    for _ in range(STEADY):
        hours = counts.sum(axis=0) / np.maximum(weekdays @ worth, 1e-9)
        hours = np.where(counts.sum(axis=0) > 0, hours, 0.0)
        day = opens @ hours
        mean = counts.sum() / max(1e-9, float((worth @ hours).sum()))
        weekdays = (counts.sum(axis=1) + mean * day) / np.maximum(worth @ hours + day, 1e-9)
    return weekdays[:, None] * hours[None, :] * opens


@dataclass(frozen=True, slots=True)
class Season:
    """How much each day is of each month: seasons glide from the middle of a month to the middle of the next."""

    basis: Floats  # [day, 12]
    month: Ints

    @classmethod
    def of(cls, days: Sequence[date]) -> "Season":
        """As `seasons._month` has it."""
        position = np.array([d.month - 1 + (d.day - 15) / 30 for d in days])
        low = np.floor(position).astype(np.int64)
        basis = np.zeros((len(days), 12))
        rows = np.arange(len(days))
        basis[rows, low % 12] += 1 - (position - low)
        basis[rows, (low + 1) % 12] += position - low
        return cls(basis, np.array([d.month for d in days], dtype=np.int64))
