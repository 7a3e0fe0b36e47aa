"""Linear interpolation of several series at once."""

import numpy as np

from besok.model.arrays import Floats


def interpolated(target: np.ndarray, at: np.ndarray, values: Floats) -> Floats:
    """Return series (rows x columns), known at increasing moments, at `target` ones; beyond the ends the last known.

    At 0.5 and 3 a column of 1 and 2, known at 0 and 1, is 1.5 and 2.
    """
    return np.asarray(np.apply_along_axis(lambda column: np.interp(target, at, column), 0, values))
