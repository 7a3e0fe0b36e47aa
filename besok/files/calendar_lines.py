"""Content lines of a calendar file (RFC 5545): those that are used, bounded before any library parses them."""

import re
from collections.abc import Iterator
from typing import Final

from besok.model import messages
from besok.model.errors import CalendarFileError

USED: Final = frozenset((
    "BEGIN", "END", "VERSION", "CALSCALE", "X-WR-TIMEZONE", "TZID", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "UID",
    "SUMMARY", "LOCATION", "STATUS", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RDATE", "EXDATE",
    "RECURRENCE-ID",
))  # fmt: skip
LONGEST_LINE: Final = 8_000  # characters; a list of 400 days has no more
MOST_RULES: Final = 12  # of a time zone: all of them are walked through at each question for an offset
MOST_DATES: Final = 500  # of a time zone, on which its offset changes
_NAME: Final = re.compile(r"[A-Za-z0-9-]+")
_DAY: Final = re.compile(r"(?:1[6-9]|2[01])\d{6}(?:T\d{6}Z?)?")  # Outlook defines its time zones from 1601 on
_ONE: Final = r"[^,;=\\]+"
_PART: Final = re.compile(  # of a rule
    rf"FREQ=YEARLY|(?:INTERVAL|COUNT|UNTIL|WKST|BYMONTH|BYDAY)={_ONE}|BYMONTHDAY={_ONE}(?:,{_ONE}){{0,6}}"
)


def bounded(content: bytes, most_events: int) -> str:
    """Return the unfolded lines that are used. Raises CalendarFileError for a file that no calendar program writes.

    Components are closed in the order in which they were opened, so that what is checked as part of a time zone is
    what a parser takes for it.
    """
    lines, within = list[str](), list[str]()
    events = rules = dates = 0
    for line in _unfolded(content.decode("utf-8-sig", "replace")):
        name = re.split("[:;]", line, maxsplit=1)[0].upper()
        value = line[len(name) :].removeprefix(":").strip().upper()
        zone = "VTIMEZONE" in within
        if name not in USED and (zone or _NAME.fullmatch(name)):
            continue
        if len(line) > LONGEST_LINE:
            raise CalendarFileError(messages.CALENDAR_LINE(name=name[:20], most=LONGEST_LINE))
        lines.append(line)
        if name == "BEGIN":
            within.append(value)
            events += value == "VEVENT"
            rules, dates = (rules, dates) if zone else (0, 0)
        elif name == "END" and (not within or within.pop() != value):
            raise CalendarFileError(messages.NO_CALENDAR)
        if name in ("BEGIN", "END") and not _NAME.fullmatch(value):
            raise CalendarFileError(messages.NO_CALENDAR)
        if zone:
            rules += name == "RRULE"
            dates += value.count(",") + 1 if name in ("RDATE", "DTSTART") else 0
            if rules > MOST_RULES or dates > MOST_DATES or not _rare(name, value):
                raise CalendarFileError(messages.CALENDAR_ZONE)
        if events > most_events:
            raise CalendarFileError(messages.CALENDAR_EVENTS(most=most_events))
    return "\r\n".join((*lines, ""))


def _unfolded(text: str) -> Iterator[str]:
    """Yield the lines, each with those that continue it."""
    parts: list[str] = []
    for line in (*re.split(r"\r?\n", text), "END"):
        if line[:1] in (" ", "\t"):
            parts.append(line[1:])
        elif line:
            yield from ["".join(parts)] if parts else []
            parts = [line]


def _rare(name: str, value: str) -> bool:
    """Tell whether a line of a time zone changes its offset once a year at most."""
    if name == "RRULE":
        parts = value.rstrip(";").split(";")
        keys = {part.partition("=")[0] for part in parts}
        one_month = "BYMONTH" in keys or keys.isdisjoint(("BYDAY", "BYMONTHDAY"))
        one_day = ("," in value) == (
            re.search("BYDAY=[A-Z]", value) is not None
        )  # "the Sunday from the 8th to the 14th"
        known = "FREQ=YEARLY" in parts and len(keys) == len(parts) and all(map(_PART.fullmatch, parts))
        return known and one_month and one_day
    return name != "DTSTART" or _DAY.fullmatch(value.rpartition(":")[2]) is not None
