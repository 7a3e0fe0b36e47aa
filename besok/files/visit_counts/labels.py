"""Words for times in heads and cells: a whole period, as 2026-11 or 25/11/2026, or a part of one, as March or kl 8."""

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from besok.files.tables import TOTALS
from besok.files.values import CLOSED, MISSING, MONTH, WEEK, month_named
from besok.files.values import WEEKDAY as _WEEKDAY

Whole = Literal["moment", "day", "week", "month", "quarter", "half-year", "year"]
Part = Literal["y", "m", "q", "s", "w", "d", "h"]  # s is half a year
WHOLES: Final[tuple[Whole, ...]] = (
    "moment",
    "day",
    "week",
    "month",
    "quarter",
    "half-year",
    "year",
)  # finest first

_YEAR = r"(?:19|20|21)\d\d"
FISCAL: Final = r"(?:fy|fiscal year|financial year|läsåret?|räkenskapsåret?|verksamhetsåret?|geschäftsjahr)"
_CLOCK = r"(?:\d{1,2}[:.]\d\d(?:[:.]\d\d(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?|\d{1,2}\s*[ap]\.?m\.?)"
_ZONE = r"(?:z|[+-]\d\d:?\d\d)?"
_DAY = (
    rf"(?:{_WEEKDAY},?\s*)?(?:de[nr]\s+)?"
    rf"(?:{_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/]\d{{1,2}}[-/](?:{_YEAR}|\d\d)"
    rf"|\d{{1,2}}\.\d{{1,2}}\.(?:{_YEAR}|\d\d)|\d{{1,2}}(?:st|nd|rd|th)?\.?[ -]{MONTH},?[ -](?:{_YEAR}|\d\d)"
    rf"|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? {_YEAR})"
)
WHOLE: Final[Mapping[Whole, re.Pattern[str]]] = {
    "moment": re.compile(rf"{_DAY}[ ,t]+(?:kl\.?\s*)?{_CLOCK}\s*{_ZONE}(?:\s*[-–]\s*{_CLOCK})?"),
    "day": re.compile(rf"{_DAY}(?:\s*(?:-|–|to|till|until)\s*{_DAY})?"),
    "week": re.compile(rf"{_YEAR}[ ,./-]*{WEEK}[ .-]*\d{{1,2}}|{WEEK}[ .-]*\d{{1,2}}[ ,./-]+{_YEAR}"),
    "month": re.compile(
        rf"{_YEAR}(?:[-/.]|\s?m)(?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/]{_YEAR}"
        rf"|{MONTH}[-/ ]?'?(?:{_YEAR}|\d\d)|{_YEAR}[-/ ]{MONTH}"
    ),
    "year": re.compile(
        rf"(?:{FISCAL}\s*)?{_YEAR}\s*[-/–]\s*(?:{_YEAR}|\d\d)|{FISCAL}\s*'?(?:\d\d)?\d\d|{_YEAR}"
    ),
}
ORDINALS: Final[Mapping[str, int]] = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "första": 1, "andra": 2, "tredje": 3, "fjärde": 4, "erstes": 1,
    "zweites": 2, "drittes": 3, "viertes": 4,
}  # fmt: skip
_NUMBER_OF = rf"(?P<nth>[1-4]|{'|'.join(ORDINALS)})(?::?[ae]|\.|st|nd|rd|th)?[ ]?"


def _numbered(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?P<before>{_YEAR})[ ,./-]*)?(?:{name}[ .-]*(?P<n>[1-4])|{_NUMBER_OF}{name})"
        rf"(?:[ ,./-]*(?:of )?(?P<after>{_YEAR}))?"
    )


