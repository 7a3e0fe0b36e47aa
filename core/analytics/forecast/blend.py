"""How much each member counts and how wide the fan is: what is usual, corrected by how it went in the past.

The model is fitted again as of several earlier days (with the sizes of now) and asked about days that are known by now.
Members that were nearer get more weight, and the spread is stretched until four days of five would have been within the
80 % interval: both by horizon, and both shrunk towards what is usual as long as the past tells little.
Sources: conformal prediction by split (Lei and others 2018), here as a factor; shrunk weights: Stock and Watson 2004.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import ndtri

from core.analytics.forecast.history import Floats
from core.analytics.forecast.members import NAMES

EDGES = (0, 7, 28, 90, 366)  # of the bands of horizons, in rows
MIDDLES = np.log([4.0, 16.0, 55.0, 200.0])
DOUBT = 4.0  # trials that weigh as much as the usual weights
DOUBTS = (2.0, 2.0, 3.0, 4.0)  # and as the usual stretch: by band, since the errors of a far one come in few pieces
LEAST = 1e-3  # of the log: errors below are as good as none
USUAL_STRETCH = np.array([1.2, 1.2, 1.15, 1.1])  # by band: a fitted spread is too narrow, more so near by
SHARP = 2.0  # the power of the errors by which weights go
Z80 = float(ndtri(0.9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One earlier day: what the members said of the rows after it, the sd of their spread, and what came (logs)."""

    said: Floats
    sd: Floats
    came: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """The middle of the log visits by row ahead, and the factor by which the model's spread is stretched."""

    middle: Floats
    stretch: Floats


def usual_weights(horizon: int) -> Floats:
    """Weights before anything is known of the series: members x rows."""
    ahead = np.arange(1, horizon + 1)
    smooth = 0.4 * np.exp(-ahead / 60)
    year = 0.35 - 0.2 * np.exp(-ahead / 45)
    return np.array([1 - year - smooth, year, smooth])


def blend(said: Floats, trials: list[Trial]) -> Blend:
    """The members' forecasts as one."""
    horizon = said.shape[1]
    weights = usual_weights(horizon) * _by_row(_tilts(trials), horizon)
    stretch = np.exp(_by_row(np.log(_stretches(trials))[None, :], horizon)[0])
    return Blend(middle=mixed(said, weights), stretch=stretch)


def mixed(said: Floats, weights: Floats) -> Floats:
    """The weighted mean of the members that have something to say; the first always has."""
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
    """Factors of the weights: members x bands."""
    tilts = np.ones((len(NAMES), len(MIDDLES)))
    for band, reached in enumerate(_bands(trials)):
        errors = np.array(
            [np.nanmean(np.abs(t.said - t.came)[:, part], axis=1) for t, part in reached if _whole(t, part)]
        )
        if len(errors):
            power = SHARP * len(errors) / (len(errors) + DOUBT)
            tilts[:, band] = ((errors.mean(axis=0) + LEAST) / (errors.mean() + LEAST)) ** -power
    return tilts


def _whole(trial: Trial, part: slice) -> bool:
    """Whether every member said something of some rows that came."""
    return bool((np.isfinite(trial.said[:, part]) & np.isfinite(trial.came[part])).any(axis=1).all())


def _stretches(trials: list[Trial]) -> Floats:
    """Factors of the spread by band: the 80 % quantile of the errors in units of what it should be."""
    stretches = USUAL_STRETCH.copy()
    for band, reached in enumerate(_bands(trials)):
        if not reached:
            continue
        off = np.concatenate([np.abs(_off(trial))[part] for trial, part in reached])
        pooled = off[np.isfinite(off)]
        needed = float(np.quantile(pooled, 0.8)) / Z80
        trust = len(reached) / (len(reached) + DOUBTS[band])
        stretches[band] *= np.clip(needed / stretches[band], 0.4, 2.5) ** trust
    return stretches


def _off(trial: Trial) -> Floats:
    """Errors in units of the spread."""
    told = mixed(trial.said, usual_weights(trial.said.shape[1]))
    off: Floats = (trial.came - told) / (trial.sd + LEAST)
    return off
