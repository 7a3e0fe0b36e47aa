"""What past days would have been expected to bring had nobody looked at them: for effects and for finding events."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from core.analytics.forecast.daykinds import ORDINARY, Calendar
from core.analytics.forecast.history import Floats, History
from core.analytics.forecast.weekdays import usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The mean and the variance of the visits of every day of a history, each told from the other days only.

    A day that was not observed has them too; a closed day has zero for both.
    """

    days: tuple[date, ...]
    mean: Floats
    variance: Floats


def expected(history: History, calendar: Calendar = ORDINARY) -> Expected:
    """Mean and variance by day, of a day as the days around it and its like lead one to expect.

    To ask what several days in a row would have been without something that lasted through them, take them out first
    (`history.without(days)`): what is not observed does not teach.
    """
    mean = usual(history, history.days, calendar)
    ratio = np.divide(history.visits, mean, out=np.full(len(mean), np.nan), where=mean > 0)
    spread = float(np.nanvar(ratio)) if np.isfinite(ratio).sum() > 1 else 0.25
    return Expected(days=history.days, mean=mean, variance=mean**2 * spread + mean)
