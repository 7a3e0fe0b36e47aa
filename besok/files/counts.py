"""Files of counts for the commands that need no installation: the table, read with the options of its user.

Missing is never zero: an empty count is NaN. An unclear table is refused with the option to give.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from besok.files.repeated_lines import repeated
from besok.files.running_totals import as_counts, with_lacking
from besok.files.tables import (
    COUNT_NAMES,
    DATES,
    DETECT,
    MONTHS,
    TOTALS,
    WEEKS,
    YEARS,
    ReadOptions,
    choose,
    clean,
    find,
    listed,
    plain,
    read_frame,
    read_text,
)
from besok.files.values import Times, by_format, parse_numbers, stated_times
from besok.files.visit_counts.columns import Columns, find_columns
from besok.files.visit_counts.periods import parse_times, plain_unit, times_of
from besok.files.visit_counts.records import entering, header_times, records
from besok.files.visit_counts.table import Table
from besok.files.visit_counts.totals import without_sums
from besok.files.visit_counts.wording import Dialog
from besok.files.written_times import fields_in, hyphenated
from besok.model.errors import CountFileError, Unclear
from besok.model.plurals import many

ALL = "all"
WHEN = (
    *DATES, "datetime", "timestamp", "date_time", "start", "time", "tid", "first", "from", "från", *MONTHS, *WEEKS,
    *YEARS,
)  # fmt: skip
REMEDIES: Final[Mapping[str, str]] = {  # by the key of a question
    "dates": "Give --date-format %d/%m/%Y or --date-format %m/%d/%Y, as they are written.",
    "date-column": "Choose one by --date-column.",
    "year": "Add a column Year, or write the year in each head, 2026-11.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A time and a count for each line of a file.

    `columns` are those added up, empty for the one of a known name; `repeated` says which lines have the same time.
    """

    name: str
    times: Times
    values: pd.Series
    columns: tuple[str, ...] = ()
    repeated: str = ""
    remarks: tuple[str, ...] = ()  # for a person, about how the file was read


@dataclass(frozen=True, slots=True, kw_only=True)
class CountTable:
    """Cells as text by column (numbers if transposed), the times of the lines, and the columns that may be counts."""

    frame: pd.DataFrame
    when: Sequence[str]  # columns with the time
    times: Times
    counts: Sequence[str]
    remarks: tuple[str, ...]


def read_counts(text: str, name: str, time: str, count: str, options: ReadOptions = DETECT) -> Counts:
    """Read a time and a count a line; `time` and `count` are the names under which columns are looked for first.

    The count is from the column of a known name, from the only one with numbers, or from the requested ones, added up
    (NaN where one of them is missing). Raises CountFileError, also where several columns could be the count.
    """
    table = _read_table(text, name, time, options)
    columns = _value_columns(table, count, name, options)
    if len(columns) > 1 and not options.value_columns:
        raise CountFileError(f"{name} has {many(len(columns), 'column')} of counts; {_offer(columns)}")
    times, door, note = table.times, _doors(table.frame, name, options), ""
    if options.totals:
        times, door, note = with_lacking(times, door)
    numbers = pd.DataFrame(
        {
            column: as_counts(
                _numbers(table.frame, column, options).reindex(door.index),
                times,
                door,
                column=column,
                name=name,
                totals=options.totals,
            )
            for column in columns
        }
    )
    by_name = len(columns) == 1 and not options.value_columns and plain(columns[0]) in COUNT_NAMES[count]
    return Counts(
        name=name,
        times=times,
        values=numbers.sum(axis=1, skipna=False),
        columns=() if by_name else tuple(columns),
        repeated="" if options.totals else repeated(times, door),
        remarks=(*table.remarks, *filter(None, [note])),
    )


def count_columns(text: str, name: str, time: str, count: str, options: ReadOptions = DETECT) -> list[str]:
    """Return the columns of counts of a file that has several, none of them with a known name."""
    columns = _value_columns(_read_table(text, name, time, options), count, name, options)
    return columns if len(columns) > 1 else []


