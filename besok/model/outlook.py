"""Forecasts of visits: expected days, years and totals with their intervals, and the probability of a target."""

from dataclasses import dataclass
from datetime import date, datetime
from math import isclose
from typing import Final

LEAST_DAYS: Final = 21  # that must have been observed before a forecast is made
SAME_GOAL: Final = 0.01  # by which imports and corrections of its baseline move a goal that nobody changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Visits on `day`, or in the 365 days up to it, with 80 and 95 % intervals."""

    day: date
    mean: float
    low80: float
    high80: float
    low95: float
    high95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedTotal:
    """Visits from business day `first` to `last`, both included, with 80 and 95 % intervals."""

    first: date
    last: date
    mean: float
    low80: float
    high80: float
    low95: float
    high95: float

    @property
    def days(self) -> int:
        """Return the number of days in the sum."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A forecast that was made at the end of the business day `origin`, from that day and those before it.

    `days` are the coming days, `years` the 365 days up to coming days, `totals` the sums that are judged later. `odds`
    is the probability that the 365 days up to `deadline` hold `goal` visits or more; `even_from` and `likely_from` the
    days from which on it is at least 1 in 2, and 4 in 5 (None: not within the forecast). `reached` is the day by which
    half of the futures have reached the goal, `reached_low` and `reached_high` those by which a tenth and nine tenths
    have (None: not within ten years). Growth is a year's: 0.1 is 10 %.
    `afterwards`: made later than its origin, from nothing but what was known then. `also` are the other sites whose
    visits it counts.
    """

    origin: date
    made: datetime
    afterwards: bool
    measure: str
    model: str
    goal: float | None
    deadline: date | None
    odds: float | None
    even_from: date | None
    likely_from: date | None
    needed_growth: float | None
    expected_growth: float | None
    days: tuple[Expected, ...]
    years: tuple[Expected, ...]
    totals: tuple[ExpectedTotal, ...]
    also: tuple[str, ...] = ()
    reached_low: date | None = None
    reached: date | None = None
    reached_high: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """The visits a year that the target required when a forecast was made from `origin`; None without a target."""

    origin: date
    goal: float | None
    deadline: date | None


def is_of(forecast: Outlook | Aim, goal: float | None, deadline: date) -> bool:
    """Tell whether a forecast was made for a target that requires so many visits a year by its deadline."""
    return deadline == forecast.deadline and isclose(goal or 0.0, forecast.goal or 0.0, rel_tol=SAME_GOAL)
