"""Months as they are written: "Jan 2015", "januari 2015", "01/2015", "2015M01", "201501", and "Jan-15" in a row."""

import re
from collections.abc import Iterable
from itertools import pairwise

MONTHS = {
    name: n + 1
    for n, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    )
}
MONTHS |= {"maj": 5, "okt": 10}
NAMED = re.compile(
    r"(jan(?:uary|uari)?|feb(?:r|ruary|ruari)?|mar(?:ch|s)?|apr(?:il)?|may|maj|june?|juni|july?|juli|"
    r"aug(?:ust|usti)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?",
    re.IGNORECASE,
)
WORD_FIRST = re.compile(r"([a-z]{3,9})\.?[ /-]?(\d{4})", re.IGNORECASE)  # Jan 2015, Jan-2015
WORD_LAST = re.compile(r"(\d{4})[ /-]?([a-z]{3,9})\.?", re.IGNORECASE)  # 2015 JAN
YEAR_LAST = re.compile(r"(\d{1,2})[-/. ](\d{4})")  # 01/2015, 1.2015
MARKED = re.compile(r"(\d{4})[ -]?M(\d{1,2})", re.IGNORECASE)  # 2015M01, of statistics offices
SIX_DIGITS = re.compile(r"((?:19|20|21)\d\d)(0[1-9]|1[0-2])")  # 201501
SHORT = re.compile(rf"{NAMED.pattern}[ /-]?'?(\d\d)", re.IGNORECASE)  # Jan-15, apr 08
OF_QUARTER = r"(?:q|k|kv|quarter|kvartal)[ .-]*[1-4]"
QUARTER = re.compile(rf"\d{{4}}[ ,./-]*{OF_QUARTER}|{OF_QUARTER}[ ,./-]*'?\d\d(?:\d\d)?", re.IGNORECASE)
CENTURY = 1200  # months


def in_figures(text: str) -> str | None:
    """A month of a year as 2015-01; None of what is none."""
    if found := WORD_FIRST.fullmatch(text):
        word, year = found.groups()
    elif found := WORD_LAST.fullmatch(text):
        year, word = found.groups()
    elif found := YEAR_LAST.fullmatch(text):
        return f"{found[2]}-{found[1]:0>2}"
    elif found := MARKED.fullmatch(text) or SIX_DIGITS.fullmatch(text):
        return f"{found[1]}-{found[2]:0>2}"
    else:
        return None
    return f"{year}-{month:02}" if (month := of_a_date(word)) else None


def of_a_date(word: str) -> int | None:
    """The month of a word that stands beside a year or a day: three letters tell it then."""
    return MONTHS.get(word[:3].lower())


def named(text: str) -> int | None:
    """The month of which this is the name and nothing else: May, Sept., januari."""
    found = NAMED.fullmatch(text.strip())
    return of_a_date(found[1]) if found else None


def short(text: str) -> tuple[int, int] | None:
    """Month and number of what may be a month whose year has two digits, or a day without a year: Jan-15."""
    found = SHORT.fullmatch(text.strip())
    month = of_a_date(found[1]) if found else None
    return (month, int(found[2])) if found and month else None


def a_month_apart(texts: Iterable[str]) -> bool:
    """Whether Jan-15 is a month here: most of those that follow another one are the month before or after it.

    Days without a year are not: between Jan-01 and Jan-02 there would be a year.
    """
    told = [month + 12 * year for month, year in filter(None, map(short, texts))]
    apart = [(b - a) % CENTURY for a, b in pairwise(told) if a != b]
    return sum(step in (1, CENTURY - 1) for step in apart) > len(apart) / 2


def of_short(text: str, newest: int) -> str | None:
    """Jan-15 as 2015-01, in the hundred years up to `newest`; None of what is written otherwise."""
    if not (found := short(text)):
        return None
    return f"{newest - (newest - found[1]) % 100}-{found[0]:02}"
