"""Calendar files (iCalendar, RFC 5545): the events in them, one by one, within a window of time.

Files are not trusted: unreadable parts are reported and left out, and rules of recurrence are bounded. Only the title,
the place, the id and the times are used; descriptions, organisers and guests never leave this module.
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
NONE = "this is not an iCalendar file: it does not begin with BEGIN:VCALENDAR"
LARGEST_FILE = 5_000_000  # bytes; a library's programme of ten years has a tenth of that
MOST_STEPS = 1_000_000  # days that all rules of a file together may walk through; some seconds
OLDEST = 1970  # a rule that began before is a mistake, and would be expanded from there
LONGEST = timedelta(days=366)
USUAL = timedelta(hours=1)  # assumed length of an event without an end
TITLE = 200  # characters
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFile:
    """The occurrences in order of time, and a sentence for each part left out and for each assumption."""

    occurrences: tuple[Occurrence, ...]
    problems: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    cancelled: int = 0


def read(content: bytes, zone: str, start: datetime, end: datetime) -> CalendarFile:
    """Read the events of an iCalendar file from `start` up to `end` (aware); `zone` is that of times without one.

    Raises CalendarFileError for a file that is not a calendar, or has more than 20,000 events.
    """
    budget, occurrences, cancelled = Budget(steps=MOST_STEPS, events=MOST_EVENTS), list[Occurrence](), 0
    strange: dict[str, dict[str, str]] = {}
    for calendar in _calendars(content):
        for series in _series(calendar, end, budget):
            zones = {name for event in series for name in _strange_zones(event)}
            for event in _occurrences(calendar, series, start, end, budget):
                if str(event.get("STATUS", "")).upper() == "CANCELLED":
                    cancelled += 1
                elif occurrence := _occurrence(event, ZoneInfo(zone), budget):
                    occurrences.append(occurrence)
                    for name in zones:
                        strange.setdefault(name, {})[occurrence.uid] = _title(event)
    unique = {(o.uid, o.start, o.end): o for o in occurrences if o.start < end and o.end > start}
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
        with warnings.catch_warnings(action="ignore"):  # a guessed zone shows in the times
            tzp.use_default()  # drop zones defined by another file
            calendars = Calendar.from_ical(content, multiple=True)
    except (ValueError, KeyError, IndexError, AttributeError, RecursionError) as exc:
        raise CalendarFileError(f"this is not an iCalendar file: {_error_text(exc)}") from exc
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        raise CalendarFileError(NONE)
    return list(calendars)


def _error_text(exc: Exception) -> str:
    """Return a library's error message, short and printable."""
    return "".join(c if c.isprintable() else " " for c in str(exc)[:120]) or type(exc).__name__


def _series(calendar: Any, end: datetime, budget: Budget) -> list[list[Any]]:
    """Return the events grouped by id: a recurring one with its moved or cancelled occurrences."""
    series: dict[str, list[Any]] = {}
    for event in calendar.walk("VEVENT"):
        problem = _problem(event, end, budget)
        if problem:
            budget.problems.append(f"{_title(event)}: {problem}")
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
    """Return the assumptions about unknown time zones, one sentence for the events of each zone."""
    return tuple(
        f"the time zone “{name}” of {_first_of(list(events.values()))} is not known, and the file does not define it:"
        f" taken for {zone}"
        for name, events in sorted(strange.items())
    )


def _first_of(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {many(len(names) - 1, 'more event')}"


def _problem(event: Any, end: datetime, budget: Budget) -> str:
    """Return why an event is left out; "" if it is not. Bounds its rules, so that none is endless."""
    try:
        begins = event["DTSTART"].dt
        if "DTEND" in event and _comparable(event["DTEND"].dt) < _comparable(begins):
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


def _comparable(moment: Any) -> datetime:
    """Return a naive time for comparison: the wall-clock times of one event are (nearly) of one zone."""
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
        occurrences = recurring_ical_events.of(alone, skip_bad_series=True).between(start, end)
    except Exception as exc:  # a file can be wrong in more ways than the libraries document
        budget.problems.append(f"{_title(series[0])}: it cannot be read ({_error_text(exc)})")
        return
    if not occurrences and any(_within(event, start, end) for event in series):
        budget.problems.append(f"{_title(series[0])}: its recurrences contradict each other")
    budget.events -= len(occurrences)
    if budget.events < 0:
        raise CalendarFileError(f"the calendar holds more than {MOST_EVENTS} events; export a shorter time")
    yield from occurrences


def _within(event: Any, start: datetime, end: datetime) -> bool:
    """Tell whether a single event is in the window, at least a day from either end."""
    begins = event["DTSTART"].dt
    day = begins.date() if isinstance(begins, datetime) else begins
    single = not any(key in event for key in ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"))
    return bool(single and start.date() + DAY < day < end.date() - DAY)


def _occurrence(event: Any, zone: ZoneInfo, budget: Budget) -> Occurrence | None:
    begins = event["DTSTART"].dt
    ends = event["DTEND"].dt if "DTEND" in event else begins
    all_day = not isinstance(begins, datetime)
    start, end = _instant(begins, zone), _instant(ends, zone)
    if end == start:
        end = _instant(begins + DAY, zone) if all_day else start + USUAL
    if not timedelta() < end - start <= LONGEST:
        budget.problems.append(f"{_title(event)}: it lasts longer than a year")
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
    """Return a value as printable text on one line, shortened."""
    words = "".join(c if c.isprintable() else " " for c in str(value or ""))
    return " ".join(words.split())[:TITLE]


def _title(event: Any) -> str:
    return f"“{_text(event.get('SUMMARY')) or _text(event.get('UID')) or 'an event without a title'}”"


def _derived_id(event: Any) -> str:
    """Return an id for an event that has none: the same as long as it stays the same."""
    identity = f"{event.get('SUMMARY', '')}|{event['DTSTART'].to_ical()!r}"
    return "made-up-" + hashlib.sha256(identity.encode()).hexdigest()[:16]


def whole_days(occurrences: Iterable[Occurrence], zone: str) -> list[tuple[date, date, str]]:
    """Return first day, last day (local dates) and title of each all-day occurrence."""
    local = ZoneInfo(zone)
    return [
        (
            o.start.astimezone(local).date(),
            (o.end - timedelta(microseconds=1)).astimezone(local).date(),
            o.title,
        )
        for o in occurrences
        if o.whole_days
    ]