def read_columns(
    path: Path,
    *,
    numbers: Mapping[str, str] | Sequence[str],
    texts: Sequence[str] = (),
    options: ReadOptions = DETECT,
) -> tuple[Times, pd.DataFrame]:
    """Read the time and named columns: `numbers` are needed, `texts` may be missing. Raises CountFileError.

    A mapping of `numbers` gives the column of the file for each name ("": the column of that name).
    """
    name = str(path)
    table = _read_table(read_text(path), name, "time", options)
    frame, columns = table.frame, {}
    for role in numbers:
        requested = numbers[role] if isinstance(numbers, Mapping) else ""
        column = choose(frame, requested, f"--{role}-column", name) if requested else _find_role(frame, role)
        if column is None:
            raise CountFileError(
                f"{name} has no column {role}; its columns are {listed(list(frame.columns))}"
            )
        columns[role] = _numbers(frame, column, options)
    for role in texts:
        if column := _find_role(frame, role):
            columns[role] = frame[column]
    if options.door_column:
        columns["door"] = _doors(frame, name, options)
    time_texts = _joined(frame, table.when) if table.when else table.times.wall.astype(str)
    return table.times, pd.DataFrame(columns | {"text": time_texts})


def read_spans(path: Path) -> pd.DataFrame:
    """Read a file `date`, `date,last` or `date,name` as a frame of first, last and name. Raises CountFileError."""
    return parse_spans(read_text(path), str(path))


def parse_spans(text: str, name: str, *, need_last: bool = False) -> pd.DataFrame:
    """Read the text of such a file; with `need_last` it has to have the column. Raises CountFileError."""
    frame = read_frame(text, name)
    begin, end, label = find(frame.columns, WHEN), _find_role(frame, "last"), _find_role(frame, "name")
    if not begin or (need_last and not end):
        lacks = "last" if begin else "date"
        raise CountFileError(f"{name} has no column {lacks}; its columns are {listed([*frame.columns])}")
    first = parse_times(frame[begin]).wall.dt.normalize()
    ends = first.copy()
    if end and (texts_of_ends := frame[end][frame[end] != ""]).size:
        ends.update(parse_times(texts_of_ends).wall.dt.normalize())
    return pd.DataFrame({"first": first, "last": ends, "name": frame[label] if label else ""})


def _read_table(text: str, name: str, time: str, options: ReadOptions) -> CountTable:
    """Return the table of a file with the times of its lines. Raises CountFileError with the option to give."""
    cells = read_frame(text, name, options)
    frame, headers = cells.map(clean), [*cells.columns]
    frame.attrs["sep"] = cells.attrs["sep"]
    when = [choose(frame, requested, "--date-column", name) for requested in options.date_columns]
    if options.date_format and not when:
        when = [header for header in [find(headers, WHEN)] if header]
    body = frame.set_axis(range(len(headers)), axis=1)
    if when:
        first, *more = map(headers.index, when)
        body[first], body[more] = _joined(frame, when), ""
    shown = pd.Series(headers).map(hyphenated)
    if options.date_format:
        shown = by_format(pd.Series(headers), options.date_format).dt.strftime("%Y-%m").fillna(shown)
    table = Table(title=(), headers=[(header,) for header in shown], body=body, sep=frame.attrs["sep"])
    dialog = Dialog({"decimal": options.decimal} if options.decimal else {})
    with _with_remedy(name):
        columns = find_columns(table, dialog, headers.index(when[0]) if when else None)
        if any(header.fields for header in header_times(table, columns, dialog).values()):
            return _transposed(table, columns, name, dialog)
        table = entering(table, columns, dialog)
        when = when or [headers[c] for c in columns.times]
        if not when and (time_column := find(headers, WHEN)):
            when, columns.period = [time_column], headers.index(time_column)
        if not when or any("d" in fields_in(header) for header in when):
            raise CountFileError(
                f"{name} has no column {time}; its columns are {listed(headers)}: name one by --date-column, "
                "and the counts by --column"
            )
        if options.date_format and columns.period is not None:
            times = stated_times(table.body[columns.period], options.date_format)
        else:
            times = times_of(table, columns, dialog, hint=", or give --date-format")
    return CountTable(
        frame=frame.loc[table.body.index],
        when=when,
        times=times,
        counts=[headers[c] for c in columns.counts],
        remarks=_remarks(dialog),
    )


