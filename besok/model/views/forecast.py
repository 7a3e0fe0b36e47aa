"""Views of forecasts and of their accuracy."""

from dataclasses import dataclass
from datetime import date, datetime

SCORED_FROM = 0.95  # share of the days that must have been observed before a forecast is judged by them


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """Reason for no forecast yet: `days` were observed whole, LEAST_DAYS are needed.

    `coming_in`: older history is being written, which is waited for; `at_work`: the jobs that make forecasts are heard.
    """

    days: int
    coming_in: bool
    at_work: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A sum that was forecast and whose days are over. `truth` is None where nothing was observed.

    Days that were not observed count as the mean of the others; `observed` is the share that was.
    """

    origin: date
    made: datetime
    afterwards: bool
    model: str
    first: date
    last: date
    mean: float
    low80: float
    high80: float
    low95: float
    high95: float
    observed: float
    truth: float | None

    @property
    def days(self) -> int:
        """Return how many days it sums up."""
        return (self.last - self.first).days + 1

    @property
    def judged(self) -> bool:
        """Tell whether enough of its days were observed to say how good it was."""
        return self.truth is not None and self.observed >= SCORED_FROM

    @property
    def held(self) -> bool:
        """Tell whether the truth lay in the 80 % interval."""
        return self.truth is not None and self.low80 <= self.truth <= self.high80


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Accuracy of forecasts of sums over `days` days by one method: `held` of `made` in their 80 % interval.

    `model` is the version of the method. `afterwards`: recomputed later than their origin, from what was known then;
    else made in advance. `error` is the median error as a share of the truth, without its sign; `bias` the median with
    it (positive: too many were forecast). Were all intervals right, `right_low` to `right_high` would have held, in 19
    cases of 20: those whose days overlap hold or miss together.
    """

    days: int
    model: str
    afterwards: bool
    made: int
    held: int
    right_low: int
    right_high: int
    error: float | None
    bias: float | None

    @property
    def can_fail(self) -> bool:
        """Tell whether any number of forecasts in their interval would speak against the intervals."""
        return self.right_low > 0 or self.right_high < self.made
