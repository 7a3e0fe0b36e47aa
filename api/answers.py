"""How rows leave the house: JSON, or CSV for a spreadsheet."""

import csv
import io
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from typing import Any, Literal

from pydantic import TypeAdapter
from starlette.responses import Response

from core.ledger import as_cell

Format = Literal["json", "csv"]
FRESH = {"Cache-Control": "no-store"}  # for what is true now only


def wanted(chosen: Format | None, accept: str | None) -> Format:
    """The format asked for: the `format` parameter beats the Accept header, JSON if neither speaks."""
    return chosen or ("csv" if (accept or "").lower().startswith("text/csv") else "json")


def rows(items: Sequence[Any], kind: type, form: Format, name: str) -> Response:
    """`items`, all of the dataclass `kind`, as a JSON array or as a CSV file called `name`.csv."""
    if form == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return Response(to_csv(items, kind), media_type="text/csv; charset=utf-8", headers=headers)
    return Response(_json(kind).dump_json(list(items)), media_type="application/json")


def to_csv(items: Sequence[Any], kind: type) -> str:
    """A header line with the fields of `kind` and a line for each item; what is not known is an empty cell."""
    names = [field.name for field in fields(kind)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([_cell(getattr(item, name)) for name in names] for item in items)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Times as ISO 8601; whole numbers without a decimal point, since people are whole."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    told = " | ".join(map(str, value)) if isinstance(value, tuple) else value
    return as_cell(told) if isinstance(told, str) else told  # or a spreadsheet would reckon what somebody wrote


@cache
def _json(kind: type) -> TypeAdapter[list[Any]]:
    return TypeAdapter(list[kind])  # type: ignore[valid-type]
