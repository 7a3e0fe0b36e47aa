"""Cells as records: each count with its row, its series and its period."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from besok.files.values import bare_numbers, decimal_sign, parse_numbers
from besok.files.visit_counts import labels, totals
from besok.files.visit_counts.columns import ELSEWHERE, IN, OTHER, OUT, VISITS, Columns, words_of
from besok.files.visit_counts.labels import Header, each, header_of
from besok.files.visit_counts.periods import HOUR, resolved, with_periods
from besok.files.visit_counts.table import Table
from besok.files.visit_counts.wording import Dialog, option, refusal
from besok.files.written_times import FIELDS, fields_in

WORDS: Final = 5  # distinct words among the counts that can be asked about
THOUSANDS: Final = re.compile(r"tusental|1000-?tal|thousand|1,?000s|\b000s|'000", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Counts: columns row, series, first, last, wall, unit, visits (NaN where not known); `timed` if with hours.

    `ends` tells whether times are the ends of counted intervals, `headers` names the columns of counts. `hours` are the
    opening hours by row, None if not requested.
    """

    frame: pd.DataFrame
    timed: bool
    ends: bool
    headers: tuple[str, ...]
    hours: "pd.Series[str] | None" = None


def records(
    table: Table,
    columns: Columns,
    dialog: Dialog,
    *,
    zone: ZoneInfo | None,
    sheet: str,
) -> Records:
    """Return the records of a table. Raises Unclear, CountFileError."""
    table = entering(table, columns, dialog)
    headers = header_times(table, columns, dialog)
    used, added = _counting(table, columns, headers, dialog)
    body, sums = totals.split_sums(table.body, columns, used, dialog)
    body = _without_notes(body, columns, used, dialog)
    if body.empty:
        raise refusal("no row has a date and a count; is the file the right one?")
    body = _filled_down(body, columns)
    every = pd.concat([body, table.body.loc[sums.index]])
    numbers = _numbers(every, table, [*used, *added], dialog)
    if not sums.empty:
        totals.check_rows(sums, numbers, used, dialog)
        numbers = numbers.loc[body.index]
    shortest = [c for c in used if headers[c].length == max(headers[u].length for u in used)]
    for c in added:
        totals.check_column(numbers[c], numbers[shortest], table.name(c), dialog)
    if any(THOUSANDS.search(text) for text in (*table.title, *(table.name(c) for c in used))):
        numbers = numbers * _thousands(dialog)
    titles = (*table.title, sheet, *(text for c in columns.keys for text in table.headers[c]))
    frame = by_period(
        replace(table, body=body), columns, headers, numbers[used], dialog, titles=titles, zone=zone
    )
    return Records(
        frame=frame.rename(columns={"value": "visits"}),
        timed=bool((frame["wall"] != frame["wall"].dt.normalize()).any()),
        ends=columns.ends,
        headers=tuple(table.name(c) for c in used),
    )


def by_period(
    table: Table,
    columns: Columns,
    headers: Mapping[int, Header],
    values: pd.DataFrame,
    dialog: Dialog,
    *,
    titles: Sequence[str] = (),
    zone: ZoneInfo | None = None,
) -> pd.DataFrame:
    """Return a line for each of the values, which are indexed like the table, with its columns.

    Its columns are first, last, wall, unit, row, series and value. Raises Unclear, CountFileError.
    """
    body, used = table.body, [int(c) for c in values.columns]
    names = _series_names(table, headers, used)
    rows = None
    if columns.names:
        first, *more = columns.names
        rows = body[first].str.cat(body[more], sep=" / ").str.strip(" /")
    by_column = []
    for c in used:
        series = names[c] if rows is None else rows + (f" / {names[c]}" if names[c] else "")
        column = pd.DataFrame({"row": body.index, "series": series, "value": values[c]}, body.index)
        if headers[c].fields:
            column = column[body[c] != ""]  # 29 February of a table of days is empty
        if not column.empty:
            by_column.append((c, column))
    return with_periods(table, columns, headers, by_column, dialog, titles=titles, zone=zone)


def entering(table: Table, columns: Columns, dialog: Dialog) -> Table:
    """Drop rows of people going out where a column gives the direction."""
    if columns.direction is None:
        return table
    out = table.body[columns.direction].str.lower().isin(OUT)
    dialog.remark("direction", None, "{n} rows of people going out are left out.", n=int(out.sum()))
    return replace(table, body=table.body[~out])


