"""Options that several commands share."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

ScenarioOption = Annotated[str, typer.Option(help="A scenario: a name of `simulate scenarios`, or a file.")]
SetOption = Annotated[list[str] | None, typer.Option("--set", help="Change a value of it: rates.*.arrivals=1.5")]
BeginsOption = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The business day on which the scenario begins.")
]
SiteFileOption = Annotated[Path | None, typer.Option(help="The sites; those of the database if left out.")]
