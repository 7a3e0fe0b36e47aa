"""Periods of counts: first day, last day and time of day, combined from rows, headers and titles."""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from besok.files.tables import WEEKS
from besok.files.values import MIDNIGHT, Times, Unit, split_clock
from besok.files.visit_counts.columns import SERIAL, Columns, words_of
from besok.files.visit_counts.labels import FIGURES, Header, each, is_total
from besok.files.visit_counts.table import Table
from besok.files.visit_counts.wording import Dialog, option, refusal
from besok.files.written_times import (
    FIELDS,
    FISCAL,
    ORDERS,
    YEAR,
    Fields,
    are_fiscal_years,
    clock_of,
    exists,
    hyphenated,
    meanings,
    month_named,
    orders_of,
)
from besok.model.errors import CountFileError
from besok.model.period_counts import UNITS

DAY: Final = timedelta(days=1)
HOUR: Final = 3600  # seconds
EPOCH: Final = date(1970, 1, 1).toordinal()
SERIAL_ZERO: Final = date(1899, 12, 30)
TIME_FIELDS: Final = f"{FIELDS}fu"
PLAIN_UNITS: Final[Mapping[str, Unit]] = {"day": "D", "week": "W", "month": "M"}
UNIT_OF: Final = {"d": "day", "w": "week", "m": "month", "q": "quarter", "s": "half-year", "y": "year"}
MONTHS_OF: Final = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
BEGINNINGS: Final = ("04", "07", "08", "09", "10")  # months in which budget and school years begin
_UNTIL: Final = r"\s*[-–]\s*\d{1,2}[:.]\d\d$"  # 08:00-09:00 begins at 08:00
_WEST: Final = r"\dt\d.*-\d\d:\d\d$"  # 2026-11-25T08:00-05:00 is a time west of Greenwich


def resolved(texts: Iterable[str], dialog: Dialog) -> dict[str, Fields]:
    """Return the time fields of each text, all days in one order. Raises Unclear, CountFileError."""
    texts = [*texts]
    days = orders_of(texts)
    preferred = ("fiscal" if are_fiscal_years(texts) else "", _order(days, dialog) if days else "", "")
    by_text: dict[str, Fields] = {}
    for text in texts:
        by_order = days.get(text) or meanings(text)
        fields = next((by_order[order] for order in preferred if order in by_order), {})
        by_text[text] = fields if exists(fields) else {}
    return by_text


def _order(days: Mapping[str, Mapping[str, Fields]], dialog: Dialog) -> str:
    """Return the order of day, month and year that fits every day; asks where several do and disagree."""
    fitting = [order for order in ORDERS if all(order in by_order for by_order in days.values())]
    if not fitting:
        most = max(ORDERS, key=lambda order: sum(order in by_order for by_order in days.values()))
        raise refusal(
            "“{here}” and “{there}” have day and month in different orders. A spreadsheet "
            "may have exchanged days and months of some; export the file again, with dates as 2026-11-25",
            here=next(text for text, by_order in days.items() if most in by_order),
            there=next(text for text, by_order in days.items() if most not in by_order),
        )  # fmt: skip
    ambiguous = (text for text, by_order in days.items() if len({*map(_day, map(by_order.get, fitting))}) > 1)
    text = next(ambiguous, "")
    if not text and not dialog.answered("dates"):
        return fitting[0]
    text = text or next(iter(days))
    return dialog.ask(
        "dates",
        "Which date is “{text}”? Every date of the file can be read in these ways.",
        [
            option(order, "{text} is {day}", text=text, day=_day(days[text][order]))
            for order in reversed(fitting)
        ],
        text=text,
    )


def _day(fields: Fields | None) -> str:
    return str(date(fields["y"], fields["m"], fields["d"])) if fields else ""


