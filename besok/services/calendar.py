"""The calendar of a site: its programme, school holidays and weather, and all of it day by day."""

from datetime import date, datetime

from besok.model import calendar
from besok.model.effects import ProgrammeEffect
from besok.model.site import Site
from besok.model.views.calendar import (
    CalendarDay,
    Occasion,
    ProgrammeEvent,
    SchoolHoliday,
    UnusualTime,
    WeatherDay,
)
from besok.services import days
from besok.services.actions import get_actions
from besok.store.database import Database
from besok.store.sites import load, site_of


def get_events(db: Database, site: str, start: datetime, end: datetime) -> list[ProgrammeEvent]:
    """Return the programme of a site that touches the time from `start` up to `end`, in order. Raises NotFound."""
    load(db, site)
    return db.fetch("events", ProgrammeEvent, site=site, start=start, end=end)


def get_event_effects(db: Database, site: str, start: datetime, end: datetime) -> list[ProgrammeEffect]:
    """Return the effects of the events that touch the time from `start` up to `end`, the newest first.

    Raises NotFound.
    """
    load(db, site)
    return db.fetch("event_effects", ProgrammeEffect, site=site, start=start, end=end)


def get_unusual(db: Database, site: Site | str, start: datetime, end: datetime) -> list[UnusualTime]:
    """Return times from `start` up to `end` with unusually many or few visits, newest first. Raises NotFound."""
    place = site_of(db, site)
    return db.fetch("unusual", UnusualTime, site=place.id, start=start, end=end)


def get_weather(db: Database, site: str, first: date, last: date) -> list[WeatherDay]:
    """Return the weather of the business days `first` to `last`, of those that it is known of."""
    return db.fetch("weather", WeatherDay, site=site, first=first, last=last)


def get_occasions(db: Database, site: Site, space: str, first: date, last: date) -> list[Occasion]:
    """Return what may explain the figures of a space on the business days `first` to `last`, in order of time."""
    start, end = calendar.day_bounds(first, site)[0], calendar.day_bounds(last, site)[1]
    own = next((s for s in site.spaces if s.id == space), None)
    free = (
        (day, day, name)
        for day in calendar.days_from(first, last)
        if (name := calendar.holiday(day, site.opening))
    )
    school = db.fetch("school_holidays", SchoolHoliday, site=site.id, first=first, last=last)
    done = [
        (one.done_since, one.done_since, one.title)
        for one in get_actions(db, site.id, last)
        if one.done_since and (space in (site.id, *one.spaces) or not one.spaces)
    ]
    hours = [(one.first, one.last, one.note, one.hours) for one in site.opening.exceptions]
    hours += [(one.first, one.last or last, one.note, "closed") for one in (own.closed if own else ())]
    dated = [
        *(("holiday", *one, None) for one in free),
        *(("school", h.first, h.last, h.name, None) for h in school),
        *(("action", *one, None) for one in done),
        *(("hours", *one) for one in hours),
    ]
    found = [
        Occasion(
            kind=kind,
            start=calendar.day_bounds(max(begins, first), site)[0],
            end=calendar.day_bounds(min(ends, last), site)[1],
            title=title,
            days=(begins, ends),
            hours=other,
        )
        for kind, begins, ends, title, other in dated
        if begins <= last and ends >= first
    ]
    events = [e for e in get_events(db, site.id, start, end) if e.space in (None, space) or own is None]
    found += [Occasion(kind="event", start=e.start, end=e.end, title=e.title) for e in events]
    return sorted(found, key=lambda one: one.start)


def get_calendar_days(db: Database, site: str, first: date, last: date) -> list[CalendarDay]:
    """Return every business day from `first` to `last`, past or to come, with all that is known of it.

    `besok.services.days.as_forecast_calendar` makes of it what a forecast takes. Raises NotFound.
    """
    place = load(db, site)
    start, end = calendar.day_bounds(first, place)[0], calendar.day_bounds(last, place)[1]
    weather = get_weather(db, site, first, last)
    return days.calendar_days(
        place,
        first,
        last,
        db.fetch("events", ProgrammeEvent, site=site, start=start, end=end),
        db.fetch("school_holidays", SchoolHoliday, site=site, first=first, last=last),
        {w.day: w for w in weather},
    )
