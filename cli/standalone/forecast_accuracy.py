"""Forecast accuracy, once the truth is known.

MASE: the mean absolute error over the mean absolute difference of a day from the same weekday a week before, in the
history that the forecast had (Hyndman and Koehler 2006, season 7; weeks: from the week before; months: season 12).
CRPS: the continuous ranked probability score (Gneiting and Raftery 2007), here over the same scale, so that it can be
set beside the MASE.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from besok.model.arrays import Floats

FAR = {"D": (7, 28, 90, 365), "W": (1, 4, 13, 52), "M": (1, 3, 6, 12)}  # horizons that are told, in rows
SEASON = {"D": 7, "W": 1, "M": 12}
YEAR = {"D": 365, "W": 52, "M": 12}
COVER = {"D": (28, 365), "W": (4, 52), "M": (3, 12)}
ENOUGH = 0.9  # the share of a year that must have been observed before its total is judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Answers of one method: by row ahead the figure, its 80 % interval, and the CRPS against what came."""

    mean: Floats
    low: Floats
    high: Floats
    crps: Floats
    total_low: float = np.nan  # of the observed rows of the first year
    total_high: float = np.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One method at one origin. `mase` by horizon of FAR, `cover` by COVER, `total` relative; NaN: cannot be told."""

    mase: Floats
    cover: Floats
    total: float
    total_held: float
    crps: float


def scale(history: Floats, season: int) -> float:
    """Return the mean absolute difference from a season before; NaN without two seasons."""
    return float(_over(np.abs(history[season:] - history[:-season])))


def score(told: Told, came: Floats, history: Floats, step: str) -> Score:
    """Return the score of what was `told` after `history`, given what `came` (NaN: not observed)."""
    unit = scale(history, SEASON[step]) or np.nan
    error = np.abs(told.mean - came)
    inside = np.where(np.isfinite(came), (told.low <= came) & (came <= told.high), np.nan)
    year = came[: YEAR[step]]
    seen = np.isfinite(year)
    whole = len(came) >= YEAR[step] and seen.mean() >= ENOUGH and year[seen].sum() > 0
    off = float(told.mean[: YEAR[step]][seen].sum() / year[seen].sum() - 1) if whole else np.nan
    held = (
        told.total_low <= year[seen].sum() <= told.total_high
        if whole and np.isfinite(told.total_low)
        else np.nan
    )
    return Score(
        mase=np.array([_mean(error, far, far) / unit for far in FAR[step]]),
        cover=np.array([_mean(inside, far, far) for far in COVER[step]]),
        total=off,
        total_held=float(held),
        crps=_mean(told.crps, YEAR[step], 1) / unit,
    )


def _mean(values: Floats, first: int, needed: int) -> float:
    """Return the mean of the first rows; NaN if there are not `needed` of them, or nothing was observed."""
    return float(_over(values[:first])) if len(values[:first]) >= needed else np.nan


def crps(paths: Floats, came: Floats) -> Floats:
    """Return the CRPS by row of simulated futures (rows x paths), in visits."""
    ordered = np.sort(paths, axis=1)
    n = ordered.shape[1]
    rank = 2 * np.arange(1, n + 1) - n - 1
    told: Floats = np.abs(ordered - came[:, None]).mean(axis=1) - (ordered * rank).sum(axis=1) / n**2
    return told


def crps_normal(mean: Floats, sd: Floats, came: Floats) -> Floats:
    """Return the CRPS by row of normal distributions, in visits (Gneiting and Raftery 2007, eq. 21)."""
    from scipy.special import ndtr

    away = (came - mean) / sd
    density = np.exp(-(away**2) / 2) / np.sqrt(2 * np.pi)
    told: Floats = sd * (away * (2 * ndtr(away) - 1) + 2 * density - 1 / np.sqrt(np.pi))
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Scores of one method put together: means over origins; `total` is the mean absolute error of the year."""

    mase: Floats
    cover: Floats
    total: float
    bias: float
    total_held: float
    crps: float
    origins: int


def summary(scores: Sequence[Score]) -> Summary:
    """Return the mean of scores, each over the origins at which it could be told."""
    totals = np.array([one.total for one in scores])
    return Summary(
        mase=_over([one.mase for one in scores]),
        cover=_over([one.cover for one in scores]),
        total=float(_over(np.abs(totals))),
        bias=float(_over(totals)),
        total_held=float(_over([one.total_held for one in scores])),
        crps=float(_over([one.crps for one in scores])),
        origins=len(scores),
    )


def _over(rows: ArrayLike) -> Floats:
    """Return the means of the finite values of each column, NaN where there are none."""
    return np.asarray(np.ma.filled(np.ma.masked_invalid(rows).mean(axis=0), np.nan))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """One forecast, were each of its futures (paths) what comes: the share of the observed rows within the 80 %
    interval, by horizon (horizons x paths), and whether the year's total was within its own (paths; 1 or 0).

    NaN where nothing was observed, or what came does not reach that far.
    """

    cover: Floats
    held: Floats


def fates(futures: Floats, low: Floats, high: Floats, seen: np.ndarray, far: Sequence[int]) -> Fates:
    """Of `futures` (rows x paths) with the interval `low` to `high` by row; rows not `seen` are not judged."""
    inside = (low[:, None] <= futures) & (futures <= high[:, None])
    totals = futures[seen].sum(axis=0)
    bounds = np.quantile(totals, (0.1, 0.9))
    nothing = np.full(futures.shape[1], np.nan)
    return Fates(
        cover=np.array(
            [inside[:n][seen[:n]].mean(axis=0) if len(seen) >= n and seen[:n].any() else nothing for n in far]
        ),
        held=((bounds[0] <= totals) & (totals <= bounds[1])).astype(np.float64) if seen.any() else nothing,
    )
