"""Usual counts: the rate of each slot by other days, and how far counts scatter about it.

The rate of a slot is learnt from the same weekday and time of *other* blocks, near ones before far ones, each slot
weighed by the probability that it was ordinary. Little history borrows from weekdays with a like profile. A block is
never part of its own comparison, so that a single event cannot hide itself.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import lsq_linear

from besok.analytics.events.grid import CountGrid
from besok.model.arrays import Floats

MEMORY_DAYS = 28.0  # a block so far away counts half: the season and the year's opening hours
TRUST = (0.1, 100.0)  # blocks' worth of belief in the weekdays alike: at least, at most
CHI2_MEDIAN = 0.455  # of one degree of freedom
ALIKE = 0.04  # squared relative difference of two weekdays' roots at which they lend each other a third
USUAL_SCATTER, LEAST_SCATTER = (1.2, 0.02), (1.0, 1e-4)  # groups and roughness of counts
NOBODY = 0.3  # prior weight of a count in a slot that was always empty


@dataclass(frozen=True, slots=True, kw_only=True)
class CountVariance:
    """The variance of a count of mean m: `groups` * m + `roughness` * m^2.

    People come in groups (the first term), and the usual rate is not met exactly (the second).
    """

    groups: float = USUAL_SCATTER[0]
    roughness: float = USUAL_SCATTER[1]

    def variance(self, mean: Floats) -> Floats:
        """Return the variance about a mean, always a little above Poisson's."""
        return self.groups * mean + self.roughness * mean**2

    def strict(self, groups: float, roughness: float) -> "CountVariance":
        """Return the variance with only a share of the scatter beyond chance (Poisson's), for each term."""
        return CountVariance(groups=1 + groups * (self.groups - 1), roughness=roughness * self.roughness)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualCounts:
    """Rate and its weight of evidence (in blocks) per slot; counts then scatter with `spread`."""

    rate: Floats
    evidence: Floats
    spread: CountVariance

    def of(self, rows: slice) -> "UsualCounts":
        """Those of some blocks."""
        return replace(self, rate=self.rate[rows], evidence=self.evidence[rows])

    def strict(self, groups: float, roughness: float) -> "UsualCounts":
        """Return the same to a strict eye (see CountVariance)."""
        return replace(self, spread=self.spread.strict(groups, roughness))


def nearness(grid: CountGrid) -> Floats:
    """Return the weight of each block for another (blocks x blocks), 0 for itself; far blocks still have a little."""
    days = np.arange(len(grid.counts)) * grid.counts.shape[1] / grid.slots_a_day
    near: Floats = 1 / (1 + ((days[:, None] - days[None, :]) / MEMORY_DAYS) ** 2)
    np.fill_diagonal(near, 0.0)
    return near


def rates(
    grid: CountGrid, near: Floats, ordinary: Floats, level: Floats, scatter: CountVariance
) -> tuple[Floats, Floats]:
    """Return rate and evidence of every slot, given its probability of being ordinary and the level of each block.

    Empirical Bayes: a weekday's own rate is shrunk towards that of similar weekdays, the more the less evidence it has
    and the less weekdays differ here beyond chance.
    """
    weight = np.where(np.isnan(grid.counts), 0.0, ordinary)
    seen = weight * np.nan_to_num(grid.counts)
    expected = weight * level[:, None]
    similarity, spread = _similarity(grid, seen, expected, scatter)
    share = (similarity + 1e-4)[grid.kind]
    own_sum, pool = _by_nearness(grid, near, seen, share)
    own_weight, pool_weight = _by_nearness(grid, near, expected, share)
    pooled = (pool + NOBODY / 2) / (pool_weight + NOBODY)
    trust = scatter.variance(pooled) / np.maximum(spread[grid.kind][:, None] * pooled**2, 1e-9)
    trust = np.clip(trust, *TRUST)
    rate = (own_sum + trust * pooled) / (own_weight + trust)
    return rate, own_weight + np.minimum(trust, pool_weight)


def _by_nearness(grid: CountGrid, near: Floats, values: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Return sums over the other blocks by nearness: of the same weekday, and of all by similarity (blocks x 7)."""
    own, pool = np.zeros_like(values), np.zeros_like(values)
    for kind in np.unique(grid.kind):
        rows = grid.kind == kind
        part = near[:, rows] @ values[rows]
        own[rows] = part[rows]
        pool += share[:, kind, None] * part
    return own, pool


def _similarity(
    grid: CountGrid, seen: Floats, expected: Floats, scatter: CountVariance
) -> tuple[Floats, Floats]:
    """Return the similarity of weekdays (7 x 7, 1 if the same), and the relative variance of each from similar ones.

    By the median over the busier slots, less the sampling error of the profiles: a single different hour does not make
    the days different.
    """
    total, weight = (
        np.stack([part[grid.kind == k].sum(axis=0) for k in range(7)]) for part in (seen, expected)
    )
    rate = total / np.maximum(weight, 1e-9)
    root = np.sqrt(rate)
    busy = (weight > 0) & (rate > 0.25 * rate.mean())
    # The variance of a root
    error = (scatter.groups + scatter.roughness * rate) / (4 * np.maximum(weight, 1))
    distance = np.full((7, 7), 1.0)
    for a in range(7):
        for b in range(7):
            both = (busy[a] | busy[b]) & (weight[a] > 0) & (weight[b] > 0)
            if both.any():
                difference = (root[a] - root[b])[both] ** 2
                noise = (error[a] + error[b])[both]
                size = ((root[a] + root[b]) / 2)[both] ** 2
                distance[a, b] = (
                    max(float(np.median(difference / noise)) / CHI2_MEDIAN - 1, 0.0)
                    * noise.sum()
                    / size.sum()
                )
    similarity = np.exp(-distance / ALIKE)
    # (d root)^2 = (d rate)^2 / (4 rate): four times the distance is the relative variance of a difference.
    others = similarity - np.diag(np.diag(similarity)) + 1e-6
    return similarity, np.maximum(2 * (others * distance).sum(axis=1) / others.sum(axis=1), 1e-4)


def spread(counts: Floats, mean: Floats, ordinary: Floats, before: CountVariance) -> CountVariance:
    """Return the scatter of ordinary counts about their mean: weighted least squares on squared residuals.

    The mean was learnt without the count itself. Clear outliers are clipped, so that events do not widen the scatter.
    """
    known = ~np.isnan(counts) & (mean > min(1.0, float(np.quantile(mean, 0.75))))
    if not known.any():
        return before
    m, w = mean[known], ordinary[known]
    variance = before.variance(m)
    squared = np.minimum((counts[known] - m) ** 2, 9 * variance)
    design = np.stack([m, m**2], axis=1) / variance[:, None]
    # A prior worth 50 slots keeps short files sane.
    prior = np.diag(np.sqrt(50 * np.mean(design**2, axis=0)))
    root = np.sqrt(w)
    rows = np.vstack([design * root[:, None], prior])
    target = np.append(squared / variance * root, prior @ USUAL_SCATTER)
    fitted = lsq_linear(rows, target, (LEAST_SCATTER, np.inf), method="bvls").x
    return CountVariance(groups=float(fitted[0]), roughness=float(fitted[1]))
