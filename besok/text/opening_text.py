"""Opening hours in words: open or closed, staffed or with a card, and until when."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from besok.model.site import WEEKDAYS, DayHours
from besok.model.views.live import SiteLive
from besok.model.views.overview import SiteOverview
from besok.model.views.public import PublicSite
from besok.text import formats
from besok.text.languages import LANGUAGES, _, speaking

Spans = Sequence[tuple[datetime, datetime]]
_CLOCK = r"(\d{1,2})(?:[.:](\d{2}))?"
_SPAN = re.compile(rf"{_CLOCK}\s*[-–—]\s*{_CLOCK}(\s*\(?\+1\)?)?")
DAY = 24 * 60  # minutes
WHOLE_DAY = timedelta(hours=23)  # longer is a whole day, also where the clock is changed


def state(now: SiteLive | PublicSite | SiteOverview, zone: str, time: datetime) -> str:
    """`Open until 22:00, staffed until 18:00`, `Open with card until 22:00`, `Closed, opens Thu 08:00`."""
    if now.open_until:
        until = _until(now.open_until, zone, time)
        if not now.staffed:
            return _("Open with card until {time}").format(time=until)
        if now.staffed_until:
            staffed = _until(now.staffed_until, zone, time)
            return _("Open until {time}, staffed until {staffed}").format(time=until, staffed=staffed)
        return _("Open until {time}").format(time=until)
    if now.opens_at:
        return _("Closed, opens {time}").format(time=formats.soon(now.opens_at, zone, time))
    if now.is_open:
        return _("Always open") if now.staffed else _("Always open with card")
    return _("Closed")


def _until(end: datetime, zone: str, time: datetime) -> str:
    """Return an end as a clock shows it, with its day where it is a day away or more."""
    return formats.clock(end, zone) if end - time < timedelta(days=1) else formats.soon(end, zone, time)


def hours(open_: Spans, staffed: Spans, zone: str) -> str:
    """`10:00–18:00`, `07:00–22:00, staffed 10:00–18:00`, `07:00–22:00 with card`, `Closed`."""
    always = any(until - start > WHOLE_DAY for start, until in open_)
    all_open = _("Always open") if always else _listed(open_, zone)
    if not open_ or list(open_) == list(staffed):
        return all_open or _("Closed")
    if staffed:
        return _("{hours}, staffed {staffed}").format(hours=all_open, staffed=_listed(staffed, zone))
    return _("{hours} with card").format(hours=all_open)


def _listed(spans: Spans, zone: str) -> str:
    return ", ".join(f"{formats.clock(start, zone)}–{formats.clock(until, zone)}" for start, until in spans)


def written(hours: str) -> str:
    """Return the hours of a site file in the reader's form: "22:00–03:00", "01:00–03:00 (the day after)", "closed"."""
    hours = _SPAN.sub(_on_the_clock, hours).replace("-", "–")
    for key, word in _words().items():
        hours = hours.replace(key, word)
    return hours


def special(hours: str | DayHours) -> str:
    """Return the hours of special days: `closed`, or by weekday, `Mon–Fri 10:00–18:00, Sat 10:00–14:00`."""
    if isinstance(hours, str):
        return written(hours)
    names = formats.weekdays("abbreviated")
    week = groupby(enumerate(WEEKDAYS), key=lambda day: getattr(hours, day[1]))
    parts = []
    for text, days in week:
        weekdays = [names[n] for n, _ in days]
        if text:
            parts.append(
                f"{weekdays[0]}–{weekdays[-1]} {written(text)}"
                if len(weekdays) > 1
                else f"{weekdays[0]} {written(text)}"
            )
    return ", ".join(parts)


def meant(text: str) -> str:
    """Return hours written in either language in the form of a site file: "9–20.30" is "09:00-20:30".

    An end that is not after its start is on the next day: "22–3" is "22:00-27:00", "1–3 the day after" "25:00-27:00".
    What cannot be understood stays as it is, for the checks of the file to refuse.
    """
    text = text.strip().lower()
    for language in LANGUAGES:
        with speaking(language):
            for key, word in _words().items():
                text = text.replace(word, key)
    return _SPAN.sub(_counted_on, text)


def _on_the_clock(span: re.Match[str]) -> str:
    """Return a span as a clock shows it, marked "+1" where it begins the day after; an end at midnight stays 24:00."""
    start, end = _minutes(span)
    if start >= DAY:
        return f"{_span(start - DAY, end - DAY)} (+1)"
    return _span(start, end - DAY if end > DAY else end)


def _counted_on(span: re.Match[str]) -> str:
    start, end = _minutes(span)
    later = DAY if span[5] else 0
    return _span(start + later, later + (end if start < end else end + DAY))


def _minutes(span: re.Match[str]) -> tuple[int, int]:
    start, start_minutes, end, end_minutes = (int(number or 0) for number in span.groups()[:4])
    return 60 * start + start_minutes, 60 * end + end_minutes


def _span(start: int, end: int) -> str:
    return "{:02}:{:02}-{:02}:{:02}".format(*divmod(start, 60), *divmod(end, 60))


def _words() -> Mapping[str, str]:
    """Return the words of a site file for hours, in the language of the request."""
    return {
        "closed": _("closed"),
        "always": _("around the clock"),
        "staffless": _("with card"),
        "+1": _("the day after"),
    }
