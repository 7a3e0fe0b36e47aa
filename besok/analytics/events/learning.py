"""Learning of the usual counts of a series that has unusual parts."""

from dataclasses import dataclass

import numpy as np

from besok.analytics.events import states, usual
from besok.analytics.events.grid import CountGrid
from besok.analytics.robust import scatter
from besok.model.arrays import Floats

ROUNDS = 4
# What is usual is learnt from slots that look ordinary even to a strict eye, which grants counts these shares of their
# scatter beyond chance (by groups, by roughness): a doubtful slot less costs little, an event taken for usual hides the
# next one.
STRICT = (0.0, 1.0)
CELLS = 1_000_000  # slots times levels that are looked at together, for the sake of memory


@dataclass(frozen=True, slots=True, kw_only=True)
class EventModel:
    """The model of a series: its grid, the usual rate and scatter, and candidates for the level of each block."""

    grid: CountGrid
    usual: usual.UsualCounts
    levels: states.LevelCandidates

    @property
    def comparable(self) -> bool:
        """Tell whether any slot has enough history to know its usual count."""
        return bool((self.usual.evidence >= states.ENOUGH).any())

    def look(self, share: float = 1.0) -> states.StateProbabilities:
        """Return the states of the slots, granting counts a share of their scatter beyond chance."""
        return _look(self.grid, self.usual.strict(share, share), self.levels)


def learn(grid: CountGrid) -> EventModel:
    """Learn usual counts and unusual slots in turns, for a fixed number of rounds."""
    near, weights = usual.nearness(grid), neighbours(grid)
    level, ordinary = _beginning(grid)
    fair, spread = ordinary, usual.CountVariance()
    usual_sd, near_sd = 0.3, 0.2
    for _ in range(ROUNDS):
        rate, evidence = usual.rates(grid, near, ordinary, level, spread)
        spread = usual.spread(grid.counts, rate * level[:, None], fair, spread)
        counts = usual.UsualCounts(rate=rate, evidence=evidence, spread=spread)
        around = level_around(weights, np.log(level))
        levels = states.levels(around, usual_sd, near_sd, _guess(grid, rate, ordinary), np.log(level))
        strict = _look(grid, counts.strict(*STRICT), levels)
        fair = _look(grid, counts, levels).state[:, :, states.ORDINARY]
        ordinary = strict.state[:, :, states.ORDINARY]
        log_level = (levels.at * strict.level).sum(axis=1)
        level = np.exp(log_level)
        usual_sd, near_sd = robust_sd(log_level), robust_sd(log_level - level_around(weights, log_level))
    return EventModel(grid=grid, usual=counts, levels=levels)


def _look(
    grid: CountGrid, counts: usual.UsualCounts, levels: states.LevelCandidates
) -> states.StateProbabilities:
    step = states.transitions(grid.step_s)
    together = max(1, CELLS // (grid.counts.shape[1] * (levels.at.shape[1] + 8)))
    parts = []
    for first in range(0, len(grid.counts), together):
        rows = slice(first, first + together)
        likelihoods = states.likelihoods(grid.counts[rows], counts.of(rows), levels.of(rows))
        parts.append(states.forward_backward(likelihoods, levels.prior[rows], step))
    return states.StateProbabilities(
        state=np.concatenate([part.state for part in parts]),
        level=np.concatenate([part.level for part in parts]),
        gain=np.concatenate([part.gain for part in parts]),
    )


def _beginning(grid: CountGrid) -> tuple[Floats, Floats]:
    """Return initial levels and probabilities of being ordinary, by medians, which single events cannot move."""
    known = ~np.isnan(grid.counts)
    level = np.ones(len(grid.counts))
    for _ in range(2):
        profile = _medians(grid, level)
        expected = (profile * known).sum(axis=1)
        ratio = np.nan_to_num(grid.counts).sum(axis=1) / np.maximum(expected, 1e-9)
        level = np.where(expected > 0, np.clip(ratio, 0.3, 3.0), 1.0)
    mean = profile * level[:, None]
    off = np.where(known, (grid.counts - mean) ** 2 / (1.5 * mean + 0.06 * mean**2 + 0.5), 0.0)
    return level, np.minimum(1.0, 9 / np.maximum(off, 1e-9))


def _medians(grid: CountGrid, level: Floats) -> Floats:
    """Return the median count at each slot of each weekday, at a level of one; 0 where never counted."""
    out = np.zeros_like(grid.counts)
    for kind in np.unique(grid.kind):
        rows = grid.kind == kind
        counts = grid.counts[rows] / level[rows, None]
        counted = ~np.isnan(counts).all(axis=0)
        out[np.ix_(rows, counted)] = np.nanmedian(counts[:, counted], axis=0)
    return out


def _guess(grid: CountGrid, rate: Floats, ordinary: Floats) -> Floats:
    """Return the log level that the ordinary counts of a block suggest."""
    weight = np.where(np.isnan(grid.counts), 0.0, ordinary)
    seen, expected = (weight * np.nan_to_num(grid.counts)).sum(axis=1), (weight * rate).sum(axis=1)
    guess: Floats = np.clip(np.log((seen + 5) / (expected + 5)), np.log(states.LOWEST), 2.0)
    return guess


def neighbours(grid: CountGrid) -> Floats:
    """Return weights of blocks for the level of each other (blocks x blocks), by distance in days; 0 for itself."""
    days = np.arange(len(grid.counts)) * grid.counts.shape[1] / grid.slots_a_day
    reach = max(2.0, days[1] if len(days) > 1 else 1.0)
    weights: Floats = np.exp(-np.abs(days[:, None] - days[None, :]) / reach)
    np.fill_diagonal(weights, 0.0)
    return weights * ~np.isnan(grid.counts).all(axis=1)


def level_around(weights: Floats, log_level: Floats) -> Floats:
    """Return the log level of the blocks around each, shrunk towards the usual one where there are few."""
    around: Floats = (weights @ log_level) / (weights.sum(axis=1) + 0.5)
    return around


def robust_sd(values: Floats) -> float:
    """Return a robust standard deviation within fixed bounds above zero."""
    return float(np.clip(scatter(values), 0.03, 0.6))
