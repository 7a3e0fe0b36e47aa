"""Days that differ from what their calendar says, in spells: what the generators of visits share."""

import numpy as np
from scipy.signal import lfilter

from besok.model.arrays import Floats


def spells(news: Floats, lasts: float) -> Floats:
    """Return an autoregression of order 1: each day keeps the share `lasts` of the day before, and adds its news."""
    return np.asarray(lfilter([1.0], [1.0, -lasts], news), dtype=np.float64)
