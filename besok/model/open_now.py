"""A site with opening hours that cover the present, for demos and scenarios played live at any hour."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from besok.model import calendar
from besok.model.site import OpeningException, Site, Text

BEFORE: Final = timedelta(hours=1)  # what is opened around now
AFTER: Final = timedelta(hours=8)
SOON: Final = timedelta(hours=2)  # a site that closes within this is opened longer


def opened_around(site: Site, now: datetime, note: Text) -> Site:
    """Return the site with hours that cover `now`, with a note where it is closed or about to close."""
    return with_exceptions(site, exceptions_around(site, now, note).values())


def with_exceptions(site: Site, exceptions: Iterable[OpeningException]) -> Site:
    """Return the site with further exceptions after its own; the last one has precedence."""
    return replace(site, opening=replace(site.opening, exceptions=(*site.opening.exceptions, *exceptions)))


def exceptions_around(site: Site, now: datetime, note: Text) -> dict[date, OpeningException]:
    """Return an exception for each business day that hours around `now` touch: its usual hours and those.

    None where the site is open for a while already.
    """
    until = calendar.open_until(now, site)
    if calendar.is_open(now, site) and (until is None or until - now > SOON):
        return {}
    window = (now - BEFORE, now + AFTER)
    days = sorted({calendar.business_day(t, site) for t in window})
    hours = {day: _hours(site, day, window) for day in days}
    return {
        day: OpeningException(first=day, last=day, hours=text, note=note)
        for day, text in hours.items()
        if text
    }


def _hours(site: Site, day: date, window: tuple[datetime, datetime]) -> str:
    """Return the hours of `day` joined with `window`, as far as it lies in that business day."""
    begin, end = calendar.day_bounds(day, site)
    extra = (max(window[0], begin), min(window[1], end))
    return as_hours([*calendar.open_intervals(day, site), extra], day, site)


def as_hours(hours: Iterable[tuple[datetime, datetime]], day: date, site: Site) -> str:
    """Return stretches of a business day as its opening hours: "10:00-20:00"."""
    hours = calendar.joined(hours)
    clocks = [(_clock(start, day, site), _clock(until, day, site)) for start, until in hours]
    return ", ".join(f"{start}-{until}" for start, until in clocks if start < until)


def _clock(t: datetime, day: date, site: Site) -> str:
    """`t` as wall-clock time of the business day: 25:30 is half past one at night. Whole minutes, rounded down."""
    zone = ZoneInfo(site.timezone)
    minutes = (t.astimezone(zone).replace(tzinfo=None) - datetime.combine(day, time())) // timedelta(
        minutes=1
    )
    return f"{minutes // 60:02}:{minutes % 60:02}"
