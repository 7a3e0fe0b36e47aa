"""Files of counts: which columns hold the time and the counts, and what each line says.

Missing is never zero: an empty count is NaN. Tables with a column for each month are turned first.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from besok.files.tables import (
    BESIDE,
    CLOCKS,
    COUNT_NAMES,
    DATES,
    DAYS,
    DETECT,
    MONTHS,
    TOTALS,
    WEEKS,
    YEARS,
    ReadOptions,
    choose,
    find,
    listed,
    plain,
    read_frame,
    read_text,
)
from besok.files.values import ADVICE, Times, months_written, parse_numbers, parse_times
from besok.files.visit_counts.columns import Columns
from besok.files.visit_counts.labels import head_of
from besok.files.visit_counts.records import by_period
from besok.files.visit_counts.table import Table
from besok.files.visit_counts.wording import Talk
from besok.files.written_times import FIELDS
from besok.model.errors import CountFileError
from besok.model.plurals import many

ALL = "all"
MONTH_LONG = FIELDS.index("m")
LEAST_MONTHS = 6  # columns of months, from which a table is one of months
SAMPLE = 200  # lines that show whether a column holds numbers
TIME_NAMES = ("time", "datetime", "timestamp", "date_time", "start", "interval_start", "tid", *DATES)
DATE_NAMES = ("date", "datetime", "timestamp", "date_time", "datum", "start", "time", "tid")
LATER_DATE_NAMES = (
    *MONTHS,
    *DAYS,
    *WEEKS,
    "first",
    "from",
    "från",
    "ds",
    *YEARS,
)  # after a year of their own
TIME_WORDS = frozenset({"date", "datum", "time", "tid", "datetime", "timestamp", "start"})  # hour_start_local


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A time and a count for each line of a file.

    `columns` are those added up, empty for the one of a known name; `repeated` lines are wholly like another.
    """

    name: str
    times: Times
    values: pd.Series
    columns: tuple[str, ...] = ()
    repeated: int = 0


def read_counts(text: str, name: str, time: str, count: str, options: ReadOptions = DETECT) -> Counts:
    """Read a time and a count a line; `time` and `count` are the names under which columns are looked for first.

    The count is that of the column of a known name, of the only one that holds numbers, or of those asked for, added
    up (NaN where one of them is missing). Raises CountFileError, also where several columns could be the count.
    """
    frame = _upright(read_frame(text, name, options), name, options)
    texts, taken = _time_texts(frame, time, name, options)
    columns = _value_columns(frame, count, taken, name, options)
    if len(columns) > 1 and not options.value_columns:
        raise CountFileError(f"{name} has {many(len(columns), 'column')} of counts; {_offer(columns)}")
    numbers = pd.DataFrame({column: _numbers(frame, column, options) for column in columns})
    known = len(columns) == 1 and not options.value_columns and plain(columns[0]) in COUNT_NAMES[count]
    return Counts(
        name=name,
        times=parse_times(texts, options.date_format),
        values=numbers.sum(axis=1, skipna=False),
        columns=() if known else tuple(columns),
        repeated=int(frame.duplicated().sum()),
    )


def count_columns(text: str, name: str, time: str, count: str, options: ReadOptions = DETECT) -> list[str]:
    """Return the columns of counts of a file that has several, and none that is known as the count by its name."""
    frame = _upright(read_frame(text, name, options), name, options)
    columns = _value_columns(frame, count, _time_texts(frame, time, name, options)[1], name, options)
    return columns if len(columns) > 1 else []


def read_columns(
    path: Path,
    *,
    numbers: Mapping[str, str] | Sequence[str],
    texts: Sequence[str] = (),
    options: ReadOptions = DETECT,
) -> tuple[Times, pd.DataFrame]:
    """Read the time and named columns: `numbers` are needed, `texts` may be missing. Raises CountFileError.

    A mapping of `numbers` tells which column of the file is to be taken for a name ("" for one found by its name).
    """
    name = str(path)
    frame = read_frame(read_text(path), name, options)
    found = {}
    for wanted in numbers:
        asked = numbers[wanted] if isinstance(numbers, Mapping) else ""
        column = choose(frame, asked, f"--{wanted}-column", name) if asked else _named(frame, wanted)
        if column is None:
            raise CountFileError(
                f"{name} has no column {wanted}; its columns are {listed(list(frame.columns))}"
            )
        found[wanted] = _numbers(frame, column, options)
    for wanted in texts:
        if column := _named(frame, wanted):
            found[wanted] = frame[column]
    when, _ = _time_texts(frame, "time", name, options)
    return parse_times(when, options.date_format), pd.DataFrame(found | {"text": when})


