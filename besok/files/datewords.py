"""Days and clocks in words, as spreadsheets and portals write them: "Wed 25 Nov 2026", "November 1, 2026 5 PM"."""

import re

from besok.files import months

WEEKDAY = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun|mån|tis|ons|tor|fre|lör|sön)[a-zåäö]*\.?,?\s+", re.IGNORECASE
)
ORDINAL = "(?:st|nd|rd|th)?"
DAY_FIRST = re.compile(rf"(\d{{1,2}}){ORDINAL}[ .-]+([a-z]{{3,9}})\.?,?[ -](\d{{4}})(?!\d),?", re.IGNORECASE)
MONTH_FIRST = re.compile(rf"([a-z]{{3,9}})\.?[ -](\d{{1,2}}){ORDINAL},?[ -](\d{{4}})(?!\d),?", re.IGNORECASE)
HALF_DAY = re.compile(r"(?<=[ T])(\d{1,2})((?::\d\d){0,2})(?:\.0+)?\s*([ap])\.?m\.?$", re.IGNORECASE)


def in_figures(text: str) -> str:
    """The same without weekday and with the month in figures, year first; hours go to 24.

    "Wed 25 Nov 2026" is 2026-11-25, "November 1, 2026 05:00 PM" 2026-11-01 17:00. What is not known stays as it
    is.
    """
    words = HALF_DAY.sub(_of_24_hours, without_weekday(text))
    if (found := DAY_FIRST.match(words)) and (month := months.of_a_date(found[2])):
        return f"{found[3]}-{month:02}-{found[1]:0>2}{words[found.end() :]}"
    if (found := MONTH_FIRST.match(words)) and (month := months.of_a_date(found[1])):
        return f"{found[3]}-{month:02}-{found[2]:0>2}{words[found.end() :]}"
    return words


def without_weekday(text: str) -> str:
    """The same without the name of a weekday before it."""
    return WEEKDAY.sub("", text, count=1) if WEEKDAY.match(text) else text


def _of_24_hours(found: re.Match[str]) -> str:
    """12 AM is 00:00, 12 PM 12:00, 5 PM 17:00; what is no hour of half a day stays."""
    hour = int(found[1])
    if not 1 <= hour <= 12:
        return found[0]
    return f"{hour % 12 + (12 if found[3].lower() == 'p' else 0):02}{found[2] or ':00'}"
