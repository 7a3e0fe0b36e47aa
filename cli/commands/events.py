"""The command `besok events`: unusual hours in anyone's file of counts."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.commands.options import ColumnOption, Reading, taking_together


@taking_together
def events(
    file: Annotated[Path, typer.Argument(help="CSV with the columns time and count; - for standard input.")],
    reading: Reading,
    most: Annotated[int | None, typer.Option(min=1, help="The so many that are hardest to explain.")] = None,
    zone: Annotated[
        str, typer.Option(help="Wall clock of times with an offset, such as Europe/Stockholm.")
    ] = "",
    column: ColumnOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, as if nothing is asked.")] = False,
) -> None:
    """Find unusual intervals in a file of counts, crowds and silent failures, the most surprising first."""
    from cli.standalone import events as work

    answer = work.answer(file, most, zone, reading.options(column))
    if answer.note:
        print(answer.note, file=sys.stderr)
    print(work.as_json(answer) if as_json and not as_csv else work.as_csv(answer))
