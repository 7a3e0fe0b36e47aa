"""Calendar files (iCalendar, RFC 5545): the events in them, one by one, within a window of time.

Files are not trusted: unreadable parts are reported and left out, and rules of recurrence are bounded. Only the title,
the place, the id and the times are used; descriptions, organisers and guests never leave this module.
"""

import hashlib
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from besok.files import calendar_lines
from besok.files.recurrence import MOST_EVENTS, Budget, ended, listed
from besok.model import messages
from besok.model.calendar_entries import Occurrence
from besok.model.errors import CalendarFileError
from besok.model.messages import Translatable

BEGINNING = "BEGIN:VCALENDAR"
LARGEST_FILE = 5_000_000  # bytes; a library's programme of ten years has a tenth of that
MOST_STEPS = 1_000_000  # days that all rules of a file together may walk through; some seconds
OLDEST = 1970  # a rule that began before is a mistake, and would be expanded from there
LONGEST = timedelta(days=366)
USUAL = timedelta(hours=1)  # assumed length of an event without an end
TITLE = 200  # characters
LONGEST_ID = 255  # characters; of a longer one its hash is stored
DAY = timedelta(days=1)
MOMENTS = ("DTSTART", "DTEND", "RECURRENCE-ID")
_ALONE = threading.Lock()  # one at a time: of warnings Python knows one set, and a file costs seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFile:
    """The occurrences in order of time, and a sentence for each part left out and for each assumption."""

    occurrences: tuple[Occurrence, ...]
    problems: tuple[Translatable, ...] = ()
    assumed: tuple[Translatable, ...] = ()
    cancelled: int = 0


def read(content: bytes, zone: str, start: datetime, end: datetime) -> CalendarFile:
    """Read the events of an iCalendar file from `start` up to `end` (aware); `zone` is that of times without one.

    Raises CalendarFileError for a file that is not a calendar, or has more than 20,000 events.
    """
    with _ALONE:
        return _read(content, zone, start, end)


def _read(content: bytes, zone: str, start: datetime, end: datetime) -> CalendarFile:
    budget, occurrences, cancelled = Budget(steps=MOST_STEPS, events=MOST_EVENTS), list[Occurrence](), 0
    strange: dict[str, dict[str, str]] = {}
    for calendar in _calendars(content):
        for series in _series(calendar, start, end, budget):
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
    lines = calendar_lines.bounded(content, MOST_EVENTS)
    if BEGINNING not in lines.upper():
        raise CalendarFileError(messages.NO_CALENDAR)
    try:
        with warnings.catch_warnings(action="ignore"):  # a guessed zone shows in the times
            calendars = Calendar.from_ical(lines, multiple=True)
    except Exception as exc:  # a file can be wrong in more ways than the libraries document
        raise CalendarFileError(messages.BROKEN_CALENDAR(why=_error_text(exc))) from exc
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        raise CalendarFileError(messages.NO_CALENDAR)
    return list(calendars)


def _error_text(exc: Exception) -> str:
    """Return a library's error message, short and printable."""
    return "".join(c if c.isprintable() else " " for c in str(exc)[:120]) or type(exc).__name__


def _series(calendar: Any, start: datetime, end: datetime, budget: Budget) -> list[list[Any]]:
    """Return the events grouped by id: a recurring one with its moved or cancelled occurrences."""
    series: dict[str, list[Any]] = {}
    for event in calendar.walk("VEVENT"):
        if _outside(event, start, end):
            continue
        problem = _problem(event, end, budget)
        if problem:
            _report(budget, event, problem)
        else:
            series.setdefault(_id(event), []).append(event)
    return list(series.values())


def _outside(event: Any, start: datetime, end: datetime) -> bool:
    """Tell whether an event cannot touch the window, by its dates alone: no time zone is asked."""
    days: list[date] = []
    with suppress(ValueError):  # one that cannot be read is reported later
        moments = _moments(event).values()
        days = [moment.date() if isinstance(moment, datetime) else moment for moment in moments]
    if not days:
        return False
    single = not any(key in event for key in ("RRULE", "RDATE", "RECURRENCE-ID"))
    return min(days) > end.date() + DAY or (single and max(days) < start.date() - LONGEST)


