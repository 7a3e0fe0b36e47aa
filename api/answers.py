"""Lists of rows as responses: JSON in pages, CSV for spreadsheets, Parquet for analysis; files of any length."""

import base64
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, Literal

from fastapi import Depends, Header, HTTPException, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import URL
from starlette.responses import Response, StreamingResponse

from api import parquet
from api.numbers import DIGITS, encode, round_number
from api.ranges import MAX_ROWS, BadRange
from besok.model import messages
from besok.model.actions import as_cell

Format = Literal[
    "json", "csv", "semicolons", "parquet"
]  # semicolons: for spreadsheets whose decimals have a comma
Columns = Mapping[str, Sequence[Any]]  # by the names of the fields; none of an empty table
SPECIAL = re.compile(r'[",;\r\n]')  # of a cell that has to be quoted
MARK = "\ufeff"  # tells such a spreadsheet that the file is UTF-8
TABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            parquet.MEDIA: {"schema": {"type": "string", "format": "binary"}},
        },
        "description": "JSON, or CSV or Parquet where asked for",
        "headers": {
            "Link": {
                "description": "The next page (`rel=next`), where there is one",
                "schema": {"type": "string"},
            }
        },
    },
    406: {"description": "Parquet is asked for, and is not installed here"},
}
FRESH = {"Cache-Control": "no-store"}  # for what is true now only

FORMS = (
    "`csv`, or `semicolons` for a spreadsheet with decimal commas, or `parquet`; `Accept: text/csv` and "
    f"`Accept: {parquet.MEDIA}` too"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How an answer is wanted: its format, and of JSON `limit` rows from `offset` on; `asked` is the address."""

    format: Format = "json"
    limit: int | None = None
    offset: int = 0
    asked: URL | None = None

    @property
    def unlimited(self) -> bool:
        """Tell whether the answer is made row by row, and may be as long as it likes."""
        return self.format != "json"


async def requested_format(
    form: Annotated[Format | None, Query(alias="format", description=FORMS, examples=["csv"])] = None,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Format:
    """Return the requested format: the `format` parameter beats the Accept header; JSON is the default."""
    accepted = (accept or "").lower()
    by_header: Format = (
        "csv"
        if accepted.startswith("text/csv")
        else "parquet"
        if accepted.startswith(parquet.MEDIA)
        else "json"
    )
    return form or by_header


async def _shape(
    request: Request,
    form: Annotated[Format, Depends(requested_format)],
    limit: Annotated[
        int | None,
        Query(
            ge=1,
            le=MAX_ROWS,
            description="At most so many rows of JSON; the `Link` header leads to the next",
            examples=[1000],
        ),
    ] = None,
    cursor: Annotated[
        str | None,
        Query(
            max_length=100, description="Where to go on: taken from the `Link` header", examples=["MTAwMA"]
        ),
    ] = None,
) -> Shape:
    if form == "parquet" and not parquet.available():
        raise HTTPException(406, messages.NO_PARQUET)
    return Shape(format=form, limit=limit, offset=_offset(cursor) if cursor else 0, asked=request.url)


Form = Annotated[Shape, Depends(_shape)]


def _offset(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii"))
    except ValueError:
        raise BadRange("cursor: take it as it is from the Link header of the page before") from None


def cursor_at(offset: int) -> str:
    """Return the cursor of the row at `offset`."""
    return base64.urlsafe_b64encode(str(offset).encode()).decode().rstrip("=")


def rows(items: Sequence[Any], kind: type, form: Format | Shape, name: str) -> Response:
    """`items`, all of the dataclass `kind`, as a page of JSON or as a file called `name`."""
    shape = form if isinstance(form, Shape) else Shape(format=form)
    if shape.format == "parquet":
        with parquet.Writer(kind) as writer:
            writer.write(_columns(items, kind))
        return _parquet(writer, name)
    if shape.format != "json":
        text = to_csv(items, kind, semicolons=shape.format == "semicolons")
        return Response(text, media_type=CSV_TYPE, headers=_file(name, "csv"))
    end = len(items) if shape.limit is None else shape.offset + shape.limit
    headers = {}
    if end < len(items) and shape.asked is not None:
        following = shape.asked.include_query_params(cursor=cursor_at(end))
        headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return Response(encode(list(items[shape.offset : end])), media_type="application/json", headers=headers)


CSV_TYPE = "text/csv; charset=utf-8"


async def streamed(parts: AsyncIterator[Columns], kind: type, shape: Shape, name: str) -> Response:
    """Return parts of a long response, each as columns, as a file; a part is made once the one before has been read.

    What the first part raises is raised here, before the answer begins. Parquet, which ends with what it holds, is made
    whole on the disk first.
    """
    first = await anext(parts)
    if shape.format == "parquet":
        with parquet.Writer(kind) as writer:
            writer.write(first)
            async for part in parts:
                writer.write(part)
        return _parquet(writer, name)
    semicolons = shape.format == "semicolons"

    async def lines() -> AsyncIterator[str]:
        yield _head(kind, semicolons) + await run_in_threadpool(_lines, first, kind, semicolons)
        async for part in parts:
            yield await run_in_threadpool(_lines, part, kind, semicolons)

    return StreamingResponse(lines(), media_type=CSV_TYPE, headers=_file(name, "csv"))


def _parquet(writer: parquet.Writer, name: str) -> Response:
    return StreamingResponse(
        parquet.chunks(writer.file), media_type=parquet.MEDIA, headers=_file(name, "parquet")
    )


def _file(name: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}


def to_csv(items: Sequence[Any], kind: type, *, semicolons: bool = False) -> str:
    """Return a header line with the fields of `kind` and a line for each item; None is an empty cell."""
    return _head(kind, semicolons) + _lines(_columns(items, kind), kind, semicolons)


def _columns(items: Sequence[Any], kind: type) -> Columns:
    return {field.name: list(map(attrgetter(field.name), items)) for field in fields(kind)}


def _head(kind: type, semicolons: bool) -> str:
    head = (";" if semicolons else ",").join(field.name for field in fields(kind))
    return f"{MARK if semicolons else ''}{head}\r\n"


def _lines(columns: Columns, kind: type, semicolons: bool) -> str:
    """Return the lines of a table. What stands in a column again and again is written once: three times as quick."""
    written = []
    for field in fields(kind):
        values = columns.get(field.name, ())
        cells = {value: _cell(value, field.name, kind, semicolons) for value in set(values)}
        written.append(map(cells.__getitem__, values))
    lines = map((";" if semicolons else ",").join, zip(*written, strict=True))
    return "".join(f"{line}\r\n" for line in lines)


def _cell(value: Any, name: str, kind: type, semicolons: bool) -> str:
    """Write times as ISO 8601, and nothing that a spreadsheet would compute."""
    if value is None:
        return ""
    if isinstance(value, float):
        return _number(value, name, kind, semicolons)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    text = " | ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    if not isinstance(value, str | tuple):
        return text
    cell = as_cell(text)
    return '"' + cell.replace('"', '""') + '"' if SPECIAL.search(cell) else cell


def _number(value: float, name: str, kind: type, comma: bool) -> str:
    """Write whole numbers without a decimal point or `comma`, since people are whole."""
    known = round_number(value, name, kind.__name__)
    text = f"{known:.{DIGITS}f}".rstrip("0").rstrip(".") if known is not None else ""
    return text.replace(".", ",") if comma else text
