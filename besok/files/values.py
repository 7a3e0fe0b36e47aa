"""Times of a stated format, clocks and numbers in columns of text."""

import re
from dataclasses import dataclass
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import pandas as pd

from besok.files.written_times import clock_of
from besok.model.errors import CountFileError, Unclear
from besok.model.messages import Translatable
from besok.model.period_counts import FileChoice, FileQuestion

Unit = Literal["D", "W", "M"]
LARGEST_COUNT = 1e9  # people
MIDNIGHT: Final = 24 * 3600  # seconds
MISSING = frozenset(
    {"", "-", "–", "—", ".", "..", "?", "na", "n/a", "#n/a", "<na>", "nan", "nat", "null", "none", "missing", "saknas"}
)  # fmt: skip
CLOSED = frozenset({"closed", "stängt", "stängd", "geschlossen"})  # a day without visits
_CLOCK = (
    r"^(?P<day>.*?)(?:[ ,t]+(?P<clock>\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?|\d{1,2}\s*[ap]\.?m\.?)"
    r"\s*(?P<offset>z|[+-]\d\d:?\d\d)?)?$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Times as read: `wall` on the clock of the file, `offset_s` from UTC (NaN if not given), and the unit of each."""

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
        raise CountFileError(f"{name!r} is not a time zone; write Europe/Stockholm, for example") from None


def stated_times(texts: pd.Series, date_format: str) -> Times:
    """Read a column of times in the format that its user states, indexed by line. Raises CountFileError."""
    wall = by_format(texts, date_format)
    _refuse(wall.isna(), texts, f"is not written as {date_format} (--date-format)")
    day = re.search(r"%[djxDcs]", date_format)
    return Times(
        wall=wall.dt.tz_localize(None).astype("datetime64[s]"),
        offset_s=pd.Series(float("nan"), texts.index),
        unit="D" if day else "W" if "%V" in date_format else "M",
    )


def split_clock(texts: pd.Series) -> pd.DataFrame:
    """Split texts in lower case into day, clock (seconds after midnight) and offset (from UTC); NaN if not given."""
    parts = texts.str.lower().str.extract(_CLOCK, flags=re.DOTALL)
    for name, parse in (("clock", clock_of), ("offset", _offset)):
        by_text = {text: parse(text) for text in parts[name].dropna().unique()}
        parts[name] = parts[name].map(by_text).astype(float)
    return parts


def _offset(zone: str) -> int:
    sign = -1 if zone[0] == "-" else 1
    return 0 if zone == "z" else sign * (int(zone[1:3]) * 3600 + int(zone[-2:]) * 60)


def by_format(texts: pd.Series, date_format: str) -> pd.Series:
    """Return texts as days by a stated format, weeks as their Mondays, NaT where it does not fit."""
    suffix = ("-1", "-%u") if "%V" in date_format and "%u" not in date_format else ("", "")
    try:
        return pd.to_datetime(texts + suffix[0], format=date_format + suffix[1], errors="coerce")
    except ValueError as exc:
        raise CountFileError(f"--date-format {date_format}: {exc}") from exc


def parse_numbers(texts: pd.Series, decimal: str = "", *, sep: str = ",", column: str = "count") -> pd.Series:
    """Read a column of counts, indexed by line: NaN for what is missing, 0 for "closed". Raises CountFileError."""
    words = bare_numbers(texts)
    digits = words.dropna()
    decimal = decimal or decimal_sign(digits, sep, column)
    digits = digits.str.replace("," if decimal == "." else ".", "", regex=False).str.replace(
        ",", ".", regex=False
    )
    numbers = pd.to_numeric(digits, errors="coerce")
    stated = texts[words.notna()]
    _refuse(numbers.isna(), stated, Translatable("is not a number ({column})", {"column": column}))
    _refuse(
        ~numbers.between(0, LARGEST_COUNT),
        stated,
        Translatable(
            "people cannot be right ({column}); leave it empty if it is not known", {"column": column}
        ),
    )
    return numbers.reindex(texts.index).astype(float)


def bare_numbers(texts: pd.Series) -> pd.Series:
    """Return counts without digit separators: NaN for missing ones, 0 for "closed"."""
    words = texts.str.lower().str.replace(r"[\s'’´`]", "", regex=True)
    return words.mask(words.isin(CLOSED), "0").mask(words.isin(MISSING))


def decimal_sign(digits: pd.Series, sep: str, column: str) -> str:
    """Return the decimal sign of bare numbers; the other sign separates thousands. Raises Unclear."""
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