def with_periods(
    table: Table,
    columns: Columns,
    headers: Mapping[int, Header],
    records: Sequence[tuple[int, pd.DataFrame]],
    dialog: Dialog,
    *,
    titles: Sequence[str],
    zone: ZoneInfo | None,
) -> pd.DataFrame:
    """Add first, last, wall and unit to records, which are given by the number of their column.

    Raises Unclear for an ambiguous time, CountFileError for a text that is not a time.
    """
    row_times = _row_times(table, columns, dialog)
    turns = _year_turns(row_times, table.body, columns, [headers[c] for c, _ in records], dialog)
    parts = []
    for c, rows in records:
        text = row_times["text"][rows["row"]] + (f" {table.name(c)}" if headers[c].fields else "")
        times = (
            row_times.loc[rows["row"]]
            .assign(text=text.str.strip(), **headers[c].fields)
            .reset_index(drop=True)
        )
        parts.append(pd.concat([rows.reset_index(drop=True), times], axis=1))
    frame = pd.concat(parts, ignore_index=True)
    if frame[[*"ysqmwdf"]].isna().all(axis=None):
        raise refusal(
            "no column or heading gives the time of the counts (“{text}” is not a known one); write 2026, 2026-11, "
            "2026-11-25 or 2025-07-01 - 2026-06-30 into a column Date",
            text=next((t for t in table.body.iloc[:9].to_numpy().flat if t and not is_total(t)), "")[:60],
        )
    if columns.period is None:
        frame = _with_titles(frame, columns, titles, dialog)
    frame = _in_calendar_years(frame, turns, dialog)
    frame = frame.assign(**_days_of(frame))
    if (wrong := frame["first"].isna()).any():
        raise _no_period(frame, wrong)
    if frame["u"].notna().any():
        frame = _until(frame)
    elif (frame["t"] > 0).any():
        _check_clocks(frame)
    elif columns.period is not None:
        frame = _stated_lengths(frame, dialog, words_of(table.name(columns.period)))
    wall = frame["first"] + pd.to_timedelta(frame["t"].fillna(0), unit="s")
    if zone is not None and frame["offset"].notna().all():
        wall = Times(wall=wall, offset_s=frame["offset"], unit="D").on_clock(zone)
        frame = frame.assign(first=wall.dt.normalize(), last=wall.dt.normalize())
    return frame.assign(wall=wall).drop(columns=[*TIME_FIELDS, "offset", "text"])


def times_of(table: Table, columns: Columns, dialog: Dialog, hint: str = "") -> Times:
    """Return the time of each row from its cells: days, weeks or months with years of four digits.

    Raises Unclear, CountFileError with `hint` appended.
    """
    row_times = _row_times(table, columns, dialog)
    frame = row_times.reset_index(names="row").assign(**_days_of(row_times.reset_index(drop=True)))
    other = frame["unit"] != frame["unit"].mode().iloc[0]
    short = ~frame["text"].str.contains(YEAR)
    if (wrong := frame["first"].isna() | (frame["f"] > 0) | other | short).any():
        raise CountFileError(f"{_no_period(frame, wrong)}{hint}")
    days = (frame["first"] - pd.Timestamp(0)).dt.days
    if (longer := frame["u"] > days + EPOCH).any():
        row, text = frame.loc[longer, ["row", "text"]].iloc[0]
        raise CountFileError(
            f"row {row}: “{text}” is longer than a day; give every day, or name one column of times (--date-column)"
        )
    wall = (frame["first"] + pd.to_timedelta(frame["t"].fillna(0), unit="s")).set_axis(row_times.index)
    return Times(wall=wall, offset_s=row_times["offset"], unit=plain_unit(frame["unit"]))


def plain_unit(units: "pd.Series[str]") -> Unit:
    """Return the one unit of periods: days, weeks or months. Raises CountFileError for any other."""
    unit = PLAIN_UNITS.get(units.iloc[0])
    if unit is None or units.nunique() > 1:
        raise CountFileError(
            "the counts are of quarters or years; give the visits of every month, 2026-11, or day"
        )
    return unit


def parse_times(texts: "pd.Series[str]", name: str = "date") -> Times:
    """Return the times of a column, indexed by line. Raises Unclear, CountFileError."""
    table = Table(title=(), headers=[(name,)], body=texts.to_frame(name=0), sep="")
    return times_of(table, Columns(period=0), Dialog({}))


