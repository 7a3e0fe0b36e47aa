"""The exact filter behind the estimate: how likely each number of people is in each space, for each bias of its doors.

The state of a space is its number of people N and the day's bias of its doors (the share of passages that one
direction misses more than the other). The biases are a few columns; in each column N is the doors' count under that
bias plus an error, and only the error has a grid: so a passage moves an entire column without any rounding. Arrays are
spaces x biases x cells. docs/explanation/occupancy.md has the formulas and their sources.
"""

from collections.abc import Callable, Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from besok.model.arrays import Bools, Floats, Ints

Cells = NDArray[np.float32]
# A part of a step on the way back: from how well cells after it explain what came later to the same of cells before
Back = Callable[[Cells], Cells]

TAILS = 0.1, 0.9  # probability below the bounds
BURST = 0.05  # standard deviation of the share that is miscounted when many pass at once
FARTHEST = 2.4  # standard deviations that the last columns are from the learnt bias
_REACH = 5  # spreadings by little variance, which let the tails reach as many cells
_SPREADS = 24  # spreadings by half a cell's variance in one step, at most


class Size:
    """How many biases a grid has columns for, and of how many cells each.

    `nodes` are the biases as standard deviations from the learnt one, `weights` how likely they are; `places` are the
    cells as seen from the middle. A column lies off the middle by up to `centred` cells, and from a standard deviation
    of `fine` cells on the grid takes wider ones.
    """

    def __init__(self, *, biases: int, cells: int) -> None:
        """Create a size of at least two biases and a multiple of four cells."""
        self.biases, self.cells = biases, cells
        self.middle, self.centred, self.fine = cells // 2, cells // 8, cells / 8
        self.places = np.arange(cells, dtype=np.float32) - self.middle
        self.nodes = np.linspace(-FARTHEST, FARTHEST, biases)
        self.weights = np.exp(-(self.nodes**2) / 2) / np.exp(-(self.nodes**2) / 2).sum()


FULL = Size(biases=9, cells=64)


