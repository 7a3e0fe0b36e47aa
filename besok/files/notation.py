"""Days, times and numbers as strangers write them in a file, and what only the whole file can tell of them.

"1,234" is a thousand in one file and one and a bit in another, "3/4/2026" is April here and March there. Each figure
by itself could be either; all figures of a file together mostly cannot (`manner`). What stays open is refused.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from zoneinfo import ZoneInfo

from besok.files import datewords, months
from besok.model.errors import CountFileError

LARGEST_COUNT = 1e9  # people; more is no count
NOTHING = frozenset(
    {
        "",
        "-",
        "–",
        "—",
        ".",
        "..",
        "?",
        "na",
        "n/a",
        "#n/a",
        "<na>",
        "nan",
        "nat",
        "null",
        "none",
        "missing",
        "saknas",
    }
)
SHUT = frozenset({"closed", "stängt", "stängd"})  # a house in which nobody was
YEARS = range(1900, 2200)  # in which people are counted
COMMAS_APART = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d*)?")  # thousands, as in 12,345
DOTS_APART = re.compile(r"[1-9]\d{0,2}(\.\d{3})+(,\d*)?")  # and as in 12.345 where commas are for decimals
WITH_COMMA = re.compile(r"\d*,[\d,]*(\.\d*)?")
WITH_DOT = re.compile(r"\d*\.[\d.]*(,\d*)?")
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?!\d)")  # 2026-11-25, 2026/1/5, 2026-11
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")  # 25.11.2026, 11/25/2026
TWO_DIGITS = re.compile(
    r"\d{1,2}([-/. ])(\d{1,2}|[a-z]{3})\1\d{2}(?!\d)", re.IGNORECASE
)  # 25/11/26, 25-Nov-26
OF_WEEK = r"(?:w|wk|week|v|vecka)[ .-]*"
WEEK_LAST = re.compile(OF_WEEK + r"(\d{1,2})[ ,./-]+(\d{4})", re.IGNORECASE)  # W05 2026, vecka 5, 2026
WEEK_SECOND = re.compile(
    r"(\d{4})[ ,./-]*" + OF_WEEK + r"(\d{1,2})", re.IGNORECASE
)  # 2026-W05, 2026w5, 2026 v.5
SET_APART_BY = str.maketrans("", "", "'’´`")  # marks that may part thousands, beside spaces


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a file writes: which sign sets thousands apart, and whether 3/4/2026 is in April; None: nobody can tell.

    `newest` is the last year that two digits may mean where Jan-15 is a month; None: it may be a day.
    """

    commas_apart: bool = False
    dots_apart: bool = False
    day_first: bool | None = None
    newest: int | None = None


PLAIN = Manner()


def manner(
    times: Iterable[tuple[int, str]], others: Iterable[str], delimiter: str, newest: int | None = None
) -> Manner:
    """How a file with these times and days (line, text), and other texts, writes.

    Raises CountFileError if it writes days in two orders.

    Between commas, a comma within a number is for thousands wherever it can be. Elsewhere commas, or dots, are so if
    every number that has one has it before three digits: people come whole.
    """
    stripped = [(line, text.strip()) for line, text in times]
    words = {text.strip() for text in others}
    return Manner(
        commas_apart=delimiter == "," or _always((w for w in words if "," in w), WITH_COMMA, COMMAS_APART),
        dots_apart=delimiter != "," and _always((w for w in words if "." in w), WITH_DOT, DOTS_APART),
        day_first=_day_first(stripped),
        newest=newest if newest and months.a_month_apart(text for _, text in stripped) else None,
    )


def _always(words: Iterable[str], has: re.Pattern[str], form: re.Pattern[str]) -> bool:
    """Whether some words have the sign in a number, and each of these has it in that form."""
    numbers = [word for word in words if has.fullmatch(word)]
    return bool(numbers) and all(form.fullmatch(word) for word in numbers)


def _day_first(texts: Sequence[tuple[int, str]]) -> bool | None:
    """Whether the day goes before the month where the year is last, from a number that can be no month."""
    over = dict(_no_months(texts))
    if len(over) == 2:
        (line, one), (other, two) = over[True], over[False]
        raise CountFileError(
            f"days are written in two orders: {one!r} on line {line}, {two!r} on line {other}; write 2026-11-25"
        )
    return next(iter(over), None)


def _no_months(texts: Sequence[tuple[int, str]]) -> Iterator[tuple[bool, tuple[int, str]]]:
    for line, text in texts:
        if text[:4].isdigit():
            continue
        if (found := YEAR_LAST.match(datewords.without_weekday(text))) and found[2] != ".":
            if int(found[1]) > 12:
                yield True, (line, text[:30])
            if int(found[3]) > 12:
                yield False, (line, text[:30])


def moment(text: str, line: int, how: Manner = PLAIN) -> datetime:
    """ "2026-11-25 08:15", with seconds, PM, a T or a zone as in ISO 8601. Naive where no zone is told."""
    words = re.sub(r"^(\d{4}-\d\d-\d\d[ T])(\d:)", r"\g<1>0\2", _year_first(text, line, how))
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        raise CountFileError(
            f"line {line}: {text.strip()[:60]!r} is no time; write 2026-11-25 08:15"
        ) from None
    return datetime.combine(_dated(found.date(), line), found.timetz())