def _row_times(table: Table, columns: Columns, dialog: Dialog) -> pd.DataFrame:
    """Return the time fields of each row, with their offset from UTC and their text."""
    return (
        _period_column(table, columns, dialog)
        if columns.period is not None
        else _combined_parts(table, columns, dialog)
    )


def _fields(texts: "pd.Series[str]", known: Mapping[str, Fields]) -> pd.DataFrame:
    codes, distinct = pd.factorize(texts)
    frame = pd.DataFrame([known[text] for text in distinct], columns=[*TIME_FIELDS], dtype=float)
    return frame.iloc[codes].set_axis(texts.index)


def _period_column(table: Table, columns: Columns, dialog: Dialog) -> pd.DataFrame:
    """Return the time fields of the column of complete times, with times of day from another column."""
    assert columns.period is not None
    weeks = bool(words_of(table.name(columns.period)) & {*WEEKS})
    texts = table.body[columns.period].str.lower()
    if (spans := texts.str.contains(_UNTIL)).any():
        single = ~spans | texts.str.contains(_WEST)
        texts = texts.where(single, texts.str.replace(_UNTIL, "", regex=True))
    split = split_clock(texts)
    if (wrong := split["clock"] >= MIDNIGHT).any():
        raise refusal("row {row}: “{text}” has no valid time of day; write 08:15", **_at(texts, wrong))
    days = each(split["day"], lambda text: _date_text(text, weeks=weeks))
    _remark_serial(split["day"], days, dialog)
    texts = texts.where(days == split["day"], days)
    if columns.until is not None:
        until = table.body[columns.until].str.lower()
        texts = days = days + " - " + each(until, lambda text: _date_text(text, weeks=weeks))
    times = _fields(days, resolved(days.unique(), dialog)).assign(t=split["clock"])
    if columns.clock is not None:
        times["t"] = _clocks(table.body[columns.clock], dialog)
    return times.assign(offset=split["offset"], text=texts)


def _date_text(text: str, *, weeks: bool) -> str:
    """Return digits that encode a day, week or month as a written date."""
    if SERIAL.fullmatch(text):
        return str(SERIAL_ZERO + timedelta(days=int(float(text))))
    return hyphenated(text, weeks)


def _remark_serial(texts: "pd.Series[str]", days: "pd.Series[str]", dialog: Dialog) -> None:
    """Remark that days are serial numbers of a spreadsheet."""
    serial = texts[texts.str.fullmatch(SERIAL.pattern)]
    if not serial.empty:
        dialog.remark(
            "serial",
            int(serial.index[0]),
            "Days are written as numbers of a spreadsheet: {text} is read as {day}.",
            text=serial.iloc[0],
            day=days[serial.index[0]],
        )


def _combined_parts(table: Table, columns: Columns, dialog: Dialog) -> pd.DataFrame:
    """Return the time fields of each row from columns of years, months and so on."""
    body = table.body
    times = pd.DataFrame(np.nan, body.index, [*TIME_FIELDS, "offset"]).assign(text="")
    for part, c in columns.parts.items():
        distinct = body[c].unique()
        known = resolved((text for text in distinct if not FIGURES.fullmatch(text)), dialog)
        fields = _fields(body[c], known | {t: {part: int(t)} for t in distinct if FIGURES.fullmatch(t)})
        times[part] = fields[part]
        times["f"] = fields["f"] if part == "y" else times["f"]
        times["text"] = (times["text"] + " " + body[c]).str.strip()
    shorter = [part for part in "wmqs" if part in columns.parts][:1] + ["d"] * ("d" in columns.parts)
    times.loc[times[shorter].isna().any(axis=1), "y"] = -1  # an incomplete row has no period
    if columns.clock is not None:
        times["t"] = _clocks(body[columns.clock], dialog)
    return times