def header_times(table: Table, columns: Columns, dialog: Dialog) -> dict[int, Header]:
    """Return the headers of counts with their time fields, as far as the rows lack them."""
    headers = headers_of({c: table.headers[c] for c in columns.counts}, dialog)
    numbered = [
        c for c in columns.counts if table.headers[c] and labels.FIGURES.fullmatch(table.headers[c][-1])
    ]
    part = labels.sequence([table.headers[c][-1] for c in numbered])
    if part and part != "y":
        figures = {c: int(table.headers[c][-1]) for c in numbered}
        ends = part == "t" and max(figures.values()) == 24  # hours numbered by their ends
        for c, upper in headers_of({c: table.headers[c][:-1] for c in numbered}, dialog).items():
            figure = HOUR * (figures[c] - ends) if part == "t" else figures[c]
            headers[c] = replace(upper, fields={**upper.fields, part: figure})
        _remark_numbers(part, {"first": min(figures.values()), "last": max(figures.values())}, dialog)
    rows = {*columns.parts, *("t" if columns.clock is not None else "")}
    allowed = {*("td" if columns.period is not None else FIELDS), "f", "u"} - rows
    for c, header in headers.items():
        year_alone = {*header.fields} <= {"y", "f"}
        known = header.complete and (
            columns.period is not None or (columns.parts and not (year_alone and "y" in allowed))
        )
        fields = {} if known else {field: n for field, n in header.fields.items() if field in allowed}
        if fields != header.fields:
            headers[c] = Header(
                fields=fields,
                rest=header.rest if fields else table.name(c),
                complete=header.complete and bool(fields),
            )
    parts = [header for header in headers.values() if header.fields and not labels.is_total(header.rest)]
    if len({header.rest for header in parts}) == 1:
        longest = min(header.length for header in parts)
        for (
            c,
            header,
        ) in headers.items():  # the sum of a year among its months is a longer period of their series
            if not header.complete and header.length < longest and labels.is_total(header.rest):
                headers[c] = replace(header, rest=parts[0].rest)
    return headers


def headers_of(levels: Mapping[int, Sequence[str]], dialog: Dialog) -> dict[int, Header]:
    """Return headers with their time fields, days in one order. Raises Unclear, CountFileError."""
    known = resolved(
        dict.fromkeys(text for header in levels.values() for text in header if fields_in(text)), dialog
    )
    return {c: header_of(header, known) for c, header in levels.items()}


def _remark_numbers(part: str, bounds: Mapping[str, int], dialog: Dialog) -> None:
    """Remark on the meaning given to numeric headers."""
    match part:
        case "m":
            dialog.remark("heads", None, "The headings {first} to {last} are read as months.", **bounds)
        case "d":
            dialog.remark(
                "heads", None, "The headings {first} to {last} are read as days of the month.", **bounds
            )
        case "w":
            dialog.remark("heads", None, "The headings {first} to {last} are read as weeks.", **bounds)
        case _:
            dialog.remark("heads", None, "The headings {first} to {last} are read as hours.", **bounds)


def _counting(
    table: Table, columns: Columns, headers: Mapping[int, Header], dialog: Dialog
) -> tuple[list[int], list[int]]:
    """Return the columns whose counts are visits, and those of their sums.

    Visits are columns with a time in their header, of people who come in, or the one with a known name.
    """
    shares = [c for c in columns.counts if labels.is_average(table.name(c))]
    rates = [c for c in columns.counts if labels.is_rate(table.name(c)) and c not in shares]
    if len(shares) + len(rates) < len(columns.counts):
        shares += rates
    _remark_unread(table, shares, dialog)
    counted = [c for c in columns.counts if c not in shares]
    timed = [c for c in counted if headers[c].fields]
    sums: list[int] = []
    if len(timed) > 1 or (timed and len(counted) == 1):
        sums = [c for c in counted if labels.is_total(headers[c].rest) and c not in timed]
        _remark_unread(table, [c for c in counted if c not in timed and c not in sums], dialog)
        counted = [c for c in timed if c not in sums]
    inward = [c for c in counted if words_of(headers[c].rest) & IN]
    outward = [c for c in counted if words_of(headers[c].rest) & OUT and c not in inward]
    if outward and not inward:  # “Entrance” next to “Exit” is a way in, alone it is a door
        inward = [c for c in counted if "entrance" in words_of(headers[c].rest) and c not in outward]
    if inward and outward:
        undirected = [c for c in counted if c not in inward and c not in outward]
        visits = [c for c in undirected if words_of(headers[c].rest) & VISITS]
        names = ", ".join(table.name(c) for c in outward)[:100]
        dialog.remark("direction", None, "People going out are left out: {names}.", names=names)
        _remark_unread(table, [c for c in undirected if c not in visits], dialog)
        return [*inward, *visits], sums
    visits = [c for c in counted if words_of(headers[c].rest) & VISITS]
    if len(visits) == 1 < len(counted) and not timed:
        _remark_unread(table, [c for c in counted if c not in visits], dialog)
        return visits, sums
    if not counted:
        raise refusal(
            "no column holds counts; its columns are {names}",
            names=", ".join(map(" ".join, table.headers))[:200],
        )
    return counted, sums


