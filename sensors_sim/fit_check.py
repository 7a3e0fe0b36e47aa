"""Check of a fitted world by weeks of history that were held back, beside a simple mean."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from besok.model.arrays import Bools, Floats, Ints
from besok.model.errors import ScenarioError
from besok.model.plurals import many
from besok.model.site import SiteFile
from sensors_sim.fit import ROUNDS, learn
from sensors_sim.hourly_history import HourlyHistory, SiteEntries, entrances, simulated_history, site_entries
from sensors_sim.routes import Ground, lay_out
from sensors_sim.whatif import BAND, Range, ranged
from sensors_sim.world import World

NAIVE_WEEKS = 8  # before those held back, of which the mean by weekday and hour is the naive guess
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
    history: HourlyHistory,
    sites: tuple[str, ...],
    weeks: int,
    seeds: tuple[int, ...],
    rounds: int = ROUNDS,
) -> tuple[SiteCheck, ...]:
    """Fit all but the last `weeks`, make them with each of `seeds` and compare. Raises ScenarioError."""
    days = history.hours.days
    split = days[-1] - timedelta(weeks=weeks)
    if split < days[0]:
        raise ScenarioError([f"{many(len(days), 'day')}: too few to hold {many(weeks, 'week')} of them back"])
    before, held = history.between(days[0], split), history.between(split + timedelta(days=1), days[-1])
    scenario, learnt = learn(site_file, before, sites, rounds)
    first, last = held.hours.days[0], held.hours.days[-1]
    made = [simulated_history(World(site_file, seed, scenario), first, last) for seed in seeds]
    ground = lay_out(site_file)
    numbers = {site.id: n for n, site in enumerate(ground.sites)}
    return tuple(_Held(ground, numbers[x.profile.site], before, held, made).check() for x in learnt)


class _Held:
    """The held-back weeks of one site."""

    def __init__(
        self,
        ground: Ground,
        number: int,
        before: HourlyHistory,
        held: HourlyHistory,
        made: list[HourlyHistory],
    ) -> None:
        self._site, self._hours = ground.sites[number], held.hours
        ways = entrances(ground, number)
        self._entries = site_entries(held, self._site, ways)
        self._known: Bools = self._entries.open & ~np.isnan(self._entries.people)
        if not self._known.any():
            raise ScenarioError([f"{self._site.id}: nothing was counted in the weeks held back"])
        self._fitted = np.array([site_entries(one, self._site, ways).people for one in made])  # [seed, hour]
        self._naive = _naive(before, site_entries(before, self._site, ways), held)
        root = f"{self._site.id}/{self._site.id}"
        self._inside, self._made_inside = held.space(root), np.array([one.space(root) for one in made])

    def check(self) -> SiteCheck:
        """Make all comparisons."""
        known, observed, mean = self._known, self._entries.people, self._fitted.mean(axis=0)
        cell = self._hours.cell[known]
        means = [_mean(cell, values[known], 168) for values in (observed, mean, self._naive)]
        fitted_days = np.array([self._by_day(one) for one in self._fitted])
        return SiteCheck(
            site=self._site.id,
            first=self._hours.days[0].isoformat(),
            last=self._hours.days[-1].isoformat(),
            hours=int(known.sum()),
            profile=_errors(*(m[~np.isnan(m)] for m in means)),
            hourly=_errors(observed[known], mean[known], self._naive[known]),
            weekdays=tuple(self._weekday(n) for n in range(7)),
            total=self._beside(np.sum),
            busy_hour=self._beside(_busy),
            busiest_hour=self._beside(np.max),
            full_hour=self._people_inside(_busy),
            fullest_hour=self._people_inside(np.max),
            days_in_band=_in_band(self._by_day(observed), fitted_days),
            hours_in_band=_in_band(observed[known], self._fitted[:, known]),
        )

    def _by_day(self, values: Floats) -> Floats:
        """[day] sums over the known hours, of days that have any."""
        day = self._hours.day[self._known]
        return np.asarray(np.bincount(day, values[self._known])[np.unique(day)], dtype=np.float64)

    def _weekday(self, weekday: int) -> Beside | None:
        own = self._known & (self._hours.weekday == weekday)
        days = len(np.unique(self._hours.day[own]))
        return self._beside(lambda values: values.sum() / days, own) if days else None

    def _beside(self, figure: Figure, own: Bools | None = None) -> Beside:
        rows = self._known if own is None else own
        return Beside(
            observed=float(figure(self._entries.people[rows])),
            fitted=ranged(np.array([figure(one[rows]) for one in self._fitted], dtype=np.float64)),
            naive=float(figure(self._naive[rows])),
        )

    def _people_inside(self, figure: Figure) -> Beside | None:
        rows = self._entries.open & ~np.isnan(self._inside)
        if not rows.any():
            return None
        made = np.array([figure(one[rows]) for one in self._made_inside], dtype=np.float64)
        return Beside(observed=float(figure(self._inside[rows])), fitted=ranged(made), naive=None)


def _naive(before: HourlyHistory, entries: SiteEntries, held: HourlyHistory) -> Floats:
    """Return the mean by weekday and hour of the last weeks; where there is none, of that hour of all days."""
    hours = before.hours
    known = (hours.day >= len(hours.days) - 7 * NAIVE_WEEKS) & entries.usual & ~np.isnan(entries.people)
    people = entries.people[known]
    guess = _mean(hours.cell[known], people, 168)[held.hours.cell]
    by_clock = _mean(hours.clock[known], people, 24)[held.hours.clock]
    return np.where(np.isnan(guess), np.nan_to_num(by_clock), guess)


def _mean(cell: Ints, values: Floats, cells: int) -> Floats:
    """[cell] means; NaN where there is nothing."""
    count = np.bincount(cell, minlength=cells)
    return np.where(count > 0, np.bincount(cell, values, cells) / np.maximum(count, 1), np.nan)


def _errors(observed: Floats, fitted: Floats, naive: Floats) -> Error:
    mean = max(1e-9, float(observed.mean()))
    fit, simple = (float(np.sqrt(((guess - observed) ** 2).mean())) / mean for guess in (fitted, naive))
    return Error(fitted=round(fit, 4), naive=round(simple, 4))


def _busy(values: Floats) -> float:
    return float(np.quantile(values, 0.95))


def _in_band(observed: Floats, made: Floats) -> float:
    """Return the share of the observed that lies in the band of the replications (as `ranged`), their ends among it."""
    low, high = (np.quantile(made, q, axis=0, method="weibull") for q in BAND[1:])
    return round(float(((observed >= low) & (observed <= high)).mean()), 4)
