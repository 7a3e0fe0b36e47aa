"""Tables of months that lie on their side are turned upright: a line a month, a column for each branch.

They have a line a year and a column a month (Year,Jan,Feb,...), also for several branches (Library,Year,Jan,...), or a
line a branch and a column for each month of each year (Library,Apr-08,May-08,...). What else they have is left out.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from besok.files import columns, csvfile, months, notation
from besok.files.choice import TOTALS, shown
from besok.model.errors import CountFileError
from besok.model.plurals import many

LEAST = 6  # months in a header, which are most of it
GLANCE = 60  # cells of a header that tell whether it can be one of months
NO_YEAR = (
    frozenset({"average", "mean", "medel", "medelvärde"}) | TOTALS
)  # a line of what the others hold already
YEAR = re.compile(r"\d{4}")
TWO_YEARS = re.compile(r"\d\d(\d\d)[-/](?:\d\d)?(\d\d)")  # 2014/15
Line = tuple[int, list[str]]  # its number in the file, and its cells
Branches = list[
    tuple[str, dict[date, float | None]]
]  # what each of them is called, and what it counted by month


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """A file whose header names months: where these stand, and the lines below that have a text beneath them."""

    name: str
    line: int  # of the header
    delimiter: str
    heads: tuple[str, ...]
    months: tuple[int, ...]
    lines: tuple[Line, ...]

    def before(self) -> list[int]:
        """The columns before the first month, without those that only number the lines; those with a name first."""
        places = sorted(range(self.months[0]), key=lambda n: not self.heads[n])
        return [
            n
            for n in places
            if self.heads[n] or not all(cells[n].strip().isdigit() for _, cells in self.lines)
        ]


def upright(text: str, name: str, newest: int | None) -> tuple[str, str]:
    """The text of the table as it stands, and a month of its header whose year has two digits, if there is one.

    What does not lie on its side stays as it is. `newest` is the last year that two digits can mean. Raises
    CountFileError where a table lies on its side and cannot be read.
    """
    sheet = _sheet(text.splitlines(), name)
    if sheet is None:
        return text, ""
    told = [sheet.heads[n] for n in sheet.months]
    branches = _of_years(sheet) if all(map(months.named, told)) else _of_months(sheet, newest)
    if not branches:
        raise CountFileError(f"no line of {name} has a count; a forecast needs one at least")
    return _standing(branches), next(filter(months.short, told), "")


def _sheet(lines: Sequence[str], name: str) -> _Sheet | None:
    """The file, if its header names months."""
    if (header := _header(lines)) is None:
        return None
    n, delimiter, heads, found = header
    below = _below(lines, n, delimiter)
    if below and _stands(heads, below[0][1]):
        return None
    filled = tuple((at, cells) for at, cells in below if any(c.strip() for c in cells[found[0] :]))
    return _Sheet(name=name, line=n + 1, delimiter=delimiter, heads=heads, months=found, lines=filled)


def _header(lines: Sequence[str]) -> tuple[int, str, tuple[str, ...], tuple[int, ...]] | None:
    """The first line that has so many texts, what parts them, and where the months stand; None if they are none."""
    for n, line in islice(((n, line) for n, line in enumerate(lines) if line.strip()), csvfile.BEFORE):
        parted = [(d, csvfile.split(line, d)) for d in csvfile.DELIMITERS if line.count(d) >= LEAST - 1]
        for delimiter, cells in parted:
            heads = tuple(cell.strip().strip("\ufeff") for cell in cells)
            if found := _months(heads):
                return n, delimiter, heads, found
        if any(sum(bool(cell.strip()) for cell in cells) > LEAST for _, cells in parted):
            return None
    return None


def _months(heads: Sequence[str]) -> tuple[int, ...]:
    """Where the months stand, all with a year or all without, if they are most of a header."""
    glance = [head for head in heads[:GLANCE] if head]
    for is_one in (notation.is_month, months.named):
        if 2 * sum(bool(is_one(head)) for head in glance) > len(glance):
            found = tuple(n for n, head in enumerate(heads) if is_one(head))
            if len(found) >= LEAST and 2 * len(found) > sum(map(bool, heads)):
                return found
    return ()


def _below(lines: Sequence[str], header: int, delimiter: str) -> list[Line]:
    """The lines below the header that are not blank."""
    reader = csv.reader(
        io.StringIO("\n".join(lines[header + 1 :])), delimiter=delimiter, skipinitialspace=True
    )
    try:
        return [
            (header + 1 + reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)
        ]
    except csv.Error as exc:
        raise CountFileError(f"line {header + 1 + reader.line_num}: {exc}") from exc


def _stands(heads: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a line has a date of its own: then the columns are cameras or doors, whatever they are called."""
    place = columns.places(heads, ("date",)).get("date")
    if place is None or place >= len(cells):
        return False
    told = cells[place].strip()
    dated = (
        place == 0 or columns.plain(heads[place]) in columns.ALSO["date"]
    )  # or the day of a branch's opening
    return dated and bool(re.search(r"\d", told)) and not YEAR.fullmatch(told) and not _two_years(told)


