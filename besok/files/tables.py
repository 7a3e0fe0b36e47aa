"""CSV files of any origin as frames of text: encoding, separator, header, and which column holds what.

Everything detected can be stated instead (`ReadOptions`); an unclear file is refused with the option to give.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Final

import pandas as pd

from besok.model.errors import CountFileError
from besok.model.given_files import content, decode

LARGEST_FILE = 256_000_000  # bytes; ten years of minutes at ten doors are 1.5 times that: split them
SEPARATORS = ",;\t|"
SAMPLE = 50  # lines that show the separator
BEFORE_HEADER = 20  # title lines allowed above the header
TOTALS = frozenset(
    {"total", "totalt", "totals", "grand total", "totalsumma", "sum", "summa", "all", "alla", "gesamt", "insgesamt",
     "summe", "gesamtsumme"}
)  # fmt: skip
DATES = ("date", "datum", "day", "dag")
CLOCKS = ("time", "tid", "hour", "timme", "klockslag", "kl", "uhrzeit", "stunde")
YEARS, MONTHS, DAYS = ("year", "år", "jahr"), ("month", "månad", "monat"), ("day", "dag", "tag")
WEEKS = (
    "week", "vecka", "kw", "woche", "iso_week", "isoweek", "year_week", "yearweek", "år_vecka", "årvecka", "år-vecka",
)  # fmt: skip
BESIDE = (
    "weekday", "veckodag", "dow", "day_of_week", "quarter", "kvartal", "minute", "minut", "last", "to", "end", "till",
)  # fmt: skip
COUNT_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "in": ("in", "people_in", "entries", "entered", "entry", "ingång"),
    "out": ("out", "people_out", "exits", "exited", "exit", "ut", "utgång"),
    "people": ("people", "occupancy", "occupants", "count"),
    "count": ("count", "counts", "visits", "visitors", "people", "value", "in", "besök", "besökare", "antal_besök",
              "antal", "entries", "people_in", "y", "total", "totalt", "summa"),
    "visits": ("visits", "visitors", "count", "counts", "value", "total", "totalt", "summa", "besök", "besökare",
               "antal_besök", "antal_besökare", "antal", "footfall", "entries", "net", "in", "people_in", "y",
               "besucher", "besuche"),
    "door": ("door", "portal", "gate", "line", "sensor", "dörr"),
    "last": ("last", "to", "end", "till"),
    "name": ("name", "holiday", "namn", "lov"),
}  # fmt: skip
COUNTED: Final = re.compile(  # a count with what is counted; 2019 besök may be a year
    r"(?!(?:19|20|21)\d\d\s*[^\W\d])(\d(?:[\d\s.,'’]*\d)?)\s*(?:besök(?:are)?|visit(?:or)?s?|personer|people|st)",
    re.IGNORECASE,
)
OFFERED = 20  # columns named in an error message
LONGEST = 300  # characters of a cell; the rest is cut
LONGEST_NAME = 60  # characters of a column's name that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """Options for reading a file, stated by its user; empty means: detect."""

    sep: str = ""
    decimal: str = ""
    date_format: str = ""  # of strptime, such as %d/%m/%Y
    date_columns: tuple[str, ...] = ()  # joined by a space: a day and its hour, a year and its month
    value_columns: tuple[str, ...] = ()  # added up
    door_column: str = ""
    totals: bool | None = None  # running totals, or counts

    def __post_init__(self) -> None:
        if self.decimal not in ("", ".", ","):
            raise CountFileError(f"--decimal {self.decimal} is not known; write . or ,")
        if len(self.sep) > 1 and self.sep not in ("\\t", "tab"):
            raise CountFileError(f"--sep {self.sep} is not one character; write ; or tab, for example")


DETECT = ReadOptions()


def read_text(path: Path) -> str:
    """Return the text of a file, or of standard input for "-". Raises CountFileError."""
    text = decode(content(path, LARGEST_FILE, CountFileError, "; split it"))
    if text is None:
        raise CountFileError(f"{path} is not text; save it as CSV")
    return text


def read_frame(text: str, name: str, options: ReadOptions = DETECT) -> pd.DataFrame:
    """Return the lines below the header as stripped text, indexed by their line number. Raises CountFileError."""
    lines = text.splitlines()
    sep = {"\\t": "\t", "tab": "\t"}.get(options.sep, options.sep)
    if lines and lines[0].lower().startswith("sep="):
        sep, lines[0] = sep or lines[0][4:5], ""
    head, sep = find_header(lines, sep, name)
    try:
        frame = pd.read_csv(
            StringIO("\n".join(lines)), sep=sep, header=None, skiprows=head, dtype=str, keep_default_na=False,
            skip_blank_lines=False, skipinitialspace=True, index_col=False,
        )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as exc:
        reason = str(exc).removeprefix("Error tokenizing data. C error: ").strip()
        advice = (
            "close the quotation marks" if "inside string" in reason else "is the separator right (--sep)?"
        )
        raise CountFileError(f"{name} cannot be read: {reason}; {advice}") from exc
    frame = frame.fillna("").map(str.strip)
    frame.index = frame.index + head + 1
    headers = _distinct(frame.iloc[0].tolist())
    below = frame.iloc[1:].set_axis(headers, axis=1)
    below = below[(below != "").any(axis=1)]
    if below.empty:
        raise CountFileError(f"{name} has a header and no lines below it")
    below.attrs["sep"] = sep
    return below


@lru_cache(4_096)  # times, names and numbers repeat
def clean(text: str) -> str:
    """Return the text of a cell, printable and short; of "12 visits" only the number."""
    text = text[:LONGEST].strip().strip("\ufeff")
    if not text.isprintable():
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if text[:1].isdigit() and text[-1:].isalpha() and (match := COUNTED.fullmatch(text)):
        return match[1]
    return text


def find_header(lines: Sequence[str], sep: str, name: str) -> tuple[int, str]:
    """Return line index of the header and separator: the one that splits most lines into equally many cells."""
    sample = [(n, line) for n, line in enumerate(lines) if line.strip()][: SAMPLE + BEFORE_HEADER]
    if not sample:
        raise CountFileError(f"{name} is empty; its first line names the columns")
    best: tuple[int, int, str, int] = (0, 0, sep or ",", sample[0][0])
    for candidate in sep or SEPARATORS:
        try:
            widths = [len(next(csv.reader([line], delimiter=candidate), [])) for _, line in sample]
        except csv.Error as exc:
            raise CountFileError(f"{name} cannot be read: {exc}") from exc
        width, often = Counter(w for w in widths if w > 1).most_common(1)[0] if max(widths) > 1 else (1, 0)
        first = next(n for (n, _), w in zip(sample, widths, strict=True) if w >= width)
        best = max(best, (often, width, candidate, first))
    return best[3], best[2]


def _distinct(headers: Sequence[str]) -> list[str]:
    """Return the names of columns, printable and short; with the column's number where a name is not unique."""
    counts = Counter(map(plain, headers))
    shown = [
        "".join(c if c.isprintable() else " " for c in header)[:LONGEST_NAME].strip() for header in headers
    ]
    return [
        f"{name} (column {n + 1})".strip() if not name or counts[plain(headers[n])] > 1 else name
        for n, name in enumerate(shown)
    ]


