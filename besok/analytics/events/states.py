"""Ordinary, too many, too few: the hidden states of each slot, with the level of its block, by forward-backward.

After Ihler, Hutchins and Smyth, *Adaptive event detection with time-varying Poisson processes* (KDD 2006): counts are
ordinary ones about a rate by weekday and time, plus or minus those of an event that lasts. Here ordinary counts are
over-dispersed, the sizes of events are summed out on a ladder, each block has a level of its own (a quiet day, a
holiday) that is summed out too, and nothing is drawn at random: the same file gives the same answer.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp

from besok.analytics.events.usual import UsualCounts
from besok.model.arrays import Floats

ORDINARY, MORE, LESS = range(3)
# Sizes of events, by the rate of their slot (or the block's)
EXTRA = np.array([0.25, 0.5, 1.0, 2.0, 4.0, 8.0])
SHARE_OF_BLOCK = 0.25  # an event in a quiet slot is measured by this share of the block's mean rate
# What is left of the rate when too few are seen: a dead sensor, half of the sensors
LEFT = np.array([0.01, 0.35])
LEFT_ERROR = np.array([0.0, 0.25])
FEWER = 0.1  # the share of events with fewer people than usual
BEGIN_HOURS = 50.0  # an event begins once in so many hours, on the average
# How long it lasts: crowds go by, but what fell silent waits for somebody to see it
MORE_HOURS, LESS_HOURS = 1.5, 2.5
ENOUGH = 1.5  # comparable blocks, fewest to judge a slot
FAR = 0.1  # the share of blocks whose level is anything
FAR_WIDTH = 0.6  # how far such a level lies from the usual one (log)
LONG_RUN = 4096  # steps after which a state depends no more on the first
LOWEST = 0.3  # of the usual people; a day with fewer is not a quiet day, but a failure or a closing


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCandidates:
    """Candidates for the log level of each block (blocks x candidates) and their log prior weights.

    `centre` is the likeliest known log level of each block.
    """

    at: Floats
    prior: Floats
    centre: Floats

    def of(self, rows: slice) -> "LevelCandidates":
        """Return the candidates of some blocks."""
        return LevelCandidates(at=self.at[rows], prior=self.prior[rows], centre=self.centre[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class StateProbabilities:
    """Result of forward-backward: state probabilities (blocks x slots x 3) and the weight of each level candidate.

    `gain` is the log likelihood of each count in each state, less that in the ordinary one (blocks x slots x 3).
    """

    state: Floats
    level: Floats
    gain: Floats


def levels(near: Floats, usual_sd: float, near_sd: float, guess: Floats, centre: Floats) -> LevelCandidates:
    """Return candidates around the usual level, that of the neighbouring days, and the guess from the block itself.

    `near` and `guess` are log levels. The prior is a mixture: as usual, like the neighbours, or anything.
    """
    offsets = np.array([-1.2, 0.0, 1.2]) * max(min(usual_sd, near_sd), 0.03)
    centres = np.stack([np.zeros_like(guess), near, guess], axis=1)
    at = np.sort((centres[:, :, None] + offsets).reshape(len(guess), -1), axis=1)
    width = np.gradient(at, axis=1) + 1e-9
    weight = np.log(
        (_familiar(at, near[:, None], usual_sd, near_sd) + _far_density(at, near[:, None])) * width + 1e-30
    )
    return LevelCandidates(at=at, prior=weight - logsumexp(weight, axis=1, keepdims=True), centre=centre)


def oddity(level: Floats, error: Floats, near: Floats, usual_sd: float, near_sd: float) -> Floats:
    """Return the log odds that a level, known up to an error, differs from the usual and from the days around it."""
    known = _familiar(level, near, np.hypot(usual_sd, error), np.hypot(near_sd, error))
    return np.asarray(np.log(_far_density(level, near) + 1e-30) - np.log(known + 1e-30))


def _familiar(at: Floats, near: Floats, usual_sd: Floats | float, near_sd: Floats | float) -> Floats:
    """Return the density of levels that are usual or like the neighbours."""
    return np.asarray((1 - FAR) / 2 * (_normal(at, 0.0, usual_sd) + _normal(at, near, near_sd)))


def _far_density(at: Floats, near: Floats) -> Floats:
    return FAR * _normal(at, near / 2, FAR_WIDTH)


def _normal(x: Floats, mean: Floats | float, sd: Floats | float) -> Floats:
    return np.asarray(np.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi)))


def likelihoods(counts: Floats, usual: UsualCounts, levels: LevelCandidates) -> Floats:
    """Return the log likelihood of each count: blocks x slots x candidates x states (a common constant left out).

    An event's size is so uncertain that the level hardly matters to it: there the centre represents all candidates.
    """
    doubt = (1 + 1 / np.maximum(usual.evidence, 0.5))[:, :, None]  # the usual rate is itself an estimate
    rate, spread = usual.rate, usual.spread
    n = np.nan_to_num(counts)[:, :, None]
    mean = rate[:, :, None] * np.exp(levels.at)[:, None, :]
    ordinary = _log_nb(n, mean, spread.variance(mean) * doubt)
    mean = rate[:, :, None] * np.exp(levels.centre)[:, None, None]
    variance = spread.variance(mean) * doubt
    scale = np.maximum(mean, SHARE_OF_BLOCK * mean.mean(axis=1, keepdims=True))
    more = [_log_nb(n, mean + e * scale, variance + e * scale + (e * scale) ** 2) for e in EXTRA]
    less = [
        _log_nb(n, left * mean, left * variance + (error * mean) ** 2)
        for left, error in zip(LEFT, LEFT_ERROR, strict=True)
    ]
    by_state = np.stack(
        np.broadcast_arrays(
            ordinary, *(logsumexp(part, axis=0) - np.log(len(part)) for part in (more, less))
        ),
        axis=-1,
    )
    unknown = np.isnan(counts) | (usual.evidence < ENOUGH)
    return np.where(unknown[:, :, None, None], 0.0, by_state)


def _log_nb(n: Floats, mean: Floats, variance: Floats) -> Floats:
    """log of the negative binomial probability of n, by mean and variance, without the term -log n!."""
    mean = np.maximum(mean, 1e-4)
    size = mean**2 / np.maximum(variance - mean, 1e-3 * mean)
    total = size + mean
    log: Floats = gammaln(n + size) - gammaln(size) + size * np.log(size / total) + n * np.log(mean / total)
    return log


def transitions(step_s: int) -> Floats:
    """Return transition probabilities of the states per step (3 x 3); with long steps an event may last one."""
    hours = step_s / 3600
    begin = 1 - np.exp(-hours / max(BEGIN_HOURS, 20 * hours))
    end, recovered = (1 - np.exp(-hours / max(last, hours)) for last in (MORE_HOURS, LESS_HOURS))
    more, less = (1 - end) * np.array([0.99, 0.01]), (1 - recovered) * np.array([0.01, 0.99])
    return np.array([[1 - begin, begin * (1 - FEWER), begin * FEWER], [end, *more], [recovered, *less]])


def forward_backward(log_likelihood: Floats, prior: Floats, step: Floats) -> StateProbabilities:
    """Return state probabilities of each slot and weights of each level, each block by itself."""
    blocks, slots, candidates, _ = log_likelihood.shape
    resting = np.linalg.matrix_power(step, LONG_RUN)[0]
    top = log_likelihood.max(axis=-1, keepdims=True)
    seen = np.exp(log_likelihood - top)
    forward, log_total = np.empty_like(log_likelihood), top[..., 0].sum(axis=1)
    state = np.broadcast_to(resting, (blocks, candidates, 3))
    for s in range(slots):
        state = (state if s == 0 else state @ step) * seen[:, s]
        total = state.sum(axis=-1, keepdims=True)
        state = state / total
        log_total = log_total + np.log(total[..., 0])
        forward[:, s] = state
    backward = np.ones((blocks, candidates, 3))
    level = prior + log_total
    level = np.exp(level - level.max(axis=1, keepdims=True))
    level /= level.sum(axis=1, keepdims=True)
    out = np.empty((blocks, slots, 3))
    for s in range(slots - 1, -1, -1):
        both = forward[:, s] * backward
        both /= both.sum(axis=-1, keepdims=True)
        out[:, s] = (both * level[..., None]).sum(axis=1)
        backward = (backward * seen[:, s]) @ step.T
        backward /= backward.sum(axis=-1, keepdims=True)
    gain = np.einsum("bscz,bc->bsz", log_likelihood - log_likelihood[..., :1], level)
    return StateProbabilities(state=out, level=level, gain=gain)