def _of_months(sheet: _Sheet, newest: int | None) -> Branches:
    """A line a branch: what each line counted, where the header tells months of years."""
    heads = [(sheet.line, sheet.heads[n]) for n in sheet.months]
    how = notation.manner(heads, (), sheet.delimiter, newest)
    days = {n: notation.day(sheet.heads[n], sheet.line, how) for n in sheet.months}
    _each_once(sheet, days)
    labels = _labels(sheet, sheet.before(), [""] * len(sheet.lines))
    unnamed = "visits" if len(labels) == 1 else ""
    called = [
        label or unnamed or f"line {line}" for label, (line, _) in zip(labels, sheet.lines, strict=True)
    ]
    counts = _counts(sheet, called)
    return [(label, {days[n]: found[n] for n in days}) for label, found in zip(called, counts, strict=True)]


def _of_years(sheet: _Sheet) -> Branches:
    """A line a year, or a year of a branch: what was counted, by branch."""
    months_at = {n: months.named(sheet.heads[n]) or 0 for n in sheet.months}
    _each_once(sheet, months_at)
    if list(months_at.values()) != sorted(months_at.values()):
        raise CountFileError(
            f"the months of {sheet.name} begin with {sheet.heads[sheet.months[0]]}, and nobody can tell of which year "
            "each of them is; name the columns with the year too, 2026-11"
        )
    at = _years_at(sheet)
    others = [n for n in sheet.before() if n != at]
    sheet = replace(sheet, lines=tuple(line for line in sheet.lines if not _sums_up(line[1], at, others)))
    years = [_year(cells[at].strip(), line, sheet.heads[at]) for line, cells in sheet.lines]
    labels = _labels(sheet, others, years)
    branches: dict[str, dict[date, float | None]] = {}
    counts = _counts(sheet, [f"{label} {year}".strip() for label, year in zip(labels, years, strict=True)])
    for label, year, (line, _), found in zip(labels, years, sheet.lines, counts, strict=True):
        if others and not label:
            raise CountFileError(
                f"line {line}: nothing stands beneath {sheet.heads[others[0]]!r}; write it in each line"
            )
        days = {date(year, month, 1): found[n] for n, month in months_at.items()}
        if not days.keys().isdisjoint(branches.setdefault(label or "visits", {})):
            raise CountFileError(
                f"line {line}: the year {year} is there twice{f' for {shown(label)}' if label else ''}"
            )
        branches[label or "visits"] |= days
    return list(branches.items())


