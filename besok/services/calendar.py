"""The calendar of a site: its programme, school holidays and weather, and all of it day by day."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from besok.files.weather import Weather
from besok.model import calendar
from besok.model.views.calendar import CalendarDay, ProgrammeEvent, SchoolHoliday, UnusualTime
from besok.services import days
from besok.store.database import Database
from besok.store.sites import load


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weather:
    day: date
    temperature_c: float | None
    precipitation_mm: float | None


def events(db: Database, site: str, start: datetime, end: datetime) -> list[ProgrammeEvent]:
    """The programme of a site that touches the time from `start` up to `end`, in order. Raises NotFound."""
    load(db, site)
    return db.fetch("events", ProgrammeEvent, site=site, start=start, end=end)


def unusual(db: Database, site: str, start: datetime, end: datetime) -> list[UnusualTime]:
    """Times from `start` up to `end` that stand out in the counts of a site, newest first. Raises NotFound."""
    load(db, site)
    return [
        replace(u, programme=tuple(u.programme))
        for u in db.fetch("unusual", UnusualTime, site=site, start=start, end=end)
    ]


def school_holidays(db: Database, site: str, first: date, last: date) -> list[SchoolHoliday]:
    """The school holidays that touch the days from `first` to `last`. Raises NotFound."""
    load(db, site)
    return db.fetch("school_holidays", SchoolHoliday, site=site, first=first, last=last)


def calendar_days(db: Database, site: str, first: date, last: date) -> list[CalendarDay]:
    """Every business day from `first` to `last`, both included, past or to come, with all that is known of it.

    `besok.services.days.as_forecast_calendar` makes of it what a forecast takes. Raises NotFound.
    """
    place = load(db, site)
    start, end = calendar.day_bounds(first, place)[0], calendar.day_bounds(last, place)[1]
    told = db.fetch("weather", _Weather, site=site, first=first, last=last)
    return days.calendar_days(
        place,
        first,
        last,
        db.fetch("events", ProgrammeEvent, site=site, start=start, end=end),
        db.fetch("school_holidays", SchoolHoliday, site=site, first=first, last=last),
        {w.day: Weather(temperature_c=w.temperature_c, precipitation_mm=w.precipitation_mm) for w in told},
    )
