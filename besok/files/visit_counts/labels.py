"""Words in headers and cells: sums, means, counts, and times in a header next to its name."""

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from besok.files.tables import TOTALS
from besok.files.values import CLOSED, MISSING
from besok.files.written_times import (
    FIELDS,
    MONTH,
    WEEK,
    WEEKDAY,
    YEAR,
    Fields,
    fields_in,
    meanings,
    month_named,
)

_SUM = (
    rf"(?:{'|'.join(sorted(TOTALS, key=len, reverse=True))}|subtotal|delsumma|samtliga|hela året|helår|årssumma"
    r"|teilsumme|zwischensumme)"
)
TOTAL: Final = re.compile(
    rf"{_SUM}[ :.]*(?:(?:{WEEK}|q|kv|kvartal|quarter)[ .-]*\d{{1,2}}(?:[ ,.-]+{YEAR})?|{MONTH}(?: {YEAR})?"
    rf"|{YEAR}|besök|besökare|visits|visitors|år|year|halvår|helår|per år|count)?[ :.]*"
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
NUMBER: Final = re.compile(r"[-+]?[\d\s.,'’´`]*\d(?:[.,]\d*)?")
FIGURES: Final = re.compile(r"\d+")


def is_number(text: str) -> bool:
    """Tell whether a text is a number and nothing else."""
    return bool(NUMBER.fullmatch(text))


def is_blank(text: str) -> bool:
    """Tell whether a text marks an unknown count."""
    return text.lower() in MISSING


def is_rate(text: str) -> bool:
    """Tell whether a text mentions people per day or per hour, or a mean."""
    return bool(HOURLY.search(text) or DAILY.search(text))


def is_count(text: str) -> bool:
    """Tell whether a text is a number, or a word in place of one."""
    return is_number(text) or is_blank(text) or text.lower() in CLOSED


def is_total(text: str) -> bool:
    """Tell whether a text names a sum."""
    return _names(TOTAL, text)


def is_average(text: str) -> bool:
    """Tell whether a text names a mean, a share or a change."""
    return _names(AVERAGE, text)


def _names(pattern: re.Pattern[str], text: str) -> bool:
    if text[:1].isdigit() and text[-1:].isdigit():
        return False  # a date or a number
    return bool(pattern.fullmatch(text.lower().replace("_", " ").strip()))


def time_of_sum(text: str) -> str:
    """Return the time in the name of a sum, as 2021 in 2021 Total; "" without one."""
    time = _TOTAL_WORD.sub("", text).strip(" :.") if is_total(text) else ""
    return time if fields_in(time) else ""


def is_weekday(text: str) -> bool:
    """Tell whether a text is the name of a weekday."""
    return bool(re.fullmatch(WEEKDAY, text.lower()))


def each(column: "pd.Series[str]", function: Callable[[str], Any]) -> "pd.Series[Any]":
    """Apply a function to each text of a column, once for each distinct one."""
    codes, distinct = pd.factorize(column)
    return pd.Series([function(text) for text in distinct]).iloc[codes].set_axis(column.index)


def sequence(texts: Sequence[str]) -> str:
    """Return the field that a header of figures alone counts through: years, hours, days, or months; "" for none."""
    if len(texts) < 2 or not all(FIGURES.fullmatch(text) for text in texts):
        return ""
    figures = [int(text) for text in texts]
    if all(re.fullmatch(YEAR, text) for text in texts):
        return "y" if figures in (up := sorted(set(figures)), up[::-1]) else ""
    if len(figures) < 5 or any(b - a != 1 for a, b in itertools.pairwise(figures)):
        return ""
    first, last = figures[0], figures[-1]
    if first == 1:
        return (
            "m"
            if last == 12
            else "d"
            if 28 <= last <= 31
            else "w"
            if last in (52, 53)
            else "t"
            if last == 24
            else ""
        )
    return "t" if (first, last) == (0, 23) or (first >= 6 and last <= 23) else ""  # doors are numbered from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Time fields of a column's header, and the rest, a name; `complete` where one text has year and part."""

    fields: Fields
    rest: str = ""
    complete: bool = False

    @property
    def length(self) -> int:
        """Return the index of its finest field: the higher, the shorter its period."""
        return max((FIELDS.index(field) for field in self.fields if field in FIELDS), default=len(FIELDS))


def header_of(levels: Iterable[str], known: Mapping[str, Fields]) -> Header:
    """Split the levels of a header into its time and the rest; `known` has the fields of times by text."""
    fields: dict[str, int] = {}
    rest: list[str] = []
    complete = False
    for level in levels:
        if summed := time_of_sum(level):
            level = summed
            rest.append("total")
        if named := known.get(level) or next(iter(meanings(level).values()), {}):
            fields |= named
            complete |= "y" in named and len(named) > 1
        else:
            rest.append(_without_year(level, fields))
    return Header(fields=fields, rest=" ".join(text for text in rest if text), complete=complete)


def _without_year(level: str, fields: dict[str, int]) -> str:
    """Return a header without the year, and the month, at its end or beginning: “Entrance 2019”, “2019 Jan in”."""
    words = level.split()
    for at in (-1, 0):
        while len(words) > 1:
            word = words[at].strip("()[],;:")
            if re.fullmatch(YEAR, word) and "y" not in fields:
                fields["y"] = int(word)
            elif (month := month_named(word)) and "m" not in fields and len(word) > 2:
                fields["m"] = month
            else:
                break
            words.pop(at)
    return " ".join(words).strip(" -–,:") if words else level
