"""Times in texts: years and parts of them, days, times of day, as written in English, Swedish and German."""

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
]  # by the letters of FIELDS; f is 1 in a year as 2018/19, 2 in one only named fiscal
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
    """Return a pattern for any of some names, the longest first, not followed by a letter."""
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
def meanings(text: str) -> Mapping[str, Fields]:
    """Return the time fields of a text by each possible order of day and month; empty if it is not a time."""
    text = text.lower().strip()
    if (clock := clock_of(text)) is not None:
        return {"": {"t": clock}} if clock % 3600 == 0 and clock < NEVER else {}
    if (match := _MOMENT.fullmatch(text)) and (clock := clock_of(match["clock"])) is not None:
        days = meanings(match["day"])
        return {order: {**fields, "t": clock} for order, fields in days.items() if "d" in fields}
    if span := BETWEEN.fullmatch(text):
        begins, ends = map(meanings, span.groups())
        return {
            order: {**begins[order], "u": _ordinal(ends[order])}
            for order in begins
            if _ordinal(ends.get(order))
        }
    text = _WEEKDAY.sub("", text)
    matches = (pattern.fullmatch(text) for pattern in _PATTERNS)
    return next((_meanings(match) for match in matches if match), {})


def _meanings(match: re.Match[str]) -> Mapping[str, Fields]:
    groups = {name: text for name, text in match.groupdict().items() if text}
    year = groups.get("y") or groups.get("after") or ""
    fields: dict[str, int] = {"y": _year(year)} if year else {}
    if "one" in groups:
        one, two = int(groups["one"]), int(groups["two"])
        orders = {"day-first": fields | {"m": two, "d": one}}
        if groups["sep"] != ".":
            orders["month-first"] = fields | {"m": one, "d": two}
            if len(year) == len(groups["one"]) == 2:
                orders["year-first"] = {"y": _year(groups["one"]), "m": two, "d": int(year)}
        return orders
    for field in "sqmwd":
        if number := groups.get(field) or groups.get(f"{field}th"):
            fields[field] = _ORDINALS.get(number) or month_named(number) or int(number)
    if "y" in groups and "after" in groups:
        return {}
    if groups.keys() & {"next", "f", "fy"}:
        follows = (fields.get("y", 0) + 1) % 100 == int(groups.get("next", "-1")[-2:])
        return {"": fields | {"f": 1 if follows else 2}} if follows or "next" not in groups else {}
    if "d" in fields:
        return {ORDERS[2 if match.start("y") == 0 else 0 if match.start("d") == 0 else 3]: fields}
    if re.fullmatch(r"\d{4}[-/]\d\d", match[0]) and fields["m"] == (fields["y"] + 1) % 100:
        year = {"y": fields["y"], "f": 1}
        return {"": fields, "fiscal": year} if "-" in match[0] else {"": year}
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


def fields_in(text: str) -> str:
    """Return the letters of the time fields in a text, the longest first, as ym; "" if it is not a time."""
    fields = next(iter(meanings(text).values()), {})
    return "".join(field for field in FIELDS if field in fields or (field == "y" and "f" in fields))


def month_named(text: str) -> int | None:
    """Return the month of which this is the name and nothing else."""
    return MONTHS.get(text.strip().rstrip(".").lower())


def hyphenated(text: str, weeks: bool = False) -> str:
    """Return digits that encode a day, a month or a week, as 20261125 and 202611, with hyphens.

    In a column of weeks 2026-05 and 5/2026 are weeks.
    """
    if weeks and (match := re.fullmatch(rf"({YEAR})[ ./-]?(\d\d?)|(\d\d?)[ ./-]({YEAR})", text)):
        return f"{match[1] or match[4]}-w{match[2] or match[3]}"
    if re.fullmatch(rf"{YEAR}\d\d(?:\d\d)?", text):
        return "-".join(filter(None, (text[:4], text[4:6], text[6:])))
    return text


def clock_of(text: str) -> int | None:
    """Return the beginning of a time of day in seconds after midnight: of 08:00, 8 am, kl 8, 08-09; None for others."""
    match = CLOCK.fullmatch(text.lower().strip())
    if not match or (match["first"] and int(match["next"]) != (int(match["first"]) + 1) % 24):
        return None
    if hour := match["hour"] or match["first"]:
        return int(hour) * 3600 if int(hour) < 24 else None
    begin = _BEGIN.match(match["begin"])
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
    """Return the existing days of each text that is a day, by the possible orders of day and month."""
    return {
        text: by_order
        for text in texts
        if (by_order := {o: f for o, f in meanings(text).items() if "d" in f and exists(f)})
    }


def are_fiscal_years(texts: Iterable[str]) -> bool:
    """Tell whether texts are years such as 2018/19: 2011-12 is one only where others show that it is not December."""
    by_text = {text: meanings(text) for text in texts}
    years = [orders for orders in by_text.values() if any(fields.get("f") == 1 for fields in orders.values())]
    months = all("fiscal" in orders for orders in years)
    return not (months and (len(years) < len(by_text) or len(by_text) == 1))