def _clocks(texts: "pd.Series[str]", dialog: Dialog) -> "pd.Series[float]":
    """Return the times of day of a column, in seconds after midnight."""
    distinct = texts.unique()
    hours = {text: int(match[1]) for text in distinct if (match := re.fullmatch(r"(\d{1,2})(?::00)*", text))}
    ends = bool(hours) and max(hours.values()) == 24 and min(hours.values()) > 0  # numbered by their ends
    if ends:
        dialog.remark("hours", None, "Hours are numbered to 24: each is read as the hour that ends then.")
    known = {text: clock_of(text) for text in distinct} | {t: (h - ends) * HOUR for t, h in hours.items()}
    clocks = texts.map(known).astype(float)
    if (wrong := clocks >= MIDNIGHT).any():
        raise refusal("row {row}: “{text}” has no valid time of day; write 08:15", **_at(texts, wrong))
    return clocks


def _year_turns(
    row_times: pd.DataFrame, body: pd.DataFrame, columns: Columns, headers: Sequence[Header], dialog: Dialog
) -> dict[str, int]:
    """Return the month, quarter or week with which years begin that extend over a new year; empty if none do.

    Such years continue from December to January under one number.
    """
    if columns.period is not None:
        return {}
    keys = [body[c] for c in (columns.parts.get("y"), *columns.names) if c is not None]
    for part in "mqsw":
        if part in columns.parts:
            numbers = row_times[part].dropna().astype(int)
            runs = [[*run] for _, run in numbers.groupby([key[numbers.index] for key in keys] or numbers * 0)]
        else:
            across: dict[tuple[str, int], list[int]] = {}
            for header in headers:
                if part in header.fields and (not header.complete or "f" in header.fields):
                    across.setdefault((header.rest, header.fields.get("y", 0)), []).append(
                        header.fields[part]
                    )
            runs = [*across.values()]
        if begins := [begin for run in runs if (begin := _begin_over_new_year(run))]:
            answer = dialog.ask(
                "new-year",
                "Within one year the numbers of months, quarters or weeks run up to {last} and continue with "
                "{first}. Which year do the later ones belong to?",
                [option("next", "of the next year"), option("same", "of the same year")],
                last=max(max(run) for run in runs),
                first=min(min(run) for run in runs),
            )
            return {part: min(begins)} if answer == "next" else {}
    return {}


def _begin_over_new_year(run: Sequence[int]) -> int:
    """Return the first number of a run that rises, falls once at a new year, and rises again; 0 for any other."""
    steps = [*dict.fromkeys(run)]
    for order in (steps, steps[::-1]):  # the newest may come first
        falls = sum(b < a for a, b in itertools.pairwise(order))
        if falls == 1 and order[0] > order[-1] and (len(order) > 2 or order[0] - order[-1] > 1):
            return order[0]
    return 0


def _with_titles(
    frame: pd.DataFrame, columns: Columns, titles: Sequence[str], dialog: Dialog
) -> pd.DataFrame:
    """Take the year, and the month of days, from the titles above the table where nothing else has it."""
    if "y" not in columns.parts and (open_ := frame["y"].isna() & frame["f"].isna()).any():
        frame = frame.assign(y=frame["y"].mask(open_, _year(titles, dialog)))
    if (open_ := frame["d"].notna() & frame["m"].isna()).any():
        frame = frame.assign(m=frame["m"].mask(open_, _month(titles, dialog)))
    return frame


def _year(titles: Sequence[str], dialog: Dialog) -> int:
    """Return the year in the titles or the name of the sheet; asks where there is none, or several."""
    years = sorted({year for text in titles for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text)})
    if len(years) == 1 and not dialog.answered("year"):
        dialog.remark("year", None, "The year {year} is taken from the title.", year=years[0])
        return int(years[0])
    answer = dialog.ask("year", "Which year are the counts from? The table does not say.")
    if not re.fullmatch(r"(19|20)\d\d", answer):
        raise refusal("“{told}” is not a year; write it with four digits", told=answer[:20])
    return int(answer)


def _month(titles: Sequence[str], dialog: Dialog) -> int:
    """Return the month in the titles or the name of the sheet. Raises CountFileError unless there is exactly one."""
    months = {month for text in titles for word in re.split(r"\W+|\d+", text) if (month := month_named(word))}
    if len(months) != 1:
        raise refusal("the columns of times do not make a date together; name a column Date")
    (month,) = months
    dialog.remark("year", None, "The month {month} is taken from the title.", month=f"{month:02}")
    return month


