"""Routes for the calendar of each day, programme events with their effects and their files, and unusual hours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Request, Response

from api import ranges
from api.answers import Form, rows
from api.deps import Db, KnownSite, Now
from api.reports import ReportDb
from api.routes.figures import FirstDay, From, LastDay, SpaceId, To, within
from api.routing import FileContent, Routes, file_body
from besok.files.ical import LARGEST_FILE
from besok.model import calendar
from besok.model.calendar_entries import Occurrence
from besok.model.controls import WORD
from besok.model.effects import ProgrammeEffect
from besok.model.views.calendar import CalendarDay, ProgrammeEvent, UnusualTime
from besok.services import calendar_files
from besok.services.calendar import get_calendar_days, get_event_effects, get_events, get_unusual
from besok.services.calendar_files import ReadCalendar
from besok.store import calendars
from besok.text.languages import preferred, speaking, translated

router = Routes("Calendar")

LISTED: Final = 12  # events that a preview names
EXPLAINED: Final = 5  # events of which a preview says why they cannot be read
Name = Annotated[
    str,
    Query(
        min_length=1,
        max_length=calendar_files.LONGEST_NAME,
        pattern=WORD,
        description="What the calendar is called: the next file of that name replaces this one",
        examples=["programme"],
    ),
]
Space = Annotated[
    str,
    Query(max_length=100, description="The space of all its events; taken from their location if left out"),
]
FILE = file_body(f"The iCalendar file itself, {LARGEST_FILE // 1_000_000} MB at most")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChanges:
    """What a calendar file changes in the programme; `listed` names the first of these events."""

    new: int
    changed: int
    removed: int
    same: int
    cancelled: int
    left_out: int
    listed: tuple[str, ...]
    problems: tuple[str, ...]
    assumed: tuple[str, ...]


def _upload(
    site: KnownSite,
    name: Name,
    content: FileContent,
    db: ReportDb,
    now: Now,
    request: Request,
    space: Space = "",
) -> Callable[[bool], CalendarChanges]:
    """Return what stores the file of a request, or only looks at it where it is a preview."""

    def read(preview: bool) -> CalendarChanges:
        with speaking(preferred(request.headers.get("accept-language", "")) or "en"):
            found = calendar_files.read_calendar(
                db, site, content, name, space=space, now=now, preview=preview
            )
            return _changes(found, ZoneInfo(site.timezone))

    return read


Upload = Annotated[Callable[[bool], CalendarChanges], Depends(_upload)]


def _changes(found: ReadCalendar, zone: ZoneInfo) -> CalendarChanges:
    done = found.imported
    return CalendarChanges(
        new=len(done.new),
        changed=len(done.changed),
        removed=len(done.removed),
        same=done.same,
        cancelled=found.cancelled,
        left_out=len(found.problems),
        listed=tuple(
            f"{sign} {event.start.astimezone(zone):%Y-%m-%d %H:%M} {event.title}"
            for sign, events in (("+", done.new), ("~", done.changed), ("−", done.removed))
            for event in _first(events)
        )[:LISTED],
        problems=tuple(map(translated, found.problems[:EXPLAINED])),
        assumed=tuple(map(translated, found.assumed[:EXPLAINED])),
    )


def _first(events: Sequence[Occurrence | ProgrammeEvent]) -> Sequence[Occurrence | ProgrammeEvent]:
    """Return as many events of a kind as leave room for the other kinds."""
    return sorted(events, key=lambda event: event.start)[: LISTED // 3]


@router.writes(
    "/sites/{site}/calendars/preview",
    "record",
    "What a calendar file would change",
    max_body_size=LARGEST_FILE,
    openapi_extra=FILE,
)
def preview(upload: Upload) -> CalendarChanges:
    """Read an iCalendar file and return what storing it would change. Nothing is stored."""
    return upload(True)


@router.writes(
    "/sites/{site}/calendars",
    "record",
    "Store a calendar file",
    max_body_size=LARGEST_FILE,
    openapi_extra=FILE,
)
def store(upload: Upload) -> CalendarChanges:
    """Store the events of an iCalendar file. They replace those of the calendar of that name, from its first event on;
    a file without events changes nothing."""
    return upload(False)


@router.writes("/sites/{site}/calendars", "record", "Remove a calendar", method="DELETE", status_code=204)
def remove(site: KnownSite, name: Name, db: Db) -> None:
    """Remove all events and school holidays that were stored under a name."""
    calendars.remove(db, site.id, name)


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