def read_spans(path: Path) -> pd.DataFrame:
    """Read a file `date`, `date,last` or `date,name` as a frame of first, last and name. Raises CountFileError."""
    return parse_spans(read_text(path), str(path))


def parse_spans(text: str, name: str, *, need_last: bool = False) -> pd.DataFrame:
    """Read the text of such a file; with `need_last` it has to have the column. Raises CountFileError."""
    frame = read_frame(text, name)
    texts, _ = _time_texts(frame, "date", name, DETECT)
    end, label = _named(frame, "last"), _named(frame, "name")
    if need_last and not end:
        raise CountFileError(f"{name} has no column last")
    try:
        first = parse_times(texts).wall.dt.normalize()
        ends = first.copy()
        if end and (texts_of_ends := frame[end][frame[end] != ""]).size:
            ends.update(parse_times(texts_of_ends).wall.dt.normalize())
    except CountFileError as exc:
        raise CountFileError(str(exc).replace(ADVICE, "")) from exc
    return pd.DataFrame({"first": first, "last": ends, "name": frame[label] if label else ""})


def _named(frame: pd.DataFrame, wanted: str) -> str | None:
    return find(frame.columns, (wanted, *COUNT_NAMES.get(wanted, ())))


def _numbers(frame: pd.DataFrame, column: str, options: ReadOptions) -> pd.Series:
    return parse_numbers(frame[column], options.decimal, sep=frame.attrs.get("sep", ","), column=column)


def _time_texts(
    frame: pd.DataFrame, time: str, name: str, options: ReadOptions
) -> tuple[pd.Series, list[str]]:
    """Return the text of each line's time and the columns that tell it. Raises CountFileError."""
    heads = list(frame.columns)
    if options.date_columns:
        columns = [choose(frame, asked, "--date-column", name) for asked in options.date_columns]
        return frame[columns].agg(" ".join, axis=1), columns
    names = TIME_NAMES if time == "time" else DATE_NAMES
    clock = find(heads, CLOCKS)
    if time == "time" and (day := find(heads, DATES)) and clock and clock != day:
        hours = frame[clock].str.replace(r"^\d{1,2}$", lambda m: f"{m[0]}:00", regex=True)
        return frame[day] + " " + hours, [day, clock]
    if not (column := find(heads, names)):
        if parts := _date_in_parts(frame):
            return parts
        worded = [head for head in heads if not TIME_WORDS.isdisjoint(re.split(r"[\W_]+", plain(head)))]
        if len(worded) > 1:
            raise CountFileError(
                f"{name} has several columns of times: {listed(worded)}; choose one by --date-column"
            )
        column = worded[0] if worded else find(heads, LATER_DATE_NAMES)
    if not column and find(heads, ("quarter", "kvartal")):
        raise CountFileError(
            f"{name} has quarters of a year; the visits of every month are needed, 2026-11 for a month"
        )
    if not column:
        raise CountFileError(
            f"{name} has no column {time}; its columns are {listed(heads)}: name one by --date-column, "
            "and the counts by --column"
        )
    texts = frame[column]
    if plain(column) in WEEKS:
        texts = texts.str.replace(r"^(\d{4})[ ./-]?(\d\d?)$", r"\1-W\2", regex=True)
        texts = texts.str.replace(r"^(\d\d?)[ ./-](\d{4})$", r"\2-W\1", regex=True)
    return texts, [column]


def _date_in_parts(frame: pd.DataFrame) -> tuple[pd.Series, list[str]] | None:
    """Return dates whose year and month (and day), or year and week, are columns of their own, if there are any."""
    heads = list(frame.columns)
    year, month, day, week = (find(heads, names) for names in (YEARS, MONTHS, DAYS, WEEKS))
    if not year or not (month or week):
        return None
    if not month and week:
        return frame[year] + "-W" + frame[week].str.extract(r"(\d\d?)$")[0].fillna("?"), [year, week]
    columns = [column for column in (year, month, day) if column]
    return frame[columns].agg("-".join, axis=1), columns


