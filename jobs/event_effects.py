"""Effects of the programme of every site, estimated once a day from the counts."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from besok.analytics.effects import effect_of_event
from besok.model.calendar import business_day, day_bounds
from besok.model.effects import EventEffect
from besok.model.site import Site
from besok.model.views.calendar import CalendarDay
from besok.services.calendar import get_calendar_days
from besok.store import effects
from besok.store.database import Database
from jobs.daily import each

EVENTS_BACK: Final = 60  # days in which effects are estimated again, as late counts come
COMPARED: Final = 120  # days about an event
HEARD: Final = 0.99
MARGIN: Final = 2  # hours before and after an event
DAY = timedelta(days=1)


def run(db: Database, now: datetime) -> None:
    """Estimate the effects of the programme at every site where a business day has ended."""
    each(db, now, effects.EVENTS, of, effects.put_event_effects)


def kind(day: CalendarDay) -> int:
    """Return what days are like each other: the weekday, of those open, closed, or on a holiday.

    An event in a closed building is so compared with other closed days, and not with what comes when it is open.
    """
    return day.day.weekday() + 7 * (day.open_hours == 0) + 14 * (day.holiday is not None)


def of(db: Database, site: Site, last: date) -> dict[int, EventEffect]:
    """Return the effect of every event of the last weeks, by its number."""
    start, end = day_bounds(last - EVENTS_BACK * DAY, site)[0], day_bounds(last, site)[1]
    past = effects.past_events(db, site.id, start, end)
    if not past:
        return {}
    first = last - (EVENTS_BACK + COMPARED) * DAY
    days = get_calendar_days(db, site.id, first, last)
    kinds = np.array([kind(day) for day in days])
    begin = day_bounds(first, site)[0]
    everything = effects.past_events(db, site.id, begin, end)
    out = {}
    for space in {event.space for event in past}:
        counts = _hours(db, site, space, first, last)
        event_days = {business_day(e.start, site) for e in everything if e.space == space}
        busy = np.array([day.day in event_days for day in days])
        for event in (e for e in past if e.space == space):
            out[event.event_id] = _of_event(event, site, first, counts, kinds, busy)
    return out


def _of_event(
    event: effects.PastEvent,
    site: Site,
    first: date,
    counts: np.ndarray,
    kinds: np.ndarray,
    leave_out: np.ndarray,
) -> EventEffect:
    day = business_day(event.start, site)
    row = (day - first).days
    slots = [_slot(t, site, day) for t in (event.start, event.end - timedelta(minutes=1))]
    begin, end = (0, 24) if event.all_day else (max(slots[0], 0), min(slots[1] + 1, 24))
    if not 0 <= row < len(counts) or begin >= end:
        return EventEffect(verdict="not_observed")
    margin = 0 if event.all_day else MARGIN
    return effect_of_event(counts, row, begin, end, margin=margin, kind=kinds, leave_out=leave_out)


def _slot(time: datetime, site: Site, day: date) -> int:
    """Return the hours on the clock since the business day began."""
    wall = time.astimezone(ZoneInfo(site.timezone)).replace(tzinfo=None)
    return int((wall - datetime.combine(day, site.day_start)) // timedelta(hours=1))


def _hours(db: Database, site: Site, space: str | None, first: date, last: date) -> np.ndarray:
    """Return entries, days x hours since the business day began; NaN where a door was silent.

    A door reporting zero is not silent; one without reports for an hour leaves the hour unknown.
    """
    counts = np.full(((last - first).days + 1, 24), np.nan)
    start, end = day_bounds(first, site)[0], day_bounds(last, site)[1]
    for hour in effects.entered_by_hour(db, site.id, space, start, end):
        day = business_day(hour.start, site)
        slot = _slot(hour.start, site, day)
        if hour.heard >= HEARD and 0 <= slot < 24:
            counts[(day - first).days, slot] = hour.people
    return counts