@contextmanager
def _with_remedy(name: str) -> Iterator[None]:
    """Turn Unclear into a refusal with the remedy for the user."""
    try:
        yield
    except Unclear as exc:
        raise CountFileError(f"{name}: {exc} {REMEDIES.get(exc.questions[0].key, '')}".strip()) from exc


def _joined(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    first, *more = columns
    joined: pd.Series = frame[first].str.cat(frame[more], sep=" ") if more else frame[first]
    return joined


def _transposed(table: Table, columns: Columns, name: str, dialog: Dialog) -> CountTable:
    """Turn a table with times across into one with a line per time and a column per series."""
    long = without_sums(records(table, columns, dialog, zone=None, sheet="").frame, dialog)
    long["series"] = long["series"].replace("", "visits")
    if (again := long.duplicated(["series", "wall"])).any():
        first = long[again].iloc[0]
        raise CountFileError(f"{name} has {first['first']:%Y-%m} twice for {first['series']}")
    wide = long.pivot(index="wall", columns="series", values="visits").rename_axis(columns=None)
    counted = wide.notna().any(axis=1)
    wide = wide[counted.cummax() & counted[::-1].cummax()[::-1]]  # months after the last count are not over
    times = Times(
        wall=pd.Series(wide.index),
        offset_s=pd.Series(float("nan"), range(len(wide))),
        unit=plain_unit(long["unit"]),
    )
    return CountTable(
        frame=wide.reset_index(drop=True),
        when=(),
        times=times,
        counts=[*wide.columns],
        remarks=_remarks(dialog),
    )


def _remarks(dialog: Dialog) -> tuple[str, ...]:
    return tuple(str(remark.text) for remark in dialog.remarks if remark.kind != "column")


def _find_role(frame: pd.DataFrame, role: str) -> str | None:
    return find(frame.columns, (role, *COUNT_NAMES.get(role, ())))


def _doors(frame: pd.DataFrame, name: str, options: ReadOptions) -> pd.Series:
    """Return the name of the door of each line; "" where no column has it."""
    requested = options.door_column
    column = choose(frame, requested, "--door-column", name) if requested else _find_role(frame, "door")
    return frame[column] if column else pd.Series("", frame.index)


def _numbers(frame: pd.DataFrame, column: str, options: ReadOptions) -> pd.Series:
    cells = frame[column]
    if cells.dtype == float:
        return cells
    return parse_numbers(cells, options.decimal, sep=frame.attrs.get("sep", ","), column=column)


def _value_columns(table: CountTable, count: str, name: str, options: ReadOptions) -> list[str]:
    """Return the columns of counts: those requested, the one of a known name, or all with numbers."""
    frame, requested = table.frame, options.value_columns
    taken = [*table.when]
    if options.door_column:
        taken.append(choose(frame, options.door_column, "--door-column", name))
    counts = [header for header in table.counts if header not in taken]
    named = find([header for header in frame.columns if header not in taken], COUNT_NAMES[count])
    if named and not requested:
        return [named]
    parts = [header for header in counts if plain(header).replace("_", " ") not in TOTALS] or counts
    if not requested and not parts:
        raise CountFileError(
            f"{name} has no column {count}; its columns are {listed(list(frame.columns))}: name one by --column"
        )
    chosen: list[str] = []
    for column in requested or (ALL,):
        if plain(column) == ALL and not find(frame.columns, [ALL]):
            chosen += parts
        else:
            chosen.append(choose(frame, column, "--column", name))
            if chosen[-1] in taken:
                role = "time" if chosen[-1] in table.when else "door"
                raise CountFileError(
                    f"--column {column}: that column of {name} tells the {role}; {_offer(parts)}"
                )
    return list(dict.fromkeys(chosen))


def _offer(columns: Sequence[str]) -> str:
    if not columns:
        return "no column of it holds numbers"
    return (
        f"choose among {listed(columns)}: --column '{columns[0]}' (or its number); "
        "write --column several times to add some up, or --column all for all of them"
    )
