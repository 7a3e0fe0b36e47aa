"""From probabilities to figures: the mean number of people and the interval of equal tails that holds 80 %."""

import numpy as np

from besok.analytics.occupancy.grid import Cells, ProbabilityGrid
from besok.model.arrays import Floats

TAILS = 0.1, 0.9  # probability below the bounds


def summary(grid: ProbabilityGrid, cells: Cells | None = None) -> tuple[Floats, Floats, Floats]:
    """Mean, lower and upper bound by space; `cells` instead of the grid's own, over the same people."""
    spaces = len(grid.width)
    weight = np.asarray(grid.cells if cells is None else cells, np.float64).reshape(spaces, -1)
    people = np.asarray(grid.people(), np.float64).reshape(spaces, -1)
    people = np.where(people <= 0.5 * grid.width[:, None], 0, people)
    mean = (weight * people).sum(1)
    order = np.argsort(people, axis=1, kind="stable")
    people, weight = np.take_along_axis(people, order, 1), np.take_along_axis(weight, order, 1)
    below = np.cumsum(weight, axis=1) - weight / 2  # half of a cell lies below its middle
    lower, upper = np.array([np.interp(TAILS, *space) for space in zip(below, people, strict=True)]).T
    return mean, np.minimum(lower, mean), np.maximum(upper, mean)
