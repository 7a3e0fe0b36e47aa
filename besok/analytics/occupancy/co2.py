"""Occupancy by carbon dioxide: rough, but without drift.

In a well-mixed room dC/dt = g N - r (C - outdoor air), so N = slope dC/dt + level (C - base). Exponentially
weighted means keep that balance; the doors give entries and exits since then. Slope and level are learnt from past
days, and the error of an estimate from days that were not used to learn them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from besok.analytics.occupancy.dwell_time import PastDay
from besok.analytics.occupancy.levels import StuckLevels
from besok.model.arrays import Bools, Floats

MEAN_MINUTES = 45.0  # of the means: long relative to a sensor's noise, short relative to a day
LEAST_HEARD = 0.5  # share of such a mean that must have data
GAP_MINUTES = 20.0  # without a reading, from which on the means start again
# Of the air before anybody came: its mean, and the weight of the usual base
QUIET_MINUTES, USUAL_SHARE = 60.0, 0.1
DAYS, STEPS = 3, 12  # that are needed: days, and in all so many steps with people
BASE_SHARE = 5.0  # per cent of a day's readings that are below the base, about
# Slope / level where nothing is known: in so many the air is renewed once; as if a day said so
RENEWED_MINUTES = 45.0
EXPLAINED = 0.4  # share of the people's spread that must be explained on days that did not teach
# Standard deviation of the error: with nobody in, and as a share of the people
LEAST_STILL, LEAST_SHARE = 1.0, 0.15
SHARE, SHARE_PRIOR = 0.3, 0.05  # that share as it usually is, which counts as so much of all people seen
PRIOR_MINUTES, PRIOR_DAYS = 240.0, 4.0  # how long an error lasts, prior worth so many days
LEAST_MINUTES, MOST_MINUTES = 90.0, 900.0
REACH = 1.5  # of the most people ever inside: an estimate beyond is a fault
# Variances off the doors, on the mean of an hour, that begin to tell
DOUBT, WORST, DOUBT_MINUTES = 2.0, 100.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Co2Response:
    """Learnt response by space: people for each ppm a minute (`slope`) and for each ppm above `base` (`level`); the
    error with nobody inside and as a share of the people; how many minutes it lasts (not finite if unknown); the most
    people ever inside."""

    slope: Floats
    level: Floats
    base: Floats
    still: Floats
    share: Floats
    lasts: Floats
    most: Floats

    @classmethod
    def unknown(cls, spaces: int) -> "Co2Response":
        """Return an unknown response."""
        slope, level, base, still, share, most = np.zeros((6, spaces))
        lasts = np.full(spaces, np.inf)
        return cls(slope=slope, level=level, base=base, still=still, share=share, lasts=lasts, most=most)

    @property
    def known(self) -> Bools:
        """Spaces with a known response."""
        return np.isfinite(self.lasts)

    def sd(self, people: Floats) -> Floats:
        """Return the standard deviation of the error of an estimate of so many people."""
        return np.asarray(np.hypot(self.still, self.share * np.maximum(people, 0)))


class Co2Means:
    """The means of a day so far: of change and level of the air above those before anybody came, and of `other` values.

    A mean begins empty, and `_weight` is the share of it with data: so the balance is valid from the first minute on.
    Steps are trapezoids, so that a response learnt from quarters of an hour is valid for minutes.
    """

    def __init__(self, base: Floats, others: int) -> None:
        spaces = len(base)
        self._base = base
        self._weight, self._gap, self._smooth = np.zeros((3, spaces))
        self._first, self._last = np.full(
            (2, spaces), np.nan
        )  # reading at the beginning of the means; latest one
        self._other, self._before = np.zeros((2, others, spaces))
        self._quiet = np.zeros((3, spaces))  # change, level, and the share of them with data
        self._passed = np.zeros(spaces)

    def follow(
        self, co2: Floats, other: Floats, passed: Floats, minutes: float
    ) -> tuple[Floats, Floats, Floats]:
        """Return mean change (ppm a minute), level (ppm) and the `other` values by space; NaN where unknown."""
        self._gap = np.where(np.isnan(co2), self._gap + minutes, 0)
        over = self._gap > GAP_MINUTES
        on = ~(over | np.isnan(self._first))
        now = np.where(np.isnan(co2), self._last, co2)
        half = minutes / (2 * MEAN_MINUTES)
        keep, add = (1 - half) / (1 + half), half / (1 + half)
        self._smooth = np.where(on, keep * self._smooth + add * (now + self._last), now)
        self._other = np.where(on, keep * self._other + add * (other + self._before), 0)
        self._weight = np.where(on, keep * self._weight + 2 * add, 0)
        self._first = np.where(over, np.nan, np.where(on, self._first, co2))
        self._last, self._before = np.where(over, np.nan, now), other
        weight = np.where(self._weight >= LEAST_HEARD, self._weight, np.nan)
        change = (now - self._smooth) / MEAN_MINUTES / weight
        level = (self._smooth - (1 - self._weight) * self._first) / weight - self._base
        before_change, before_level = self._before_all(change, level, passed, minutes)
        return change - before_change, level - before_level, self._other / weight

    def _before_all(self, change: Floats, level: Floats, passed: Floats, minutes: float) -> Floats:
        """Return change and level above the base before anybody came today; zero without data of that time."""
        self._passed = self._passed + passed
        share = 1 - np.exp(-minutes / QUIET_MINUTES)
        current = np.stack([change, level, np.ones(len(level))])
        quiet = (self._passed == 0) & ~np.isnan(level)
        self._quiet = np.where(quiet, (1 - share) * self._quiet + share * current, self._quiet)
        return np.asarray(self._quiet[:2] / (self._quiet[2] + USUAL_SHARE))


class Co2Estimator:
    """Estimate of the people inside by the air of a day under way, with its reliability."""

    def __init__(self, air: Co2Response) -> None:
        spaces = len(air.base)
        self._air = air
        self._means, self._stuck = Co2Means(air.base, 2), StuckLevels(spaces)
        self._inside, self._lowest, self._passed, self._variance = np.zeros((4, spaces))  # by the doors
        self._off = np.ones(spaces)  # recent difference of air and doors, in variances

    def follow(
        self, co2: Floats, net: Floats, passed: Floats, variance: Floats, bias_sd: Floats, minutes: float
    ) -> Floats:
        """Return people at the end of each step, their sd, and how many minutes the error lasts, longer if doubtful.

        Shape 3 x steps x spaces, NaN where unknown. `net`, `passed` and `variance` (steps x spaces) are from the doors,
        `bias_sd` the sd of their bias.
        """
        evidence = np.full((3, *co2.shape), np.nan)
        if not self._air.known.any():
            return evidence
        stuck = self._stuck.stuck(co2, passed)
        for step in range(len(co2)):
            self._variance = self._variance + variance[step]
            by_doors = np.stack([self._inside + net[step] / 2, self._variance])
            self._inside, self._passed = self._inside + net[step], self._passed + passed[step]
            self._lowest = np.minimum(self._lowest, self._inside)
            means = self._means.follow(co2[step], by_doors, passed[step], minutes)
            evidence[:, step] = np.where(stuck[step], np.nan, self._evidence(*means, bias_sd, minutes))
        return evidence

    def _evidence(
        self, change: Floats, level: Floats, door_means: Floats, bias_sd: Floats, minutes: float
    ) -> Floats:
        air = self._air
        mean = air.slope * change + air.level * level
        since = self._inside - door_means[0]
        people, counted = np.maximum(mean + since, 0), self._inside - self._lowest
        most = np.maximum(mean, counted - since)  # of either, whichever is right
        sd = np.sqrt(air.sd(most) ** 2 + np.maximum(self._variance - door_means[1], 0))
        possible = (mean > -3 * air.still) & (mean < REACH * air.most + 3 * air.still)
        doors = self._variance + (bias_sd * self._passed / 2) ** 2
        off = (people - counted) ** 2 / np.maximum(sd**2 + doors, 1e-9)
        share = 1 - np.exp(-minutes / DOUBT_MINUTES)
        now = np.where(possible, np.minimum(off, WORST), WORST)
        known = air.known & ~np.isnan(mean)
        self._off = np.where(known, (1 - share) * self._off + share * now, self._off)
        lasts = air.lasts * np.maximum(self._off / DOUBT, 1) ** 2
        return np.where(known & possible, np.stack([people, sd, lasts]), np.nan)


def learn_air(days: Sequence[PastDay], co2: Sequence[Floats], spaces: int) -> Co2Response:
    """Learn the response of the air to people from past days and their carbon dioxide readings (steps x spaces)."""
    response = Co2Response.unknown(spaces)
    for n in range(spaces):
        heard = [
            (day, air[:, n]) for day, air in zip(days, co2, strict=True) if not np.isnan(air[:, n]).all()
        ]
        learnt = _space(heard, n) if len(heard) >= DAYS else {}
        for name, value in learnt.items():
            getattr(response, name)[n] = value
    return response


def _means(days: Sequence[tuple[PastDay, Floats]], space: int) -> tuple[Floats, Floats, Floats, float]:
    """Return change, level and people as known during past days (steps x days; NaN if unknown), and the usual base."""
    entries, people = (
        _columns_as_grid([getattr(day, name)[:, space] for day, _ in days])
        for name in ("people_in", "people")
    )
    before = np.vstack([np.zeros(len(days)), people[:-1]])
    passed = np.nan_to_num(2 * entries - people + before)
    air = _columns_as_grid([co2 for _, co2 in days])
    air = np.where(StuckLevels(len(days)).stuck(air, passed), np.nan, air)
    bases = [np.percentile(c[~np.isnan(c)], BASE_SHARE) for c in air.T if not np.isnan(c).all()]
    base = float(np.median(bases)) if bases else 0.0
    means = Co2Means(np.full(len(days), base), 1)
    steps = zip(air, (people + before) / 2, passed, strict=True)
    results = [means.follow(now, inside[None], p, days[0][0].minutes) for now, inside, p in steps]
    change, level, others = (np.stack(column) for column in zip(*results, strict=True))
    return change, level, others[:, 0], base


def _columns_as_grid(columns: Sequence[Floats]) -> Floats:
    """Return days as columns; NaN after the end of shorter ones."""
    grid = np.full((max(map(len, columns)), len(columns)), np.nan)
    for n, column in enumerate(columns):
        grid[: len(column), n] = column
    return grid


def _space(days: Sequence[tuple[PastDay, Floats]], space: int) -> dict[str, float]:
    """Estimate the response of a space from days with readings: the fields of Co2Response, none if too little is
    known.
    """
    trust = np.array([day.trust[space] for day, _ in days])
    *means, base = _means(days, space)
    known = ~np.isnan(np.sum(means[1:], axis=0))
    weight = np.where(known, trust, 0)
    change, level, people = np.where(known, means, 0)
    active = known & (people > 0.5)
    if (weight * active).sum() < STEPS or (active.any(0) * trust).sum() < DAYS / 2:
        return {}
    typical = float((weight * people).sum() / weight.sum())
    response = np.stack([change, level])
    coefficients, others = _regression(response, people, weight)
    estimate = np.maximum((response * others).sum(0), 0)
    error = np.where(known, estimate - people, 0)
    explained = 1 - (weight * error**2).sum() / (weight * (people - typical) ** 2).sum()
    if explained < EXPLAINED:
        return {}
    still, share = _spread(error, people, weight, active)
    off, on = error / np.hypot(still, share * estimate), known & (np.maximum(estimate, people) > 0.5)
    by_day = [day[active_steps] for day, active_steps in zip(off.T, on.T, strict=True)]
    more = 1 + 1 / len(trust)
    return {
        "slope": coefficients[0],
        "level": coefficients[1],
        "base": base,
        "still": still * more,
        "share": share * more,
        "lasts": _lasting(by_day, trust, days[0][0].minutes),
        "most": people.max(),
    }


def _regression(response: Floats, people: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Slope and level, none below zero, by all days and, for each day, by all others (2 x days)."""
    gram = np.einsum("itd,jtd,td->ijd", response, response, weight)
    moment = np.einsum("itd,td,td->id", response, people, weight)
    likely = np.array([1, -RENEWED_MINUTES])
    gram_all = gram.sum(2) + np.outer(likely, likely) * gram[0, 0].mean()
    moment_all = moment.sum(1)
    days = range(people.shape[1])
    others = [_nonnegative(gram_all - gram[:, :, d], moment_all - moment[:, d]) for d in days]
    return _nonnegative(gram_all, moment_all), np.stack(others, axis=1)[:, None]


