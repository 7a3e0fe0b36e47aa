"""Anyone's counts: a CSV file with a header, as an analyst would export it.

Commas, semicolons, tabs or bars between the columns, any order of columns, more columns than needed, a byte order mark,
quotes, decimal commas and thousands set apart are all understood. What cannot be understood is told with its line.
"""

import csv
import io
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import Final

from core.errors import CountFileError

LARGEST_FILE = 256 * 1024 * 1024  # bytes; ten years of minutes at ten doors are 1.5 times that: split them
LARGEST_COUNT = 1e9  # people; more is no count
NOTHING = frozenset({"", "-", "na", "n/a", "nan", "null", "none", "missing"})
DELIMITERS = ",;\t|"
YEARS = range(1900, 2200)  # in which people are counted
SET_APART = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d*)?")  # thousands, as in 12,345
DOTTED_APART = re.compile(r"[1-9]\d{0,2}(\.\d{3})+(,\d*)?")  # and as in 12.345 where commas are for decimals
DAY_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)")  # 25.11.2026
NUMBER_WITH_DOT = re.compile(r"\d*\.[\d.]*(,\d*)?")

# What a column is called elsewhere, in the order in which names are preferred.
ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "time": (
        "time",
        "datetime",
        "timestamp",
        "date_time",
        "start",
        "interval_start",
        "tid",
        "date",
        "datum",
        "day",
        "dag",
    ),
    "date": ("date", "day", "month", "time", "datetime", "timestamp", "datum", "dag"),
    "in": ("in", "people_in", "entries", "entered", "entry", "ingång"),
    "out": ("out", "people_out", "exits", "exited", "exit", "ut", "utgång"),
    "door": ("door", "portal", "gate", "line", "sensor", "dörr"),
    "count": (
        "count",
        "counts",
        "visits",
        "visitors",
        "people",
        "value",
        "in",
        "besök",
        "besökare",
        "antal_besök",
        "antal",
    ),
    "visits": ("visits", "visitors", "count", "counts", "value", "total", "besök", "besökare", "antal_besök", "antal"),
    "people": ("people", "occupancy", "occupants", "count"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the file that is not blank: the texts of its columns by the names that were asked for."""

    line: int
    texts: Mapping[str, str]
    decimal_comma: bool = True
    dots_apart: bool = False  # dots set thousands apart throughout the file

    def moment(self, name: str = "time") -> datetime:
        """The time in a column, naive where the file says no zone."""
        return moment(self.texts[name], self.line)

    def day(self, name: str = "date") -> date:
        """The day in a column; a month is its first day."""
        return day(self.texts[name], self.line)

    def number(self, name: str) -> float | None:
        """The count in a column; None where it says nothing."""
        text = self.texts[name]
        if self.dots_apart and DOTTED_APART.fullmatch(text.strip()):
            text = text.replace(".", "")
        return number(text, self.line, name, decimal_comma=self.decimal_comma)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The file: which of the columns asked for it has, and its lines."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read(path: Path, need: Sequence[str], may: Sequence[str] = ()) -> Table:
    """The columns `need`, and those of `may` that are there. "-" reads standard input. Raises CountFileError."""
    return parse(_text(path), need, may, str(path))


def parse(text: str, need: Sequence[str], may: Sequence[str] = (), name: str = "the file") -> Table:
    """The same from text; `name` tells the reader of an error which file it is."""
    lines = text.splitlines()
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise CountFileError(f"{name} is empty; the first line names the columns: {','.join(need)}")
    delimiter = max(DELIMITERS, key=lambda d: (_matched(_split(lines[first], d), need), lines[first].count(d)))
    places = _places(_split(lines[first], delimiter), (*need, *may))
    missing = [column for column in need if column not in places]
    if missing:
        raise CountFileError(
            f"{name} has no column {' or '.join(missing)}; its first line is {lines[first].strip()[:120]!r}. "
            f"Name the columns in the first line: {','.join(need)}"
        )
    rows = tuple(_rows(lines, first, delimiter, places, name))
    if not rows:
        raise CountFileError(f"{name} has columns and no counts")
    if delimiter == ";" and _dots_apart(rows):
        rows = tuple(replace(row, dots_apart=True) for row in rows)
    return Table(columns=tuple(places), rows=rows)


def _dots_apart(rows: Sequence[Row]) -> bool:
    """Whether every number with a dot has it before three digits, as where decimals have a comma; days do not."""
    texts = (text.strip() for row in rows for text in row.texts.values())
    dotted = [text for text in texts if NUMBER_WITH_DOT.fullmatch(text) and not DAY_DOTTED.fullmatch(text)]
    return bool(dotted) and all(DOTTED_APART.fullmatch(text) for text in dotted)


def moment(text: str, line: int) -> datetime:
    """ "2026-11-25 08:15", with seconds, a T or a zone as in ISO 8601. Naive where no zone is told."""
    words = re.sub(r"^(\d{4}-\d\d-\d\d[ T])(\d:)", r"\g<1>0\2", _year_first(text))
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        raise CountFileError(f"line {line}: {text.strip()[:60]!r} is no time; write 2026-11-25 08:15") from None
    return datetime.combine(_dated(found.date(), line), found.timetz())


def day(text: str, line: int) -> date:
    """ "2026-11-25", or "2026-11" for a month; a time of day after it is left out."""
    words = _year_first(text)
    try:
        found = date.fromisoformat(f"{words}-01" if len(words) == 7 and "W" not in words else words[:10])
    except ValueError:
        raise CountFileError(f"line {line}: {text.strip()[:60]!r} is no day; write 2026-11-25") from None
    return _dated(found, line)


def _year_first(text: str) -> str:
    """The same with the year first: days with dots have it last. With slashes nobody knows which is the month."""
    dotted = DAY_DOTTED.match(text.strip())
    if not dotted:
        return text.strip().replace("/", "-")
    day, month, year = dotted.groups()
    return f"{year}-{month:0>2}-{day:0>2}{text.strip()[dotted.end() :]}"


def _dated(found: date, line: int) -> date:
    """A day on which people can have been counted."""
    if found.year not in YEARS:
        raise CountFileError(f"line {line}: the year {found.year} cannot be; correct it, or leave the line out")
    return found


def number(text: str, line: int, name: str = "count", *, decimal_comma: bool = True) -> float | None:
    """A count of people: none below zero; None where the text says nothing ("", "NA", "null", "-").

    A comma before three digits sets thousands apart, unless `decimal_comma`; where commas part the columns it is none.
    """
    words = text.strip()
    if words.lower() in NOTHING:
        return None
    plain = "".join(words.split()).replace("'", "")
    if SET_APART.fullmatch(plain) and (not decimal_comma or plain.count(",") > 1 or "." in plain):
        plain = plain.replace(",", "")
    try:
        value = float(plain.replace(",", ".") if plain.count(",") == 1 else plain)
    except ValueError:
        raise CountFileError(f"line {line}: {words[:60]!r} is no number ({name})") from None
    if not isfinite(value) or not 0 <= value <= LARGEST_COUNT:
        raise CountFileError(f"line {line}: {words[:60]} people cannot be ({name}); leave it empty if it is not known")
    return value


def _text(path: Path) -> str:
    try:
        content = sys.stdin.buffer.read(LARGEST_FILE + 1) if str(path) == "-" else _bytes(path)
    except OSError as exc:
        raise CountFileError(f"{path} cannot be read: {exc.strerror or exc}") from exc
    if len(content) > LARGEST_FILE:
        raise CountFileError(f"{path} is larger than {LARGEST_FILE >> 20} MB; split it")
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise CountFileError(f"{path} is no text; save it as CSV")


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])


def _places(heads: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    """Where each wanted column stands; a column serves once, and its own name goes before others."""
    names = [head.strip().strip("\ufeff").lower().replace(" ", "_") for head in heads]
    places: dict[str, int] = {column: names.index(column) for column in wanted if column in names}
    for column in wanted:
        free = (names.index(n) for n in ALSO.get(column, ()) if n in names and names.index(n) not in places.values())
        if column not in places and (place := next(free, None)) is not None:
            places[column] = place
    return {column: places[column] for column in wanted if column in places}


def _matched(heads: Sequence[str], wanted: Sequence[str]) -> int:
    return len(_places(heads, wanted))


def _rows(lines: Sequence[str], first: int, delimiter: str, places: Mapping[str, int], name: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO("\n".join(lines[first + 1 :])), delimiter=delimiter, skipinitialspace=True)
    try:
        for fields in reader:
            line = first + 1 + reader.line_num
            if not any(field.strip() for field in fields):
                continue
            if len(fields) <= max(places.values()):
                raise CountFileError(f"line {line}: {len(fields)} columns; the first line of {name} has more")
            texts = {column: fields[place] for column, place in places.items()}
            yield Row(line=line, texts=texts, decimal_comma=delimiter != ",")
    except csv.Error as exc:
        raise CountFileError(f"line {first + 1 + reader.line_num}: {exc}") from exc
