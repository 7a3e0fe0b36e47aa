"""How well a fitted world reproduces weeks of history that were held back, beside what a simple mean would say."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from besok.model.errors import ScenarioError
from besok.model.plurals import many
from besok.model.site import SiteFile
from sensors_sim.chronicle import Arrivals, Chronicle, arrivals, entrances, told
from sensors_sim.fit import ROUNDS, learn
from sensors_sim.noise import Floats, Ints
from sensors_sim.routes import Ground, lay_out
from sensors_sim.whatif import Range, ranged
from sensors_sim.world import World

NAIVE_WEEKS = 8  # before those held back, of which the mean by weekday and hour is the naive guess
EDGE = 0.8  # of the replications lie within the band
Figure = Callable[[Floats], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A figure as it was, as the fitted world has it and as the naive guess has it."""

    observed: float
    fitted: Range
    naive: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """A root mean square error as a share of the mean."""

    fitted: float
    naive: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCheck:
    """A site in the weeks that were held back. Only hours that were counted are compared."""

    site: str
    first: str  # business days held back, as in ISO 8601
    last: str
    hours: int
    profile: Error  # of the mean by weekday and hour
    hourly: Error  # of each single hour
    weekdays: tuple[Beside | None, ...]  # people entering on a mean day, Monday first; None if never counted
    total: Beside
    busy_hour: Beside  # people entering in an hour: 95 % are quieter
    busiest_hour: Beside
    full_hour: Beside | None  # people in the site, mean of an hour: 95 % are emptier
    fullest_hour: Beside | None
    days_in_band: float  # share of the days that lie in the 80 % band of the replications
    hours_in_band: float


def check(
    site_file: SiteFile,
    chronicle: Chronicle,
    sites: tuple[str, ...],
    weeks: int,
    seeds: tuple[int, ...],
    rounds: int = ROUNDS,
) -> tuple[SiteCheck, ...]:
    """Fit all but the last `weeks`, make them with each of `seeds` and compare. Raises ScenarioError."""
    days = chronicle.hours.days
    split = days[-1] - timedelta(weeks=weeks)
    if split < days[0]:
        raise ScenarioError([f"{many(len(days), 'day')}: too few to hold {many(weeks, 'week')} of them back"])
    before, held = chronicle.between(days[0], split), chronicle.between(split + timedelta(days=1), days[-1])
    scenario, learnt = learn(site_file, before, sites, rounds)
    made = [told(World(site_file, seed, scenario), held.hours.days[0], held.hours.days[-1]) for seed in seeds]
    ground = lay_out(site_file)
    numbers = {site.id: n for n, site in enumerate(ground.sites)}
    return tuple(_Held(ground, numbers[x.profile.site], before, held, made).check() for x in learnt)


