"""Runs of an array in which a condition is true, or for which a value is valid."""

from collections.abc import Sequence

import numpy as np

from besok.model.arrays import Bools, Floats


def runs(flags: Bools) -> list[tuple[int, int]]:
    """Return the runs (begin, exclusive end) in which the flags are set: 0, 1, 1, 0, 1 gives (1, 3) and (4, 5)."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def run_sums(flags: Bools, values: Floats, before: Floats) -> Floats:
    """Sum values (0 or more) in each run of flags (steps x columns); `before` is the sum of a run that goes on.

    A column of 1, 2, 3, 4 with the flags 1, 1, 0, 1 and 5 before gives 6, 8, 0, 4.
    """
    so_far = before + np.cumsum(np.where(flags, values, 0), axis=0)
    return np.asarray(so_far - np.maximum.accumulate(np.where(flags, 0, so_far), axis=0))


def hold(values: Floats, steps: Sequence[int]) -> Floats:
    """Carry level readings forward until the next one, at most for the given number of steps in each column."""
    rows = np.arange(len(values))[:, None]
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, rows), axis=0)
    fresh = (last >= 0) & (rows - last <= np.asarray(steps))
    return np.where(fresh, np.take_along_axis(values, np.maximum(last, 0), axis=0), np.nan)
