"""Calibration of a sensor by validation counts: its accuracy with an interval, and whether to correct it.

Accuracy is counted / real: 0.95 means that the sensor misses five of a hundred. In session i a person counted x_i and
the sensor y_i in the same time. The model:

    y_i = a_i x_i + e_i,   a_i ~ N(a, tau^2),   Var(e_i) = (s2 + 2 EDGE_S / T_i) x_i + FALSE_VAR

* `a` is the accuracy that is sought. It has a flat prior: the sensor is not presumed to be good.
* `tau` is how the accuracy differs from one session to the next (light, crowding, who counts). Without it ten counts of
  a busy quarter would claim a certainty that they do not have.
* `s2` is the variance per passage. If each person were missed independently with a small chance m it would be m; groups
  are missed and doubled together, which makes it m times the size of what is missed at once. It is not known
  beforehand, and a few sessions hardly tell it.
* People within EDGE_S of either end of a session of T_i seconds may be counted by the one and not by the other, since
  their clocks and the spot where each counts differ; FALSE_VAR keeps an hour of nobody from being proof of anything.

`s2` and `tau` have weak priors and are integrated out on a grid: `s2` a log-normal whose median is S2_BASE plus the
error rate seen, `tau` a half-t with 4 degrees of freedom. Given them `a` is normal, so its posterior is a mixture of
normals whose quantiles are found by bisection. It is the random-effects model of meta-analysis (Higgins, Thompson,
Spiegelhalter, J. R. Stat. Soc. A 172, 2009: 137-159) on ratios.

Example: 60 people counted, 57 by the sensor, a quarter of an hour: accuracy 0.95, interval 0.82 to 1.08; nothing to
correct yet. Four such sessions: 0.91 to 0.99. Three of 100 and 90: 0.85 to 0.95, and a factor of 1.11 is proposed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from besok.model.arrays import Floats
from besok.model.validation import Accuracy, Verdict

LEVEL = 0.95  # of the interval
EDGE_S = 5.0  # seconds by which two clocks at a door may disagree
FALSE_VAR = 0.25  # people squared
# Variance per passage: the median of its prior beside the error rate; one sd is a factor
S2_BASE, S2_FACTOR = 0.03, 3.0
S2_RANGE = (0.002, 1.0)
TAU_SD, TAU_RANGE = 0.03, 0.15  # between sessions: three points either way are usual
GRID = 13

MARGIN = 0.02  # a bias of two of a hundred is not worth a correction
GOOD = 0.05  # an interval within five of a hundred of the truth is good enough
BROKEN = (0.5, 1.5)  # outside, a sensor is to be repaired, not corrected
ENOUGH = 30  # people; with fewer no verdict is given
UNCOUNTED_SD = 0.08  # accuracy of an unvalidated sensor: between 84 and 116 of a hundred, mostly


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A validation count: what a person and the sensor counted in one direction in the same `seconds`."""

    counted: float
    device: float
    seconds: float


def accuracy(sessions: Sequence[Session]) -> Accuracy:
    """Return the combined accuracy of several sessions of one direction."""
    x, y, t = (
        np.array([getattr(s, name) for s in sessions], float) for name in ("counted", "device", "seconds")
    )
    if not x.any():
        return Accuracy(
            sessions=len(sessions), counted=0.0, device=float(y.sum()), accuracy=None, lower=None, upper=None,
            sd=None, passage_var=S2_BASE, session_sd=TAU_SD, verdict="none", factor=1.0,
        )  # fmt: skip
    weight, mean, sd, s2, tau = _posterior(x, y, t)
    middle, lower, upper = (_quantile(q, weight, mean, sd) for q in (0.5, (1 - LEVEL) / 2, (1 + LEVEL) / 2))
    counted = float(x.sum())
    verdict = judged(counted, middle, lower, upper)
    average = float(weight @ mean)
    return Accuracy(
        sessions=len(sessions),
        counted=counted,
        device=float(y.sum()),
        accuracy=middle,
        lower=max(lower, 0.0),
        upper=upper,
        sd=math.sqrt(float(weight @ (sd**2 + mean**2)) - average**2),
        passage_var=float(weight @ s2),
        session_sd=float(weight @ tau),
        verdict=verdict,
        factor=round(1 / middle, 4) if verdict == "factor" else 1.0,
    )


def judged(counted: float, middle: float, lower: float, upper: float) -> Verdict:
    """Return the verdict on an interval of the accuracy: equivalent to 1 within GOOD, different beyond MARGIN."""
    if counted < ENOUGH:
        return "few"
    if upper < BROKEN[0] or lower > BROKEN[1] or (not BROKEN[0] <= middle <= BROKEN[1]):
        return "broken"
    if upper < 1 - MARGIN or lower > 1 + MARGIN:
        return "factor"
    return "good" if lower >= 1 - GOOD and upper <= 1 + GOOD else "unsure"


