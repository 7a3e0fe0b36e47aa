"""Routes for the calendar of each day, programme events with their effects, and unusual hours."""

from datetime import timedelta

from fastapi import Response

from api import ranges
from api.answers import Form, rows
from api.deps import Db, KnownSite, Now
from api.routes.figures import FirstDay, From, LastDay, SpaceId, To, within
from api.routing import Routes
from besok.model import calendar
from besok.model.effects import ProgrammeEffect
from besok.model.views.calendar import CalendarDay, ProgrammeEvent, UnusualTime
from besok.services.calendar import get_calendar_days, get_event_effects, get_events, get_unusual

router = Routes("Calendar")


@router.table("/sites/{site}/calendar", "open", "What kind of day each day is", CalendarDay)
def calendar_days(
    site: KnownSite, db: Db, now: Now, form: Form, begin: FirstDay = None, to: LastDay = None,
) -> Response:  # fmt: skip
    """Return opening hours, public and school holidays, programme and weather by day; the last 28 if none are given."""
    first, last = ranges.days(begin, to, site, now, timedelta(days=27))
    days = get_calendar_days(db, site.id, first, last)
    return rows(days, CalendarDay, form, f"{site.id}-calendar-{first}-{last}")


@router.table("/sites/{site}/events", "open", "The programme", ProgrammeEvent)
def events(
    site: KnownSite,
    db: Db,
    now: Now,
    form: Form,
    begin: From = None,
    to: To = None,
    space: SpaceId = None,
) -> Response:
    """Return the events that touch a time, in order; those of today if none is given."""
    start, end = ranges.instants(begin, to, site, now)
    matches = within(get_events(db, site.id, start, end), site, space=space)
    return rows(matches, ProgrammeEvent, form, f"{site.id}-events-{start:%Y%m%d}-{end:%Y%m%d}")


@router.table("/sites/{site}/unusual", "read", "Hours that stood out", UnusualTime)
def unusual(
    site: KnownSite, db: Db, now: Now, form: Form, begin: FirstDay = None, to: LastDay = None,
) -> Response:  # fmt: skip
    """Return times with far more or far fewer visits than usual, newest first; eight weeks if no days are given."""
    first, last = ranges.days(begin, to, site, now, timedelta(days=55))
    hours = get_unusual(db, site, calendar.day_bounds(first, site)[0], calendar.day_bounds(last, site)[1])
    return rows(hours, UnusualTime, form, f"{site.id}-unusual-{first}-{last}")


@router.reads("/sites/{site}/events/effects", "read", "What events gave")
def effects_of_events(
    site: KnownSite, db: Db, now: Now, begin: From = None, to: To = None
) -> list[ProgrammeEffect]:
    """Visits in the hours and space of each event beside like days without it, newest first; today's by default."""
    start, end = ranges.instants(begin, to, site, now)
    return get_event_effects(db, site.id, start, end)
