"""Simple rules that a forecast is compared with: the last figures again, those of a year ago, a straight line.

Each gives a mean and a standard deviation for every row ahead, from the past alone; or nothing, where the past is
shorter than what the rule repeats.
"""

from collections.abc import Callable

import numpy as np

from besok.model.arrays import Floats

Rule = Callable[[Floats, int], tuple[Floats, Floats] | None]
HOLE = 7  # rows before a hole is what fills it


def simple_rules(step: str) -> dict[str, Rule]:
    """Return the rules by name for a series of days (D), weeks (W) or months (M)."""
    if step == "M":
        return {"last month": repeat(1), "same month a year ago": repeat(12), "drift": drift}
    if step == "W":
        return {"last week": repeat(1), "same week a year ago": repeat(52), "drift": drift}
    return {"last week": repeat(7), "same weekday a year ago": repeat(364), "drift": drift}


def repeat(lag: int) -> Rule:
    """Return the rule that repeats the last `lag` rows; its spread is that of its errors in the past."""

    def repeated(past: Floats, horizon: int) -> tuple[Floats, Floats] | None:
        filled = without_holes(past, HOLE)
        if len(filled) < lag:
            return None
        errors = past[lag:] - past[:-lag] if len(past) > lag else np.diff(past)
        times = np.arange(horizon) // lag + 1
        return np.resize(filled[-lag:], horizon), root_mean_square(errors) * np.sqrt(times)

    return repeated


def drift(past: Floats, horizon: int) -> tuple[Floats, Floats]:
    """Continue the straight line through the first and the last figure."""
    filled = without_holes(past, 12)
    slope = (filled[-1] - filled[0]) / max(len(filled) - 1, 1)
    ahead = np.arange(1, horizon + 1)
    return filled[-1] + slope * ahead, root_mean_square(np.diff(past)) * np.sqrt(ahead)


def without_holes(past: Floats, season: int) -> Floats:
    """Return the past with each row that was not observed as the one a season before, or as the mean."""
    observed = np.isfinite(past)
    filled = past[int(np.argmax(observed)) :].copy() if observed.any() else np.zeros(1)
    for n in np.flatnonzero(~np.isfinite(filled)):
        filled[n] = filled[n - season] if n >= season else np.nanmean(filled[: n + season])
    return filled


def root_mean_square(errors: Floats) -> float:
    """Return the root mean square of the known errors; 1 if none is."""
    known = errors[np.isfinite(errors)]
    return float(np.sqrt((known**2).mean())) if known.size else 1.0
