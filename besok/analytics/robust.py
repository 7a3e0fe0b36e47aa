"""Statistics robust against a few outliers."""

import numpy as np

from besok.model.arrays import Floats

SPREAD = 1.4826  # standard deviation of a normal distribution by its median absolute deviation


def median(values: Floats) -> float:
    """Return the median; of a few values several times faster than numpy's."""
    ordered = np.sort(values)
    return float(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def scatter(values: Floats, around: float = 0.0) -> float:
    """Return the standard deviation of normal values about a figure, by their median distance from it."""
    return SPREAD * median(np.abs(values - around))


def scatter_with_prior(values: Floats, before: float, weight: float) -> float:
    """Return the scatter about zero, shrunk towards the prior `before`, which weighs as much as `weight` values."""
    n = len(values)
    return float(np.sqrt((n * scatter(values) ** 2 + weight * before**2) / (n + weight)))
