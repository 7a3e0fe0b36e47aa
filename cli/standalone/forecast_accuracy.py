"""Forecast accuracy, once the outcome is known.

MASE: the mean absolute error over the mean absolute difference of a day from the same weekday a week before, in the
history that the forecast had (Hyndman and Koehler 2006, season 7; weeks: from the week before; months: season 12).
CRPS: the continuous ranked probability score (Gneiting and Raftery 2007), here over the same scale, so that it can be
set beside the MASE.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from besok.analytics.forecast.history import ROWS_A_YEAR
from besok.model.arrays import Floats

FAR = {"D": (7, 28, 90, 365), "W": (1, 4, 13, 52), "M": (1, 3, 6, 12)}  # reported horizons, in rows
SEASON = {"D": 7, "W": 1, "M": 12}
COVER = {"D": (28, 365), "W": (4, 52), "M": (3, 12)}
ENOUGH = 0.9  # the share of a year that must have been observed before its total is judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """The forecast of one method: by row ahead the figure, its 80 % interval, and the CRPS against the outcome."""

    mean: Floats
    low: Floats
    high: Floats
    crps: Floats
    total_low: float = np.nan  # of the observed rows of the first year
    total_high: float = np.nan


def figures(step: str) -> list[str]:
    """Return the names of the figures of a score."""
    cover = [f"coverage_{far}" for far in COVER[step]]
    return [*(f"mase_{far}" for far in FAR[step]), "total_error", "total_bias", "total_held", *cover, "crps"]


def scale(history: Floats, season: int) -> float:
    """Return the mean absolute difference from a season before; NaN without two seasons."""
    return float(_over(np.abs(history[season:] - history[:-season])))


def score(forecast: Predicted | None, observed: Floats, history: Floats, step: str) -> dict[str, float]:
    """Return the figures of a `forecast` made after `history`, given the `observed` rows (NaN: not observed).

    A figure that cannot be told is NaN; all are of a method that has nothing to say yet.
    """
    if forecast is None:
        return dict.fromkeys(figures(step), np.nan)
    unit = scale(history, SEASON[step]) or np.nan
    error = np.abs(forecast.mean - observed)
    inside = np.where(np.isfinite(observed), (forecast.low <= observed) & (observed <= forecast.high), np.nan)
    year = observed[: ROWS_A_YEAR[step]]
    known = np.isfinite(year)
    total = year[known].sum()
    is_full_year = len(observed) >= ROWS_A_YEAR[step] and known.mean() >= ENOUGH and total > 0
    bias = float(forecast.mean[: ROWS_A_YEAR[step]][known].sum() / total - 1) if is_full_year else np.nan
    covered = forecast.total_low <= total <= forecast.total_high
    values = (
        *(_mean(error, far, far) / unit for far in FAR[step]),
        *(abs(bias), bias, float(covered) if is_full_year and np.isfinite(forecast.total_low) else np.nan),
        *(_mean(inside, far, far) for far in COVER[step]),
        _mean(forecast.crps, ROWS_A_YEAR[step], 1) / unit,
    )
    return dict(zip(figures(step), values, strict=True))


def _mean(values: Floats, first: int, needed: int) -> float:
    """Return the mean of the first rows; NaN if there are not `needed` of them, or nothing was observed."""
    return float(_over(values[:first])) if len(values[:first]) >= needed else np.nan


def crps(paths: Floats, observed: Floats) -> Floats:
    """Return the CRPS by row of simulated futures (rows x paths), in visits."""
    ordered = np.sort(paths, axis=1)
    n = ordered.shape[1]
    rank = 2 * np.arange(1, n + 1) - n - 1
    scores: Floats = np.abs(ordered - observed[:, None]).mean(axis=1) - (ordered * rank).sum(axis=1) / n**2
    return scores


def crps_normal(mean: Floats, sd: Floats, observed: Floats) -> Floats:
    """Return the CRPS by row of normal distributions, in visits (Gneiting and Raftery 2007, eq. 21)."""
    from scipy.special import ndtr

    distance = (observed - mean) / sd
    density = np.exp(-(distance**2) / 2) / np.sqrt(2 * np.pi)
    scores: Floats = sd * (distance * (2 * ndtr(distance) - 1) + 2 * density - 1 / np.sqrt(np.pi))
    return scores


def _over(rows: ArrayLike) -> Floats:
    """Return the means of the finite values of each column, NaN where there are none."""
    return np.asarray(np.ma.filled(np.ma.masked_invalid(rows).mean(axis=0), np.nan))


def by_path(
    futures: Floats, low: Floats, high: Floats, seen: np.ndarray, far: Sequence[int]
) -> dict[str, Floats]:
    """Return the figures of one forecast by path, as if each of its futures (rows x paths) were the outcome.

    They are the share of the observed rows within the 80 % interval, `low` to `high` by row, by horizon; and whether
    the year's total was within its own (1 or 0). Rows not `seen` are not judged; NaN where nothing was observed, or
    what came does not reach that far.
    """
    inside = (low[:, None] <= futures) & (futures <= high[:, None])
    totals = futures[seen].sum(axis=0)
    first, last = np.quantile(totals, (0.1, 0.9))
    covered = np.where(seen.any(), (first <= totals) & (totals <= last), np.nan)
    nothing = np.full(futures.shape[1], np.nan)
    return {
        f"coverage_{n}": inside[:n][seen[:n]].mean(axis=0) if len(seen) >= n and seen[:n].any() else nothing
        for n in far
    } | {"total_held": covered}
