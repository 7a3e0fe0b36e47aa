"""The level as it drifts: a Gaussian process at knots a week or more apart, straight lines between them.

Three movements are added up, each with its size in units of the log of the visits:

- growth: a velocity that fades within half a year (the integral of an Ornstein-Uhlenbeck process), so a rise goes on,
  but less and less, and in the long run the level is a random walk. Its size is the sd of the change over a year.
- years: swings that take about three years to be forgotten.
- weeks: swings of three weeks or so.

Sources: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), 4.2; Gardner and McKenzie (1985) for
the damping of trends.
"""

import numpy as np
from scipy.linalg import solve_triangular

from besok.analytics.forecast.gauss import Posterior
from besok.model.arrays import Floats

YEAR = 365.25  # days
FADES = 0.5 * YEAR  # the velocity of growth
FORGETS = (3.0 * YEAR, 21.0)  # swings of years, of weeks
QUARTER = YEAR / 4
NEWS = 2.3  # freedom of the t distribution of the level's news: as for the years of branches in Toronto
CONSTANT = 4.0  # sd of where the level is at all, about the middle of the data


def _velocity(a: Floats, b: Floats) -> Floats:
    """Covariance of the integral from 0 of a unit Ornstein-Uhlenbeck velocity at times `a` and `b` >= 0 (in FADES)."""
    s, t = a[:, None], b[None, :]
    return 2 * np.minimum(s, t) - 1 + np.exp(-s) + np.exp(-t) - np.exp(-np.abs(s - t))


def kernel(a: Floats, b: Floats, sizes: Floats) -> Floats:
    """Covariance of the level at times `a` and `b` (days from the first knot); `sizes`: growth, years, weeks."""
    year = YEAR / FADES
    growth = _velocity(a / FADES, b / FADES) / (2 * year - 2 + 2 * np.exp(-year))
    apart = np.abs(a[:, None] - b[None, :])
    years, weeks = (np.exp(-apart / forgets) for forgets in FORGETS)
    together: Floats = CONSTANT**2 + sizes[0] ** 2 * growth + sizes[1] ** 2 * years + sizes[2] ** 2 * weeks
    return together


def strides(after: Posterior, grid: Floats, sizes: Floats) -> Floats:
    """Return how large the news of each knot were in units of the usual: by quarters, counted back from the last knot.

    News are Student's: a quarter that moved much (a recovery) had large ones, and tells less of how large they usually
    are. Expectation-maximization for the t distribution (Lange, Little and Taylor 1989, 3.1), the level being unseen.
    """
    each = max(round(QUARTER / (grid[1] - grid[0])), 1)
    ends = np.append(0, np.arange(len(grid) - 1, 0, -each)[::-1])
    root = np.linalg.cholesky(kernel(grid[ends], grid[ends], sizes) + 1e-6 * np.eye(len(ends)))
    which = np.zeros((len(ends), len(after.mean)))
    which[:, -len(grid) :] = solve_triangular(root, np.eye(len(grid))[ends], lower=True)
    square = (which @ after.mean) ** 2 + np.diag(after.covariance(which))
    square[0] = 1.0  # where the level began is no news
    scale: Floats = np.sqrt((NEWS + square) / (NEWS + 1))
    return scale[np.searchsorted(ends, np.arange(len(grid)))]


def knots(days: float, step: float) -> Floats:
    """Knots from day 0 on that reach to `days` and no less."""
    return np.arange(max(int(np.ceil(days / step)), 1) + 1, dtype=np.float64) * step


def hats(at: Floats, knots: Floats) -> Floats:
    """Return how much each knot counts on each day: times x knots, each row sums to 1."""
    index = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    share = (at - knots[index]) / (knots[index + 1] - knots[index])
    made = np.zeros((len(at), len(knots)))
    rows = np.arange(len(at))
    made[rows, index] = 1 - share
    made[rows, index + 1] = share
    return made
