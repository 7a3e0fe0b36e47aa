"""The calendar of a site: programme, school holidays, weather, and summaries by day."""

from dataclasses import dataclass
from datetime import date, datetime

from besok.model import calendar
from besok.model.calendar_entries import Weather
from besok.model.effects import ProgrammeEffect
from besok.model.site import Site
from besok.model.views.calendar import CalendarDay, ProgrammeEvent, SchoolHoliday, UnusualTime
from besok.services import days
from besok.store import effects
from besok.store.database import Database
from besok.store.sites import load, site_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _WeatherDay(Weather):
    day: date


def get_events(db: Database, site: str, start: datetime, end: datetime) -> list[ProgrammeEvent]:
    """Return the programme events of a site that overlap `start` to `end`, in order. Raises NotFound."""
    load(db, site)
    return db.fetch("events", ProgrammeEvent, site=site, start=start, end=end)


def get_event_effects(db: Database, site: str, start: datetime, end: datetime) -> list[ProgrammeEffect]:
    """Return the effects of the events that overlap `start` to `end`, the newest first. Raises NotFound."""
    load(db, site)
    return db.fetch("event_effects", ProgrammeEffect, site=site, start=start, end=end)


def get_unusual(db: Database, site: Site | str, start: datetime, end: datetime) -> list[UnusualTime]:
    """Return times from `start` up to `end` with unusually many or few visits, newest first. Raises NotFound."""
    place = site_of(db, site)
    return db.fetch("unusual", UnusualTime, site=place.id, start=start, end=end)


def unusual_checked(db: Database, site: str) -> date | None:
    """Return the last business day up to which unusual hours are known, or None before the first."""
    return effects.checked_until(db, effects.UNUSUAL_KNOWN).get(site)


def get_calendar_days(db: Database, site: str, first: date, last: date) -> list[CalendarDay]:
    """Return all that is known of each business day from `first` to `last`, past or to come.

    `besok.services.days.as_forecast_calendar` makes of it what a forecast takes. Raises NotFound.
    """
    place = load(db, site)
    start, end = calendar.day_bounds(first, place)[0], calendar.day_bounds(last, place)[1]
    weather = db.fetch("weather", _WeatherDay, site=site, first=first, last=last)
    return days.calendar_days(
        place,
        first,
        last,
        db.fetch("events", ProgrammeEvent, site=site, start=start, end=end),
        db.fetch("school_holidays", SchoolHoliday, site=site, first=first, last=last),
        {w.day: w for w in weather},
    )