def _in_calendar_years(frame: pd.DataFrame, turns: Mapping[str, int], dialog: Dialog) -> pd.DataFrame:
    """Turn years such as 2018/19, and numbers after a new year, into calendar years. Raises Unclear, CountFileError."""
    for part, begin in turns.items():
        frame = frame.assign(y=frame["y"] + (frame[part] < begin), f=frame["f"].mask(frame["y"].notna()))
    over = frame["f"].notna()
    if not over.any():
        return frame
    alone = frame[[*"sqmwd"]].isna().all(axis=1)
    first = frame[over].iloc[0]
    if (unknown := over & ((frame["f"] == 2) | frame["y"].isna())).any():
        raise _no_period(frame, unknown)
    year = f"{first['y']:.0f}/{(first['y'] + 1) % 100:02.0f}"
    if not alone[over].all():
        raise refusal(
            "row {row}: “{year}” does not say of which of its years each month is; let its months run from its first "
            "to its last, or write calendar years",
            row=int(first["row"]),
            year=year,
        )
    month = dialog.ask(
        "year-begins",
        "In which month does a year such as “{text}” begin?",
        [option(month, "it begins with {month}", month=f"{year[:4]}-{month}") for month in BEGINNINGS],
        text=first["text"],
    )
    return frame.assign(f=frame["f"].mask(over, int(month)))


def _days_of(frame: pd.DataFrame) -> dict[str, Any]:
    """Return first day, last day and unit of periods from their fields; NaT where those are not periods."""
    month = frame["f"].fillna(frame["m"]).fillna(3 * frame["q"] - 2).fillna(6 * frame["s"] - 5).fillna(1)
    weekly = frame["w"].notna() & frame["d"].isna()
    day = frame["d"].fillna(1).mask(weekly, 4)  # the fourth of January is in the first week
    year = frame["y"].where(frame["y"] > 0)
    stated = {"year": year, "month": month.mask(weekly, 1), "day": day}
    first = pd.to_datetime(pd.DataFrame(stated), errors="coerce").astype("datetime64[s]")
    if weekly.any():
        mondays = (
            first
            - pd.to_timedelta(first.dt.day_of_week, unit="D")
            + pd.to_timedelta(7 * (frame["w"] - 1), unit="D")
        )
        first = first.mask(weekly, mondays.where((mondays + 3 * DAY).dt.year == year))
    unit = pd.Series("year", frame.index)
    for field in "sqmwd":
        if (given := frame[field].notna()).any():
            unit = unit.mask(given, UNIT_OF[field])
    last = first.mask(unit == "week", first + 6 * DAY)
    for name, months in MONTHS_OF.items():
        if (of_unit := unit == name).any():
            last = last.mask(of_unit, first + pd.DateOffset(months=months) - DAY)
    within = frame["t"].notna() & (unit != "day")  # a time of day needs a day
    return {"first": first.mask(within), "last": last, "unit": unit}


def _until(frame: pd.DataFrame) -> pd.DataFrame:
    """End periods at their stated last day, or before it where the next period begins on that day."""
    spans = frame["u"].notna()
    until = pd.to_datetime(frame["u"] - EPOCH, unit="D").astype("datetime64[s]")
    once = frame.assign(until=until)[spans].drop_duplicates(["first", "until"]).sort_values("first")
    first, end = once["first"], once["until"]
    follows = (first.shift(-1) == end).iloc[:-1]
    whole_months = (
        len(first) == 1 and first.iloc[0] != end.iloc[0] and first.iloc[0].day == end.iloc[0].day == 1
    )
    shared = whole_months or (len(follows) and follows.mean() > 0.5)
    frame = frame.assign(last=frame["last"].mask(spans, until - DAY * bool(shared)), t=np.nan)
    length = (frame["last"] - frame["first"]).dt.days
    if (wrong := length < 0).any():
        raise refusal(
            "row {row}: “{text}” ends before it begins", **_at(frame.set_index("row")["text"], wrong)
        )
    return frame.assign(unit=pd.cut(length, [-1, 2, 10, 45, 100, 200, 100_000], labels=UNITS[1:]).astype(str))


