"""The calendar of a site by day, as plain data for forecasts, effects and comparisons."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from besok.model import calendar
from besok.model.calendar_entries import Weather
from besok.model.site import Site
from besok.model.views.calendar import CalendarDay, ProgrammeEvent, SchoolHoliday

if TYPE_CHECKING:
    from besok.analytics.forecast.daykinds import Calendar

USUAL_DAYS = 15  # around the day of the year: what weather is usual then


def calendar_days(
    site: Site,
    first: date,
    last: date,
    events: Sequence[ProgrammeEvent] = (),
    school: Sequence[SchoolHoliday] = (),
    weather: Mapping[date, Weather] | None = None,
) -> list[CalendarDay]:
    """Every business day of the site from `first` to `last`, both included."""
    programme: dict[date, list[ProgrammeEvent]] = {}
    for event in events:
        begins, ends = _event_days(event, site)
        for day in calendar.days_from(max(begins, first), min(ends, last)):
            programme.setdefault(day, []).append(event)
    free = {day: h.name for h in school for day in calendar.days_from(max(h.first, first), min(h.last, last))}
    return [
        _day(day, site, programme.get(day, ()), free.get(day), (weather or {}).get(day))
        for day in calendar.days_from(first, last)
    ]


def _event_days(event: ProgrammeEvent, site: Site) -> tuple[date, date]:
    """Return the first and the last business day of an event; an all-day event has the days that it names."""
    times = event.start, event.end - timedelta(microseconds=1)
    if event.all_day:
        begins, ends = (t.astimezone(ZoneInfo(site.timezone)).date() for t in times)
    else:
        begins, ends = (calendar.business_day(t, site) for t in times)
    return begins, ends


def _day(
    day: date, site: Site, events: Sequence[ProgrammeEvent], school: str | None, weather: Weather | None
) -> CalendarDay:
    staffed, staffless = calendar.hours_of(day, site)
    hours = staffed + staffless
    return CalendarDay(
        day=day,
        open_hours=hours,
        staffless_hours=staffless,
        holiday=calendar.holiday(day, site.opening),
        school_holiday=school,
        events=tuple(event.title for event in events),
        event_hours=sum((hours if e.all_day else _hours(e.start, e.end, day, site) for e in events), 0.0),
        temperature_c=weather.temperature_c if weather else None,
        precipitation_mm=weather.precipitation_mm if weather else None,
    )


def open_also(days: Sequence[CalendarDay], others: Sequence[Site]) -> list[CalendarDay]:
    """Add the opening hours of other sites to the days of a site; a day is closed only if all are closed."""
    return [_also(day, [calendar.hours_of(day.day, site) for site in others]) for day in days]


def _also(day: CalendarDay, others: Sequence[tuple[float, float]]) -> CalendarDay:
    staffless = sum(hours[1] for hours in others)
    return replace(
        day,
        open_hours=day.open_hours + sum(hours[0] for hours in others) + staffless,
        staffless_hours=day.staffless_hours + staffless,
    )


def _hours(start: datetime, end: datetime, day: date, site: Site) -> float:
    begins, ends = calendar.day_bounds(day, site)
    return max((min(end, ends) - max(start, begins)) / timedelta(hours=1), 0.0)


def as_forecast_calendar(days: Sequence[CalendarDay], country: str, *, outdoors: bool = False) -> "Calendar":
    """Convert days for `besok.analytics.forecast`; weather as its anomaly for the time of year."""
    from besok.analytics.forecast.daykinds import (  # who only reads days need not wait for it
        Calendar,
        named_holidays,
    )

    if not days:
        return Calendar(outdoors=outdoors)
    known = country and named_holidays(country, days[0].day, days[-1].day)
    stated = {day.day: day.holiday for day in days if day.holiday}
    return Calendar(
        outdoors=outdoors,
        holidays=stated | (known or {}),
        school=frozenset(day.day for day in days if day.school_holiday),
        closed=frozenset(day.day for day in days if not day.open_hours),
        hours={day.day: day.open_hours for day in days if day.open_hours},
        staffless={day.day: day.staffless_hours / day.open_hours for day in days if day.staffless_hours},
        events={day.day: tuple(sorted(set(day.events))) for day in days if day.events},
        weather={
            name: unusual
            for name in ("temperature_c", "precipitation_mm")
            if (unusual := _unusual({d.day: v for d in days if (v := getattr(d, name)) is not None}))
        },
    )


def _unusual(values: Mapping[date, float]) -> dict[date, float]:
    """Subtract from each value the mean of all values within 15 days of the same day of the year, of any year."""
    sums, numbers = [0.0] * 367, [0] * 367
    for day, value in values.items():
        sums[day.timetuple().tm_yday] += value
        numbers[day.timetuple().tm_yday] += 1
    usual = {}
    for middle in {day.timetuple().tm_yday for day in values}:
        around = [(middle + n - 1) % 366 + 1 for n in range(-USUAL_DAYS, USUAL_DAYS + 1)]
        usual[middle] = sum(sums[n] for n in around) / sum(numbers[n] for n in around)
    return {day: value - usual[day.timetuple().tm_yday] for day, value in values.items()}
