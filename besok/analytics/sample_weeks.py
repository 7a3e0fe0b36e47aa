"""A year of visits from weeks that were counted by hand: the stratified ratio estimator, with its error.

The weeks of a year are of three kinds (school term, school holidays, summer). In each kind h visits are taken to be in
proportion to opening hours, so that a week in which the site is open half as long counts half:

    T = sum of the counts + sum over kinds of r_h X_h,   r_h = sum of visits / sum of hours of its counted weeks,

X_h being the hours of the weeks that were not counted. The variance is that of the textbook (Cochran, Sampling
Techniques, 1977, sections 5.3 and 6.11), r_h^2 cv^2 (X_h^2 / n_h + sum of x^2), which is N^2 (1 - n/N) s^2 / n where
all weeks are equally long: the finite population correction. Two weeks cannot tell how weeks vary: the coefficient of
variation is pooled over the kinds, with a prior that is worth PRIOR_WEEKS degrees of freedom. A kind of which no week
was counted has the rate of a kind that was, times a ratio of which only a prior is known, and shares its error. Degrees
of freedom: Satterthwaite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from scipy.special import ndtri, stdtrit

from besok.model.arrays import Floats

WeekKind = Literal["term", "holidays", "summer"]
KINDS: tuple[WeekKind, ...] = get_args(WeekKind)

# Weeks of one kind and year, four cameras of Leeds, six years: a coefficient of variation of 0.16 in term, 0.17 in
# holidays, 0.06 in summer.
PRIOR_CV, PRIOR_WEEKS = 0.16, 8.0
# Visits per opening hour beside those in term, and the standard deviation of that: holidays 0.86 to 1.20 there, summer
# 0.83 to 1.03; libraries differ more.
RATIO: dict[WeekKind, float] = {"term": 1.0, "holidays": 1.0, "summer": 0.9}
RATIO_SD: dict[WeekKind, float] = {"term": 0.0, "holidays": 0.2, "summer": 0.25}
PRIOR_FREEDOM = 10.0  # of that prior
LEAST = 0.5  # share of a week's hours that must have been counted for it to be a sample
ENOUGH_WEEKS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week (or its part in the year): opening hours, those in which people were counted, and visits in these."""

    kind: WeekKind
    hours: float
    counted_hours: float = 0.0
    visits: float = 0.0

    @property
    def sampled(self) -> bool:
        """Tell whether enough of it was counted to represent weeks of its kind."""
        return self.hours > 0 and self.counted_hours >= LEAST * self.hours


