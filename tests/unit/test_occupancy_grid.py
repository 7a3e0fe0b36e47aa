"""The cells of the filter: their quantiles and their spreading, compared with plain ways to the same."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose

from besok.analytics.occupancy.grid import TAILS, ProbabilityGrid, Size, spread
from besok.analytics.occupancy.smooth import SIZES
from besok.model.arrays import Floats

SPACES = 5
SEEDS = range(60)  # of each kind of grid


def _smooth(rng: np.random.Generator, size: Size) -> ProbabilityGrid:
    """Columns of many people, wide and narrow, close and up to 60 people apart."""
    apart = rng.uniform(0, 30, (SPACES, 1)) * rng.uniform(-1, 1, (SPACES, size.biases))
    return _grid(rng, size, rng.uniform(0, 300, (SPACES, 1)) + apart, rng.uniform(0.05, 1.6, (SPACES, 1, 1)))


def _nearly_empty(rng: np.random.Generator, size: Size) -> ProbabilityGrid:
    """One cell of nobody with all but a little of the probability."""
    grid = _grid(rng, size, rng.uniform(-3, 3, (SPACES, size.biases)), np.full((SPACES, 1, 1), 0.3))
    nobody = np.argwhere(np.abs(grid.people()) < grid.half)
    for space in range(SPACES):
        _, bias, cell = rng.choice(nobody[nobody[:, 0] == space])
        _weigh(grid, space, bias, cell, rng.choice([0.85, 0.95, 0.99999994]))
    return grid


def _one_heavy_cell(rng: np.random.Generator, size: Size) -> ProbabilityGrid:
    """One cell of somebody with most of the probability, next to columns that may not have its row."""
    apart = rng.choice([3, 200, 2000]) * rng.uniform(-1, 1, (SPACES, size.biases))
    grid = _grid(rng, size, 3000 + apart, rng.uniform(0.3, 1, (SPACES, 1, 1)))
    for space in range(SPACES):
        _weigh(
            grid,
            space,
            int(rng.integers(size.biases)),
            size.middle + int(rng.integers(-size.centred, size.centred + 1)),
            0.85,
        )
    return grid


def _at_the_edge(rng: np.random.Generator, size: Size) -> ProbabilityGrid:
    """One of the first cells of columns less than a cell apart with most of the probability."""
    grid = _grid(rng, size, 3000 + rng.uniform(0, 1, (SPACES, size.biases)), np.full((SPACES, 1, 1), 0.5))
    for space in range(SPACES):
        _weigh(grid, space, int(rng.integers(size.biases)), int(rng.integers(4)), 0.85)
    return grid


def _far_apart(rng: np.random.Generator, size: Size) -> ProbabilityGrid:
    """Columns more than all of their cells apart."""
    apart = np.linspace(-1, 1, size.biases) * rng.uniform(500, 9000, (SPACES, 1))
    return _grid(rng, size, 9000 + apart, rng.uniform(0.3, 1, (SPACES, 1, 1)))


def _tied(rng: np.random.Generator, size: Size) -> ProbabilityGrid:
    """Columns whose cells stand for the same people."""
    apart = rng.integers(-3, 4, (SPACES, size.biases)) * 8
    return _grid(
        rng, size, rng.choice([0, 0.25, 40, 200.5], (SPACES, 1)) + apart, np.full((SPACES, 1, 1), 0.5)
    )


def _grid(rng: np.random.Generator, size: Size, offset: Floats, narrow: Floats) -> ProbabilityGrid:
    """Normal distributions over cells about the middle, possible ones alone."""
    grid = ProbabilityGrid(np.full(SPACES, 0.04), size)
    grid.width = np.asarray(2.0 ** rng.integers(0, 4, SPACES), float)
    grid.offset = offset
    off = size.places - rng.uniform(-size.centred, size.centred, (SPACES, size.biases, 1))
    grid.cells = np.exp(-((off / (0.6 * size.fine * narrow)) ** 2) / 2).astype(np.float32)
    grid.cut()
    return grid


def _weigh(grid: ProbabilityGrid, space: int, bias: int, cell: int, weight: float) -> None:
    """Give a cell so much of the probability of its space."""
    grid.cells[space, bias, cell] = 0
    grid.cells[space] *= (1 - weight) / grid.cells[space].sum()
    grid.cells[space, bias, cell] = weight


def _plain_figures(grid: ProbabilityGrid, space: int) -> list[float]:
    """Sort all cells and interpolate between them; nobody is one number however many cells stand for it."""
    width, weight = grid.width[space], grid.cells[space].reshape(-1).astype(float)
    people = (grid.offset[space, :, None] + grid.size.places * width).reshape(-1)
    people[people <= width / 2] = 0
    order = np.argsort(people, kind="stable")
    people, weight = people[order], weight[order]
    lower, upper = np.interp(TAILS, np.cumsum(weight) - weight / 2 * (people > 0), people)
    mean = weight @ people
    return [mean, min(lower, mean), max(upper, mean)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", [_smooth, _nearly_empty, _one_heavy_cell, _at_the_edge, _far_apart, _tied])
def test_figures_are_those_of_all_cells_in_their_order(
    kind: Callable[[np.random.Generator, Size], ProbabilityGrid], size: Size
) -> None:
    for seed in SEEDS:
        grid = kind(np.random.default_rng(seed), size)
        plain = np.transpose([_plain_figures(grid, space) for space in range(SPACES)])
        off = np.abs(grid.figures() - plain) / grid.width
        assert off.max() < 2e-3, (seed, off)


def test_of_surely_empty_spaces_no_bound_is_above_nobody() -> None:
    """Theirs are not looked for: those of other spaces stay what they are alone."""
    grid = ProbabilityGrid(np.full(3, 0.04))
    grid.settle(np.array([True, False, True]), np.array([30.0, 0, 0.2]), np.array([4.0, 0, 0.5]))
    grid.cut()
    mean, lower, upper = grid.figures()
    assert (mean[1], lower[1], upper[1]) == (0, 0, 0)
    plain = np.transpose([_plain_figures(grid, space) for space in range(3)])
    assert_allclose([mean, lower, upper], plain, atol=2e-3)


@pytest.mark.parametrize("size", SIZES)
def test_a_space_spreads_by_its_variance_whatever_other_spaces_do(size: Size) -> None:
    cells = np.zeros((4, size.biases, size.cells), np.float32)
    cells[:, :, size.middle] = 1 / size.biases
    variance = np.array([[0.3], [0.0], [7.0], [1e-7]])
    wider = spread(cells, variance)
    assert_allclose(wider.sum((1, 2)), 1, rtol=1e-5)
    assert_allclose((wider * size.places**2).sum((1, 2)), variance[:, 0], rtol=1e-4)
    assert_allclose(wider[:1], spread(cells[:1], variance[:1]))
    assert_allclose(wider[1:2], spread(cells[1:2], variance[1:2]))
