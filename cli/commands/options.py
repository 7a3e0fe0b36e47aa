"""Options that several commands share."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from sensors_sim.scenario import YEARS

SiteOption = Annotated[str, typer.Option(help="The site it belongs to.")]
AnySite = Annotated[str | None, typer.Option(help="Only this site.")]
ScenarioOption = Annotated[str, typer.Option(help="A scenario: a name of `simulate scenarios`, or a file.")]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--column", help="Which column holds the counts, by name or number; several are added up; all."
    ),
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="Change a value of it: rates.*.arrivals=1.5")
]


def _near(day: datetime | None) -> datetime | None:
    if day and not YEARS[0] <= day.year <= YEARS[1]:
        raise typer.BadParameter(
            f"{day:%Y-%m-%d} is too far away; write a year from {YEARS[0]} to {YEARS[1]}"
        )
    return day


def day_option(about: str = "") -> Any:
    """An option for a business day in a time that can be simulated."""
    return typer.Option(formats=["%Y-%m-%d"], help=about or None, callback=_near)


def in_order(first: datetime, last: datetime) -> None:
    """Raises BadParameter for a time that ends before it begins."""
    if last < first:
        raise typer.BadParameter(f"{last:%Y-%m-%d %H:%M} is before {first:%Y-%m-%d %H:%M}: exchange the two")


BeginsOption = Annotated[datetime | None, day_option("The business day on which the scenario begins.")]
SiteFileOption = Annotated[Path | None, typer.Option(help="The sites; those of the database if left out.")]
