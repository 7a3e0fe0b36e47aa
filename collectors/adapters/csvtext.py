"""Safe reading of CSV payloads, as rows of named cells, so that mappings and tables read them as they read objects."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from typing import Final

from besok.model.errors import Unreadable
from collectors.limits import VALUES_LIMIT

ROWS: Final = "rows"
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?")
_NAME: Final = re.compile(r"(?=.*[^\W\d_])(?!\d+[-/.:]\d)[^:\x00-\x1f]+")  # some letter; no time


def parse(text: str) -> dict[str, list[dict[str, str]]] | None:
    """Return `{"rows": [{"time": "08:15", "in": "3"}, ...]}`, None if the text is not CSV.

    Each table in it begins with a line of names and some have numbers; lines of one cell, such as a title, belong to
    none. Raises Unreadable for too many cells.
    """
    if "\n" not in text.strip() or text[:1] in ("{", "[", "<"):
        return None
    lines = list(_lines(text))
    has_numbers = any(header and any(map(_NUMBER.fullmatch, cells)) for header, cells in lines)
    if not has_numbers or any(not header and len(cells) > 1 for header, cells in lines):
        return None
    rows = [dict(zip(header, cells, strict=True)) for header, cells in lines if header and cells != header]
    return {ROWS: rows} if rows else None


def _lines(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield column names and cells of each line; a line outside of a table has no names."""
    first = next((line for line in text.splitlines() if re.search("[,;\t]", line)), "")
    header: list[str] = []
    number = 0
    try:
        for line in csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count)):
            cells = [cell.strip() for cell in line]
            number += len(cells) or 1
            if number > VALUES_LIMIT:
                raise Unreadable(
                    f"the payload holds more than {VALUES_LIMIT:,} values; let the device send them in several messages"
                )
            if len(cells) != len(header):
                is_header = 1 < len(cells) == len({*cells}) and all(map(_NAME.fullmatch, cells))
                header = cells if is_header else []
            yield header, cells
    except csv.Error as exc:
        raise Unreadable(f"the payload is broken CSV ({exc})") from exc
