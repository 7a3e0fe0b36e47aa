"""The cells of the filter: their quantiles and their spreading, beside plain ways to the same."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from besok.analytics.occupancy.grid import BIASES, CELLS, TAILS, ProbabilityGrid, spread


def _grid(seed: int, spaces: int = 5) -> ProbabilityGrid:
    rng = np.random.default_rng(seed)
    grid = ProbabilityGrid(np.full(spaces, 0.04))
    grid.width = 2.0 ** rng.integers(0, 4, spaces)
    grid.offset = rng.uniform(0, 300, (spaces, 1)) + rng.uniform(-30, 30, (spaces, BIASES))
    middles, widths = rng.uniform(40, 56, (2, spaces, BIASES, 1)) * [[[[1]]], [[[0.1]]]]
    grid.cells = np.exp(-(((np.arange(CELLS) - middles) / widths) ** 2) / 2).astype(np.float32)
    grid.cut()
    return grid


@pytest.mark.parametrize("seed", range(5))
def test_bounds_are_those_of_all_cells_in_their_order(seed: int) -> None:
    grid = _grid(seed)
    people, weight = grid.people().reshape(5, -1), grid.cells.reshape(5, -1).astype(float)
    people = np.where(people > grid.half[:, 0], people, 0)
    _, lower, upper = grid.figures()
    for space in range(5):
        order = np.argsort(people[space], kind="stable")
        below = np.cumsum(weight[space, order]) - weight[space, order] / 2
        bounds = np.interp(TAILS, below, people[space, order])
        assert_allclose([lower[space], upper[space]], bounds, atol=0.1 * grid.width[space])


def test_a_space_spreads_by_its_variance_whatever_other_spaces_do() -> None:
    cells = np.zeros((4, BIASES, CELLS), np.float32)
    cells[:, :, CELLS // 2] = 1 / BIASES
    variance = np.array([[0.3], [0.0], [7.0], [1e-7]])
    wider = spread(cells, variance)
    assert_allclose(wider.sum((1, 2)), 1, rtol=1e-5)
    assert_allclose((wider * (np.arange(CELLS) - CELLS // 2) ** 2).sum((1, 2)), variance[:, 0], rtol=1e-4)
    assert_allclose(wider[:1], spread(cells[:1], variance[:1]))
