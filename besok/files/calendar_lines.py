"""Content lines of a calendar file (RFC 5545): those that are used, bounded before any library parses them."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from typing import Final

from besok.model import messages
from besok.model.errors import CalendarFileError
from besok.model.given_files import decode

USED: Final = frozenset((
    "BEGIN", "END", "VERSION", "CALSCALE", "X-WR-TIMEZONE", "UID", "SUMMARY", "LOCATION", "STATUS", "SEQUENCE",
    "DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RDATE", "EXDATE", "RECURRENCE-ID",
))  # fmt: skip
CALENDAR: Final = "VCALENDAR"
EVENT: Final = "VEVENT"
LONGEST_LINE: Final = 8_000  # characters; a list of 400 days has no more


def bounded(content: bytes, most_events: int) -> str:
    """Return the unfolded lines of events that are used. Raises CalendarFileError for what no calendar program writes.

    Time zones that a file defines are left out, as are all other components: a rule of theirs costs what it likes, and
    zones are known by their names.
    """
    lines, within, events = list[str](), list[str](), 0
    for raw in _unfolded(content):
        name = re.split(b"[:;]", raw, maxsplit=1)[0].upper().decode("ascii", "replace")
        if name not in USED:
            continue
        line = " ".join((decode(raw) or "").splitlines())
        if len(line) > LONGEST_LINE:
            raise CalendarFileError(messages.CALENDAR_LINE(name=name, most=LONGEST_LINE))
        value = line[len(name) + 1 :].strip().upper()
        if name == "BEGIN":
            within.append(value)
            events += within == [CALENDAR, EVENT]
        if within == [CALENDAR] or within == [CALENDAR, EVENT]:
            lines.append(f"{name}:{value}" if name in ("BEGIN", "END") else line)
        if name == "END" and (not within or within.pop() != value):
            raise CalendarFileError(messages.NO_CALENDAR)
        if events > most_events:
            raise CalendarFileError(messages.CALENDAR_EVENTS(most=most_events))
    return "\r\n".join((*lines, ""))


def _unfolded(content: bytes) -> Iterator[bytes]:
    """Yield the lines, each with those that continue it, even within a letter. Raises CalendarFileError for no text.

    Each is to be decoded by itself: a stray byte tells nothing of other lines.
    """
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        content = (decode(content) or "").encode()
    if b"\0" in content:
        raise CalendarFileError(messages.NO_CALENDAR)
    yield from re.split(rb"\r?\n", re.sub(rb"\r?\n[ \t]", b"", content.removeprefix(BOM_UTF8)))
