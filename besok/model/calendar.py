"""Business days and opening hours of a site: hours strings, public holidays, exceptions, dates, summer time.

Everything given and returned is aware and in UTC; only hours strings speak of wall-clock time. All functions are
pure, and cached by the few values they depend on, so that years can be walked through quickly.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from math import ceil
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import holidays

from besok.model.site import (
    WEEKDAYS,
    DayHours,
    OpeningException,
    OpeningHours,
    Sensor,
    Site,
    Space,
    WeekHours,
)

Interval = tuple[datetime, datetime]  # from, until (exclusive)
Span = tuple[
    datetime | None, datetime | None
]  # from, until (exclusive); None: without a beginning, or an end
Moment = TypeVar("Moment", int, datetime)
Minutes = tuple[tuple[int, int], ...]  # wall-clock minutes after midnight of the business day's date


class Hours(NamedTuple):
    """Opening hours of a day in wall-clock minutes: staffed, and those that are open with a card only."""

    staffed: Minutes
    staffless: Minutes

    @property
    def open(self) -> Minutes:
        """Return the open stretches, staffed or not; adjacent ones are joined."""
        return joined((*self.staffed, *self.staffless))


DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
EARLY = datetime(1, 1, 2, tzinfo=UTC)  # of spans without a beginning
LATE = datetime(9999, 12, 30, tzinfo=UTC)  # and without an end
ALWAYS: Span = (None, None)
WHOLE_DAY = (0, 24 * 60)  # of a business day, whenever it begins
LOOK_AHEAD_DAYS = 400  # a site with no opening for longer has no next opening
_HOURS = re.compile(r"(\d{1,2}):([0-5]\d)\s*[-–]\s*(\d{1,2}):([0-5]\d)")
_STAFFLESS = re.compile(r"(.+?)\s+staffless")
_CACHED_DAYS = 8192  # business days kept: several sites for several years


@lru_cache(maxsize=512)
def parse_hours(text: str, day_start: time = time(4)) -> Hours:
    """Parse opening hours to minutes after midnight, in order: "08:00-20:00, 21:00-22:00", "22:00-27:00", "always".

    "06:00-22:00 staffless, 10:00-18:00" is open with a card from 6 to 22, and staffed from 10 to 18. Raises ValueError
    with a sentence that says what is wrong and what to write instead.
    """
    begin = day_start.hour * 60 + day_start.minute
    if text.strip().lower() == "closed":
        return Hours((), ())
    kinds: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    for part in text.lower().split(","):
        without = _STAFFLESS.fullmatch(part.strip())
        kinds[without is None].append(_parse_interval(without[1] if without else part, begin))
    for hours in kinds.values():
        hours.sort()
        if any(start < until for (_, until), (start, _) in pairwise(hours)):
            raise ValueError(f'"{text}": the hours overlap; join them into one')
    return Hours(joined(kinds[True]), _less(joined(kinds[False]), kinds[True]))


def joined(stretches: Iterable[tuple[Moment, Moment]]) -> tuple[tuple[Moment, Moment], ...]:
    """Sort stretches of time and join those that overlap or touch."""
    merged: list[tuple[Moment, Moment]] = []
    for start, until in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((start, until))
    return tuple(merged)


def _less(hours: Minutes, without: Iterable[tuple[int, int]]) -> Minutes:
    """Return `hours` less those of `without`."""
    left = list(hours)
    for start, until in without:
        left = [
            (a, b)
            for from_, to in left
            for a, b in ((from_, min(to, start)), (max(from_, until), to))
            if a < b
        ]
    return tuple(left)


def _parse_interval(text: str, begin: int) -> tuple[int, int]:
    """Parse one "08:00-20:00" to minutes. `begin` is when the business day begins, in minutes after midnight."""
    if text.strip() == "always":
        return begin, begin + 24 * 60
    match = _HOURS.fullmatch(text.strip())
    if not match:
        reason = 'is not opening hours; write "08:00-20:00", "06:00-08:00 staffless", "always" or "closed"'
        raise ValueError(f'"{text.strip()}" {reason}')
    h1, m1, h2, m2 = map(int, match.groups())
    start, until = h1 * 60 + m1, h2 * 60 + m2
    if (start, until) == WHOLE_DAY:
        return begin, begin + 24 * 60
    if until <= start:
        raise ValueError(
            f'"{text.strip()}" ends before it begins; for hours past midnight write "22:00-27:00"'
        )
    if start < begin or until > begin + 24 * 60:
        raise ValueError(
            f'"{text.strip()}" leaves the business day ({_clock(begin)}-{_clock(begin + 24 * 60)}); '
            "hours past midnight belong to the day before"
        )
    return start, until


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@lru_cache(maxsize=512)
def public_holidays(country: str, year: int) -> Mapping[date, str]:
    """Return the days of `year` on which `on_holiday` holds in `country` ("SE"), with their names; empty for "".

    Besides public holidays these are the days that the law treats as such, and in Sweden Easter Eve: midsummer,
    Christmas and New Year's Eve are not public holidays there, yet public institutions are closed.
    """
    if not country:
        return {}
    known = holidays.country_holidays(country).supported_categories
    categories = tuple(c for c in ("public", "de_facto") if c in known)
    days: dict[date, str] = dict(holidays.country_holidays(country, years=year, categories=categories))
    if country == "SE":
        optional = holidays.country_holidays(country, years=year, categories=("optional",), language="sv")
        days |= {day: name for day, name in optional.items() if name == "Påskafton"}
    return days


def holiday(day: date, opening: OpeningHours) -> str | None:
    """Return the name of the public holiday on `day`, None on any other day."""
    return public_holidays(opening.table(day).country, day.year).get(day)


def hours_text(day: date, opening: OpeningHours) -> str:
    """Return the hours string that holds on `day`: an exception's, else a holiday's, else the weekday's."""
    exception = exception_on(day, opening)
    hours = exception.hours if exception else opening.table(day)
    return _of_day(hours, day, free=holiday(day, opening) is not None)


