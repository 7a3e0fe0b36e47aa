"""Calendar files (iCalendar, RFC 5545): the events in them, one by one, within a window of time.

A file is somebody else's: what cannot be read is told of and left out, and no rule of recurrence may run away. Only the
title, the place, the id and the times are taken; descriptions, organisers and guests never leave this module.
"""

import hashlib
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

import recurring_ical_events
from dateutil.rrule import rrulestr
from icalendar import Calendar, vRecur

from core.errors import CalendarFileError

BEGINNING = b"BEGIN:VCALENDAR"
NONE = "this is no calendar in the form iCalendar: it does not begin with BEGIN:VCALENDAR"
LARGEST_FILE = 5_000_000  # bytes; a library's programme of ten years has a tenth of that
MOST_EVENTS = 20_000  # occurrences in the window
MOST_STEPS = 1_000_000  # days that all rules of a file together may walk through; some seconds
CYCLE = 400  # years after which the calendar repeats, weekdays and leap years included
OLDEST = 1970  # a rule that began before is a slip, and would be walked through from there
LONGEST = timedelta(days=366)
USUAL = timedelta(hours=1)  # of an event that says no end, as far as we can tell
TITLE = 200  # characters
DAY = timedelta(days=1)
WHOLE = timedelta(hours=20)  # of a day, from which it is one: "00:00 to 23:59", or the 23 hours of one in spring
_TOO_OFTEN: Final = ("SECONDLY", "MINUTELY", "HOURLY")
_CLOCK: Final = ("BYHOUR", "BYMINUTE", "BYSECOND")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One event that takes place: times are aware, in UTC. `all_day` lasts from local midnight to local midnight."""

    uid: str
    title: str
    place: str
    start: datetime
    end: datetime
    all_day: bool

    @property
    def whole_days(self) -> bool:
        """Whether it lasts for days, however they are written, and not for hours of one."""
        return self.all_day or self.end - self.start >= WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFile:
    """The occurrences in order of time, and one sentence for each part that was left out."""

    occurrences: tuple[Occurrence, ...]
    problems: tuple[str, ...] = ()
    cancelled: int = 0


@dataclass(slots=True)
class _Budget:
    steps: int
    events: int
    problems: list[str] = field(default_factory=list)


def read(content: bytes, zone: str, start: datetime, end: datetime) -> CalendarFile:
    """The events of an iCalendar file from `start` up to `end` (aware); `zone` is that of times without one.

    Raises CalendarFileError where it is no calendar, too large, or would hold more than 20,000 events.
    """
    if len(content) > LARGEST_FILE:
        raise CalendarFileError(f"the calendar is larger than {LARGEST_FILE // 1_000_000} MB; export a shorter time")
    budget, found, cancelled = _Budget(steps=MOST_STEPS, events=MOST_EVENTS), list[Occurrence](), 0
    for calendar in _calendars(content):
        for series in _series(calendar, end, budget):
            for event in _occurrences(calendar, series, start, end, budget):
                if str(event.get("STATUS", "")).upper() == "CANCELLED":
                    cancelled += 1
                elif occurrence := _occurrence(event, ZoneInfo(zone), budget):
                    found.append(occurrence)
    unique = {(o.uid, o.start, o.end): o for o in found if o.start < end and o.end > start}
    ordered = sorted(unique.values(), key=lambda o: (o.start, o.end, o.uid))
    return CalendarFile(occurrences=tuple(ordered), problems=tuple(budget.problems), cancelled=cancelled)


def _calendars(content: bytes) -> list[Any]:
    if BEGINNING not in content.upper():
        raise CalendarFileError(NONE)
    try:
        with warnings.catch_warnings(action="ignore"):  # a guessed zone is told by the times
            calendars = Calendar.from_ical(content, multiple=True)
    except (ValueError, KeyError, IndexError, AttributeError, RecursionError) as exc:
        raise CalendarFileError(f"this is no calendar in the form iCalendar: {_told(exc)}") from exc
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        raise CalendarFileError(NONE)
    return list(calendars)


def _told(exc: Exception) -> str:
    """What a library says of a stranger's file, short and without signs that a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in str(exc)[:120]) or type(exc).__name__


def _series(calendar: Any, end: datetime, budget: _Budget) -> list[list[Any]]:
    """The events by their id: a recurring one with those of its occurrences that were moved or called off."""
    series: dict[str, list[Any]] = {}
    for event in calendar.walk("VEVENT"):
        problem = _problem(event, end, budget)
        if problem:
            budget.problems.append(f"{_named(event)}: {problem}")
        else:
            series.setdefault(str(event.get("UID", "")) or _made_up(event), []).append(event)
    return list(series.values())


def _problem(event: Any, end: datetime, budget: _Budget) -> str:
    """Why an event is left out; empty if it is not. Its rules are given an end, so that none runs on for ever."""
    try:
        begins = event["DTSTART"].dt
        if "DTEND" in event and _plain(event["DTEND"].dt) < _plain(begins):
            return "it ends before it begins"
        if "DURATION" in event and event["DURATION"].dt < timedelta():
            return "it ends before it begins"
        rules = _listed(event.get("RRULE"))
        if not rules and not event.get("EXRULE"):
            return ""
        if event.get("EXRULE"):
            return "EXRULE is no longer part of iCalendar; export it anew"
        if begins.year < OLDEST:
            return f"it recurs since {begins.year}; let it begin later"
        ended = [_ended(rule, begins, end, budget) for rule in rules]
    except (LookupError, ValueError, TypeError, AttributeError, OverflowError) as exc:
        return f"it cannot be read ({_told(exc)})"
    if any(rule is None for rule in ended):
        return "it recurs more often than a programme does, or never"
    if budget.steps < 0:
        return "the rules of this file go on for too long; export a shorter time"
    event["RRULE"] = ended if len(ended) > 1 else ended[0]
    return ""


