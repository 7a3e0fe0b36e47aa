"""Opening hours under a scenario, and when its events begin."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from besok.model.calendar import WEEKDAYS, holiday, hours_text, open_intervals, parse_hours
from besok.model.site import OpeningException, OpeningHours, Site
from sensors_sim.scenario import Event, Hours, holds

DAY: Final = timedelta(days=1)
ENDLESS: Final = 2 * 366 * DAY  # how long hours on certain weekdays hold that have a first day and no last


def opens_for(site: Site, event: Event, day: date) -> bool:
    """Whether the site is open when the event begins on the business day."""
    begins = begin(site, event, day)
    return any(start <= begins < end for start, end in open_intervals(day, site))


def begin(site: Site, event: Event, day: date) -> datetime:
    """When the event begins on the business day; what begins before the day does is in the night that ends it."""
    date_of = day if event.start >= site.day_start else day + DAY
    return datetime.combine(date_of, event.start, ZoneInfo(site.timezone)).astimezone(UTC)


def opened(site: Site, part: Hours) -> OpeningHours:
    """The hours of the site under the part, which is about it. Raises ValueError if they leave its business day."""
    opening = site.opening
    if part.first or part.last:
        return replace(opening, exceptions=(*opening.exceptions, *_exceptions(site, part)))
    week: dict[str, Any] = {
        day: _text(getattr(opening, day), part, site) for day in part.weekdays or WEEKDAYS
    }
    return replace(opening, **week)


def _exceptions(site: Site, part: Hours) -> Iterator[OpeningException]:
    first = part.first or (part.last or date.max) - ENDLESS
    last = part.last or first + ENDLESS
    if part.hours and not part.weekdays and first <= last:
        yield OpeningException(first=first, last=last, hours=part.hours, note=part.note)
        return
    for day in (first + n * DAY for n in range((last - first).days + 1)):
        if holds(day, first, last, part.weekdays) and not (part.weekdays and holiday(day, site.opening)):
            text = _text(hours_text(day, site.opening), part, site)
            yield OpeningException(first=day, last=day, hours=text, note=part.note)


def _text(usual: str, part: Hours, site: Site) -> str:
    """The hours of a day that usually has `usual`."""
    if part.hours:
        return part.hours
    stretches = sorted({*parse_hours(usual, site.day_start), *parse_hours(part.also, site.day_start)})
    joined: list[list[int]] = []
    for start, until in stretches:
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], until)
        else:
            joined.append([start, until])
    return ", ".join(f"{_clock(start)}-{_clock(until)}" for start, until in joined)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
