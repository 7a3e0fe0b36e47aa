"""The command `besok estimate`: people inside, from anyone's file of counts."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.commands.options import Reading, taking_together


@taking_together
def estimate(
    file: Annotated[
        Path, typer.Argument(help="CSV with the columns time, in, out, and door; - for standard input.")
    ],
    reading: Reading,
    capacity: Annotated[int | None, typer.Option(min=1, help="How many people the place holds.")] = None,
    reset: Annotated[str, typer.Option(help="When a business day begins, and nobody is in.")] = "04:00",
    closed: Annotated[
        str, typer.Option(help="When the place is closed: 20:00-07:00; else it is learnt.")
    ] = "",
    history: Annotated[
        Path | None, typer.Option(help="CSV of the same kind from before, to learn from.")
    ] = None,
    smooth: Annotated[bool, typer.Option("--smooth", help="Let each figure know its whole day.")] = False,
    in_column: Annotated[str, typer.Option(help="Which column holds those who go in.")] = "",
    out_column: Annotated[str, typer.Option(help="Which column holds those who go out.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, as if nothing is asked.")] = False,
) -> None:
    """Say how many people were inside at each time of a file of counts, and how sure that is (80 %)."""
    from cli.standalone import estimate as work

    settings = work.Options(
        reset=work.clock(reset),
        closed=work.stretch(closed) if closed else None,
        capacity=capacity,
        smooth=smooth,
    )
    columns = {"in": in_column, "out": out_column}
    lines = work.answer(
        file, settings, history, lambda doubt: print(doubt, file=sys.stderr), columns, reading.options()
    )
    print(work.as_json(lines) if as_json and not as_csv else work.as_csv(lines))