def exception_on(day: date, opening: OpeningHours) -> OpeningException | None:
    """Return the exception that holds on `day`; of several the one that is written last and says something about it."""
    there = [one for one in reversed(opening.exceptions) if one.first <= day <= one.last]
    free = bool(there) and holiday(day, opening) is not None
    return next((one for one in there if _of_day(one.hours, day, free=free)), None)


def _of_day(hours: str | DayHours | WeekHours, day: date, *, free: bool) -> str:
    """Return the hours of a table or a special period on a day, "" where the latter leaves them as usual."""
    if isinstance(hours, str):
        return hours
    text: str = hours.on_holiday if free else getattr(hours, WEEKDAYS[day.weekday()])
    return text


def _utc(day: date, minutes: int, timezone: str) -> datetime:
    """Return the moment `minutes` of wall-clock time after midnight of `day`.

    A wall-clock time that summer time skips is taken as an hour later, one that comes twice as its first coming.
    """
    wall = datetime.combine(day, time(), ZoneInfo(timezone)) + timedelta(minutes=minutes)
    return wall.astimezone(UTC)


@lru_cache(maxsize=_CACHED_DAYS)
def _bounds(day: date, timezone: str, day_start: time) -> Interval:
    begin = day_start.hour * 60 + day_start.minute
    return _utc(day, begin, timezone), _utc(day + DAY, begin, timezone)


@lru_cache(maxsize=_CACHED_DAYS)
def _intervals(
    day: date, text: str, timezone: str, day_start: time
) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    """Return the opening hours of a day, and those of them that are staffed."""
    hours = parse_hours(text, day_start)
    return _instants(day, hours.open, timezone), _instants(day, hours.staffed, timezone)


def _instants(day: date, hours: Minutes, timezone: str) -> tuple[Interval, ...]:
    pairs = ((_utc(day, start, timezone), _utc(day, until, timezone)) for start, until in hours)
    return tuple((start, until) for start, until in pairs if start < until)