def _each_once(sheet: _Sheet, told: Mapping[int, object]) -> None:
    """Refuse a header that names a month twice, as one does above which the years stand in a line of their own."""
    seen: dict[object, int] = {}
    for n, month in told.items():
        if (before := seen.setdefault(month, n)) != n:
            raise CountFileError(
                f"the columns {before + 1} and {n + 1} of {sheet.name} are both {sheet.heads[n]}; "
                "name each with its own month and year, 2026-11"
            )


def _years_at(sheet: _Sheet) -> int:
    """The column of years: by its name, or as the only one that holds nothing else."""
    named = [n for n in sheet.before() if columns.plain(sheet.heads[n]) in columns.YEARS]
    like = [
        n
        for n in range(sheet.months[0])
        if all(YEAR.fullmatch(c := cells[n].strip()) or c.lower() in NO_YEAR for _, cells in sheet.lines)
    ]
    if not (found := named or like):
        raise CountFileError(
            f"the months of {sheet.name} have no year; add a column Year, or write the year beside each, 2026-11"
        )
    return found[0]


def _two_years(text: str) -> bool:
    """Whether this is a year that begins in one and ends in the next, and no month."""
    found = TWO_YEARS.fullmatch(text)
    return found is not None and (int(found[1]) + 1) % 100 == int(found[2])


def _year(text: str, line: int, head: str) -> int:
    if _two_years(text):
        raise CountFileError(
            f"line {line}: {text} is two years; name the columns with month and year, 2026-11"
        )
    if not YEAR.fullmatch(text) or int(text) not in notation.YEARS:
        raise CountFileError(
            f"line {line}: {text[:30]!r} is no year ({head or 'before the months'}); write 2026"
        )
    return int(text)


def _sums_up(cells: Sequence[str], at: int, others: Sequence[int]) -> bool:
    """Whether a line holds totals or means of the years above it."""
    year = cells[at].strip().lower()
    return year in NO_YEAR or (not year and any(cells[n].strip().lower() in NO_YEAR for n in others))


def _labels(sheet: _Sheet, places: Sequence[int], beside: Sequence[object]) -> list[str]:
    """What the lines are called: by the first of these columns, or by all where that does not tell them apart."""
    found: list[str] = []
    for some in (places[:1], places):
        found = [" ".join(" ".join(cells[n] for n in some).split()) for _, cells in sheet.lines]
        if len(set(zip(found, beside, strict=True))) == len(found):
            break
    return found


def _counts(sheet: _Sheet, called: Sequence[str]) -> list[dict[int, float | None]]:
    """The numbers of each line by column. Raises CountFileError, with the line of the file and what it is called."""
    width = max(n for n, head in enumerate(sheet.heads) if head) + 1
    for line, cells in sheet.lines:
        if len(cells) < width or any(cell.strip() for cell in cells[len(sheet.heads) :]):
            raise CountFileError(
                f"line {line}: {many(len(cells), 'column')}; the header of {sheet.name} has {width}"
            )
    texts = (cells[n] for _, cells in sheet.lines for n in sheet.months)
    how = notation.manner((), texts, sheet.delimiter)
    return [
        {n: notation.number(cells[n], line, f"{shown(label)}, {sheet.heads[n]}", how) for n in sheet.months}
        for label, (line, cells) in zip(called, sheet.lines, strict=True)
    ]


def _standing(branches: Branches) -> str:
    """The table as a file with a line a month, from the first that has a count to the last: later ones are not over.

    Totals are no counts here: of months that are to come they are zero.
    """
    parts = [counts for label, counts in branches if label.lower() not in TOTALS] or [branches[0][1]]
    known = [day for counts in parts for day, count in counts.items() if count is not None]
    days = sorted({day for _, counts in branches for day in counts})
    first, last = (min(known), max(known)) if known else (days[0], days[-1])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["date", *(label for label, _ in branches)])
    for day in days:
        if first <= day <= last:
            told = [counts.get(day) for _, counts in branches]
            writer.writerow([f"{day:%Y-%m}", *("" if count is None else repr(count) for count in told)])
    return text.getvalue()
