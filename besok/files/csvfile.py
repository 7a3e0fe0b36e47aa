"""Anyone's counts: a CSV file with a header, as an analyst would export it.

Commas, semicolons, tabs or bars between the columns, any order of columns, more columns than needed, a byte order mark,
quotes, decimal commas and thousands set apart are all understood. What cannot be understood is told with its line.
"""

import csv
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice, pairwise
from pathlib import Path

from besok.files import choice, columns, notation
from besok.files.encoding import decoded
from besok.files.notation import PLAIN, Manner
from besok.model.errors import CountFileError
from besok.model.plurals import many

LARGEST_FILE = 256 * 1024 * 1024  # bytes; ten years of minutes at ten doors are 1.5 times that: split them
DELIMITERS = ",;\t|"
Columns = tuple[
    int, str, dict[str, int], dict[str, int]
]  # header's line, delimiter, the time's place, counts' places
BEFORE = 20  # lines with text that may stand before the one that names the columns: a title, "sep=;"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the file that is not blank: the texts of its columns by the names that were asked for."""

    line: int
    texts: Mapping[str, str]
    counts: tuple[str, ...] = ()  # the columns that together are the count
    manner: Manner = PLAIN

    def moment(self, name: str = "time") -> datetime:
        """The time in a column, naive where the file says no zone."""
        return notation.moment(self.texts[name], self.line, self.manner)

    def day(self, name: str = "date") -> date:
        """The day in a column; a month is its first day."""
        return notation.day(self.texts[name], self.line, self.manner)

    def number(self, name: str) -> float | None:
        """The count in a column; None where it says nothing."""
        return notation.number(self.texts[name], self.line, name, self.manner)

    def count(self) -> float | None:
        """The sum of the columns of counts; None where one of them says nothing."""
        if len(self.counts) == 1:
            return self.number(self.counts[0])
        told = [self.number(name) for name in self.counts]
        known = [value for value in told if value is not None]
        return sum(known) if known and len(known) == len(told) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The file: which of the columns asked for it has, and its lines; `again` of them are wholly like another.

    `counts` are the columns of counts that were chosen, or taken as there was but one; empty for one of a known name.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    again: int = 0
    counts: tuple[str, ...] = ()


def read(path: Path, need: Sequence[str], may: Sequence[str] = ()) -> Table:
    """The columns `need`, and those of `may` that are there. "-" reads standard input. Raises CountFileError."""
    return parse(text_of(path), need, may, str(path))


def parse(text: str, need: Sequence[str], may: Sequence[str] = (), name: str = "the file") -> Table:
    """The same from text; `name` tells the reader of an error which file it is."""
    return _parsed(text.splitlines(), need, may, name)


def _parsed(
    lines: Sequence[str],
    need: Sequence[str],
    may: Sequence[str],
    name: str,
    counts: tuple[str, ...] = (),
    newest: int | None = None,
) -> Table:
    first, delimiter = _header(lines, need, name)
    places = columns.places(split(lines[first], delimiter), (*need, *may))
    _all_there(places, need, need, lines[first], delimiter, name)
    return _table(lines, first, delimiter, places, name, counts, newest)


def parse_counts(
    text: str,
    time: str,
    count: str,
    asked: Sequence[str] = (),
    name: str = "the file",
    newest: int | None = None,
) -> Table:
    """A time and a count a line, which `Row.count` tells.

    It is of the column so named, of the only one that there is, or of those asked for. `newest` is the last year that
    two digits can mean (Jan-15). Raises CountFileError, also where there are several columns of counts and none is
    asked for.
    """
    lines = text.splitlines()
    wide = _wide(lines, time, count, name)
    if wide is None and not asked:
        return _parsed(lines, (time, count), (), name, (count,), newest)
    first, delimiter, places, free = wide or _columns(lines, time, name)
    if len(free) > 1 and not asked:
        raise choice.must_choose(free, name)
    heads, taken = split(lines[first], delimiter), tuple(places.values())
    found = choice.chosen(asked, heads, free, taken, name) if asked else free
    table = _table(lines, first, delimiter, places | found, name, tuple(found), newest)
    return replace(table, counts=tuple(found))


def count_columns(text: str, time: str, count: str, name: str = "the file") -> tuple[str, ...]:
    """The columns of counts of a file that has several, and none that is known to be the count by its name."""
    wide = _wide(text.splitlines(), time, count, name)
    return tuple(wide[3]) if wide and len(wide[3]) > 1 else ()


def _wide(lines: Sequence[str], time: str, count: str, name: str) -> Columns | None:
    """The columns of a file of which none is called what counts are called; None of others."""
    first, delimiter = _header(lines, (time, count), name)
    if columns.matched(split(lines[first], delimiter), (time, count)) == 2:
        return None
    first, delimiter = _header(lines, (time,), name)
    if not columns.matched(split(lines[first], delimiter), (time,)):
        return None
    found = _columns(lines, time, name)
    return found if found[3] else None


