"""Usage of a space over a range of business days: dwell time, turnover, utilisation."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Reason = Literal["running", "no_flows", "few", "ends", "disagree", "vague"]


Method = Literal["doors", "people"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with its 80 % interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Usage of a space over a range of business days.

    `stay_minutes` rests on `stay_days` whole days; where it is None, `stay_reason` says why it cannot be told: the days
    are still "running", the doors were watched for nine tenths of none of them ("no_flows"), too "few" came, too many
    were inside at the "ends" of days, those who entered and left (or doors and occupancy) "disagree", or the interval
    is as wide as the stay is long ("vague").
    `people` is the mean number inside in the open hours that were measured, `coverage` the share of the open hours that
    were; `flow_coverage` that of the days in which all doors were watched. Turnover is people who came per seat (or
    place) and open hour. None where it is not known, or there are no seats or no capacity to relate to.
    """

    first: date
    last: date
    open_hours: float
    coverage: float
    flow_coverage: float
    came: Figure | None
    stay_minutes: Figure | None
    stay_days: int
    stay_reason: Reason | None
    stay_method: Method | None
    people: Figure | None
    peak: Figure | None
    peak_at: datetime | None
    per_seat_hour: Figure | None
    per_place_hour: Figure | None
    seats_taken: Figure | None
    seats_taken_peak: Figure | None
    utilisation: Figure | None
    utilisation_peak: Figure | None
