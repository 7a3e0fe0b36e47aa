"""Linear interpolation of several series at once."""

import numpy as np

from besok.model.arrays import Floats


def interpolated(target: np.ndarray, at: np.ndarray, values: Floats) -> Floats:
    """Return series (rows x columns), known at increasing moments, at `target` ones; beyond the ends the last known.
    Between two of which one is not finite nothing is known (NaN).

    At 0.5 and 3 a column of 1 and 2, known at 0 and 1, is 1.5 and 2.
    """
    target = np.clip(target, at[0], at[-1])
    before = np.searchsorted(at, target, side="right") - 1
    after = np.minimum(before + 1, len(at) - 1)
    with np.errstate(invalid="ignore"):  # of unknown ones
        lower = values[before]
        slope = (values[after] - lower) / np.maximum(at[after] - at[before], 1e-30)[..., None]
        return np.asarray(lower + slope * (target - at[before])[..., None])
