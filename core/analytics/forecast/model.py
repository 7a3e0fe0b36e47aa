"""Daily visits to come, as simulated paths."""

import numpy as np

from core.analytics.forecast.daykinds import ORDINARY, Calendar
from core.analytics.forecast.history import Floats, History, span
from core.analytics.forecast.paths import Paths
from core.analytics.forecast.weekdays import usual

LEVEL_SD = 0.12  # of the log level a year ahead, before anything is known of the series
BLOCK = 7  # days of past deviations that are drawn together


def forecast(
    history: History, horizon: int, calendar: Calendar = ORDINARY, *, rng: np.random.Generator, paths: int = 2000
) -> Paths:
    """`horizon` days from the day after the history on, as simulated futures. Any history will do, even none."""
    days = span(history.origin, horizon)
    means = usual(history, days, calendar)
    level = rng.standard_normal((1, paths)) * LEVEL_SD * np.sqrt(np.arange(1, horizon + 1)[:, None] / 365 + 0.05)
    noise = _blocks(_deviations(history, calendar), horizon, paths, rng)
    return Paths(days=days, visits=np.maximum(means[:, None] * np.exp(level) * noise, 0.0))


def _deviations(history: History, calendar: Calendar) -> Floats:
    """Observed over usual of the last year, about 1."""
    means = usual(history, history.days, calendar)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (history.visits / means)[-365:]
    ratio = ratio[np.isfinite(ratio)]
    return ratio / ratio.mean() if ratio.size >= 2 * BLOCK and ratio.mean() > 0 else np.array([0.4, 0.8, 1.0, 1.3, 1.5])


def _blocks(pool: Floats, horizon: int, paths: int, rng: np.random.Generator) -> Floats:
    """Runs of `BLOCK` days from `pool`, set side by side."""
    starts = rng.integers(0, pool.size, ((horizon + BLOCK - 1) // BLOCK, 1, paths))
    index = (starts + np.arange(BLOCK)[None, :, None]) % pool.size
    drawn: Floats = pool[index].reshape(-1, paths)[:horizon]
    return drawn