class ProbabilityGrid:
    """The probabilities of a number of spaces, and what they are over.

    `offset` is the number of people in the middle cell of each column, `width` the people between two cells. `bias` is
    the assumption of a column: positive where entries are missed, as a share of them, negative for exits.
    """

    def __init__(self, bias_sd: Floats, size: Size = FULL) -> None:
        """Create empty spaces whose doors have a bias of zero with the sd `bias_sd`."""
        spaces, self.size = len(bias_sd), size
        self.width = np.ones(spaces)
        self.offset = np.zeros((spaces, size.biases))
        self.cells: Cells = np.zeros((spaces, size.biases, size.cells), np.float32)
        self.cells[:, :, size.middle] = size.weights
        self.bias = bias_sd[:, None] * size.nodes
        self.more_in = 1 + np.maximum(self.bias, 0)
        self.more_out = 1 + np.maximum(-self.bias, 0)
        # Between columns, as a share of passages, and in people
        self._gap = bias_sd[:, None] * (size.nodes[1] - size.nodes[0])
        self._apart = np.zeros((spaces, 1))

    @staticmethod
    def side_by_side(grids: Sequence["ProbabilityGrid"]) -> "ProbabilityGrid":
        """Return the spaces of grids of one size (at least one) as those of one, to compute their figures at once."""
        together = copy(grids[0])
        together.cells = np.concatenate([grid.cells for grid in grids])
        together.offset = np.concatenate([grid.offset for grid in grids])
        together.width = np.concatenate([grid.width for grid in grids])
        return together

    @property
    def half(self) -> Cells:
        """The people of half a cell: fewer are nobody, and less than none is impossible."""
        return np.asarray(0.5 * self.width[:, None, None], np.float32)

    def people(self, spaces: Bools | slice = slice(None)) -> Cells:
        """Return the number of people each cell of some spaces stands for; below zero in impossible ones."""
        steps = self.size.places * self.width[spaces].astype(np.float32)[:, None]
        return np.asarray(self.offset[spaces].astype(np.float32)[:, :, None] + steps[:, None, :])

    def copy(self) -> "ProbabilityGrid":
        """Return a copy that stays as it is when this one goes on."""
        other = copy(self)
        other.cells, other.offset, other.width = self.cells.copy(), self.offset.copy(), self.width.copy()
        other._apart = self._apart.copy()
        return other

    def figures(self) -> Floats:
        """Return mean and equal-tail bounds (3 x spaces)."""
        people = self.people()
        people *= people > self.half
        mean = np.einsum("sbc,sbc->s", self.cells, people, dtype=np.float64)
        bounds = np.zeros((len(mean), len(TAILS)))
        # Somebody is more than half a cell: with so small a mean, nobody is as likely as the upper tail, or more
        some = mean > (1 - TAILS[1]) * 0.5 * self.width
        bounds[some] = _quantiles(self.cells[some], self.offset[some], self.width[some])
        return np.stack([mean, np.minimum(bounds[:, 0], mean), np.maximum(bounds[:, 1], mean)])

    def vacate(self, spaces: NDArray[np.bool_]) -> None:
        """Empty these spaces whatever was counted; the distribution of the bias stays."""
        if not spaces.any():
            return
        weights = self.cells[spaces].sum(2)
        self.cells[spaces] = 0
        self.cells[spaces, :, self.size.middle] = weights
        self.offset[spaces], self.width[spaces], self._apart[spaces] = 0, 1, 0

    def weigh(self, likelihood: Cells) -> None:
        """Apply Bayes' rule: multiply by the likelihood of each cell."""
        self.cells *= likelihood
        self.normalise()

    def variance(self, people_in: Floats, people_out: Floats, other: Floats, minutes: float) -> Floats:
        """Return the variance of the error of these passages, by space and bias; `other` is that of all else by space.

        Columns are apart by the difference of their biases in people; that much is spread, or they would form a comb.
        """
        step = self._gap * ((people_in + people_out) / 2)[:, None]
        between = (2 * self._apart + step) * step / 12
        self._apart = self._apart + step
        burst = BURST**2 * (people_in**2 + people_out**2) / max(minutes, 1.0)
        return np.asarray((other + burst)[:, None] + between)

    def move(self, people_in: Floats, people_out: Floats) -> None:
        """Move people in and out, under the bias of each column."""
        self.offset = self.offset + people_in[:, None] * self.more_in - people_out[:, None] * self.more_out

    def cut(self, lowest: Floats | None = None) -> Cells:
        """Remove cells below zero and return which stay (1, else 0).

        `lowest` is how far below the present number it was within this step.
        """
        people = self.people() if lowest is None else self.people() + lowest[:, None, None].astype(np.float32)
        possible = (people > -self.half).astype(np.float32)
        self.cells *= possible
        self.normalise()
        return possible

    def normalise(self) -> None:
        """Normalise the probabilities; a space without any possible cell starts again as empty."""
        total = self.cells.sum((1, 2))
        lost = ~(total > 1e-25)
        if lost.any():
            self.settle(lost, np.zeros(len(total)), np.zeros(len(total)))
            total = self.cells.sum((1, 2))
        self.cells /= total[:, None, None]

    def settle(self, spaces: NDArray[np.bool_], people: Floats, sd: Floats) -> None:
        """Restart some spaces with so many people and a standard deviation `sd`."""
        for space in np.flatnonzero(spaces):
            while self.width[space] * self.size.fine < sd[space]:
                self.width[space] *= 2
            self.offset[space] = people[space]
            off = self.size.places * self.width[space] / max(sd[space], 0.2 * self.width[space])
            self.cells[space] = self.size.weights[:, None] * np.exp(-(off**2) / 2)[None, :]
            self.cells[space] /= self.cells[space].sum()

    def recentre(self) -> list[Back]:
        """Centre the cells on the probability by rolling columns and merging cells; return the reverse steps."""
        column = np.maximum(self.cells.sum(2), np.float32(1e-30))
        mean = (self.cells @ self.size.places) / column
        wide = np.maximum((self.cells @ self.size.places**2) / column - mean**2, 0)
        off = np.abs(mean) > self.size.centred
        halved = np.where(column > 1e-3, wide, 0).max(1) > self.size.fine**2
        if not (off.any() or halved.any()):
            return []
        rolled = np.where(off, np.rint(mean), 0).astype(np.int64)
        self.cells = roll(self.cells, rolled)
        self.offset = self.offset + rolled * self.width[:, None]
        for space in np.flatnonzero(halved):
            self.cells[space] = halve(self.cells[space])
            self.offset[space] += 0.5 * self.width[space]
            self.width[space] *= 2

        def back(after: Cells) -> Cells:
            doubled = after.copy()
            for space in np.flatnonzero(halved):
                doubled[space] = double(after[space])
            return roll(doubled, -rolled, edge=True)

        return [back]