def _thousands(dialog: Dialog) -> int:
    answer = dialog.ask(
        "thousands",
        "A heading mentions thousands. How are the counts written?",
        [
            option("thousands", "in thousands: 12.3 is 12 300 people"),
            option("people", "in people, as they stand"),
        ],
    )
    return 1_000 if answer == "thousands" else 1


def _remark_unread(table: Table, unread: Sequence[int], dialog: Dialog) -> None:
    for c in unread:
        dialog.remark("column", None, "The column “{name}” is not read.", name=table.name(c)[:60])


def _without_notes(body: pd.DataFrame, columns: Columns, used: Sequence[int], dialog: Dialog) -> pd.DataFrame:
    """Leave out rows without counts and period: notes, and texts between parts of a table."""
    empty = (body[[*used]] == "").all(axis=1)
    if not empty.any():
        return body
    without_count = body[empty]
    dated = pd.Series(False, without_count.index)
    for c in columns.times:
        dated |= each(without_count[c], lambda text: bool(fields_in(text) or labels.FIGURES.fullmatch(text)))
    notes = empty & ~dated.reindex(body.index, fill_value=False)
    for row in body.index[notes][:20]:
        text = next((t for t in body.loc[row] if t), "")
        dialog.remark("note", int(row), "Row {row} is left out as a note: “{text}”.", text=text[:80])
    return body[~notes]


def _filled_down(body: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """Repeat the text of merged cells: a year next to its months, a branch next to its years."""
    keys = columns.keys
    if len(keys) < 2:
        return body
    body = body.copy()
    for c in keys:
        blank = body[c] == ""
        if c != columns.until and blank.any() and not blank.iloc[0]:
            others = (body[[k for k in keys if k != c]] != "").any(axis=1)
            body[c] = body[c].mask(blank & others).ffill().where(~blank | others, "")
    return body


def _numbers(body: pd.DataFrame, table: Table, used: Sequence[int], dialog: Dialog) -> pd.DataFrame:
    """Return the counts of the columns, NaN where unknown. Raises Unclear, CountFileError."""
    cells = pd.concat([body[c] for c in used])
    words = _words(cells, dialog)
    digits = bare_numbers(cells.mask(cells.isin([*words]))).dropna()
    decimal = _decimal(digits, table, dialog)
    by_column = {}
    for c in used:
        column = body[c].replace(words) if words else body[c]
        by_column[c] = parse_numbers(column, decimal, column=table.name(c)[:60])
    return pd.DataFrame(by_column, index=body.index)


def _words(cells: "pd.Series[str]", dialog: Dialog) -> dict[str, str]:
    """Return the replacements of words among the counts."""
    distinct = cells.drop_duplicates()
    words = distinct[~distinct.map(lambda text: labels.is_count(text) or not text)]
    if words.empty:
        return {}
    if len(words) > WORDS or words.str.contains(r"\d").any():
        place = int(words.str.contains(r"\d").to_numpy().argmax())
        raise refusal(
            "row {row}: “{text}” is not a number; correct it, or leave the cell empty where the count is not known",
            row=words.index[place],
            text=words.iloc[place][:60],
        )
    listed = ", ".join(f"“{text[:30]}”" for text in words)
    answer = dialog.ask(
        "words",
        "What does {words} mean among the counts (row {row})?",
        [
            option("missing", "the count is not known"),
            option("zero", "nobody came"),
        ],
        words=listed,
        row=words.index[0],
    )
    return dict.fromkeys(words, "" if answer == "missing" else "0")


def _decimal(digits: "pd.Series[str]", table: Table, dialog: Dialog) -> str:
    marked = digits.str.contains(r"[.,]")
    if not marked.any():
        return "."
    if dialog.answered("decimal"):
        return dialog.ask(
            "decimal", "Which is the decimal sign?", [option(",", "comma"), option(".", "point")]
        )
    dots = not digits[marked].str.contains(",", regex=False).any()
    return decimal_sign(digits, ";" if dots else table.sep, "")


def _series_names(table: Table, headers: Mapping[int, Header], used: Sequence[int]) -> dict[int, str]:
    """Return the names of series from their headers; "" where all are the same."""
    rests = {c: _without_direction(headers[c].rest) for c in used}
    if len(set(rests.values())) == 1:
        return dict.fromkeys(used, "")
    return {c: rest[:60] or table.name(c)[:60] for c, rest in rests.items()}


def _without_direction(name: str) -> str:
    remaining = [word for word in re.split(r"[\s_]+", name) if word.lower().strip("()") not in IN]
    return " ".join(remaining).strip(" -–,:") or name


def unknown_headers(records_: Records) -> Iterator[str]:
    """Yield the headers that name something other than visits, as loans."""
    for header in records_.headers:
        words = words_of(header)
        if words & (OUT | ELSEWHERE) or (words & OTHER and not words & VISITS):
            yield header