_NUMBERED: Final[Mapping[Part, re.Pattern[str]]] = {
    "q": _numbered(r"(?:q|qtr|kv|k|kvartal(?:et)?|quarter|quartal)"),
    "s": _numbered(r"(?:h|hj|halvår(?:et)?|half(?:[ -]year)?|halbjahr)"),
}
IN_A_YEAR: Final[Mapping[Part, int]] = {"q": 4, "s": 2}
OF_A_YEAR: Final[Mapping[Part, Whole]] = {"q": "quarter", "s": "half-year"}
_WEEK_ALONE = re.compile(rf"{WEEK}[ .]*(\d{{1,2}})")
_SUM = (
    rf"(?:{'|'.join(sorted(TOTALS, key=len, reverse=True))}|subtotal|delsumma|samtliga|hela året|helår|årssumma"
    r"|teilsumme|zwischensumme)"
)
TOTAL: Final = re.compile(
    rf"{_SUM}[ :.]*(?:(?:{WEEK}|q|kv|kvartal|quarter)[ .-]*\d{{1,2}}(?:[ ,.-]+{_YEAR})?|{MONTH}(?: {_YEAR})?"
    rf"|{_YEAR}|besök|besökare|visits|visitors|år|year|halvår|helår|per år|count)?[ :.]*"
    r"|.*\S[ :.]+(?:total|totalt|summa|sum|subtotal|delsumma|gesamt|summe)[ :.]*"
)
_TOTAL_WORD = re.compile(rf"\b{_SUM}\b", re.IGNORECASE)
AVERAGE: Final = re.compile(
    r"(?:average|mean|avg|medel|medelvärde|genomsnitt|snitt|median|max|min|högst|lägst|std|andel|percent|procent"
    r"|förändring|change|diff)\b.*|%.*|.*%"
)
HOURLY: Final = re.compile(
    r"(?:\bper\b|/)\s*(?:öppettimme|timme|opening hour|open hour|hour)\b", re.IGNORECASE
)
DAILY: Final = re.compile(
    r"(?:\bper\b|/)\s*(?:öppetdag|öppetdygn|dag|dygn|opening day|open day|day)\b|\bdaily\b|\bdagligen\b"
    r"|\b(?:average|mean|medel|medelvärde|medeltal|genomsnitt|genomsnittlig[at]?|snitt)\b",
    re.IGNORECASE,
)
CLOCK: Final = re.compile(
    rf"(?:kl\.?\s*)?(?P<begin>{_CLOCK})(?:\s*(?:-|–|to|till)\s*{_CLOCK})?|kl\.?\s*(?P<hour>\d{{1,2}})(?:\s*[-–]\s*\d{{1,2}})?"
    r"|(?P<first>\d{1,2})\s*[-–]\s*(?P<next>\d{1,2})"
)
NUMBER: Final = re.compile(r"[-+]?[\d\s.,'’´`]*\d(?:[.,]\d*)?")
FIGURES: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadParts:
    """What a head of a column says: a whole period as it is written, or parts of one; and the rest, which is a name."""

    whole: str = ""
    parts: Mapping[Part, int]
    rest: str = ""

    @property
    def length(self) -> int:
        """Return how long the period is, as its place among WHOLES."""
        kind = whole(self.whole)
        return WHOLES.index(kind) if kind else min(map("hdwmqsy".index, self.parts), default=0)


def whole(text: str) -> Whole | None:
    """Return which period a text is, if it is one with its year."""
    text = text.lower()
    if (found := numbered(text)) and found[2]:
        return OF_A_YEAR[found[0]]
    return next((kind for kind, written in WHOLE.items() if written.fullmatch(text)), None)


def numbered(text: str) -> tuple[Part, int, str] | None:
    """Return which quarter or half of a year a text in lower case is, and of which year, "" where it does not say."""
    for part, written in _NUMBERED.items():
        if found := written.fullmatch(text):
            digit = found["n"] or found["nth"]
            number = ORDINALS.get(digit) or int(digit)
            if number <= IN_A_YEAR[part] and not (found["before"] and found["after"]):
                return part, number, found["before"] or found["after"] or ""
    return None


def part(text: str) -> tuple[Part, int] | None:
    """Return the part of a period that a text is, if it says so itself; figures alone are none."""
    text = text.lower().strip()
    if month := month_named(text):
        return "m", month
    if of_year := numbered(text):
        return None if of_year[2] else of_year[:2]
    if found := _WEEK_ALONE.fullmatch(text):
        return "w", int(found[1])
    hour = hour_of(text)
    return None if hour is None else ("h", hour)


def part_kind(text: str) -> str:
    """Return which part of a period a text is, "" where it is none."""
    found = part(text)
    return found[0] if found else ""


def clock_of(text: str) -> str | None:
    """Return when a time of day begins, as 08:00, 8 am, kl 8, 08-09 or 08:00-09:00 do; None for anything else."""
    found = CLOCK.fullmatch(text.lower().strip())
    if not found:
        return None
    if found["begin"]:
        return found["begin"].replace(".", ":") if "m" not in found["begin"] else found["begin"]
    if found["first"] and int(found["next"]) != (int(found["first"]) + 1) % 24:
        return None
    hour = int(found["hour"] or found["first"])
    return f"{hour:02}:00" if hour < 24 else None