def _columns(lines: Sequence[str], time: str, name: str) -> Columns:
    """The line that names the columns, what parts them, where the time stands, and the columns that hold numbers."""
    first, delimiter = _header(lines, (time,), name)
    heads = split(lines[first], delimiter)
    places = columns.places(heads, (time,))
    _all_there(places, (time,), (time, "visits"), lines[first], delimiter, name)
    sample = [split(line, delimiter) for line in lines[first + 1 : first + 1 + choice.SAMPLE] if line.strip()]
    return first, delimiter, places, choice.candidates(heads, sample, tuple(places.values()))


def _all_there(
    places: Mapping[str, int], need: Sequence[str], told: Sequence[str], head: str, delimiter: str, name: str
) -> None:
    missing = [column for column in need if column not in places]
    if "date" in missing and not columns.QUARTERS.isdisjoint(map(columns.plain, split(head, delimiter))):
        raise CountFileError(
            f"{name} has quarters of a year; the visits of every month are needed, 2026-11 for a month"
        )
    if missing:
        raise CountFileError(
            f"{name} has no column {' or '.join(missing)}; its first line is {head.strip()[:120]!r}. "
            f"Name the columns in the first line: {','.join(told)}"
        )


def _table(
    lines: Sequence[str],
    first: int,
    delimiter: str,
    places: Mapping[str, int],
    name: str,
    counts: tuple[str, ...],
    newest: int | None,
) -> Table:
    """The lines below the header, of the columns at `places`."""
    found = list(_rows(lines, first, delimiter, places, name))
    if not found:
        raise CountFileError(f"{name} has columns and no counts")
    times = [column for column in places if columns.tells_time(column) and column not in counts]
    how = notation.manner(
        ((line, texts[column]) for line, texts in found for column in times),
        (text for _, texts in found for column, text in texts.items() if column not in times),
        delimiter,
        newest,
    )
    ends = [first + 1, *(line for line, _ in found)]  # a quoted text may go over several lines
    whole = {"\n".join(lines[begin:end]).strip() for begin, end in pairwise(ends)}
    return Table(
        columns=tuple(places),
        rows=tuple(Row(line=line, texts=texts, counts=counts, manner=how) for line, texts in found),
        again=len(found) - len(whole),
    )


def _header(lines: Sequence[str], need: Sequence[str], name: str) -> tuple[int, str]:
    """The line that names the columns, and what parts them: the first that has all of them, else the first at all."""
    told = list(islice((n for n, line in enumerate(lines) if line.strip()), BEFORE))
    if not told:
        raise CountFileError(f"{name} is empty; the first line names the columns: {','.join(need)}")
    for n in told:
        delimiter = _delimiter(lines[n], need)
        if columns.matched(split(lines[n], delimiter), need) == len(need):
            return n, delimiter
    return told[0], _delimiter(lines[told[0]], need)


def _delimiter(line: str, need: Sequence[str]) -> str:
    """What parts the columns of a header: that by which most of those needed are found."""
    return max(DELIMITERS, key=lambda d: (columns.matched(split(line, d), need), line.count(d)))


def text_of(path: Path) -> str:
    """The text of a file, or of standard input. Raises CountFileError."""
    try:
        content = sys.stdin.buffer.read(LARGEST_FILE + 1) if str(path) == "-" else _bytes(path)
    except OSError as exc:
        raise CountFileError(f"{path} cannot be read: {exc.strerror or exc}") from exc
    if len(content) > LARGEST_FILE:
        raise CountFileError(f"{path} is larger than {LARGEST_FILE >> 20} MB; split it")
    text = decoded(content)
    if text is None:
        raise CountFileError(f"{path} is no text; save it as CSV")
    return text


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def split(line: str, delimiter: str) -> list[str]:
    """The texts of a line. Raises CountFileError."""
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error as exc:
        raise CountFileError(
            f"the line that begins with {line.strip()[:30]!r} cannot be read: {exc}"
        ) from exc


def _rows(
    lines: Sequence[str], first: int, delimiter: str, places: Mapping[str, int], name: str
) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines that are not blank: their number, and their texts by column."""
    heads = split(lines[first], delimiter)
    parted = [
        column
        for column in ("time", "date")
        if column in places and columns.in_parts(column, heads, places[column])
    ]
    reader = csv.reader(
        io.StringIO("\n".join(lines[first + 1 :])), delimiter=delimiter, skipinitialspace=True
    )
    try:
        for fields in reader:
            line = first + 1 + reader.line_num
            if not any(field.strip() for field in fields):
                continue
            if len(fields) <= max(places.values()):
                raise CountFileError(
                    f"line {line}: {many(len(fields), 'column')}; the first line of {name} has more"
                )
            texts = {column: fields[place] for column, place in places.items()}
            for column in parted:
                texts[column] = columns.whole(column, heads, fields, places[column]) or texts[column]
            yield line, texts
    except csv.Error as exc:
        raise CountFileError(f"line {first + 1 + reader.line_num}: {exc}") from exc