def day(text: str, line: int, how: Manner = PLAIN) -> date:
    """ "2026-11-25", "2026-11" for a month or "2026-W05" for a week (ISO 8601); a time of day after it is left out."""
    words = _year_first(text, line, how)
    try:
        found = date.fromisoformat(f"{words}-01" if is_month(words) else words[:10])
    except ValueError:
        raise CountFileError(f"line {line}: {_no_day(text.strip()[:60])}") from None
    return _dated(found, line)


def is_month(text: str) -> bool:
    """Whether this is a month and no day; so is Jan-15 wherever it can be read."""
    found = YEAR_FIRST.fullmatch(_in_figures(text.strip()))
    return bool((found and not found[3]) or months.short(text))


def is_week(text: str) -> bool:
    """Whether this is a week of ISO 8601, which begins on its Monday, and no day."""
    words = text.strip()
    return bool(WEEK_LAST.fullmatch(words) or WEEK_SECOND.fullmatch(words))


def _in_figures(words: str) -> str:
    """The same without words, in English or Swedish; a week by its Monday."""
    return _monday(words) if is_week(words) else months.in_figures(words) or datewords.in_figures(words)


def _monday(words: str) -> str:
    """The Monday of a week; the same words where that year has no such week."""
    last, second = WEEK_LAST.fullmatch(words), WEEK_SECOND.fullmatch(words)
    week, year = last.groups() if last else second.groups()[::-1] if second else ("", "")
    try:
        return date.fromisocalendar(int(year), int(week), 1).isoformat()
    except ValueError:
        return words


def _no_day(text: str) -> str:
    if is_week(text):
        return f"{text!r} is no week that there is"
    if re.fullmatch(r"[2-6]\d{4}(\.0*)?", text):
        return f"{text!r} is a day as spreadsheets keep it; give the column the format of dates, 2026-11-25"
    if months.QUARTER.fullmatch(text):
        return f"{text!r} is a quarter of a year; the visits of every month are needed, 2026-11 for a month"
    if months.named(text):
        return f"{text!r} is a month without its year; write 2026-11"
    if months.short(text):
        return f"{text!r} may be a month or a day, the file does not show which; write 2026-11 or 2026-11-25"
    if re.fullmatch(r"\d{4}", text):
        return f"{text!r} is a year; give the visits of every month, 2026-11, or of every day, 2026-11-25"
    if TWO_DIGITS.match(text):
        return f"{text!r} is no day that can be told: its year has two digits; write 2026-11-25"
    return f"{text!r} is no day; write 2026-11-25, or 2026-11 for a month"


def _year_first(text: str, line: int, how: Manner) -> str:
    """The same with the year first and two digits for month and day. With dots the day stands before the month."""
    words = (months.of_short(text, how.newest) if how.newest else None) or _in_figures(text.strip())
    if found := YEAR_FIRST.match(words):
        year, month, day = found.groups()
        return f"{year}-{month:0>2}" + (f"-{day:0>2}" if day else "") + words[found.end() :]
    if not (found := YEAR_LAST.match(words)):
        return words
    day_first = True if found[2] == "." else how.day_first
    if day_first is None and (int(found[1]) > 12 or int(found[3]) > 12):
        day_first = int(found[1]) > 12
    if day_first is None:
        raise CountFileError(
            f"line {line}: nobody can tell the day from the month in {words[:30]!r}; write 2026-11-25"
        )
    day, month = (found[1], found[3]) if day_first else (found[3], found[1])
    return f"{found[4]}-{month:0>2}-{day:0>2}{words[found.end() :]}"


def _dated(found: date, line: int) -> date:
    """A day on which people can have been counted."""
    if found.year not in YEARS:
        raise CountFileError(
            f"line {line}: the year {found.year} cannot be; correct it, or leave the line out"
        )
    return found


def number(text: str, line: int, name: str = "count", how: Manner = PLAIN) -> float | None:
    """A count of people: none below zero, 0 for "closed"; None where the text says nothing ("", "NA", "null", "-")."""
    words = text.strip()
    if words.lower() in NOTHING | SHUT:
        return None if words.lower() in NOTHING else 0.0
    try:
        value = float(_plain("".join(words.split()).translate(SET_APART_BY), how))
    except ValueError:
        raise CountFileError(f"line {line}: {words[:60]!r} is no number ({name})") from None
    if not isfinite(value) or not 0 <= value <= LARGEST_COUNT:
        raise CountFileError(
            f"line {line}: {words[:60]} people cannot be ({name}); leave it empty if it is not known"
        )
    return value


def _plain(digits: str, how: Manner) -> str:
    """The number with a dot for decimals and nothing between thousands."""
    if how.dots_apart and DOTS_APART.fullmatch(digits):
        digits = digits.replace(".", "")
    if COMMAS_APART.fullmatch(digits) and (how.commas_apart or digits.count(",") > 1 or "." in digits):
        return digits.replace(",", "")
    return digits.replace(",", ".") if digits.count(",") == 1 else digits


def zone(name: str) -> ZoneInfo | None:
    """The time zone of that name, None for none. Raises CountFileError."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        raise CountFileError(f"{name!r} is no time zone; write Europe/Stockholm, for example") from None
