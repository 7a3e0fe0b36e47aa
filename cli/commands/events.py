"""The command `besok events`: unusual hours in anyone's file of counts."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.commands.options import (
    ColumnOption,
    DateColumnOption,
    DateFormatOption,
    DecimalOption,
    SepOption,
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(events)


def events(
    file: Annotated[Path, typer.Argument(help="CSV with the columns time and count; - for standard input.")],
    most: Annotated[int | None, typer.Option(min=1, help="The so many that are hardest to explain.")] = None,
    zone: Annotated[
        str, typer.Option(help="Wall clock of times with an offset, such as Europe/Stockholm.")
    ] = "",
    column: ColumnOption = None,
    date_column: DateColumnOption = None,
    date_format: DateFormatOption = "",
    decimal: DecimalOption = "",
    sep: SepOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, as if nothing is asked.")] = False,
) -> None:
    """Find unusual intervals in a file of counts, crowds and silent failures, the most surprising first."""
    from besok.files.tables import ReadOptions
    from cli.standalone import events as work

    options = ReadOptions(
        sep=sep,
        decimal=decimal,
        date_format=date_format,
        date_columns=tuple(date_column or ()),
        value_columns=tuple(column or ()),
    )
    told = work.answer(file, most, zone, options)
    if told.note:
        print(told.note, file=sys.stderr)
    print(work.as_json(told) if as_json and not as_csv else work.as_csv(told))
