"""The path to the target: growth at an even rate from the baseline to its multiple on the deadline."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from besok.model.views.progress import Progress
from besok.model.views.series import VisitPoint

YEAR = timedelta(days=364)  # the same weekday a year before
WHOLE_YEAR = 365  # days of a sum over a year
HALF_A_YEAR = timedelta(days=182)  # a day's pace is that of the year in whose middle it lies


def cumulative(points: Iterable[VisitPoint], measure: str) -> list[tuple[date, float | None]]:
    """Visits so far on each day; None before the first observed day. An unobserved day adds nothing."""
    total: float | None = None
    result: list[tuple[date, float | None]] = []
    for point in points:
        value = point.visits(measure)
        if value is not None:
            total = (total or 0) + value
        result.append((point.day, total))
    return result


def expected(
    progress: Progress, baseline: Mapping[date, float], days: Iterable[date]
) -> list[tuple[date, float | None]]:
    """Return the path through `days`, summed up: the same weekday of the baseline, times what the path asks of that
    day.

    Baseline days that were not observed count as the mean of those that were. None throughout without a baseline.
    """
    if not baseline:
        return [(day, None) for day in days]
    mean = sum(baseline.values()) / len(baseline)
    total = 0.0
    result: list[tuple[date, float | None]] = []
    for day in days:
        total += baseline.get(twin(day, progress), mean) * progress.target_factor(day + HALF_A_YEAR)
        result.append((day, total))
    return result


def twin(day: date, progress: Progress) -> date:
    """Return the same weekday of about the same time of year within the baseline."""
    while day > progress.baseline_last:
        day -= YEAR
    while day < progress.baseline_first:
        day += YEAR
    return day
