"""Levers of a site: the visits that go with one more of each, estimated from its own weeks."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from besok.model import calendar
from besok.model.arrays import Floats
from besok.model.levers import Lever, LeverEffect
from besok.model.site import OUTSIDE, Site
from besok.model.views.calendar import CalendarDay
from besok.services.calendar import get_calendar_days, get_events
from besok.services.observed_days import counted_days, visit_days, whole_days
from besok.store import results
from besok.store.database import Database
from besok.store.sites import counted, load, load_all

if TYPE_CHECKING:
    from besok.analytics.levers import LeverHistory

WEEKS: Final = 4 * 52  # looked back; older ones tell little of today
WEEK, SUNDAY, WORKING_DAYS = 7, 6, 5
DAY = timedelta(days=1)


def get_levers(db: Database, site: str, today: date) -> tuple[LeverEffect, ...]:
    """Return the levers of a site, read where a job has computed them. Raises NotFound."""
    place = load(db, site)
    known = results.read(db, place.id, results.LEVERS, tuple[LeverEffect, ...], today - DAY)
    return known or compute_levers(db, place, today - DAY)


def compute_levers(db: Database, site: Site, last: date) -> tuple[LeverEffect, ...]:
    """Compute the result of `get_levers`, from the weeks up to business day `last`."""
    from besok.analytics.levers import estimate_levers  # who only reads levers need not wait for it

    monday = last - timedelta(days=last.weekday()) - (WEEKS - (last.weekday() == SUNDAY)) * timedelta(weeks=1)
    days = get_calendar_days(db, site.id, monday, monday + (WEEK * WEEKS - 1) * DAY)
    visits = _weekly(db, counted(db, site), days, site.measure)
    visits[[any(day.holiday for day in week) for week in _weeks(days)]] = np.nan  # like no other week
    return estimate_levers(visits, _histories(db, site, days))


def _histories(db: Database, site: Site, days: Sequence[CalendarDay]) -> "dict[Lever, LeverHistory]":
    """Return the amount of each lever, week by week."""
    from besok.analytics.levers import LeverHistory

    hours = np.array([_working_hours(week) for week in _weeks(days)])
    known = hours[np.isfinite(hours)]
    usual = float(known[-1]) if len(known) else 1.0
    histories: dict[Lever, LeverHistory] = {
        "sunday": LeverHistory(
            values=np.array([float(_staffed(week[SUNDAY]) > 0) for week in _weeks(days)]), dose=1.0
        ),
        "evenings": LeverHistory(values=np.log(hours), dose=float(np.log1p(1 / usual))),
        "door": LeverHistory(
            values=np.array([_entrances(site, week[0].day) for week in _weeks(days)]), dose=1.0
        ),
        "event": LeverHistory(values=_events(db, site, days), dose=1.0),
    }
    if any(day.staffless_hours for day in days):
        staffless = [sum(day.staffless_hours for day in week[:WORKING_DAYS]) for week in _weeks(days)]
        histories["staffless"] = LeverHistory(values=np.array(staffless) / WORKING_DAYS, dose=1.0)
    parks = [one for one in load_all(db) if one.kind == "park" and one.sandbox == site.sandbox]
    parks = [park for park in parks if park.id not in site.counted]
    if site.kind == "library" and parks:
        people = _weekly(db, parks, days, "gross")
        logs = np.log(np.where(people > 0, people, np.nan))
        histories["park"] = LeverHistory(values=logs, dose=float(np.log1p(1 / WEEK)))
    return histories


def _weeks(days: Sequence[CalendarDay]) -> list[Sequence[CalendarDay]]:
    return [days[n : n + WEEK] for n in range(0, len(days), WEEK)]


def _working_hours(week: Sequence[CalendarDay]) -> float:
    """Return the mean hours with staff from Monday to Friday; NaN where one of these days had none."""
    hours = [_staffed(day) for day in week[:WORKING_DAYS]]
    return sum(hours) / WORKING_DAYS if all(hours) else np.nan


def _staffed(day: CalendarDay) -> float:
    return day.open_hours - day.staffless_hours


def _entrances(site: Site, day: date) -> float:
    """Return the number of entrances from outside on a day, by the dates of the site file."""
    return float(sum(door.used(day) for door in site.portals if OUTSIDE in (door.outer, door.inner)))


def _events(db: Database, site: Site, days: Sequence[CalendarDay]) -> Floats:
    start, end = calendar.day_bounds(days[0].day, site)[0], calendar.day_bounds(days[-1].day, site)[1]
    count = Counter(calendar.business_day(event.start, site) for event in get_events(db, site.id, start, end))
    return np.array([float(sum(count[day.day] for day in week)) for week in _weeks(days)])


def _weekly(db: Database, sites: Sequence[Site], days: Sequence[CalendarDay], measure: str) -> Floats:
    """Return the visits of each week to some sites; NaN where a day with one of them open is not known whole."""
    known = whole_days(counted_days(visit_days(db, sites, days[-1].day)), measure, days[0].day)
    sums = []
    for week in _weeks(days):
        missing = (day.day for day in week if day.day not in known)
        unknown = any(calendar.open_intervals(day, site) for day in missing for site in sites)
        sums.append(np.nan if unknown else sum(known.get(day.day, 0.0) for day in week))
    return np.array(sums)
