"""What texts say of time: years and parts of them, days, times of day, as English, Swedish and German write them."""

import itertools
import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Final, Literal

from babel.dates import get_day_names, get_month_names

Fields = Mapping[
    str, int
]  # by the letters of FIELDS; f is 1 in a year as 2018/19, 2 in one that is only named so
FIELDS: Final = "ysqmwdt"  # year, half, quarter, month, week, day, seconds after midnight: the longest first
ORDERS: Final = (
    "day-first",
    "month-first",
    "year-first",
    "named",
)  # of the parts of a date, as they are written
NEVER: Final = 48 * 3600  # a time of day that cannot be

LOCALES: Final = ("en", "en_GB", "sv", "de", "de_AT", "da", "nb")  # of the names of months and weekdays


def _named(
    names: Callable[..., Mapping[int, str]], *widths: Literal["wide", "abbreviated", "short"]
) -> dict[str, int]:
    """Return the names of months or weekdays in lower case, as the locales write them, with their numbers."""
    return {
        name.rstrip(".").lower(): number
        for locale, width, context in itertools.product(LOCALES, widths, ("format", "stand-alone"))
        for number, name in names(width, context, locale).items()
    }


def any_of(names: Iterable[str]) -> str:
    """Return a pattern of one of some names, the longest first, and no letter after it."""
    return rf"(?:{'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})(?![^\W\d_])\.?"


MONTHS: Final[Mapping[str, int]] = {**_named(get_month_names, "wide", "abbreviated"), "mrz": 3, "febr": 2}
MONTH: Final = any_of(MONTHS)
WEEKDAY: Final = any_of(_named(get_day_names, "wide", "abbreviated", "short"))
WEEK: Final = r"(?:wk|week|w|vecka|v|kw|woche|uge|uke)"
YEAR: Final = r"(?:19|20|21)\d\d"
FISCAL: Final = r"(?:fy|fiscal year|financial year|läsåret?|räkenskapsåret?|verksamhetsåret?|geschäftsjahr)"
ONE_YEAR: Final = (
    rf"(?P<f>{FISCAL}\s*)?(?P<y>{YEAR})(?:\s*[-/–]\s*(?P<next>{YEAR}|\d\d))?|(?P<fy>{FISCAL})\s*'?\d\d"
)
_N, _TH = r"\d{1,2}", r"(?:st|nd|rd|th)?"
_ORDINALS: Final[Mapping[str, int]] = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "första": 1, "andra": 2, "tredje": 3, "fjärde": 4, "erstes": 1,
    "zweites": 2, "drittes": 3, "viertes": 4,
}  # fmt: skip


def _numbered(field: str, name: str, most: int) -> str:
    """Return the pattern of a numbered part of a year: Q1, 2:a kvartalet 2019."""
    nth = "|".join(word for word, number in _ORDINALS.items() if number <= most)
    return (
        rf"(?:(?P<y>{YEAR})[ ,./-]*)?(?:{name}[ .-]*(?P<{field}>[1-{most}])"
        rf"|(?P<{field}th>[1-{most}]|{nth})(?::?[ae]|\.|st|nd|rd|th)?[ ]?{name})"
        rf"(?:[ ,./-]*(?:of )?(?P<after>{YEAR}))?"
    )