def days_from(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, both included."""
    return [first + n * DAY for n in range((last - first).days + 1)]


def portions(first: date, last: date, days: int) -> Iterator[tuple[date, date]]:
    """Divide the days from `first` to `last` into stretches of so many `days`; the last one may be shorter."""
    while first <= last:
        until = min(first + (days - 1) * DAY, last)
        yield first, until
        first = until + DAY


def day_bounds(day: date, site: Site) -> Interval:
    """Return the start and end of the business day `day`: 23, 24 or 25 hours apart."""
    return _bounds(day, site.timezone, site.day_start)


def span(first: date | None, last: date | None, site: Site) -> Span:
    """Return the bounds of the business days from `first` to `last` (both included, None: open-ended)."""
    return day_bounds(first, site)[0] if first else None, day_bounds(last, site)[1] if last else None


def space_spans(site: Site) -> dict[str, list[Span]]:
    """Return when each space of a site is in use: it and all spaces around it exist and are not closed."""
    known = {space.id: space for space in site.spaces}
    spans: dict[str, list[Span]] = {}

    def of(space: Space) -> list[Span]:
        if space.id not in spans:
            around = of(known[space.parent]) if space.parent in known else [ALWAYS]
            spans_of_space = [span(space.first, space.last, site)]
            for closure in space.closed:
                begins, ends = span(closure.first, closure.last, site)
                spans_of_space = _both(spans_of_space, [(None, begins), *([(ends, None)] if ends else [])])
            spans[space.id] = _both(spans_of_space, around)
        return spans[space.id]

    return {space.id: of(space) for space in site.spaces}


def _both(some: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Return the intersection of two lists of stretches."""
    pairs = ((max(a or EARLY, c or EARLY), min(b or LATE, d or LATE)) for a, b in some for c, d in others)
    cut = sorted((begins, ends) for begins, ends in pairs if begins < ends)
    return [(None if begins == EARLY else begins, None if ends == LATE else ends) for begins, ends in cut]


def placement_span(sensor: Sensor, site: Site) -> Span:
    """Return the start and end of a sensor's placement."""
    begins, ends = span(sensor.first, sensor.last, site)
    return sensor.since or begins, sensor.until or ends


def is_placed(sensor: Sensor, site: Site, t: datetime) -> bool:
    """Tell whether a sensor observes its place at a moment."""
    begins, ends = placement_span(sensor, site)
    return (begins is None or begins <= t) and (ends is None or t < ends)


def business_day(t: datetime, site: Site) -> date:
    """Return the business day in which the moment `t` (aware) lies."""
    wall = t.astimezone(ZoneInfo(site.timezone)).replace(tzinfo=None)
    begin = timedelta(hours=site.day_start.hour, minutes=site.day_start.minute)
    day = (wall - begin).date()
    start, end = day_bounds(day, site)  # a boundary in the hour that comes twice is the only way to miss
    return day - DAY if t < start else day + DAY if t >= end else day


def alike(day: date, other: date, site: Site) -> bool:
    """Tell whether two days have the same opening hours, and both or neither are a public holiday."""
    free, free_too = (holiday(one, site.opening) is not None for one in (day, other))
    hours, hours_too = (parse_hours(hours_text(one, site.opening), site.day_start) for one in (day, other))
    return (free, hours) == (free_too, hours_too)


def open_intervals(day: date, site: Site) -> tuple[Interval, ...]:
    """Return the opening hours of the business day `day`, staffed or not, in order; empty when closed."""
    return _intervals(day, hours_text(day, site.opening), site.timezone, site.day_start)[0]


def opened_hours(first: date, last: date, site: Site) -> set[tuple[int, int]]:
    """Return the weekdays (Monday 0) and hours in which the site was open on any day from `first` to `last`."""
    zone = ZoneInfo(site.timezone)
    return {
        (hour.weekday(), hour.hour)
        for day in days_from(first, last)
        for opens, closes in open_intervals(day, site)
        for n in range(ceil((closes - opens) / HOUR) + 1)
        if (hour := (opens + n * HOUR).astimezone(zone).replace(minute=0)) < closes
    }


def staffed_intervals(day: date, site: Site) -> tuple[Interval, ...]:
    """Return the hours of the business day `day` with staff, in order."""
    return _intervals(day, hours_text(day, site.opening), site.timezone, site.day_start)[1]


def hours_of(day: date, site: Site) -> tuple[float, float]:
    """Return the hours of the business day `day` with staff, and those open without staff."""
    all_hours, staffed = (
        sum(((until - start) / HOUR for start, until in intervals), 0.0)
        for intervals in _intervals(day, hours_text(day, site.opening), site.timezone, site.day_start)
    )
    return staffed, all_hours - staffed


def is_open(t: datetime, site: Site) -> bool:
    """Tell whether the site is open at the moment `t` (aware)."""
    return any(start <= t < until for start, until in open_intervals(business_day(t, site), site))


def next_opening(t: datetime, site: Site) -> datetime | None:
    """Return the next opening; None if the site is open at `t`, or will not open within 400 days."""
    if is_open(t, site):
        return None
    first = business_day(t, site)
    days = (first + n * DAY for n in range(LOOK_AHEAD_DAYS))
    return next((start for day in days for start, _ in open_intervals(day, site) if start > t), None)


def open_until(t: datetime, site: Site) -> datetime | None:
    """Return the end of the current opening; None if the site is closed at `t`, or never closes within 400 days.

    Hours that go on where the business day before ended are one opening.
    """
    return _until(t, site, open_intervals)


def is_staffed(t: datetime, site: Site) -> bool:
    """Tell whether the site is open with staff at the moment `t` (aware)."""
    return any(start <= t < until for start, until in staffed_intervals(business_day(t, site), site))


def staffed_until(t: datetime, site: Site) -> datetime | None:
    """Return the end of the current staffed hours; None if there are none at `t`, or they never end."""
    return _until(t, site, staffed_intervals)


def _until(
    t: datetime, site: Site, intervals: Callable[[date, Site], tuple[Interval, ...]]
) -> datetime | None:
    """Return the end of the interval that contains `t`; None without one, or within 400 days."""
    first = business_day(t, site)
    if not any(start <= t < end for start, end in intervals(first, site)):
        return None
    until = t
    for n in range(LOOK_AHEAD_DAYS):
        for start, end in intervals(first + n * DAY, site):
            if start > until:
                return until
            until = max(until, end)
        if until < day_bounds(first + n * DAY, site)[1]:
            return until
    return None
