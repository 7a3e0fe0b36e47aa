"""The periods that a page can show, as they stand in its address."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Literal

from besok.model.views.series import Step
from dashboard.address import Address

Name = Literal["today", "yesterday", "7d", "30d", "custom"]

DAY = timedelta(days=1)
YEAR = 364  # days: the same weekday a year before
LONGEST = timedelta(days=1100)  # three years and a little
KNOWN_YEARS = range(1900, 2101)  # others are typing mistakes, such as 0026


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Business days `first` to `last`, inclusive."""

    name: Name
    first: date
    last: date

    @property
    def days(self) -> int:
        """Return how many business days."""
        return (self.last - self.first).days + 1

    @property
    def step(self) -> Step:
        """Return how finely it is drawn: a few hundred points at most."""
        return "15min" if self.days <= 3 else "hour" if self.days <= 31 else "day"

    def earlier(self, days: int) -> "Range":
        """Return the period as long that began so many days before."""
        return Range(name="custom", first=self.first - days * DAY, last=self.last - days * DAY)


def of(address: Address, today: date) -> Range:
    """Return the period of an address. What cannot be read is today; what is in the wrong order is turned round."""
    wish = address.get("range", "today")
    if wish == "yesterday":
        return Range(name="yesterday", first=today - DAY, last=today - DAY)
    if wish == "7d":
        return Range(name="7d", first=today - 6 * DAY, last=today)
    if wish == "30d":
        return Range(name="30d", first=today - 29 * DAY, last=today)
    first, last = _date(address.get("from")), _date(address.get("to"))
    if wish == "custom" and first and last:
        first, last = sorted((first, last))
        return Range(name="custom", first=max(first, last - LONGEST), last=last)
    return Range(name="today", first=today, last=today)


def compared(address: Address, period: Range) -> Range | None:
    """Return the period that is laid under another, by `cmp` of an address: `0` none, `year` the year before, a day
    the period as long from then on, else the weeks before. But for a chosen day these are whole weeks, so that weekdays
    meet.
    """
    wish = address.get("cmp")
    if wish == "0":
        return None
    if (begin := _date(wish)) and begin != period.first:
        return period.earlier((period.first - begin).days)
    unit = YEAR if wish == "year" else 7
    return period.earlier(unit * ceil(period.days / unit))


def _date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in KNOWN_YEARS else None
