"""Weights of the members and width of the fan: the usual ones, corrected by past errors.

The model is fitted again as of several earlier days (with the sizes of now) and asked about days that are known by now.
Members that were nearer get more weight, and the spread is stretched until four days of five would have been within the
80 % interval: both by horizon, and both shrunk towards what is usual as long as the past tells little.
Sources: conformal prediction by split (Lei and others 2018), here as a factor; shrunk weights: Stock and Watson 2004.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from besok.analytics.forecast.members import NAMES
from besok.model.arrays import Floats

EDGES = (0, 7, 28, 90, 366)  # of the bands of horizons, in rows
MIDDLES = np.log([4.0, 16.0, 55.0, 200.0])
DOUBT = 4.0  # trials that weigh as much as the usual weights
CARRIED = 0.5  # of what nearer rows told of a member is believed of farther ones that no trial tells of
UNTRIED = 0.3  # of its usual weight is left to a member that no trial could ask
# And as the usual stretch: by band, since the errors of a far one come in few pieces
DOUBTS = 2.0, 2.0, 3.0, 4.0
FAR = 2  # the first band in which it matters whether a year had been seen
LEAST = 1e-3  # of the log: errors below are as good as none
USUAL_STRETCH = np.array([1.15, 1.15, 1.1, 1.0])  # by band: a fitted spread is too narrow, more so near by
SHARP = 3.0  # the power of the errors by which weights go


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One earlier day: what the members said of the rows after it, within what four futures of five lay, and what came
    (logs). `knew` is what part of a year had been seen by then, at most 1."""

    said: Floats
    spread: Floats
    came: Floats
    knew: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """The middle of the log visits by row ahead, and the factor by which the model's spread is stretched."""

    middle: Floats
    stretch: Floats


def usual_weights(horizon: int) -> Floats:
    """Weights before anything is known of the series: members x rows."""
    ahead = np.arange(1, horizon + 1)
    smooth = 0.5 * np.exp(-ahead / 90)
    year = 0.35 - 0.3 * np.exp(-ahead / 60)
    return np.array([1 - year - smooth, year, smooth])


def blend(said: Floats, trials: list[Trial]) -> Blend:
    """Return the members' forecasts as one."""
    tilts = _tilts(trials)
    stretch = np.exp(_by_row(np.log(_stretches(trials, tilts))[None, :], said.shape[1])[0])
    return Blend(middle=_tilted(said, tilts), stretch=stretch)


def _tilted(said: Floats, tilts: Floats) -> Floats:
    """Return the members' mean with the usual weights times `tilts`, by band."""
    horizon = said.shape[1]
    return mixed(said, usual_weights(horizon) * _by_row(tilts, horizon))


def mixed(said: Floats, weights: Floats) -> Floats:
    """Return the weighted mean of the members that have something to say; the first always has."""
    there = np.isfinite(said)
    weight = np.where(there, weights, 0.0)
    total: Floats = (np.where(there, said, 0.0) * weight).sum(axis=0) / weight.sum(axis=0)
    return total


def _by_row(by_band: Floats, horizon: int) -> Floats:
    """Straight lines over the log of the horizon between the middles of the bands."""
    ahead = np.log(np.arange(1, horizon + 1))
    return np.array([np.interp(ahead, MIDDLES, row) for row in by_band])


def _bands(trials: list[Trial]) -> list[list[tuple[Trial, slice]]]:
    """For each band of horizons the trials that reach at least half through it."""
    found: list[list[tuple[Trial, slice]]] = []
    for begin, end in pairwise(EDGES):
        reach = [(t, slice(begin, min(end, len(t.came)))) for t in trials if len(t.came) >= (begin + end) / 2]
        found.append([(t, part) for t, part in reach if np.isfinite(t.came[part]).sum() >= 3])
    return found


def _tilts(trials: list[Trial]) -> Floats:
    """Factors of the weights: members x bands. Each member is compared with the first where both spoke."""
    tilts, tried = np.zeros((len(NAMES), len(MIDDLES))), np.zeros(len(NAMES), dtype=np.bool_)
    for band, reached in enumerate(_bands(trials)):
        missed = np.array([_missed(trial, part) for trial, part in reached]).reshape(-1, len(NAMES))
        both = np.isfinite(missed) & np.isfinite(missed[:, :1])
        count = both.sum(axis=0)
        own = np.where(both, missed, 0.0).sum(axis=0) + LEAST
        first = np.where(both, missed[:, :1], 0.0).sum(axis=0) + LEAST
        trust = count / (count + DOUBT)
        tilts[:, band] = -SHARP * trust * np.log(own / first)
        tilts[:, band] += (1 - trust) * CARRIED * tilts[:, band - 1] if band else 0.0
        tried |= count > 0
    return np.exp(tilts) * np.where(tried | ~tried.any(), 1.0, UNTRIED)[:, None]


def _missed(trial: Trial, part: slice) -> Floats:
    """Return the mean error of each member in a part of a trial; NaN for one that was silent on most of it."""
    off = np.abs(trial.said - trial.came)[:, part]
    told = np.isfinite(off)
    enough = told.sum(axis=1) > 0.5 * np.isfinite(trial.came[part]).sum()
    sums = np.where(told, off, 0.0).sum(axis=1)
    missed: Floats = np.divide(sums, told.sum(axis=1), out=np.full(len(off), np.nan), where=enough)
    return missed


def _stretches(trials: list[Trial], tilts: Floats) -> Floats:
    """Factors of the spread by band: the 80 % quantile of the errors in units of what it should be."""
    stretches = USUAL_STRETCH.copy()
    for band, reached in enumerate(_bands(trials)):
        if not reached:
            continue
        worth = np.array([1.0 if band < FAR else trial.knew for trial, _ in reached])
        off = [np.abs(_off(trial, tilts))[part] for trial, part in reached]
        each = np.repeat(worth, [len(rows) for rows in off])
        pooled = np.concatenate(off)
        seen = np.isfinite(pooled)
        needed = float(np.quantile(pooled[seen], 0.8, weights=each[seen], method="inverted_cdf"))
        trust = worth.sum() / (worth.sum() + DOUBTS[band])
        stretches[band] *= np.clip(needed / stretches[band], 0.4, 2.5) ** trust
    return stretches


def _off(trial: Trial, tilts: Floats) -> Floats:
    """Errors in units of the spread."""
    off: Floats = (trial.came - _tilted(trial.said, tilts)) / (trial.spread + LEAST)
    return off
