"""Answers as rows: JSON, or CSV for a spreadsheet."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from math import isfinite
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Header, Query
from pydantic import TypeAdapter
from starlette.responses import Response

from besok.model.actions import as_cell

Format = Literal["json", "csv", "semicolons"]  # the last is CSV for spreadsheets whose decimals have a comma
MARK = "\ufeff"  # tells such a spreadsheet that the file is UTF-8
DIGITS = 6  # after the point: more would be noise
CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"text/csv": {"schema": {"type": "string"}}},
        "description": "JSON, or CSV where asked for",
    }
}
Route = TypeVar("Route", bound=Callable[..., Any])
FRESH = {"Cache-Control": "no-store"}  # for what is true now only


FORMS = "`csv`, or `semicolons` for a spreadsheet with decimal commas; `Accept: text/csv` too"


async def wanted(
    form: Annotated[Format | None, Query(alias="format", description=FORMS)] = None,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Format:
    """Return the format asked for: the `format` parameter beats the Accept header, JSON if neither speaks."""
    return form or ("csv" if (accept or "").lower().startswith("text/csv") else "json")


Form = Annotated[Format, Depends(wanted)]


def table(router: APIRouter, path: str, kind: type, summary: str, *needed: Any) -> Callable[[Route], Route]:
    """Register a route whose answer is a list of `kind`, as JSON or as CSV; `needed` is what it depends on."""
    told = {"responses": CSV, "summary": summary, "dependencies": needed}
    return router.get(path, response_model=list[kind], **told)  # type: ignore[valid-type,arg-type]


def rows(items: Sequence[Any], kind: type, form: Format, name: str) -> Response:
    """`items`, all of the dataclass `kind`, as a JSON array or as a CSV file called `name`.csv."""
    if form != "json":
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        text = to_csv(items, kind, semicolons=form == "semicolons")
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
    return Response(_json(kind).dump_json(list(items)), media_type="application/json")


def to_csv(items: Sequence[Any], kind: type, *, semicolons: bool = False) -> str:
    """Return a header line with the fields of `kind` and a line for each item; what is not known is an empty cell."""
    names = [field.name for field in fields(kind)]
    text = io.StringIO(MARK if semicolons else "")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, lineterminator="\r\n", delimiter=";" if semicolons else ",")
    writer.writerow(names)
    writer.writerows([_cell(getattr(item, name), semicolons) for name in names] for item in items)
    return text.getvalue()


def _cell(value: Any, comma: bool) -> Any:
    """Write times as ISO 8601, whole numbers without a decimal point or `comma`, since people are whole."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return _number(value).replace(".", "," if comma else ".")
    told = " | ".join(map(str, value)) if isinstance(value, tuple) else value
    return (
        as_cell(told) if isinstance(told, str) else told
    )  # or a spreadsheet would compute what somebody wrote


def _number(value: float) -> str:
    rounded = round(value, DIGITS) + 0.0  # and no minus before a zero
    return f"{rounded:.{DIGITS}f}".rstrip("0").rstrip(".") if isfinite(value) else ""


@cache
def _json(kind: type) -> TypeAdapter[list[Any]]:
    return TypeAdapter(list[kind])  # type: ignore[valid-type]