class _Held:
    """The held-back weeks of one site."""

    def __init__(
        self, ground: Ground, number: int, before: Chronicle, held: Chronicle, made: list[Chronicle]
    ) -> None:
        self.site, self.hours = ground.sites[number], held.hours
        ways = entrances(ground, number)
        self.seen = arrivals(held, self.site, ways)
        self.known: NDArray[np.bool_] = self.seen.open & ~np.isnan(self.seen.people)
        if not self.known.any():
            raise ScenarioError([f"{self.site.id}: nothing was counted in the weeks held back"])
        self.fitted = np.array([arrivals(one, self.site, ways).people for one in made])  # [replication, hour]
        self.naive = _naive(before, arrivals(before, self.site, ways), held)
        root = f"{self.site.id}/{self.site.id}"
        self.inside, self.made_inside = _column(held, root), np.array([_column(one, root) for one in made])

    def check(self) -> SiteCheck:
        """All comparisons."""
        known, observed = self.known, self.seen.people
        mean = self.fitted.mean(axis=0)
        cell = self.hours.weekday * 24 + self.hours.clock
        profiles = [_by_cell(cell[known], values[known]) for values in (observed, mean, self.naive)]
        days = self._by_day
        return SiteCheck(
            site=self.site.id,
            first=self.hours.days[0].isoformat(),
            last=self.hours.days[-1].isoformat(),
            hours=int(known.sum()),
            profile=_errors(*profiles),
            hourly=_errors(observed[known], mean[known], self.naive[known]),
            weekdays=tuple(self._weekday(n) for n in range(7)),
            total=self._beside(np.sum),
            busy_hour=self._beside(_busy),
            busiest_hour=self._beside(np.max),
            full_hour=self._inside(_busy),
            fullest_hour=self._inside(np.max),
            days_in_band=_in_band(days(observed), np.array([days(one) for one in self.fitted])),
            hours_in_band=_in_band(observed[known], self.fitted[:, known]),
        )

    def _by_day(self, values: Floats) -> Floats:
        """[day] sums over the known hours, of days that have any."""
        day = self.hours.day[self.known]
        sums = np.bincount(day, values[self.known], len(self.hours.days))
        return np.asarray(sums[np.bincount(day, minlength=len(sums)) > 0], dtype=np.float64)

    def _weekday(self, weekday: int) -> Beside | None:
        own = self.known & (self.hours.weekday == weekday)
        days = len(np.unique(self.hours.day[own]))
        return self._beside(lambda values: values.sum() / days, own) if days else None

    def _beside(self, figure: Figure, own: NDArray[np.bool_] | None = None) -> Beside:
        rows = self.known if own is None else own
        return Beside(
            observed=float(figure(self.seen.people[rows])),
            fitted=ranged(np.array([figure(one[rows]) for one in self.fitted], dtype=np.float64)),
            naive=float(figure(self.naive[rows])),
        )

    def _inside(self, figure: Figure) -> Beside | None:
        rows = self.seen.open & ~np.isnan(self.inside)
        if not rows.any():
            return None
        made = np.array([figure(one[rows]) for one in self.made_inside], dtype=np.float64)
        return Beside(observed=float(figure(self.inside[rows])), fitted=ranged(made), naive=None)


def _column(chronicle: Chronicle, space: str) -> Floats:
    if space not in chronicle.spaces:
        return np.full(len(chronicle.hours.start), np.nan)
    return chronicle.people[:, chronicle.spaces.index(space)]


def _naive(before: Chronicle, seen: Arrivals, held: Chronicle) -> Floats:
    """The mean by weekday and hour of the last weeks; where there is none, of that hour of all days."""
    hours = before.hours
    recent = hours.day >= len(hours.days) - 7 * NAIVE_WEEKS
    known = recent & seen.usual & ~np.isnan(seen.people)
    cell, clock = hours.weekday[known] * 24 + hours.clock[known], hours.clock[known]
    by_cell, by_clock = _mean(cell, seen.people[known], 168), _mean(clock, seen.people[known], 24)
    guess = by_cell[held.hours.weekday * 24 + held.hours.clock]
    return np.where(np.isnan(guess), np.nan_to_num(by_clock[held.hours.clock]), guess)


def _mean(cell: Ints, values: Floats, cells: int) -> Floats:
    """[cell] means; NaN where there is nothing."""
    count = np.bincount(cell, minlength=cells)
    sums = np.bincount(cell, values, cells)
    return np.where(count > 0, sums / np.maximum(count, 1), np.nan)


def _by_cell(cell: Ints, values: Floats) -> Floats:
    means = _mean(cell, values, 168)
    return means[~np.isnan(means)]


def _errors(observed: Floats, fitted: Floats, naive: Floats) -> Error:
    mean = max(1e-9, float(observed.mean()))
    fit, simple = (float(np.sqrt(((guess - observed) ** 2).mean())) / mean for guess in (fitted, naive))
    return Error(fitted=round(fit, 4), naive=round(simple, 4))


def _busy(values: Floats) -> float:
    return float(np.quantile(values, 0.95))


def _in_band(observed: Floats, made: Floats) -> float:
    """The share of the observed that lies in the band of the replications (as `ranged`), their ends among it."""
    low, high = (np.quantile(made, q, axis=0, method="weibull") for q in ((1 - EDGE) / 2, (1 + EDGE) / 2))
    return round(float(((observed >= low) & (observed <= high)).mean()), 4)