_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<y>{YEAR})[-/.](?P<m>{_N})[-/.](?P<d>{_N})",
        rf"(?P<one>{_N})(?P<sep>[-/.])(?P<two>{_N})(?P=sep)(?P<y>{YEAR}|\d\d)",
        rf"(?P<d>{_N}){_TH}\.?[ -](?P<m>{MONTH}),?[ -](?P<y>{YEAR}|\d\d)",
        rf"(?P<m>{MONTH}) (?P<d>{_N}){_TH},? (?P<y>{YEAR})",
        rf"(?P<y>{YEAR})[ ,./-]*{WEEK}[ .-]*(?P<w>{_N})",
        rf"{WEEK}[ .-]*(?P<w>{_N})(?:[ ,./-]+(?P<y>{YEAR}))?",
        rf"(?P<y>{YEAR})(?:[-/.]|\s?m)(?P<m>0?[1-9]|1[0-2])",
        rf"(?P<m>0?[1-9]|1[0-2])[-/](?P<y>{YEAR})",
        rf"(?P<m>{MONTH})(?:[-/ ]?'?(?P<y>{YEAR}|\d\d))?",
        rf"(?P<y>{YEAR})[-/ ](?P<m>{MONTH})",
        _numbered("q", r"(?:q|qtr|kv|k|kvartal(?:et)?|quarter|quartal)", 4),
        _numbered("s", r"(?:h|hj|halvår(?:et)?|half(?:[ -]year)?|halbjahr)", 2),
        ONE_YEAR,
    )
)
_TIME = r"(?:\d{1,2}[:.]\d\d(?:[:.]\d\d(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?|\d{1,2}\s*[ap]\.?m\.?)"
CLOCK: Final = re.compile(
    rf"(?:kl\.?\s*)?(?P<begin>{_TIME})(?:\s*(?:-|–|to|till)\s*{_TIME})?|kl\.?\s*(?P<hour>\d{{1,2}})(?:\s*[-–]\s*\d{{1,2}})?"
    r"|(?P<first>\d{1,2})\s*[-–]\s*(?P<next>\d{1,2})"
)
_BEGIN = re.compile(r"(\d+)(?:[:.](\d\d))?(?:[:.](\d\d))?[.\d]*\s*(?:([ap])\.?m\.?)?")
_MOMENT = re.compile(
    rf"(?P<day>.*?[^\s,])[ ,t]+(?P<clock>(?:kl\.?\s*)?{_TIME}(?:\s*[-–]\s*{_TIME})?)\s*(?:z|[+-]\d\d:?\d\d)?"
)
_WEEKDAY = re.compile(rf"^(?:{WEEKDAY},?\s+)?(?:de[nr]\s+)?")
BETWEEN: Final = re.compile(r"(.*\d)\s+(?:[-–]|to|till|until)\s+(\S.*)")


@lru_cache(1 << 15)
def readings(text: str) -> Mapping[str, Fields]:
    """Return what a text says of time, by each order in which it may be read; empty where it says nothing."""
    text = text.lower().strip()
    if (clock := clock_of(text)) is not None:
        return {"": {"t": clock}} if clock % 3600 == 0 and clock < NEVER else {}
    if (found := _MOMENT.fullmatch(text)) and (clock := clock_of(found["clock"])) is not None:
        days = readings(found["day"])
        return {order: {**fields, "t": clock} for order, fields in days.items() if "d" in fields}
    if span := BETWEEN.fullmatch(text):
        begins, ends = map(readings, span.groups())
        return {
            order: {**begins[order], "u": _ordinal(ends[order])}
            for order in begins
            if _ordinal(ends.get(order))
        }
    text = _WEEKDAY.sub("", text)
    matches = (pattern.fullmatch(text) for pattern in _PATTERNS)
    return next((_readings(found) for found in matches if found), {})


def _readings(found: re.Match[str]) -> Mapping[str, Fields]:
    said = {name: text for name, text in found.groupdict().items() if text}
    year = said.get("y") or said.get("after") or ""
    fields: dict[str, int] = {"y": _year(year)} if year else {}
    if "one" in said:
        one, two = int(said["one"]), int(said["two"])
        ways = {"day-first": fields | {"m": two, "d": one}}
        if said["sep"] != ".":
            ways["month-first"] = fields | {"m": one, "d": two}
            if len(year) == len(said["one"]) == 2:
                ways["year-first"] = {"y": _year(said["one"]), "m": two, "d": int(year)}
        return ways
    for field in "sqmwd":
        if number := said.get(field) or said.get(f"{field}th"):
            fields[field] = _ORDINALS.get(number) or month_named(number) or int(number)
    if "y" in said and "after" in said:
        return {}
    if said.keys() & {"next", "f", "fy"}:
        follows = (fields.get("y", 0) + 1) % 100 == int(said.get("next", "-1")[-2:])
        return {"": fields | {"f": 1 if follows else 2}} if follows or "next" not in said else {}
    if "d" in fields:
        return {ORDERS[2 if found.start("y") == 0 else 0 if found.start("d") == 0 else 3]: fields}
    if re.fullmatch(r"\d{4}[-/]\d\d", found[0]) and fields["m"] == (fields["y"] + 1) % 100:
        year = {"y": fields["y"], "f": 1}
        return {"": fields, "fiscal": year} if "-" in found[0] else {"": year}
    return {"": fields}


