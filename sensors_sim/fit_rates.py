"""Arrival rates learnt from history: by weekday and hour, month, growth and the spread of days.

Hours that were not counted are left out, never taken for zero; so are closed days, public holidays and days with other
hours than usual. Rates are Poisson means with shrinkage: few weeks lean on the even pattern of weekday times hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from besok.model.arrays import Bools, Floats, Ints
from besok.model.errors import ScenarioError
from sensors_sim.hourly_history import HourlyHistory, entrances, site_entries
from sensors_sim.routes import Ground
from sensors_sim.scenario import Profile

LEAST_DAYS: Final = 10  # usual days on which most open hours were counted at every entrance
PRIOR_WEEKS: Final = 1.5  # the even pattern weighs as much as so many weeks
SEASON_DAYS: Final = 300  # from which months are learnt
SEASON_MONTHS: Final = 11
PAIRS: Final = 150  # days with one a year before, from which growth is learnt
YEAR: Final = 364  # days: the same weekday
HALF_LIFE: Final = 42  # days after which a day weighs half, where seasons are not known and may have moved on
STEADY: Final = 30  # rounds until the alternating fits converge
TINY: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntSite:
    """A learnt site: its profile, its growth a year if the history is long enough, and the days it rests on."""

    profile: Profile
    growth: float | None
    days: int
    coverage: float  # share of the open hours that could be learnt from


class SiteRates:
    """The rates of one site before those that depend on the whole world."""

    def __init__(self, ground: Ground, number: int, history: HourlyHistory) -> None:
        self._site, self._ways, self._hours = ground.sites[number], entrances(ground, number), history.hours
        self._entries = site_entries(history, self._site, self._ways)
        self._days = np.array([day.toordinal() for day in self._hours.days], dtype=np.int64)
        self._wanted = self._entries.open & self._entries.usual
        self._known = self._entries.known
        of_day, known = self._by_day(self._wanted), self._by_day(self._known)
        share = known / np.maximum(of_day, 1)
        self._whole: Bools = (of_day > 0) & (share >= 0.999)
        self._good = int(((of_day > 0) & (share >= 0.5)).sum())

    def learnt(self) -> LearntSite:
        """Learn the profile except routes, spaces and stays. Raises ScenarioError."""
        if self._good < LEAST_DAYS:
            raise ScenarioError([self._missing()])
        people = np.where(self._known, self._entries.people, 0.0)
        totals = self._by_day(people)
        growth = self._growth(totals)
        trend = (1 + (growth or 0.0)) ** ((self._days - self._days[-1]) / 365.25)
        months = self._months(totals, trend)
        factor = trend * (season_basis(self._hours.days) @ months)
        weight = np.ones(len(factor)) if len(set(months)) > 1 else day_weights(self._hours.days)
        week = self._week(people * weight[self._hours.day], factor * weight)
        open_days = len(np.unique(self._hours.weekday[self._wanted]))
        profile = Profile(
            site=self._site.id,
            week=tuple(tuple(round(float(v), 3) for v in row) for row in week),
            months=tuple(round(float(m), 4) for m in months),
            spread=round(self._spread(people, factor, week), 4),
            weeks=round(self._good / max(1, open_days)),
            until=self._hours.days[-1],
        )
        coverage = float(self._known.sum() / max(1, self._wanted.sum()))
        return LearntSite(profile=profile, growth=growth, days=self._good, coverage=coverage)

    def _by_day(self, hours: Floats | Bools) -> Floats:
        return sums(self._hours.day, hours, len(self._days))

    def _missing(self) -> str:
        parts = []
        for n, entrance in enumerate(self._ways):
            known = ~np.isnan(self._entries.by_entrance[self._wanted, n])
            parts.append(f"{entrance.portal} {float(known.mean()) if len(known) else 0.0:.0%}")
        counted = ", ".join(parts) or "there is no counted portal into it"
        days = f"{self._hours.days[0]} to {self._hours.days[-1]}"
        return (
            f"{self._site.id}: {self._good} usual open days of {days} were counted at every entrance, and at least "
            f"{LEAST_DAYS} are needed; counted of the open hours: {counted}"
        )

    def _growth(self, totals: Floats) -> float | None:
        """Growth a year, from whole days and those of the same weekday a year before; None with few of them."""
        complete = np.flatnonzero(self._whole)
        before = np.searchsorted(self._days, self._days[complete] - YEAR)
        paired = (self._days[before] == self._days[complete] - YEAR) & self._whole[before]
        if paired.sum() < PAIRS:
            return None
        ratio = totals[complete[paired]].sum() / max(1.0, totals[before[paired]].sum())
        return float(round(np.clip(ratio ** (365.25 / YEAR) - 1, -0.5, 1.0), 4))

    def _months(self, totals: Floats, trend: Floats) -> Floats:
        """Factors of the months, about 1; all 1 if less than most of a year was counted."""
        days = np.flatnonzero(self._whole)
        months = np.ones(12)
        if len(days) < SEASON_DAYS or len({self._hours.days[d].month for d in days}) < SEASON_MONTHS:
            return months
        weekday = np.array([self._hours.days[d].weekday() for d in days])
        basis, total = season_basis(self._hours.days)[days], totals[days]
        for _ in range(10 * STEADY):  # neighbouring months share their days, which takes its time
            usual = trend[days] * (basis @ months)
            by_weekday = np.bincount(weekday, total, 7) / np.maximum(np.bincount(weekday, usual, 7), TINY)
            expected = by_weekday[weekday] * usual
            months = months * (basis.T @ total) / np.maximum(basis.T @ expected, TINY)
        return np.asarray(months / months.mean())

    def _week(self, people: Floats, factor: Floats) -> Floats:
        """[7, 24] people entering, where a day has the factor 1; both are weighted."""
        cell = self._hours.cell
        exposure = np.where(self._known, factor[self._hours.day], 0.0)
        counts, worth, opens = (sums(cell, x, 168).reshape(7, 24) for x in (people, exposure, self._wanted))
        even = _even(counts, worth, opens > 0)
        return np.where(opens > 0, (counts + PRIOR_WEEKS * even) / (worth + PRIOR_WEEKS), 0.0)

    def _spread(self, people: Floats, factor: Floats, week: Floats) -> float:
        """Return the standard deviation of a day's level beyond what clumps of people explain.

        Var(day) = clump * mean + spread^2 * mean^2; the clump is the variance of hours around their day's own level.
        """
        day = self._hours.day
        expected = np.where(self._known, week.ravel()[self._hours.cell] * factor[day], 0.0)
        entries, mean = self._by_day(people), self._by_day(expected)
        good = self._whole & (mean > 0)
        level = np.where(mean > 0, entries / np.maximum(mean, TINY), 0.0)
        hour = self._known & good[day] & (expected > 1)
        usual = (expected * level[day])[hour]
        clump = float(np.mean((people[hour] - usual) ** 2 / np.maximum(usual, 1))) if hour.any() else 1.0
        loss = good.sum() / max(1.0, good.sum() - 7.0)  # a mean for each weekday was taken from the same days
        square = ((entries - mean)[good] ** 2).sum() * loss - clump * mean[good].sum()
        return float(np.sqrt(max(0.0, square / max(1.0, (mean[good] ** 2).sum()))))


def day_weights(days: Sequence[date]) -> Floats:
    """Return the weight of each day where no seasons are known: the last days weigh most."""
    age = np.array([(days[-1] - day).days for day in days])
    return np.asarray(0.5 ** (age / HALF_LIFE))


def sums(group: Ints, values: Floats | Bools, groups: int) -> Floats:
    """Return the sum of the values of each group."""
    return np.asarray(np.bincount(group, values, groups), dtype=np.float64)


def _even(counts: Floats, worth: Floats, opens: Bools) -> Floats:
    """Return the pattern weekday times hour that fits best; weekdays lean on their mean as if for one week."""
    hours, weekdays = np.ones(24), np.ones(7)
    for _ in range(STEADY):
        hours = np.where(counts.sum(axis=0) > 0, counts.sum(axis=0) / np.maximum(weekdays @ worth, TINY), 0.0)
        day = opens @ hours
        mean = counts.sum() / max(TINY, float((worth @ hours).sum()))
        weekdays = (counts.sum(axis=1) + mean * day) / np.maximum(worth @ hours + day, TINY)
    return weekdays[:, None] * hours[None, :] * opens


def season_basis(days: Sequence[date]) -> Floats:
    """Return [day, 12] how much each day is of each month, as in `seasons.month_factor`."""
    position = np.array([d.month - 1 + (d.day - 15) / 30 for d in days])
    low = np.floor(position).astype(np.int64)
    basis, rows = np.zeros((len(days), 12)), np.arange(len(days))
    basis[rows, low % 12] += 1 - (position - low)
    basis[rows, (low + 1) % 12] += position - low
    return basis