@dataclass(frozen=True, kw_only=True)
class SampledVisits:
    """The visits of all weeks, estimated from the counted ones.

    `rates` are visits per opening hour by kind; `sizes` is by kind that was counted one over the number of its weeks;
    `cv` is the coefficient of variation of weeks of one kind, `freedom` its degrees of freedom. Of the kinds `guessed`
    no week was counted: their rates are derived from that of `base`.
    """

    weeks: Sequence[Week]
    rates: dict[WeekKind, float]
    sizes: dict[WeekKind, float]
    cv: float
    freedom: float
    base: WeekKind
    guessed: tuple[WeekKind, ...]

    @cached_property
    def estimated(self) -> Floats:
        """Estimated visits in the uncounted hours of each week."""
        return np.array([self.rates[w.kind] * (w.hours - w.counted_hours) for w in self.weeks])

    @property
    def total(self) -> float:
        """All visits."""
        return float(sum(w.visits for w in self.weeks) + self.estimated.sum())

    @property
    def counted(self) -> int:
        """Number of sampled weeks."""
        return sum(w.sampled for w in self.weeks)

    def parts(self, shares: Floats | None = None) -> tuple[float, float]:
        """Return the variance of the estimated visits of all weeks, or of a share of each: by sampling and by prior."""
        some = self.estimated * (1 if shares is None else shares)
        by_kind = {k: float(some[[w.kind == k for w in self.weeks]].sum()) for k in KINDS}
        derived = sum(by_kind[k] for k in self.guessed)
        shared = {k: by_kind[k] + (derived if k == self.base else 0.0) for k in self.sizes}
        sampling = sum(n**2 * self.sizes[k] for k, n in shared.items()) + float((some**2).sum())
        # A ratio that is only presumed is wrong for all weeks of its kind alike
        prior = sum((by_kind[k] * RATIO_SD[k]) ** 2 for k in self.guessed)
        return self.cv**2 * sampling, prior + (derived * RATIO_SD[self.base]) ** 2

    def drawn(self, rng: np.random.Generator) -> Floats:
        """Return a random factor for the estimate of each week: one draw of all errors."""
        of_sample = {k: self.cv * np.sqrt(size) * rng.normal() for k, size in self.sizes.items()}
        of_base = of_sample[self.base] + RATIO_SD[self.base] * rng.normal()
        of_kind = of_sample | {k: of_base + RATIO_SD[k] * rng.normal() for k in self.guessed}
        each = np.array([of_kind[w.kind] for w in self.weeks]) + self.cv * rng.normal(size=len(self.weeks))
        return np.asarray(np.maximum(1 + each, 0.0))

    @property
    def se(self) -> float:
        """The standard error of the total."""
        return float(np.sqrt(sum(self.parts())))

    @property
    def total_freedom(self) -> float:
        """Degrees of freedom of the total (Satterthwaite 1946)."""
        sampling, prior = self.parts()
        if sampling + prior == 0:
            return self.freedom
        return (sampling + prior) ** 2 / (sampling**2 / self.freedom + prior**2 / PRIOR_FREEDOM)

    def interval(self, level: float) -> tuple[float, float]:
        """Return the bounds of the total at a level, by Student's t; never below the counts."""
        half = float(stdtrit(self.total_freedom, (1 + level) / 2)) * self.se
        return max(self.total - half, sum(w.visits for w in self.weeks)), self.total + half

    def normal_variance(self, shares: Floats | None = None, level: float = 0.8) -> float:
        """Return the variance of the normal distribution whose interval at `level` is as wide as that of the t."""
        wider = stdtrit(self.total_freedom, (1 + level) / 2) / ndtri((1 + level) / 2)
        return float(sum(self.parts(shares)) * wider**2)


def estimate(weeks: Sequence[Week]) -> SampledVisits | None:
    """Estimate the visits of all weeks; None where fewer than ENOUGH_WEEKS were counted, or without visits in them.

    Example: 52 weeks of 40 hours in term, of which two were counted with 900 and 1,100 visits: 52,000 visits; the cv is
    0.16, so that the standard error is sqrt(52 * 50 / 2) * 1000 * 0.16 = 5,770 with 9 degrees of freedom.
    """
    sampled = [w for w in weeks if w.sampled]
    if len(sampled) < ENOUGH_WEEKS or not sum(w.visits for w in sampled):
        return None
    by_kind = {k: [w for w in sampled if w.kind == k] for k in KINDS}
    rates: dict[WeekKind, float] = {
        k: sum(w.visits for w in in_kind) / sum(w.counted_hours for w in in_kind)
        for k, in_kind in by_kind.items()
        if in_kind
    }
    cv, freedom = _variation(by_kind, rates)
    base = next(k for k in KINDS if k in rates and rates[k] > 0)
    guessed = tuple(k for k in KINDS if k not in rates)
    sizes = {k: _sizes(by_kind[k]) for k in rates}
    rates |= {k: rates[base] * RATIO[k] / RATIO[base] for k in guessed}
    return SampledVisits(
        weeks=weeks, rates=rates, sizes=sizes, cv=cv, freedom=freedom, base=base, guessed=guessed
    )


def _sizes(weeks: Sequence[Week]) -> float:
    """Return one over the number of weeks, where they are equally long: sum of x^2 / (sum of x)^2."""
    hours = np.array([w.counted_hours for w in weeks])
    return float((hours**2).sum() / hours.sum() ** 2)


def _variation(by_kind: dict[WeekKind, list[Week]], rates: dict[WeekKind, float]) -> tuple[float, float]:
    """Return the coefficient of variation of weeks of one kind, pooled over the kinds and with its prior."""
    squares, freedom = PRIOR_WEEKS * PRIOR_CV**2, PRIOR_WEEKS
    for kind, in_kind in by_kind.items():
        if len(in_kind) > 1 and rates[kind] > 0:
            squares += sum((w.visits / (rates[kind] * w.counted_hours) - 1) ** 2 for w in in_kind)
            freedom += len(in_kind) - 1
    return float(np.sqrt(squares / freedom)), freedom