def hour_of(text: str) -> int | None:
    """Return the hour that a time of day is, None for anything else and for times within an hour."""
    clock = clock_of(text)
    found = clock and re.fullmatch(r"(\d+)(?::00)*\s*(?:([ap])\.?m\.?)?", clock)
    if not found:
        return None
    hour = int(found[1]) if not found[2] else int(found[1]) % 12 + 12 * (found[2] == "p")
    return hour if hour < 24 else None


def is_number(text: str) -> bool:
    """Tell whether a text is a number and nothing else."""
    return bool(NUMBER.fullmatch(text))


def is_blank(text: str) -> bool:
    """Tell whether a text stands for a count that is not known."""
    return text.lower() in MISSING


def is_rate(text: str) -> bool:
    """Tell whether a text speaks of people per day or per hour, or of a mean."""
    return bool(HOURLY.search(text) or DAILY.search(text))


def is_count(text: str) -> bool:
    """Tell whether a text is a number, or says that it is none."""
    return is_number(text) or is_blank(text) or text.lower() in CLOSED


def is_total(text: str) -> bool:
    """Tell whether a text names a sum."""
    if text[:1].isdigit() and text[-1:].isdigit():
        return False  # a date or a number
    return bool(TOTAL.fullmatch(text.lower().replace("_", " ").strip()))


def time_of_sum(text: str) -> str:
    """Return the time of which a text names the sum, as 2021 in 2021 Total; "" where it names none."""
    time = _TOTAL_WORD.sub("", text).strip(" :.") if is_total(text) else ""
    return time if whole(time) or part(time) else ""


def is_average(text: str) -> bool:
    """Tell whether a text names a mean, a share or a change."""
    if text[:1].isdigit() and text[-1:].isdigit():
        return False
    return bool(AVERAGE.fullmatch(text.lower().replace("_", " ").strip()))


def is_weekday(text: str) -> bool:
    """Tell whether a text is the name of a weekday."""
    return bool(re.fullmatch(_WEEKDAY, text.lower()))


def each(column: "pd.Series[str]", function: Callable[[str], Any]) -> "pd.Series[Any]":
    """Return what is told of each text of a column, each different one looked at once."""
    codes, distinct = pd.factorize(column)
    return pd.Series([function(text) for text in distinct]).iloc[codes].set_axis(column.index)


def sequence(texts: Sequence[str]) -> Part | None:
    """Return which part of a period a header of figures alone counts through: years, hours, days, or months."""
    if len(texts) < 2 or not all(FIGURES.fullmatch(text) for text in texts):
        return None
    figures = [int(text) for text in texts]
    if all(re.fullmatch(_YEAR, text) for text in texts):
        return "y" if len(set(figures)) == len(figures) and _one_way(figures) else None
    if len(figures) < 5 or any(b - a != 1 for a, b in itertools.pairwise(figures)):
        return None
    first, last = figures[0], figures[-1]
    if (first, last) == (1, 12):
        return "m"
    if first == 1 and 28 <= last <= 31:
        return "d"
    if first == 1 and last in (52, 53):
        return "w"
    hours = (first, last) in ((0, 23), (1, 24)) or (first >= 6 and last <= 23)  # doors are numbered from 1
    return "h" if hours else None


def _one_way(figures: Sequence[int]) -> bool:
    steps = {b > a for a, b in itertools.pairwise(figures)}
    return len(steps) == 1


def head_parts(levels: Iterable[str]) -> HeadParts:
    """Part the levels of a head into the time that it names and the rest."""
    period: str = ""
    parts: dict[Part, int] = {}
    rest: list[str] = []
    for level in levels:
        if summed := time_of_sum(level):
            level = summed
            rest.append("total")
        kind = whole(level)
        if kind == "year" and FIGURES.fullmatch(level):
            parts["y"] = int(level)
        elif kind:
            period = level
        elif found := part(level):
            parts[found[0]] = found[1]
        else:
            rest.append(_without_year(level, parts))
    return HeadParts(whole=period, parts=parts, rest=" ".join(text for text in rest if text))


def _without_year(level: str, parts: dict[Part, int]) -> str:
    """Return a head without the year, and the month, at its end or beginning: “Entrance 2019”, “2019 Jan in”."""
    words = level.split()
    for at in (-1, 0):
        while len(words) > 1:
            word = words[at].strip("()[],;:")
            if re.fullmatch(_YEAR, word) and "y" not in parts:
                parts["y"] = int(word)
            elif (month := month_named(word)) and "m" not in parts and len(word) > 2:
                parts["m"] = month
            else:
                break
            words.pop(at)
    return " ".join(words).strip(" -–,:") if words else level
