"""The table on a sheet: titles above it, the headers of its columns, and its rows."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from besok.files.visit_counts import labels
from besok.files.visit_counts.grid import Sheet
from besok.files.visit_counts.wording import refusal
from besok.files.written_times import ONE_YEAR, fields_in

LOOKED_AT: Final = 60  # rows among which the first with counts is looked for
LEVELS: Final = 3  # rows of a header
MARKED: Final = re.compile(rf"{labels.NUMBER.pattern}\W*")  # a number, and 98 000*
MOSTLY: Final = 0.8  # of the texts of a column, which decide its content


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of texts with `headers`, the levels of each column's header; the index of `body` is the number of each row.

    `title` has the texts above, `repeated` the rows that repeat the header.
    """

    title: tuple[str, ...]
    headers: list[tuple[str, ...]]
    body: pd.DataFrame
    sep: str
    repeated: tuple[int, ...] = ()

    def name(self, column: int) -> str:
        """Return the header of a column as one text, or its number without one."""
        return " ".join(self.headers[column]) or f"column {column + 1}"


def find_tables(sheet: Sheet) -> list[Table]:
    """Return the table of a sheet, in parts where the header is repeated below further titles, as one for each year.

    Raises CountFileError.
    """
    table = _find_table(sheet)
    if table is None:
        return []
    if not table.repeated:
        return [table]
    parts, title, begin = [], table.title, 0
    numbers = [*table.body.index]
    for row in (*table.repeated, None):
        end = len(numbers) if row is None else bisect_right(numbers, row)
        body, above = table.body.iloc[begin:end], ()
        if row is not None:
            alone = (body != "").sum(axis=1) == 1
            titles = len(body) - int(alone[::-1].cummin().sum())  # texts alone, right above the next head
            body, above = body.iloc[:titles], tuple(body.iloc[titles:].max(axis=1))
        parts.append(replace(table, title=title, body=body))
        title, begin = above or title, end
    return [part for part in parts if not part.body.empty]


def with_years(table: Table) -> Table:
    """Add a year column from years between the rows, as in headings and pivot tables. Raises CountFileError."""
    alone = (table.body != "").sum(axis=1) == 1
    for c in range(len(table.headers)):
        cells = table.body[c]
        years = cells.str.fullmatch(ONE_YEAR, case=False)
        if not years.any():
            continue
        parts = labels.each(cells, fields_in).isin([*"mqsw"])
        headings = (years & alone).equals(years) and not alone.all()
        if not (headings or parts.any()) or (years | parts).sum() < MOSTLY * (cells != "").sum():
            continue
        above, below = years[~labels.each(cells, labels.is_total)].iloc[[0, -1]]
        if above == below:
            raise refusal(
                "column {name} has years between months, and neither begins nor ends with one; write the year beside "
                "each month",
                name=table.name(c),
            )
        year_cells = cells.where(years)
        body = table.body.copy()
        body[c] = cells.mask(years, "" if headings else "total")
        body[len(table.headers)] = (year_cells.ffill() if above else year_cells.bfill()).fillna("")
        return replace(table, headers=[*table.headers, ("year",)], body=body[~(years & alone)])
    return table


def _find_table(sheet: Sheet) -> Table | None:
    first = _first_counts(sheet.rows)
    if first is None:
        return None
    values = [c for c, text in enumerate(sheet.rows[first]) if c and labels.is_count(text)]
    while first and (
        _is_like(sheet.rows[first - 1], sheet.rows[first])
        or _is_year_of(sheet.rows[first - 1], sheet.rows[first])
    ):
        first -= 1
    above = sheet.rows[:first]
    levels = _levels(above, values)
    width = max(len(row) for row in sheet.rows[first:])
    headers = _header_levels(levels, width)
    if levels:
        _check_width(sheet, first, headers)
    title = tuple(text for row in above[: len(above) - len(levels)] for text in row if text)
    rows = [row + [""] * (width - len(row)) for row in sheet.rows[first:]]
    body = pd.DataFrame(rows, index=sheet.numbers[first:], columns=range(width), dtype=str)
    repeated: list[int] = []
    for level in levels:
        again = (body == pd.Series(level + [""] * (width - len(level)))[:width]).all(axis=1)
        repeated = [int(row) for row in body.index[again]]
        body = body[~again]
    return Table(title=title, headers=headers, body=body, sep=sheet.sep, repeated=tuple(repeated))


