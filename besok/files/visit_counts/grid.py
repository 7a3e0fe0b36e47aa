"""Files as sheets of texts, within bounds: stored cell values, formulas are never computed.

A number of a spreadsheet becomes a text whose point can only be a decimal sign, a day becomes 2026-11-25, and a
day that is shown as a month becomes 2026-11.
"""

import csv
import math
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import Any, Final

from besok.files.tables import clean, find_header
from besok.files.visit_counts.wording import grouped, refusal
from besok.model.errors import CountFileError
from besok.model.given_files import decode
from besok.model.period_counts import LARGEST_FILE

UNPACKED: Final = 200 << 20  # bytes of a workbook's parts; 200,000 lines of a year's months are half of it
PARTS: Final = 2_000  # files within a workbook
ROWS: Final = 500_000  # ten years of quarter-hours are 350,000
CELLS: Final = 4_000_000
SHEETS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows of texts with the number that each has in the file, from 1; rows without any text are left out."""

    name: str
    rows: list[list[str]]
    numbers: list[int]
    sep: str = ";"


def sheets(data: bytes, name: str) -> list[Sheet]:
    """Return the sheets of a workbook, or the one of a text file. Raises CountFileError."""
    if len(data) > LARGEST_FILE:
        raise refusal("{name} is larger than {n} MB; split it by years", name=name, n=LARGEST_FILE >> 20)
    if not data.strip():
        raise refusal("{name} is empty", name=name)
    if data[:4] == b"PK\x03\x04":
        return _workbook(data, name)
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise refusal(
            "{name} is an old or a protected workbook; save it as .xlsx without a password", name=name
        )
    if data[:4] == b"%PDF":
        raise refusal("{name} is a PDF; ask for the figures as .xlsx or CSV", name=name)
    text = decode(data)
    if text is None:
        raise refusal("{name} is neither text nor a workbook; save it as .xlsx or CSV", name=name)
    if re.match(r"\s*(<!doctype|<html|<\?xml|<table)", text[:200], re.IGNORECASE):
        raise refusal("{name} is a web page; open it in a spreadsheet and save it as .xlsx", name=name)
    if re.match(r"\s*\[?\s*\{", text):
        raise refusal("{name} is JSON; ask for the figures as .xlsx or CSV", name=name)
    return [_text(text, name)]


def _text(text: str, name: str) -> Sheet:
    lines = text.splitlines()
    stated = ""
    if lines[0].lower().startswith("sep="):
        stated, lines[0] = lines[0][4:5], ""
    _, sep = find_header(lines, stated, name)
    reader = csv.reader(StringIO("\n".join(lines)), delimiter=sep, skipinitialspace=True, strict=True)
    try:
        return _sheet("", _numbered(reader), name, sep)
    except csv.Error as exc:
        raise refusal(
            "{name} cannot be read near row {row}; are quotation marks closed?",
            name=name,
            row=reader.line_num,
        ) from exc


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the number of its first line."""
    before = 0
    for row in reader:
        yield before + 1, row
        before = reader.line_num


def _sheet(title: str, rows: Iterable[tuple[int, Sequence[str]]], name: str, sep: str = ";") -> Sheet:
    """Return a sheet of the rows that are not empty. Raises CountFileError where there are too many."""
    sheet, many = Sheet(name=clean(title), rows=[], numbers=[], sep=sep), 0
    for number, row in rows:
        cells = [clean(text) if text else "" for text in row]
        while cells and not cells[-1]:
            cells.pop()
        many += len(row)
        if many > CELLS or number > 2 * ROWS or len(sheet.rows) > ROWS:
            raise refusal("{name} has more than {n} rows; split it by years", name=name, n=grouped(ROWS))
        if cells:
            sheet.rows.append(cells)
            sheet.numbers.append(number)
    return sheet


def _workbook(data: bytes, name: str) -> list[Sheet]:
    from openpyxl import load_workbook  # slow to import

    _check_parts(data, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations, which do not matter here
            book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
            visible = [s for s in book.worksheets if s.sheet_state == "visible"][:SHEETS]
            sheets_read = [_sheet(s.title, enumerate(_rows(s), start=1), name) for s in visible]
            for sheet in visible:
                _check_formulas(sheet, data, name)
            return sheets_read
    except CountFileError:
        raise
    except Exception as exc:  # a damaged or hostile workbook breaks its reader in any way
        raise refusal(
            "{name} is a damaged workbook; open it in a spreadsheet and save it again as .xlsx", name=name
        ) from exc


def _check_parts(data: bytes, name: str) -> None:
    """Refuse archives that would fill the memory, or are another kind of file, by their directory.

    No part is read beyond its stated size.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as exc:
        raise refusal("{name} is a damaged workbook; save it again as .xlsx", name=name) from exc
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise refusal("{name} unpacks to more than {n} MB; split it by years", name=name, n=UNPACKED >> 20)
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise refusal("{name} is not an .xlsx workbook; save it as .xlsx or CSV", name=name)


def _check_formulas(sheet: Any, data: bytes, name: str) -> None:
    """Refuse a formula whose result was never computed, which would seem an empty cell. Raises CountFileError."""
    from openpyxl import load_workbook

    with zipfile.ZipFile(BytesIO(data)) as archive:
        if not re.search(rb"<f[ >/]", archive.read(sheet._worksheet_path.lstrip("/"))):
            return
    formulas = load_workbook(BytesIO(data), read_only=True, keep_links=False)[sheet.title]
    for computed, written in zip(sheet.iter_rows(), formulas.iter_rows(), strict=False):
        for value, formula in zip(computed, written, strict=False):
            if value.value is None and getattr(formula, "data_type", "") == "f":
                raise refusal(
                    "cell {cell} of {name} is a formula without a result; open the file in a spreadsheet and save it",
                    name=name,
                    cell=formula.coordinate,
                )


def _rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # which some programs state too small
    for row in sheet.iter_rows():
        yield [_cell_text(cell) for cell in row]


def _cell_text(cell: Any) -> str:
    value = cell.value
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return _moment(value, cell.number_format)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value // timedelta(hours=1):02}:{value // timedelta(minutes=1) % 60:02}"
    if isinstance(value, float):
        return _number(value)
    return str(value)


def _moment(value: datetime, shown: str) -> str:
    value = (value + timedelta(milliseconds=500)).replace(microsecond=0)  # 08:59:59.999 is nine o'clock
    letters = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", shown).lower()
    if value.time() != time() or "h" in letters:
        return value.isoformat(" ")
    return value.date().isoformat() if "d" in letters or "m" not in letters else f"{value:%Y-%m}"


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "#NUM!"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.10f}".rstrip("0")
    return text + "0" if re.search(r"\.\d{3}$", text) else text  # three digits may be thousands
