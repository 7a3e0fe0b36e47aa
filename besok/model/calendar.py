"""Business days and opening hours of a site: hours strings, public holidays, exceptions, summer time.

Everything given and returned is aware and in UTC; only hours strings speak of wall-clock time. All functions are
pure, and cached by the few values they depend on, so that years can be walked through quickly.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays

from besok.model.site import OpeningHours, Site

Interval = tuple[datetime, datetime]  # from, until (exclusive)
Minutes = tuple[tuple[int, int], ...]  # wall-clock minutes after midnight of the business day's date

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = timedelta(days=1)
LOOK_AHEAD_DAYS = 400  # a site with no opening for longer has no next opening
_HOURS = re.compile(r"(\d{1,2}):([0-5]\d)\s*[-–]\s*(\d{1,2}):([0-5]\d)")
_CACHED_DAYS = 8192  # business days kept: several sites for several years


@lru_cache(maxsize=512)
def parse_hours(text: str, day_start: time = time(4)) -> Minutes:
    """Parse opening hours to minutes after midnight, in order: "08:00-20:00, 21:00-22:00", "22:00-27:00", "always".

    Raises ValueError with a sentence that says what is wrong and what to write instead.
    """
    begin = day_start.hour * 60 + day_start.minute
    words = text.strip().lower()
    if words == "closed":
        return ()
    if words == "always":
        return ((begin, begin + 24 * 60),)
    hours = tuple(sorted(_parse_interval(part, begin) for part in text.split(",")))
    for (_, until), (start, _) in pairwise(hours):
        if start < until:
            raise ValueError(f'"{text}": the hours overlap; join them into one')
    return hours


def _parse_interval(text: str, begin: int) -> tuple[int, int]:
    """Parse one "08:00-20:00" to minutes. `begin` is when the business day begins, in minutes after midnight."""
    match = _HOURS.fullmatch(text.strip())
    if not match:
        raise ValueError(f'"{text.strip()}" is not opening hours; write "08:00-20:00", "always" or "closed"')
    h1, m1, h2, m2 = map(int, match.groups())
    start, until = h1 * 60 + m1, h2 * 60 + m2
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

    Beside public holidays these are the days that the law treats as such, and in Sweden Easter Eve: midsummer,
    Christmas and New Year's Eve are no public holidays there, yet public institutions are closed.
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
    return public_holidays(opening.country, day.year).get(day)


def hours_text(day: date, opening: OpeningHours) -> str:
    """Return the hours string that holds on `day`: an exception's, else a holiday's, else the weekday's.

    Where exceptions overlap the one that is written last holds.
    """
    for exception in reversed(opening.exceptions):
        if exception.first <= day <= exception.last:
            return exception.hours
    return opening.on_holiday if holiday(day, opening) else opening.week[day.weekday()]


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
def _intervals(day: date, opening: OpeningHours, timezone: str, day_start: time) -> tuple[Interval, ...]:
    hours = parse_hours(hours_text(day, opening), day_start)
    pairs = ((_utc(day, start, timezone), _utc(day, until, timezone)) for start, until in hours)
    return tuple((start, until) for start, until in pairs if start < until)


def day_bounds(day: date, site: Site) -> Interval:
    """Tell when the business day `day` begins and ends: 23, 24 or 25 hours."""
    return _bounds(day, site.timezone, site.day_start)


def business_day(t: datetime, site: Site) -> date:
    """Return the business day in which the moment `t` (aware) lies."""
    wall = t.astimezone(ZoneInfo(site.timezone)).replace(tzinfo=None)
    begin = timedelta(hours=site.day_start.hour, minutes=site.day_start.minute)
    day = (wall - begin).date()
    start, end = day_bounds(day, site)  # a boundary in the hour that comes twice is the only way to miss
    return day - DAY if t < start else day + DAY if t >= end else day


def open_intervals(day: date, site: Site) -> tuple[Interval, ...]:
    """Return the opening hours of the business day `day`, in order; empty when closed."""
    return _intervals(day, site.opening, site.timezone, site.day_start)


def is_open(t: datetime, site: Site) -> bool:
    """Tell whether the site is open at the moment `t` (aware)."""
    return any(start <= t < until for start, until in open_intervals(business_day(t, site), site))


def next_opening(t: datetime, site: Site) -> datetime | None:
    """Tell when the site opens next; None if it is open at `t`, or will not open within 400 days."""
    if is_open(t, site):
        return None
    first = business_day(t, site)
    days = (first + n * DAY for n in range(LOOK_AHEAD_DAYS))
    return next((start for day in days for start, _ in open_intervals(day, site) if start > t), None)


def open_until(t: datetime, site: Site) -> datetime | None:
    """Tell when the present opening ends; None if the site is closed at `t`, or never closes within 400 days.

    Hours that go on where the business day before ended are one opening.
    """
    if not is_open(t, site):
        return None
    until, first = t, business_day(t, site)
    for n in range(LOOK_AHEAD_DAYS):
        for start, end in open_intervals(first + n * DAY, site):
            if start > until:
                return until
            until = max(until, end)
        if until < day_bounds(first + n * DAY, site)[1]:
            return until
    return None
