"""Room for the name and figures of a space on a floor plan: the part of its polygon where they can be largest."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from besok.model.floor_plan import edges
from besok.model.site import Point

CELLS = 40  # of the raster, to each side: fine enough for an alcove, and still quick
INNER = 0.92  # of the box that is filled: walls and letters do not touch

Shape = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class LabelBox:
    """A text of a given width and height in letters: its centre, and how large a letter may be (metres)."""

    x: float
    y: float
    size: float


@lru_cache(maxsize=1024)
def label_box(shape: Shape, over: tuple[Shape, ...], width: float, height: float) -> LabelBox:
    """Return where a text of `width` by `height` letters is largest within a polygon, clear of those `over` it.

    By raster: of all rectangles of free cells the one in which the letters are largest.
    """
    corners = np.array(shape)
    low, step = corners.min(0), np.ptp(corners, axis=0) / CELLS
    xs, ys = (low[axis] + step[axis] * (np.arange(CELLS) + 0.5) for axis in (0, 1))
    free = _inside(shape, xs, ys)
    for other in over:
        free &= ~_inside(other, xs, ys)
    return _largest(free, low, step, width, height)


def _largest(
    free: NDArray[np.bool_], low: NDArray[np.float64], step: NDArray[np.float64], width: float, height: float
) -> LabelBox:
    cells = np.arange(CELLS)
    blocked = np.vstack([np.zeros(CELLS, int), np.cumsum(~free, axis=0)])  # cells above a row, by column
    is_free = blocked[:-1, :, None] == blocked[1:].T  # [top, column, bottom]: the column between these rows
    columns = cells[:, None] - np.maximum.accumulate(np.where(is_free, -1, cells[:, None]), axis=1)
    rows = cells - cells[:, None] + 1  # [top, bottom]
    sizes = np.minimum(columns * step[0] / width, rows[:, None] * step[1] / height)
    y0, right, bottom = (int(n) for n in np.unravel_index(sizes.argmax(), sizes.shape))
    x0, x1, y1 = right - int(columns[y0, right, bottom]) + 1, right + 1, bottom + 1
    size = float(sizes[y0, right, bottom])
    while (
        y1 < CELLS and free[y1, x0:x1].all()
    ):  # the text stands in the middle of what is free above and below it
        y1 += 1
    while x1 < CELLS and free[y0:y1, x1].all():
        x1 += 1
    return LabelBox(
        float(low[0] + step[0] * (x0 + x1) / 2), float(low[1] + step[1] * (y0 + y1) / 2), size * INNER
    )


def _inside(shape: Sequence[Point], xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell of the points of a grid [y, x] whether they lie in a polygon: a ray to the left crosses it an odd number of
    times.
    """
    inside = np.zeros((len(ys), len(xs)), bool)
    for (ax, ay), (bx, by) in edges(shape):
        if ay == by:
            continue
        spans = (ay > ys) != (by > ys)
        crossing = ax + (ys - ay) * (bx - ax) / (by - ay)
        inside ^= spans[:, None] & (crossing[:, None] < xs[None, :])
    return inside
