"""The calendar of a site: its programme, school holidays and weather, and all of it day by day."""

from collections.abc import Iterator
from datetime import date, datetime

from besok.model import calendar
from besok.model.effects import ProgrammeEffect
from besok.model.site import DayHours, Site, Text
from besok.model.views.calendar import (
    CalendarDay,
    Occasion,
    OccasionKind,
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
    found = [one for one in _dated(db, site, space, first, last) if one.start < end and one.end > start]
    found += [
        Occasion(kind="event", start=event.start, end=event.end, title=event.title)
        for event in get_events(db, site.id, start, end)
        if event.space in (None, space) or space == site.id
    ]
    return sorted(found, key=lambda one: one.start)


def _dated(db: Database, site: Site, space: str, first: date, last: date) -> Iterator[Occasion]:
    """Yield what lasts for whole days: holidays, school holidays, actions, other hours, closures of the space."""

    def lasting(
        kind: OccasionKind,
        begins: date,
        ends: date,
        title: Text | str | None,
        hours: str | DayHours | None = None,
    ) -> Occasion:
        begins, ends = max(begins, first), min(ends, last)
        bounds = calendar.day_bounds(begins, site)[0], calendar.day_bounds(ends, site)[1]
        return Occasion(
            kind=kind, start=bounds[0], end=bounds[1], title=title, days=(begins, ends), hours=hours
        )

    for day in calendar.days_from(first, last):
        if name := calendar.holiday(day, site.opening):
            yield lasting("holiday", day, day, name)
    for free in db.fetch("school_holidays", SchoolHoliday, site=site.id, first=first, last=last):
        yield lasting("school", free.first, free.last, free.name)
    for action in get_actions(db, site.id, last):
        if (
            action.done_since
            and action.done_since >= first
            and (space in (site.id, *action.spaces) or not action.spaces)
        ):
            yield lasting("action", action.done_since, action.done_since, action.title)
    closed = [one for own in site.spaces if own.id == space for one in own.closed]
    for other in site.opening.exceptions:
        yield lasting("hours", other.first, other.last, other.note, other.hours)
    for closure in closed:
        yield lasting("hours", closure.first, closure.last or last, closure.note, "closed")


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