def _ordinal(fields: Fields | None) -> int:
    return (
        date(fields["y"], fields["m"], fields["d"]).toordinal()
        if fields and "d" in fields and exists(fields)
        else 0
    )


def _year(text: str) -> int:
    return (
        int(text) if len(text) == 4 else int(text) + (1900 if int(text) > 68 else 2000)
    )  # as strptime has it


def said(text: str) -> str:
    """Return the letters of the fields that a text says, the longest first, as ym; "" where it is no time."""
    fields = next(iter(readings(text).values()), {})
    return "".join(field for field in FIELDS if field in fields or (field == "y" and "f" in fields))


def month_named(text: str) -> int | None:
    """Return the month of which this is the name and nothing else."""
    return MONTHS.get(text.strip().rstrip(".").lower())


def written_out(text: str, weeks: bool = False) -> str:
    """Return figures that stand for a day, a month or a week, as 20261125 and 202611, in parts.

    In a column of weeks 2026-05 and 5/2026 are weeks.
    """
    if weeks and (found := re.fullmatch(rf"({YEAR})[ ./-]?(\d\d?)|(\d\d?)[ ./-]({YEAR})", text)):
        return f"{found[1] or found[4]}-w{found[2] or found[3]}"
    if re.fullmatch(rf"{YEAR}\d\d(?:\d\d)?", text):
        return "-".join(filter(None, (text[:4], text[4:6], text[6:])))
    return text


def clock_of(text: str) -> int | None:
    """Return when a time of day begins, in seconds after midnight: of 08:00, 8 am, kl 8, 08-09; None for others."""
    found = CLOCK.fullmatch(text.lower().strip())
    if not found or (found["first"] and int(found["next"]) != (int(found["first"]) + 1) % 24):
        return None
    if hour := found["hour"] or found["first"]:
        return int(hour) * 3600 if int(hour) < 24 else None
    begin = _BEGIN.match(found["begin"])
    if begin is None:
        return None
    hours, minutes, seconds = (int(begin[n] or 0) for n in (1, 2, 3))
    if minutes > 59 or seconds > 59 or hours > 24 or (begin[4] and not 1 <= hours <= 12):
        return NEVER
    return (hours % 12 + 12 * (begin[4] == "p") if begin[4] else hours) * 3600 + minutes * 60 + seconds


def exists(fields: Fields) -> bool:
    """Tell whether the calendar has a day, month or week."""
    year, month = fields.get("y", 2000), fields.get("m", 1)
    if not 1 <= month <= 12 or not 1 <= fields.get("d", 1) <= monthrange(year, month)[1]:
        return False
    return 1 <= fields.get("w", 1) <= date(year, 12, 28).isocalendar().week


def orders_of(texts: Iterable[str]) -> dict[str, Mapping[str, Fields]]:
    """Return the days that exist of each text, by the orders in which it may be read; of texts that are days."""
    return {
        text: ways
        for text in texts
        if (ways := {o: f for o, f in readings(text).items() if "d" in f and exists(f)})
    }


def years_run_over(texts: Iterable[str]) -> bool:
    """Tell whether years such as 2018/19 are meant: 2011-12 is one only where others show that it is no December."""
    every = {text: readings(text) for text in texts}
    years = [ways for ways in every.values() if any(fields.get("f") == 1 for fields in ways.values())]
    months = all("fiscal" in ways for ways in years)
    return not (months and (len(years) < len(every) or len(every) == 1))
