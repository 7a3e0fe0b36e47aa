"""Entries of imported calendars: an event that takes place, and the weather of a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WHOLE: Final = timedelta(hours=20)  # of a day: "00:00 to 23:59", or the 23 hours of one in spring


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One event that takes place: times are aware, in UTC. `all_day` lasts from local midnight to local midnight."""

    uid: str
    title: str
    place: str
    start: datetime
    end: datetime
    all_day: bool

    @property
    def whole_days(self) -> bool:
        """Tell whether it lasts for days, however they are written, and not for hours of one."""
        return self.all_day or self.end - self.start >= WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """The weather of a calendar day: mean temperature and sum of precipitation; None is not known."""

    temperature_c: float | None = None
    precipitation_mm: float | None = None
