"""Tables and views on a terminal, and rows as CSV. A view is printed by its fields, as the API returns it."""

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import reduce
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from besok.model.site import Text as Name

WIDEST = 1000  # characters: a terminal breaks lines as it likes, a file keeps them
SHOWN = 20  # items of a list


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], left: Collection[int] = ()) -> Iterator[str]:
    """Yield the lines of a table; the first column and the columns `left` are left-aligned."""
    rich = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    for n, head in enumerate(heads):
        rich.add_column(Text(head), justify="left" if n == 0 or n in left else "right", no_wrap=True)
    for row in rows:
        rich.add_row(*map(Text, row))
    console = Console(width=WIDEST, color_system=None, file=io.StringIO())
    console.print(rich, soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    yield from map(str.rstrip, console.file.getvalue().splitlines())


def listing(views: Iterable[Any], columns: str, **extra: Callable[[Any], object]) -> Iterator[str]:
    """Yield the lines of a table with a row for each view; none without any.

    `columns` are the names of fields, with a dot those of their parts; behind them come columns `extra` of a view.
    """
    names = columns.split()
    rows = [
        [
            cell(reduce(lambda part, name: getattr(part, name, None), column.split("."), view))
            for column in names
        ]
        + [cell(make(view)) for make in extra.values()]
        for view in views
    ]
    if rows:
        heads = [name.rpartition(".")[2].replace("_", " ") for name in (*names, *extra)]
        yield from table(heads, rows, range(len(heads)))


def show(views: Iterable[Any], columns: str, none: str = "None.", **extra: Callable[[Any], object]) -> None:
    """Print views as a `listing`, or `none` where there are no views."""
    print("\n".join(listing(views, columns, **extra)) or none)


def outline(view: Any) -> Iterator[str]:
    """Yield a line for each non-empty field of a view, and for each part of a list of views."""
    for name, value in _fields(view):
        if _is_view(value):
            yield f"{name}:"
            yield from (f"  {line}" for line in outline(value))
        elif isinstance(value, tuple) and _is_view(value[0]):
            yield f"{name}:"
            yield from (f"  {line}" for part in value for line in _in_a_line(part))
        else:
            yield f"{name}: {cell(value)}"


def _in_a_line(view: Any) -> Iterator[str]:
    """Yield a view in one line, then the views within it, each in one below it."""
    fields = list(_fields(view))
    yield ", ".join(f"{name} {cell(value)}" for name, value in fields if not _views(value))
    yield from (f"    {line}" for _, value in fields for part in _views(value) for line in _in_a_line(part))


def _fields(view: Any) -> Iterator[tuple[str, Any]]:
    for field in fields(view):
        if (value := getattr(view, field.name)) not in (None, "", ()) and value is not False:
            yield field.name.replace("_", " "), value


def _is_view(value: object) -> bool:
    return is_dataclass(value) and not isinstance(value, Name)


def _views(value: object) -> tuple[Any, ...]:
    return tuple(part for part in (value if isinstance(value, tuple) else (value,)) if _is_view(part))


def cell(value: object) -> str:
    """Return a value as text: times in UTC, figures with their thousands, the first items of a list."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%MZ}"
    if value is None or isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:.3g}"
    if isinstance(value, tuple | list):
        more = f" and {len(value) - SHOWN} more" if len(value) > SHOWN else ""
        return ", ".join(map(cell, value[:SHOWN])) + more
    return value.en if isinstance(value, Name) else str(value)


def json_text(value: object) -> str:
    """Return a view, or several, as JSON."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV with a header; None is empty."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().rstrip("\n")