def _value_columns(
    frame: pd.DataFrame, count: str, taken: Iterable[str], name: str, options: ReadOptions
) -> list[str]:
    """Return the columns of counts: those asked for, the one of a known name, or all that hold numbers."""
    known = find([head for head in frame.columns if head not in taken], COUNT_NAMES[count])
    asked = options.value_columns
    if known and not asked:
        return [known]
    skipped = {*taken, *find_all(frame.columns, (*DATE_NAMES, *LATER_DATE_NAMES, *CLOCKS, *BESIDE))}
    numeric = [head for head in frame.columns if head not in skipped and _is_numeric(frame[head])]
    parts = [head for head in numeric if plain(head).replace("_", " ") not in TOTALS] or numeric
    if not asked:
        if not parts:
            raise CountFileError(
                f"{name} has no column {count}; its columns are {listed(list(frame.columns))}: name one by --column"
            )
        return parts
    chosen: list[str] = []
    for each in asked:
        if plain(each) == ALL and not find(frame.columns, [ALL]):
            chosen += parts
        else:
            chosen.append(choose(frame, each, "--column", name))
            if chosen[-1] in taken:
                raise CountFileError(
                    f"--column {each}: that column of {name} tells the time; {_offer(parts)}"
                )
    return list(dict.fromkeys(chosen))


def find_all(heads: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the columns that have one of these names."""
    known = set(names)
    return [head for head in heads if plain(head) in known]


def _is_numeric(texts: pd.Series) -> bool:
    try:
        return bool(parse_numbers(texts.iloc[:SAMPLE], ".").notna().any())
    except CountFileError:
        return bool(texts.iloc[:SAMPLE].str.fullmatch(r"[\d\s.,'’]*\d[\d\s.,'’]*|[-–.]*").all())


def _offer(columns: Sequence[str]) -> str:
    if not columns:
        return "no column of it holds numbers"
    return (
        f"choose among {listed(columns)}: --column '{columns[0]}' (or its number); "
        "write --column several times to add some up, or --column all for all of them"
    )


def _upright(frame: pd.DataFrame, name: str, options: ReadOptions) -> pd.DataFrame:
    """Turn a table with a column a month, a line a year or branch, into a line a month and a column a branch."""
    texts = months_written(pd.Series(frame.columns), options.date_format)
    heads = {c: head_of([text], {}) for c, text in enumerate(texts)}
    months = [c for c, head in heads.items() if head.length == MONTH_LONG and not head.rest]
    if len(months) < LEAST_MONTHS or 2 * len(months) < len(heads):
        return frame
    others = [c for c, head in enumerate(frame.columns) if c not in months and plain(head) not in TOTALS]
    if find_all(frame.columns[others], (*DATE_NAMES, *MONTHS, *DAYS)):
        return frame  # a line a day: the columns are doors that are called like months
    body = frame.set_axis(range(len(heads)), axis=1)
    body = body[~body[others].apply(lambda cells: cells.str.lower().isin(TOTALS)).any(axis=1)]
    columns = Columns(names=others, counts=months)
    if not any(heads[c].whole for c in months):
        year = find(frame.columns[others], YEARS)
        found = [c for c in others if frame.columns[c] == year or body[c].str.fullmatch(r"\d{4}").all()]
        if not found:
            raise CountFileError(
                f"the months of {name} have no year; add a column Year, or write the year in each head, 2026-11"
            )
        columns.parts["y"] = found[0]
        columns.names.remove(found[0])
    table = Table(title=(), heads=[(head,) for head in frame.columns], body=body, sep="")
    long = by_period(table, columns, heads, body[months], Talk({}))
    long["series"] = long["series"].replace("", "visits")
    if (again := long.duplicated(["series", "first"])).any():
        first = long[again].iloc[0]
        raise CountFileError(f"{name} has {first['first']:%Y-%m} twice for {first['series']}")
    wide = long.pivot(index="first", columns="series", values="value").rename_axis(columns=None)
    wide.index = pd.DatetimeIndex(wide.index).strftime(options.date_format or "%Y-%m")
    wide = wide.fillna("")
    numbers = [parse_numbers(wide[branch], options.decimal, column=str(branch)) for branch in wide]
    counted = pd.concat(numbers, axis=1).notna().any(axis=1)
    wide = wide[counted.cummax() & counted[::-1].cummax()[::-1]]  # months after the last count are not over
    return wide.assign(date=wide.index)