def _moments(event: Any) -> dict[str, date]:
    """Return the dates and times of an event by name. Raises ValueError for what is neither, or is given twice."""
    moments: dict[str, Any] = {key: getattr(event[key], "dt", None) for key in MOMENTS if key in event}
    for key, moment in moments.items():
        if not isinstance(moment, date):
            raise ValueError(f"{key} must be given once, with a date or with a date and a time")
    return moments


def _report(budget: Budget, event: Any, why: Translatable) -> None:
    budget.problems.append(messages.EVENT_LEFT_OUT(title=_title(event), why=why))


def _strange_zones(event: Any) -> Iterator[str]:
    """Yield the names of time zones that are not in the tz database; what a file says of them is not read."""
    for key in ("DTSTART", "DTEND"):
        prop = event.get(key)
        if (
            prop is not None
            and isinstance(prop.dt, datetime)
            and prop.dt.tzinfo is None
            and "TZID" in prop.params
        ):
            yield _text(prop.params["TZID"])


def _assumed(strange: Mapping[str, Mapping[str, str]], zone: str) -> tuple[Translatable, ...]:
    """Return the assumptions about unknown time zones, one sentence for the events of each zone."""
    return tuple(
        messages.ZONE_ASSUMED(name=name, events=_first_of(list(events.values())), zone=zone)
        for name, events in sorted(strange.items())
    )


def _first_of(names: Sequence[str]) -> str | Translatable:
    return names[0] if len(names) == 1 else messages.AND_MORE(first=names[0], n=len(names) - 1)


def _problem(event: Any, end: datetime, budget: Budget) -> Translatable | None:
    """Return why an event is left out; None if it is not. Bounds its rules, so that none is endless."""
    try:
        moments = _moments(event)
        begins = moments["DTSTART"]
        if "DTEND" in moments and _comparable(moments["DTEND"]) < _comparable(begins):
            return messages.EVENT_ENDS_FIRST
        if "DURATION" in event and event["DURATION"].dt < timedelta():
            return messages.EVENT_ENDS_FIRST
        rules = listed(event.get("RRULE"))
        if not rules and not event.get("EXRULE"):
            return None
        if event.get("EXRULE"):
            return messages.EVENT_EXRULE
        if begins.year < OLDEST:
            return messages.EVENT_TOO_OLD(year=str(begins.year))
        bounded = [ended(rule, begins, end, budget) for rule in rules]
    except (LookupError, ValueError, TypeError, AttributeError, OverflowError) as exc:
        return messages.EVENT_UNREADABLE(why=_error_text(exc))
    if any(rule is None for rule in bounded):
        return messages.EVENT_TOO_OFTEN
    if budget.steps < 0:
        return messages.RULES_TOO_LONG
    event["RRULE"] = bounded if len(bounded) > 1 else bounded[0]
    return None


def _comparable(moment: date) -> datetime:
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
        _report(budget, series[0], messages.EVENT_UNREADABLE(why=_error_text(exc)))
        return
    if not occurrences and any(_within(event, start, end) for event in series):
        _report(budget, series[0], messages.EVENT_CONTRADICTS)
    budget.events -= len(occurrences)
    if budget.events < 0:
        raise CalendarFileError(messages.CALENDAR_EVENTS(most=MOST_EVENTS))
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
        _report(budget, event, messages.EVENT_TOO_LONG)
        return None
    return Occurrence(
        uid=_id(event),
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
    words = "".join(c if c.isprintable() else " " for c in str(value or "")[: 4 * TITLE])
    return " ".join(words.split())[:TITLE]


def _title(event: Any) -> str:
    return f"“{_text(event.get('SUMMARY')) or _text(event.get('UID')) or 'an event without a title'}”"


def _id(event: Any) -> str:
    """Return the id of an event; where it has none or one that is too long, another that stays the same."""
    known = str(event.get("UID", ""))
    if known and len(known) <= LONGEST_ID:
        return known
    identity = known or f"{event.get('SUMMARY', '')}|{event['DTSTART'].to_ical()!r}"
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
