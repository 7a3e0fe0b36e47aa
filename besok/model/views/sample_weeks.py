"""A year of visits that was estimated from weeks counted by hand."""

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledKind:
    """The weeks of a year of one kind, how many of them were counted, and visits per opening hour.

    `presumed`: no week of the kind was counted; its rate rests on that of another kind.
    """

    kind: Literal["term", "holidays", "summer"]
    weeks: int
    counted: int
    rate: float
    presumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledYear:
    """Visits of a site from `first` to `last` of a year, estimated from `counted` of its `weeks` by the stratified
    ratio estimator; `seen` of them were counted.

    `lower` and `upper` bound the 80 % interval, `lower_95` and `upper_95` the 95 % one, by Student's t with so many
    degrees of `freedom`. Visits are as they were counted; deductions are not taken off.
    """

    site: str
    year: int
    first: date
    last: date
    weeks: int
    counted: int
    visits: float
    seen: float
    se: float
    freedom: float
    lower: float
    upper: float
    lower_95: float
    upper_95: float
    kinds: tuple[SampledKind, ...]