def _first_counts(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the first row with a count next to a label or period that is not a numeric header."""
    for n, row in enumerate(rows[:LOOKED_AT]):
        if _is_header(row):
            continue
        if _is_dated(row):
            return n
        counts = [
            c for c, text in enumerate(row) if c and MARKED.fullmatch(text) and fields_in(text) in ("", "y")
        ]
        if not counts:
            continue
        following = rows[n + 1] if n + 1 < len(rows) else row
        if _is_dated(following) and row[0] and not labels.is_number(row[0]) and not fields_in(row[0]):
            continue  # doors named by numbers
        pairs = list(zip(row, following, strict=False))[1:]
        if any(_is_word(text) and labels.is_number(below) for text, below in pairs):
            continue  # names, above counts
        if any(c < len(following) and following[c] and not _is_word(following[c]) for c in counts):
            return n
        if any(labels.is_total(text) for text in following) or sum(map(bool, following)) == 1:
            return n  # one row, then a sum or a note
    return next((n for n, row in enumerate(rows[:LOOKED_AT]) if _is_counted(row)), None)


def _is_word(text: str) -> bool:
    return bool(text) and not labels.is_count(text) and not MARKED.fullmatch(text)


def _is_counted(row: Sequence[str]) -> bool:
    """Tell whether a row begins with a count and has a period after it."""
    return bool(row) and labels.is_number(row[0]) and any(len(fields_in(t)) > 1 for t in row[1:])


def _is_like(row: Sequence[str], counted: Sequence[str]) -> bool:
    """Tell whether a row above one with counts has a period in the same column, and a text in place of a count.

    Marks or words at the first numbers of a table, as 98 000*, must not hide them.
    """
    if _is_header(row):
        return False
    pairs = [(c, text, below) for c, (text, below) in enumerate(zip(row, counted, strict=False)) if text]
    timed = {c for c, text, below in pairs if fields_in(text) and fields_in(text) == fields_in(below)}
    return bool(timed) and any(
        c not in timed and labels.is_number(below) and not fields_in(text) for c, text, below in pairs
    )


def _is_year_of(row: Sequence[str], counted: Sequence[str]) -> bool:
    """Tell whether a row has only a year, above a row with parts of a year but none itself."""
    texts = [text for text in row if text]
    fields = {*map(fields_in, counted)}
    return (
        len(texts) == 1
        and fields_in(texts[0]) == "y"
        and bool(fields & {*"mqsw"})
        and fields <= {*"mqswt", ""}
    )


def _has_year(text: str) -> bool:
    """Tell whether a text is a time with its year."""
    return fields_in(text)[:1] == "y"


def _is_dated(row: Sequence[str]) -> bool:
    """Tell whether a row begins with a period followed by something that is none."""
    texts = [text for text in row if text]
    if len(texts) < 2 or labels.FIGURES.fullmatch(texts[0]) or not _has_year(texts[0]):
        return False
    others = [text for text in texts[1:] if not _has_year(text)]
    return any(re.search(r"\d", text) or labels.is_count(text) for text in others)


def _is_header(row: Sequence[str]) -> bool:
    """Tell whether a row is a numeric header: consecutive years, months, days or hours."""
    texts = [text for text in row if text]
    while texts and not labels.is_number(texts[-1]):
        texts.pop()
    begin = next((n for n, text in enumerate(texts) if labels.is_number(text)), len(texts))
    if begin or (row and not row[0]):
        return labels.sequence(texts[begin:]) != ""
    return labels.sequence(texts[1:]) not in ("", "y")  # a year above the names, then days or hours


def _levels(above: Sequence[list[str]], values: Sequence[int]) -> list[list[str]]:
    """Return the rows of the header: the one above the counts, and further ones with texts over several counts."""
    if not above or sum(bool(text) for text in above[-1]) < 2:
        return []
    levels = [above[-1]]
    for row in above[-2 : -LEVELS - 1 : -1]:
        over = [c for c in values if c < len(row) and row[c]]
        if len(over) < 2 and not (
            over and len(values) > 1 and len(over) < len(values) and _has_year(row[over[0]])
        ):
            break
        levels.insert(0, row)
    return levels


def _header_levels(levels: Sequence[list[str]], width: int) -> list[tuple[str, ...]]:
    """Return the levels of each header; an upper text extends to the columns on its right, as merged cells do."""
    filled: list[list[str]] = []
    for depth, level in enumerate(levels):
        cells = level + [""] * (width - len(level))
        if depth < len(levels) - 1:
            below = levels[depth + 1] + [""] * width
            last = ""
            for c in range(width):
                last = cells[c] or (
                    last
                    if below[c] and (not labels.is_total(below[c]) or labels.time_of_sum(below[c]))
                    else ""
                )
                cells[c] = last
        filled.append(cells)
    return [tuple(level[c] for level in filled if level[c]) for c in range(width)]


def _check_width(sheet: Sheet, first: int, headers: Sequence[tuple[str, ...]]) -> None:
    """Refuse a text file whose rows have more cells than its header, as from 1,234 without quotation marks."""
    width = max((c + 1 for c, header in enumerate(headers) if header), default=0)
    if sheet.name:
        return
    for number, row in zip(sheet.numbers[first:], sheet.rows[first:], strict=True):
        if len(row) > width and any(labels.is_number(text) for text in row[width:]):
            raise refusal(
                "row {row} has {n} cells below {heads} headings; does a number contain the character that "
                "separates the columns (“{sep}”)? Export it with another one, or with quotation marks",
                row=number, n=len(row), heads=width, sep=sheet.sep,
            )  # fmt: skip
