"""Calendar files (iCalendar, RFC 5545): the events in them, one by one, within a window of time.

A file is somebody else's: what cannot be read is told of and left out, and no rule of recurrence may run away. Only the
title, the place, the id and the times are taken; descriptions, organisers and guests never leave this module.
"""

import hashlib
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar
from icalendar.timezone import tzp

from besok.files.recurrence import MOST_EVENTS, Budget, ended, listed
from besok.model.calendar_entries import Occurrence
from besok.model.errors import CalendarFileError
from besok.model.plurals import many

BEGINNING = b"BEGIN:VCALENDAR"
NONE = "this is no calendar in the form iCalendar: it does not begin with BEGIN:VCALENDAR"
LARGEST_FILE = 5_000_000  # bytes; a library's programme of ten years has a tenth of that
MOST_STEPS = 1_000_000  # days that all rules of a file together may walk through; some seconds
OLDEST = 1970  # a rule that began before is a slip, and would be walked through from there
LONGEST = timedelta(days=366)
USUAL = timedelta(hours=1)  # of an event that says no end, as far as we can tell
TITLE = 200  # characters
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFile:
    """The occurrences in order of time, one sentence for each part that was left out, and for what was assumed."""

    occurrences: tuple[Occurrence, ...]
    problems: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    cancelled: int = 0


def read(content: bytes, zone: str, start: datetime, end: datetime) -> CalendarFile:
    """Read the events of an iCalendar file from `start` up to `end` (aware); `zone` is that of times without one.

    Raises CalendarFileError where it is no calendar, or would hold more than 20,000 events.
    """
    budget, found, cancelled = Budget(steps=MOST_STEPS, events=MOST_EVENTS), list[Occurrence](), 0
    strange: dict[str, dict[str, str]] = {}
    for calendar in _calendars(content):
        for series in _series(calendar, end, budget):
            zones = {name for event in series for name in _strange_zones(event)}
            for event in _occurrences(calendar, series, start, end, budget):
                if str(event.get("STATUS", "")).upper() == "CANCELLED":
                    cancelled += 1
                elif occurrence := _occurrence(event, ZoneInfo(zone), budget):
                    found.append(occurrence)
                    for name in zones:
                        strange.setdefault(name, {})[occurrence.uid] = _named(event)
    unique = {(o.uid, o.start, o.end): o for o in found if o.start < end and o.end > start}
    ordered = sorted(unique.values(), key=lambda o: (o.start, o.end, o.uid))
    return CalendarFile(
        occurrences=tuple(ordered),
        problems=tuple(budget.problems),
        assumed=_assumed(strange, zone),
        cancelled=cancelled,
    )


def _calendars(content: bytes) -> list[Any]:
    if BEGINNING not in content.upper():
        raise CalendarFileError(NONE)
    try:
        with warnings.catch_warnings(action="ignore"):  # a guessed zone is told by the times
            tzp.use_default()  # what another file defined under a zone's name is forgotten
            calendars = Calendar.from_ical(content, multiple=True)
    except (ValueError, KeyError, IndexError, AttributeError, RecursionError) as exc:
        raise CalendarFileError(f"this is no calendar in the form iCalendar: {_error_text(exc)}") from exc
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        raise CalendarFileError(NONE)
    return list(calendars)


def _error_text(exc: Exception) -> str:
    """Return a library's error message, short and printable."""
    return "".join(c if c.isprintable() else " " for c in str(exc)[:120]) or type(exc).__name__


def _series(calendar: Any, end: datetime, budget: Budget) -> list[list[Any]]:
    """Return the events by their id: a recurring one with those of its occurrences that were moved or called off."""
    series: dict[str, list[Any]] = {}
    for event in calendar.walk("VEVENT"):
        problem = _problem(event, end, budget)
        if problem:
            budget.problems.append(f"{_named(event)}: {problem}")
        else:
            series.setdefault(str(event.get("UID", "")) or _derived_id(event), []).append(event)
    return list(series.values())


def _strange_zones(event: Any) -> Iterator[str]:
    """Yield the names of unknown time zones: neither in the tz database nor defined in the file (VTIMEZONE)."""
    for key in ("DTSTART", "DTEND"):
        prop = event.get(key)
        if (
            prop is not None
            and isinstance(prop.dt, datetime)
            and prop.dt.tzinfo is None
            and "TZID" in prop.params
        ):
            yield _text(prop.params["TZID"])


def _assumed(strange: Mapping[str, Mapping[str, str]], zone: str) -> tuple[str, ...]:
    """Return what unknown time zones were taken for, one sentence for the events of each zone."""
    return tuple(
        f"the time zone “{name}” of {_first_of(list(events.values()))} is not known, and the file does not define it:"
        f" taken for {zone}"
        for name, events in sorted(strange.items())
    )


