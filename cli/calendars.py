"""Importing calendars and weather: from a stranger's file to what the store keeps, and what to tell of it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from besok.files import fetching, ical, weather
from besok.files.counts import parse_spans
from besok.model.errors import CalendarFileError, CountFileError
from besok.model.messages import Translatable
from besok.model.plurals import many
from besok.model.site import Site
from besok.model.views.calendar import SchoolHoliday
from besok.services.calendar_files import FUTURE, LONGEST_NAME, PAST, read_calendar
from besok.services.series import require_space
from besok.store import calendars
from besok.store.database import Database
from besok.store.sites import load, load_all

Kind = Literal["events", "school-holidays"]
LARGEST_WEATHER = 50_000_000  # bytes; hourly values since 1850 are 50 MB
SHOWN = 20  # problems told one by one
LONGEST_HOLIDAY = timedelta(days=150)


def import_calendar(
    db: Database, where: str, site: str, *, kind: Kind, name: str, space: str, now: datetime
) -> Iterator[str]:
    """Import a calendar of a site; what changed, and what was left out, in sentences."""
    place = load(db, site)
    name = (name or fetching.name_of(where)).strip()[:LONGEST_NAME]
    if space:
        require_space(place, space)
    raw = fetching.content(where, ical.LARGEST_FILE)
    if kind == "school-holidays":
        yield from _school(db, place, name, raw, now)
        return
    found = read_calendar(db, place, raw, name, space=space, now=now, preview=False)
    done = found.imported
    yield from _left_out_lines(found.problems)
    yield from _assumed(name, found.assumed)
    off = f", {found.cancelled} called off" if found.cancelled else ""
    yield (
        f"{name}: {many(len(done.new), 'event')} new, {len(done.changed)} changed, "
        f"{len(done.removed)} removed, {done.same} as they were{off}"
    )


def _school(db: Database, place: Site, name: str, raw: bytes, now: datetime) -> Iterator[str]:
    if raw.lstrip(b"\xef\xbb\xbf \r\n")[:6].upper() == b"BEGIN:":
        found = ical.read(raw, place.timezone, now - PAST, now + FUTURE)
        days = ical.whole_days(found.occurrences, place.timezone)
        hours = dict.fromkeys(o.title for o in found.occurrences if not o.whole_days)
        yield from _assumed(name, found.assumed)
        yield from _left_out_lines(
            [*found.problems, *(f"“{title}”: it does not last a whole day" for title in hours)]
        )
    else:
        days = school_days(fetching.decoded(raw, name))
    holidays = [SchoolHoliday(calendar=name, first=a, last=b, name=title) for a, b, title in days]
    yield f"{name}: {many(calendars.import_school_holidays(db, place.id, name, holidays), 'school holiday')}"


def school_days(text: str) -> list[tuple[date, date, str]]:
    """Return school holidays from a CSV file with the columns first, last, name. Raises CalendarFileError."""
    try:
        spans = parse_spans(text, "the file", need_last=True)
    except CountFileError as exc:
        raise CalendarFileError(f"{exc} (neither iCalendar nor a CSV file of first,last,name)") from exc
    found = []
    for line, first, last, name in zip(
        spans.index, spans["first"].dt.date, spans["last"].dt.date, spans["name"], strict=True
    ):
        if not timedelta() <= last - first <= LONGEST_HOLIDAY:
            raise CalendarFileError(
                f"line {line}: from {first} to {last} is not a school holiday; exchange or correct the days"
            )
        found.append((first, last, name[: ical.TITLE] or "?"))
    return found


def _left_out_lines(problems: Sequence[Translatable | str]) -> Iterator[str]:
    yield from (f"left out: {problem}" for problem in problems[:SHOWN])
    if len(problems) > SHOWN:
        yield f"left out: {len(problems) - SHOWN} more"


def _assumed(name: str, assumed: Sequence[Translatable]) -> Iterator[str]:
    yield from (f"{name}: {said}" for said in assumed[:SHOWN])


def import_weather(db: Database, where: str, sites: Sequence[str]) -> Iterator[str]:
    """Import the weather of days for sites, all of them if none is named."""
    found = weather.parse(fetching.text(where, LARGEST_WEATHER))
    known = {day: values for day, values in found.items() if day.year >= 1990}
    for site in sites or [s.id for s in load_all(db)]:
        yield f"{site}: the weather of {many(calendars.import_weather(db, site, known), 'day')}"
