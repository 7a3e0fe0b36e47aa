"""Anyone's counts: a CSV file with a header, as an analyst would export it.

Commas, semicolons, tabs or bars between the columns, any order of columns, more columns than needed, a byte order mark,
quotes, decimal commas and thousands set apart are all understood. What cannot be understood is told with its line.
"""

import csv
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from core.errors import CountFileError
from ops import countcolumns, counttexts
from ops.counttexts import PLAIN, Manner
from ops.filetext import decoded

LARGEST_FILE = 256 * 1024 * 1024  # bytes; ten years of minutes at ten doors are 1.5 times that: split them
DELIMITERS = ",;\t|"
BEFORE = 20  # lines with text that may stand before the one that names the columns: a title, "sep=;"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the file that is not blank: the texts of its columns by the names that were asked for."""

    line: int
    texts: Mapping[str, str]
    manner: Manner = PLAIN

    def moment(self, name: str = "time") -> datetime:
        """The time in a column, naive where the file says no zone."""
        return counttexts.moment(self.texts[name], self.line, self.manner)

    def day(self, name: str = "date") -> date:
        """The day in a column; a month is its first day."""
        return counttexts.day(self.texts[name], self.line, self.manner)

    def number(self, name: str) -> float | None:
        """The count in a column; None where it says nothing."""
        return counttexts.number(self.texts[name], self.line, name, self.manner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The file: which of the columns asked for it has, and its lines; `again` of them are wholly like another."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    again: int = 0


def read(path: Path, need: Sequence[str], may: Sequence[str] = ()) -> Table:
    """The columns `need`, and those of `may` that are there. "-" reads standard input. Raises CountFileError."""
    return parse(_text(path), need, may, str(path))


def parse(text: str, need: Sequence[str], may: Sequence[str] = (), name: str = "the file") -> Table:
    """The same from text; `name` tells the reader of an error which file it is."""
    lines = text.splitlines()
    first, delimiter = _header(lines, need, name)
    places = countcolumns.places(_split(lines[first], delimiter), (*need, *may))
    missing = [column for column in need if column not in places]
    if missing:
        raise CountFileError(
            f"{name} has no column {' or '.join(missing)}; its first line is {lines[first].strip()[:120]!r}. "
            f"Name the columns in the first line: {','.join(need)}"
        )
    found = list(_rows(lines, first, delimiter, places, name))
    if not found:
        raise CountFileError(f"{name} has columns and no counts")
    how = counttexts.manner(((line, text) for line, texts in found for text in texts.values()), delimiter)
    body = [line for line in lines[first + 1 :] if line.strip()]
    return Table(
        columns=tuple(places),
        rows=tuple(Row(line=line, texts=texts, manner=how) for line, texts in found),
        again=len(body) - len(set(body)),
    )


def _header(lines: Sequence[str], need: Sequence[str], name: str) -> tuple[int, str]:
    """The line that names the columns, and what parts them: the first that has all of them, else the first at all."""
    told = list(islice((n for n, line in enumerate(lines) if line.strip()), BEFORE))
    if not told:
        raise CountFileError(f"{name} is empty; the first line names the columns: {','.join(need)}")
    for n in told:
        delimiter = _delimiter(lines[n], need)
        if countcolumns.matched(_split(lines[n], delimiter), need) == len(need):
            return n, delimiter
    return told[0], _delimiter(lines[told[0]], need)


def _delimiter(line: str, need: Sequence[str]) -> str:
    """What parts the columns of a header: that by which most of those needed are found."""
    return max(DELIMITERS, key=lambda d: (countcolumns.matched(_split(line, d), need), line.count(d)))


def _text(path: Path) -> str:
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


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])


def _rows(
    lines: Sequence[str], first: int, delimiter: str, places: Mapping[str, int], name: str
) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines that are not blank: their number, and their texts by column."""
    heads = _split(lines[first], delimiter)
    parted = [
        column
        for column in ("time", "date")
        if column in places and countcolumns.in_parts(column, heads, places[column])
    ]
    reader = csv.reader(io.StringIO("\n".join(lines[first + 1 :])), delimiter=delimiter, skipinitialspace=True)
    try:
        for fields in reader:
            line = first + 1 + reader.line_num
            if not any(field.strip() for field in fields):
                continue
            if len(fields) <= max(places.values()):
                raise CountFileError(f"line {line}: {len(fields)} columns; the first line of {name} has more")
            texts = {column: fields[place] for column, place in places.items()}
            for column in parted:
                texts[column] = countcolumns.whole(column, heads, fields, places[column]) or texts[column]
            yield line, texts
    except csv.Error as exc:
        raise CountFileError(f"line {first + 1 + reader.line_num}: {exc}") from exc