def _first_of(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {many(len(names) - 1, 'more event')}"


def _problem(event: Any, end: datetime, budget: Budget) -> str:
    """Return why an event is left out; empty if it is not. Its rules are given an end, so that none is endless."""
    try:
        begins = event["DTSTART"].dt
        if "DTEND" in event and _plain(event["DTEND"].dt) < _plain(begins):
            return "it ends before it begins"
        if "DURATION" in event and event["DURATION"].dt < timedelta():
            return "it ends before it begins"
        rules = listed(event.get("RRULE"))
        if not rules and not event.get("EXRULE"):
            return ""
        if event.get("EXRULE"):
            return "EXRULE is no longer part of iCalendar; export it again"
        if begins.year < OLDEST:
            return f"it recurs since {begins.year}; let it begin later"
        bounded = [ended(rule, begins, end, budget) for rule in rules]
    except (LookupError, ValueError, TypeError, AttributeError, OverflowError) as exc:
        return f"it cannot be read ({_error_text(exc)})"
    if any(rule is None for rule in bounded):
        return "it recurs more often than a programme does, or never"
    if budget.steps < 0:
        return "the rules of this file go on for too long; export a shorter time"
    event["RRULE"] = bounded if len(bounded) > 1 else bounded[0]
    return ""


def _plain(moment: Any) -> datetime:
    """To compare by: wall-clock times of one event are of one zone, or nearly."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None)


def _occurrences(
    calendar: Any, series: list[Any], start: datetime, end: datetime, budget: Budget
) -> Iterator[Any]:
    alone = Calendar()
    if "X-WR-TIMEZONE" in calendar:
        alone["X-WR-TIMEZONE"] = calendar["X-WR-TIMEZONE"]
    for event in series:
        alone.add_component(event)
    try:
        found = recurring_ical_events.of(alone, skip_bad_series=True).between(start, end)
    except Exception as exc:  # a stranger's file can be wrong in more ways than the libraries name
        budget.problems.append(f"{_named(series[0])}: it cannot be read ({_error_text(exc)})")
        return
    if not found and any(_within(event, start, end) for event in series):
        budget.problems.append(f"{_named(series[0])}: its recurrences contradict each other")
    budget.events -= len(found)
    if budget.events < 0:
        raise CalendarFileError(f"the calendar holds more than {MOST_EVENTS} events; export a shorter time")
    yield from found


def _within(event: Any, start: datetime, end: datetime) -> bool:
    """Tell whether a plain event lies in the window, with a day to spare on either side."""
    begins = event["DTSTART"].dt
    day = begins.date() if isinstance(begins, datetime) else begins
    plain = not any(key in event for key in ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"))
    return bool(plain and start.date() + DAY < day < end.date() - DAY)


def _occurrence(event: Any, zone: ZoneInfo, budget: Budget) -> Occurrence | None:
    begins = event["DTSTART"].dt
    ends = event["DTEND"].dt if "DTEND" in event else begins
    all_day = not isinstance(begins, datetime)
    start, end = _instant(begins, zone), _instant(ends, zone)
    if end == start:
        end = _instant(begins + DAY, zone) if all_day else start + USUAL
    if not timedelta() < end - start <= LONGEST:
        budget.problems.append(f"{_named(event)}: it lasts longer than a year")
        return None
    return Occurrence(
        uid=str(event.get("UID", "")) or _derived_id(event),
        title=_text(event.get("SUMMARY")) or "?",
        place=_text(event.get("LOCATION")),
        start=start,
        end=end,
        all_day=all_day,
    )


def _instant(moment: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _text(value: Any) -> str:
    """Printable, on one line, and not too long."""
    words = "".join(c if c.isprintable() else " " for c in str(value or ""))
    return " ".join(words.split())[:TITLE]


def _named(event: Any) -> str:
    return f"“{_text(event.get('SUMMARY')) or _text(event.get('UID')) or 'an event without a title'}”"


def _derived_id(event: Any) -> str:
    """Return an id for an event that has none: the same as long as it stays the same."""
    identity = f"{event.get('SUMMARY', '')}|{event['DTSTART'].to_ical()!r}"
    return "made-up-" + hashlib.sha256(identity.encode()).hexdigest()[:16]


def whole_days(found: Iterable[Occurrence], zone: str) -> list[tuple[date, date, str]]:
    """Return the first and the last day of each that lasts whole days, with its title, in local dates."""
    here = ZoneInfo(zone)
    return [
        (
            o.start.astimezone(here).date(),
            (o.end - timedelta(microseconds=1)).astimezone(here).date(),
            o.title,
        )
        for o in found
        if o.whole_days
    ]