def _nonnegative(gram: Floats, moment: Floats) -> Floats:
    """Least squares of unknowns none of which is below zero, by normal equations."""
    root = np.linalg.cholesky(gram + 1e-9 * (1 + np.trace(gram)) * np.eye(len(gram)))
    return np.asarray(nnls(root.T, np.linalg.solve(root, moment))[0])


def _spread(error: Floats, people: Floats, weight: Floats, active: Bools) -> tuple[float, float]:
    """Return the standard deviation of the error with nobody inside, and as a share of the people."""
    empty = weight * ~active
    still2 = max(float((empty * error**2).sum() / max(empty.sum(), 1e-9)), LEAST_STILL**2)
    above = (weight * active * (error**2 - still2)).sum()
    all2 = (weight * active * people**2).sum()
    share2 = (max(above, 0) + SHARE_PRIOR * SHARE**2 * all2) / (all2 * (1 + SHARE_PRIOR))
    return np.sqrt(still2), max(np.sqrt(share2), LEAST_SHARE)


def _lasting(off: Sequence[Floats], trust: Floats, minutes: float) -> float:
    """Return how many minutes an error lasts, from the errors of the means of full days.

    `off` are the errors of the steps of each day, of so many `minutes`, in standard deviations.
    """
    usable = [(errors, t) for errors, t in zip(off, trust, strict=True) if len(errors) > 4]
    days = sum(t for _, t in usable)
    lasts = sum(t * len(errors) * minutes * float(errors.mean()) ** 2 for errors, t in usable)
    return float(
        np.clip((lasts + PRIOR_DAYS * PRIOR_MINUTES) / (days + PRIOR_DAYS), LEAST_MINUTES, MOST_MINUTES)
    )
