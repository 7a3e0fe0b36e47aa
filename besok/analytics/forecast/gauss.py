"""A linear model with Gaussian beliefs: what the data make of them, and how well the data fit.

    y = Z u + e,   u ~ N(0, K),   e ~ N(0, diag(1 / weight))

Source: Rasmussen and Williams (2006), 2.1 and 5.4.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from besok.model.arrays import Floats

JITTER = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """All that the data say of u: Z'WZ, Z'Wy, y'Wy and the sum of the log weights."""

    gram: Floats
    cross: Floats
    square: float
    log_weight: float


def moments(z: Floats, y: Floats, weight: Floats) -> Moments:
    root = np.sqrt(weight)
    weighted = z * root[:, None]
    return Moments(
        gram=weighted.T @ weighted,
        cross=weighted.T @ (root * y),
        square=float((weight * y * y).sum()),
        log_weight=float(np.log(weight).sum()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """u after the data: its mean, and the Cholesky factor (lower) of the inverse of its covariance."""

    mean: Floats
    root: Floats
    log_likelihood: float  # of the data, u integrated out, less a constant

    def freedom_used(self, seen: Moments) -> float:
        """Return how many numbers' worth of the data went into the fit: the trace of the hat matrix."""
        return float(np.trace(cho_solve((self.root, True), seen.gram)))

    def covariance(self, which: Floats) -> Floats:
        """Of some combinations of u: `which` is combinations x effects."""
        half = solve_triangular(self.root, which.T, lower=True)
        found: Floats = half.T @ half
        return found

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """`n` draws (even) of u less its mean: effects x draws, each with its mirror image."""
        half = rng.standard_normal((len(self.mean), (n + 1) // 2))
        drawn = solve_triangular(self.root.T, half, lower=False)
        return np.concatenate([drawn, -drawn], axis=1)[:, :n]


def posterior(seen: Moments, sd: Floats, level: Floats, strides: Floats) -> Posterior:
    """Return the posterior where the first effects are independent with `sd` and the rest have the covariance `level`;
    what of those does not follow from the ones before is larger by the factors `strides`.
    """
    n = len(sd)
    root = np.linalg.cholesky(level + JITTER * np.eye(len(level))) * strides
    precision = seen.gram.copy()
    precision[np.arange(n), np.arange(n)] += sd**-2
    precision[n:, n:] += cho_solve((root, True), np.eye(len(level)))
    factor, _ = cho_factor(precision, lower=True)
    factor = np.tril(factor)
    mean = cho_solve((factor, True), seen.cross)
    fit = seen.square - float(seen.cross @ mean)
    prior = 2 * (float(np.log(sd).sum()) + float(np.log(np.diag(root)).sum()))
    after = 2 * float(np.log(np.diag(factor)).sum())
    return Posterior(mean=mean, root=factor, log_likelihood=0.5 * (seen.log_weight - prior - after - fit))
