"""Dates, times and numbers in columns of text. A column has one format; two that fit and disagree are refused."""

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import pandas as pd
from babel.dates import get_day_names, get_month_names

from besok.model.errors import CountFileError, Unclear
from besok.model.messages import Translatable
from besok.model.period_counts import FileChoice, FileQuestion

Unit = Literal["D", "W", "M"]
ADVICE = ", or give --date-format"
LARGEST_COUNT = 1e9  # people
YEARS = (1900, 2199)  # in which people are counted
MISSING = frozenset(
    {"", "-", "–", "—", ".", "..", "?", "na", "n/a", "#n/a", "<na>", "nan", "nat", "null", "none", "missing", "saknas"}
)  # fmt: skip
CLOSED = frozenset({"closed", "stängt", "stängd", "geschlossen"})  # a day without visits
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
_ENGLISH = get_month_names("abbreviated", "format", "en")
WEEKDAY: Final = any_of(_named(get_day_names, "wide", "abbreviated", "short"))
FORMATS: Final[Mapping[Unit, tuple[str, ...]]] = {
    "D": ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d %b %Y", "%d-%b-%Y", "%b %d %Y"),
    "M": ("%Y-%m", "%m/%Y", "%m.%Y", "%m-%Y", "%m %Y", "%b %Y", "%b-%Y", "%b/%Y", "%Y %b", "%Y-%b"),
    "W": ("%G-W%V-%u",),
}  # fmt: skip
_WEEKDAY = rf"^(?:{WEEKDAY},?\s+(?:de[nr]\s+)?|de[nr]\s+)"
_CLOCK = re.compile(
    r"[ ,t]+(\d{1,2})(?::(\d\d))?(?::(\d\d)(?:\.\d+)?)?\s*([ap]\.?m\.?)?\s*(z|[+-]\d\d:?\d\d)?$"
)
WEEK: Final = r"(?:wk|week|w|vecka|v|kw|woche|uge|uke)"
_OF_WEEK = rf"{WEEK}[ .-]*"
_REWRITES = (  # what is written in several ways, in one
    (r"(?<=\d)(?:st|nd|rd|th)\b|(?<=\d)[.,](?= )|,(?= )", ""),  # 5. oktober, November 1, 2026
    (r"^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?$", r"\1-\2-\3"),
    (r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3"),
    (r"^((?:19|20|21)\d\d)[ -]?m?(0[1-9]|1[0-2])$", r"\1-\2"),
    (rf"^(\d{{4}})[ ,./-]*{_OF_WEEK}(\d{{1,2}})$", r"\1-w\2-1"),
    (rf"^{_OF_WEEK}(\d{{1,2}})[ ,./-]+(\d{{4}})$", r"\2-w\1-1"),
    (r"-$", ""),
    (r"-w(\d)-", r"-w0\1-"),
)
SHORT_YEAR = re.compile(rf"(\d{{1,2}}[-/. ])?(\d{{1,2}}|{MONTH})[-/. ]?'?\d\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Times as read: `wall` on the clock of the file, `offset_s` from UTC (NaN if not told), what each stands for."""

    wall: pd.Series
    offset_s: pd.Series
    unit: Unit

    def on_clock(self, zone: ZoneInfo | None) -> pd.Series:
        """Return the times on the clock of a zone; those without an offset, or without a zone, as they are."""
        if zone is None or self.offset_s.isna().any():
            return self.wall
        local: pd.Series = self.utc().dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
        return local

    def utc(self) -> pd.Series:
        """Return the times in UTC, naive; those without an offset as they are."""
        return self.wall - pd.to_timedelta(self.offset_s.fillna(0), unit="s")


def zone_named(name: str) -> ZoneInfo | None:
    """Return the time zone of that name, None for none. Raises CountFileError."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        raise CountFileError(f"{name!r} is no time zone; write Europe/Stockholm, for example") from None


def parse_times(texts: pd.Series, date_format: str = "") -> Times:
    """Read a column of times, indexed by line. Raises CountFileError where none fits, or two disagree."""
    offset_s = pd.Series(float("nan"), texts.index)
    if date_format:
        wall, unit = _stated(texts, date_format)
    else:
        split = split_clock(texts)
        wall, unit = _dated(split.days, texts)
        wall = wall + split.time
        offset_s = split.offset_s
        _refuse(wall.isna(), texts, f"is no time of day; write 08:15{ADVICE}")
    _refuse(
        ~wall.dt.year.between(*YEARS),
        texts,
        "is in a year in which nobody counted; correct it, or leave it out",
    )
    return Times(wall=wall, offset_s=offset_s, unit=unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitClock:
    """Texts in lower case without their time of day; that time (0 where none is told), and its offset from UTC."""

    days: pd.Series
    timed: pd.Series
    time: pd.Series
    offset_s: pd.Series


def split_clock(texts: pd.Series) -> SplitClock:
    """Part the time of day from the day."""
    words = texts.str.lower().tolist()
    found = [_CLOCK.search(text) for text in words]
    clocks = [match[0] if match and (match[2] or match[4]) else "" for match in found]
    days = pd.Series(map(str.removesuffix, words, clocks), texts.index, dtype=str)
    codes, distinct = pd.factorize(pd.Series(clocks, dtype=str))
    parts = distinct.to_series().str.extract(_CLOCK)
    return SplitClock(
        days=days.str.replace(_WEEKDAY, "", regex=True),
        timed=pd.Series((distinct != "")[codes], texts.index),
        time=_time_of_day(parts).iloc[codes].set_axis(texts.index),
        offset_s=_offsets(parts[4]).iloc[codes].set_axis(texts.index),
    )


def _stated(texts: pd.Series, date_format: str) -> tuple[pd.Series, Unit]:
    wall = _by_format(texts, date_format)
    _refuse(wall.isna(), texts, f"is not written as {date_format} (--date-format)")
    day = re.search(r"%[djxDcs]", date_format)
    return wall.dt.tz_localize(None).astype(
        "datetime64[s]"
    ), "D" if day else "W" if "%V" in date_format else "M"


def _by_format(texts: pd.Series, date_format: str) -> pd.Series:
    """Return texts as days by a stated format, weeks as their Mondays, NaT where it does not fit."""
    suffix = ("-1", "-%u") if "%V" in date_format and "%u" not in date_format else ("", "")
    try:
        return pd.to_datetime(texts + suffix[0], format=date_format + suffix[1], errors="coerce")
    except ValueError as exc:
        raise CountFileError(f"--date-format {date_format}: {exc}") from exc


def _dated(days: pd.Series, texts: pd.Series) -> tuple[pd.Series, Unit]:
    """Return the days of texts without a time of day, by the one format that fits all."""
    distinct = pd.Series(days.unique())
    found = candidates(distinct)
    best = max(read.notna().sum() for read, _ in found.values())
    form, (read, unit) = next((f, r) for f, r in found.items() if r[0].notna().sum() == best)
    known = days.map(dict(zip(distinct, read, strict=True)))
    if best < len(distinct):
        line: Any = known.isna().idxmax()
        raise CountFileError(f"line {line}: {_no_date(texts.loc[line], form if best else '')}")
    for other, (also, _) in found.items():
        if also.notna().all() and not also.equals(read):
            raise CountFileError(
                f"line {texts.index[0]}: {texts.iloc[0][:30]!r} may be {form} or {other}, and the file does not show "
                f"which; give --date-format {form} or --date-format {other}"
            )
    return known.astype("datetime64[s]"), unit


def candidates(distinct: pd.Series) -> dict[str, tuple[pd.Series, Unit]]:
    """Return lower-case texts as days by each format, NaT where it does not fit, and what each stands for."""
    plain = rewritten(distinct)
    return {
        form: (pd.to_datetime(plain, format=form, errors="coerce"), unit)
        for unit, formats in FORMATS.items()
        for form in formats
    }


def rewritten(words: pd.Series) -> pd.Series:
    """Return lower-case texts with English months of three letters, and each form of a date in one way."""
    plain = words.str.replace(rf"\b{MONTH}", _english, regex=True)
    for pattern, form in _REWRITES:
        plain = plain.str.replace(pattern, form, regex=True)
    return plain


def months_written(texts: pd.Series, date_format: str = "") -> pd.Series:
    """Return heads of columns with the months among them in one way, 2015-01 where a format of theirs is stated."""
    plain = rewritten(texts.str.lower())
    if not date_format:
        return plain
    found: pd.Series = _by_format(texts, date_format).dt.strftime("%Y-%m").fillna(plain)
    return found


def _english(month: re.Match[str]) -> str:
    return str(_ENGLISH[MONTHS[month[0].rstrip(".").lower()]]).lower()


def _no_date(text: str, form: str) -> str:
    """Return what is wrong with a text that is no date, and what to write."""
    text = text[:60]
    if re.fullmatch(r"[2-6]\d{4}(\.0*)?", text):
        return f"{text!r} is a day as spreadsheets keep it; give the column the format of dates, 2026-11-25"
    if re.fullmatch(r"\d{4}", text):
        return f"{text!r} is a year; give the visits of every month, 2026-11, or of every day, 2026-11-25"
    if re.search(r"(?:q|kv|quarter|kvartal)[ .-]*[1-4]", text, re.IGNORECASE):
        return f"{text!r} is a quarter of a year; the visits of every month are needed, 2026-11 for a month"
    if SHORT_YEAR.fullmatch(text):
        return f"{text!r} has a year of two digits; give its --date-format, such as %d/%m/%y or %b-%y"
    if form:
        return f"{text!r} is not written as {form}, like the others; correct it{ADVICE}"
    return f"{text!r} is no date; write 2026-11-25 (2026-11 for a month){ADVICE}"


def _time_of_day(parts: pd.DataFrame) -> pd.Series:
    """Return hours, minutes, seconds and am or pm as a duration; 0 where there are none, NaT where they cannot be."""
    hour, minute, second = (pd.to_numeric(parts[n]).fillna(0) for n in range(3))
    half = parts[3].str[0]
    shifted = hour.where(half.isna(), hour % 12 + 12 * (half == "p"))
    valid = (minute < 60) & (second < 60) & (hour < 24) & (half.isna() | hour.between(1, 12))
    return pd.to_timedelta((shifted * 3600 + minute * 60 + second).where(valid), unit="s")


def _offsets(zones: pd.Series) -> pd.Series:
    parts = zones.str.extract(r"([+-])(\d\d):?(\d\d)")
    seconds = pd.to_numeric(parts[1]) * 3600 + pd.to_numeric(parts[2]) * 60
    return (seconds * (1 - 2 * (parts[0] == "-"))).mask(zones == "z", 0.0).astype(float)


def month_named(text: str) -> int | None:
    """Return the month of which this is the name and nothing else."""
    return MONTHS.get(text.strip().rstrip(".").lower())


def parse_numbers(texts: pd.Series, decimal: str = "", *, sep: str = ",", column: str = "count") -> pd.Series:
    """Read a column of counts, indexed by line: NaN for what is missing, 0 for "closed". Raises CountFileError."""
    words = bare_numbers(texts)
    digits = words.dropna()
    decimal = decimal or decimal_sign(digits, sep, column)
    digits = digits.str.replace("," if decimal == "." else ".", "", regex=False).str.replace(
        ",", ".", regex=False
    )
    numbers = pd.to_numeric(digits, errors="coerce")
    known = texts[words.notna()]
    _refuse(numbers.isna(), known, Translatable("is no number ({column})", {"column": column}))
    _refuse(
        ~numbers.between(0, LARGEST_COUNT),
        known,
        Translatable("people cannot be ({column}); leave it empty if it is not known", {"column": column}),
    )
    return numbers.reindex(texts.index).astype(float)


def bare_numbers(texts: pd.Series) -> pd.Series:
    """Return counts without what sets digits apart: NaN for what is missing, 0 for "closed"."""
    words = texts.str.lower().str.replace(r"[\s'’´`]", "", regex=True)
    return words.mask(words.isin(CLOSED), "0").mask(words.isin(MISSING))


def decimal_sign(digits: pd.Series, sep: str, column: str) -> str:
    """Return the decimal sign of bare numbers; the other sign sets thousands apart. Raises Unclear."""
    commas, dots = digits.str.contains(",", regex=False), digits.str.contains(".", regex=False)
    both = digits[commas & dots]
    if not both.empty:
        last = both.str.replace(r"[^.,]", "", regex=True).str[-1].unique()
        if len(last) == 1:
            return str(last[0])
    elif not (commas.any() and dots.any()):
        sign, other = (",", ".") if commas.any() else (".", ",")
        marked = digits[commas | dots]
        grouped = marked.str.fullmatch(rf"[1-9]\d{{0,2}}(?:\{sign}\d{{3}})+")
        if not grouped.all() or (sign == "." and sep == ","):
            return sign
        if sep == "," or (marked.str.count(rf"\{sign}") > 1).any() or not (commas | dots).all():
            return other
    line: Any = (commas | dots).idxmax()
    raise Unclear(
        [_decimal_question(digits[commas | dots].iloc[0])],
        f"the decimal sign of the column {column} is unclear, as in line {line}; give --decimal , or --decimal .",
    )


def _decimal_question(text: str) -> FileQuestion:
    question = Translatable(
        "Which is the decimal sign? “{text}” may be two different numbers.", {"text": text}
    )
    as_comma, as_dot = text.replace(".", "").replace(",", "."), text.replace(",", "")
    return FileQuestion(
        key="decimal",
        text=question,
        choices=(
            FileChoice(value=",", text=Translatable("comma: {text} is {n}", {"text": text, "n": as_comma})),
            FileChoice(value=".", text=Translatable("point: {text} is {n}", {"text": text, "n": as_dot})),
        ),
    )


def _refuse(wrong: pd.Series, texts: pd.Series, reason: str | Translatable) -> None:
    """Raise CountFileError for the first line that is wrong."""
    if wrong.any():
        place = int(wrong.to_numpy().argmax())
        values = {"line": texts.index[place], "text": repr(texts.iloc[place][:60]), "reason": reason}
        raise CountFileError(Translatable("line {line}: {text} {reason}", values))
