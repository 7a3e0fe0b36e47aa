"""The usual visits of a day: its weekday's mean in the last year, holidays by name."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from core.analytics.forecast.daykinds import Calendar
from core.analytics.forecast.history import Floats, History

YEAR = 365  # days


def usual(history: History, days: Sequence[date], calendar: Calendar) -> Floats:
    """Visits that are usual on `days`; zero when closed, and for a history in which nothing was observed."""
    last = history.before(history.origin)
    kinds = {day: calendar.holidays.get(day, day.weekday()) for day in last.days}
    seen = [
        (kinds[d], v) for d, v, c in zip(last.days, last.visits, last.closed, strict=True) if np.isfinite(v) and not c
    ]
    everything = float(np.mean([v for _, v in seen[-YEAR:]])) if seen else 0.0
    by_kind: dict[object, list[float]] = {}
    for kind, value in seen:
        by_kind.setdefault(kind, []).append(value)
    means = {kind: float(np.mean(values[-52:])) for kind, values in by_kind.items()}

    def mean(day: date) -> float:
        if day in calendar.closed:
            return 0.0
        return means.get(calendar.holidays.get(day, day.weekday()), means.get(day.weekday(), everything))

    return np.array([mean(day) for day in days], dtype=np.float64)