def changed_at(sessions: Sequence[Session]) -> int:
    """Return the index of the session (in time order) from which on the sensor counts differently; 0 if it does not.

    It has changed where the intervals before and after are disjoint, with at least two sessions on either side: where
    the gap is largest, and then once more among the later ones.
    """
    gaps = {n: _gap(accuracy(sessions[:n]), accuracy(sessions[n:])) for n in range(2, len(sessions) - 1)}
    first = max(gaps, key=lambda n: gaps[n], default=0)
    return first + changed_at(sessions[first:]) if gaps and gaps[first] > 0 else 0


def _gap(one: Accuracy, other: Accuracy) -> float:
    """Return the gap between two intervals in sds of the difference; 0 if they touch or have too few people."""
    if one.sd is None or other.sd is None or min(one.counted, other.counted) < ENOUGH:
        return 0.0
    gap = max((one.lower or 0) - (other.upper or 0), (other.lower or 0) - (one.upper or 0))
    return abs((one.accuracy or 0) - (other.accuracy or 0)) / math.hypot(one.sd, other.sd) if gap > 0 else 0.0


def looks_swapped(into: Sequence[Session], out: Sequence[Session]) -> bool:
    """Tell whether the sensor's directions agree far better with the counts when they are exchanged."""
    pairs = list(zip(into, out, strict=True))
    straight = sum(abs(i.device - i.counted) + abs(o.device - o.counted) for i, o in pairs)
    crossed = sum(abs(i.device - o.counted) + abs(o.device - i.counted) for i, o in pairs)
    counted = sum(i.counted + o.counted for i, o in pairs)
    return counted >= ENOUGH and straight > 0.3 * counted and crossed < straight / 3


def after_one_more(known: Accuracy, expected: float, seconds: float, repeats: float = 0.0) -> float:
    """Return the variance of the accuracy after one more session in which `expected` people pass.

    `repeats` says how far the session repeats earlier ones, whose difference from the others it then shares.
    """
    session_var = known.session_sd**2 * (1 + repeats)
    more = session_var * expected**2 + (known.passage_var + 2 * EDGE_S / seconds) * expected + FALSE_VAR
    return 1 / (1 / variance(known) + expected**2 / more)


def variance(known: Accuracy) -> float:
    """Return the variance of an accuracy, at most that of an unvalidated sensor."""
    return UNCOUNTED_SD**2 if known.sd is None else min(known.sd, UNCOUNTED_SD) ** 2


@cache
def _grid() -> tuple[Floats, Floats]:
    """Return the grid of s2 and tau, flat."""
    both = np.meshgrid(np.geomspace(*S2_RANGE, GRID), np.linspace(0, TAU_RANGE, GRID))
    return both[0].ravel(), both[1].ravel()


def _posterior(x: Floats, y: Floats, t: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Weight, mean and sd of the accuracy at each point of the grid, and the grid itself."""
    s2, tau = _grid()
    errors = abs(1 - y.sum() / x.sum())
    prior = -0.5 * (np.log(s2 / (S2_BASE + errors)) / math.log(S2_FACTOR)) ** 2 - 2.5 * np.log1p(
        (tau / TAU_SD) ** 2 / 4
    )
    var = tau[:, None] ** 2 * x**2 + (s2[:, None] + 2 * EDGE_S / t) * x + FALSE_VAR
    precision = (x**2 / var).sum(axis=1)
    mean = (x * y / var).sum(axis=1) / precision
    misfit = ((y - mean[:, None] * x) ** 2 / var).sum(axis=1)
    log_weight = prior - 0.5 * (misfit + np.log(var).sum(axis=1) + np.log(precision))
    weight = np.exp(log_weight - log_weight.max())
    seen = weight > 1e-7
    parts = (weight / weight[seen].sum(), mean, 1 / np.sqrt(precision), s2, tau)
    weight, mean, sd, s2, tau = (part[seen] for part in parts)
    return weight, mean, sd, s2, tau


def _quantile(q: float, weight: Floats, mean: Floats, sd: Floats) -> float:
    """Return the quantile of a mixture of normals, by bisection."""
    parts = list(zip(weight.tolist(), mean.tolist(), (sd * math.sqrt(2)).tolist(), strict=True))
    low, high = float((mean - 12 * sd).min()), float((mean + 12 * sd).max())
    for _ in range(40):
        middle = (low + high) / 2
        below = 0.5 * sum(w * math.erfc((m - middle) / s) for w, m, s in parts)
        low, high = (middle, high) if below < q else (low, middle)
    return (low + high) / 2
