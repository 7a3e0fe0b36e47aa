"""From probabilities to figures: the mean number of people and the narrowest interval that holds 80 %."""

import numpy as np

from besok.analytics.occupancy.grid import Cells, ProbabilityGrid
from besok.model.arrays import Bools, Floats

LEVEL = 0.8
_STARTS = np.linspace(0, 1 - LEVEL, 9)  # where the intervals begin that are compared
_SHARES = np.concatenate([_STARTS, _STARTS + LEVEL])


def summary(grid: ProbabilityGrid, cells: Cells | None = None) -> tuple[Floats, Floats, Floats]:
    """Mean, lower and upper bound by space; `cells` instead of the grid's own, over the same people."""
    weight = np.asarray(grid.cells if cells is None else cells, np.float64)
    width = grid.width[:, None, None]
    people = np.asarray(grid.people(), np.float64)
    people = np.where(people <= 0.5 * width, 0, people)
    mean = (weight * people).sum((1, 2))
    place = np.rint(people / width).astype(np.int64)
    first = np.where(weight > 1e-7, place, np.iinfo(np.int64).max).min((1, 2))
    place = np.maximum(place - first[:, None, None], 0)
    count = int(np.where(weight > 1e-7, place, 0).max()) + 1
    place = np.minimum(place, count - 1)
    rows = np.arange(len(weight))[:, None, None] * count
    chances = np.bincount((rows + place).ravel(), weight.ravel(), len(weight) * count).reshape(
        len(weight), count
    )
    lower, upper = _narrowest(chances / chances.sum(1, keepdims=True), first == 0)
    lower, upper = ((bound + first) * grid.width for bound in (lower, upper))
    return mean, np.minimum(lower, mean), np.maximum(upper, mean)


def _narrowest(chances: Floats, from_zero: Bools) -> tuple[Floats, Floats]:
    """Return the bounds, in cells from the first one, of the narrowest interval; the first may be the one for
    nobody.
    """
    bounds = _quantiles(chances)
    lower, upper = bounds[:, : len(_STARTS)], bounds[:, len(_STARTS) :]
    lower[:, 0] = np.where(from_zero, 0, lower[:, 0])
    lower = np.where(from_zero[:, None], np.maximum(lower, 0), lower)
    rows = np.arange(len(lower))
    best = np.argmin(upper - lower, axis=1)
    empty = from_zero & (chances[:, 0] >= LEVEL)
    return np.where(empty, 0, lower[rows, best]), np.where(empty, 0, upper[rows, best])


def _quantiles(chances: Floats) -> Floats:
    """Return where each of the shares lies below (spaces x shares); each cell reaches half a cell to both sides."""
    so_far = np.cumsum(chances, axis=1)
    cell = (so_far[:, :, None] < _SHARES).sum(1)
    cell = np.minimum(cell, chances.shape[1] - 1)
    rows = np.arange(len(chances))[:, None]
    here = np.maximum(chances[rows, cell], 1e-12)
    within = np.clip((_SHARES - so_far[rows, cell]) / here + 1, 0, 1)
    return np.asarray(cell - 0.5 + within)
