"""Numbers, dates and times in the reader's format; None is a dash, never a zero."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import ceil, floor
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import (
    format_date,
    format_datetime,
    format_interval,
    format_time,
    get_day_names,
    get_month_names,
)
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from besok.model.hand_counts import BY_HAND
from besok.model.personal import ERASED
from besok.text.languages import _, language

UNKNOWN = "–"
WEEK = timedelta(days=6)  # in which a weekday tells of one day alone
FAR = timedelta(days=300)  # from which a day could be taken for one of another year
HARDLY = 0.05  # people: so little does not widen an interval by a whole one


def author(name: str | None) -> str:
    """Return the author of a change; a translated placeholder where the name was erased."""
    return _("erased") if name == ERASED else name or UNKNOWN


def source(names: str) -> str:
    """Return the sources of counts, one or several; hand counts in the reader's language."""
    return " + ".join(_("counted by hand") if name == BY_HAND else name for name in names.split(" + "))


def locale() -> Locale:
    """Return the reader's locale; English is British, for the order of dates and the 24-hour clock."""
    return {"en": Locale("en", "GB"), "ar": Locale("ar")}.get(language(), Locale("sv", "SE"))


def number(value: float | None, digits: int = 0) -> str:
    """`1 286` or `1,286`; a dash when not known."""
    if value is None:
        return UNKNOWN
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return format_decimal(value, format=pattern, locale=locale())


def decimals(mean: float) -> int:
    """Return the decimals of people on average: of ten and more a tenth says nothing."""
    return 1 if mean < 10 else 0


def duration(seconds: float | None) -> str:
    """`45 s`, `22 min`, `3 h`: in a unit of which it is two or more; a dash when not known."""
    if seconds is None or seconds < 2 * 60:
        return _("{n} s").format(n=number(seconds)) if seconds is not None else UNKNOWN
    if seconds < 2 * 3600:
        return _("{n} min").format(n=number(seconds / 60))
    return _("{n} h").format(n=number(seconds / 3600))


def decimal(value: float) -> str:
    """`1.5` or `1,5`, with as many digits as the number has."""
    return format_decimal(value, locale=locale())


def bounds(lower: float, upper: float) -> tuple[str, str]:
    """Both ends of an interval as whole people, so that it never gets narrower than it is."""
    low, high = floor(lower + HARDLY), ceil(upper - HARDLY)
    return number(low), number(max(low, high))


def interval(lower: float | None, upper: float | None) -> str:
    """`(38–47)`; empty where it is not known."""
    return "" if lower is None or upper is None else "({}–{})".format(*bounds(lower, upper))


def with_interval(value: float | None, lower: float | None, upper: float | None) -> str:
    """`42 (38–47)`; a dash when not known."""
    return f"{number(value)} {interval(lower, upper)}".strip() if value is not None else UNKNOWN


def percent(share: float | None, digits: int = 0) -> str:
    """`12 %` of a share 0-1, with a no-break space; a dash when not known."""
    if share is None:
        return UNKNOWN
    return format_percent(
        share, format="#,##0" + ("." + "0" * digits if digits else "") + "\u00a0%", locale=locale()
    )


def change(share: float) -> str:
    """`12 %`, `3.4 %`: a change without its sign. A decimal below ten, everywhere: one figure reads alike."""
    return percent(abs(share), 1 if abs(share) < 0.0995 else 0)


def signed_percent(share: float | None) -> str:
    """`+12 %`, `−3.4 %`; a dash when not known."""
    if share is None:
        return UNKNOWN
    text = change(share)
    if text == change(0):
        return "±" + percent(0)
    return ("+" if share > 0 else "−") + text


def signed(value: float) -> str:
    """`+12`, `−3`, `±0`, in whole numbers."""
    text = number(abs(value))
    return "±0" if text == "0" else ("+" if value > 0 else "−") + text


def several(names: Sequence[str]) -> str:
    """`Stadsbiblioteket och Stadsparken`."""
    return format_list(names, locale=locale())


def clock(t: datetime, zone: str) -> str:
    """`14:30` on the wall of the site."""
    return format_time(t.astimezone(ZoneInfo(zone)), "HH:mm", locale=locale())


def day(d: date) -> str:
    """`25 nov. 2026`."""
    return format_date(d, "d MMM y", locale=locale())


def day_of(t: datetime, zone: str) -> str:
    """`25 nov. 2026`, the day at the site of a moment."""
    return day(t.astimezone(ZoneInfo(zone)).date())


def days(first: date, last: date) -> str:
    """`25 nov. 2026` or `18–25 nov. 2026`."""
    return format_interval(first, last, "yMMMd", locale=locale())


def day_short(d: date) -> str:
    """`ons 25 nov.`."""
    return format_date(d, "EEE d MMM", locale=locale())


def month(d: date) -> str:
    """`november 2026`."""
    return format_date(d, "LLLL y", locale=locale())


def day_of_year(d: date) -> str:
    """`25 november`."""
    return format_date(d, "d MMMM", locale=locale())


def stamp(t: datetime, zone: str) -> str:
    """`25 nov. 14:30` at the site."""
    return format_datetime(t.astimezone(ZoneInfo(zone)), "d MMM HH:mm", locale=locale())


def span(start: datetime, end: datetime, zone: str) -> str:
    """`25 nov. 14:30–16:30` at the site; with the day of the end too where that is a day later or more, without an end
    where that is the start.
    """
    if start == end:
        return stamp(start, zone)
    if end - start < timedelta(days=1):
        return f"{stamp(start, zone)}–{clock(end, zone)}"
    return f"{stamp(start, zone)} – {stamp(end, zone)}"


def weekdays(width: str = "abbreviated") -> list[str]:
    """Names of the weekdays, Monday first."""
    names = get_day_names(width, context="stand-alone", locale=locale())  # type: ignore[arg-type]
    return [names[i] for i in range(7)]


def months(width: str = "abbreviated") -> list[str]:
    """Names of the months, January first."""
    names = get_month_names(width, context="stand-alone", locale=locale())  # type: ignore[arg-type]
    return [names[i] for i in range(1, 13)]


def soon(t: datetime, zone: str, now: datetime) -> str:
    """`08:00` if that is today at the site, `tors 08:00` within the week, else `tors 24 dec. 08:00`."""
    return _near(t, zone, now, "EEE HH:mm" if t - now < WEEK else "EEE d MMM HH:mm")


def lately(t: datetime, zone: str, now: datetime) -> str:
    """`14:30` if that was today at the site, else `24 nov. 14:30`."""
    return _near(t, zone, now, "d MMM HH:mm")


def _near(t: datetime, zone: str, now: datetime, other: str) -> str:
    """Return the hour of a moment of today, at the site, its day with the year if it is FAR, else the form `other`."""
    there, here = t.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    form = "HH:mm" if there.date() == here.date() else "d MMM y HH:mm" if abs(t - now) >= FAR else other
    return format_datetime(there, form, locale=locale())
