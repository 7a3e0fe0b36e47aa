"""Learn from a series what is usual in it, while parts of it are not."""

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
    """The model of a series: its grid, the usual rate and scatter, and where the level of each block may lie."""

    grid: CountGrid
    usual: usual.UsualCounts
    levels: states.LevelCandidates

    @property
    def comparable(self) -> bool:
        """Tell whether there is enough history to say of any slot what is usual."""
        return bool((self.usual.evidence >= states.ENOUGH).any())

    def look(self, share: float = 1.0) -> states.StateProbabilities:
        """Return the states of the slots, granting counts a share of their scatter beyond chance."""
        return _look(self.grid, self.usual.strict(share, share), self.levels)

    def gains(self, block: int, share: float = 1.0) -> Floats:
        """log likelihood of each count of a block in either unusual state, less that in the ordinary one.

        slots x candidates x 3.
        """
        rows = slice(block, block + 1)
        strict = self.usual.strict(share, share).of(rows)
        told = states.likelihoods(self.grid.counts[rows], strict, self.levels.of(rows))[0]
        gains: Floats = told - told[:, :, :1]
        return gains


def learn(grid: CountGrid) -> EventModel:
    """Learn what is usual and what is not, in turns, until both have settled."""
    near, beside = usual.nearness(grid), neighbours(grid)
    level, ordinary = _beginning(grid)
    fair, spread = ordinary, usual.CountVariance()
    usual_sd, near_sd = 0.3, 0.2
    for _ in range(ROUNDS):
        rate, evidence = usual.rates(grid, near, ordinary, level, spread)
        spread = usual.spread(grid.counts, rate * level[:, None], fair, spread)
        known = usual.UsualCounts(rate=rate, evidence=evidence, spread=spread)
        around = level_around(beside, np.log(level))
        levels = states.levels(around, usual_sd, near_sd, _guess(grid, rate, ordinary), np.log(level))
        found = _look(grid, known.strict(*STRICT), levels)
        fair = _look(grid, known, levels).state[:, :, states.ORDINARY]
        ordinary = found.state[:, :, states.ORDINARY]
        log_level = (levels.at * found.level).sum(axis=1)
        level = np.exp(log_level)
        usual_sd, near_sd = robust_sd(log_level), robust_sd(log_level - level_around(beside, log_level))
    return EventModel(grid=grid, usual=known, levels=levels)


def _look(
    grid: CountGrid, known: usual.UsualCounts, levels: states.LevelCandidates
) -> states.StateProbabilities:
    step = states.transitions(grid.step_s)
    together = max(1, CELLS // (grid.counts.shape[1] * (levels.at.shape[1] + 8)))
    parts = []
    for first in range(0, len(grid.counts), together):
        rows = slice(first, first + together)
        told = states.likelihoods(grid.counts[rows], known.of(rows), levels.of(rows))
        parts.append(states.forward_backward(told, levels.prior[rows], step))
    return states.StateProbabilities(
        state=np.concatenate([part.state for part in parts]),
        level=np.concatenate([part.level for part in parts]),
    )


def _beginning(grid: CountGrid) -> tuple[Floats, Floats]:
    """Return a first idea of level and ordinariness, by medians, which single events cannot move."""
    known = ~np.isnan(grid.counts)
    level = np.ones(len(grid.counts))
    for _ in range(2):
        profile = _medians(grid, level)
        there = (profile * known).sum(axis=1)
        ratio = np.nan_to_num(grid.counts).sum(axis=1) / np.maximum(there, 1e-9)
        level = np.where(there > 0, np.clip(ratio, 0.3, 3.0), 1.0)
    mean = profile * level[:, None]
    off = np.where(known, (grid.counts - mean) ** 2 / (1.5 * mean + 0.06 * mean**2 + 0.5), 0.0)
    return level, np.minimum(1.0, 9 / np.maximum(off, 1e-9))


def _medians(grid: CountGrid, level: Floats) -> Floats:
    """Return the median count at each slot of each weekday, at a level of one; 0 where nothing was ever told."""
    out = np.zeros_like(grid.counts)
    for kind in np.unique(grid.kind):
        rows = grid.kind == kind
        counts = grid.counts[rows] / level[rows, None]
        told = ~np.isnan(counts).all(axis=0)
        out[np.ix_(rows, told)] = np.nanmedian(counts[:, told], axis=0)
    return out


def _guess(grid: CountGrid, rate: Floats, ordinary: Floats) -> Floats:
    """Return the log level that the ordinary counts of a block suggest."""
    weight = np.where(np.isnan(grid.counts), 0.0, ordinary)
    seen, stood = (weight * np.nan_to_num(grid.counts)).sum(axis=1), (weight * rate).sum(axis=1)
    guess: Floats = np.clip(np.log((seen + 5) / (stood + 5)), np.log(states.LOWEST), 2.0)
    return guess


def neighbours(grid: CountGrid) -> Floats:
    """Return how near blocks are for their levels (blocks x blocks): those within some days count; none counts for
    itself.
    """
    days = np.arange(len(grid.counts)) * grid.counts.shape[1] / grid.slots_a_day
    reach = max(2.0, days[1] if len(days) > 1 else 1.0)
    beside: Floats = np.exp(-np.abs(days[:, None] - days[None, :]) / reach)
    np.fill_diagonal(beside, 0.0)
    return beside * ~np.isnan(grid.counts).all(axis=1)


def level_around(beside: Floats, log_level: Floats) -> Floats:
    """Return the log level of the blocks around each, drawn to the usual one where there are none."""
    around: Floats = (beside @ log_level) / (beside.sum(axis=1) + 0.5)
    return around


def robust_sd(values: Floats) -> float:
    """Return a robust standard deviation, kept off zero."""
    return float(np.clip(scatter(values), 0.03, 0.6))