def plain(header: str) -> str:
    """Return the name of a column normalised for comparison."""
    return header.strip().strip("\ufeff").lower().replace(" ", "_")


def find(headers: Iterable[str], names: Iterable[str]) -> str | None:
    """Return the first column that has one of these names, in the order of the names."""
    by_name = {plain(header): header for header in reversed(list(headers))}
    return next((by_name[name] for name in names if name in by_name), None)


def choose(frame: pd.DataFrame, requested: str, option: str, name: str) -> str:
    """Return the column that an option names, by its name or its number from 1. Raises CountFileError."""
    headers = list(frame.columns)
    if match := find(headers, [plain(requested)]):
        return match
    similar = [header for header in headers if plain(header).startswith(f"{plain(requested)}_(column_")]
    if similar:
        raise CountFileError(
            f"{name} has several columns {requested}; choose one by its number: {', '.join(similar)}"
        )
    if requested.strip().isdecimal() and 1 <= int(requested) <= len(headers):
        return str(headers[int(requested) - 1])
    raise CountFileError(f"{name} has no column {requested}; choose among {listed(headers)} ({option})")


def listed(heads: Sequence[str]) -> str:
    """Return names of columns as a list that stays short."""
    more = f" and {len(heads) - OFFERED} more" if len(heads) > OFFERED else ""
    return ", ".join(heads[:OFFERED]) + more
