"""Event times in the forms devices write them."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from collectors.adapters.jsontext import show
from core.errors import Unreadable

# Epoch numbers by size: each unit from 1973 on, as far as the next one begins (seconds until 5138).
_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (0.0, 1.0))
_DIGITS = re.compile(r"[+-]?\d+(\.\d+)?")
_CALENDAR = re.compile(r"(19|20)\d{12}")  # 20261125081500
_NAMED = re.compile(r"(.+?)\s*\b([A-Z]{3,4}|[A-Za-z_]+/[A-Za-z_/]+)$")  # 2021-03-05T13:43:22.946 CET
_ABBREVIATIONS = {
    name: timezone(timedelta(hours=hours), name)
    for name, hours in {
        "UTC": 0,
        "GMT": 0,
        "WET": 0,
        "WEST": 1,
        "BST": 1,
        "CET": 1,
        "CEST": 2,
        "EET": 2,
        "EEST": 3,
    }.items()
}


def event_time(value: object) -> datetime | None:
    """The time `value` says, in UTC; None if it is None. Raises Unreadable, also for a time without a zone.

    This is the strict form, for formats of which we say how they are to be: ISO 8601 with an offset or Z, and seconds
    or milliseconds since 1970.
    """
    if type(value) is str and (not value or _DIGITS.fullmatch(value.strip()) or _NAMED.fullmatch(value.strip())):
        raise Unreadable(f"time is {show(value)}: that is not a time such as 2026-11-25T08:15:00Z")
    return instant(value)


def instant(value: object, zone: str = "", *, name: str = "time") -> datetime | None:
    """The time `value` says, in UTC; None if it says none (None or an empty text). Raises Unreadable.

    Understood are ISO 8601 and its like, with an offset, Z, or the name of a zone; fourteen digits; seconds,
    milliseconds, microseconds and nanoseconds since 1970, also as text. A time without a zone is one of `zone` (a name
    such as Europe/Stockholm); if that is empty it is refused, since it could mean any of two dozen hours.
    """
    if value is None or value == "":
        return None
    if type(value) is int or type(value) is float:
        return _calendar(str(value), zone, name) if _is_calendar(value) else _epoch(value, name)
    if type(value) is not str:
        raise Unreadable(
            f"{name} is {show(value)}: it must be text such as 2026-11-25T08:15:00Z, or seconds since 1970"
        )
    text = value.strip()
    if _CALENDAR.fullmatch(text):
        return _calendar(text, zone, name)
    if _DIGITS.fullmatch(text):
        return _epoch(float(text) if "." in text else int(text), name)
    return _iso(text, zone, name)


def _is_calendar(value: float) -> bool:
    """Whether a number is fourteen digits of a calendar: as milliseconds it would lie centuries ahead."""
    return type(value) is int and _CALENDAR.fullmatch(str(value)) is not None


def _calendar(text: str, zone: str, name: str) -> datetime:
    try:
        return _in_utc(datetime.strptime(text, "%Y%m%d%H%M%S"), zone, text, name)  # noqa: DTZ007 - the zone comes next
    except ValueError as exc:
        raise Unreadable(f"{name} is {show(text)}: the calendar has no such time") from exc


def _iso(text: str, zone: str, name: str) -> datetime:
    named = _NAMED.fullmatch(text)
    try:
        if named and named[2] != "Z":
            return _in_utc(datetime.fromisoformat(named[1]), named[2], text, name)
        return _in_utc(datetime.fromisoformat(text), zone, text, name)
    except (ValueError, OverflowError) as exc:
        raise Unreadable(f"{name} is {show(text)}: that is not a time such as 2026-11-25T08:15:00Z") from exc


def _in_utc(time: datetime, zone: str, text: str, name: str) -> datetime:
    if time.tzinfo is UTC:
        return time
    if time.tzinfo is None:
        if not zone:
            raise Unreadable(f"{name} is {show(text)}, without a time zone: add Z for UTC, or an offset such as +01:00")
        time = time.replace(tzinfo=_zone(zone, name))
    return time.astimezone(UTC)


def _zone(text: str, name: str) -> tzinfo:
    if text in _ABBREVIATIONS:
        return _ABBREVIATIONS[text]
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise Unreadable(f"{name} is in the time zone {show(text)}, which is not known here") from exc


def _epoch(number: float, name: str) -> datetime:
    unit = next(unit for least, unit in _UNITS if abs(number) >= least)
    try:
        return datetime.fromtimestamp(number / unit, UTC)
    except (ValueError, OverflowError, OSError) as exc:
        raise Unreadable(f"{name} is {show(number)}: no clock shows that many seconds since 1970") from exc
