"""Stretches of an array in which something holds."""

import numpy as np

from besok.model.arrays import Bools


def runs(flags: Bools) -> list[tuple[int, int]]:
    """Return from where to where (exclusive) the flags are set: 0, 1, 1, 0, 1 gives (1, 3) and (4, 5)."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