def _plain(moment: Any) -> datetime:
    """To compare by: wall-clock times of one event are of one zone, or nearly."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None)


def _listed(rules: Any) -> list[Any]:
    return [] if rules is None else rules if isinstance(rules, list) else [rules]


def _ended(rule: Any, begins: Any, end: datetime, budget: _Budget) -> Any:
    """The rule with an UNTIL at `end` or before and no COUNT; None for one that recurs within the day, or never.

    dateutil looks at UNTIL only when it has found a day: after a rule that finds none it looks until the year 9999.
    """
    per_day = 1
    for key in _CLOCK:
        per_day *= max(len(_listed(rule.get(key))), 1)
    if str(rule["FREQ"][0]).upper() in _TOO_OFTEN or per_day > 24 or int(_listed(rule.get("INTERVAL", [1]))[0]) < 1:
        return None
    local = begins if isinstance(begins, datetime) else datetime.combine(begins, time())
    last = end.astimezone(local.tzinfo).replace(tzinfo=None) if local.tzinfo else end.replace(tzinfo=None)
    first = local.replace(tzinfo=None)
    budget.steps -= max((last - first).days, 0) * per_day
    if budget.steps < 0:
        return rule
    if not _comes(rule, first):
        budget.steps -= CYCLE * 366
        return None
    if count := rule.get("COUNT"):
        last = _last(rule, first, last, int(count[0]))
    elif told := rule.get("UNTIL"):
        last = min(last, _wall(told[0], local.tzinfo))
    bounded = vRecur({key: value for key, value in rule.items() if key not in ("COUNT", "UNTIL")})
    bounded["UNTIL"] = [_until(last, begins)]
    return bounded


def _comes(rule: Any, first: datetime) -> bool:
    """Whether a rule finds any day at all: asked 19 cycles later, where the years end before long."""
    plain = vRecur({key: value for key, value in rule.items() if key not in ("COUNT", "UNTIL")})
    late = first.replace(year=first.year % CYCLE + 9999 // CYCLE * CYCLE - CYCLE)
    return next(iter(rrulestr(_written(plain), dtstart=late)), None) is not None


def _written(rule: Any) -> str:
    return str(rule.to_ical().decode())


def _last(rule: Any, first: datetime, last: datetime, count: int) -> datetime:
    """When the rule has come to its `count`, `last` at the latest."""
    plain = vRecur({key: value for key, value in rule.items() if key not in ("COUNT", "UNTIL")})
    plain["UNTIL"] = [last]
    if last < first:
        return last
    steps = rrulestr(_written(plain), dtstart=first)
    *_, final = [first - DAY, *islice(steps, min(max(count, 0), MOST_EVENTS))]
    return final if count <= MOST_EVENTS else last


def _wall(moment: Any, zone: Any) -> datetime:
    """The end of a rule as wall-clock time; a day counts whole."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.max)
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo and zone else moment.replace(tzinfo=None)


def _until(last: datetime, begins: Any) -> Any:
    """As RFC 5545 wants it: a day for days, UTC for times with a zone."""
    if not isinstance(begins, datetime):
        return last.date()
    return last.replace(tzinfo=begins.tzinfo).astimezone(UTC) if begins.tzinfo else last


def _occurrences(calendar: Any, series: list[Any], start: datetime, end: datetime, budget: _Budget) -> Iterator[Any]:
    alone = Calendar()
    if "X-WR-TIMEZONE" in calendar:
        alone["X-WR-TIMEZONE"] = calendar["X-WR-TIMEZONE"]
    for event in series:
        alone.add_component(event)
    try:
        found = recurring_ical_events.of(alone, skip_bad_series=True).between(start, end)
    except Exception as exc:  # a stranger's file can be wrong in more ways than the libraries name
        budget.problems.append(f"{_named(series[0])}: it cannot be read ({_told(exc)})")
        return
    if not found and any(_within(event, start, end) for event in series):
        budget.problems.append(f"{_named(series[0])}: its recurrences contradict each other")
    budget.events -= len(found)
    if budget.events < 0:
        raise CalendarFileError(f"the calendar holds more than {MOST_EVENTS} events; export a shorter time")
    yield from found


def _within(event: Any, start: datetime, end: datetime) -> bool:
    """Whether a plain event lies in the window, with a day to spare on either side."""
    begins = event["DTSTART"].dt
    day = begins.date() if isinstance(begins, datetime) else begins
    plain = not any(key in event for key in ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"))
    return bool(plain and start.date() + DAY < day < end.date() - DAY)


def _occurrence(event: Any, zone: ZoneInfo, budget: _Budget) -> Occurrence | None:
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
        uid=str(event.get("UID", "")) or _made_up(event),
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


def _made_up(event: Any) -> str:
    """An id for an event that has none: the same as long as it stays the same."""
    told = f"{event.get('SUMMARY', '')}|{event['DTSTART'].to_ical()!r}"
    return "made-up-" + hashlib.sha256(told.encode()).hexdigest()[:16]


def whole_days(found: Iterable[Occurrence], zone: str) -> list[tuple[date, date, str]]:
    """The first and the last day of each that lasts whole days, with its title, in local dates."""
    here = ZoneInfo(zone)
    return [
        (o.start.astimezone(here).date(), (o.end - timedelta(microseconds=1)).astimezone(here).date(), o.title)
        for o in found
        if o.whole_days
    ]
