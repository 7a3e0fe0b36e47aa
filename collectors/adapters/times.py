"""Event times in the forms devices write them.

What is decided here, once for all adapters:

- A time without a zone is one of the zone the caller names; without one it is refused, never guessed.
- An hour that a clock shows twice (autumn) is the one nearer to the receipt, if the caller says when that was, else the
  first one. A time that a clock skips (spring) is that of a clock nobody has put forward yet.
- A time before 2010 is that of a clock nobody has set yet (zero, seconds since power-up, the first day of a clock
  chip): it counts as no time. No sensor that is read here is that old.
- 24:00 is the midnight that follows.
- What is written in another order than year, month, day is read where a table or a mapping has its `time_format`.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from besok.model.errors import Unreadable
from besok.model.short_texts import cached_if_short
from collectors.adapters.jsontext import show

CLOCK_SET: Final = datetime(2010, 1, 1, tzinfo=UTC)  # a clock that is set shows no earlier time
LONGEST: Final = 100  # characters of a time, the longest interval with the names of its zones
NEVER: Final = (0xFFFFFFFF, 0x7FFFFFFF)  # registers of 32 bits with nothing in them
NO_TIME: Final = "{} is {}: it must be text such as 2026-11-25T08:15:00Z, or seconds since 1970"
BROKEN: Final = "{} is {}: that is not a time such as 2026-11-25T08:15:00Z"
NO_ZONE: Final = "{} is {}, without a time zone: add Z for UTC, or an offset such as +01:00"
NOT_IN_CALENDAR: Final = "{} is {}: the calendar has no such time"

# Epoch numbers by size: each unit from 1973 on, as far as the next one begins (seconds until 5138).
_UNITS = ((1e17, 10**9), (1e14, 10**6), (1e11, 10**3), (0.0, 1))
_NUMBER = re.compile(r"[+-]?\d+([.,]\d*)?([eE]\+?\d+)?")
_CALENDAR = re.compile(r"(20\d{6})(\d{6}|\d{4})(\d{3})?")  # digits only
_FORM = re.compile(r"(\d{4}([-/.]?)\d\d\2\d\d)[Tt _]+([\d:.,]*\d) *(.*)")
_DAY = re.compile(r"\d{4}-?\d\d-?\d\d")
_ZEROS = re.compile(r"0{4}\D0{1,2}\D0{1,2}(\D.*)?")  # what some databases write for no time
_DOTNET = re.compile(r"\\?/?Date\((-?\d+)(?:[+-]\d{4})?\)\\?/?")
PAIR = re.compile(r"(\d{4}-?\d\d-?\d\d[^/]*)/(\d{4}-?\d\d-?\d\d.*)")
# A name may follow: UTC+8:00 China Standard Time
_OFFSET = re.compile(
    r"(?:UTC|GMT)?\s?([+\-\N{MINUS SIGN}])(\d\d?)(?::?(\d\d))?(?::?(\d\d))?(?:\s+[\w ()/,&.-]+)?"
)
_ABBREVIATIONS = {
    name: timezone(timedelta(hours=hours), name)
    for hours, names in {
        0: "UTC GMT WET",
        1: "CET MEZ MET BST WEST",
        2: "CEST MESZ MEST EET",
        3: "EEST MSK",
        9: "JST KST",
        -5: "EST",
        -4: "EDT",
        -8: "PST",
        -7: "PDT",
    }.items()
    for name in names.split()
}


def event_time(value: object) -> datetime | None:
    """Parse the time in `value` as `instant` does, but take it at its word, however old. Raises Unreadable for none."""
    time = _instant(value, "", "time", None)
    if time is None and value is not None:
        raise Unreadable(NO_TIME.format("time", show(value)))
    return time


def instant(
    value: object, zone: str = "", *, name: str = "time", near: datetime | None = None
) -> datetime | None:
    """Parse the time in `value`, to UTC; None if it has none (also from a clock that is not set). Raises Unreadable.

    Understood are ISO 8601 and its like with an offset, Z, or the name of a zone; twelve, fourteen or seventeen digits
    of a calendar; seconds, milliseconds, microseconds and nanoseconds since 1970, also as text; of an interval "a/b"
    the end. `zone` (a name such as Europe/Stockholm) is that of times without one, and `near` the time of receipt,
    which decides in the hour that a clock shows twice.
    """
    time = _instant(value, zone, name, near)
    return None if time is None or time < CLOCK_SET else time


def in_summer(zone: str) -> str:
    """Return a zone in summer time: an offset is moved an hour ahead; a named zone has its own summer time."""
    standard = zone_of(zone)
    offset = None if standard is None else standard.utcoffset(None)
    if offset is None:
        return zone
    minutes = int(offset.total_seconds()) // 60 + 60
    return f"{'+' if minutes >= 0 else '-'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _instant(value: object, zone: str, name: str, near: datetime | None) -> datetime | None:
    if value is None:
        return None
    if type(value) is int or type(value) is float:
        return _number(value, zone, name, near)
    if type(value) is not str:
        raise Unreadable(NO_TIME.format(name, show(value)))
    text = value.strip()
    if not text or _ZEROS.fullmatch(text):
        return None
    if len(text) > LONGEST:
        raise Unreadable(BROKEN.format(name, show(text)))
    if len(text) >= 19 and text[4] == "-" and text[10] in "T ":  # the usual forms of ISO 8601, quickly
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            pass  # another form
        else:
            return time if time.tzinfo is UTC else _in_utc(time, zone, text, name, near)
    if _DAY.fullmatch(text):
        raise Unreadable(f"{name} is {show(text)}: that is a day, without a time of day")
    if _NUMBER.fullmatch(text):
        number = int(text) if text.lstrip("+-").isdecimal() else float(text.replace(",", "."))
        return _number(number, zone, name, near)
    if dotnet := _DOTNET.fullmatch(text):
        return _number(int(dotnet[1]), zone, name, near)
    if pair := PAIR.fullmatch(text):
        return _instant(pair[2], zone, name, near)
    match = _FORM.fullmatch(text)
    if match is None:
        raise Unreadable(BROKEN.format(name, show(text)))
    return _built(match[1].replace(match[2] or "-", "-"), match[3], match[4] or zone, text, name, near)


def _number(value: float, zone: str, name: str, near: datetime | None) -> datetime | None:
    if value in NEVER:
        return None
    if type(value) is int and 10**11 < value < 10**20 and (digits := _CALENDAR.fullmatch(str(value))):
        clock = digits[2] if digits[3] is None else f"{digits[2]}.{digits[3]}"
        return _built(digits[1], clock, zone, str(value), name, near)
    return _epoch(value, name)


def _built(day: str, clock: str, zone: str, text: str, name: str, near: datetime | None) -> datetime:
    """Return the time of a date and a time of day, each in ISO 8601."""
    is_midnight = clock in ("24:00", "24:00:00")
    try:
        time = datetime.fromisoformat(f"{day}T{'00:00' if is_midnight else clock}")
        time += timedelta(days=is_midnight)
    except (ValueError, OverflowError) as exc:
        raise Unreadable(NOT_IN_CALENDAR.format(name, show(text))) from exc
    return _in_utc(time, zone, text, name, near)


def _in_utc(time: datetime, zone: str, text: str, name: str, near: datetime | None) -> datetime:
    if time.tzinfo is None:
        if not zone:
            raise Unreadable(NO_ZONE.format(name, show(text)))
        tzinfo = zone_of(zone)
        if tzinfo is None:
            raise Unreadable(f"{name} is in the time zone {show(zone)}, which is not known here")
        time = time.replace(tzinfo=tzinfo)
    try:
        first = time.astimezone(UTC)
        second = time.replace(fold=1).astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise Unreadable(NOT_IN_CALENDAR.format(name, show(text))) from exc
    if near is None or second <= first:  # the clock shows it once, or skips it
        return first
    return min(first, second, key=lambda time: abs(time - near))


@cached_if_short(256)
def zone_of(text: str) -> tzinfo | None:
    """Return the zone of this name, abbreviation or offset; None if there is no such."""
    text = text.partition("[")[0].strip() or text.strip("[]")  # Z[UTC]
    if text in "Zz":
        return UTC
    offset = _OFFSET.fullmatch(text)
    try:
        if offset:
            hours, minutes, seconds = (int(part or 0) for part in offset.group(2, 3, 4))
            ahead = timedelta(hours=hours, minutes=minutes, seconds=seconds)
            return timezone(ahead if offset[1] == "+" else -ahead)
        return _ABBREVIATIONS.get(text) or ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _epoch(number: float, name: str) -> datetime:
    unit = next((unit for least, unit in _UNITS if abs(number) >= least), 1)
    try:
        if type(number) is int:  # exactly, where a float would round the microseconds
            return datetime.fromtimestamp(number // unit, UTC) + timedelta(
                microseconds=number % unit * 1_000_000 // unit
            )
        return datetime.fromtimestamp(number / unit, UTC)
    except (ValueError, OverflowError, OSError) as exc:
        raise Unreadable(f"{name} is {show(number)}: no clock shows that many seconds since 1970") from exc