def _quantiles(cells: Cells, offset: Floats, width: Floats) -> Floats:
    """Return below how many people TAILS of the probability lie (spaces x TAILS).

    Half of a cell lies below its middle, but all of nobody: that is one number however many cells stand for it. A row
    has the cells of all columns that are less than the width of a cell apart, so rows are in the order of people.
    """
    spaces, tails = np.arange(len(cells))[:, None, None], np.array(TAILS)
    biases, size = cells.shape[1:]
    places = offset / width[:, None]
    first = np.floor(places).astype(np.int64)
    first -= first.min(1, keepdims=True)  # the row of a column's first cell
    rows = int(first.max(initial=0)) + size
    of_cell = spaces * rows + first[:, :, None] + np.arange(size)
    by_row = np.bincount(of_cell.reshape(-1), cells.reshape(-1), len(cells) * rows).reshape(-1, rows)
    upto = np.cumsum(by_row, axis=1)
    found = np.minimum((upto[:, None] < tails[:, None]).sum(2), rows - 1)
    # The row of each quantile and those next to it, in which columns are in the order of people
    column = np.tile(np.argsort(places % 1, axis=1, kind="stable"), 3)[:, None]
    cell = found[:, :, None] + np.repeat([-1, 0, 1], biases) - first[spaces, column]
    there = (cell >= 0) & (cell < size)
    about = cells[spaces, column, cell.clip(0, size - 1)] * there
    people = places[spaces, column] + (cell - size // 2)
    people = np.where(people > 0.5, people, 0) * width[:, None, None]
    before = np.take_along_axis(upto, np.maximum(found - 2, 0), 1) * (found >= 2)
    below = before[:, :, None] + np.cumsum(about, axis=2) - about / 2 * (people > 0)
    return _at_tails(below, people, there)


def _at_tails(below: Floats, people: Floats, there: Bools) -> Floats:
    """Interpolate people at TAILS between cells (spaces x TAILS x cells) in their order, with what lies below each.

    Where a column has no cell in a row, the cell before it stands once more, or the first of all.
    """
    tails = np.array(TAILS)[:, None]
    lowest = np.where(there, people, np.inf).min(2, keepdims=True)
    people = np.maximum.accumulate(np.where(there, people, lowest), axis=2)
    below = np.maximum.accumulate(np.where(there, below, 0), axis=2)
    last = ((below <= tails).sum(2, keepdims=True) - 1).clip(0, below.shape[2] - 2)
    at, tail = np.arange(len(below))[:, None, None], np.arange(len(TAILS))[:, None]
    x0, x1, y0, y1 = (v[at, tail, last + n] for v in (below, people) for n in (0, 1))
    share = ((tails - x0) / np.maximum(x1 - x0, 1e-30)).clip(0, 1)
    return np.asarray(y0 + share * (y1 - y0))[:, :, 0]


def spread(cells: Cells, variance: Floats) -> Cells:
    """Widen distributions by a variance (spaces x 1) in cells squared: each spreading moves to the adjacent cells."""
    times = np.where(variance[:, 0] > 0, _REACH + np.ceil(variance[:, 0] / 0.6), 0)
    times = np.minimum(times, _SPREADS).astype(np.int64)
    order = np.argsort(-times, kind="stable")[: np.count_nonzero(times)]  # who widen, the widest first
    times = times[order]
    side = np.minimum(variance[order, 0] / times / 2, 0.45)
    stay = 1 - 2 * side
    biases, size = cells.shape[1:]
    apart: Cells = np.zeros((len(order), biases, size + 1), np.float32)  # by a cell between the columns
    apart[:, :, :size] = cells[order]
    flat = biases * (size + 1)
    wider, to_each_side = apart.reshape(-1), np.repeat((side / stay).astype(np.float32), flat)
    for n in range(times.max(initial=0)):
        widening = np.count_nonzero(times > n) * flat
        moved = to_each_side[:widening] * wider[:widening]
        wider[1:widening] += moved[:-1]
        wider[: widening - 1] += moved[1:]
        wider[size : widening : size + 1] = 0
    spread_out = cells.copy()
    # What stays comes last, once and not at each spreading: until then cells are at most 1e24 times as large
    spread_out[order] = apart[:, :, :size] * (stay**times).astype(np.float32)[:, None, None]
    return spread_out


def blur(cells: Cells, sd: Floats) -> Cells:
    """Convolve the columns of some spaces with a normal distribution (`sd` in cells, 0 for none); its own adjoint."""
    size = cells.shape[2]
    off = np.arange(size)[:, None] - np.arange(size)
    blurred = cells.copy()
    for space in np.flatnonzero(sd > 0):
        width = float(np.clip(sd[space], 0.3, size / 6))
        kernel = np.exp(-((off / width) ** 2) / 2)
        blurred[space] = cells[space] @ (kernel / kernel[size // 2].sum()).astype(np.float32)
    return blurred


def roll(cells: Cells, by: Ints, edge: bool = False) -> Cells:
    """Return columns rolled down by so many cells, filled with zero, or with the last value (`edge`)."""
    rolled, size = cells.copy(), cells.shape[2]
    space, bias = np.nonzero(by)
    source = np.arange(size) + by[space, bias, None]
    values = cells[space[:, None], bias[:, None], source.clip(0, size - 1)]
    rolled[space, bias] = values if edge else np.where((source >= 0) & (source < size), values, 0)
    return rolled


def halve(cells: Cells) -> Cells:
    """Return the columns of a space with pairs of cells merged; the other half of the cells is free, on both sides."""
    pairs = cells.reshape(len(cells), -1, 2).sum(2)
    free = cells.shape[1] // 4
    return np.pad(pairs, ((0, 0), (free, free)))


def double(cells: Cells) -> Cells:
    """Return the adjoint of `halve` for a likelihood: both cells of a pair get that of the pair."""
    quarter = cells.shape[1] // 4
    return np.repeat(cells[:, quarter : 3 * quarter], 2, axis=1)