def _check_clocks(frame: pd.DataFrame) -> None:
    """Refuse dates among times of day. Raises CountFileError."""
    if (missing := frame["t"].isna()).any():
        raise refusal(
            "row {row}: “{text}” has no time of day, as others have; write 00:00, or take out a sum of the day",
            **_at(frame.set_index("row")["text"], missing),
        )


def _stated_lengths(frame: pd.DataFrame, dialog: Dialog, words: set[str]) -> pd.DataFrame:
    """Ask for the length of periods whose dates are all first days of months, or weeks apart."""
    days = frame["first"].drop_duplicates().sort_values()
    if len(days) < 2 or (frame["unit"] != "day").any():
        return frame
    text = frame["text"].iloc[0]
    if (days.dt.day == 1).all() or days.dt.is_month_end.all():
        months = (days.dt.year * 12 + days.dt.month).diff().dropna()
        unit = "year" if (months % 12 == 0).all() else "quarter" if (months % 3 == 0).all() else "month"
        if not words & {"month", "månad", "quarter", "kvartal", "year", "år"}:
            unit = dialog.ask(
                "period",
                "Does “{text}” stand for that day alone, or for a longer time?",
                [_LIES_IN[unit], option("day", "for that day alone")],
                text=text,
            )
        if unit == "day":
            return frame
        longer = {"d": np.nan} if unit == "month" else {"d": np.nan, "m": np.nan}
        quarter = {"q": (frame["m"] + 2) // 3} if unit == "quarter" else {}
        return frame.assign(**_days_of(frame.assign(**longer, **quarter)))
    if len(days) > 2 and (days.diff().dropna().dt.days % 7 == 0).all():
        return _weeks(frame, text, dialog, words)
    return frame


_LIES_IN: Final = {
    "month": option("month", "for the month in which it lies"),
    "quarter": option("quarter", "for the quarter in which it lies"),
    "year": option("year", "for the year in which it lies"),
}
_WEEK_ENDS: Final = frozenset({"ending", "end", "slut", "slutar", "ends", "last"})
_WEEK_BEGINS: Final = frozenset(
    {"starting", "start", "beginning", "commencing", "of", "from", "börjar", "starts", "w/c"}
)


def _weeks(frame: pd.DataFrame, text: str, dialog: Dialog, words: set[str]) -> pd.DataFrame:
    of_week = bool(words & {"week", "vecka", "wk", "veckan"})
    if of_week and words & _WEEK_ENDS:
        answer = "week-ending"
    elif of_week and words & _WEEK_BEGINS:
        answer = "week-starting"
    else:
        answer = dialog.ask(
            "period",
            "The days are weeks apart. Does “{text}” stand for a week, or for that day alone?",
            [
                option("week-starting", "for the week that begins on it"),
                option("week-ending", "for the week that ends on it"),
                option("day", "for that day alone"),
            ],
            text=text,
        )
    match answer:
        case "week-ending":
            return frame.assign(first=frame["first"] - 6 * DAY, unit="week")
        case "week-starting":
            return frame.assign(last=frame["first"] + 6 * DAY, unit="week")
    return frame


def _at(texts: "pd.Series[str]", wrong: "pd.Series[bool]") -> dict[str, Any]:
    """Return the first text that is wrong, and its row."""
    place = int(wrong.to_numpy().argmax())
    return {"row": texts.index[place], "text": str(texts.iloc[place])[:60]}


def _no_period(frame: pd.DataFrame, wrong: "pd.Series[bool]") -> CountFileError:
    row, text = frame.loc[wrong.to_numpy(), ["row", "text"]].iloc[0]
    if not text:
        return refusal("row {row} has counts and no date; write its date, or remove the row", row=row)
    if re.match(FISCAL, text, re.IGNORECASE):
        return refusal(
            "row {row}: “{text}” does not say in which year it begins; write 2025/26, with four digits first",
            row=row,
            text=text[:20],
        )
    return refusal(
        "row {row}: “{text}” is not a date like the others; write it as 2026-11-25 (2026-11 for a month)",
        row=row,
        text=text[:60],
    )
