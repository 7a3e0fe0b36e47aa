"""Visits of a day or a week that staff counted by hand, at a site without sensors or in a sample week."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

BY_HAND: Final = "counted by hand"  # the source of such counts
LONGEST: Final = timedelta(days=6)  # from the first to the last day
MOST_VISITS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HandCount:
    """Visits from business day `first` to `last`, both included: one day, or up to seven."""

    first: date
    last: date
    visits: int
    counted_by: str
