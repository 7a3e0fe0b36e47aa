"""Texts as periods: first and last day, and the hour where it is one. What has two readings is asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from besok.files.values import YEARS, candidates, rewritten, split_clock
from besok.files.visit_counts.labels import CLOCK, FISCAL, IN_A_YEAR, OF_A_YEAR, numbered
from besok.files.visit_counts.wording import Talk, fiscal_year, option, refusal
from besok.model.errors import CountFileError
from besok.model.period_counts import UNITS, FileChoice

DAY: Final = timedelta(days=1)
SERIAL: Final = re.compile(r"[2-6]\d{4}(?:\.\d+)?")  # a day as spreadsheets number it: 1954 to 2091
SERIAL_ZERO: Final = pd.Timestamp("1899-12-30")
_YEAR: Final = re.compile(r"\d{4}")
_BUSY_YEAR: Final = (
    rf"^(?:{FISCAL}\s*)?(\d{{4}})\s*[-/–]\s*(\d{{4}}|\d\d)$"  # 2018/19: one that does not begin in January
)
_BETWEEN: Final = r"\s(?:[-–]|to|till|until)\s"
_SPAN: Final = rf"(.*\d)\s*{_BETWEEN}\s*(\S.*)"
_UNTIL: Final = r"\s*[-–]\s*\d{1,2}[:.]\d\d$"  # 08:00-09:00 begins at 08:00
_WEST: Final = r"\dt\d.*-\d\d:\d\d$"  # 2026-11-25T08:00-05:00 is a time west of Greenwich
SHORT: Final[Mapping[str, str]] = {  # formats with a year of two digits, and what they stand for
    "%d/%m/%y": "D", "%m/%d/%y": "D", "%y/%m/%d": "D", "%d.%m.%y": "D", "%d-%m-%y": "D", "%y-%m-%d": "D",
    "%m-%d-%y": "D", "%d %b %y": "D", "%d-%b-%y": "D", "%b-%y": "M", "%b %y": "M", "%b/%y": "M",
}  # fmt: skip
ORDERS: Final[Mapping[str, str]] = {
    "d": "day-first",
    "m": "month-first",
    "Y": "year-first",
    "y": "year-first",
}
BEGINNINGS: Final = ("04", "07", "08", "09", "10")  # months in which the years of budgets and schools begin
STEPS: Final = {"D": "day", "W": "week", "M": "month"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """Periods by row: columns first, last (days), wall (with the time of day) and unit; `timed` if any has a time."""

    frame: pd.DataFrame
    timed: bool


def read(texts: pd.Series, talk: Talk, *, zone: ZoneInfo | None, head: str) -> Periods:
    """Read periods that have their year, indexed by row. `head` is what stands above them.

    Raises Unclear where the file does not show which reading is meant, CountFileError for what is no period.
    """
    words = texts.str.lower()
    both = words.str.contains(_BETWEEN)
    spans = words[both].str.extract(_SPAN)
    meant = (spans[0].notna() & ~spans[1].fillna("").str.fullmatch(CLOCK.pattern)).to_numpy()
    both[both] = meant
    if both.any():
        words[both] = spans.loc[meant, 0].to_numpy()
        frame = _single(pd.concat([words, spans.loc[meant, 1]]), talk, zone)
        first, end = frame.iloc[: len(words)].copy(), frame.iloc[len(words) :]
        first.loc[both, "last"] = _inclusive(first.loc[both, "first"], end["last"])
        length = (first["last"] - first["first"]).dt.days
        if (wrong := length < 0).any():
            row, text = _at(texts, wrong)
            raise refusal("row {row}: “{text}” ends before it begins", row=row, text=text)
        first["unit"] = pd.cut(length, [-1, 2, 10, 45, 100, 200, 100_000], labels=UNITS[1:]).astype(str)
        return Periods(frame=first, timed=False)
    until = words.str.contains(_UNTIL) & ~words.str.contains(_WEST)
    words[until] = words[until].str.replace(_UNTIL, "", regex=True)
    frame = _single(words, talk, zone)
    timed = bool((frame["wall"] != frame["wall"].dt.normalize()).any())
    if timed and (whole := ~frame["told"]).any():
        row, text = _at(texts, whole)
        raise refusal(
            "row {row}: “{text}” has no time of day, as others have; write 00:00, or take out a sum of the day",
            row=row,
            text=text,
        )
    return Periods(frame=_stated_lengths(frame, texts, talk, head) if not timed else frame, timed=timed)


def _inclusive(first: pd.Series, end: pd.Series) -> pd.Series:
    """Return the last days of spans; where one begins on the last day of the one before, that day is not in it."""
    order = first.sort_values().index
    follows = first[order].shift(-1).iloc[:-1].to_numpy() == end[order].iloc[:-1].to_numpy()
    whole_months = (
        len(first) == 1 and first.iloc[0] != end.iloc[0] and first.iloc[0].day == end.iloc[0].day == 1
    )
    return end - DAY if whole_months or (len(follows) and follows.mean() > 0.5) else end


def _single(words: pd.Series, talk: Talk, zone: ZoneInfo | None) -> pd.DataFrame:
    split = split_clock(words)
    if (wrong := split.time.isna()).any():
        row, text = _at(words, wrong)
        raise refusal("row {row}: “{text}” has no time of day that can be; write 08:15", row=row, text=text)
    distinct = pd.Series(split.days.unique())
    known = _days(distinct, talk)
    if (wrong := split.days.map(dict(zip(distinct, known["first"].isna(), strict=True)))).any():
        raise _no_period(words, wrong)
    at = pd.Index(distinct).get_indexer(pd.Index(split.days))
    frame = known.iloc[at].set_axis(words.index)
    wall = frame["first"] + split.time
    if zone is not None and split.offset_s.notna().all():
        utc = wall - pd.to_timedelta(split.offset_s, unit="s")
        wall = utc.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
        frame = frame.assign(first=wall.dt.normalize(), last=wall.dt.normalize())
    elif zone is None and split.offset_s.notna().any() and split.offset_s.nunique() > 1:
        pass  # the clock of the file is the one of the place, in summer and in winter
    if (wrong := ~frame["first"].dt.year.between(*YEARS)).any():
        row, text = _at(words, wrong)
        raise refusal("row {row}: “{text}” is in a year in which nobody counted", row=row, text=text)
    return frame.assign(wall=wall, told=split.timed)


def _days(distinct: pd.Series, talk: Talk) -> pd.DataFrame:
    """Return first and last day and the unit of each text, NaT where it is none."""
    frame = pd.DataFrame({"first": pd.NaT, "last": pd.NaT, "unit": ""}, index=distinct.index).astype(
        {"first": "datetime64[s]", "last": "datetime64[s]"}
    )
    years = distinct.str.fullmatch(_YEAR.pattern)
    busy = _busy_years(distinct)
    serial = distinct.str.fullmatch(SERIAL.pattern)
    lettered = distinct[distinct.str.contains(r"[a-zå]")]
    parts = {at: part for at, text in lettered.items() if (part := numbered(text)) and part[2]}
    _set(frame, years, pd.to_datetime(distinct[years], format="%Y", errors="coerce"), "year")
    if busy.any():
        begin = _begin_of_year(distinct[busy].iloc[0], talk)
        first = distinct[busy].str.extract(r"(\d{4})")[0]
        _set(frame, busy, pd.to_datetime(first + begin, format="%Y-%m"), "year")
    if serial.any():
        days = pd.to_timedelta(distinct[serial].str.extract(r"(\d+)")[0].astype(float), unit="D")
        _set(frame, serial, SERIAL_ZERO + days, "day")
    for kind, unit in OF_A_YEAR.items():
        own = {at: f"{y}-{12 * n // IN_A_YEAR[kind]}" for at, (k, n, y) in parts.items() if k == kind}
        last = pd.to_datetime(pd.Series(own, dtype=str), format="%Y-%m")
        _set(frame, frame.index.isin([*own]), last - pd.DateOffset(months=12 // IN_A_YEAR[kind] - 1), unit)
    other = distinct[~(years | busy | serial | distinct.index.isin([*parts]))]
    if not other.empty:
        first, units = _written(other, talk)
        for unit in units.unique():
            where = frame.index.isin(units.index[units == unit])
            _set(frame, where, first[units == unit].astype("datetime64[s]"), unit)
    return frame


def _set(frame: pd.DataFrame, where: Any, first: Any, unit: str) -> None:
    length = {"week": pd.DateOffset(days=6)}.get(unit)
    months = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}.get(unit)
    frame.loc[where, "first"] = first
    frame.loc[where, "last"] = (
        first + length if length else first + pd.DateOffset(months=months) - DAY if months else first
    )
    frame.loc[where, "unit"] = unit


def _busy_years(distinct: pd.Series) -> pd.Series:
    """Tell which texts are years such as 2018/19; 2011-12 is one only where others show that it is no December."""
    found = distinct.str.extract(_BUSY_YEAR)
    nexts = (found[0].fillna("0").astype(int) + 1) % 100 == found[1].fillna("-1").str[-2:].astype(int)
    matched = found[0].notna() & nexts
    months = matched & distinct.str.fullmatch(r"\d{4}-(?:0\d|1[0-2])")
    alone = bool((months == matched).all()) and (not matched.all() or len(distinct) == 1)
    return matched & ~months if alone else matched


def _begin_of_year(text: str, talk: Talk) -> str:
    year = re.sub(r"\D", "", text)[:4]
    answer = talk.ask(
        "year-begins",
        "In which month does a year such as “{text}” begin?",
        [option(month, "it begins with {month}", month=f"{year}-{month}") for month in BEGINNINGS],
        text=text,
    )
    return f"-{answer}"


def _written(texts: pd.Series, talk: Talk) -> tuple[pd.Series, pd.Series]:
    """Return the first day and the unit of dates by the one format that fits all of a length."""
    found = {form: (read, STEPS[unit]) for form, (read, unit) in candidates(texts).items()}
    if not any(read.notna().all() for read, _ in found.values()):
        found |= {form: (_short(texts, form), STEPS[unit]) for form, unit in SHORT.items()}
    fitting = {form: pair for form, pair in found.items() if pair[0].notna().all()}
    if not fitting:
        return _mixed(texts, found)
    reads = {form: read for form, (read, _) in fitting.items()}
    if talk.answered("dates") or not all(read.equals(next(iter(reads.values()))) for read in reads.values()):
        order = _order_meant(texts, reads, talk)
        fitting = {form: pair for form, pair in fitting.items() if _order(form) == order}
    read, unit = next(iter(fitting.values()))
    return read, pd.Series(unit, texts.index)


def _short(texts: pd.Series, form: str) -> pd.Series:
    plain = rewritten(texts.str.replace("'", "", regex=False))
    return pd.to_datetime(plain, format=form, errors="coerce")


def _order(form: str) -> str:
    return ORDERS.get(form[1], form)


def _order_meant(texts: pd.Series, reads: Mapping[str, pd.Series], talk: Talk) -> str:
    """Return the order that is meant where formats fit every row, and may disagree. Raises Unclear, CountFileError."""
    apart = next((n for n in range(len(texts)) if len({read.iloc[n] for read in reads.values()}) > 1), 0)
    text = texts.iloc[apart]
    orders = {_order(form): read.iloc[apart] for form, read in reversed([*reads.items()])}
    return talk.ask(
        "dates",
        "Which date is “{text}”? Every date of the file can be read in these ways.",
        [option(order, "{text} is {day}", text=text, day=f"{day:%Y-%m-%d}") for order, day in orders.items()],
        text=text,
    )


def _mixed(texts: pd.Series, found: Mapping[str, tuple[pd.Series, str]]) -> tuple[pd.Series, pd.Series]:
    """Read texts of several lengths, each length by the format that fits most of it; days in one order only."""
    first = pd.Series(pd.NaT, texts.index, dtype="datetime64[s]")
    units = pd.Series("", texts.index)
    left = texts
    for unit in ("day", "week", "month"):
        reads = {form: read[left.index] for form, (read, kind) in found.items() if kind == unit}
        form, read = max(reads.items(), key=lambda pair: pair[1].notna().sum(), default=("", left))
        if not form or not (fits := read.notna()).any():
            continue
        first[read.index[fits]], units[read.index[fits]] = read[fits].astype("datetime64[s]"), unit
        left = left[~fits]
        also = {f: r[left.index] for f, r in reads.items() if f != form and unit == "day"}
        for other, more in also.items():
            if more.notna().any() and _order(other) != _order(form):
                here, there = texts[read.index[fits]].iloc[0], left[more.notna()].iloc[0]
                raise refusal(
                    "“{here}” and “{there}” have day and month in different orders. A spreadsheet "
                    "may have exchanged days and months of some; export the file again, with dates as 2026-11-25",
                    here=here, there=there,
                )  # fmt: skip
    return first, units


def _stated_lengths(frame: pd.DataFrame, texts: pd.Series, talk: Talk, head: str) -> pd.DataFrame:
    """Ask what days stand for that are all the first of a month, or a week apart."""
    words = set(re.split(r"[\W_]+", head.lower()))
    days = frame["first"][frame["unit"] == "day"].drop_duplicates().sort_values()
    if len(days) < 2 or len(frame) != (frame["unit"] == "day").sum():
        return frame
    steps = days.diff().dropna().dt.days
    if (days.dt.day == 1).all() or (days.dt.is_month_end.all()):
        months = (days.dt.year * 12 + days.dt.month).diff().dropna()
        unit = "year" if (months % 12 == 0).all() else "quarter" if (months % 3 == 0).all() else "month"
        if not words & {"month", "månad", "quarter", "kvartal", "year", "år"}:
            unit = talk.ask(
                "period",
                "Does “{text}” stand for that day alone, or for a longer time?",
                [
                    _of_unit(unit),
                    option("day", "for that day alone"),
                ],
                text=texts.iloc[0],
            )
        freq = {"month": "M", "quarter": "Q", "year": "Y"}.get(unit)
        if freq is None:
            return frame
        spans = frame["first"].dt.to_period(freq)
        return frame.assign(
            first=spans.dt.start_time.astype("datetime64[s]"),
            last=spans.dt.end_time.dt.normalize().astype("datetime64[s]"),
            unit=unit,
        )
    if (steps % 7 == 0).all() and len(days) > 2:
        return _weeks(frame, texts, words, talk)
    return frame


def _of_unit(unit: str) -> FileChoice:
    return {
        "month": option("month", "for the month in which it lies"),
        "quarter": option("quarter", "for the quarter in which it lies"),
        "year": option("year", "for the year in which it lies"),
    }[unit]


def _weeks(frame: pd.DataFrame, texts: pd.Series, words: set[str], talk: Talk) -> pd.DataFrame:
    of_week = bool(words & {"week", "vecka", "wk", "veckan"})
    if of_week and words & {"ending", "end", "slut", "slutar", "ends", "last"}:
        answer = "week-ending"
    elif of_week and words & {
        "starting",
        "start",
        "beginning",
        "commencing",
        "of",
        "from",
        "börjar",
        "starts",
        "w/c",
    }:
        answer = "week-starting"
    else:
        text = texts.iloc[0]
        answer = talk.ask(
            "period",
            "The days are weeks apart. Does “{text}” stand for a week, or for that day alone?",
            [
                option("week-starting", "for the week that begins on it"),
                option("week-ending", "for the week that ends on it"),
                option("day", "for that day alone"),
            ],
            text=text,
        )
    if answer == "day":
        return frame
    if answer == "week-ending":
        return frame.assign(first=frame["first"] - 6 * DAY, unit="week")
    return frame.assign(last=frame["first"] + 6 * DAY, unit="week")


def _at(texts: pd.Series, wrong: pd.Series) -> tuple[Any, str]:
    place = int(wrong.to_numpy().argmax())
    return texts.index[place], str(texts.iloc[place])[:60]


def _no_period(texts: pd.Series, wrong: pd.Series) -> CountFileError:
    row, text = _at(texts, wrong)
    if not text:
        return refusal("row {row} has counts and no date; write its date, or take the row out", row=row)
    if re.match(FISCAL, text):
        return fiscal_year(row, text)
    return refusal(
        "row {row}: “{text}” is no date like the others; correct it, as 2026-11-25 (2026-11 for a month)",
        row=row,
        text=text,
    )
